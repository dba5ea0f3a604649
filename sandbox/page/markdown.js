// The `markdown` block: ordinary Markdown, the parts that Slack renders.

import { emojiNode, link } from './inline.js';
import { h } from './vdom.js';

/** A Markdown text as nodes. */
export function markdown(text) {
  const rows = text.split('\n');
  const out = [];
  let at = 0;
  while (at < rows.length) {
    const [node, used] = blockAt(rows, at);
    if (node) out.push(node);
    at += used;
  }
  return out;
}

function blockAt(rows, at) {
  const row = rows[at];
  if (row.trim() === '') return [null, 1];
  if (/^\s*```/.test(row)) return fence(rows, at);
  const heading = /^(#{1,6})\s+(.*)$/.exec(row);
  if (heading) return [h('div', { class: `md-heading md-h${heading[1].length}`, role: 'heading', 'aria-level': String(heading[1].length + 1) }, spans(heading[2])), 1];
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(row)) return [h('hr', { class: 'divider' }), 1];
  if (/^\s*>/.test(row)) return gather(rows, at, /^\s*>\s?/, (inner) => h('blockquote', { class: 'quote' }, markdown(inner.join('\n'))));
  if (isTable(rows, at)) return table(rows, at);
  if (listItem(row)) return list(rows, at);
  return paragraph(rows, at);
}

function fence(rows, at) {
  let end = at + 1;
  while (end < rows.length && !/^\s*```/.test(rows[end])) end += 1;
  return [h('pre', { class: 'pre' }, rows.slice(at + 1, end).join('\n')), end - at + 1];
}

function gather(rows, at, sign, build) {
  let end = at;
  while (end < rows.length && sign.test(rows[end])) end += 1;
  return [build(rows.slice(at, end).map((row) => row.replace(sign, ''))), end - at];
}

function listItem(row) {
  return /^(\s*)([-*+]|\d+[.)])\s+(.*)$/.exec(row);
}

function list(rows, at) {
  const first = listItem(rows[at]);
  const depth = first[1].length;
  const items = [];
  let end = at;
  while (end < rows.length) {
    const item = listItem(rows[end]);
    if (!item || item[1].length < depth) break;
    if (item[1].length > depth) {
      const [inner, used] = list(rows, end);
      items[items.length - 1].push(inner);
      end += used;
    } else {
      items.push(itemNodes(item[3]));
      end += 1;
    }
  }
  const ordered = /\d/.test(first[2]);
  const start = ordered ? parseInt(first[2], 10) : undefined;
  return [h(ordered ? 'ol' : 'ul', { class: 'list', start }, items.map((nodes) => h('li', {}, nodes))), end - at];
}

function itemNodes(text) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(text);
  return task ? [task[1] === ' ' ? '☐ ' : '☑ ', ...spans(task[2])] : spans(text);
}

function cells(row) {
  return row.trim().replace(/^\||\|$/g, '').split('|').map((cell) => cell.trim());
}

function isTable(rows, at) {
  return rows[at].includes('|') && /^\s*\|?\s*:?-{2,}/.test(rows[at + 1] || '') && rows[at + 1].includes('-');
}

function table(rows, at) {
  let end = at + 2;
  while (end < rows.length && rows[end].includes('|')) end += 1;
  const head = h('tr', {}, cells(rows[at]).map((cell) => h('th', { scope: 'col' }, spans(cell))));
  const body = rows.slice(at + 2, end).map((row) => h('tr', {}, cells(row).map((cell) => h('td', {}, spans(cell)))));
  return [h('div', { class: 'table-scroll' }, h('table', { class: 'table' }, h('thead', {}, head), h('tbody', {}, body))), end - at];
}

function paragraph(rows, at) {
  const nodes = [];
  let end = at;
  while (end < rows.length && rows[end].trim() !== '' && (end === at || !startsBlock(rows, end))) {
    if (end > at) nodes.push(h('br'));
    nodes.push(...spans(rows[end]));
    end += 1;
  }
  return [h('p', { class: 'paragraph' }, nodes), end - at];
}

function startsBlock(rows, at) {
  return /^\s*```|^#{1,6}\s|^\s*>/.test(rows[at]) || listItem(rows[at]) || isTable(rows, at);
}

const SPANS = [
  [/^`([^`]+)`/, (m) => h('code', { class: 'code' }, m[1])],
  [/^\*\*(?=\S)(.+?)\*\*/, (m) => h('strong', {}, spans(m[1]))],
  [/^__(?=\S)(.+?)__/, (m) => h('strong', {}, spans(m[1]))],
  [/^~~(.+?)~~/, (m) => h('s', {}, spans(m[1]))],
  [/^\*(?=\S)([^*]+)\*/, (m) => h('em', {}, spans(m[1]))],
  [/^_(?=\S)([^_]+)_(?!\w)/, (m) => h('em', {}, spans(m[1]))],
  [/^!?\[([^\]]*)\]\(([^)\s]+)\)/, (m) => link(m[2], m[1] || m[2])],
  [/^<(https?:[^>\s]+)>/, (m) => link(m[1], m[1])],
  [/^https?:\/\/[^\s<>]+[^\s<>.,;:!?)]/, (m) => link(m[0], m[0])],
  [/^:([+\w-]+):/, (m) => emojiNode(m[1])],
  [/^\\([\\`*_{}[\]()#+.!~>-])/, (m) => m[1]],
];

function spans(text) {
  const out = [];
  let rest = text;
  let plain = '';
  let before = ' ';
  while (rest) {
    const token = spanAt(rest, before);
    if (token) {
      if (plain) out.push(plain);
      plain = '';
      out.push(token.node);
      before = rest[token.length - 1];
      rest = rest.slice(token.length);
    } else {
      before = rest[0];
      plain += rest[0];
      rest = rest.slice(1);
    }
  }
  if (plain) out.push(plain);
  return out;
}

function spanAt(rest, before) {
  if (rest[0] === '_' && /\w/.test(before)) return null;
  for (const [pattern, build] of SPANS) {
    const found = pattern.exec(rest);
    if (found) return { node: build(found), length: found[0].length };
  }
  return null;
}
