// Block Kit blocks as nodes. A block we do not know is shown as a box that says so, never dropped.

import { chart } from './chart.js';
import { element, takesFor } from './elements.js';
import { icon } from './icons.js';
import { image } from './images.js';
import { link } from './inline.js';
import { markdown } from './markdown.js';
import { textObject, textOf } from './mrkdwn.js';
import { richText } from './richtext.js';
import { local, setLocal } from './store.js';
import { dataTable, table } from './tables.js';
import { h } from './vdom.js';

/**
 * Draws blocks. `ctx` is {scope, surface (message, modal, home), container (for acts), state (view.state
 * values), errors ({block_id: text})}.
 */
export function blocks(ctx, list) {
  const seen = new Map();
  return (list || []).map((block) => drawn(ctx, block, seen));
}

// Blocks with controls are known by their id. The others by kind and order, because Slack gives them new
// generated ids on every update.
function keyOf(block, seen) {
  const interactive = ['input', 'actions', 'context_actions', 'data_table', 'container'].includes(block.type) || block.accessory?.action_id;
  const name = interactive && block.block_id ? `id ${block.block_id}` : block.type;
  const count = (seen.get(name) || 0) + 1;
  seen.set(name, count);
  return `${name} ${count}`;
}

function drawn(ctx, block, seen) {
  const draw = BLOCKS[block?.type];
  const key = keyOf(block || {}, seen);
  if (!draw) return h('div', { class: 'block unknown', key }, `Block “${block?.type}” is not drawn here`);
  return h('div', { class: `block block-${block.type}`, key, 'data-block': block.block_id }, draw(ctx, block));
}

const BLOCKS = {
  header: (_, block) => h(`h${Math.min(6, (block.level || 1) + 2)}`, { class: `block-heading level-${block.level || 1}` }, textObject(block.text)),
  divider: () => h('hr', { class: 'divider' }),
  section,
  context: (_, block) => h('div', { class: 'context' }, (block.elements || []).map((one, index) => contextItem(one, index))),
  actions: (ctx, block) => h('div', { class: 'actions' }, (block.elements || []).map((one) => element(ctx, block.block_id, one))),
  context_actions: (ctx, block) => h('div', { class: 'actions actions-context' }, (block.elements || []).map((one) => element(ctx, block.block_id, one))),
  image: (_, block) => h('figure', { class: 'figure' }, block.title && h('figcaption', {}, textObject(block.title)), image(block)),
  input: inputBlock,
  rich_text: (_, block) => h('div', { class: 'rich' }, richText(block)),
  table: (_, block) => table(block),
  data_table: dataTable,
  data_visualization: (_, block) => chart(block),
  markdown: (_, block) => h('div', { class: 'markdown' }, markdown(block.text || '')),
  alert,
  card,
  carousel: (ctx, block) => h('div', { class: 'carousel', role: 'list', tabindex: '0', 'aria-label': 'Cards' },
    (block.elements || []).map((one, index) => h('div', { class: 'carousel-item', role: 'listitem', key: index }, card(ctx, one)))),
  container,
  video,
  file: (_, block) => h('div', { class: 'box' }, icon('file'), h('span', {}, block.title || block.external_id || 'File')),
  call: (_, block) => h('div', { class: 'box' }, icon('play'), h('span', {}, block.call?.v1?.name || 'Call')),
  plan: (ctx, block) => h('div', { class: 'plan' }, h('div', { class: 'plan-title' }, textOf(block.title)), (block.tasks || []).map((one) => taskCard(ctx, one))),
  task_card: taskCard,
};

function section(ctx, block) {
  const long = block.text?.text?.length > 700 && !block.expand && ctx.surface === 'message';
  const name = `more ${block.block_id}`;
  const open = !long || local(ctx.scope, name, { open: false }).open;
  return h('div', { class: `section${block.accessory ? ' with-accessory' : ''}` },
    h('div', { class: 'section-body' },
      block.text && h('div', { class: `text${open ? '' : ' text-cut'}` }, textObject(block.text)),
      !open && h('button', { type: 'button', class: 'link-button', onclick: () => setLocal(ctx.scope, name, { open: true }) }, 'See more'),
      block.fields && h('div', { class: 'fields' }, block.fields.map((field, index) => h('div', { class: 'text', key: index }, textObject(field))))),
    block.accessory && h('div', { class: 'accessory' }, element(ctx, block.block_id, block.accessory)));
}

function contextItem(one, index) {
  if (one.type === 'image') return h('span', { key: index, class: 'context-image' }, image(one, 'tiny'));
  return h('span', { key: index, class: 'context-text' }, textObject(one));
}

function inputBlock(ctx, block) {
  const given = block.element || {};
  const id = `${ctx.scope}-${block.block_id}`.replace(/[^\w-]/g, '_');
  const error = ctx.errors?.[block.block_id];
  const labelled = takesFor(given);
  const described = [error && `${id}-error`, block.hint && `${id}-hint`].filter(Boolean).join(' ') || undefined;
  const field = {
    id: labelled ? `${id}-field` : undefined, labelId: `${id}-label`, describedBy: described, invalid: Boolean(error),
    optional: Boolean(block.optional), dispatches: Boolean(block.dispatch_action),
  };
  return h('div', { class: 'input' },
    h(labelled ? 'label' : 'div', { class: 'input-label', id: `${id}-label`, for: field.id },
      textObject(block.label), block.optional && h('span', { class: 'optional' }, ' (optional)')),
    element(ctx, block.block_id, given, field),
    error && h('div', { class: 'input-error', id: `${id}-error`, role: 'alert' }, icon('warning'), h('span', {}, textOf(error))),
    block.hint && h('div', { class: 'hint', id: `${id}-hint` }, textObject(block.hint)));
}

const ALERT_ICONS = { default: 'info', info: 'info', warning: 'warning', error: 'warning', success: 'check' };

function alert(_, block) {
  const level = ALERT_ICONS[block.level] ? block.level : 'default';
  return h('div', { class: `alert alert-${level}`, role: level === 'error' ? 'alert' : 'status' }, icon(ALERT_ICONS[level]), h('div', { class: 'text' }, textObject(block.text)));
}

function card(ctx, block) {
  return h('div', { class: 'card' },
    block.hero_image && image(block.hero_image, 'hero'),
    h('div', { class: 'card-body' },
      h('div', { class: 'card-head' }, block.icon && image(block.icon, 'tiny'),
        h('div', {},
          block.title && h('div', { class: 'card-title' }, textObject(block.title)),
          block.subtitle && h('div', { class: 'card-subtitle' }, textObject(block.subtitle)))),
      block.body && h('div', { class: 'text' }, textObject(block.body)),
      block.subtext && h('div', { class: 'card-subtitle' }, textObject(block.subtext)),
      block.actions && h('div', { class: 'actions' }, block.actions.map((one) => element(ctx, block.block_id, one)))));
}

function container(ctx, block) {
  const name = `container ${block.block_id}`;
  const open = !block.is_collapsible || local(ctx.scope, name, { open: !block.default_collapsed }).open;
  const head = [
    block.icon && image(block.icon, 'tiny'),
    h('span', { class: 'container-text' },
      h('span', { class: 'container-title' }, block.rich_text_title ? richText(block.rich_text_title) : textOf(block.title)),
      block.subtitle && h('span', { class: 'container-subtitle' }, textObject(block.subtitle))),
  ];
  const line = block.has_header_divider ? ' with-divider' : '';
  return h('div', { class: `container container-${block.width || 'standard'}` },
    block.is_collapsible
      ? h('button', { type: 'button', class: `container-head${line}`, 'aria-expanded': String(open), onclick: () => setLocal(ctx.scope, name, { open: !open }) }, icon(open ? 'down' : 'right'), head)
      : h('div', { class: `container-head${line}` }, head),
    open && h('div', { class: 'container-body' }, blocks(ctx, block.child_blocks)));
}

function video(_, block) {
  return h('div', { class: 'box box-tall' }, icon('play'), h('div', {},
    h('div', { class: 'box-title' }, block.title_url ? link(block.title_url, textOf(block.title)) : textOf(block.title)),
    block.author_name && h('div', { class: 'box-hint' }, block.author_name),
    block.description && h('div', {}, textObject(block.description)),
    h('div', { class: 'box-hint' }, block.alt_text || '')));
}

const TASK_STATES = { pending: 'waiting', in_progress: 'in progress', complete: 'done', error: 'failed' };
const TASK_ICONS = { pending: 'clock', in_progress: 'dots', complete: 'check', error: 'warning' };

function taskCard(_, block) {
  return h('div', { class: `task task-${block.status}`, key: block.task_id },
    h('div', { class: 'task-head' }, icon(TASK_ICONS[block.status] || 'info'), h('span', {}, textOf(block.title)),
      h('span', { class: 'task-state' }, TASK_STATES[block.status] || block.status)),
    block.details && h('div', { class: 'task-part' }, richText(block.details)),
    block.output && h('div', { class: 'task-part' }, richText(block.output)),
    block.sources?.length > 0 && h('div', { class: 'task-sources' }, block.sources.map((one, index) => h('span', { key: index }, link(one.url, one.text || one.url)))));
}
