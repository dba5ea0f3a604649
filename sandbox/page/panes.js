// The panes of messages: a channel, a thread, the app's Home and Messages tabs.

import { act } from './api.js';
import { blocks } from './blocks.js';
import { composer } from './composer.js';
import { icon } from './icons.js';
import { joins, message } from './message.js';
import { avatar } from './people.js';
import { goTo } from './route.js';
import { openDirect } from './sidebar.js';
import { HOME, appChannel, channel, channelLabel, store, toast } from './store.js';
import { viewScope } from './submit.js';
import { dayKey, dayLabel } from './time.js';
import { h } from './vdom.js';

/** The list kept for a channel or one of its threads. */
export function listKey(channelId, thread) {
  return thread ? `${channelId}/${thread}` : channelId;
}

function list(channelId, messages, pane) {
  const out = [];
  let before = null;
  for (const one of messages) {
    const newDay = !before || dayKey(Number(before.ts)) !== dayKey(Number(one.ts));
    if (newDay && pane === 'main') out.push(dayDivider(Number(one.ts)));
    out.push(message(channelId, one, { pane, joined: !newDay && joins(before, one) }));
    before = one;
  }
  return out;
}

function dayDivider(seconds) {
  return h('div', { class: 'day', role: 'separator', key: `day ${dayKey(seconds)}` }, h('span', { class: 'day-label' }, dayLabel(seconds)));
}

function scroller(id, key, label, inside) {
  return h('div', {
    class: 'scroll', id, key, role: 'log', 'aria-live': 'polite', 'aria-label': label, tabindex: '0',
    hook: { mount: (el) => { el.scrollTop = el.scrollHeight; } },
  }, inside);
}

/** The pane in the middle: a channel, a conversation, or the app. */
export function mainPane() {
  const { place } = store;
  const own = appChannel();
  if (place.channel === HOME) return appPane('home');
  if (own && place.channel === own.id) return appPane('messages');
  const one = channel(place.channel);
  if (!one) return h('main', { class: 'main main-empty', key: 'none' }, h('p', {}, 'Choose a channel, or a person to talk to.'));
  return h('main', { class: 'main', key: one.id, 'aria-label': channelLabel(one) }, channelHead(one), conversation(one, intro(one)));
}

function channelHead(one) {
  const sign = one.kind === 'im' ? avatar(one.im_user, 'small') : icon(one.kind === 'private' ? 'lock' : 'hash');
  return h('div', { class: 'pane-head' }, h('h1', { class: 'pane-title' }, sign, channelLabel(one)), one.topic && h('span', { class: 'pane-topic' }, one.topic));
}

function conversation(one, opening) {
  const messages = store.messages.get(listKey(one.id, ''));
  return [
    scroller('messages', `messages ${one.id}`, `Messages in ${channelLabel(one)}`, [
      h('div', { class: 'scroll-fill', key: 'fill' }),
      messages ? [h('div', { class: 'intro', key: 'intro' }, opening), list(one.id, messages, 'main')] : h('p', { class: 'loading', key: 'loading' }, 'Loading…'),
    ]),
    composer('main', one, ''),
  ];
}

function intro(one) {
  if (one.kind === 'im') return [avatar(one.im_user, 'huge'), h('p', {}, 'This conversation is just between ', h('strong', {}, channelLabel(one)), ' and you.')];
  return [h('p', { class: 'intro-title' }, `# ${one.name}`), h('p', {}, one.topic || `This is the very beginning of the ${one.name} channel.`)];
}

function appPane(tab) {
  const { app } = store.state;
  const own = appChannel();
  const tabButton = (name, label, go) => h('button', {
    type: 'button', role: 'tab', id: `tab-${name}`, class: 'tab', 'aria-selected': String(tab === name), tabindex: tab === name ? '0' : '-1', 'aria-controls': 'app-panel', onclick: go,
    onkeydown: (event) => ['ArrowLeft', 'ArrowRight'].includes(event.key) && switchTab(event),
  }, label);
  return h('main', { class: 'main', key: 'app', 'aria-label': app.name },
    h('div', { class: 'pane-head' }, h('h1', { class: 'pane-title' }, avatar(app.bot_user_id, 'small'), app.name, h('span', { class: 'app-badge' }, 'APP'))),
    h('div', { class: 'tabs', role: 'tablist', 'aria-label': `${app.name}’s tabs` },
      tabButton('home', 'Home', () => goTo({ channel: HOME })),
      tabButton('messages', 'Messages', () => openDirect(app.bot_user_id))),
    h('div', { class: 'app-panel', id: 'app-panel', role: 'tabpanel', 'aria-labelledby': `tab-${tab}`, key: tab },
      tab === 'home' ? home() : conversation(own, appIntro(app))));
}

function switchTab(event) {
  const other = [...event.currentTarget.parentElement.children].find((el) => el !== event.currentTarget);
  other.focus();
  other.click();
}

function appIntro(app) {
  return [avatar(app.bot_user_id, 'huge'), h('p', {}, 'This is the very beginning of your messages with ', h('strong', {}, app.name), '.')];
}

function home() {
  const view = store.state.home?.view;
  if (!view) return h('div', { class: 'scroll home', id: 'home' }, h('p', { class: 'loading' }, `${store.state.app.name} has not published its Home tab yet.`));
  const ctx = { scope: viewScope(view.id), surface: 'home', container: { kind: 'view', view_id: view.id }, state: view.state?.values, errors: null };
  return h('div', { class: 'scroll home', id: 'home', tabindex: '0', 'aria-label': 'Home' }, h('div', { class: 'home-inner blocks', 'data-scope': ctx.scope }, blocks(ctx, view.blocks)));
}

/** Tells the sandbox that this person opened the app's `home` or `messages` tab. */
export function openApp(tab) {
  act('home', { tab }).then((answer) => {
    if (!answer.ok) toast(answer.error, 'error');
  });
}

/** The pane on the right: one thread. */
export function threadPane() {
  const { place } = store;
  const one = channel(place.channel);
  if (!place.thread || !one) return null;
  const messages = store.messages.get(listKey(one.id, place.thread));
  const shut = () => goTo({ thread: '' });
  return h('aside', { class: 'side-pane thread', key: 'thread', 'aria-label': 'Thread', onkeydown: (event) => event.key === 'Escape' && shut() },
    h('div', { class: 'pane-head' }, h('h2', { class: 'pane-title' }, 'Thread', h('span', { class: 'pane-sub' }, one.kind === 'im' ? channelLabel(one) : `# ${one.name}`)),
      h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Close the thread', onclick: shut }, icon('close'))),
    scroller('thread-messages', `thread ${place.thread}`, 'Thread', messages ? threadList(one, messages) : h('p', { class: 'loading' }, 'Loading…')),
    composer('thread', one, place.thread));
}

function threadList(one, messages) {
  const [first, ...replies] = messages;
  if (!first) return h('p', { class: 'loading' }, 'This thread is gone.');
  const count = replies.length === 1 ? '1 reply' : `${replies.length} replies`;
  return [list(one.id, [first], 'thread'), replies.length > 0 && h('div', { class: 'reply-count', key: 'count' }, count), list(one.id, replies, 'thread')];
}
