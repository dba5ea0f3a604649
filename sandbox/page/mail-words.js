// Names, faces, times and sizes, as mail programs show them.

import { clockTime, dayKey, dayLabel, fullMoment, now } from './time.js';
import { h } from './vdom.js';

const COLORS = ['#2e6f95', '#8d3b72', '#4c6b3c', '#b5651d', '#5b4b8a', '#99582a', '#2c6e63', '#7a3b3b'];

/** The name in `Zoe Lima <zoe@…>`, else the address. */
export function nameIn(field) {
  const match = /^\s*"?([^"<]*?)"?\s*<[^>]*>/.exec(field || '');
  return match?.[1] || addressIn(field);
}

/** The address in `Zoe Lima <zoe@…>`. */
export function addressIn(field) {
  return /<([^>]*)>/.exec(field || '')?.[1] || (field || '').trim();
}

/** A coloured tile with initials. */
export function face(name, size = 'middle') {
  const words = name.replace(/@.*/, '').split(/[\s._-]+/).filter(Boolean);
  const letters = words.length > 1 ? words[0][0] + words.at(-1)[0] : (words[0] || '?').slice(0, 1);
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return h('span', { class: `avatar avatar-${size}`, style: { background: COLORS[sum % COLORS.length] }, 'aria-hidden': 'true' }, letters.toUpperCase());
}

/** "09:05" today, else the day. */
export function when(seconds) {
  return dayKey(seconds) === dayKey(now()) ? clockTime(seconds) : dayLabel(seconds);
}

/** Day and time in full. */
export function moment(seconds) {
  return fullMoment(seconds);
}

/** "12 KB". */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** What happened to a mail, repeated things counted: ["delivered", "open × 2"]. */
export function happened(said) {
  const counts = new Map();
  for (const word of said) counts.set(word, (counts.get(word) || 0) + 1);
  return [...counts].map(([word, count]) => (count > 1 ? `${word} × ${count}` : word));
}
