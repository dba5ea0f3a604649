// The developer's drawer: what the sandbox noticed about the app, and trouble to order.

import { icon } from './icons.js';
import { dismissToast, redraw, store } from './store.js';
import { h } from './vdom.js';

/** The drawer on the right with everything the sandbox had to say. */
export function developerPane() {
  if (!store.developer) return null;
  const shut = () => {
    store.developer = false;
    redraw();
  };
  const { notices, violations = [], lints = [] } = store.state;
  return h('aside', { class: 'side-pane developer', key: 'developer', 'aria-label': 'Developer drawer' },
    h('div', { class: 'pane-head' }, h('h2', { class: 'pane-title' }, 'Developer'), h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Close the drawer', onclick: shut }, icon('close'))),
    h('div', { class: 'scroll', tabindex: '0', 'aria-label': 'Notices' },
      h('p', { class: 'drawer-hint' }, 'What the maker of the app should know: late answers, refused blocks, broken rules, and what people were shown.'),
      part('Broken rules', violations.map((text) => ({ text, level: 'error' }))),
      part('Advice', lints.map((text) => ({ text, level: 'warning' }))),
      part('Shown to you', notices)));
}

function part(title, list) {
  return h('section', { class: 'drawer-part', key: title }, h('h3', { class: 'drawer-title' }, title, h('span', { class: 'drawer-count' }, String(list.length))),
    list.length === 0 && h('p', { class: 'drawer-none' }, 'Nothing.'),
    [...list].reverse().map((one, index) => h('div', { class: `notice notice-${one.level}`, key: one.id || `${list.length - index}` }, icon(one.level === 'info' ? 'info' : 'warning'), h('div', { class: 'notice-text' }, one.text))));
}

/** Sentences that come and go in the corner. */
export function toasts() {
  return h('div', { class: 'toasts', 'aria-live': 'assertive', key: 'toasts' }, store.toasts.map((one) => h('div', { class: `toast toast-${one.level}`, key: one.id },
    icon(one.level === 'info' ? 'info' : 'warning'), h('span', {}, one.text),
    h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Dismiss', onclick: () => dismissToast(one.id) }, icon('close')))));
}
