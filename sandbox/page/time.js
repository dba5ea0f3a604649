// Dates and times as Slack shows them: in the zone and language of the person who looks.

import { me, store } from './store.js';

const DAY = 86400;

/** Seconds since 1970 on the sandbox's clock. */
export function now() {
  if (!store.state) return Date.now() / 1000;
  return store.state.now + (performance.now() - store.received) / 1000;
}

function zone() {
  return me().tz || 'UTC';
}

// Making a formatter costs a hundred times what using it does.
const formatters = new Map();

function formatter(locale, options) {
  const key = `${locale} ${JSON.stringify(options)}`;
  if (!formatters.has(key)) formatters.set(key, makeFormatter(locale, options));
  return formatters.get(key);
}

// A person whose zone or language the browser does not know sees UTC in English rather than nothing.
function makeFormatter(locale, options) {
  try {
    return new Intl.DateTimeFormat(locale, options);
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
  }
}

function format(seconds, options, timeZone = zone()) {
  return formatter(me().locale || 'en-GB', { timeZone, ...options }).format(new Date(seconds * 1000));
}

/** "09:05" or "9:05 AM", by the person's language. */
export function clockTime(seconds, withSeconds = false) {
  return format(seconds, { timeStyle: withSeconds ? 'medium' : 'short' });
}

/** "Monday, 23 November 2026 at 09:05". */
export function fullMoment(seconds) {
  return format(seconds, { dateStyle: 'full', timeStyle: 'short' });
}

/** "Mon 23 Nov, 09:00" for the clock in the top bar. */
export function clockLabel(seconds) {
  const day = format(seconds, { weekday: 'short', day: 'numeric', month: 'short' });
  return `${day}, ${clockTime(seconds)}`;
}

/** The calendar day in the person's zone, "2026-11-23": equal for two moments of one day. */
export function dayKey(seconds, timeZone = zone()) {
  const { year, month, day } = parts(seconds, timeZone);
  return `${year}-${pad(month)}-${pad(day)}`;
}

function pad(number) {
  return String(number).padStart(2, '0');
}

/** "Today", "Yesterday" or "Monday, 23 November". */
export function dayLabel(seconds) {
  const key = dayKey(seconds);
  if (key === dayKey(now())) return 'Today';
  if (key === dayKey(now() - DAY)) return 'Yesterday';
  if (key === dayKey(now() + DAY)) return 'Tomorrow';
  const sameYear = key.slice(0, 4) === dayKey(now()).slice(0, 4);
  return format(seconds, { weekday: 'long', day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) });
}

function parts(seconds, timeZone) {
  const fields = formatter('en-CA', {
    timeZone, year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23',
  }).formatToParts(new Date(seconds * 1000));
  const value = (type) => Number(fields.find((one) => one.type === type).value);
  return { year: value('year'), month: value('month'), day: value('day'), hour: value('hour'), minute: value('minute'), second: value('second') };
}

/** Unix seconds of a wall-clock time in a zone; `local` is "YYYY-MM-DDTHH:MM". */
export function fromLocal(local, timeZone = zone()) {
  const wall = Date.parse(`${local}:00Z`) / 1000;
  // Two rounds: the offset before and after a change of summer time differ.
  let guess = wall;
  for (let round = 0; round < 2; round += 1) guess = wall - offset(guess, timeZone);
  return guess;
}

function offset(seconds, timeZone) {
  const p = parts(seconds, timeZone);
  return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) / 1000 - Math.floor(seconds);
}

/** "YYYY-MM-DDTHH:MM" of a moment in a zone, as a date-time field wants it. */
export function toLocal(seconds, timeZone = zone()) {
  const p = parts(seconds, timeZone);
  return `${p.year}-${pad(p.month)}-${pad(p.day)}T${pad(p.hour)}:${pad(p.minute)}`;
}

/** The moment `days` days on at `time` ("09:00") in the person's zone. */
export function daysOn(days, time) {
  return fromLocal(`${dayKey(fromLocal(`${dayKey(now())}T12:00`) + days * DAY)}T${time}`);
}

/** Days until the day the clocks change where the person is, 1 to 400; null where they never do. */
export function daysUntilChange() {
  const noon = fromLocal(`${dayKey(now())}T12:00`);
  for (let days = 1; days <= 400; days += 1) {
    if (offset(noon + days * DAY, zone()) !== offset(noon + (days - 1) * DAY, zone())) return days;
  }
  return null;
}

/** Days until the next given weekday (0 = Sunday), 1 to 7. */
export function daysUntil(weekday) {
  const today = new Date(`${dayKey(now())}T00:00Z`).getUTCDay();
  return ((weekday - today + 6) % 7) + 1;
}

function ago(seconds) {
  const past = now() - seconds;
  const words = new Intl.RelativeTimeFormat(me().locale || 'en-GB', { numeric: 'auto' });
  const size = Math.abs(past);
  const sign = past > 0 ? -1 : 1;
  if (size < 60) return words.format(sign * Math.round(size), 'second');
  if (size < 3600) return words.format(sign * Math.round(size / 60), 'minute');
  if (size < DAY) return words.format(sign * Math.round(size / 3600), 'hour');
  return words.format(sign * Math.round(size / DAY), 'day');
}

function pretty(seconds, options) {
  const label = dayLabel(seconds);
  return ['Today', 'Yesterday', 'Tomorrow'].includes(label) ? label.toLowerCase() : format(seconds, options);
}

const LONG = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' };
const MIDDLE = { day: 'numeric', month: 'long', year: 'numeric' };
const SHORT = { day: 'numeric', month: 'short', year: 'numeric' };

const DATE_TOKENS = {
  date_num: (s) => dayKey(s),
  date_slash: (s) => format(s, { dateStyle: 'short' }),
  date: (s) => format(s, MIDDLE),
  date_short: (s) => format(s, SHORT),
  date_long: (s) => format(s, LONG),
  date_pretty: (s) => pretty(s, MIDDLE),
  date_short_pretty: (s) => pretty(s, SHORT),
  date_long_pretty: (s) => pretty(s, LONG),
  time: (s) => clockTime(s),
  time_secs: (s) => clockTime(s, true),
  day_divider_pretty: (s) => dayLabel(s),
  ago: (s) => ago(s),
};

/** Fills a Slack date pattern such as "{date_short_pretty} at {time}". */
export function dateTokens(seconds, pattern) {
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => (DATE_TOKENS[name] ? DATE_TOKENS[name](seconds) : whole));
}
