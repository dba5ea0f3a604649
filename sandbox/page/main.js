// Starts the page: follows the sandbox's state, draws it, and keeps the address bar in step.

import { act, fetchMessages, follow } from './api.js';
import { confirmDialog } from './dialogs.js';
import { developerPane, toasts } from './developer.js';
import { rememberFocus, restoreFocus } from './focus.js';
import { forgetMessages, messageScope } from './message.js';
import { focusErrors, modal } from './modal.js';
import { listKey, mainPane, openApp, threadPane } from './panes.js';
import { closePopups, watchPopups } from './popup.js';
import { readRoute, settleRoute } from './route.js';
import { sidebar } from './sidebar.js';
import { HOME, appChannel, channel, onDraw, redraw, store, toast } from './store.js';
import { viewScope } from './submit.js';
import { topbar } from './topbar.js';
import { inputsIn, prune } from './values.js';
import { h, patch } from './vdom.js';

const root = document.getElementById('app');
const AT_END = 60; // pixels from the end of a list that still count as reading the newest
const CLOCK_TICK = 15000; // milliseconds

function page() {
  if (!store.state) {
    return h('p', { class: 'starting', role: 'status', key: 'starting' }, store.connection === 'lost' ? 'The sandbox does not answer yet. Trying again…' : 'Opening the workspace…');
  }
  const covered = store.state.modals.length > 0 || store.confirm !== null;
  const side = store.developer ? developerPane() : threadPane();
  return [
    store.connection === 'lost' && h('div', { class: 'banner', role: 'alert', key: 'banner' }, 'The sandbox does not answer. Reconnecting…'),
    h('div', { class: `shell${side ? ' with-side' : ''}`, inert: covered, key: 'shell' }, topbar(), sidebar(), mainPane(), side),
    h('div', { class: 'layer', inert: store.confirm !== null, key: 'modals' }, modal()),
    h('div', { class: 'layer', key: 'confirm' }, confirmDialog()),
    toasts(),
  ];
}

function draw() {
  const spot = rememberFocus();
  const ends = ['messages', 'thread-messages'].map((id) => document.getElementById(id)).filter((el) => el && el.scrollHeight - el.scrollTop - el.clientHeight < AT_END);
  patch(root, page());
  for (const el of ends) if (el.isConnected) el.scrollTop = el.scrollHeight;
  restoreFocus(spot);
  focusErrors();
  document.title = title();
}

function title() {
  if (!store.state) return 'Sandbox';
  const one = channel(store.place.channel);
  const unread = store.state.channels.some((each) => each.unread > 0) ? '* ' : '';
  const place = store.place.channel === HOME ? store.state.app?.name : one?.name;
  return `${unread}${place ? `${place} · ` : ''}${store.state.team.name}`;
}

function firstPlace() {
  const rooms = store.state.channels.filter((one) => one.kind !== 'im' && one.is_member);
  return rooms.find((one) => one.name === 'sales')?.id || rooms[0]?.id || HOME;
}

function takeState(state) {
  const known = store.state && store.as === state.me.id;
  store.state = state;
  store.received = performance.now();
  store.as = state.me.id;
  const route = readRoute();
  if (route.as !== store.as) settleRoute({ as: store.as });
  announce(state.notices, known);
  pruneViews(state);
  settlePlace();
  redraw();
  loadMessages();
}

// What happened before the page was opened stands in the drawer; only news is shown in the corner.
function announce(notices, known) {
  for (const one of notices) {
    if (store.seenNotices.has(one.id)) continue;
    store.seenNotices.add(one.id);
    if (known) toast(one.text, one.level);
  }
}

function pruneViews(state) {
  for (const view of [...state.modals.map((one) => one.view), state.home?.view].filter(Boolean)) prune(viewScope(view.id), inputsIn(view.blocks));
}

function settlePlace() {
  const route = readRoute();
  const reachable = route.channel === HOME || channel(route.channel);
  const next = reachable ? { channel: route.channel, thread: route.thread } : { channel: firstPlace(), thread: '' };
  if (!reachable) settleRoute({ channel: next.channel, thread: '' });
  const moved = next.channel !== store.place.channel || store.placeOf !== store.as;
  store.place = next;
  store.placeOf = store.as;
  if (moved && next.channel === HOME) openApp('home');
  if (moved && next.channel === appChannel()?.id) openApp('messages');
}

let loading = false;
let again = false;

async function loadMessages() {
  if (loading) {
    again = true;
    return;
  }
  loading = true;
  const { channel: id, thread } = store.place;
  const as = store.as;
  try {
    if (channel(id)) {
      await loadList(as, id, '');
      if (thread) await loadList(as, id, thread);
      markRead(id);
    }
  } catch {
    // The long poll notices a sandbox that is gone, and asks again when it is back.
  } finally {
    loading = false;
    if (again) {
      again = false;
      loadMessages();
    }
  }
}

async function loadList(as, id, thread) {
  const found = await fetchMessages(id, thread);
  if (as !== store.as) return;
  const key = listKey(id, thread);
  dropStaleChoices(id, store.messages.get(key) || [], found, thread ? 'thread' : 'main');
  store.messages.set(key, found);
  redraw();
}

// A message that the app replaced starts anew: what was chosen in its old selects is gone, as in Slack.
function dropStaleChoices(id, before, found, pane) {
  const old = new Map(before.map((one) => [one.ts, JSON.stringify(one.blocks)]));
  for (const one of found) {
    if (old.has(one.ts) && old.get(one.ts) !== JSON.stringify(one.blocks)) prune(messageScope(id, one.ts, pane));
  }
}

function markRead(id) {
  if (channel(id)?.unread > 0 && document.visibilityState === 'visible') act('read', { channel: id });
}

function onRoute() {
  const route = readRoute();
  closePopups();
  if (route.as !== store.as || route.team !== store.team) {
    start(route);
    return;
  }
  if (!store.state) return;
  settlePlace();
  redraw();
  loadMessages();
}

function start(route) {
  store.as = route.as;
  store.team = route.team;
  store.state = store.state && route.as ? { ...store.state, modals: [] } : null;
  store.messages.clear();
  store.drawer = false;
  forgetMessages();
  follow(takeState);
}

onDraw(draw);
watchPopups();
window.addEventListener('hashchange', onRoute);
document.addEventListener('visibilitychange', () => store.state && markRead(store.place.channel));
setInterval(() => store.state && redraw(), CLOCK_TICK);
redraw();
start(readRoute());
