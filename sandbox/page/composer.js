// Where people write: messages, slash commands with their list, mentions with theirs, global shortcuts.

import { act } from './api.js';
import { icon } from './icons.js';
import { encode } from './inline.js';
import { avatar } from './people.js';
import { menuButton } from './popup.js';
import { channelLabel, local, nameOf, redraw, setLocal, store, toast } from './store.js';
import { h } from './vdom.js';

const SUGGESTED_AT_MOST = 8;
const GROWS_BY_ITSELF = CSS.supports('field-sizing', 'content');
const FRESH = { text: '', caret: 0, active: 0, shut: false, trouble: '', sending: false };

/** The composer of a pane (`main` or `thread`). */
export function composer(pane, channel, thread) {
  const scope = `composer ${store.as} ${channel.id} ${thread}`;
  const state = local(scope, 'text', FRESH);
  const box = { pane, channel, thread, scope, state, set: (change) => setLocal(scope, 'text', change) };
  const offers = state.shut ? [] : offersFor(box);
  const active = Math.min(state.active, offers.length - 1);
  const id = `composer-${pane}`;
  const label = thread ? 'Reply…' : `Message ${channel.kind === 'im' ? channelLabel(channel) : `#${channel.name}`}`;
  return h('div', { class: 'composer', key: `composer ${scope}` },
    offers.length > 0 && offerList(box, offers, active, id),
    state.trouble && h('div', { class: 'composer-trouble', role: 'alert' }, icon('warning'), state.trouble),
    h('div', { class: 'composer-box' },
      h('textarea', {
        id, class: 'composer-text', rows: '1', placeholder: label, 'aria-label': label, value: state.text, 'data-fid': id,
        'aria-autocomplete': 'list', 'aria-controls': offers.length ? `${id}-offers` : undefined,
        'aria-activedescendant': offers.length && offers[active]?.pick ? `${id}-offer-${active}` : undefined,
        oninput: (event) => box.set({ text: event.target.value, caret: event.target.selectionStart, active: 0, shut: false, trouble: '' }),
        onkeydown: (event) => keys(box, event, offers, active),
        hook: { mount: (el) => begin(el, pane), update: grow },
      }),
      h('div', { class: 'composer-foot' }, shortcutMenu(scope), hint(),
        h('button', { type: 'button', class: `send${state.text.trim() ? ' send-ready' : ''}`, 'aria-label': 'Send', title: 'Send', onclick: () => send(box) }, icon('send')))));
}

function hint() {
  return h('span', { class: 'composer-hint' }, h('kbd', {}, '/'), ' commands · ', h('kbd', {}, 'Shift'), ' + ', h('kbd', {}, 'Enter'), ' new line');
}

// Whoever opens a channel or a thread means to write there; a phone's keyboard waits until it is asked for.
function begin(el, pane) {
  grow(el);
  const busy = store.state.modals.length > 0 || document.activeElement?.closest?.('textarea, input, .tabs');
  if (matchMedia('(min-width: 701px)').matches && (!busy || pane === 'thread')) el.focus({ preventScroll: true });
}

function grow(el) {
  if (GROWS_BY_ITSELF) return;
  el.style.setProperty('height', 'auto');
  el.style.setProperty('height', `${Math.min(el.scrollHeight, 180)}px`);
}

function shortcutMenu(scope) {
  const shortcuts = store.state.shortcuts.filter((one) => one.type === 'global');
  const items = shortcuts.length === 0 ? ['No shortcuts'] : [`${store.state.app?.name || 'App'} shortcuts`, ...shortcuts.map((one) => ({
    label: one.name, hint: one.description, icon: 'bolt', run: () => runShortcut(one),
  }))];
  return menuButton(scope, 'shortcuts', { label: 'Shortcuts', face: icon('plus'), items, className: 'icon-button round' });
}

async function runShortcut(shortcut) {
  const answer = await act('shortcut', { callback_id: shortcut.callback_id });
  if (!answer.ok) toast(answer.error, 'error');
}

// What is offered while typing: {label, hint, face, pick: the text put instead, from, to} or a note without pick.
// A command takes people by their handle, a message by their full name.
function offersFor(box) {
  const { text, caret } = box.state;
  const command = text.startsWith('/');
  const found = /(?:^|\s)@([\p{L}\p{N}._-]*)$/u.exec(text.slice(0, caret));
  if (!found) return command ? commandOffers(text) : [];
  const wanted = found[1].toLowerCase();
  const from = caret - found[1].length - 1;
  return mentionables().filter((one) => one.label.toLowerCase().split(/\s+/).some((word) => word.startsWith(wanted))).slice(0, SUGGESTED_AT_MOST)
    .map((one) => ({ label: one.label, hint: one.hint, face: avatar(one.id, 'small'), pick: `@${command ? one.name : one.label} `, from, to: caret }));
}

function mentionables() {
  const { app, people } = store.state;
  const humans = people.filter((one) => !one.is_bot).map((one) => ({ id: one.id, name: one.name, label: nameOf(one.id), hint: one.title || one.role_hint }));
  return app ? [{ id: app.bot_user_id, name: app.name.toLowerCase(), label: app.name, hint: 'app' }, ...humans] : humans;
}

function commandOffers(text) {
  const [word, ...rest] = text.split(' ');
  const face = avatar(store.state.app?.bot_user_id, 'small');
  const known = store.state.commands.filter((one) => (rest.length ? one.command === word : one.command.startsWith(word)));
  return known.map((one) => ({
    label: one.command, usage: one.usage_hint, hint: one.description, face,
    pick: rest.length ? undefined : `${one.command} `, from: 0, to: text.length,
  }));
}

function offerList(box, offers, active, id) {
  const title = offers[0].label.startsWith('/') ? 'Commands' : 'People';
  return h('div', { class: 'offers', role: 'listbox', id: `${id}-offers`, 'aria-label': title },
    h('div', { class: 'offers-title', 'aria-hidden': 'true' }, title),
    offers.map((one, index) => h('div', {
      role: 'option', key: one.label, id: `${id}-offer-${index}`, class: `offer${one.pick && index === active ? ' offer-active' : ''}`,
      'aria-selected': String(Boolean(one.pick) && index === active), onpointerdown: (event) => event.preventDefault(), onclick: () => one.pick && take(box, one),
    }, one.face, h('span', { class: 'offer-main' }, h('span', { class: 'offer-label' }, one.label, one.usage && h('span', { class: 'offer-usage' }, one.usage)),
      one.hint && h('span', { class: 'offer-hint' }, one.hint)))));
}

function take(box, offer) {
  const text = box.state.text.slice(0, offer.from) + offer.pick + box.state.text.slice(offer.to);
  const caret = offer.from + offer.pick.length;
  box.set({ text, caret, active: 0, trouble: '' });
  queueMicrotask(() => {
    const el = document.getElementById(`composer-${box.pane}`);
    el?.focus();
    el?.setSelectionRange(caret, caret);
  });
}

function keys(box, event, offers, active) {
  if (event.isComposing) return;
  const choosing = offers.length > 0 && offers[active]?.pick;
  const exact = choosing && offers[active].label === box.state.text;
  if (choosing && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    box.set({ active: (active + (event.key === 'ArrowDown' ? 1 : -1) + offers.length) % offers.length });
  } else if (choosing && (event.key === 'Tab' || (event.key === 'Enter' && !exact)) && !event.shiftKey) {
    take(box, offers[active]);
  } else if (event.key === 'Escape' && offers.length > 0) {
    box.set({ shut: true });
    event.stopPropagation();
  } else if (event.key === 'Enter' && !event.shiftKey) {
    send(box);
  } else {
    return;
  }
  event.preventDefault();
}

async function send(box) {
  const { text, sending } = local(box.scope, 'text', FRESH);
  if (!text.trim() || sending) return;
  if (text.startsWith('/') && box.thread) {
    box.set({ trouble: `${text.split(' ')[0]} is not supported in threads. Use it in the channel, or use the buttons on the message.` });
    return;
  }
  box.set({ ...FRESH, sending: true });
  toEnd(box.thread ? 'thread-messages' : 'messages');
  const answer = await (text.startsWith('/') ? sendCommand(box, text) : act('message', messageFields(box, text)));
  const now = local(box.scope, 'text', FRESH);
  // What could not be sent comes back, unless something new was typed meanwhile.
  box.set(answer.ok ? { sending: false } : { sending: false, trouble: answer.error, text: now.text || text });
  redraw();
}

// Who says something wants to see what comes of it; from its end on, a list follows what is new.
function toEnd(id) {
  const list = document.getElementById(id);
  if (list) list.scrollTop = list.scrollHeight;
}

function sendCommand(box, text) {
  const [command] = text.split(/\s/, 1);
  return act('command', { channel: box.channel.id, command, text: text.slice(command.length).trim() });
}

function messageFields(box, text) {
  const fields = { channel: box.channel.id, text: withMentions(text) };
  return box.thread ? { ...fields, thread_ts: box.thread } : fields;
}

// "@Ana Costa" and "#sales" become what Slack sends for them; the rest is escaped as Slack's client does.
function withMentions(text) {
  let out = encode(text);
  const names = mentionables().sort((a, b) => b.label.length - a.label.length);
  for (const one of names) out = out.split(`@${encode(one.label)}`).join(`<@${one.id}>`);
  return out.replace(/(^|\s)#([\p{L}\p{N}_-]+)/gu, (whole, gap, name) => {
    const found = store.state.channels.find((one) => one.kind !== 'im' && one.name === name);
    return found ? `${gap}<#${found.id}|${found.name}>` : whole;
  });
}
