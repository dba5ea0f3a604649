"""What Slack adds to blocks it takes in: missing ids, and the defaults of text objects."""

import secrets

from sandbox.jsons import JsonObject, as_objects, copy_json


def prepared(blocks: list[JsonObject]) -> list[JsonObject]:
    """Return a copy with every `block_id` and `action_id` filled in.

    Generated ids are random, as Slack's are: state is lost on an update wherever the app relied on them.
    """
    copies = [copy_json(block) for block in blocks]
    for block in copies:
        _fill(block)
        _text_defaults(block)
    return copies


def elements_of(block: JsonObject) -> list[JsonObject]:
    """Return the elements directly inside a block."""
    found = as_objects([block.get("accessory"), block.get("element")])
    for key in ("elements", "actions"):
        found.extend(item for item in as_objects(block.get(key)) if "text" not in item or "action_id" in item)
    return found


def inner_blocks(block: JsonObject) -> list[JsonObject]:
    """Return the blocks inside a container or carousel."""
    inner = as_objects(block.get("child_blocks"))
    return inner + (as_objects(block.get("elements")) if block.get("type") == "carousel" else [])


def all_blocks(blocks: list[JsonObject]) -> list[JsonObject]:
    """Return the blocks and everything nested in them."""
    found: list[JsonObject] = []
    for block in blocks:
        found.append(block)
        found.extend(all_blocks(inner_blocks(block)))
    return found


def _fill(block: JsonObject) -> None:
    block.setdefault("block_id", secrets.token_urlsafe(4))
    for inner in inner_blocks(block):
        _fill(inner)
    carousel = block.get("type") == "carousel"
    interactive = [] if carousel else as_objects([block.get("accessory"), block.get("element")])
    if block.get("type") in ("actions", "context_actions"):
        interactive += as_objects(block.get("elements"))
    interactive += as_objects(block.get("actions"))
    for element in interactive:
        if element.get("type") != "image":
            element.setdefault("action_id", secrets.token_urlsafe(4))


def _text_defaults(value: object) -> None:
    if isinstance(value, list):
        for item in value:
            _text_defaults(item)
    elif isinstance(value, dict):
        if value.get("type") == "plain_text":
            value.setdefault("emoji", True)
        elif value.get("type") == "mrkdwn":
            value.setdefault("verbatim", False)
        for item in value.values():
            _text_defaults(item)
