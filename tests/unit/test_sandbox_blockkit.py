"""Block Kit validation: right payloads pass; wrong messages, views and charts are refused."""

import copy
from typing import Any

import pytest

from sandbox.blockkit import validate_blocks, validate_view
from sandbox.blockkit.rules import RULES
from sandbox.blockkit.spec import limits
from sandbox.blockkit.values import SIMPLE_KINDS
from tests.unit.sandbox_blocks import (
    GOOD_MESSAGE,
    GOOD_MODAL,
    SELECT,
    Block,
    chart,
    data_table,
    inputs,
    mrkdwn,
    plain,
    raw,
    rich,
)


def test_right_messages_pass() -> None:
    assert validate_blocks(GOOD_MESSAGE) == []
    assert (
        validate_blocks([{"type": "table", "rows": [[raw(), rich()]], "column_settings": [{"align": "right"}]}]) == []
    )


def test_right_views_pass() -> None:
    assert validate_view(GOOD_MODAL) == []
    assert validate_view({"type": "home", "private_metadata": "x", "blocks": [{"type": "divider"}]}) == []


@pytest.mark.parametrize("kind", sorted(limits().blocks))
def test_every_block_is_refused_where_it_does_not_belong_and_with_unknown_fields(kind: str) -> None:
    samples = {block["type"]: block for block in [*GOOD_MESSAGE, *GOOD_MODAL["blocks"]]}
    sample = {**samples.get(kind, {"type": kind}), "surprise": 1}
    assert "[ERROR] unknown field [json-pointer:/blocks/0/surprise]" in map(str, validate_blocks([sample]))
    for surface in ("message", "modal", "home"):
        found = [str(problem) for problem in validate_blocks([sample], surface)]  # type: ignore[arg-type]
        refused = f"[ERROR] block type {kind} is not supported in a {surface} [json-pointer:/blocks/0/type]" in found
        assert refused == (surface not in limits().blocks[kind].surfaces)


WRONG_MESSAGES: dict[str, tuple[list[Block], str]] = {
    "none": ([], "no fewer than 1"),
    "51 blocks": ([{"type": "divider"}] * 51, "no more than 50"),
    "same block id": ([{"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"}], "more than once"),
    "two tables": ([data_table(), {"type": "table", "rows": [[raw()]]}], "only_one_table_allowed"),
    "three charts": ([chart(), chart("bar"), chart("pie")], "no more than 2 data_visualization"),
    "two plans": ([{"type": "plan", "title": "P"}] * 2, "no more than 1 plan"),
    "much markdown": ([{"type": "markdown", "text": "x" * 7000}] * 2, "less than 12001 characters together"),
    "big table": ([data_table(rows=[[raw("x" * 4000)], [raw("x" * 4000)], [raw("x" * 4000)]])], "10001 characters"),
    "two focused": (
        [inputs({"type": "plain_text_input", "focus_on_load": True}), inputs(SELECT | {"focus_on_load": True})],
        "only one element may have focus_on_load",
    ),
}


@pytest.mark.parametrize("name", WRONG_MESSAGES)
def test_a_wrong_message_is_refused(name: str) -> None:
    blocks, message = WRONG_MESSAGES[name]
    assert any(message in problem.message for problem in validate_blocks(blocks))


def test_all_blocks_together_have_their_own_error() -> None:
    problems = validate_blocks([{"type": "section", "text": plain("x" * 2900)}] * 5)
    assert [problem.code for problem in problems] == ["msg_blocks_too_long"]


def change_chart(**more: Any) -> Block:
    block = copy.deepcopy(chart())
    block["chart"].update(more)
    return block


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (change_chart(series=[]), "no fewer than 1"),
        (change_chart(series=chart()["chart"]["series"] * 2), "series names must be unique"),
        (change_chart(axis_config={"categories": ["Jan"]}), "one point for each category"),
        (change_chart(axis_config={"categories": ["Jan", "Feb"], "y_label": "x" * 51}), "less than 51"),
        (change_chart(axis_config={"categories": ["x" * 21]}), "less than 21"),
        (change_chart(series=[{"name": "x" * 21, "data": [{"label": "Jan", "value": 1}]}]), "less than 21"),
    ],
)
def test_a_wrong_chart_is_refused(block: Block, message: str) -> None:
    assert any(message in problem.message for problem in validate_blocks([block]))


WRONG_VIEWS: dict[str, tuple[Block, str, str]] = {
    "no title": ({"title": ...}, "/view", "missing required field: title"),
    "title long": ({"title": plain("x" * 25)}, "/view/title/text", "less than 25"),
    "title mrkdwn": ({"title": mrkdwn()}, "/view/title/type", "plain_text"),
    "submit long": ({"submit": plain("x" * 25)}, "/view/submit/text", "less than 25"),
    "close long": ({"close": plain("x" * 25)}, "/view/close/text", "less than 25"),
    "metadata long": ({"private_metadata": "x" * 3001}, "/view/private_metadata", "less than 3001"),
    "callback long": ({"callback_id": "x" * 256}, "/view/callback_id", "less than 256"),
    "external long": ({"external_id": "x" * 256}, "/view/external_id", "less than 256"),
    "unknown field": ({"colour": "red"}, "/view/colour", "unknown field"),
    "no submit": ({"submit": ...}, "/view", "must have a submit button"),
    "no blocks": ({"blocks": ...}, "/view", "missing required field: blocks"),
    "101 blocks": ({"blocks": [{"type": "divider"}] * 101}, "/view/blocks", "no more than 100"),
    "table": ({"blocks": [{"type": "table", "rows": [[raw()]]}]}, "/view/blocks/0/type", "not supported in a modal"),
    "type": ({"type": "workflow_step"}, "/view/type", "modal, home"),
    "dispatching files": (
        {"blocks": [inputs({"type": "file_input"}, dispatch_action=True)]},
        "/view/blocks/0/dispatch_action",
        "file_input",
    ),
    "files many": (
        {"blocks": [inputs({"type": "file_input", "max_files": 11})]},
        "/view/blocks/0/element/max_files",
        "at most 10",
    ),
    "number undecided": (
        {"blocks": [inputs({"type": "number_input"})]},
        "/view/blocks/0/element",
        "is_decimal_allowed",
    ),
    "number as number": (
        {"blocks": [inputs({"type": "number_input", "is_decimal_allowed": True, "min_value": 1})]},
        "/view/blocks/0/element/min_value",
        "given as a string",
    ),
    "number range": (
        {"blocks": [inputs({"type": "number_input", "is_decimal_allowed": True, "min_value": "2", "max_value": "1"})]},
        "/view/blocks/0/element/min_value",
        "greater than max_value",
    ),
    "number initial": (
        {"blocks": [inputs({"type": "number_input", "is_decimal_allowed": False, "initial_value": "1.5"})]},
        "/view/blocks/0/element/initial_value",
        "whole number",
    ),
    "number outside": (
        {
            "blocks": [
                inputs({"type": "number_input", "is_decimal_allowed": True, "initial_value": "9", "max_value": "5"})
            ]
        },
        "/view/blocks/0/element/initial_value",
        "between",
    ),
    "mail initial": (
        {"blocks": [inputs({"type": "email_text_input", "initial_value": "nobody"})]},
        "/view/blocks/0/element/initial_value",
        "email",
    ),
    "lines": (
        {"blocks": [inputs({"type": "rich_text_input", "min_lines": 0})]},
        "/view/blocks/0/element/min_lines",
        "at least 1",
    ),
    "alert long": (
        {"blocks": [{"type": "alert", "text": plain("x" * 201)}]},
        "/view/blocks/0/text/text",
        "less than 201",
    ),
    "alert level": (
        {"blocks": [{"type": "alert", "text": plain(), "level": "bad"}]},
        "/view/blocks/0/level",
        "must be one of",
    ),
}


@pytest.mark.parametrize("name", WRONG_VIEWS)
def test_a_wrong_view_is_refused_where_it_is_wrong(name: str) -> None:
    changes, pointer, message = WRONG_VIEWS[name]
    view = {k: v for k, v in {**GOOD_MODAL, **changes}.items() if v is not ...}
    found = [(p.pointer, p.message) for p in validate_view(view)]
    assert any(at == pointer and message in text for at, text in found), found


def test_a_huge_view_has_its_own_error() -> None:
    blocks = [{"type": "section", "fields": [plain("é" * 2000)] * 10}] * 3
    assert [p.code for p in validate_view({"type": "home", "blocks": blocks})] == ["view_too_large"]


def test_home_takes_no_title() -> None:
    view = {"type": "home", "title": plain(), "blocks": [{"type": "divider"}]}
    assert [str(p) for p in validate_view(view)] == ["[ERROR] unknown field [json-pointer:/view/title]"]


def test_the_limits_name_only_what_exists() -> None:
    data = limits()
    things = [*data.blocks.values(), *data.elements.values(), *data.objects.values()]
    assert {rule for thing in things for rule in thing.rules} == set(RULES)
    assert {trait for thing in things for trait in thing.traits} == set(data.traits)
    for thing in things:
        for field in thing.fields.values():
            inner = field
            while inner.of is not None:
                inner = inner.of
            places = {
                "element": data.elements,
                "block": data.blocks,
                "object": data.objects,
                "typed_object": data.objects,
            }
            if inner.kind in places:
                assert set(inner.types) <= places[inner.kind].keys()
            else:
                assert inner.kind in {*SIMPLE_KINDS, "text", "plain_text"}
