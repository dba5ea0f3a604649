// Starts the mailbox page: follows the post office, draws it, and keeps the address bar in step.

import { toasts } from './developer.js';
import { icon } from './icons.js';
import { dialog } from './mail-forms.js';
import { conversations, sidebar } from './mail-lists.js';
import { reader } from './mail-reader.js';
import { follow, place, readPlace, thread, view } from './mail-state.js';
import { webhooks } from './mail-webhooks.js';
import { closePopups, watchPopups } from './popup.js';
import { onDraw, redraw, store } from './store.js';
import { clockMenu } from './topbar.js';
import { h, patch } from './vdom.js';

const root = document.getElementById('app');
const CLOCK_TICK = 15000; // milliseconds

function page() {
  if (!store.state) {
    return h('p', { class: 'starting', role: 'status', key: 'starting' }, store.connection === 'lost' ? 'The sandbox does not answer yet. Trying again…' : 'Opening the mailboxes…');
  }
  const side = webhooks();
  return [
    store.connection === 'lost' && h('div', { class: 'banner', role: 'alert', key: 'banner' }, 'The sandbox does not answer. Reconnecting…'),
    h('div', { class: `shell${side ? ' with-side' : ''}`, inert: view.form !== null, key: 'shell' }, topbar(), sidebar(),
      h('main', { class: `main mail-main${place.thread ? ' mail-reading' : ''}`, key: 'main', 'aria-label': 'Mail' }, conversations(), store.state.boxes.length > 0 && reader()), side),
    h('div', { class: 'layer', key: 'form' }, dialog()),
    toasts(),
  ];
}

function topbar() {
  return h('header', { class: 'topbar', key: 'topbar' },
    h('button', {
      type: 'button', class: 'top-button top-menu', 'aria-label': 'Mailboxes', 'aria-controls': 'sidebar', 'aria-expanded': String(store.drawer),
      onclick: () => {
        store.drawer = !store.drawer;
        redraw();
      },
    }, icon('menu')),
    clockMenu(),
    h('div', { class: 'top-tools' },
      h('a', { class: 'top-button', href: `/${sessionStorage.getItem('slack place') || ''}` }, icon('hash'), h('span', { class: 'top-label' }, 'Slack')),
      h('button', {
        type: 'button', class: `top-button${view.webhooks ? ' top-on' : ''}`, 'aria-pressed': String(view.webhooks), 'aria-label': 'Webhooks drawer', title: 'Webhooks',
        onclick: () => {
          view.webhooks = !view.webhooks;
          redraw();
        },
      }, icon('bolt'), h('span', { class: 'top-label' }, 'Webhooks'), store.state.lost > 0 && h('span', { class: 'top-badge' }, String(store.state.lost)))));
}

function draw() {
  patch(root, page());
  document.title = title();
}

function title() {
  if (!store.state) return 'Mailboxes';
  const unread = store.state.boxes.some((one) => one.unread > 0) ? '* ' : '';
  const subject = thread()?.subject;
  return `${unread}${subject ? `${subject} · ` : ''}${store.state.box || 'Mailboxes'}`;
}

function onPlace() {
  const before = place.box;
  closePopups();
  readPlace();
  if (place.box !== before) follow();
  redraw();
}

onDraw(draw);
watchPopups();
window.addEventListener('hashchange', onPlace);
setInterval(() => store.state && redraw(), CLOCK_TICK);
readPlace();
redraw();
follow();
