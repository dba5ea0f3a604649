// Keeping the keyboard where the person is.

const FOCUSABLE = 'a[href], button:not([disabled]), input:not([disabled]), textarea:not([disabled]), [tabindex="0"]';

function focusable(root) {
  return [...root.querySelectorAll(FOCUSABLE)].filter((el) => el.getClientRects().length > 0 && !el.closest('[inert]'));
}

/** A keydown listener of a dialog: Tab goes round inside it. */
export function trapFocus(event) {
  if (event.key !== 'Tab') return;
  const all = focusable(event.currentTarget);
  if (all.length === 0) return;
  const [first, last] = [all[0], all[all.length - 1]];
  const inside = event.currentTarget.contains(document.activeElement) && document.activeElement !== event.currentTarget;
  if (event.shiftKey ? document.activeElement === first || !inside : document.activeElement === last) {
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }
}

/** Where the focus is, in words that survive a redraw. */
export function rememberFocus() {
  const el = document.activeElement;
  const id = el?.dataset?.fid;
  return id ? { id, scope: el.closest('[data-scope]')?.dataset.scope || '' } : null;
}

/** Puts the focus back where it was when a redraw replaced the element that had it. */
export function restoreFocus(spot) {
  if (!spot || (document.activeElement && document.activeElement !== document.body)) return;
  const root = [...document.querySelectorAll('[data-scope]')].find((el) => el.dataset.scope === spot.scope) || document;
  const same = [...root.querySelectorAll('[data-fid]')];
  const action = spot.id.split(' ').slice(1).join(' ');
  // A redrawn view may have got new generated block ids: then the action's name decides.
  const target = same.find((el) => el.dataset.fid === spot.id) || same.find((el) => action && el.dataset.action === action);
  target?.focus({ preventScroll: true });
}

/** The first thing to fill in inside `root`, or `root` itself. */
export function focusFirst(root, selector = 'input:not([type=file]), textarea, .select-trigger') {
  const first = [...root.querySelectorAll(selector)].find((el) => el.getClientRects().length > 0);
  (first || root).focus({ preventScroll: true });
}
