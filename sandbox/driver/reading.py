"""What a person reads on a message or view, as plain lines."""

from collections.abc import Callable

from sandbox.blockkit.prepare import elements_of, inner_blocks
from sandbox.blockkit.rules import options_of
from sandbox.elements import STATE_KEYS
from sandbox.jsons import JsonObject, as_list, as_object, as_objects, as_text
from sandbox.model import StateValues


def words(text_object: object) -> str:
    """Return the characters of a text object or of a plain string."""
    return as_text(text_object) or as_text(as_object(text_object).get("text"))


def screen(blocks: list[JsonObject], values: StateValues | None = None) -> str:
    """Return every line a person reads, in order; buttons in brackets, fields with what is in them."""
    return "\n".join(line for block in blocks for line in _lines(block, values or {}) if line)


def _lines(block: JsonObject, values: StateValues) -> list[str]:
    kind = as_text(block.get("type"))
    reader = READERS.get(kind)
    own = reader(block) if reader else [words(block.get("text"))]
    if kind != "context":
        own += [_control(block, element, values) for element in elements_of(block) if element.get("type") != "card"]
    for inner in inner_blocks(block):
        own += _lines(inner, values)
    return own


def _section(block: JsonObject) -> list[str]:
    return [words(block.get("text")), *(words(field) for field in as_list(block.get("fields")))]


def _context(block: JsonObject) -> list[str]:
    return [
        " ".join(words(item) or as_text(as_object(item).get("alt_text")) for item in as_list(block.get("elements")))
    ]


def _image(block: JsonObject) -> list[str]:
    return [words(block.get("title")), f"({as_text(block.get('alt_text'))})"]


def _input(block: JsonObject) -> list[str]:
    return [f"{words(block.get('label'))}:", words(block.get("hint"))]


def _table(block: JsonObject) -> list[str]:
    rows = [" | ".join(_cell(cell) for cell in as_objects(row)) for row in as_list(block.get("rows"))]
    return [as_text(block.get("caption")), *rows]


def _cell(cell: JsonObject) -> str:
    return rich_words(cell) if cell.get("type") == "rich_text" else as_text(cell.get("text"))


def rich_words(value: object) -> str:
    """Return the characters of a rich_text value."""
    if isinstance(value, list):
        return "".join(rich_words(item) for item in value)
    item = as_object(value)
    own = as_text(item.get("text")) or as_text(item.get("url"))
    if item.get("type") == "user":
        own = f"<@{as_text(item.get('user_id'))}>"
    return own + rich_words(as_list(item.get("elements")))


def _chart(block: JsonObject) -> list[str]:
    chart = as_object(block.get("chart"))
    lines = [as_text(block.get("title"))]
    for series in as_objects(chart.get("series")):
        points = (f"{point.get('label')} {point.get('value')}" for point in as_objects(series.get("data")))
        lines.append(f"{as_text(series.get('name'))}: {', '.join(points)}")
    lines += [f"{part.get('label')} {part.get('value')}" for part in as_objects(chart.get("segments"))]
    return lines


def _titled(block: JsonObject) -> list[str]:
    return [words(block.get(key)) for key in ("title", "subtitle", "body", "text")]


def _plan(block: JsonObject) -> list[str]:
    return [as_text(block.get("title")), *(as_text(task.get("title")) for task in as_objects(block.get("tasks")))]


READERS: dict[str, Callable[[JsonObject], list[str]]] = {
    "section": _section,
    "context": _context,
    "image": _image,
    "input": _input,
    "table": _table,
    "data_table": _table,
    "data_visualization": _chart,
    "rich_text": lambda block: [rich_words(block)],
    "card": _titled,
    "container": _titled,
    "plan": _plan,
    "task_card": lambda block: [as_text(block.get("title"))],
    "actions": lambda _: [],
    "divider": lambda _: [],
}


def _control(block: JsonObject, element: JsonObject, values: StateValues) -> str:
    kind = as_text(element.get("type"))
    if kind in ("button", "icon_button", "workflow_button"):
        return f"[{words(element.get('text'))}]"
    if kind == "overflow":
        return " ".join(f"[… {words(option.get('text'))}]" for option in options_of(element))
    if kind == "image":
        return f"({as_text(element.get('alt_text'))})"
    if kind not in STATE_KEYS:
        return ""
    state = values.get(as_text(block.get("block_id")), {}).get(as_text(element.get("action_id")), {})
    shown = chosen_words(state) or words(element.get("placeholder"))
    offered = " / ".join(words(option.get("text")) for option in options_of(element)[:12])
    return f"  ‹{shown}›" + (f" ({offered})" if offered else "")


def chosen_words(state: JsonObject) -> str:
    """Return what a field holds, as a person reads it."""
    kind = as_text(state.get("type"))
    if kind not in STATE_KEYS:
        return ""
    value = state.get(STATE_KEYS[kind][0])
    if isinstance(value, list):
        return ", ".join(words(as_object(item).get("text")) or as_text(item) for item in value)
    if isinstance(value, dict):
        return words(value.get("text")) or rich_words(value)
    return "" if value is None else str(value)
