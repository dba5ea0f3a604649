// One conversation: every mail as its reader sees it, and what the reader can do with it.

import { icon } from './icons.js';
import { back } from './mail-lists.js';
import { act, mailOf, openForm, place, thread, view } from './mail-state.js';
import { addressIn, face, happened, moment, nameIn, size, when } from './mail-words.js';
import { menuButton } from './popup.js';
import { redraw, store, toast } from './store.js';
import { h } from './vdom.js';

const BAD = ['bounce', 'dropped', 'deferred', 'spamreport', 'strayed'];
const FRAME_LEAST = 60; // pixels
const FRAME_EDGES = 18; // pixels: the margins a browser gives a page, above and below
const seen = new Set();

/** The pane on the right. */
export function reader() {
  const one = thread();
  if (!one) {
    const hint = place.thread ? 'This conversation is gone.' : 'Choose a conversation to read it.';
    return h('section', { class: 'mail-reader mail-reader-empty', key: 'reader', 'aria-label': 'Conversation' }, store.state.threads.length > 0 && h('p', {}, hint));
  }
  const mails = one.mails.map(mailOf);
  markRead(mails);
  return h('section', { class: 'mail-reader', key: `reader ${one.key}`, 'aria-label': 'Conversation' },
    h('div', { class: 'pane-head' },
      h('button', { type: 'button', class: 'icon-button mail-back', 'aria-label': 'Back to the list', onclick: back }, icon('back')),
      h('h2', { class: 'pane-title mail-subject' }, one.subject),
      h('span', { class: 'pane-topic' }, mails.length === 1 ? '1 mail' : `${mails.length} mails`)),
    h('div', { class: 'scroll mail-scroll', tabindex: '0', 'aria-label': 'Mails', hook: { mount: toTheNewest } }, mails.map((mail, index) => letter(mail, index === mails.length - 1))));
}

function markRead(mails) {
  for (const mail of mails) {
    if (mail.read || seen.has(mail.id)) continue;
    seen.add(mail.id);
    act('read', { mail: mail.id }, { quiet: true });
  }
}

function toTheNewest(el) {
  el.lastElementChild?.scrollIntoView({ block: 'start' });
}

function letter(mail, newest) {
  const folded = view.shut.get(mail.id) ?? !newest;
  const fold = () => {
    view.shut.set(mail.id, !folded);
    redraw();
  };
  return h('article', { class: `letter${folded ? ' letter-folded' : ''}`, key: mail.id, 'aria-label': `${nameIn(mail.from)}, ${when(mail.at)}` },
    h('button', { type: 'button', class: 'letter-head', 'aria-expanded': String(!folded), onclick: fold },
      face(nameIn(mail.from)),
      h('span', { class: 'letter-who' },
        h('span', { class: 'letter-from' }, nameIn(mail.from), !folded && h('span', { class: 'letter-address' }, ` ${addressIn(mail.from)}`)),
        h('span', { class: 'letter-to' }, folded ? gist(mail.text) : `to ${mail.folder === 'sent' ? addressIn(mail.to) : nameIn(mail.to)}${mail.cc ? `, ${mail.cc}` : ''}`)),
      h('span', { class: 'letter-time', title: moment(mail.at) }, when(mail.at))),
    !folded && happenings(mail),
    !folded && body(mail),
    !folded && mail.files.length > 0 && files(mail),
    !folded && mail.from_app && actions(mail));
}

// What a folded mail shows: its own words, on one line.
function gist(text) {
  return text.split('\n').filter((line) => line && !line.startsWith('>')).join(' ').slice(0, 200);
}

function happenings(mail) {
  if (mail.said.length === 0) return null;
  const words = { strayed: 'went to an address that is not the app’s', replied: 'replied', away: 'away note sent', returned: 'returned by mail' };
  return h('ul', { class: 'letter-said', 'aria-label': 'What happened to it' }, happened(mail.said).map((word) => {
    const bare = word.replace(/ ×.*/, '');
    return h('li', { class: `mail-badge${BAD.includes(bare) ? ' mail-badge-bad' : ''}`, key: word }, word.replace(bare, words[bare] || bare));
  }));
}

function body(mail) {
  const tab = view.tabs.get(mail.id) || (mail.has_html ? 'html' : 'text');
  const tabs = [mail.has_html && ['html', 'Mail'], ['text', 'Plain text'], ['headers', 'Headers']].filter(Boolean);
  const choose = (name) => {
    view.tabs.set(mail.id, name);
    redraw();
  };
  const keys = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = tabs.findIndex(([name]) => name === tab);
    const next = tabs[(at + step + tabs.length) % tabs.length][0];
    choose(next);
    document.getElementById(`tab-${next}-${mail.id}`)?.focus();
  };
  return [
    h('div', { class: 'tabs letter-tabs', role: 'tablist', 'aria-label': 'Ways to see it', onkeydown: keys }, tabs.map(([name, label]) => h('button', {
      type: 'button', role: 'tab', class: 'tab', id: `tab-${name}-${mail.id}`, key: name, 'aria-selected': String(name === tab), tabindex: name === tab ? '0' : '-1', 'aria-controls': `body-${mail.id}`,
      onclick: () => choose(name),
    }, label))),
    h('div', { class: `letter-body letter-${tab}`, role: 'tabpanel', id: `body-${mail.id}`, 'aria-labelledby': `tab-${tab}-${mail.id}`, key: tab }, contents(mail, tab)),
  ];
}

function contents(mail, tab) {
  if (tab === 'headers') {
    return h('dl', { class: 'letter-headers' }, mail.headers.map(([name, value], index) => h('div', { key: index }, h('dt', {}, name), h('dd', {}, value))));
  }
  if (tab === 'text') return h('pre', { class: 'letter-plain' }, mail.text);
  return h('iframe', {
    class: 'letter-frame', title: `The mail “${mail.subject}”`, src: `/sandbox/mail/html/${mail.id}`, sandbox: 'allow-same-origin', referrerpolicy: 'no-referrer', key: mail.id,
    onload: (event) => settle(event.currentTarget, mail),
  });
}

// No script runs in the mail: the page measures it from outside, and takes its clicks.
function settle(frame, mail) {
  const inside = frame.contentDocument;
  if (!inside?.body) return;
  const measure = () => frame.style.setProperty('height', `${Math.max(FRAME_LEAST, inside.body.scrollHeight + FRAME_EDGES)}px`);
  measure();
  let width = frame.clientWidth;
  new ResizeObserver(() => {
    if (frame.clientWidth === width) return;
    width = frame.clientWidth;
    measure();
  }).observe(frame);
  inside.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]');
    if (!link) return;
    event.preventDefault();
    const index = mail.links.findIndex((one) => one.url === link.href || one.url === link.getAttribute('href'));
    if (index >= 0) follow(mail, index);
    else window.open(served(link.href), '_blank', 'noopener');
  });
}

// Where an address out of a mail is really served: the product's own pages are on this machine.
function served(url) {
  const site = Object.keys(store.state.sites).find((one) => url.startsWith(one));
  return site ? store.state.sites[site] + url.slice(site.length) : url;
}

/** A page of the app is really served, so it opens in a tab of its own; other links lead nowhere. */
function see(link) {
  if (link.goes_to !== link.url) window.open(link.goes_to, '_blank', 'noopener');
}

async function follow(mail, index) {
  see(mail.links[index]);
  const answer = await act('click', { mail: mail.id, number: index + 1 });
  if (answer.ok) toast(`Followed the link to ${answer.url}.`);
}

function files(mail) {
  return h('ul', { class: 'letter-files', 'aria-label': 'Attachments' }, mail.files.map((one) => h('li', { key: one.name }, icon('file'), h('span', {}, one.name || 'without a name'), h('span', { class: 'letter-size' }, size(one.size)))));
}

async function does(kind, mail, fields, said) {
  const answer = await act(kind, { mail: mail.id, ...fields });
  if (answer.ok) toast(typeof said === 'function' ? said(answer) : said);
}

function actions(mail) {
  const unsubscribed = (answer) => (answer.status ? `Unsubscribed: the page answered ${answer.status}.` : 'Unsubscribed at SendGrid.');
  const way = (name) => () => does('unsubscribe', mail, { way: name }, unsubscribed);
  const open = [
    { label: 'Open', hint: 'A person loads the pictures', run: () => does('open', mail, {}, 'Opened.') },
    { label: 'Privacy proxy', hint: 'Apple’s servers load them, whether or not anybody reads', run: () => does('open', mail, { machine: true }, 'Opened by a machine.') },
    { label: 'Scanner', hint: 'A company’s scanner opens it and follows every link at once', run: () => does('scan', mail, {}, 'A scanner followed every link.') },
  ];
  const bounces = [
    { label: 'Hard bounce', hint: 'There is no such address', run: () => does('bounce', mail, {}, 'Bounced.') },
    { label: 'Blocked', hint: 'Turned away this time', run: () => does('bounce', mail, { blocked: true }, 'Blocked.') },
    { label: 'Returned by mail', hint: 'The server writes that it could not deliver', run: () => does('return', mail, {}, 'The server wrote back.') },
  ];
  const ways = [
    { label: 'With the mail program’s button', hint: 'One click, as its header offers', run: way('header') },
    { label: 'On the page', hint: 'Opens the link and confirms', run: way('page') },
    ...mail.links.filter((one) => one.goes_to !== one.url).slice(-1).map((one) => ({ label: 'See the page', hint: 'In a new tab, as its reader does', run: () => see(one) })),
    { label: 'SendGrid’s own link', run: way('sendgrid') },
    { label: 'From a group', run: way('group') },
  ];
  const links = mail.links.length === 0 ? ['This mail has no links'] : mail.links.map((one, index) => ({ label: one.url.replace(/^https?:\/\//, '').slice(0, 60), run: () => follow(mail, index) }));
  const down = (label) => [h('span', {}, label), icon('down')];
  const menu = (name, label, items) => menuButton(`mail ${mail.id}`, name, { label, face: down(label), items, className: 'btn' });
  return h('div', { class: 'letter-actions', role: 'group', 'aria-label': 'What the reader does' },
    h('button', { type: 'button', class: 'btn btn-primary', onclick: () => openForm('reply', mail) }, icon('reply'), 'Reply'),
    menu('open', 'Open', open),
    menu('click', 'Click', links),
    h('button', { type: 'button', class: 'btn', onclick: () => openForm('away', mail) }, 'Out of office'),
    menu('bounce', 'Bounce', bounces),
    h('button', { type: 'button', class: 'btn', onclick: () => does('spam', mail, {}, 'Reported as spam.') }, 'Report spam'),
    menu('unsubscribe', 'Unsubscribe', ways));
}
