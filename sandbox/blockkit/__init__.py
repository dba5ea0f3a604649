"""Block Kit validation as strict as Slack's own: per surface, from `limits.json`."""

import json

from sandbox.blockkit.problems import Problem
from sandbox.blockkit.spec import Surface, SurfaceSpec, limits
from sandbox.blockkit.walk import Walk
from sandbox.jsons import JsonObject, as_list, as_object, as_objects, as_text

__all__ = ["Problem", "validate_blocks", "validate_view"]


def validate_blocks(blocks: object, surface: Surface = "message", at: str = "/blocks") -> list[Problem]:
    """Check a list of blocks for a surface.

    Returns every fault; an empty list means Slack would take it. The limits and their wording follow
    https://docs.slack.dev/reference/block-kit.
    """
    walk = Walk(surface)
    _walk_blocks(walk, blocks, at)
    return walk.problems


def validate_view(view: object) -> list[Problem]:
    """Check a modal or Home view, its outer fields and its blocks; returns every fault."""
    if not isinstance(view, dict):
        return [Problem("/view", "must be a view object")]
    kind = view.get("type")
    if kind not in ("modal", "home"):
        return [Problem("/view/type", "must be one of: modal, home")]
    surface: Surface = "modal" if kind == "modal" else "home"
    spec = limits().surfaces[surface]
    walk = Walk(surface)
    walk.fields_of(spec.fields, {k: v for k, v in view.items() if k not in ("type", "blocks")}, "/view")
    if "blocks" not in view:
        walk.report("/view", "missing required field: blocks")
    else:
        _walk_blocks(walk, view["blocks"], "/view/blocks")
    if surface == "modal" and "submit" not in view and any(b.get("type") == "input" for _, b in walk.blocks):
        walk.report("/view", "a modal with input blocks must have a submit button")
    if spec.view_bytes is not None and len(json.dumps(view).encode()) > spec.view_bytes:
        walk.problems.append(Problem("/view", f"must be less than {spec.view_bytes} bytes", "view_too_large"))
    return walk.problems


def _walk_blocks(walk: Walk, blocks: object, at: str) -> None:
    if not isinstance(blocks, list):
        walk.report(at, "must be an array of blocks")
        return
    spec = limits().surfaces[walk.surface]
    low, high = spec.blocks
    if len(blocks) < low:
        walk.report(at, f"no fewer than {low} items allowed")
    if len(blocks) > high:
        walk.report(at, f"no more than {high} items allowed")
    for index, block in enumerate(blocks):
        walk.block(block, f"{at}/{index}")
    _unique_ids(walk)
    _focus_once(walk)
    _response_urls(walk)
    _counts(walk, spec, at)
    _characters(walk, spec, at)


def _unique_ids(walk: Walk) -> None:
    seen: set[str] = set()
    for at, block in walk.blocks:
        block_id = as_text(block.get("block_id"))
        if block_id and block_id in seen:
            walk.report(f"{at}/block_id", f"block_id {block_id} is used more than once")
        seen.add(block_id)
    actions: set[tuple[str, str]] = set()
    for at, block_at, element in walk.elements:
        action = (block_at, as_text(element.get("action_id")))
        if action[1] and action in actions:
            walk.report(f"{at}/action_id", f"action_id {action[1]} is used more than once in the block")
        actions.add(action)


def _focus_once(walk: Walk) -> None:
    focused = [at for at, _, element in walk.elements if element.get("focus_on_load") is True]
    for at in focused[1:]:
        walk.report(f"{at}/focus_on_load", "only one element may have focus_on_load")


def _response_urls(walk: Walk) -> None:
    for at, _, element in walk.elements:
        if element.get("response_url_enabled") and not (walk.surface == "modal" and at.endswith("/element")):
            walk.report(f"{at}/response_url_enabled", "is only allowed in an input block of a modal")


def _counts(walk: Walk, spec: SurfaceSpec, at: str) -> None:
    kinds = [as_text(block.get("type")) for _, block in walk.blocks]
    tables = sum(kind in spec.table_blocks for kind in kinds)
    if spec.max_tables is not None and tables > spec.max_tables:
        walk.report(at, "only_one_table_allowed")
    charts = kinds.count("data_visualization")
    if spec.max_charts is not None and charts > spec.max_charts:
        walk.report(at, f"no more than {spec.max_charts} data_visualization blocks allowed")
    if spec.max_plans is not None and kinds.count("plan") > spec.max_plans:
        walk.report(at, f"no more than {spec.max_plans} plan blocks allowed")


def _characters(walk: Walk, spec: SurfaceSpec, at: str) -> None:
    markdown = sum(len(as_text(b.get("text"))) for _, b in walk.blocks if b.get("type") == "markdown")
    if spec.markdown_chars is not None and markdown > spec.markdown_chars:
        walk.report(at, f"markdown blocks must be less than {spec.markdown_chars + 1} characters together")
    cells = sum(_text_length(b.get("rows")) for _, b in walk.blocks if b.get("type") in spec.table_blocks)
    if spec.table_chars is not None and cells > spec.table_chars:
        walk.report(at, f"tables must be less than {spec.table_chars + 1} characters together")
    top = [b for where, b in walk.blocks if where.count("/") == at.count("/") + 1]
    rest = sum(_text_length(b) for b in top if b.get("type") not in (*spec.table_blocks, "markdown"))
    if spec.all_blocks_chars is not None and rest > spec.all_blocks_chars:
        # The sum Slack allows over all blocks is not documented; the limit is where it was seen to refuse.
        problem = Problem(at, f"blocks must be less than {spec.all_blocks_chars + 1} characters together")
        walk.problems.append(Problem(problem.pointer, problem.message, "msg_blocks_too_long"))


def _text_length(value: object) -> int:
    """Count the characters people read: every string under a key `text`."""
    if isinstance(value, list):
        return sum(_text_length(item) for item in as_list(value))
    if not isinstance(value, dict):
        return 0
    own = len(as_text(value.get("text")))
    return own + sum(_text_length(item) for item in value.values() if isinstance(item, (dict, list)))


def input_blocks(view: JsonObject) -> list[JsonObject]:
    """Return a view's input blocks, those inside containers too."""
    found: list[JsonObject] = []
    for block in as_objects(view.get("blocks")):
        if block.get("type") == "input":
            found.append(as_object(block))
        found.extend(input_blocks({"blocks": block.get("child_blocks")}))
    return found
