// A small virtual DOM. Views are functions from state to nodes; `patch` makes the document match them and
// touches nothing that did not change, so focus, caret and scroll survive a redraw. Text is only ever
// written as text nodes and attributes: nothing that comes from data is parsed as HTML.

const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';
const PROPERTIES = new Set(['value', 'checked', 'disabled', 'indeterminate', 'inert', 'selected', 'hidden', 'readOnly']);

/**
 * Makes a node. Props: `key` (identity among siblings), `class`, `style` (object), `hook` ({mount, update,
 * remove} called with the element), `on…` listeners in lower case; everything else is an attribute.
 */
export function h(tag, props, ...children) {
  const given = props || {};
  return { tag, key: given.key, props: given, children: flatten(children, []), el: null };
}

function flatten(list, out) {
  for (const child of list) {
    if (child === null || child === undefined || child === false || child === true || child === '') continue;
    if (Array.isArray(child)) flatten(child, out);
    else out.push(typeof child === 'object' ? child : { text: String(child), el: null });
  }
  return out;
}

/** Makes the children of `root` match `nodes`; the previous nodes are remembered on the root. */
export function patch(root, nodes) {
  const mounted = [];
  const next = flatten([nodes], []);
  patchChildren(root, root.drawn || [], next, false, mounted);
  root.drawn = next;
  for (const node of mounted) node.props.hook.mount?.(node.el);
}

function create(node, svg, mounted) {
  if (node.tag === undefined) {
    node.el = document.createTextNode(node.text);
    return node.el;
  }
  const inSvg = svg || node.tag === 'svg';
  node.el = inSvg ? document.createElementNS(SVG_NAMESPACE, node.tag) : document.createElement(node.tag);
  for (const child of node.children) node.el.append(create(child, inSvg, mounted));
  setProps(node.el, {}, node.props);
  if (node.props.hook) mounted.push(node);
  return node.el;
}

function update(old, node, svg, mounted) {
  if (old === node) return;
  node.el = old.el;
  if (node.tag === undefined) {
    if (old.text !== node.text) node.el.data = node.text;
    return;
  }
  const inSvg = svg || node.tag === 'svg';
  patchChildren(node.el, old.children, node.children, inSvg, mounted);
  setProps(node.el, old.props, node.props);
  node.props.hook?.update?.(node.el);
}

function patchChildren(parent, before, after, svg, mounted) {
  const { pairs, unused } = match(before, after);
  for (const node of unused) discard(node);
  let cursor = parent.firstChild;
  after.forEach((node, index) => {
    const old = pairs[index];
    if (old) update(old, node, svg, mounted);
    else create(node, svg, mounted);
    if (node.el === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node.el, cursor);
  });
}

// Keyed nodes are matched by key, the others in order of appearance among nodes of their tag.
function match(before, after) {
  const pool = new Map();
  for (const node of before) {
    const id = identity(node);
    if (!pool.has(id)) pool.set(id, []);
    pool.get(id).push(node);
  }
  const pairs = after.map((node) => pool.get(identity(node))?.shift());
  return { pairs, unused: [...pool.values()].flat() };
}

function identity(node) {
  return node.key === undefined ? `${node.tag}` : `${node.tag} ${node.key}`;
}

function discard(node) {
  forget(node);
  node.el.remove();
}

function forget(node) {
  node.props?.hook?.remove?.(node.el);
  node.children?.forEach(forget);
}

function setProps(el, old, props) {
  for (const name of Object.keys(old)) if (!(name in props)) setProp(el, name, old[name], undefined);
  for (const [name, value] of Object.entries(props)) setProp(el, name, old[name], value);
}

function setProp(el, name, before, value) {
  if (name === 'key' || name === 'hook') return;
  if (name.startsWith('on')) setListener(el, name.slice(2), value);
  else if (name === 'style') setStyle(el, before || {}, value || {});
  else if (PROPERTIES.has(name)) setProperty(el, name, value);
  else if (before !== value) setAttribute(el, name === 'class' ? 'class' : name, value);
}

function setListener(el, type, listener) {
  el.listeners ??= {};
  if (!(type in el.listeners)) el.addEventListener(type, relay);
  el.listeners[type] = listener;
}

function relay(event) {
  event.currentTarget.listeners[event.type]?.(event);
}

// Written through the style object, which a strict Content-Security-Policy allows, unlike the attribute.
function setStyle(el, before, style) {
  for (const name of Object.keys(before)) if (!(name in style)) el.style.removeProperty(name);
  for (const [name, value] of Object.entries(style)) if (before[name] !== value) el.style.setProperty(name, value);
}

function setProperty(el, name, value) {
  const wanted = name === 'value' ? value ?? '' : Boolean(value);
  if (el[name] !== wanted) el[name] = wanted;
}

function setAttribute(el, name, value) {
  if (value === undefined || value === null || value === false) el.removeAttribute(name);
  else el.setAttribute(name, value === true ? '' : String(value));
}
