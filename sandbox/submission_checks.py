"""What Slack's own client refuses before the app hears of a submission."""

from sandbox.blockkit import input_blocks
from sandbox.blockkit.values import decimal_of, is_email, is_url
from sandbox.elements import STATE_KEYS
from sandbox.jsons import JsonObject, as_int, as_list, as_object, as_text
from sandbox.model import View


def client_errors(view: View) -> dict[str, str]:
    """Return the sentences shown under fields, by block id; empty when the submission may be sent."""
    errors: dict[str, str] = {}
    for block in input_blocks(view.content):
        element = as_object(block.get("element"))
        block_id = as_text(block.get("block_id"))
        state = view.values.get(block_id, {}).get(as_text(element.get("action_id")), {})
        value = state.get(STATE_KEYS[as_text(element.get("type"))][0])
        if value in (None, "", []):
            if block.get("optional") is not True:
                errors[block_id] = "Please complete this required field."
            continue
        problem = _value_error(element, value)
        if problem:
            errors[block_id] = problem
    return errors


def _value_error(element: JsonObject, value: object) -> str:
    kind = element.get("type")
    if kind == "plain_text_input":
        return _length_error(element, as_text(value))
    if kind == "email_text_input" and not is_email(as_text(value)):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not is_url(as_text(value)):
        return "Please enter a valid URL."
    if kind == "number_input":
        return _number_error(element, as_text(value))
    if kind == "file_input" and len(as_list(value)) > as_int(element.get("max_files"), 10):
        return "Too many files."
    return ""


def _length_error(element: JsonObject, value: str) -> str:
    low, high = as_int(element.get("min_length"), 0), as_int(element.get("max_length"), 3000)
    if len(value) < low:
        return f"Please enter at least {low} characters."
    if len(value) > high:
        return f"Please enter no more than {high} characters."
    return ""


def _number_error(element: JsonObject, value: str) -> str:
    number = decimal_of(value)
    if number is None:
        return "Please enter a number."
    if element.get("is_decimal_allowed") is False and number != number.to_integral_value():
        return "Please enter a whole number."
    low, high = decimal_of(as_text(element.get("min_value"))), decimal_of(as_text(element.get("max_value")))
    if low is not None and number < low:
        return f"Please enter a number of at least {low}."
    if high is not None and number > high:
        return f"Please enter a number of at most {high}."
    return ""
