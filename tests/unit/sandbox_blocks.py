"""Right blocks and views, for tests that bend them."""

from typing import Any

Block = dict[str, Any]


def plain(text: str = "x") -> Block:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Block:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "a", text: str = "A") -> Block:
    return {"text": plain(text), "value": value}


def options(count: int) -> list[Block]:
    return [option(str(n), f"Option {n}") for n in range(count)]


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def inputs(element: Block, **more: Any) -> Block:
    return {"type": "input", "label": plain("Label"), "element": element, **more}


def button(**more: Any) -> Block:
    return {"type": "button", "text": plain("Go"), **more}


def rich(text: str = "x") -> Block:
    leaf = {"type": "text", "text": text}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [leaf]}]}


def raw(text: str = "x") -> Block:
    return {"type": "raw_text", "text": text}


def chart(kind: str = "line") -> Block:
    if kind == "pie":
        return {
            "type": "data_visualization",
            "title": "Pie",
            "chart": {"type": "pie", "segments": [{"label": "Won", "value": 3}]},
        }
    return {
        "type": "data_visualization",
        "title": "Pipeline",
        "chart": {
            "type": kind,
            "series": [{"name": "Won", "data": [{"label": "Jan", "value": 1}, {"label": "Feb", "value": 2.5}]}],
            "axis_config": {"categories": ["Jan", "Feb"], "x_label": "Month"},
        },
    }


def data_table(**more: Any) -> Block:
    number = {"type": "raw_number", "value": 3, "text": "3"}
    return {
        "type": "data_table",
        "caption": "Deals",
        "rows": [[raw("Name"), raw("Value")], [raw("Acme"), number], [rich("Globex"), number]],
        **more,
    }


CONFIRM = {"title": plain("Sure?"), "text": mrkdwn("Really"), "confirm": plain("Yes"), "deny": plain("No")}
IMAGE = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A"}
VIDEO = {
    "type": "video",
    "title": plain("V"),
    "video_url": "https://example.com/v",
    "thumbnail_url": "https://example.com/t.png",
    "alt_text": "A video",
}
CARD = {"type": "card", "title": mrkdwn("Acme"), "body": plain("Deal"), "actions": [button()]}
SELECT = {"type": "static_select", "options": options(3), "placeholder": plain("Pick")}
MULTI = {"type": "multi_static_select", "options": options(3)}
TASK = {"type": "task_card", "task_id": "1", "title": "Call", "status": "pending"}

GOOD_MESSAGE: list[Block] = [
    {"type": "section", "text": mrkdwn("*Hi*"), "accessory": button(confirm=CONFIRM, style="danger")},
    {"type": "section", "fields": [mrkdwn(), plain()]},
    {"type": "section", "text": plain(), "accessory": IMAGE, "expand": True},
    {"type": "divider"},
    {"type": "header", "text": plain("Deals"), "level": 2},
    {"type": "context", "elements": [mrkdwn("by"), IMAGE, plain("me")]},
    IMAGE | {"title": plain("Picture")},
    actions(button(url="https://example.com"), {**SELECT, "initial_option": option("1", "Option 1")}),
    actions({"type": "overflow", "options": [option("a"), option("b") | {"url": "https://example.com"}]}),
    actions({"type": "datepicker", "initial_date": "2026-02-28"}, {"type": "timepicker", "initial_time": "09:05"}),
    actions({"type": "datetimepicker", "initial_date_time": 1767225600}),
    actions({"type": "static_select", "option_groups": [{"label": plain("G"), "options": options(2)}]}),
    actions({"type": "radio_buttons", "options": [{"text": mrkdwn("*A*"), "value": "a", "description": mrkdwn("d")}]}),
    inputs({"type": "plain_text_input", "multiline": True, "min_length": 0, "max_length": 3000}),
    rich(),
    VIDEO,
    CARD,
    {"type": "carousel", "elements": [CARD, CARD]},
    {"type": "container", "title": plain("Box"), "child_blocks": [{"type": "divider"}], "is_collapsible": True},
    {"type": "context_actions", "elements": [{"type": "icon_button", "icon": "trash", "text": plain("Delete")}]},
    TASK | {"sources": [{"type": "url", "url": "https://example.com", "text": "Source"}], "details": rich()},
    {"type": "plan", "title": "Plan", "tasks": [TASK]},
    {"type": "markdown", "text": "**bold**"},
    data_table(page_size=10, row_header_column_index=0),
    chart("line"),
    chart("pie"),
]

GOOD_MODAL: Block = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("x" * 24),
    "submit": plain("Save"),
    "close": plain("Cancel"),
    "private_metadata": "m" * 3000,
    "notify_on_close": True,
    "blocks": [
        inputs({"type": "plain_text_input", "focus_on_load": True, "placeholder": plain("Name")}, hint=plain("Hint")),
        inputs({"type": "email_text_input"}, optional=True),
        inputs({"type": "url_text_input"}, dispatch_action=True),
        inputs({"type": "number_input", "is_decimal_allowed": True, "min_value": "0", "max_value": "9.5"}),
        inputs({"type": "file_input", "max_files": 3, "filetypes": ["csv"]}),
        inputs({"type": "rich_text_input", "max_lines": 4}),
        inputs(SELECT),
        inputs(MULTI | {"initial_options": [option("1", "Option 1")], "max_selected_items": 2}),
        inputs({"type": "external_select", "min_query_length": 0}),
        inputs({"type": "multi_external_select", "initial_options": [option()]}),
        inputs({"type": "users_select", "initial_user": "U1"}),
        inputs({"type": "multi_users_select", "max_selected_items": 3}),
        inputs({"type": "conversations_select", "response_url_enabled": True, "filter": {"include": ["public"]}}),
        inputs({"type": "multi_channels_select"}),
        inputs({"type": "checkboxes", "options": [option()], "initial_options": [option()]}),
        {"type": "alert", "text": plain("Careful"), "level": "warning"},
    ],
}
