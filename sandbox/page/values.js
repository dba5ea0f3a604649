// What stands in each input: the person's own typing first, then the sandbox's `view.state`, then the
// element's initial value. Changes go to the sandbox in order; typing is sent after a short pause.

import { act } from './api.js';
import { plainFrom } from './richtext.js';
import { toast, touch } from './store.js';

const TYPING_PAUSE = 250; // milliseconds

// kind of element -> where Slack keeps its value in the state, and its initial value
const FIELDS = {
  static_select: ['selected_option', 'initial_option'],
  external_select: ['selected_option', 'initial_option'],
  radio_buttons: ['selected_option', 'initial_option'],
  checkboxes: ['selected_options', 'initial_options'],
  multi_static_select: ['selected_options', 'initial_options'],
  multi_external_select: ['selected_options', 'initial_options'],
  users_select: ['selected_user', 'initial_user'],
  multi_users_select: ['selected_users', 'initial_users'],
  channels_select: ['selected_channel', 'initial_channel'],
  multi_channels_select: ['selected_channels', 'initial_channels'],
  conversations_select: ['selected_conversation', 'initial_conversation'],
  multi_conversations_select: ['selected_conversations', 'initial_conversations'],
  datepicker: ['selected_date', 'initial_date'],
  timepicker: ['selected_time', 'initial_time'],
  datetimepicker: ['selected_date_time', 'initial_date_time'],
  rich_text_input: ['rich_text_value', 'initial_value'],
  file_input: ['files', null],
};

const drafts = new Map(); // scope -> Map("block action" -> value)

function slot(blockId, actionId) {
  return `${blockId} ${actionId}`;
}

function many(element) {
  return element.type === 'checkboxes' || element.type === 'file_input' || element.type.startsWith('multi_');
}

/** The value to show for an element; lists for elements of several values. */
export function valueOf(ctx, blockId, element) {
  const own = drafts.get(ctx.scope);
  const key = slot(blockId, element.action_id);
  if (own?.has(key)) return stillOffered(element, own.get(key));
  const [stateField, initialField] = FIELDS[element.type] || ['value', 'initial_value'];
  const kept = ctx.state?.[blockId]?.[element.action_id];
  const value = kept ? kept[stateField] : initialField ? element[initialField] : undefined;
  return normal(element, value);
}

// After an update a choice that is not offered any more is gone.
function stillOffered(element, value) {
  const options = element.options || element.option_groups?.flatMap((group) => group.options);
  if (!options) return value;
  const offered = new Set(options.map((one) => one.value));
  if (Array.isArray(value)) return value.filter((one) => offered.has(one.value));
  return value && offered.has(value.value) ? value : null;
}

function normal(element, value) {
  if (element.type === 'rich_text_input') return value ? plainFrom(value) : '';
  if (many(element)) return value || [];
  return value ?? null;
}

function wire(value) {
  if (Array.isArray(value)) return value.map(wire);
  if (value && typeof value === 'object' && 'text' in value) return value.value;
  return value;
}

function setDraft(ctx, blockId, element, value) {
  if (!drafts.has(ctx.scope)) drafts.set(ctx.scope, new Map());
  drafts.get(ctx.scope).set(slot(blockId, element.action_id), value);
  touch(ctx.scope);
}

/** Forgets what was typed into inputs that are not there any more; without `keep`, everything. */
export function prune(scope, keep) {
  const own = drafts.get(scope);
  if (!own) return;
  for (const key of own.keys()) if (!keep?.has(key)) own.delete(key);
}

/** The identities of all inputs in `blocks`, for `prune`. */
export function inputsIn(blocks) {
  const found = new Set();
  const visit = (block) => {
    const inside = [block.element, block.accessory, ...(block.elements || []), ...(block.actions || [])];
    for (const element of inside) if (element?.action_id) found.add(slot(block.block_id, element.action_id));
    (block.child_blocks || []).forEach(visit);
  };
  (blocks || []).forEach(visit);
  return found;
}

/** Takes a change of an element in an input block: kept, and stored with the sandbox. */
export function input(ctx, blockId, element, value, typing = false) {
  setDraft(ctx, blockId, element, value);
  if (ctx.container.kind !== 'view') return;
  enqueue(ctx, blockId, element, wire(value), typing);
}

/** Takes a change of an element that acts at once (in a section, in actions, or on Enter). */
export async function dispatch(ctx, blockId, element, value) {
  if (value !== undefined && element.type !== 'overflow') setDraft(ctx, blockId, element, value);
  await flush();
  const fields = { container: ctx.container, block_id: blockId, action_id: element.action_id };
  if (value !== undefined) fields.value = wire(value);
  const answer = await act('action', fields);
  if (!answer.ok) toast(answer.error, 'error');
  return answer;
}

const waiting = new Map(); // identity -> fields of the newest `input` act
let timer = null;
let sending = null;

function enqueue(ctx, blockId, element, value, typing) {
  const fields = { view_id: ctx.container.view_id, block_id: blockId, action_id: element.action_id, value };
  waiting.set(`${fields.view_id} ${slot(blockId, element.action_id)}`, fields);
  clearTimeout(timer);
  timer = setTimeout(flush, typing ? TYPING_PAUSE : 0);
}

/** Resolves when everything typed so far has reached the sandbox. */
export function flush() {
  clearTimeout(timer);
  sending ??= drain().finally(() => {
    sending = null;
  });
  return sending;
}

async function drain() {
  while (waiting.size > 0) {
    const [key, fields] = waiting.entries().next().value;
    waiting.delete(key);
    const answer = await act('input', fields);
    // A view may close while its last keystrokes travel; that is no news to the person who closed it.
    if (!answer.ok && !/view/i.test(answer.error || '')) toast(answer.error, 'error');
  }
}
