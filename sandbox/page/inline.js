// Pieces of text shared by mrkdwn, markdown and rich text: links, mentions, channels, broadcasts, dates, emoji.

import { emoji, withEmoji } from './emoji.js';
import { hrefTo } from './route.js';
import { channel, nameOf, store } from './store.js';
import { dateTokens, fullMoment } from './time.js';
import { h } from './vdom.js';

const SAFE_LINK = /^(https?:|mailto:|tel:)/i;

/** The three characters Slack escapes, as themselves again. */
export function decode(text) {
  return text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
}

/** The three characters Slack's client escapes in what a person types. */
export function encode(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** A link in a new tab; an address of another kind than web, mail or phone is shown as text. */
export function link(url, ...label) {
  if (!SAFE_LINK.test(url)) return h('span', { class: 'link-refused', title: 'Not a link Slack would follow' }, ...label);
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, ...label);
}

/** A mention of a person; louder when it is the one who looks. */
export function mention(id, label) {
  const own = id === store.as ? ' mention-me' : '';
  return h('span', { class: `mention${own}`, 'data-user': id }, `@${label || nameOf(id)}`);
}

/** A link to a channel, by name where this person can see it. */
export function channelMention(id, label) {
  const known = channel(id);
  const name = known?.name || label;
  if (!name) return h('span', { class: 'mention mention-private' }, 'a private channel');
  return h('a', { class: 'mention', href: hrefTo({ channel: id }) }, `#${name}`);
}

/** @channel, @here, @everyone or a group: marked, so that one that was not meant is seen. */
export function broadcast(name) {
  return h('span', { class: 'mention broadcast' }, `@${name}`);
}

/** A moment written by a pattern, with the whole date as its tooltip. */
export function moment(seconds, pattern, url, fallback) {
  const text = Number.isFinite(seconds) ? dateTokens(seconds, pattern) : fallback;
  const shown = h('time', { title: Number.isFinite(seconds) ? fullMoment(seconds) : '' }, text);
  return url ? link(url, shown) : shown;
}

/** An emoji by name; one we do not know stays readable. */
export function emojiNode(name) {
  const sign = emoji(name);
  return sign ? h('span', { class: 'emoji', role: 'img', 'aria-label': name.replace(/_/g, ' '), title: `:${name}:` }, sign) : `:${name}:`;
}

/** What stands between < and > in Slack's text: link, mention, channel, broadcast or date. */
export function angle(inside, label = (text) => [decode(text)]) {
  const [target, ...rest] = inside.split('|');
  const text = rest.join('|');
  if (target.startsWith('@')) return mention(target.slice(1), text && decode(text));
  if (target.startsWith('#')) return channelMention(target.slice(1), text && decode(text));
  if (target.startsWith('!date^')) return date(target, text);
  if (target.startsWith('!subteam^')) return broadcast((text || target.slice(9)).replace(/^@/, ''));
  if (target.startsWith('!')) return broadcast(decode(text || target.slice(1)).replace(/^@/, ''));
  const url = decode(target);
  return link(url, ...(text ? label(text) : [url.replace(/^mailto:|^tel:/, '')]));
}

function date(target, fallback) {
  const [, seconds, pattern = '{date}', url] = target.split('^');
  return moment(Number(seconds), decode(pattern), url && decode(url), decode(fallback));
}

/** A text object without formatting: decoded, with emoji. */
export function plain(text) {
  return withEmoji(decode(text || ''));
}
