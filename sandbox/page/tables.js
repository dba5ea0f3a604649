// The two table blocks: `table` as it comes, `data_table` sorted and paged by the person.

import { element } from './elements.js';
import { icon } from './icons.js';
import { plain } from './inline.js';
import { me, local, setLocal } from './store.js';
import { plainFrom, richText } from './richtext.js';
import { h } from './vdom.js';

const DEFAULT_PAGE = 5; // rows, when page_size is not given

function cellNodes(cell) {
  if (cell.type === 'rich_text') return richText(cell);
  if (cell.type === 'raw_number') return numberText(cell);
  return plain(cell.text ?? '');
}

function numberText(cell) {
  if (cell.text !== undefined) return cell.text;
  return new Intl.NumberFormat(me().locale || 'en-GB').format(cell.value ?? 0);
}

/** A `table` block: the first row is the header, columns may be aligned and wrapped. */
export function table(block) {
  const [head = [], ...rows] = block.rows || [];
  const look = (index) => {
    const column = block.column_settings?.[index] || {};
    return `${column.align ? `align-${column.align}` : ''} ${column.is_wrapped ? 'wrapped' : ''}`;
  };
  return h('div', { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': 'Table' }, h('table', { class: 'table' },
    h('thead', {}, h('tr', {}, head.map((cell, index) => h('th', { scope: 'col', class: look(index), key: index }, cellNodes(cell))))),
    h('tbody', {}, rows.map((row, at) => h('tr', { key: at }, row.map((cell, index) => h('td', { class: look(index), key: index }, cellNodes(cell))))))));
}

function sortValue(cell) {
  if (cell.type === 'raw_number') return Number(cell.value ?? cell.text);
  return cell.type === 'rich_text' ? plainFrom(cell) : cell.text ?? '';
}

function compare(a, b) {
  const [x, y] = [sortValue(a), sortValue(b)];
  if (typeof x === 'number' && typeof y === 'number') return x - y;
  return String(x).localeCompare(String(y), me().locale || 'en-GB', { numeric: true, sensitivity: 'base' });
}

/** A `data_table` block with its caption, sortable columns and pages. */
export function dataTable(ctx, block) {
  const name = `table ${block.block_id}`;
  const state = local(ctx.scope, name, { column: -1, down: false, page: 0 });
  const set = (change) => setLocal(ctx.scope, name, change);
  const [head = [], ...rows] = block.rows || [];
  const sorted = state.column < 0 ? rows : [...rows].sort((a, b) => (state.down ? -1 : 1) * compare(a[state.column], b[state.column]));
  const size = block.page_size || DEFAULT_PAGE;
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const page = Math.min(state.page, pages - 1);
  const naming = block.row_header_column_index ?? 0;
  const numeric = (index) => rows.length > 0 && rows.every((row) => row[index]?.type === 'raw_number');
  return h('div', { class: 'data-table' },
    h('div', { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': block.caption }, h('table', { class: 'table' },
      h('caption', { class: 'table-caption' }, block.caption),
      h('thead', {}, h('tr', {}, head.map((cell, index) => headCell(cell, index, state, set, numeric(index))))),
      h('tbody', {}, sorted.slice(page * size, (page + 1) * size).map((row, at) => h('tr', { key: at },
        row.map((cell, index) => bodyCell(ctx, block, cell, index, naming, numeric(index)))))))),
    pages > 1 && pager(rows.length, size, page, pages, set));
}

function headCell(cell, index, state, set, numeric) {
  const on = state.column === index;
  const sort = on ? (state.down ? 'descending' : 'ascending') : 'none';
  const next = () => set(on && state.down ? { column: -1, down: false } : { column: index, down: on, page: 0 });
  return h('th', { scope: 'col', key: index, 'aria-sort': sort, class: numeric ? 'align-right' : '' },
    h('button', { type: 'button', class: 'sort', onclick: next }, cellNodes(cell), icon(on ? sort : 'sort')));
}

function bodyCell(ctx, block, cell, index, naming, numeric) {
  const inside = cell.type === 'action_cell' ? element(ctx, block.block_id, cell.element || cell.button || {}) : cellNodes(cell);
  const props = { key: index, class: numeric ? 'align-right' : '' };
  return index === naming ? h('th', { scope: 'row', ...props }, inside) : h('td', props, inside);
}

function pager(total, size, page, pages, set) {
  const turn = (to, label, sign) => h('button', {
    type: 'button', class: 'icon-button', 'aria-label': label, disabled: to < 0 || to >= pages, onclick: () => set({ page: to }),
  }, icon(sign));
  return h('div', { class: 'pager' },
    h('span', { role: 'status' }, `${page * size + 1}–${Math.min(total, (page + 1) * size)} of ${total}`),
    turn(page - 1, 'Previous page', 'left'), turn(page + 1, 'Next page', 'right'));
}
