// The small question before something that cannot be taken back lightly.

import { redraw, store } from './store.js';
import { textObject, textOf } from './mrkdwn.js';
import { trapFocus } from './focus.js';
import { h } from './vdom.js';

/** Asks a Block Kit confirm object; resolves to true when the person agrees. */
export function askConfirm(question) {
  const opener = document.activeElement;
  return new Promise((resolve) => {
    const answer = (yes) => {
      store.confirm = null;
      redraw();
      queueMicrotask(() => opener?.isConnected && opener.focus({ preventScroll: true }));
      resolve(yes);
    };
    store.confirm = { ...question, answer };
    redraw();
  });
}

/** The open question, if there is one. */
export function confirmDialog() {
  const question = store.confirm;
  if (!question) return null;
  const keys = (event) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      question.answer(false);
    } else trapFocus(event);
  };
  return h('div', { class: 'backdrop backdrop-confirm', key: 'confirm' },
    h('div', { class: 'dialog', role: 'alertdialog', 'aria-modal': 'true', 'aria-labelledby': 'confirm-title', 'aria-describedby': 'confirm-text', onkeydown: keys },
      h('h2', { class: 'dialog-title', id: 'confirm-title' }, textOf(question.title) || 'Are you sure?'),
      h('div', { class: 'dialog-text', id: 'confirm-text' }, textObject(question.text)),
      h('div', { class: 'dialog-foot' },
        h('button', { type: 'button', class: 'btn', onclick: () => question.answer(false) }, textOf(question.deny) || 'Cancel'),
        h('button', {
          type: 'button', class: `btn btn-${question.style || 'primary'}`, onclick: () => question.answer(true),
          hook: { mount: (el) => el.focus() },
        }, textOf(question.confirm) || 'OK'))));
}
