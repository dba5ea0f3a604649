"""Words written to Rapport, channels that belong to a record, and links to records."""

import re
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from bot.labels import word
from bot.replies import Message
from bot.routes import BUTTON_VALUE_MAX, LinkChannel, OpenRecord, RunWords, ShowHelp, UnlinkChannel
from bot.views import kit
from bot.views.records import confirmation
from core.enums import EntityType
from core.i18n import Viewer
from core.queries.records import Hit

if TYPE_CHECKING:
    from core.queries.records import AnyCard

WORDS_SHOWN = 80
_MENTION = re.compile(r"<@[UW][A-Z0-9]+(?:\|([^<>]*))?>")
NAME_SHOWN = 100
A_RECORD: Mapping[EntityType, str] = {
    EntityType.LEAD: "A lead in Rapport",
    EntityType.ACCOUNT: "An account in Rapport",
    EntityType.CONTACT: "A contact in Rapport",
    EntityType.DEAL: "A deal in Rapport",
    EntityType.QUOTE: "A quote in Rapport",
}
"""What a link says of a record that not everybody may see."""
ONE: Mapping[EntityType, str] = {
    EntityType.LEAD: "Lead",
    EntityType.ACCOUNT: "Account",
    EntityType.CONTACT: "Contact",
    EntityType.DEAL: "Deal",
    EntityType.QUOTE: "Quote",
}


# -- words --------------------------------------------------------------------------------------------------------


def open_form(title: str, command: str, words: str, viewer: Viewer) -> Message:
    """A form is needed, and Slack opens one only for a click: the button runs the command with the words again."""
    route = run(command, words)
    text = viewer.t("Click to go on: {form}.", form=kit.esc(title))
    if route.text != words:
        text += " " + viewer.t("Your text was long; the form starts with its beginning.")
    return Message(text, [kit.section(text), kit.actions(kit.button(title, route, style="primary"))])


def run(command: str, words: str) -> RunWords:
    """The route that runs a command with words, cut to what a button can carry."""
    route = RunWords(command, words)
    while len(route.pack()) > BUTTON_VALUE_MAX:
        route = replace(route, text=route.text[: len(route.text) * 9 // 10])
    return route


def did_you_mean(word: str, command: str, words: str, viewer: Viewer) -> Message:
    """A command was misspelt; the button runs the one that is probably meant."""
    route = run(command, words)
    typed = kit.esc(kit.cut(word, WORDS_SHOWN)).replace("`", "'")
    meant = _readable(f"{route.command} {route.text}".strip())
    text = viewer.t(
        "I do not know “{typed}”. Did you mean `{usage}`?",
        typed=typed,
        usage=kit.esc(kit.cut(meant, WORDS_SHOWN)).replace("`", "'"),
    )
    buttons = kit.actions(
        kit.button(viewer.t("Yes, do it"), route, style="primary", label=kit.cut(meant, kit.BUTTON_MAX)),
        kit.button(viewer.t("Help"), ShowHelp()),
    )
    return Message(text.replace("`", ""), [kit.section(text), buttons])


def _readable(words: str) -> str:
    """Words of a command with people's names in place of Slack's way to write them."""
    return _MENTION.sub(lambda found: f"@{found[1] or 'user'}", words)


# -- channels -----------------------------------------------------------------------------------------------------


def linked(record: Hit, channel: str, change_id: UUID, viewer: Viewer, *, anew: bool) -> Message:
    """The channel belongs to the record; `anew`: it did not before."""
    text = viewer.t("{channel} belongs to {record}.", channel=f"<#{channel}>", record=_named(record))
    text += " " + viewer.t("Commands here need no reference, for example `/call log`.")
    first = confirmation(viewer, text, change_id) if anew else [kit.section(text)]
    buttons = kit.actions(
        kit.button(viewer.t("Open"), OpenRecord(record.entity.value, record.id)),
        kit.button(viewer.t("Unlink"), UnlinkChannel(), label=viewer.t("Unlink this channel")),
    )
    return Message(text.replace("`", ""), [*first, buttons])


def relink(record: Hit, present: Hit | None, channel: str, viewer: Viewer) -> Message:
    """The channel is another record's: ask before it is taken away. `present` is None for one not theirs to see."""
    other = _named(present) if present is not None else viewer.t("another record")
    text = viewer.t("{channel} already belongs to {other}.", channel=f"<#{channel}>", other=other)
    if present is None:
        return Message(text, [kit.section(text)])
    route = LinkChannel(record.entity.value, record.id, instead=True)
    button = kit.button(viewer.t("Link to {ref} instead", ref=record.ref), route)
    return Message(text, [kit.section(text), kit.actions(button)])


def unlinked(record: Hit | None, channel: str, change_id: UUID, viewer: Viewer) -> Message:
    """The channel is no record's any more."""
    name = _named(record) if record is not None else viewer.t("its record")
    text = viewer.t("{channel} is not linked to {record} any more.", channel=f"<#{channel}>", record=name)
    return Message(text, confirmation(viewer, text, change_id))


def whose_channel(record: Hit | None, channel: str, viewer: Viewer) -> Message:
    """What to type after `/crm link`, and whose the channel is now."""
    ask = viewer.t("Which record? For example `/crm link D-7`.")
    if record is None:
        return Message(ask.replace("`", ""), [kit.section(ask)])
    text = viewer.t("{channel} belongs to {record}.", channel=f"<#{channel}>", record=_named(record))
    buttons = kit.actions(
        kit.button(viewer.t("Open"), OpenRecord(record.entity.value, record.id)),
        kit.button(viewer.t("Unlink"), UnlinkChannel(), label=viewer.t("Unlink this channel")),
    )
    return Message(text, [kit.section(text), buttons])


# -- links --------------------------------------------------------------------------------------------------------


def link_of(record: Hit, url: str, viewer: Viewer) -> Message:
    """The link of a record, to copy."""
    text = viewer.t("The link of {record}:", record=_named(record))
    return Message(f"{text} {url}", [kit.section(f"{text}\n`{url}`")])


def unfurled(kind: EntityType, record_id: UUID, record: "AnyCard | None", viewer: Viewer) -> Message:
    """A link below a message that everybody in the channel reads: never a name, a person or an amount.

    `record` is None where not everybody may see it: then only its kind. Open asks who clicks.
    """
    text = viewer.t(A_RECORD[kind])
    if record is not None:
        facts = [viewer.t(ONE[kind]), record.ref]
        standing = getattr(record, "stage", None) or getattr(record, "status", None)
        if isinstance(standing, StrEnum):
            standing = word(standing, viewer)
        text = " · ".join([" ".join(facts), *([kit.esc(standing)] if standing else [])])
    button = kit.button(viewer.t("Open"), OpenRecord(kind.value, record_id), label=viewer.t("Open the record"))
    return Message(text, [kit.section(text, button)])


def _named(record: Hit) -> str:
    return f"{record.ref} {kit.esc(kit.cut(record.name, NAME_SHOWN))}"
