// The bar over everything: the sandbox's clock, and the developer's drawer.

import { moveClock } from './api.js';
import { icon } from './icons.js';
import { closePopups, menuButton } from './popup.js';
import { redraw, store, toast } from './store.js';
import { clockLabel, daysOn, daysUntil, daysUntilChange, fromLocal, now, toLocal } from './time.js';
import { h } from './vdom.js';

const AHEAD_FROM = 90; // seconds from real time before the clock counts as moved

async function jump(change, said) {
  try {
    const answer = await moveClock(change);
    if (answer.error) toast(answer.error, 'error');
    else toast(said);
  } catch {
    toast('The clock could not be moved.', 'error');
  }
}

function to(seconds, said) {
  return jump({ to: new Date(seconds * 1000).toISOString() }, said);
}

/** The button that shows the time, and moves it. */
export function clockMenu() {
  const current = now();
  const change = daysUntilChange();
  const moved = Math.abs(current - Date.now() / 1000) > AHEAD_FROM;
  const at = (label, seconds) => ({ label, hint: clockLabel(seconds), run: () => to(seconds, `It is now ${clockLabel(seconds)}.`) });
  const by = (label, seconds) => ({ label, hint: clockLabel(current + seconds), run: () => jump({ advance_seconds: seconds }, `${label}.`) });
  const items = [
    'Move the sandbox’s clock',
    by('10 minutes later', 600),
    by('1 hour later', 3600),
    at('Tomorrow morning', daysOn(1, '09:00')),
    at('Next Monday at 9:00', daysOn(daysUntil(1), '09:00')),
    at('Next Friday at 16:00', daysOn(daysUntil(5), '16:00')),
    ...(change ? [at('Next clock change', daysOn(change, '09:00'))] : []),
    by('1 week later', 7 * 86400),
    null,
    { node: chooseMoment(current) },
    ...(moved ? [null, { label: 'Reset to the real time', run: () => jump({ reset: true }, 'The clock shows the real time again.') }] : []),
  ];
  const face = [icon('clock'), h('span', { class: 'clock-text' }, clockLabel(current)), moved && h('span', { class: 'clock-moved', title: 'Not the real time' }, 'moved'), icon('down')];
  return menuButton('page', 'clock', { label: `Now: ${clockLabel(current)}. Move the clock`, face, items, className: 'clock' });
}

function chooseMoment(current) {
  const go = (event) => {
    event.preventDefault();
    const text = event.target.elements.moment.value;
    if (!text) return;
    closePopups();
    to(fromLocal(text), `It is now ${clockLabel(fromLocal(text))}.`);
  };
  return h('form', { class: 'clock-form', onsubmit: go, onkeydown: (event) => event.key !== 'Escape' && event.stopPropagation() },
    h('label', { class: 'clock-form-label', for: 'clock-moment' }, 'Any moment, your time'),
    h('div', { class: 'clock-form-row' },
      h('input', { class: 'field', id: 'clock-moment', name: 'moment', type: 'datetime-local', hook: { mount: (el) => { el.value = toLocal(current); } } }),
      h('button', { type: 'submit', class: 'btn' }, 'Go')));
}

/** The top bar. */
export function topbar() {
  const news = (store.state.violations || []).length;
  return h('header', { class: 'topbar', key: 'topbar' },
    h('button', {
      type: 'button', class: 'top-button top-menu', 'aria-label': 'Channels and people', 'aria-controls': 'sidebar', 'aria-expanded': String(store.drawer),
      onclick: () => {
        store.drawer = !store.drawer;
        redraw();
        if (store.drawer) queueMicrotask(() => document.querySelector('.side-item')?.focus({ preventScroll: true }));
      },
    }, icon('menu')),
    clockMenu(),
    h('div', { class: 'top-tools' },
      h('a', { class: 'top-button', href: '/mail', onclick: () => sessionStorage.setItem('slack place', location.hash) }, icon('mail'), h('span', { class: 'top-label' }, 'Mailboxes')),
      h('button', {
        type: 'button', class: `top-button${store.developer ? ' top-on' : ''}`, 'aria-pressed': String(store.developer), title: 'Developer',
        'aria-label': `Developer drawer${news ? `, ${news} broken rules` : ''}`,
        onclick: () => {
          store.developer = !store.developer;
          redraw();
        },
      }, icon('wrench'), h('span', { class: 'top-label' }, 'Developer'), news > 0 && h('span', { class: 'top-badge' }, String(news)))));
}
