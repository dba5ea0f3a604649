// Fields that people type into: text, number, e-mail, address, date, time, files.

import { icon } from './icons.js';
import { textOf } from './mrkdwn.js';
import { fromLocal, toLocal } from './time.js';
import { h } from './vdom.js';

const COUNTER_FROM = 0.8; // the counter shows when this share of max_length is used
const DATE_SETTLE = 700; // milliseconds without a key until a typed date counts as meant

const PLAIN_TYPES = { email_text_input: 'email', url_text_input: 'url', number_input: 'text', plain_text_input: 'text' };
const MODES = { email_text_input: 'email', url_text_input: 'url', number_input: 'decimal' };

function common(ctx, blockId, element, { labelId, describedBy, invalid, optional, id }) {
  return {
    id, class: `field${invalid ? ' invalid' : ''}`, 'data-action': element.action_id, 'data-fid': `${blockId} ${element.action_id}`,
    'aria-labelledby': id ? undefined : labelId, 'aria-label': id || labelId ? undefined : textOf(element.placeholder) || element.action_id,
    'aria-describedby': describedBy, 'aria-invalid': invalid ? 'true' : undefined,
    'aria-required': labelId && !optional ? 'true' : undefined, placeholder: textOf(element.placeholder) || undefined,
  };
}

/** A one-line or many-line text field with its counter; `typed` and `entered` get the text. */
export function textField(ctx, blockId, element, opts) {
  const { value, typed, entered } = opts;
  const text = value ?? '';
  const area = element.multiline || element.type === 'rich_text_input';
  const rows = element.type === 'rich_text_input' ? Math.max(3, element.min_lines || 0) : 4;
  const props = {
    ...common(ctx, blockId, element, opts),
    value: text, oninput: (event) => typed(event.target.value), autocomplete: 'off',
    onkeydown: (event) => {
      const enter = event.key === 'Enter' && !event.isComposing && !event.shiftKey;
      if (!enter || (area && !(event.ctrlKey || event.metaKey))) return;
      event.preventDefault();
      entered?.(event.target.value, event.ctrlKey || event.metaKey);
    },
  };
  const field = area ? h('textarea', { ...props, rows: String(rows) })
    : h('input', { ...props, type: PLAIN_TYPES[element.type] || 'text', inputmode: MODES[element.type] });
  const most = element.max_length;
  const left = most ? most - [...text].length : 0;
  return h('div', { class: 'field-wrap' }, field,
    most && [...text].length >= most * COUNTER_FROM
      && h('span', { class: `counter${left < 0 ? ' counter-over' : ''}`, role: 'status', 'aria-label': `${left} characters left` }, String(left)));
}

let settling = null;

/** A date, a time, or both; `change` gets "2026-11-23", "09:05" or unix seconds, or null when emptied. */
export function momentField(ctx, blockId, element, opts) {
  const { value, change, atOnce } = opts;
  const both = element.type === 'datetimepicker';
  const type = { datepicker: 'date', timepicker: 'time', datetimepicker: 'datetime-local' }[element.type];
  const read = (text) => (text === '' ? null : both ? fromLocal(text) : text);
  const shown = value ? (both ? toLocal(value) : value) : '';
  const settle = (event, wait) => {
    const text = event.target.value;
    clearTimeout(settling);
    // A year is typed digit by digit: 0002, 0020, 0202, 2026. Only a year of our time is meant.
    if (type !== 'time' && text !== '' && Number(text.slice(0, 4)) < 1000) return;
    if (text === shown || (text === '' && event.target.validity.badInput)) return;
    if (wait) settling = setTimeout(() => change(read(text)), DATE_SETTLE);
    else change(read(text));
  };
  // In a message Slack shows a narrow button with the placeholder; only a form has room for the whole field.
  const named = atOnce && !shown ? element.placeholder?.text : '';
  return h('div', { class: `field-wrap${named ? ' field-named' : ''}`, 'data-named': named || undefined }, h('input', {
    ...common(ctx, blockId, element, opts), type, class: `field field-moment${opts.invalid ? ' invalid' : ''}${shown ? '' : ' empty'}`,
    hook: { mount: (el) => { el.value = shown; el.shown = shown; }, update: (el) => refresh(el, shown) },
    onchange: (event) => settle(event, atOnce && document.activeElement === event.target),
    onblur: (event) => settle(event, false),
    onkeydown: (event) => event.key === 'Enter' && settle(event, false),
  }));
}

// A half-typed date has no value; the field is only overwritten when the value itself changed.
function refresh(el, shown) {
  if (el.shown === shown) return;
  el.shown = shown;
  if (el.value !== shown) el.value = shown;
}

/** Chosen files by name; their contents stay on the person's machine. */
export function fileField(ctx, blockId, element, { value, change, id, describedBy, invalid }) {
  const accept = element.filetypes?.map((one) => `.${one}`).join(',');
  const most = element.max_files || 10;
  const add = (event) => {
    const added = [...event.target.files].map((one) => ({ name: one.name, size: one.size, mimetype: one.type }));
    event.target.value = '';
    change([...value, ...added].slice(0, most));
  };
  return h('div', { class: `files${invalid ? ' invalid' : ''}` },
    h('label', { class: 'btn' }, icon('file'), most > 1 ? 'Choose files' : 'Choose a file',
      h('input', { id, class: 'visually-hidden', type: 'file', accept, multiple: most > 1, 'aria-describedby': describedBy, 'data-fid': `${blockId} ${element.action_id}`, onchange: add })),
    value.map((one, index) => h('span', { class: 'chip', key: `${one.name}${index}` }, one.name,
      h('button', { type: 'button', 'aria-label': `Remove ${one.name}`, onclick: () => change(value.filter((_, at) => at !== index)) }, icon('close')))));
}
