// Selects of every kind: static, external, users, channels, conversations; one or several values.

import { act } from './api.js';
import { avatar } from './people.js';
import { icon } from './icons.js';
import { floating } from './popup.js';
import { channelLabel, local, nameOf, setLocal, store, touch } from './store.js';
import { textOf } from './mrkdwn.js';
import { h } from './vdom.js';
import { flush } from './values.js';

const SUGGEST_PAUSE = 200; // milliseconds
const SHOWN_AT_MOST = 100;
// What Slack waits for when `min_query_length` is not given.
const DEFAULT_QUERY_LENGTH = 3;

const CLOSED = { open: false, query: '', active: 0, groups: null, loading: false, failed: '' };

/**
 * A select. `choose` gets the new value: an option, an id, or a list of them; null when cleared.
 */
export function select(ctx, blockId, element, { value, choose, labelId, describedBy, optional = false, invalid = false }) {
  const box = makeBox(ctx, blockId, element, value, choose);
  const chosen = box.multi ? value : value ? [value] : [];
  const clearable = !box.multi && value && optional;
  return h('div', { class: `select${box.state.open ? ' select-open' : ''}`, key: `select ${element.action_id}` },
    h('div', { class: `select-field${invalid ? ' invalid' : ''}` },
      box.multi && chosen.length > 0 && h('div', { class: 'chips' }, chosen.map((one) => chip(box, one))),
      trigger(box, chosen, labelId, describedBy, invalid),
      clearable && h('button', { type: 'button', class: 'select-clear', 'aria-label': 'Clear', onclick: () => choose(null) }, icon('close')),
      h('span', { class: 'select-arrow' }, icon('down'))),
    box.state.open && popup(box));
}

function makeBox(ctx, blockId, element, value, choose) {
  const name = `select ${blockId} ${element.action_id}`;
  const state = local(ctx.scope, name, CLOSED);
  const id = `${ctx.scope}-${blockId}-${element.action_id}`.replace(/[^\w-]/g, '_');
  const set = (change) => setLocal(ctx.scope, name, change);
  const multi = element.type.startsWith('multi_');
  const kind = element.type.replace('multi_', '');
  const box = { ctx, blockId, element, value, choose, name, state, id, set, multi, kind };
  box.close = () => {
    set(CLOSED);
    queueMicrotask(() => document.getElementById(`${id}-trigger`)?.focus({ preventScroll: true }));
  };
  return box;
}

function trigger(box, chosen, labelId, describedBy, invalid) {
  const { element, state, id } = box;
  const empty = chosen.length === 0;
  const shown = empty || box.multi ? textOf(element.placeholder) || defaultPlaceholder(box) : label(box, chosen[0]);
  return h('button', {
    type: 'button', id: `${id}-trigger`, class: `select-trigger${empty || box.multi ? ' placeholder' : ''}`,
    'data-action': element.action_id, 'data-fid': `${box.blockId} ${element.action_id}`,
    'aria-haspopup': 'listbox', 'aria-expanded': String(state.open), 'aria-labelledby': labelId ? `${labelId} ${id}-trigger` : undefined,
    'aria-describedby': describedBy, 'aria-invalid': invalid ? 'true' : undefined,
    onclick: () => (state.open ? box.close() : openBox(box)),
    onkeydown: (event) => {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        openBox(box);
      }
    },
  }, box.multi && !empty ? 'Add another…' : shown);
}

function defaultPlaceholder(box) {
  return { users_select: 'Select a person', channels_select: 'Select a channel', conversations_select: 'Select a conversation' }[box.kind] || 'Select an option';
}

function openBox(box) {
  box.set({ ...CLOSED, open: true });
  startOver(box);
}

// What is found for nothing typed yet.
function startOver(box) {
  if (box.kind !== 'external_select') return;
  if (least(box) === 0) suggest(box, '');
  else box.set({ groups: null });
}

function least(box) {
  return box.element.min_query_length ?? DEFAULT_QUERY_LENGTH;
}

function chip(box, one) {
  const name = label(box, one);
  return h('span', { class: 'chip', key: identity(one) }, name,
    h('button', { type: 'button', 'aria-label': `Remove ${name}`, onclick: () => box.choose(without(box, one)) }, icon('close')));
}

function without(box, one) {
  return box.value.filter((other) => identity(other) !== identity(one));
}

function identity(one) {
  return typeof one === 'string' ? one : one.value;
}

function label(box, one) {
  if (typeof one !== 'string') return textOf(one.text);
  if (box.kind === 'users_select') return nameOf(one);
  const known = store.state.channels.find((each) => each.id === one);
  if (!known) return one;
  return known.kind === 'im' ? channelLabel(known) : `# ${channelLabel(known)}`;
}

// The lists behind each kind, as groups of {label, options}.
function groups(box) {
  const { element, state } = box;
  if (box.kind === 'external_select') return state.groups || [];
  if (box.kind === 'static_select') return named(element) || [{ label: '', options: element.options || [] }];
  if (box.kind === 'users_select') return [{ label: '', options: store.state.people.filter((one) => !one.is_bot).map((one) => one.id) }];
  const kinds = element.filter?.include;
  const outside = (one) => element.filter?.exclude_external_shared_channels && one.is_ext_shared;
  const fits = (one) => (box.kind === 'channels_select' ? one.kind === 'public' : (!kinds || kinds.includes(one.kind)) && !outside(one));
  return [{ label: '', options: store.state.channels.filter(fits).map((one) => one.id) }];
}

function named(source) {
  return source.option_groups?.map((group) => ({ label: textOf(group.label), options: group.options }));
}

function visible(box) {
  const wanted = box.state.query.trim().toLowerCase();
  const taken = new Set(box.multi ? box.value.map(identity) : []);
  const fits = (one) => !taken.has(identity(one)) && (box.kind === 'external_select' || label(box, one).toLowerCase().includes(wanted));
  let left = SHOWN_AT_MOST;
  const out = [];
  for (const group of groups(box)) {
    const options = group.options.filter(fits).slice(0, left);
    left -= options.length;
    if (options.length > 0) out.push({ ...group, options });
  }
  return out;
}

function popup(box) {
  const { state, id } = box;
  const shown = visible(box);
  const flat = shown.flatMap((group) => group.options);
  const active = Math.min(state.active, flat.length - 1);
  return h('div', { class: 'popup select-popup', ...floating((el) => el.previousElementSibling, box.close, { focus: 'input' }) },
    h('input', {
      class: 'select-search', type: 'text', role: 'combobox', autocomplete: 'off', spellcheck: 'false', placeholder: 'Search…',
      'aria-label': `Search ${textOf(box.element.placeholder) || 'options'}`, 'aria-expanded': 'true', 'aria-controls': `${id}-list`,
      'aria-activedescendant': flat.length ? `${id}-${active}` : undefined, value: state.query,
      oninput: (event) => typed(box, event.target.value),
      onkeydown: (event) => keys(box, event, flat, active),
    }),
    h('div', { class: 'select-list', role: 'listbox', id: `${id}-list`, 'aria-multiselectable': box.multi ? 'true' : undefined },
      optionNodes(box, shown, active)),
    h('div', { class: 'select-note', role: 'status' }, note(box, flat)));
}

function optionNodes(box, shown, active) {
  let index = -1;
  return shown.map((group) => h('div', { role: group.label ? 'group' : 'presentation', 'aria-label': group.label || undefined, key: `group ${group.label}` },
    group.label && h('div', { class: 'select-group', 'aria-hidden': 'true' }, group.label),
    group.options.map((one) => {
      index += 1;
      return option(box, one, index, index === active);
    })));
}

function option(box, one, index, active) {
  const current = !box.multi && box.value && identity(box.value) === identity(one);
  return h('div', {
    role: 'option', id: `${box.id}-${index}`, key: identity(one), class: `option${active ? ' option-active' : ''}`,
    'aria-selected': String(Boolean(current)), onpointerdown: (event) => event.preventDefault(), onclick: () => pick(box, one),
    onpointermove: () => box.state.active !== index && box.set({ active: index }),
    hook: active ? { update: (el) => el.scrollIntoView({ block: 'nearest' }) } : undefined,
  },
  box.kind === 'users_select' && avatar(one, 'small'),
  h('span', { class: 'option-text' }, h('span', {}, label(box, one)), one.description && h('span', { class: 'option-hint' }, textOf(one.description))),
  current && icon('check'));
}

function note(box, flat) {
  const { state } = box;
  if (state.failed) return state.failed;
  if (box.kind === 'external_select' && state.query.trim().length < least(box)) {
    return least(box) > 0 && !state.groups ? `Type ${least(box) === 1 ? 'a letter' : `at least ${least(box)} letters`} to search.` : '';
  }
  if (state.loading) return 'Searching…';
  return flat.length === 0 ? 'No results' : '';
}

function pick(box, one) {
  if (!box.multi) {
    box.choose(one);
    box.close();
    return;
  }
  const most = box.element.max_selected_items;
  if (most && box.value.length >= most) {
    box.set({ failed: `You can choose ${most} at most.` });
    return;
  }
  box.choose([...box.value, one]);
  box.set({ query: '', active: 0, failed: '' });
  startOver(box);
}

function keys(box, event, flat, active) {
  const moves = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + 8, PageUp: active - 8 };
  if (event.key in moves) {
    const to = moves[event.key];
    box.set({ active: event.key.startsWith('Page') ? Math.max(0, Math.min(to, flat.length - 1)) : (to + flat.length) % (flat.length || 1) });
  } else if (event.key === 'Enter') {
    if (flat[active] !== undefined) pick(box, flat[active]);
  } else if (event.key === 'Escape' || event.key === 'Tab') {
    box.close();
  } else if (event.key === 'Backspace' && box.multi && box.state.query === '' && box.value.length > 0) {
    box.choose(box.value.slice(0, -1));
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

const asked = new Map(); // box id -> number of the newest question
let pause = null;

function typed(box, query) {
  box.set({ query, active: 0, failed: '' });
  if (box.kind !== 'external_select') return;
  clearTimeout(pause);
  if (query.trim().length < least(box)) {
    asked.set(box.id, (asked.get(box.id) || 0) + 1);
    box.set({ groups: null, loading: false });
    return;
  }
  box.set({ loading: true });
  pause = setTimeout(() => suggest(box, query), SUGGEST_PAUSE);
}

async function suggest(box, query) {
  const number = (asked.get(box.id) || 0) + 1;
  asked.set(box.id, number);
  box.set({ loading: true });
  await flush();
  const answer = await act('suggest', { container: box.ctx.container, block_id: box.blockId, action_id: box.element.action_id, query });
  if (asked.get(box.id) !== number) return;
  const found = named(answer) || [{ label: '', options: answer.options || [] }];
  box.set({ groups: answer.ok ? found : [], loading: false, failed: answer.ok ? '' : answer.error });
  touch(box.ctx.scope);
}
