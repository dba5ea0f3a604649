// Slack's own text format: *bold* _italic_ ~strike~ `code` ```pre``` > quote, <…> and :emoji:.

import { angle, decode, emojiNode, link, plain } from './inline.js';
import { h } from './vdom.js';

const STYLES = { '*': 'strong', _: 'em', '~': 's' };
const BARE_LINK = /^https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)'"]/;

/** A mrkdwn text as nodes: paragraphs, quotes, list lines and code blocks. */
export function mrkdwn(text) {
  const out = [];
  (text || '').split('```').forEach((piece, index, all) => {
    const fenced = index % 2 === 1 && index < all.length - 1;
    if (fenced) out.push(h('pre', { class: 'pre' }, codeNodes(piece.replace(/^\n|\n$/g, ''))));
    else out.push(...lines(index % 2 === 1 ? `\`\`\`${piece}` : trimFenceGap(piece, index > 0, index < all.length - 1)));
  });
  return out;
}

function trimFenceGap(piece, afterFence, beforeFence) {
  let rest = afterFence ? piece.replace(/^ ?\n/, '') : piece;
  if (beforeFence) rest = rest.replace(/\n ?$/, '');
  return rest;
}

function lines(text) {
  if (text === '') return [];
  const out = [];
  let quote = null;
  const all = text.split('\n');
  all.forEach((line, index) => {
    const quoted = /^(?:>|&gt;) ?(.*)$/.exec(line);
    if (quoted) {
      quote ??= [];
      quote.push(h('div', {}, quoted[1] ? inline(quoted[1]) : '\u00a0'));
      return;
    }
    if (quote) {
      out.push(h('blockquote', { class: 'quote' }, quote));
      quote = null;
    }
    out.push(plainLine(line, index < all.length - 1));
  });
  if (quote) out.push(h('blockquote', { class: 'quote' }, quote));
  return out;
}

function plainLine(line, more) {
  if (line.trim() === '') return more ? h('div', { class: 'line-gap' }) : '';
  const item = /^(\s*)(•|◦|▪|-|\d+[.)])\s+(.*)$/.exec(line);
  if (!item) return h('div', { class: 'line' }, inline(line));
  return h('div', { class: 'line line-item', style: { 'margin-left': `${item[1].length * 8}px` } },
    h('span', { class: 'line-mark' }, item[2]), h('span', {}, inline(item[3])));
}

/** One line of mrkdwn as nodes. */
export function inline(text) {
  const out = [];
  let plainText = '';
  const flush = () => {
    if (plainText) out.push(decode(plainText));
    plainText = '';
  };
  let at = 0;
  while (at < text.length) {
    const token = tokenAt(text, at);
    if (token) {
      flush();
      out.push(token.node);
      at += token.length;
    } else {
      plainText += text[at];
      at += 1;
    }
  }
  flush();
  return out;
}

function tokenAt(text, at) {
  const sign = text[at];
  if (sign === '<') return angleAt(text, at);
  if (sign === '`') return codeAt(text, at);
  if (sign === ':') return emojiAt(text, at);
  if (sign === 'h') return bareLinkAt(text, at);
  if (STYLES[sign]) return styledAt(text, at, sign);
  return null;
}

function angleAt(text, at) {
  const end = text.indexOf('>', at);
  if (end < 0 || end === at + 1) return null;
  return { node: angle(text.slice(at + 1, end), inline), length: end - at + 1 };
}

function codeAt(text, at) {
  const end = text.indexOf('`', at + 1);
  if (end < 0 || end === at + 1) return null;
  return { node: h('code', { class: 'code' }, codeNodes(text.slice(at + 1, end))), length: end - at + 1 };
}

// Inside code only links and mentions are still themselves.
function codeNodes(text) {
  return text.split(/(<[^<>\s][^<>]*>)/).map((piece, index) => (index % 2 ? angle(piece.slice(1, -1)) : decode(piece)));
}

function emojiAt(text, at) {
  const found = /^:([+\w-]+):/.exec(text.slice(at, at + 60));
  if (!found) return null;
  const node = emojiNode(found[1]);
  return typeof node === 'string' ? null : { node, length: found[0].length };
}

function bareLinkAt(text, at) {
  if (at > 0 && /\w/.test(text[at - 1])) return null;
  const found = BARE_LINK.exec(text.slice(at));
  return found ? { node: link(decode(found[0]), decode(found[0])), length: found[0].length } : null;
}

// A sign opens only at the start of a word and closes only at the end of one: "2*3*4" and "a_b_c" are text.
function styledAt(text, at, sign) {
  if (at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1])) return null;
  if (at + 1 >= text.length || /\s/.test(text[at + 1]) || text[at + 1] === sign) return null;
  for (let end = text.indexOf(sign, at + 2); end > 0; end = text.indexOf(sign, end + 1)) {
    const after = text[end + 1];
    const closes = !/\s/.test(text[end - 1]) && (after === undefined || !/[\p{L}\p{N}]/u.test(after));
    if (closes) return { node: h(STYLES[sign], {}, inline(text.slice(at + 1, end))), length: end - at + 1 };
  }
  return null;
}

/** A Block Kit text object, plain or mrkdwn, as nodes. A bare string is plain text. */
export function textObject(object) {
  if (!object) return [];
  if (typeof object === 'string') return [plain(object)];
  if (object.type === 'mrkdwn') return mrkdwn(object.text);
  return [h('span', { class: 'plain' }, object.emoji === false ? decode(object.text || '') : plain(object.text))];
}

/** A text object as a string, for labels and accessible names. */
export function textOf(object) {
  if (!object) return '';
  return plain(typeof object === 'string' ? object : object.text);
}
