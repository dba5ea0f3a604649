// What the mailbox page knows, and how it asks for things: the state of the post office, whose mailbox and which
// conversation is looked at (kept in the address: #box=zoe@…&t=m1), and the page's own open forms.

import { redraw, store, toast } from './store.js';

const RETRY = 1500; // milliseconds

export const place = { box: '', thread: '' };
export const view = {
  tabs: new Map(), // mail id -> html | text | headers
  shut: new Map(), // mail id -> whether it is folded
  form: null, // {kind, mail} of the open dialog
  sending: false,
  trouble: '',
  webhooks: false, // the drawer on the right
};

/** Reads the address bar into `place`. */
export function readPlace() {
  const fields = new URLSearchParams(location.hash.slice(1));
  place.box = fields.get('box') || '';
  place.thread = fields.get('t') || '';
}

/** The address of a mailbox or conversation. */
export function hrefTo(box, thread = '') {
  const fields = new URLSearchParams();
  if (box) fields.set('box', box);
  if (thread) fields.set('t', thread);
  return `#${fields}`;
}

/** Goes there. */
export function goTo(box, thread = '') {
  location.hash = hrefTo(box, thread);
}

async function request(path, options) {
  const response = await fetch(path, { cache: 'no-store', ...options });
  return response.json();
}

/** Does something; what cannot be done is said in a corner, unless `quiet`. */
export async function act(kind, fields = {}, { quiet = false } = {}) {
  let answer;
  try {
    answer = await request('/sandbox/mail/act', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ kind, ...fields }) });
  } catch {
    answer = { ok: false, error: 'The sandbox did not answer. Nothing was done.' };
  }
  if (!answer.ok && !quiet) toast(answer.error, 'error');
  return answer;
}

let polling = null;

/** Follows the mailbox that is looked at, until called again for another one. */
export async function follow() {
  polling?.abort();
  const mine = new AbortController();
  polling = mine;
  let since = -1;
  while (!mine.signal.aborted) {
    try {
      const asked = place.box;
      const fields = new URLSearchParams({ since, ...(asked && { box: asked }) });
      const state = await request(`/sandbox/mail/state?${fields}`, { signal: mine.signal });
      if (mine.signal.aborted) return;
      since = state.rev;
      take(state);
      // The first mailbox there is opens by itself.
      if (!asked && state.boxes.length > 0) {
        place.box = state.boxes[0].address;
        since = -1;
      }
    } catch {
      if (mine.signal.aborted) return;
      since = -1;
      store.connection = 'lost';
      redraw();
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
}

function take(state) {
  const { timeZone, locale } = Intl.DateTimeFormat().resolvedOptions();
  // The shared parts of the page format times for "the person who looks": here that is whoever sits at the browser.
  store.state = { ...state, people: [{ id: '', name: 'you', real_name: 'You', tz: timeZone, locale }], channels: [] };
  store.received = performance.now();
  store.connection = 'open';
  redraw();
}

/** The conversation that is looked at, or undefined. */
export function thread() {
  return store.state?.threads.find((one) => one.key === place.thread || one.mails.includes(place.thread));
}

/** A mail of the mailbox that is looked at. */
export function mailOf(id) {
  return store.state.mails[id];
}

/** Opens a dialog of one kind for a mail. */
export function openForm(kind, mail = null) {
  view.form = { kind, mail, opener: document.activeElement };
  view.trouble = '';
  redraw();
}

/** Closes the dialog; the focus goes back to what opened it. */
export function closeForm() {
  const opener = view.form?.opener;
  view.form = null;
  view.sending = false;
  redraw();
  queueMicrotask(() => opener?.isConnected && opener.focus({ preventScroll: true }));
}
