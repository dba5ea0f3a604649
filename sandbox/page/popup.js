// Menus and lists that float over everything: drawn in the browser's top layer, beside their anchor.

import { h } from './vdom.js';
import { icon } from './icons.js';
import { local, setLocal } from './store.js';

const GAP = 4; // pixels between anchor and popup
const EDGE = 8; // pixels to the window's edge
const TALLEST = 480;

let open = null; // {anchor, popup, close}

/** Attributes and hooks of a floating element; `close` is called on a press outside or on a scroll away. */
export function floating(anchorOf, close, { align = 'left', focus = '' } = {}) {
  return {
    popover: 'manual',
    hook: {
      mount: (el) => {
        el.showPopover?.();
        open = { anchor: anchorOf(el), popup: el, close, align };
        place();
        if (focus) el.querySelector(focus)?.focus({ preventScroll: true });
      },
      update: () => requestAnimationFrame(place),
      remove: (el) => {
        if (open?.popup === el) open = null;
      },
    },
  };
}

function place() {
  if (!open || !open.popup.isConnected || !open.anchor) return;
  const { popup, anchor, align } = open;
  const box = anchor.getBoundingClientRect();
  popup.style.setProperty('min-width', `${Math.min(box.width, window.innerWidth - 2 * EDGE)}px`);
  const below = window.innerHeight - box.bottom - GAP - EDGE;
  const above = box.top - GAP - EDGE;
  const upward = below < Math.min(popup.scrollHeight, 220) && above > below;
  popup.style.setProperty('max-height', `${Math.min(TALLEST, Math.max(upward ? above : below, 120))}px`);
  const size = popup.getBoundingClientRect();
  const left = align === 'right' ? box.right - size.width : box.left;
  popup.style.setProperty('left', `${Math.max(EDGE, Math.min(left, window.innerWidth - size.width - EDGE))}px`);
  popup.style.setProperty('top', `${upward ? box.top - GAP - size.height : box.bottom + GAP}px`);
}

/** Closes whatever floats. */
export function closePopups() {
  open?.close();
}

/** Starts listening for presses outside; once, at the start. */
export function watchPopups() {
  document.addEventListener('pointerdown', (event) => {
    if (open && !open.popup.contains(event.target) && !open.anchor.contains(event.target)) open.close();
  }, true);
  window.addEventListener('resize', place);
  document.addEventListener('scroll', (event) => {
    if (open && !open.popup.contains(event.target)) place();
  }, true);
}

/** Keys inside a menu: arrows move, Home and End jump, Escape closes. Used with role=menuitem buttons. */
function menuKeys(event, close) {
  const items = [...event.currentTarget.querySelectorAll('[role^=menuitem]:not([disabled])')];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to !== undefined) {
    items[(to + items.length) % items.length]?.focus();
    event.preventDefault();
  } else if (event.key === 'Escape' || event.key === 'Tab') {
    close();
    event.preventDefault();
    event.stopPropagation();
  }
}

/**
 * A button that opens a menu. `items` are {label, hint, icon, danger, url, run}; a null is a divider, a
 * string a heading. `face` is what the button shows.
 */
export function menuButton(scope, name, { label, face, items, className = 'icon-button', align = 'left', disabled = false, extra = {} }) {
  const state = local(scope, `menu ${name}`, { open: false });
  const id = `menu-${scope}-${name}`.replace(/[^\w-]/g, '_');
  const close = () => {
    setLocal(scope, `menu ${name}`, { open: false });
    queueMicrotask(() => document.querySelector(`[data-menu="${id}"]`)?.focus({ preventScroll: true }));
  };
  return h('span', { class: 'menu-wrap', key: `menu ${name}` },
    h('button', {
      type: 'button', class: className, 'aria-label': label, title: label, 'aria-haspopup': 'menu', 'data-menu': id,
      'aria-expanded': String(state.open), disabled, ...extra,
      onclick: () => (state.open ? close() : setLocal(scope, `menu ${name}`, { open: true })),
    }, face),
    state.open && h('div', {
      class: 'popup menu', role: 'menu', 'aria-label': label, onkeydown: (event) => menuKeys(event, close),
      ...floating((el) => el.previousElementSibling, close, { align, focus: '[role^=menuitem]' }),
    }, items.map((item, index) => menuItem(item, index, close))));
}

function menuItem(item, index, close) {
  if (item === null) return h('div', { class: 'menu-divider', role: 'separator', key: index });
  if (typeof item === 'string') return h('div', { class: 'menu-heading', key: index }, item);
  if (item.node) return h('div', { class: 'menu-custom', key: index }, item.node);
  const run = () => {
    close();
    item.run?.();
  };
  const inside = [
    item.icon && icon(item.icon), item.avatar,
    h('span', { class: 'menu-text' }, h('span', {}, item.label), item.hint && h('span', { class: 'menu-hint' }, item.hint)),
    item.checked && icon('check', 'menu-check'),
  ];
  const props = { class: `menu-item${item.danger ? ' menu-danger' : ''}`, role: item.checked === undefined ? 'menuitem' : 'menuitemradio', tabindex: '-1', key: index, onclick: run };
  if (item.checked !== undefined) props['aria-checked'] = String(item.checked);
  if (item.url) return h('a', { ...props, href: item.url, target: '_blank', rel: 'noopener noreferrer' }, inside);
  return h('button', { ...props, type: 'button' }, inside);
}
