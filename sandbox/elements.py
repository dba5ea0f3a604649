"""Interactive elements: finding them, the state they start with, and what a person's choice turns into."""

from sandbox.blockkit.prepare import all_blocks, elements_of
from sandbox.blockkit.rules import options_of
from sandbox.jsons import JsonObject, as_list, as_object, as_objects, as_strings, as_text
from sandbox.model import StateValues

# element type -> (key in state.values, key of the initial value)
STATE_KEYS = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", ""),
}
SEVERAL = {"selected_options", "selected_users", "selected_conversations", "selected_channels", "files"}
TEXT_INPUTS = {"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"}


class CannotDoError(Exception):
    """A person tried what the screen does not offer; the message says what, in plain words."""


def find_element(blocks: list[JsonObject], block_id: str, action_id: str) -> tuple[JsonObject, JsonObject]:
    """Return the block and the element with these ids."""
    for block in all_blocks(blocks):
        if block.get("block_id") == block_id:
            for element in elements_of(block):
                if element.get("action_id") == action_id:
                    return block, element
    message = f"there is no element {action_id} in block {block_id} on this screen any more"
    raise CannotDoError(message)


def initial_values(blocks: list[JsonObject], channel: str = "") -> StateValues:
    """Return `state.values` as it is before anyone touches anything.

    `channel` is where the view was opened from, for `default_to_current_conversation`.
    """
    values: StateValues = {}
    for block in all_blocks(blocks):
        for element in elements_of(block):
            kind = as_text(element.get("type"))
            if kind in STATE_KEYS:
                block_values = values.setdefault(as_text(block.get("block_id")), {})
                block_values[as_text(element.get("action_id"))] = _initial(kind, element, channel)
    return values


def _initial(kind: str, element: JsonObject, channel: str) -> JsonObject:
    key, initial_key = STATE_KEYS[kind]
    empty: object = [] if key in SEVERAL else None
    value = element.get(initial_key, empty)
    if element.get("default_to_current_conversation") and channel:
        value = [channel] if key in SEVERAL else channel
    state: JsonObject = {"type": kind, key: value}
    if kind == "timepicker" and "timezone" in element:
        state["timezone"] = element["timezone"]
    return state


def carried_over(old: StateValues, blocks: list[JsonObject], channel: str = "") -> StateValues:
    """Return the state after an update: kept where block_id, action_id and type are the same, else initial.

    A chosen static option that is no longer offered is dropped.
    """
    values = initial_values(blocks, channel)
    for block_id, actions in values.items():
        for action_id, state in actions.items():
            before = old.get(block_id, {}).get(action_id)
            if before is None or before.get("type") != state.get("type"):
                continue
            _, element = find_element(blocks, block_id, action_id)
            if _still_offered(element, before):
                actions[action_id] = before
    return values


def _still_offered(element: JsonObject, state: JsonObject) -> bool:
    options = options_of(element)
    if not options:
        return True
    offered = {as_text(option.get("value")) for option in options}
    chosen = as_objects(state.get("selected_options")) + as_objects([state.get("selected_option")])
    return all(as_text(option.get("value")) in offered for option in chosen)


def chosen_state(element: JsonObject, value: object, offered: list[JsonObject]) -> JsonObject:
    """Turn what the page sends into the element's entry in `state.values`.

    `value` is an option's value (or a list), a user or channel id (or a list), a date, a time, unix seconds or
    text; None clears. `offered` are the options an external select has shown. Raises CannotDoError for a choice
    the element does not offer.
    """
    kind = as_text(element.get("type"))
    if kind not in STATE_KEYS:
        message = f"a {kind} holds no value"
        raise CannotDoError(message)
    key, _ = STATE_KEYS[kind]
    state: JsonObject = {"type": kind}
    if key in ("selected_option", "selected_options"):
        options = options_of(element) + offered + _initially_chosen(element)
        wanted = as_strings(value) if isinstance(value, list) else as_strings([value])
        picked = [_option(options, item) for item in wanted]
        state[key] = picked if key in SEVERAL else (picked[0] if picked else None)
    elif key in SEVERAL:
        state[key] = as_list(value) if key == "files" else as_strings(value)
    elif key == "selected_date_time":
        state[key] = value if isinstance(value, int) else None
    elif key == "rich_text_value":
        state[key] = _rich_text(value)
    else:
        state[key] = as_text(value) or None
    _limit_selection(element, state.get(key))
    if kind == "timepicker" and "timezone" in element:
        state["timezone"] = element["timezone"]
    return state


def _initially_chosen(element: JsonObject) -> list[JsonObject]:
    return as_objects([element.get("initial_option")]) + as_objects(element.get("initial_options"))


def _option(options: list[JsonObject], value: str) -> JsonObject:
    for option in options:
        if option.get("value") == value:
            # Slack answers with the option as given, without the fields only its own client needs.
            return {k: v for k, v in option.items() if k in ("text", "value", "description", "url")}
    message = f"the option {value!r} is not offered; offered: {[o.get('value') for o in options]}"
    raise CannotDoError(message)


def _limit_selection(element: JsonObject, chosen: object) -> None:
    most = element.get("max_selected_items")
    if isinstance(most, int) and len(as_list(chosen)) > most:
        message = f"no more than {most} may be chosen"
        raise CannotDoError(message)


def _rich_text(value: object) -> JsonObject | None:
    if isinstance(value, dict):
        return value
    text = as_text(value)
    if not text:
        return None
    leaf: JsonObject = {"type": "text", "text": text}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [leaf]}]}


def action_entry(block: JsonObject, element: JsonObject, state: JsonObject, action_ts: str) -> JsonObject:
    """Return one entry of a block_actions payload's `actions`."""
    entry: JsonObject = {
        "type": element.get("type"),
        "action_id": element.get("action_id"),
        "block_id": block.get("block_id"),
        "action_ts": action_ts,
    }
    for key in ("text", "value", "style", "url", "placeholder", "initial_option", "initial_date", "workflow"):
        if key in element and not (key == "text" and element.get("type") == "overflow"):
            entry[key] = element[key]
    entry.update({key: value for key, value in state.items() if key != "type"})
    return entry


def button_state(element: JsonObject, value: object) -> JsonObject:
    """Return the extra fields of a button's, overflow's or feedback's action entry."""
    kind = element.get("type")
    if kind == "overflow":
        return {"selected_option": _option(as_objects(element.get("options")), as_text(value))}
    if kind == "feedback_buttons":
        choices = [as_object(element.get(key)) for key in ("positive_button", "negative_button")]
        for choice in choices:
            if choice.get("value") == value:
                return {"value": value, "text": choice.get("text")}
        message = f"the feedback {value!r} is not offered"
        raise CannotDoError(message)
    return {}
