// The `data_visualization` block drawn as SVG: line, area, bar and pie, with title, legend and axis labels.
// The same numbers stand in a table for screen readers.

import { me } from './store.js';
import { h } from './vdom.js';

const COLORS = ['#1d6fa5', '#d9730d', '#2e8b57', '#8e44ad', '#c0392b', '#6b7280'];
const WIDE = { width: 560, height: 250, left: 58, right: 12, top: 12, bottom: 34 };
const NARROW = { ...WIDE, width: 320, height: 220, left: 50, right: 6 };
const PHONE = 700; // pixels of window width
const GRID_LINES = 4;

/** A chart with its legend and its table of numbers. */
export function chart(block) {
  const given = block.chart || {};
  const pie = given.type === 'pie';
  const draw = { pie: pieChart, bar: barChart, line: lineChart, area: lineChart }[given.type];
  if (!draw) return h('div', { class: 'unknown' }, `Chart “${given.type}” is not drawn here`);
  const names = pie ? (given.segments || []).map((one) => one.label) : (given.series || []).map((one) => one.name);
  return h('figure', { class: `chart chart-${given.type}` },
    h('figcaption', { class: 'chart-title' }, block.title),
    h('div', { class: 'chart-body' }, draw(given, summary(block.title, given)), legend(names, pie ? given.segments : null)),
    numbers(given, pie, block.title));
}

function number(value) {
  return new Intl.NumberFormat(me().locale || 'en-GB', { maximumFractionDigits: 2 }).format(value);
}

function short(value) {
  return new Intl.NumberFormat(me().locale || 'en-GB', { notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

// Text in a drawing shrinks with it: a phone gets a smaller drawing instead.
function frameSize() {
  return window.innerWidth <= PHONE ? NARROW : WIDE;
}

function summary(title, given) {
  if (given.type === 'pie') return `${title}, pie chart: ${(given.segments || []).map((one) => `${one.label} ${number(one.value)}`).join(', ')}`;
  const rows = (given.series || []).map((one) => `${one.name}: ${(one.data || []).map((point) => `${point.label} ${number(point.value)}`).join(', ')}`);
  return `${title}, ${given.type} chart. ${rows.join('. ')}`;
}

function legend(names, segments) {
  if (names.length < 2 && !segments) return null;
  const total = segments?.reduce((sum, one) => sum + one.value, 0);
  return h('ul', { class: 'legend' }, names.map((name, index) => h('li', { key: name },
    h('span', { class: 'legend-dot', style: { background: COLORS[index % COLORS.length] } }), name,
    segments && h('span', { class: 'legend-value' }, `${number(segments[index].value)} · ${Math.round((100 * segments[index].value) / total)} %`))));
}

function numbers(given, pie, title) {
  const cell = (value) => h('td', {}, number(value));
  const rows = pie
    ? (given.segments || []).map((one) => h('tr', { key: one.label }, h('th', { scope: 'row' }, one.label), cell(one.value)))
    : categoriesOf(given).map((label) => h('tr', { key: label }, h('th', { scope: 'row' }, label), given.series.map((one) => cell(valueAt(one, label)))));
  const head = pie ? ['Part', 'Value'] : ['', ...given.series.map((one) => one.name)];
  return h('table', { class: 'visually-hidden' }, h('caption', {}, title),
    h('thead', {}, h('tr', {}, head.map((name, index) => h('th', { scope: 'col', key: index }, name)))), h('tbody', {}, rows));
}

function categoriesOf(given) {
  return given.axis_config?.categories || (given.series?.[0]?.data || []).map((point) => point.label);
}

function valueAt(series, label) {
  return (series.data || []).find((point) => point.label === label)?.value ?? 0;
}

// A round step so that about GRID_LINES of them span the values: 1, 2, 2.5 or 5 times a power of ten.
function scale(given, size) {
  const values = (given.series || []).flatMap((one) => (one.data || []).map((point) => point.value));
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const rough = (high - low || 1) / GRID_LINES;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((one) => one * power >= rough) * power;
  const bottom = Math.floor(low / step) * step;
  const top = Math.max(bottom + step, Math.ceil(high / step) * step);
  const span = size.height - size.top - size.bottom;
  const lines = [];
  for (let value = bottom; value <= top + step / 2; value += step) lines.push(Number(value.toPrecision(12)));
  return { lines, y: (value) => size.top + span * (1 - (value - bottom) / (top - bottom)) };
}

function frame(given, label, marks, { y, lines }, centres, size) {
  const config = given.axis_config || {};
  const labels = categoriesOf(given);
  const every = Math.ceil((labels.length * 46) / (size.width - size.left - size.right));
  const bottom = size.height + (config.x_label ? 16 : 0);
  return h('svg', { class: 'chart-svg', viewBox: `0 0 ${size.width} ${bottom}`, role: 'img', 'aria-label': label },
    lines.map((value) => h('line', { class: value === 0 ? 'axis' : 'grid', x1: size.left, x2: size.width - size.right, y1: y(value), y2: y(value) })),
    lines.map((value) => h('text', { class: 'tick', x: size.left - 6, y: y(value) + 4, 'text-anchor': 'end' }, short(value))),
    labels.map((name, index) => index % every === 0 && h('text', { class: 'tick', x: centres[index], y: size.height - 14, 'text-anchor': 'middle' }, name.length > 11 ? `${name.slice(0, 10)}…` : name)),
    config.x_label && h('text', { class: 'axis-label', x: (size.left + size.width) / 2, y: size.height + 8, 'text-anchor': 'middle' }, config.x_label),
    config.y_label && h('text', { class: 'axis-label', transform: `translate(12 ${(size.height - size.bottom) / 2}) rotate(-90)`, 'text-anchor': 'middle' }, config.y_label),
    marks);
}

function positions(count, size) {
  const width = (size.width - size.left - size.right) / Math.max(1, count);
  return { width, centres: Array.from({ length: count }, (_, index) => size.left + width * (index + 0.5)) };
}

function barChart(given, label) {
  const size = frameSize();
  const axis = scale(given, size);
  const labels = categoriesOf(given);
  const { width, centres } = positions(labels.length, size);
  const group = Math.min(width * 0.72, 64 * given.series.length);
  const bar = group / given.series.length;
  const marks = given.series.flatMap((one, at) => labels.map((name, index) => {
    const value = valueAt(one, name);
    const [from, to] = [axis.y(0), axis.y(value)];
    return h('rect', {
      x: centres[index] - group / 2 + at * bar + 1, width: Math.max(1, bar - 2), y: Math.min(from, to), height: Math.max(1, Math.abs(to - from)),
      rx: 2, fill: COLORS[at % COLORS.length],
    }, h('title', {}, `${name}, ${one.name}: ${number(value)}`));
  }));
  return frame(given, label, marks, axis, centres, size);
}

function lineChart(given, label) {
  const size = frameSize();
  const axis = scale(given, size);
  const labels = categoriesOf(given);
  const { centres } = positions(labels.length, size);
  const marks = given.series.flatMap((one, at) => {
    const color = COLORS[at % COLORS.length];
    const points = labels.map((name, index) => [centres[index], axis.y(valueAt(one, name)), name]);
    const path = points.map(([x, y]) => `${x},${y}`).join(' ');
    const base = axis.y(0);
    return [
      given.type === 'area' && h('polygon', { points: `${centres[0]},${base} ${path} ${centres.at(-1)},${base}`, fill: color, 'fill-opacity': '0.22' }),
      h('polyline', { points: path, fill: 'none', stroke: color, 'stroke-width': 2.2, 'stroke-linejoin': 'round' }),
      points.map(([x, y, name]) => h('circle', { cx: x, cy: y, r: 3.2, fill: color }, h('title', {}, `${name}, ${one.name}: ${number(valueAt(one, name))}`))),
    ];
  });
  return frame(given, label, marks, axis, centres, size);
}

function pieChart(given, label) {
  const segments = given.segments || [];
  const total = segments.reduce((sum, one) => sum + one.value, 0) || 1;
  let turned = 0;
  const marks = segments.map((one, index) => {
    const from = turned;
    turned += one.value / total;
    return h('path', { d: slice(from, turned), fill: COLORS[index % COLORS.length], stroke: '#fff', 'stroke-width': 1.5 },
      h('title', {}, `${one.label}: ${number(one.value)}`));
  });
  return h('svg', { class: 'chart-svg chart-round', viewBox: '-104 -104 208 208', role: 'img', 'aria-label': label }, marks);
}

// A ring piece between two shares of the whole turn, starting at twelve o'clock.
function slice(from, to) {
  const end = Math.min(to, from + 0.99999);
  const at = (share, radius) => {
    const angle = 2 * Math.PI * share - Math.PI / 2;
    return `${(radius * Math.cos(angle)).toFixed(2)} ${(radius * Math.sin(angle)).toFixed(2)}`;
  };
  const large = end - from > 0.5 ? 1 : 0;
  return `M${at(from, 100)}A100 100 0 ${large} 1 ${at(end, 100)}L${at(end, 56)}A56 56 0 ${large} 0 ${at(from, 56)}Z`;
}
