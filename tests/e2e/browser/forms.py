"""What the toy app shows: a modal with every kind of input, cards, charts, a Home tab."""

Block = dict[str, object]

COMPANIES = ("Acme GmbH", "Acorn Ltd", "Bolt AG", "Contoso SpA")


def text(value: str) -> Block:
    """Return a plain text object."""
    return {"type": "plain_text", "text": value}


def mrkdwn(value: str) -> Block:
    """Return a formatted text object."""
    return {"type": "mrkdwn", "text": value}


def option(label: str) -> Block:
    """Return an option whose value is its label in lower case."""
    return {"text": text(label), "value": label.lower()}


def options(*labels: str) -> list[Block]:
    """Return options."""
    return [option(label) for label in labels]


def field(block_id: str, label: str, element: Block, **more: object) -> Block:
    """Return an input block; its element's action id is always `v`."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": text(label),
        "element": {"action_id": "v", **element},
        **more,
    }


def every_input(total: str = "") -> Block:
    """Return the modal with every kind of input; `total` is shown under the price."""
    blocks: list[Block] = [
        field(
            "name",
            "Name",
            {"type": "plain_text_input", "max_length": 20, "placeholder": text("Full name")},
            hint=text("As on the card"),
        ),
        field("mail", "E-mail", {"type": "email_text_input"}, optional=True),
        field("site", "Web site", {"type": "url_text_input"}, optional=True),
        field(
            "price",
            "Price",
            {
                "type": "number_input",
                "is_decimal_allowed": True,
                "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
            },
            dispatch_action=True,
            optional=True,
        ),
    ]
    if total:
        blocks.append({"type": "context", "block_id": "total", "elements": [mrkdwn(f"Twice that is {total}")]})
    groups = [
        {"label": text("Own"), "options": options("Fair", "Web")},
        {"label": text("Bought"), "options": options("List")},
    ]
    blocks += [
        field("notes", "Notes", {"type": "plain_text_input", "multiline": True}, optional=True),
        field("rich", "Story", {"type": "rich_text_input"}, optional=True),
        field("source", "Source", {"type": "static_select", "option_groups": groups}),
        field("company", "Company", {"type": "external_select", "min_query_length": 2}, optional=True),
        field("owner", "Owner", {"type": "users_select"}, optional=True),
        field("room", "Channel", {"type": "channels_select"}, optional=True),
        field("talk", "Conversation", {"type": "conversations_select"}, optional=True),
        field(
            "tags", "Tags", {"type": "multi_static_select", "options": options("Hot", "Cold", "Slow")}, optional=True
        ),
        field("team", "Team", {"type": "multi_users_select"}, optional=True),
        field("day", "Day", {"type": "datepicker"}, optional=True),
        field("time", "Time", {"type": "timepicker"}, optional=True),
        field("both", "Moment", {"type": "datetimepicker"}, optional=True),
        field("ways", "Ways", {"type": "checkboxes", "options": options("Phone", "Visit")}, optional=True),
        field("side", "Direction", {"type": "radio_buttons", "options": options("In", "Out")}, optional=True),
        field("file", "Paper", {"type": "file_input", "filetypes": ["txt"]}, optional=True),
    ]
    return {
        "type": "modal",
        "callback_id": "every",
        "title": text("Every input"),
        "submit": text("Save"),
        "close": text("Cancel"),
        "blocks": blocks,
    }


def step(number: int) -> Block:
    """Return one modal of a stack."""
    return {
        "type": "modal",
        "callback_id": f"step-{number}",
        "title": text(f"Step {number}"),
        "close": text("Close"),
        "blocks": [
            {"type": "section", "block_id": "where", "text": mrkdwn(f"You are on step *{number}*")},
            {
                "type": "actions",
                "block_id": "go",
                "elements": [{"type": "button", "action_id": "deeper", "text": text("Deeper"), "value": str(number)}],
            },
        ],
    }


def card(stage: str) -> list[Block]:
    """Return a deal's card with a stage select and a button that asks first."""
    return [
        {"type": "section", "block_id": "deal", "text": mrkdwn(f"*D-7* Robot arms: *{stage}*")},
        {
            "type": "actions",
            "block_id": "moves",
            "elements": [
                {
                    "type": "static_select",
                    "action_id": "stage",
                    "placeholder": text("Move to…"),
                    "options": options("Proposal", "Won"),
                },
                {
                    "type": "button",
                    "action_id": "lose",
                    "style": "danger",
                    "text": text("Lost"),
                    "confirm": {
                        "title": text("Really lost?"),
                        "text": mrkdwn("The deal leaves the list."),
                        "confirm": text("Yes, lost"),
                        "deny": text("Keep it"),
                    },
                },
            ],
        },
    ]


def figures() -> list[Block]:
    """Return a data table of seven rows in pages of three, and a bar chart."""
    head = [{"type": "raw_text", "text": name} for name in ("Deal", "Value")]
    values = (700, 300, 900, 100, 500, 1200, 200)
    rows = [
        [{"type": "raw_text", "text": f"Deal {index}"}, {"type": "raw_number", "value": value, "text": f"€{value:,}"}]
        for index, value in enumerate(values, 1)
    ]
    series = [
        {"name": name, "data": [{"label": "Oct", "value": first}, {"label": "Nov", "value": second}]}
        for name, first, second in (("Ana", 12000, 18000), ("Ben", 9000, 21000))
    ]
    axis = {"categories": ["Oct", "Nov"], "x_label": "Month", "y_label": "EUR"}
    return [
        {"type": "data_table", "block_id": "deals", "caption": "Open deals", "page_size": 3, "rows": [head, *rows]},
        {
            "type": "data_visualization",
            "block_id": "won",
            "title": "Won by month",
            "chart": {"type": "bar", "series": series, "axis_config": axis},
        },
    ]


def home(times: int) -> Block:
    """Return the Home tab, with how often it was opened."""
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "block_id": "hello", "text": text("Good morning")},
            {"type": "section", "block_id": "count", "text": mrkdwn(f"Opened *{times}* times")},
        ],
    }
