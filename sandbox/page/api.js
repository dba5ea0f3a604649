// The page's side of the sandbox's JSON interface.

import { redraw, store } from './store.js';

const RETRY_FIRST = 400; // milliseconds
const RETRY_MOST = 3000;

async function request(path, options) {
  const response = await fetch(path, { cache: 'no-store', ...options });
  const body = await response.json();
  if (!response.ok && body.error === undefined) throw new Error(`${path} answered ${response.status}`);
  return { body, status: response.status };
}

function query(fields) {
  const parts = new URLSearchParams();
  if (store.team) parts.set('team', store.team);
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== '') parts.set(name, value);
  }
  return parts.toString();
}

function post(path, body) {
  return request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/**
 * Does something as the current person. Returns the sandbox's answer, {ok, …}; a sandbox that cannot be
 * reached is an answer too: {ok: false, error}.
 */
export async function act(kind, fields = {}) {
  const body = { as: store.as, kind, ...fields };
  if (store.team) body.team = store.team;
  try {
    const answer = await post('/sandbox/act', body);
    return answer.body;
  } catch {
    return { ok: false, error: 'The sandbox did not answer. Nothing was sent.' };
  }
}

/** The messages of a channel, or of one of its threads, as the current person sees them. */
export async function fetchMessages(channel, thread) {
  const { body } = await request(`/sandbox/messages?${query({ as: store.as, channel, thread_ts: thread })}`);
  return body.messages || [];
}

/** The sandbox's clock: {now, offset…}. */
export async function moveClock(change) {
  const { body } = await post('/sandbox/clock', change);
  return body;
}

let polling = null;

/** Follows the state of the current person until called again (for another one). */
export async function follow(onState) {
  polling?.abort();
  const mine = new AbortController();
  polling = mine;
  let since = -1;
  let wait = RETRY_FIRST;
  while (!mine.signal.aborted) {
    try {
      if (!store.as) store.as = await firstPerson(mine.signal);
      const { body, status } = await request(`/sandbox/state?${query({ as: store.as, since })}`, { signal: mine.signal });
      if (mine.signal.aborted) return;
      if (body.error !== undefined && !body.team) throw new StateError(body.error, status);
      since = body.rev;
      wait = RETRY_FIRST;
      store.connection = 'open';
      onState(body);
    } catch (error) {
      if (mine.signal.aborted) return;
      if (error instanceof StateError && store.as) {
        // Nobody by that name (any more): look as the first person there is.
        store.as = '';
        continue;
      }
      // A restarted sandbox counts its revisions from the start again: ask for whatever it has now.
      since = -1;
      store.connection = 'lost';
      redraw();
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(wait * 2, RETRY_MOST);
    }
  }
}

async function firstPerson(signal) {
  const { body, status } = await request(`/sandbox/people?${query({})}`, { signal });
  if (!body.people?.length) throw new StateError(body.error || 'There is nobody here yet.', status);
  return body.people[0].id;
}

class StateError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}
