// The aubergine column: workspace, channels, direct messages, the app, and who you are.

import { act } from './api.js';
import { icon } from './icons.js';
import { avatar, personSwitch } from './people.js';
import { goTo } from './route.js';
import { HOME, appChannel, channelLabel, redraw, store, toast } from './store.js';
import { h } from './vdom.js';

function entry(key, { current, unread, face, label, go }) {
  return h('li', { key }, h('button', {
    type: 'button', class: `side-item${current ? ' side-current' : ''}${unread ? ' side-unread' : ''}`, 'aria-current': current ? 'page' : undefined,
    onclick: () => {
      store.drawer = false;
      go();
      redraw();
    },
  }, face, h('span', { class: 'side-label' }, label),
  unread > 0 && h('span', { class: 'side-badge' }, String(unread), h('span', { class: 'visually-hidden' }, ' unread'))));
}

function group(title, items) {
  return h('section', { class: 'side-group', key: title }, h('h2', { class: 'side-heading' }, title), h('ul', { class: 'side-list' }, items));
}

function channelEntry(one) {
  return entry(one.id, {
    current: store.place.channel === one.id, unread: one.unread, face: icon(one.kind === 'private' ? 'lock' : 'hash'), label: one.name,
    go: () => goTo({ channel: one.id }),
  });
}

function directEntry(one) {
  return entry(one.im_user, {
    current: store.place.channel === one.id, unread: one.unread, face: avatar(one.im_user, 'small'), label: channelLabel(one),
    go: () => goTo({ channel: one.id }),
  });
}

// People you have not written to yet stand in the list too: there is no other way to find them here.
function strangerEntry(one) {
  return entry(one.id, {
    current: false, unread: 0, face: avatar(one.id, 'small'), label: one.real_name || one.name,
    go: () => openDirect(one.id),
  });
}

/** Opens the direct messages with a person, or with the app. */
export async function openDirect(user) {
  const known = store.state.channels.find((one) => one.kind === 'im' && one.im_user === user);
  if (known) {
    goTo({ channel: known.id });
    return;
  }
  const answer = await act('open_im', { user });
  const id = typeof answer.channel === 'string' ? answer.channel : answer.channel?.id;
  if (answer.ok && id) goTo({ channel: id });
  else toast(answer.error || 'The conversation could not be opened.', 'error');
}

function directs() {
  const { channels, people, app } = store.state;
  const ims = channels.filter((one) => one.kind === 'im' && one.im_user !== app?.bot_user_id);
  const met = new Set(ims.map((one) => one.im_user));
  const strangers = people.filter((one) => !one.is_bot && one.id !== store.as && !met.has(one.id));
  return [...ims.map(directEntry), ...strangers.map(strangerEntry)];
}

function appEntry() {
  const { app } = store.state;
  const own = appChannel();
  const current = store.place.channel === HOME || (own && store.place.channel === own.id);
  return entry('app', { current, unread: own?.unread || 0, face: avatar(app.bot_user_id, 'small'), label: app.name, go: () => goTo({ channel: HOME }) });
}

/** The sidebar; on a phone it slides in over the page. */
export function sidebar() {
  const { team, channels, app } = store.state;
  const rooms = channels.filter((one) => one.kind !== 'im');
  const hide = () => {
    if (!store.drawer) return;
    store.drawer = false;
    redraw();
    document.querySelector('.top-menu')?.focus({ preventScroll: true });
  };
  return [
    h('div', { class: `veil${store.drawer ? ' veil-on' : ''}`, key: 'veil', onclick: hide }),
    h('nav', { class: `sidebar${store.drawer ? ' sidebar-open' : ''}`, id: 'sidebar', 'aria-label': 'Workspace', key: 'sidebar', onkeydown: (event) => event.key === 'Escape' && hide() },
      h('div', { class: 'workspace' }, h('span', { class: 'workspace-mark', 'aria-hidden': 'true' }, team.name.slice(0, 1)), h('span', { class: 'workspace-name' }, team.name)),
      h('div', { class: 'side-scroll' },
        app && group('Apps', [appEntry()]),
        group('Channels', rooms.map(channelEntry)),
        group('Direct messages', directs())),
      h('div', { class: 'side-foot' }, personSwitch())),
  ];
}
