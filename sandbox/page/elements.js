// One Block Kit element, wherever it stands: kept as input in an input block, sent at once elsewhere.

import { button, choices, confirmed, feedback, iconButton, overflow, workflowButton } from './controls.js';
import { fileField, momentField, textField } from './fields.js';
import { image } from './images.js';
import { select } from './select.js';
import { store } from './store.js';
import { submitTop } from './submit.js';
import { dispatch, input, valueOf } from './values.js';
import { h } from './vdom.js';

const BUTTONS = { button, overflow, feedback_buttons: feedback, icon_button: iconButton, workflow_button: workflowButton };
const TEXTS = new Set(['plain_text_input', 'email_text_input', 'url_text_input', 'number_input', 'rich_text_input']);
const MOMENTS = new Set(['datepicker', 'timepicker', 'datetimepicker']);
const CHOICES = new Set(['checkboxes', 'radio_buttons']);

/** Whether a label's `for` can point at this kind (the others are named by aria-labelledby). */
export function takesFor(element) {
  return TEXTS.has(element.type) || MOMENTS.has(element.type) || element.type === 'file_input';
}

/**
 * An element. In an input block `field` is {id, labelId, describedBy, invalid, optional, dispatches,
 * dispatchConfig}; elsewhere it is left out and every change goes to the app.
 */
export function element(ctx, blockId, given, field = null) {
  if (given.visible_to_user_ids && !given.visible_to_user_ids.includes(store.as)) return null;
  const key = `${given.type} ${given.action_id || ''}`;
  if (BUTTONS[given.type]) return h('span', { class: 'element', key }, BUTTONS[given.type](ctx, blockId, given));
  if (given.type === 'image') return h('span', { class: 'element', key }, image(given, 'thumbnail'));
  const drawn = valued(ctx, blockId, given, field);
  return h('div', { class: `element element-${given.type}`, key }, drawn || unknown(given));
}

function valued(ctx, blockId, given, field) {
  const value = valueOf(ctx, blockId, given);
  const change = (next) => (field ? input(ctx, blockId, given, next) : confirmed(given, () => dispatch(ctx, blockId, given, next)));
  const opts = { ...field, value, change };
  if (TEXTS.has(given.type)) return textField(ctx, blockId, given, { ...opts, ...typing(ctx, blockId, given, field) });
  if (MOMENTS.has(given.type)) return momentField(ctx, blockId, given, { ...opts, atOnce: !field });
  if (CHOICES.has(given.type)) return choices(ctx, blockId, given, opts);
  if (given.type === 'file_input') return fileField(ctx, blockId, given, opts);
  if (given.type.endsWith('_select')) return select(ctx, blockId, given, { ...opts, choose: change });
  return null;
}

function typing(ctx, blockId, given, field) {
  const onEnter = field?.dispatches && (given.dispatch_action_config?.trigger_actions_on || ['on_enter_pressed']).includes('on_enter_pressed');
  return {
    typed: (text) => input(ctx, blockId, given, text === '' ? null : text, true),
    entered: (text, withControl) => {
      if (onEnter && !withControl) dispatch(ctx, blockId, given, text);
      else if (withControl && ctx.surface === 'modal') submitTop();
    },
  };
}

function unknown(given) {
  return h('span', { class: 'unknown' }, `Element “${given.type}” is not drawn here`);
}
