"""JSON as Slack sends it: small readers that give a typed value or an empty one, never an exception."""

import json

JsonObject = dict[str, object]


def as_object(value: object) -> JsonObject:
    """Return `value` when it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """Return `value` when it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def as_objects(value: object) -> list[JsonObject]:
    """Return the JSON objects inside the array `value`; anything else is left out."""
    return [item for item in as_list(value) if isinstance(item, dict)]


def as_text(value: object) -> str:
    """Return `value` when it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def as_strings(value: object) -> list[str]:
    """Return the strings inside the array `value`."""
    return [item for item in as_list(value) if isinstance(item, str)]


def as_int(value: object, default: int) -> int:
    """Return a whole number given as number or digits, else `default`."""
    if isinstance(value, bool):
        return default
    if isinstance(value, int):
        return value
    text = as_text(value)
    return int(text) if text.lstrip("-").isdigit() else default


def is_true(value: object) -> bool:
    """Slack's idea of a set flag: true, "true", 1 or "1"."""
    return value is True or value in (1, "1") or as_text(value).lower() == "true"


def parse_object(text: str | bytes) -> JsonObject | None:
    """Parse a JSON object; None where the text is not one."""
    try:
        value: object = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def copy_json(value: JsonObject) -> JsonObject:
    """Return an independent copy, as if it had travelled over the wire."""
    return as_object(json.loads(json.dumps(value)))
