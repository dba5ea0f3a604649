// The `rich_text` block, and the state value of a rich_text_input.

import { broadcast, channelMention, emojiNode, link, mention, moment } from './inline.js';
import { h } from './vdom.js';

/** A rich_text block as nodes. */
export function richText(block) {
  return (block?.elements || []).map(part);
}

function part(element) {
  const children = element.elements || [];
  switch (element.type) {
    case 'rich_text_section':
      return h('div', { class: 'rich-section' }, children.map(leaf));
    case 'rich_text_quote':
      return h('blockquote', { class: 'quote rich-section' }, children.map(leaf));
    case 'rich_text_preformatted':
      return h('pre', { class: 'pre' }, children.map(leaf));
    case 'rich_text_list':
      return list(element);
    default:
      return leaf(element);
  }
}

function list(element) {
  const ordered = element.style === 'ordered';
  const indent = { 'margin-left': `${(element.indent || 0) * 24}px` };
  return h(ordered ? 'ol' : 'ul', { class: 'list', style: indent, start: ordered ? (element.offset || 0) + 1 : undefined },
    (element.elements || []).map((item) => h('li', {}, part(item))));
}

const LEAVES = {
  text: (leafNode) => leafNode.text,
  link: (leafNode) => link(leafNode.url, leafNode.text || leafNode.url),
  emoji: (leafNode) => (leafNode.unicode ? emojiFromCode(leafNode) : emojiNode(leafNode.name)),
  user: (leafNode) => mention(leafNode.user_id),
  usergroup: (leafNode) => broadcast(leafNode.usergroup_id),
  channel: (leafNode) => channelMention(leafNode.channel_id),
  broadcast: (leafNode) => broadcast(leafNode.range),
  date: (leafNode) => moment(Number(leafNode.timestamp), leafNode.format || '{date}', leafNode.url, leafNode.fallback || ''),
  color: (leafNode) => h('span', { class: 'color-value' }, h('span', { class: 'color-dot', style: { background: leafNode.value } }), leafNode.value),
};

function emojiFromCode(leafNode) {
  const sign = leafNode.unicode.split('-').map((code) => String.fromCodePoint(parseInt(code, 16))).join('');
  return h('span', { class: 'emoji', role: 'img', 'aria-label': leafNode.name }, sign);
}

function leaf(element) {
  const build = LEAVES[element.type];
  if (!build) return h('span', { class: 'unknown-inline' }, `[${element.type}]`);
  return styled(build(element), element.style || {});
}

function styled(node, style) {
  let out = node;
  if (style.code) out = h('code', { class: 'code' }, out);
  if (style.strike) out = h('s', {}, out);
  if (style.italic) out = h('em', {}, out);
  if (style.bold) out = h('strong', {}, out);
  return out;
}

/** The characters of a rich_text value, without its styles. */
export function plainFrom(value) {
  const walk = (element) => {
    if (element.text !== undefined) return element.text;
    if (element.type === 'link') return element.url;
    if (element.type === 'user') return `<@${element.user_id}>`;
    if (element.type === 'emoji') return `:${element.name}:`;
    return (element.elements || []).map(walk).join(element.type === 'rich_text_list' || element.type === 'rich_text' ? '\n' : '');
  };
  return value ? walk(value) : '';
}
