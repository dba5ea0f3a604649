"""Replies in Slack's wire format: views with their metadata, messages, options."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter, ValidationError

from bot.replies import Block, Choices, Home, Message, Modal
from bot.routes import METADATA_MAX, Route, Submission, UnknownRoute, unpack
from bot.views import kit
from core.i18n import Viewer

BLOCK_NAME_LENGTH = 16
RESPONSE_URL_SECONDS = 30 * 60
"""How long a response_url works (docs.slack.dev/interactivity/handling-user-interaction)."""
NEWEST = frozenset({"data_visualization"})
"""Kinds of block of which the text says everything too: a message is shown without them where Slack refuses them."""


@dataclass(frozen=True)
class Origin:
    """Where a person was when a window opened: where they are answered after it closes."""

    channel_id: str = ""
    response_url: str = ""
    at: float = 0.0
    """When the response_url was handed out, unix seconds."""
    over_form: bool = False
    """Somewhere below lies a form that somebody was typing in: closing this window must not close that one."""
    own: bool = False
    """It was opened from a message only this person sees, which may be shown anew."""
    alone: bool = False
    """That message is an answer which nobody keeps current. Cards in direct messages are kept so by the relay, whose
    next edit would take a confirmation away.
    """

    def url_at(self, now: float) -> str:
        """The response_url while it works, else nothing."""
        return self.response_url if now - self.at < RESPONSE_URL_SECONDS - 60 else ""


_ORIGIN = TypeAdapter(Origin)


def view(modal: Modal, origin: Origin, viewer: Viewer) -> dict[str, object]:
    """A modal as views.open takes it. The route and the origin travel in its private metadata."""
    made: dict[str, object] = {
        "type": "modal",
        "title": kit.plain(modal.title, kit.MODAL_TITLE_MAX),
        "close": kit.plain(modal.close or viewer.t("Close"), kit.MODAL_TITLE_MAX),
        "blocks": _steady(modal.blocks),
        "private_metadata": _metadata(modal.route, origin),
    }
    if modal.route is not None:
        made["callback_id"] = modal.route.id
        made["submit"] = kit.plain(modal.submit or viewer.t("Save"), kit.MODAL_TITLE_MAX)
    return made


def _metadata(route: Submission | None, origin: Origin) -> str:
    packed = route.pack() if route else ""
    for kept in (origin, Origin(origin.channel_id)):  # without a response_url the answer comes as a direct message
        made = {"route": packed, "origin": _ORIGIN.dump_python(kept, mode="json", exclude_defaults=True)}
        text = json.dumps(made, separators=(",", ":"))
        if len(text) <= METADATA_MAX:
            return text
    raise ValueError(f"private_metadata over {METADATA_MAX} characters")


def read_metadata(text: str) -> tuple[Route | None, Origin]:
    """A view's route and origin. Raises UnknownRoute where it was not made by this version."""
    if not text:
        return None, Origin()
    try:
        found = json.loads(text)
        origin = _ORIGIN.validate_python(found.get("origin", {}))
        return (unpack(found["route"]) if found.get("route") else None), origin
    except (ValueError, KeyError, AttributeError, ValidationError) as error:
        raise UnknownRoute("private_metadata") from error


def home_view(home: Home) -> dict[str, object]:
    """An App Home as views.publish takes it."""
    return {"type": "home", "blocks": _steady(home.blocks)}


def _steady(blocks: Sequence[Block]) -> list[Block]:
    """A view's blocks, those one can click named after what they lead to.

    Slack makes up a new name for a nameless block each time a view is shown anew, and a click that was on its way then
    hits a block that is no more: somebody who types a price and clicks "Add line" would click in vain.
    """
    named: list[Block] = []
    seen: set[str] = {str(block["block_id"]) for block in blocks if "block_id" in block}
    for block in blocks[: kit.VIEW_BLOCKS_MAX]:
        leads_to = _leads_to(block)
        if "block_id" in block or not leads_to:
            named.append(block)
            continue
        name = hashlib.sha256(leads_to.encode()).hexdigest()[:BLOCK_NAME_LENGTH]
        while name in seen:
            name += "."
        seen.add(name)
        named.append({**block, "block_id": name})
    return named


def _leads_to(block: Block) -> str:
    """What the buttons and selects of a block lead to; empty where there is nothing to click."""
    elements = block.get("elements", [block.get("accessory")])
    if not isinstance(elements, list | tuple):
        return ""
    clickable = [one for one in elements if isinstance(one, Mapping) and "action_id" in one]
    return "\n".join(f"{one['action_id']} {one.get('value', '')}" for one in clickable)


def message_payload(message: Message) -> dict[str, object]:
    """A message as chat.postMessage and response_url take it; foreign links are never unfurled."""
    made: dict[str, object] = {"text": message.text, "unfurl_links": False, "unfurl_media": False}
    if message.blocks:
        made["blocks"] = list(message.blocks)[: kit.MESSAGE_BLOCKS_MAX]
    return made


def without_newest(message: Message) -> Message:
    """The message without the kinds of block that not every workspace knows yet; itself where it has none of them."""
    kept = [block for block in message.blocks if block["type"] not in NEWEST]
    return message if len(kept) == len(message.blocks) else replace(message, blocks=kept)


def without_newest_blocks(arguments: Mapping[str, object]) -> Mapping[str, object]:
    """The same of a call's arguments."""
    blocks = arguments.get("blocks")
    if not isinstance(blocks, list):
        return arguments
    kept = [block for block in blocks if block["type"] not in NEWEST]
    return arguments if len(kept) == len(blocks) else {**arguments, "blocks": kept}


def message_modal(message: Message, title: str) -> Modal:
    """A message as a window, for where there is no conversation to say it in."""
    # Slack shows charts in messages and in App Home, and nowhere else.
    return Modal(title=title, blocks=without_newest(message).blocks or [kit.section(message.text)])


def choices_payload(choices: Choices) -> dict[str, object]:
    """Options as a block_suggestion is answered."""
    if choices.groups:
        return {"option_groups": kit.option_groups(choices.groups)}
    return {"options": kit.options(choices.choices)}
