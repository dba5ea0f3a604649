// One message: face, name, text or blocks, reactions, thread line, and the bar that appears over it.

import { act } from './api.js';
import { blocks } from './blocks.js';
import { REACTIONS, emoji } from './emoji.js';
import { icon } from './icons.js';
import { decode, link } from './inline.js';
import { mrkdwn } from './mrkdwn.js';
import { avatar } from './people.js';
import { menuButton } from './popup.js';
import { goTo } from './route.js';
import { cssColor, nameOf, person, setLocal, store, toast, version } from './store.js';
import { clockTime, fullMoment } from './time.js';
import { h } from './vdom.js';

const GROUP_WITHIN = 300; // seconds: messages of one person closer than this share one face

const cache = new Map(); // scope -> {given, signature, joined, people, version, node}

/** The scope of a message in one pane (`main` or `thread`). */
export function messageScope(channel, ts, pane) {
  return `message ${channel} ${ts} ${pane}`;
}

/** Whether `one` follows `before` closely enough to go without its own face and name. */
export function joins(before, one) {
  return Boolean(before) && authorOf(before) === authorOf(one) && !before.ephemeral === !one.ephemeral && !before.reply_count
    && Number(one.ts) - Number(before.ts) < GROUP_WITHIN;
}

function authorOf(message) {
  return message.user || message.bot_name || '';
}

/** A message, drawn again only when something in it changed. */
export function message(channel, given, { pane, joined = false }) {
  const scope = messageScope(channel, given.ts, pane);
  const kept = cache.get(scope);
  const fresh = kept && kept.version === version(scope) && kept.joined === joined && kept.people === store.state.people.length;
  if (fresh && kept.given === given) return kept.node;
  // The list is fetched anew on every change; most messages in it are what they were.
  const signature = JSON.stringify(given);
  const node = fresh && kept.signature === signature ? kept.node : drawn(scope, channel, given, pane, joined);
  cache.set(scope, { given, signature, joined, people: store.state.people.length, version: version(scope), node });
  return node;
}

/** Forgets all drawn messages (another person looks now). */
export function forgetMessages() {
  cache.clear();
}

function drawn(scope, channel, given, pane, joined) {
  const seconds = Number(given.ts);
  const author = given.bot_name || nameOf(given.user);
  const classes = `message${joined ? ' message-joined' : ''}${given.ephemeral ? ' message-ephemeral' : ''}`;
  return h('article', { class: classes, key: given.ts, 'data-ts': given.ts, 'data-scope': scope, 'aria-label': `${author}, ${clockTime(seconds)}` },
    given.ephemeral && h('div', { class: 'only-you' }, icon('eye'), 'Only visible to you'),
    h('div', { class: 'message-row' },
      h('div', { class: 'message-side' }, joined ? h('time', { class: 'message-time side-time', title: fullMoment(seconds) }, clockTime(seconds)) : avatar(given.user, 'large')),
      h('div', { class: 'message-main' },
        !joined && head(given, author, seconds),
        body(scope, channel, given),
        reactions(channel, given),
        pane === 'main' && threadLine(channel, given))),
    !given.ephemeral && toolbar(scope, channel, given, pane));
}

function head(given, author, seconds) {
  const app = person(given.user).is_bot || given.bot_name || given.user === store.state.app?.bot_user_id;
  return h('div', { class: 'message-head' },
    h('span', { class: 'message-author' }, author), app && h('span', { class: 'app-badge' }, 'APP'),
    h('time', { class: 'message-time', title: fullMoment(seconds) }, clockTime(seconds)),
    given.response_to_command && h('span', { class: 'message-command' }, `for ${given.response_to_command}`));
}

function body(scope, channel, given) {
  const edited = given.edited && h('span', { class: 'edited', key: 'edited' }, '(edited)');
  const ctx = { scope, surface: 'message', container: { kind: 'message', channel, ts: given.ts }, state: given.state, errors: null };
  if (given.blocks?.length > 0) {
    return [h('div', { class: 'message-body blocks' }, blocks(ctx, given.blocks), edited), extras(ctx, given)];
  }
  return [h('div', { class: 'message-body text' }, mrkdwn(given.text), edited), extras(ctx, given)];
}

// Attachments and previews of links have a bar at their side; files are boxes.
function extras(ctx, given) {
  const previews = [...(given.attachments || []), ...Object.values(given.unfurls || {})];
  return [
    previews.map((one, index) => h('div', { class: 'attachment', key: `attachment ${index}`, style: { 'border-left-color': cssColor(one.color || 'dddddd') } },
      one.pretext && h('div', { class: 'text' }, mrkdwn(one.pretext)),
      one.title && h('div', { class: 'card-title' }, one.title_link ? link(one.title_link, one.title) : one.title),
      one.text && h('div', { class: 'text' }, mrkdwn(one.text)),
      one.blocks && h('div', { class: 'blocks' }, blocks(ctx, one.blocks)))),
    (given.files || []).map((one, index) => h('div', { class: 'box', key: `file ${index}` }, icon('file'), h('a', { href: one.address, download: one.name }, one.title || one.name || 'File'))),
  ];
}

function reactions(channel, given) {
  if (!given.reactions?.length) return null;
  return h('div', { class: 'reactions' }, given.reactions.map((one) => h('button', {
    type: 'button', key: one.name, class: `reaction${one.users.includes(store.as) ? ' reaction-mine' : ''}`,
    title: `${one.users.map(nameOf).join(', ')} reacted with :${one.name}:`, 'aria-label': `${one.name.replace(/_/g, ' ')}, ${one.users.length}`,
    onclick: () => react(channel, given, one.name),
  }, h('span', { class: 'emoji' }, emoji(one.name) || `:${one.name}:`), String(one.users.length))));
}

async function react(channel, given, name) {
  const answer = await act('react', { channel, ts: given.ts, name });
  if (!answer.ok) toast(answer.error, 'error');
}

function threadLine(channel, given) {
  if (!given.reply_count) return null;
  return h('button', { type: 'button', class: 'thread-line', onclick: () => goTo({ channel, thread: given.ts }) },
    icon('reply'), given.reply_count === 1 ? '1 reply' : `${given.reply_count} replies`, h('span', { class: 'thread-open' }, 'View thread'));
}

function toolbar(scope, channel, given, pane) {
  const shortcuts = store.state.shortcuts.filter((one) => one.type !== 'global');
  const items = [
    pane === 'main' && { label: 'Reply in thread', icon: 'reply', run: () => goTo({ channel, thread: given.thread_ts || given.ts }) },
    { label: 'Copy text', icon: 'file', run: () => navigator.clipboard?.writeText(decode(given.text || '')).catch(() => toast('The browser did not allow copying.', 'error')) },
    shortcuts.length > 0 && `${store.state.app?.name || 'App'} shortcuts`,
    ...shortcuts.map((one) => ({ label: one.name, icon: 'bolt', run: () => runShortcut(one, channel, given) })),
  ].filter(Boolean);
  const smileys = [{ node: h('div', { class: 'emoji-grid' }, REACTIONS.map((name) => h('button', {
    type: 'button', role: 'menuitem', class: 'emoji-pick', key: name, 'aria-label': name.replace(/_/g, ' '), title: `:${name}:`,
    onclick: () => {
      setLocal(scope, 'menu react', { open: false });
      react(channel, given, name);
    },
  }, emoji(name)))) }];
  return h('div', { class: 'toolbar', role: 'toolbar', 'aria-label': 'Message actions' },
    menuButton(scope, 'react', { label: 'Add reaction', face: icon('smile'), items: smileys, align: 'right' }),
    pane === 'main' && h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Reply in thread', title: 'Reply in thread', onclick: () => goTo({ channel, thread: given.thread_ts || given.ts }) }, icon('reply')),
    menuButton(scope, 'more', { label: 'More actions', face: icon('more'), items, align: 'right' }));
}

async function runShortcut(shortcut, channel, given) {
  const answer = await act('message_shortcut', { callback_id: shortcut.callback_id, channel, ts: given.ts });
  if (!answer.ok) toast(answer.error, 'error');
}
