// The drawer on the right: how steady the webhooks are, and what was posted to the app.

import { icon } from './icons.js';
import { act, view } from './mail-state.js';
import { size } from './mail-words.js';
import { redraw, store } from './store.js';
import { clockTime } from './time.js';
import { h } from './vdom.js';

const SWITCHES = [
  ['duplicates', 'Duplicates', 'Events come 1 to 5 times, mails 1 to 3 times'],
  ['disorder', 'Disorder', 'Events come in any order, spread over several posts'],
  ['raw', 'Whole mails', 'Inbound Parse posts the raw mail; off: taken apart into fields'],
];

/** The drawer, if it is open. */
export function webhooks() {
  if (!view.webhooks) return null;
  const { switches, posts, waiting, lost, refused } = store.state;
  const shut = () => {
    view.webhooks = false;
    redraw();
  };
  return h('aside', { class: 'side-pane', key: 'webhooks', 'aria-label': 'Webhooks', onkeydown: (event) => event.key === 'Escape' && shut() },
    h('div', { class: 'pane-head' }, h('h2', { class: 'pane-title' }, 'Webhooks'), h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Close the drawer', onclick: shut }, icon('close'))),
    h('div', { class: 'scroll', tabindex: '0', 'aria-label': 'Webhooks' },
      h('div', { class: 'choices mail-switches', role: 'group', 'aria-label': 'How they come' }, SWITCHES.map(([name, label, hint]) => h('label', { class: 'choice', key: name },
        h('input', { type: 'checkbox', checked: switches[name], onchange: (event) => act('switch', { name, on: event.currentTarget.checked }) }),
        h('span', {}, label, h('span', { class: 'choice-hint' }, hint))))),
      h('p', { class: 'drawer-hint' }, `${waiting} on their way, ${lost} turned away for good.`),
      lost > 0 && h('div', { class: 'notice notice-error' }, icon('warning'), h('div', { class: 'notice-text' }, 'The app answered a mail with a refusal: the real SendGrid drops it then, and nobody is told.')),
      refused.length > 0 && h('section', { class: 'drawer-part' }, h('h3', { class: 'drawer-title' }, 'Not sent', h('span', { class: 'drawer-count' }, String(refused.length))),
        refused.map((text, index) => h('div', { class: 'notice notice-error', key: index }, h('div', { class: 'notice-text' }, text)))),
      h('section', { class: 'drawer-part' }, h('h3', { class: 'drawer-title' }, 'Posted', h('span', { class: 'drawer-count' }, String(posts.length))),
        posts.length === 0 && h('p', { class: 'drawer-none' }, 'Nothing yet.'),
        h('ul', { class: 'mail-posts' }, [...posts].reverse().map((one, index) => h('li', { class: 'mail-post', key: posts.length - index },
          h('span', { class: `mail-status${one.status >= 200 && one.status < 300 ? '' : ' mail-status-bad'}` }, one.status || 'no answer'),
          h('span', { class: 'mail-post-what' }, h('span', {}, one.kind === 'inbound' ? `Mail · ${one.what}` : one.what), h('span', { class: 'hint' }, `${clockTime(one.at, true)} · ${size(one.size)}`))))))));
}
