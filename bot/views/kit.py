"""The house's building blocks: plain dicts in Block Kit's shape, with foreign text made harmless and lengths kept.

Limits are Slack's (docs.slack.dev/reference/block-kit). Foreign text (what prospects and users typed) goes through
`esc` wherever mrkdwn is used, or into a plain_text object.
"""

import re
from collections.abc import Iterable, Sequence

from bot.replies import Block, Choice, ChoiceGroup
from bot.routes import OPTION_VALUE_MAX, Action, action_id_of

TEXT_MAX = 3000
FIELD_MAX = 2000
FIELDS_MAX = 10
HEADER_MAX = 150
BUTTON_MAX = 75
OPTION_TEXT_MAX = 75
LABEL_MAX = 2000
PLACEHOLDER_MAX = 150
MODAL_TITLE_MAX = 24
OPTIONS_MAX = 100
MESSAGE_BLOCKS_MAX = 50
VIEW_BLOCKS_MAX = 100
ACTIONS_MAX = 25
ELLIPSIS = "…"
_BLANKS = re.compile(r"(\s+)")


_LOOKALIKES = {"*": "\u2217", "_": "\u02cd", "~": "\u223c", "`": "\u02cb"}
_FORMATTING = re.compile(r"(?<![^\W_])[*_~`]+(?=\S)|(?<=\S)[*_~`]+(?![^\W_])")
"""Signs at the edge of a word, where mrkdwn takes them for formatting; `a_b`, `2*3` and `2 * 3` are text to it."""


def esc(text: str) -> str:
    """Foreign text made harmless in mrkdwn: no mention, no broadcast, no disguised link (docs.slack.dev, escaping), and
    read as it was typed. Slack knows no escape for what formats, so that the sign that looks most like it stands there;
    addresses and links stay as they are.
    """
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if not any(sign in plain for sign in _LOOKALIKES):
        return plain
    return "".join(part if "@" in part or "://" in part else _unformatted(part) for part in _BLANKS.split(plain))


def _unformatted(word: str) -> str:
    return _FORMATTING.sub(lambda found: "".join(_LOOKALIKES[sign] for sign in found[0]), word)


def record_line(ref: str, name: str, beside: str = "", limit: int = 200) -> str:
    """How every list names a record: `*L-42* · Ana Silva, Acme GmbH`; the rest is as `named` has it."""
    return f"*{ref}* · {named(name, beside, limit)}"


def named(name: str, beside: str = "", limit: int = 200) -> str:
    """A record's name and the company, or whatever tells it apart: foreign text, of at most `limit` characters each.

    `beside` is left out where words of the name say it: "Acme" of "Acme rollout", and not "ING" of "Ingrid".
    """
    said = re.search(rf"(?<!\w){re.escape(beside.casefold())}(?!\w)", name.casefold()) if beside else True
    return esc(cut(name, limit)) if said else f"{esc(cut(name, limit))}, {esc(cut(beside, limit))}"


def cut(text: str, limit: int) -> str:
    """The text in at most `limit` characters, ending in an ellipsis where it was longer."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def plain(text: str, limit: int = TEXT_MAX) -> Block:
    """A plain_text object; Slack refuses an empty one, so a dash stands in."""
    return {"type": "plain_text", "text": cut(text, limit) or "–", "emoji": False}


def mrkdwn(text: str, limit: int = TEXT_MAX) -> Block:
    """A mrkdwn object; `text` has been escaped where it is foreign."""
    return {"type": "mrkdwn", "text": cut(text, limit) or "–", "verbatim": True}


def header(text: str) -> Block:
    """A heading, for structure."""
    return {"type": "header", "text": plain(text, HEADER_MAX)}


def section(text: str, accessory: Block | None = None) -> Block:
    """A paragraph of mrkdwn, with a button or select beside it."""
    block: dict[str, object] = {"type": "section", "text": mrkdwn(text)}
    if accessory is not None:
        block["accessory"] = accessory
    return block


def sections(lines: Iterable[str]) -> list[Block]:
    """Paragraphs of as many whole lines as each holds; none for no lines. The lines have been escaped."""
    parts: list[str] = []
    for line in lines:
        longer = f"{parts[-1]}\n{line}" if parts else line
        if parts and len(longer) <= TEXT_MAX:
            parts[-1] = longer
        else:
            parts.append(line)
    return [section(part) for part in parts]


def fields(pairs: Iterable[tuple[str, str]]) -> list[Block]:
    """Label and value pairs, two columns, at most ten a block; values have been escaped."""
    cells = [mrkdwn(f"*{esc(label)}*\n{value or '–'}", FIELD_MAX) for label, value in pairs]
    return [
        {"type": "section", "fields": cells[start : start + FIELDS_MAX]} for start in range(0, len(cells), FIELDS_MAX)
    ]


def context(*texts: str) -> Block:
    """A quiet line; texts have been escaped."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts[:10]]}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def actions(*elements: Block, block_id: str = "") -> Block:
    """A row of buttons and selects; ids that repeat in it are told apart."""
    block: dict[str, object] = {"type": "actions", "elements": _told_apart(elements[:ACTIONS_MAX])}
    if block_id:
        block["block_id"] = block_id
    return block


def _told_apart(elements: Sequence[Block]) -> list[Block]:
    seen: dict[str, int] = {}
    told: list[Block] = []
    for element in elements:
        action_id = str(element["action_id"])
        nth = seen.get(action_id, 0)
        seen[action_id] = nth + 1
        told.append({**element, "action_id": action_id_of(action_id, nth)})
    return told


def button(
    text: str,
    route: Action,
    *,
    style: str = "",
    label: str = "",
    confirm: Block | None = None,
) -> Block:
    """A button that leads to a route. `label` is what a screen reader says where the text alone is not enough."""
    element: dict[str, object] = {
        "type": "button",
        "action_id": route.id,
        "text": plain(text, BUTTON_MAX),
        "value": route.pack(),
    }
    if style:
        element["style"] = style
    if label:
        element["accessibility_label"] = cut(label, BUTTON_MAX)
    if confirm is not None:
        element["confirm"] = confirm
    return element


def confirm(title: str, text: str, yes: str, no: str) -> Block:
    """A question before a button acts."""
    return {"title": plain(title, 100), "text": plain(text, 300), "confirm": plain(yes, 30), "deny": plain(no, 30)}


def option(choice: Choice) -> Block:
    """One option. Raises ValueError where the value is too long to come back whole."""
    if len(choice.value) > OPTION_VALUE_MAX:
        raise ValueError(f"option value over {OPTION_VALUE_MAX} characters: {choice.value}")
    made: dict[str, object] = {"text": plain(choice.text, OPTION_TEXT_MAX), "value": choice.value}
    if choice.description:
        made["description"] = plain(choice.description, OPTION_TEXT_MAX)
    return made


def options(choices: Sequence[Choice]) -> list[Block]:
    """At most a hundred options, as many as Slack shows."""
    return [option(choice) for choice in choices[:OPTIONS_MAX]]


def options_of(choices: Sequence[Choice]) -> dict[str, list[Block]]:
    """The options of a select, under their headings where they have any."""
    headings = list(dict.fromkeys(choice.group for choice in choices))
    if headings in ([], [""]):
        return {"options": options(choices)}
    groups = [ChoiceGroup(name, [choice for choice in choices if choice.group == name]) for name in headings]
    return {"option_groups": option_groups(groups)}


def option_groups(groups: Sequence[ChoiceGroup]) -> list[Block]:
    """Groups that have options."""
    return [
        {"label": plain(group.label, OPTION_TEXT_MAX), "options": options(group.choices)}
        for group in groups[:OPTIONS_MAX]
        if group.choices
    ]


def date_picker(placeholder: str, route: Action) -> tuple[Block, str]:
    """A day to pick beside buttons, and the id its row has to have: a picker carries no value of its own."""
    element: dict[str, object] = {
        "type": "datepicker",
        "action_id": route.id,
        "placeholder": plain(placeholder, PLACEHOLDER_MAX),
    }
    return element, route.pack()


def route_select(placeholder: str, choices: Sequence[tuple[str, Action]], initial: str = "") -> Block:
    """A select each of whose options is a route; `initial` is the packed route shown as chosen."""
    made = options([Choice(text, route.pack()) for text, route in choices])
    element: dict[str, object] = {
        "type": "static_select",
        "action_id": choices[0][1].id,
        "placeholder": plain(placeholder, PLACEHOLDER_MAX),
        "options": made,
    }
    chosen = next((one for one in made if one["value"] == initial), None)
    if chosen is not None:
        element["initial_option"] = chosen
    return element


def overflow(choices: Sequence[tuple[str, Action]]) -> Block:
    """The three dots: up to five rarer actions."""
    return {
        "type": "overflow",
        "action_id": choices[0][1].id,
        "options": options([Choice(text, route.pack()) for text, route in choices[:5]]),
    }


def alert(text: str, level: str = "info") -> Block:
    """A banner in a modal (level: default, info, warning, error, success)."""
    return {"type": "alert", "level": level, "text": mrkdwn(text, 200)}
