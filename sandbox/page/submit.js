// Sending and closing modals.

import { act } from './api.js';
import { local, setLocal, store } from './store.js';
import { flush } from './values.js';

const IDLE = { sending: false, trouble: '' };

/** The scope of a view: where its own state and drafts are kept. */
export function viewScope(viewId) {
  return `view ${viewId}`;
}

/** The modal on top of the person's stack, or undefined. */
export function topModal() {
  return store.state?.modals?.at(-1);
}

/** {sending, trouble}: whether this view is on its way, and what went wrong last. */
export function progress(viewId) {
  return local(viewScope(viewId), 'progress', IDLE);
}

/** Submits the modal on top, once. */
export async function submitTop() {
  const viewId = topModal()?.view.id;
  if (!viewId || !topModal().view.submit || progress(viewId).sending) return;
  const scope = viewScope(viewId);
  setLocal(scope, 'progress', { sending: true, trouble: '' });
  await flush();
  const answer = await act('submit', { view_id: viewId });
  setLocal(scope, 'progress', { sending: false, trouble: answer.ok ? '' : answer.error || 'This did not work. Please try again.' });
}

/** Leaves the modal on top (Cancel, or the arrow back). */
export async function closeTop() {
  const viewId = topModal()?.view.id;
  if (!viewId) return;
  await flush();
  await act('close', { view_id: viewId });
}

/** Leaves the whole stack (the cross). */
export async function dismissAll() {
  const viewId = topModal()?.view.id;
  if (!viewId) return;
  await flush();
  await act('dismiss', { view_id: viewId });
}
