// Buttons and choices: the elements that people click.

import { askConfirm } from './dialogs.js';
import { icon } from './icons.js';
import { inline, textObject, textOf } from './mrkdwn.js';
import { menuButton } from './popup.js';
import { local, setLocal } from './store.js';
import { dispatch } from './values.js';
import { h } from './vdom.js';

/** Runs `work` unless this element asks for a confirmation and the person says no. */
export async function confirmed(element, work) {
  if (element.confirm && !(await askConfirm(element.confirm))) return undefined;
  return work();
}

function fid(blockId, element) {
  return `${blockId} ${element.action_id}`;
}

/** A button; one with a url opens it and still tells the app. */
export function button(ctx, blockId, element) {
  const name = `busy ${blockId} ${element.action_id}`;
  const busy = local(ctx.scope, name, { on: false }).on;
  const style = element.style ? ` btn-${element.style}` : '';
  const props = {
    class: `btn${style}${busy ? ' btn-busy' : ''}`, 'aria-label': element.accessibility_label, 'data-action': element.action_id,
    'data-fid': fid(blockId, element), 'aria-busy': busy ? 'true' : undefined,
    onclick: () => {
      if (!busy) confirmed(element, () => press(ctx, blockId, element, name));
    },
  };
  const face = textObject(element.text);
  if (!element.url) return h('button', { ...props, type: 'button', 'aria-disabled': busy ? 'true' : undefined }, face);
  return h('a', { ...props, href: element.url, target: '_blank', rel: 'noopener noreferrer' }, face);
}

async function press(ctx, blockId, element, name) {
  setLocal(ctx.scope, name, { on: true });
  try {
    await dispatch(ctx, blockId, element);
  } finally {
    setLocal(ctx.scope, name, { on: false });
  }
}

/** The three dots with up to five choices. */
export function overflow(ctx, blockId, element) {
  const items = (element.options || []).map((one) => ({
    label: textOf(one.text),
    hint: textOf(one.description),
    url: one.url,
    run: () => confirmed(element, () => dispatch(ctx, blockId, element, one)),
  }));
  return menuButton(ctx.scope, `overflow ${blockId} ${element.action_id}`, {
    label: element.accessibility_label || 'More choices', face: icon('dots'), items, className: 'btn btn-icon', align: 'right',
    extra: { 'data-action': element.action_id, 'data-fid': fid(blockId, element) },
  });
}

/** Checkboxes or radio buttons; `value` is a list of options, or one option. */
export function choices(ctx, blockId, element, { value, change, labelId, describedBy, invalid }) {
  const single = element.type === 'radio_buttons';
  const chosen = new Set((single ? [value] : value).filter(Boolean).map((one) => one.value));
  const pick = (one, on) => {
    if (single) return change(one);
    return change((element.options || []).filter((each) => (each.value === one.value ? on : chosen.has(each.value))));
  };
  return h('div', { class: 'choices', role: single ? 'radiogroup' : 'group', 'aria-labelledby': labelId, 'aria-describedby': describedBy, 'aria-invalid': invalid ? 'true' : undefined },
    (element.options || []).map((one, index) => choice(ctx, blockId, element, one, index, single, chosen.has(one.value), pick)));
}

function choice(ctx, blockId, element, one, index, single, on, pick) {
  const formatted = (object) => (object?.type === 'mrkdwn' ? inline(object.text) : textOf(object));
  return h('label', { class: 'choice', key: one.value },
    h('input', {
      type: single ? 'radio' : 'checkbox', name: `${ctx.scope} ${blockId} ${element.action_id}`, checked: on,
      'data-action': element.action_id, 'data-fid': `${fid(blockId, element)} ${index}`,
      onchange: (event) => pick(one, event.target.checked),
    }),
    h('span', {}, formatted(one.text), one.description && h('span', { class: 'choice-hint' }, formatted(one.description))));
}

/** Thumbs up and down under an answer. */
export function feedback(ctx, blockId, element) {
  const one = (which, sign) => {
    const given = element[which] || {};
    return h('button', {
      type: 'button', class: 'icon-button', 'aria-label': given.accessibility_label || textOf(given.text), title: textOf(given.text),
      'data-action': element.action_id, onclick: () => dispatch(ctx, blockId, element, given.value),
    }, icon(sign));
  };
  return h('span', { class: 'feedback', key: element.action_id }, one('positive_button', 'up'), one('negative_button', 'downvote'));
}

/** A small button with only an icon (the bin). */
export function iconButton(ctx, blockId, element) {
  return h('button', {
    type: 'button', class: 'icon-button', key: element.action_id, 'aria-label': element.accessibility_label || textOf(element.text), title: textOf(element.text),
    'data-action': element.action_id, onclick: () => confirmed(element, () => dispatch(ctx, blockId, element)),
  }, icon(element.icon || 'trash'));
}

/** Steps ordered by an app or a workflow: a button that starts it. */
export function workflowButton(ctx, blockId, element) {
  return button(ctx, blockId, { ...element, url: undefined });
}
