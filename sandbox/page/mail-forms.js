// Dialogs: a reply, a note of absence, a mail out of the blue.

import { focusFirst, trapFocus } from './focus.js';
import { icon } from './icons.js';
import { act, closeForm, goTo, view } from './mail-state.js';
import { nameIn } from './mail-words.js';
import { redraw, store, toast } from './store.js';
import { daysOn, toLocal } from './time.js';
import { h } from './vdom.js';

const LANGUAGES = { en: 'English', de: 'German', fr: 'French', es: 'Spanish', da: 'Danish', nl: 'Dutch', pl: 'Polish', sv: 'Swedish' };
const STYLES = { gmail: 'Gmail', outlook: 'Outlook', iphone: 'iPhone', thunderbird: 'Thunderbird', below: 'Below the quote', none: 'Without a quote' };
const FILES_MOST = 20 * 1024 * 1024; // bytes

/** The dialog that is open, if there is one. */
export function dialog() {
  if (!view.form) return null;
  const { kind, mail } = view.form;
  const { title, fields, button, send } = { reply, away, write }[kind](mail);
  const submit = async (event) => {
    event.preventDefault();
    if (view.sending) return;
    const form = event.currentTarget;
    view.sending = true;
    view.trouble = '';
    redraw();
    const answer = await sent(send, new FormData(form));
    view.sending = false;
    view.trouble = answer.ok ? '' : answer.error;
    if (answer.ok) closeForm();
    else redraw();
  };
  const keys = (event) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      closeForm();
    } else trapFocus(event);
  };
  return h('div', { class: 'backdrop', key: 'form' },
    h('form', { class: 'modal mail-form', role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': 'form-title', tabindex: '-1', onsubmit: submit, onkeydown: keys, key: kind, hook: { mount: (el) => focusFirst(el, 'textarea, input:not([type=file])') } },
      h('div', { class: 'modal-head' }, h('h2', { class: 'modal-title', id: 'form-title' }, title), h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Close', onclick: closeForm }, icon('close'))),
      h('div', { class: 'modal-body' }, view.trouble && h('div', { class: 'alert alert-error mail-trouble', role: 'alert' }, icon('warning'), h('div', { class: 'text' }, view.trouble)), h('div', { class: 'mail-fields' }, fields)),
      h('div', { class: 'modal-foot' },
        h('button', { type: 'button', class: 'btn', onclick: closeForm }, 'Cancel'),
        h('button', { type: 'submit', class: `btn btn-primary${view.sending ? ' btn-busy' : ''}`, 'aria-busy': view.sending ? 'true' : undefined }, button))));
}

async function sent(send, data) {
  try {
    return await send(data);
  } catch (error) {
    return { ok: false, error: error.message };
  }
}

function field(name, label, control, { hint = '' } = {}) {
  const id = `field-${name}`;
  return h('div', { class: 'input', key: name }, h('label', { class: 'input-label', for: id }, label), control({ id, name, 'aria-describedby': hint ? `${id}-hint` : undefined }), hint && h('p', { class: 'hint', id: `${id}-hint` }, hint));
}

const start = (value) => ({ mount: (el) => { el.value = value; } });
const line = (value = '', more = {}) => (given) => h('input', { ...given, class: 'field', type: 'text', autocomplete: 'off', hook: start(value), ...more });
const area = (rows) => (given) => h('textarea', { ...given, class: 'field', rows: String(rows) });
const choice = (names, offered) => (given) => h('select', { ...given, class: 'field' }, offered.map((one) => h('option', { value: one, key: one }, names[one] || one)));

function filesField() {
  return field('files', 'Attachments', (given) => h('input', { ...given, class: 'mail-file', type: 'file', multiple: true }));
}

async function filesIn(data) {
  const files = data.getAll('files').filter((one) => one.size > 0);
  if (files.reduce((sum, one) => sum + one.size, 0) > FILES_MOST) throw new Error('These files are more than 20 MB together.');
  return Promise.all(files.map(async (one) => ({ name: one.name, type: one.type, content: await base64(one) })));
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reading = new FileReader();
    reading.onload = () => resolve(String(reading.result).replace(/^[^,]*,/, ''));
    reading.onerror = () => reject(new Error(`${file.name} could not be read.`));
    reading.readAsDataURL(file);
  });
}

function outcome(answer, said) {
  if (answer.ok) toast(answer.strayed ? 'Sent, but to an address whose mail does not come to the app.' : said, answer.strayed ? 'warning' : 'info');
  return answer;
}

function reply(mail) {
  const { languages, styles } = store.state;
  return {
    title: `Reply to ${nameIn(mail.from)}`,
    button: 'Send',
    fields: [
      field('text', 'Your words', area(7)),
      h('div', { class: 'mail-pair', key: 'pair' },
        field('language', 'Language of the quote', choice(LANGUAGES, languages)),
        field('style', 'Mail program', choice(STYLES, styles))),
      field('sender', 'From another address', line('', { placeholder: 'Kim Berg <kim@example.com>' }), { hint: 'Empty: from this mailbox.' }),
      filesField(),
      h('label', { class: 'choice', key: 'forged' }, h('input', { type: 'checkbox', name: 'forged' }), h('span', {}, 'Nobody vouches for the sender', h('span', { class: 'choice-hint' }, 'SPF and DKIM do not hold, as for a forged address'))),
    ],
    send: async (data) => {
      const answer = await act('reply', {
        mail: mail.id, text: data.get('text'), language: data.get('language'), style: data.get('style'), sender: data.get('sender'), forged: data.get('forged') === 'on', files: await filesIn(data),
      }, { quiet: true });
      return outcome(answer, 'The reply is on its way.');
    },
  };
}

function away(mail) {
  return {
    title: 'Out of office',
    button: 'Answer by itself',
    fields: [
      field('until', 'Away until', (given) => h('input', { ...given, class: 'field', type: 'date', hook: start(toLocal(daysOn(14, '09:00')).slice(0, 10)) }), { hint: 'Empty: the note names no day.' }),
      field('language', 'Language', choice(LANGUAGES, store.state.languages)),
    ],
    send: async (data) => outcome(await act('away', { mail: mail.id, until: data.get('until'), language: data.get('language') }, { quiet: true }), 'The note is on its way.'),
  };
}

function write() {
  const { box, inbound_domain: domain } = store.state;
  return {
    title: 'New mail',
    button: 'Send',
    fields: [
      field('sender', 'From', line(box)),
      field('to', 'To', line(domain ? `sales@${domain}` : ''), { hint: domain ? `Every address at ${domain} comes to the app.` : '' }),
      field('subject', 'Subject', line()),
      field('text', 'Text', area(7)),
      filesField(),
    ],
    send: async (data) => {
      const answer = await act('write', { sender: data.get('sender'), to: data.get('to'), subject: data.get('subject'), text: data.get('text'), files: await filesIn(data) }, { quiet: true });
      if (answer.ok) goTo(answer.box, answer.mail);
      return outcome(answer, 'The mail is on its way.');
    },
  };
}
