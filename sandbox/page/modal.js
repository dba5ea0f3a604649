// Modals: the top of the person's stack, with the ones below remembered.

import { avatar } from './people.js';
import { blocks } from './blocks.js';
import { focusFirst, trapFocus } from './focus.js';
import { icon } from './icons.js';
import { textOf } from './mrkdwn.js';
import { closePopups } from './popup.js';
import { store } from './store.js';
import { closeTop, dismissAll, progress, submitTop, topModal, viewScope } from './submit.js';
import { h } from './vdom.js';

const scrolls = new Map(); // view id -> how far down it was
let opener = null;

/** The modal on top, if one is open. */
export function modal() {
  const top = topModal();
  if (!top) return null;
  const { view } = top;
  const scope = viewScope(view.id);
  const { sending, trouble } = progress(view.id);
  const busy = sending || top.busy;
  const ctx = { scope, surface: 'modal', container: { kind: 'view', view_id: view.id }, state: view.state?.values, errors: top.errors };
  return h('div', { class: 'backdrop', key: 'modal' },
    h('div', {
      class: 'modal', role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': 'modal-title', 'aria-busy': busy ? 'true' : undefined, tabindex: '-1',
      key: view.id, 'data-scope': scope, 'data-view': view.id, onkeydown: (event) => keys(event),
      hook: { mount: (el) => opened(el, view), remove: closed },
    },
    head(view),
    h('div', { class: 'modal-body', hook: { mount: (el) => { el.scrollTop = scrolls.get(view.id) || 0; } }, onscroll: (event) => scrolls.set(view.id, event.currentTarget.scrollTop) },
      trouble && h('div', { class: 'alert alert-error', role: 'alert' }, icon('warning'), h('div', { class: 'text' }, trouble)),
      h('div', { class: 'blocks' }, blocks(ctx, view.blocks))),
    foot(view, busy)));
}

function head(view) {
  const deep = store.state.modals.length > 1;
  return h('div', { class: 'modal-head' },
    deep ? h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Back', onclick: closeTop }, icon('back')) : avatar(store.state.app?.bot_user_id, 'small'),
    h('h2', { class: 'modal-title', id: 'modal-title' }, textOf(view.title)),
    h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Close', onclick: dismissAll }, icon('close')));
}

function foot(view, busy) {
  return h('div', { class: 'modal-foot' },
    h('button', { type: 'button', class: 'btn', onclick: closeTop }, textOf(view.close) || (view.submit ? 'Cancel' : 'Close')),
    view.submit && h('button', {
      type: 'button', class: `btn btn-primary${busy ? ' btn-busy' : ''}`, 'aria-busy': busy ? 'true' : undefined, 'aria-disabled': busy ? 'true' : undefined,
      'data-fid': 'modal submit', 'data-action': 'submit', onclick: submitTop,
    }, textOf(view.submit)));
}

function keys(event) {
  if (event.key === 'Escape') {
    event.stopPropagation();
    closeTop();
  } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    submitTop();
  } else trapFocus(event);
}

function opened(el, view) {
  closePopups();
  if (!opener?.isConnected) opener = document.activeElement?.closest?.('.modal') ? opener : document.activeElement;
  const wanted = view.blocks.find((block) => (block.element || block.accessory)?.focus_on_load);
  const place = wanted && el.querySelector(`[data-block="${CSS.escape(wanted.block_id)}"]`);
  focusFirst(place || el.querySelector('.modal-body') || el);
  if (!el.contains(document.activeElement)) el.focus({ preventScroll: true });
}

function closed() {
  // Runs while the modal is still in the page; wait until it is gone (or the next one has the focus).
  queueMicrotask(() => {
    if (topModal()) return;
    scrolls.clear();
    if (opener?.isConnected) opener.focus({ preventScroll: true });
    else document.getElementById('composer-main')?.focus({ preventScroll: true });
    opener = null;
  });
}

let shownErrors = '';

/** After a redraw: when new field errors came, goes to the first of them. */
export function focusErrors() {
  const top = topModal();
  const errors = JSON.stringify([top?.view.id, top?.errors || {}]);
  if (errors === shownErrors) return;
  shownErrors = errors;
  const first = top?.view.blocks.find((block) => top.errors?.[block.block_id]);
  const el = first && document.querySelector(`.modal [data-block="${CSS.escape(first.block_id)}"]`);
  if (!el) return;
  el.scrollIntoView({ block: 'nearest' });
  focusFirst(el, 'input, textarea, .select-trigger');
}
