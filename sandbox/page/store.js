// What the page knows: the last state the sandbox sent, where this person is, and the page's own
// short-lived things (open menus, sort orders). One change schedules one redraw.

export const store = {
  as: '',
  team: '',
  state: null,
  connection: 'connecting', // connecting | open | lost
  received: 0, // performance.now() when the state came, in milliseconds
  placeOf: '', // whose place it is
  place: { channel: '', thread: '' }, // channel is a channel id, or HOME for the app's Home tab
  messages: new Map(), // "channel" or "channel/thread" -> list
  drawer: false, // the sidebar on a phone
  developer: false,
  confirm: null, // {title, text, confirm, deny, style, answer}
  toasts: [], // {id, text, level}
  seenNotices: new Set(),
};

/** Stands in `place.channel` for the app's Home tab. */
export const HOME = 'home';

let draw = () => {};
let scheduled = false;

/** Sets the function that redraws the page. */
export function onDraw(fn) {
  draw = fn;
}

/** Asks for one redraw after the current turn, however often it is called. */
export function redraw() {
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    draw();
  });
}

const locals = new Map();
const versions = new Map();

/** The page's own state of one control; `scope` is the message or view it belongs to. */
export function local(scope, name, initial) {
  const key = `${scope}|${name}`;
  if (!locals.has(key)) locals.set(key, initial);
  return locals.get(key);
}

/** Replaces parts of a control's own state and redraws. */
export function setLocal(scope, name, change) {
  const key = `${scope}|${name}`;
  locals.set(key, { ...locals.get(key), ...change });
  touch(scope);
}

/** Marks everything drawn for `scope` as changed. */
export function touch(scope) {
  versions.set(scope, (versions.get(scope) || 0) + 1);
  redraw();
}

/** A number that grows whenever something inside `scope` changed. */
export function version(scope) {
  return versions.get(scope) || 0;
}

/** Forgets the page's own state of `scope`. */
export function forgetScope(scope) {
  for (const key of locals.keys()) if (key.startsWith(`${scope}|`)) locals.delete(key);
}

/** The person with this id, or a stand-in that shows the id. */
export function person(id) {
  const found = store.state?.people.find((one) => one.id === id);
  return found ? { ...found, color: cssColor(found.color) } : { id, name: id, real_name: id, color: '#616061', is_bot: false };
}

/** A colour as CSS writes it; Slack gives six digits without the sign. */
export function cssColor(color) {
  return /^[0-9a-f]{6}$/i.test(color || '') ? `#${color}` : color || '#616061';
}

/** The name to show for a person. */
export function nameOf(id) {
  if (id && id === store.state?.app?.bot_user_id) return store.state.app.name;
  const one = person(id);
  return one.real_name || one.name || id;
}

/** The person who is looking. */
export function me() {
  return person(store.as);
}

/** The channel with this id, if this person can see it. */
export function channel(id) {
  return store.state?.channels.find((one) => one.id === id);
}

/** The direct-message channel with the app, if it is open already. */
export function appChannel() {
  return store.state?.channels.find((one) => one.kind === 'im' && one.im_user === store.state.app?.bot_user_id);
}

/** What a channel is called in lists and headers, without the sign before it. */
export function channelLabel(one) {
  return one.kind === 'im' ? nameOf(one.im_user) : one.name;
}

let toastCount = 0;

/** Shows a sentence for a while; `level` is info, warning or error. */
export function toast(text, level = 'info') {
  const id = `t${(toastCount += 1)}`;
  store.toasts = [...store.toasts.slice(-3), { id, text, level }];
  setTimeout(() => dismissToast(id), level === 'error' ? 12000 : 6000);
  redraw();
}

/** Takes a sentence away again. */
export function dismissToast(id) {
  store.toasts = store.toasts.filter((one) => one.id !== id);
  redraw();
}
