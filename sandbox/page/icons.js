// Line icons on a 20 by 20 grid.

import { h } from './vdom.js';

const PATHS = {
  mail: 'M3 5h14v10.5H3zM3.3 5.5l6.7 5.4 6.7-5.4',
  menu: 'M3 5.5h14M3 10h14M3 14.5h14',
  close: 'M5 5l10 10M15 5L5 15',
  back: 'M12 4.5L6.5 10l5.5 5.5',
  hash: 'M7.5 3.5l-1.5 13M14 3.5l-1.5 13M3.5 7.5h13.5M3 12.5h13.5',
  lock: 'M5 9h10v7.5H5zM7 9V6.5a3 3 0 016 0V9',
  down: 'M5.5 8l4.5 4.5L14.5 8',
  right: 'M8 5.5l4.5 4.5L8 14.5',
  left: 'M12 5.5L7.5 10l4.5 4.5',
  more: 'M10 4.6v.1M10 10v.1M10 15.3v.1',
  dots: 'M4.6 10h.1M10 10h.1M15.3 10h.1',
  smile: 'M10 17a7 7 0 100-14 7 7 0 000 14zM7.2 11.8c1.4 1.9 4.2 1.9 5.6 0M7.6 8v.4M12.4 8v.4',
  reply: 'M3.5 5.5a2 2 0 012-2h9a2 2 0 012 2v6a2 2 0 01-2 2H9l-3.5 3v-3a2 2 0 01-2-2z',
  send: 'M3.5 4l13.5 6-13.5 6 1.8-6zM5.3 10H11',
  plus: 'M10 4v12M4 10h12',
  bolt: 'M11 2.5L4.5 11.5H9.5L8.5 17.5L15.5 8.5H10.5Z',
  clock: 'M10 17a7 7 0 100-14 7 7 0 000 14zM10 6v4.2l2.8 1.8',
  wrench: 'M12.2 3.6a4.2 4.2 0 00-3.7 5.9L3.6 14.4a1.4 1.4 0 002 2l4.9-4.9a4.2 4.2 0 005.8-4.6L13.7 9 11 6.3l2.2-2.6z',
  people: 'M7.5 9.5a2.8 2.8 0 100-5.6 2.8 2.8 0 000 5.6zM2.5 16c.3-3 2.2-4.6 5-4.6s4.7 1.6 5 4.6M13 4.4a2.6 2.6 0 010 5M14.5 11.8c1.9.5 2.9 2 3.1 4.2',
  check: 'M4.5 10.5l3.5 3.5 7.5-8',
  warning: 'M10 3.5l7.5 13h-15zM10 8.5v3.5M10 14.2v.1',
  info: 'M10 17a7 7 0 100-14 7 7 0 000 14zM10 9.3v4.2M10 6.6v.1',
  eye: 'M2.5 10s2.7-5 7.5-5 7.5 5 7.5 5-2.7 5-7.5 5-7.5-5-7.5-5zM10 12.2a2.2 2.2 0 100-4.4 2.2 2.2 0 000 4.4z',
  trash: 'M4.5 6h11M8 6V4h4v2M6 6l.6 10.5h6.8L14 6M8.5 9v4.5M11.5 9v4.5',
  up: 'M7 17.2V9.4l3.2-6.2c1.3 0 2 .9 2 2.1l-.5 3h4c1 0 1.6.8 1.4 1.8l-1.2 5.4c-.2.9-.9 1.5-1.8 1.5zM3.5 9.4H7v7.8H3.5z',
  downvote: 'M13 2.8v7.8l-3.2 6.2c-1.3 0-2-.9-2-2.1l.5-3h-4c-1 0-1.6-.8-1.4-1.8l1.2-5.4c.2-.9.9-1.5 1.8-1.5zM16.5 10.6H13V2.8h3.5z',
  file: 'M5.5 2.5h6l3.5 3.5v11.5H5.5zM11.5 2.5V6H15',
  image: 'M3 4.5h14v11H3zM3 13l4-4 4 4 2.5-2.5L17 14M12.5 8v.1',
  play: 'M6.5 4.5l9 5.5-9 5.5z',
  person: 'M10 9.7a3.1 3.1 0 100-6.2 3.1 3.1 0 000 6.2zM3.8 16.8c.5-3.4 2.8-5 6.2-5s5.7 1.6 6.2 5',
  sort: 'M7 8l3-3.5L13 8M7 12l3 3.5 3-3.5',
  ascending: 'M6 12l4-4.5 4 4.5',
  descending: 'M6 8l4 4.5L14 8',
};

/** An icon; it says nothing to screen readers, the control around it has the name. */
export function icon(name, extra = '') {
  return h('svg', { class: `icon icon-${name} ${extra}`, viewBox: '0 0 20 20', 'aria-hidden': 'true', focusable: 'false' },
    h('path', { d: PATHS[name] || PATHS.info }));
}
