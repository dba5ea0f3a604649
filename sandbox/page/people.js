// Faces and names: avatars, and the switch between people.

import { act } from './api.js';
import { withEmoji } from './emoji.js';
import { menuButton } from './popup.js';
import { icon } from './icons.js';
import { cssColor, nameOf, person, store, toast } from './store.js';
import { daysOn, daysUntil } from './time.js';
import { goTo } from './route.js';
import { h } from './vdom.js';

/** A coloured tile with initials, or the app's mark. */
export function avatar(id, size = 'middle') {
  const app = store.state?.app;
  if (app && id === app.bot_user_id) {
    return h('span', { class: `avatar avatar-${size} avatar-app`, style: { background: cssColor(app.color) }, 'aria-hidden': 'true' }, app.name.slice(0, 1));
  }
  const one = person(id);
  return h('span', { class: `avatar avatar-${size}`, style: { background: one.color }, 'aria-hidden': 'true' }, initials(one.real_name || one.name || '?'));
}

function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? words[0][0] + words[words.length - 1][0] : (words[0] || '?').slice(0, 1);
  return letters.toUpperCase();
}

/** The button at the foot of the sidebar: who you are, and who you could be. */
export function personSwitch() {
  const current = person(store.as);
  const people = store.state.people.filter((one) => !one.is_bot);
  const items = ['See the workspace as', ...people.map((one) => ({
    label: one.real_name || one.name,
    hint: [one.role_hint, one.title, one.status && said(one.status)].filter(Boolean).join(' · '),
    avatar: avatar(one.id, 'small'),
    checked: one.id === store.as,
    run: () => goTo({ as: one.id }),
  })), null, ...statuses(current)];
  const face = [
    h('span', { class: 'me-face' }, avatar(store.as), h('span', { class: 'presence', 'aria-hidden': 'true' })),
    h('span', { class: 'me-text' }, h('span', { class: 'me-name' }, [nameOf(store.as), current.status && withEmoji(current.status.emoji)].filter(Boolean).join(' ')), h('span', { class: 'me-role' }, current.role_hint || current.title || '')),
    icon('people'),
  ];
  return menuButton('page', 'person', { label: `You are ${nameOf(store.as)}. Switch person`, face, items, className: 'me' });
}

/** What one may say beside one's name, as Slack suggests it; the app hears of it as of any change of a profile. */
function statuses(current) {
  const tonight = (days) => daysOn(days, '23:59');
  const some = [
    [':palm_tree:', 'Vacationing', 'Until Friday', tonight(daysUntil(5))],
    [':palm_tree:', 'Vacationing', 'Do not clear', 0],
    [':face_with_thermometer:', 'Out sick', 'Today', tonight(0)],
    [':bus:', 'Commuting', 'Today', tonight(0)],
  ];
  const items = some.map(([emoji, text, hint, expiration]) => ({ label: withEmoji(`${emoji} ${text}`), hint, run: () => setStatus({ emoji, text, expiration }) }));
  const clear = { label: 'Clear your status', hint: current.status ? said(current.status) : '', run: () => setStatus({}) };
  return ['Set your status', ...items, ...(current.status ? [clear] : [])];
}

function said(status) {
  return withEmoji(`${status.emoji} ${status.text}`.trim());
}

async function setStatus(status) {
  const answer = await act('status', status);
  if (!answer.ok) toast(answer.error, 'error');
}
