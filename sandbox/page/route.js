// The address bar remembers who looks at what: #as=U1&c=C1&t=1700000000.000100

/** What the address says: {as, channel, thread}. */
export function readRoute() {
  const fields = new URLSearchParams(location.hash.slice(1));
  return { as: fields.get('as') || '', team: fields.get('team') || '', channel: fields.get('c') || '', thread: fields.get('t') || '' };
}

function write(route) {
  const fields = new URLSearchParams();
  if (route.team) fields.set('team', route.team);
  if (route.as) fields.set('as', route.as);
  if (route.channel) fields.set('c', route.channel);
  if (route.thread) fields.set('t', route.thread);
  return `#${fields}`;
}

/** Goes to another person, channel or thread; what is not named stays, except that a thread ends with its channel. */
export function goTo(change) {
  const current = readRoute();
  const next = { ...current, ...change };
  if (change.channel !== undefined && change.thread === undefined) next.thread = '';
  if (change.as !== undefined && change.as !== current.as) next.thread = '';
  if (write(next) !== location.hash) location.hash = write(next);
}

/** Fills in what the address left open, without a new step in the history. */
export function settleRoute(change) {
  const next = { ...readRoute(), ...change };
  if (write(next) !== location.hash) history.replaceState(null, '', write(next));
}

/** The address of another place, for links. */
export function hrefTo(change) {
  return write({ ...readRoute(), thread: '', ...change });
}
