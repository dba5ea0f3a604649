// The mailboxes on the left, and the conversations of one of them.

import { icon } from './icons.js';
import { face, nameIn, when } from './mail-words.js';
import { act, goTo, hrefTo, openForm, place } from './mail-state.js';
import { menuButton } from './popup.js';
import { redraw, store } from './store.js';
import { h } from './vdom.js';

const FATES = [
  ['deliver', 'Arrives', 'Mail to this address is delivered'],
  ['bounce', 'Bounces', 'There is no such address: a hard bounce'],
  ['block', 'Is blocked', 'Turned away this time; the address stays good'],
  ['defer', 'Is deferred', 'The server asks to come again later'],
  ['vanish', 'Vanishes', 'Nothing is ever heard of it again'],
];

/** The aubergine column: everybody who was written to. */
export function sidebar() {
  const { boxes } = store.state;
  const hide = () => {
    if (!store.drawer) return;
    store.drawer = false;
    redraw();
  };
  return [
    h('div', { class: `veil${store.drawer ? ' veil-on' : ''}`, key: 'veil', onclick: hide }),
    h('nav', { class: `sidebar${store.drawer ? ' sidebar-open' : ''}`, id: 'sidebar', 'aria-label': 'Mailboxes', key: 'sidebar', onkeydown: (event) => event.key === 'Escape' && hide() },
      h('div', { class: 'workspace' }, h('span', { class: 'workspace-mark', 'aria-hidden': 'true' }, icon('mail')), h('span', { class: 'workspace-name' }, 'Mailboxes')),
      h('div', { class: 'side-scroll' },
        h('button', { type: 'button', class: 'side-item side-new', onclick: () => openForm('write') }, icon('plus'), h('span', { class: 'side-label' }, 'New mail')),
        boxes.length === 0 && h('p', { class: 'side-none' }, 'Nobody was written to yet.'),
        boxes.length > 0 && h('h2', { class: 'side-heading', id: 'boxes' }, 'People'),
        h('ul', { class: 'side-list', 'aria-labelledby': 'boxes' }, boxes.map(entry)))),
  ];
}

function entry(one) {
  const current = one.address === place.box;
  return h('li', { key: one.address }, h('a', {
    class: `side-item mail-box${current ? ' side-current' : ''}${one.unread ? ' side-unread' : ''}`, href: hrefTo(one.address), 'aria-current': current ? 'page' : undefined,
    onclick: () => { store.drawer = false; redraw(); },
  }, face(one.name || one.address, 'small'),
  h('span', { class: 'side-label' }, h('span', { class: 'mail-box-name' }, one.name || one.address), one.name && h('span', { class: 'mail-box-address' }, one.address)),
  one.unread > 0 && h('span', { class: 'side-badge' }, String(one.unread), h('span', { class: 'visually-hidden' }, ' unread'))));
}

/** The conversations of the mailbox that is looked at. */
export function conversations() {
  const { box, threads, elsewhere, boxes } = store.state;
  if (boxes.length === 0) return nothingYet();
  if (!box) return h('div', { class: 'mail-list', key: 'list' }, h('p', { class: 'loading' }, place.box ? `Nobody wrote to ${place.box} yet.` : 'Choose a mailbox.'));
  return h('div', { class: 'mail-list', key: 'list' },
    head(box),
    h('div', { class: 'scroll', tabindex: '0', 'aria-label': `Conversations of ${box}`, key: box },
      threads.length === 0 && h('p', { class: 'loading' }, 'This mailbox is empty.'),
      h('ul', { class: 'mail-rows' }, threads.map(row)),
      elsewhere.length > 0 && h('section', { class: 'mail-elsewhere', 'aria-label': 'Not in the mailbox' },
        h('h3', {}, 'Not in the mailbox'), h('ul', {}, elsewhere.map(missing)))));
}

function nothingYet() {
  return h('div', { class: 'mail-list mail-none', key: 'list' }, icon('mail'),
    h('p', { class: 'mail-none-title' }, 'No mail yet'),
    h('p', {}, 'Send one from Slack: press ', h('strong', {}, 'Email'), ' on a lead or a contact, or type ', h('code', {}, '/email'), '. It arrives here, as the prospect sees it.'),
    h('button', { type: 'button', class: 'btn', onclick: () => openForm('write') }, icon('plus'), 'New mail from a prospect'));
}

function head(box) {
  const { fate, suppressed, boxes } = store.state;
  const known = boxes.find((one) => one.address === box);
  const items = ['What becomes of mail to this address', ...FATES.map(([name, label, hint]) => ({
    label, hint, checked: fate === name, run: () => act('fate', { box, fate: name }),
  }))];
  const chosen = FATES.find(([name]) => name === fate);
  return h('div', { class: 'pane-head mail-head' },
    h('div', { class: 'mail-owner' }, h('h1', { class: 'pane-title' }, known?.name || box), known?.name && h('span', { class: 'pane-topic' }, box)),
    suppressed && h('span', { class: 'mail-badge mail-badge-bad', title: 'SendGrid does not deliver to this address any more' }, suppressed),
    menuButton('mail', 'fate', { label: `Mail to this address: ${chosen[1]}. Change`, face: [h('span', {}, chosen[1]), icon('down')], items, className: `btn mail-fate${fate === 'deliver' ? '' : ' mail-fate-bad'}`, align: 'right' }));
}

function row(one) {
  const { mails, box } = store.state;
  const current = one.mails.includes(place.thread);
  const last = mails[one.mails.at(-1)];
  return h('li', { key: one.key }, h('a', {
    class: `mail-row${current ? ' mail-row-current' : ''}${one.unread ? ' mail-row-unread' : ''}`, href: hrefTo(box, one.key), 'aria-current': current ? 'true' : undefined,
  },
  h('span', { class: 'mail-row-top' }, h('span', { class: 'mail-row-who' }, people(one), one.mails.length > 1 && h('span', { class: 'mail-count' }, ` ${one.mails.length}`)), h('span', { class: 'mail-row-time' }, when(last.at))),
  h('span', { class: 'mail-row-subject' }, one.subject),
  h('span', { class: 'mail-row-snippet' }, one.snippet),
  one.unread && h('span', { class: 'visually-hidden' }, 'Unread')));
}

function people(one) {
  const names = one.mails.map((id) => store.state.mails[id]).map((mail) => (mail.folder === 'sent' ? 'me' : nameIn(mail.from)));
  return [...new Set(names)].join(', ');
}

function missing(mail) {
  const why = mail.said.filter((word) => !['processed'].includes(word)).at(-1) || 'never heard of again';
  return h('li', { class: 'mail-missing', key: mail.id },
    h('span', { class: 'mail-missing-text' }, h('strong', {}, mail.subject), h('span', {}, why)),
    why === 'deferred' && h('button', { type: 'button', class: 'link-button', onclick: () => act('arrive', { mail: mail.id }) }, 'Deliver it'));
}

/** Goes back from a conversation to the list, on narrow screens. */
export function back() {
  goTo(store.state.box);
}
