// Images. Only the sandbox's own and embedded ones are loaded: a page for trying things out must work
// offline and must not tell anyone else that somebody looked.

import { icon } from './icons.js';
import { h } from './vdom.js';

/** An image by its `image_url` and `alt_text`; `size` is a CSS class suffix. */
export function image(given, size = 'block') {
  const url = given.image_url || given.slack_file?.url || '';
  const own = url.startsWith('data:image/') || new URL(url || '/', location.href).origin === location.origin;
  if (url && own) return h('img', { class: `image image-${size}`, src: url, alt: given.alt_text || '' });
  return h('span', { class: `image image-${size} image-away`, role: 'img', 'aria-label': given.alt_text || 'image', title: url }, icon('image'),
    size !== 'thumbnail' && size !== 'tiny' && h('span', { class: 'image-alt' }, given.alt_text || url));
}
