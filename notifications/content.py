"""What messages say around a record's card, and what a relay needs to be told about the rest."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from bot.replies import Home, Message
from bot.views import kit
from core.context import Ctx
from core.enums import EntityType
from core.i18n import Viewer
from notifications.plans import Purpose

NAME_SHOWN = 200


@dataclass(frozen=True)
class Shown:
    """A record as somebody sees it."""

    ref: str
    name: str
    message: Message
    won: bool = False
    """A deal that is in a won stage right now."""
    owner: str = ""
    """Slack user id of whose it is right now, empty for nobody."""
    worth: str = ""
    """What a deal is worth, in words."""


class Content(Protocol):
    """Renders for the acting member of the context, from the state of the moment."""

    def card(self, ctx: Ctx, entity: EntityType, record_id: UUID, *, public: bool) -> Shown:
        """A record's card for the actor, or `public` for everybody in a channel. Raises NotFound."""
        ...

    def home(self, ctx: Ctx) -> Home:
        """The actor's App Home."""
        ...

    def welcome(self, ctx: Ctx, *, installer: bool) -> Message:
        """The first message to the actor; `installer`: they brought Rapport into the workspace."""
        ...


def still_true(purpose: Purpose, shown: Shown, reader: str) -> bool:
    """Whether the reason for a card still holds. `reader` is the Slack user id of who gets it."""
    match purpose:
        case Purpose.ASSIGNED:
            return shown.owner == reader
        case Purpose.WON:
            return shown.won
        case Purpose.SHARED:
            return True


def intro(viewer: Viewer, purpose: Purpose, shown: Shown, by: str, *, holds: bool) -> str:
    """The line above a card, in mrkdwn: why it stands there.

    `by` is who caused it, empty for nobody in particular; `holds` is what `still_true` says.
    """
    who, name = kit.esc(by), kit.esc(kit.cut(shown.name, NAME_SHOWN))
    match purpose:
        case Purpose.ASSIGNED if not holds:
            return viewer.t("{ref} {name} was yours; it has another owner now.", ref=shown.ref, name=name)
        case Purpose.ASSIGNED if by:
            return viewer.t("{who} made you the owner of {ref} {name}.", who=who, ref=shown.ref, name=name)
        case Purpose.ASSIGNED:
            return viewer.t("You are now the owner of {ref} {name}.", ref=shown.ref, name=name)
        case Purpose.WON if not holds:
            return viewer.t("{ref} {name} was announced as won and is open again.", ref=shown.ref, name=name)
        case Purpose.WON if by:
            return viewer.t(
                "Won! {who} closed {ref} {name}: {worth}.", who=who, ref=shown.ref, name=name, worth=shown.worth
            )
        case Purpose.WON:
            return viewer.t("Won! {ref} {name} is closed: {worth}.", ref=shown.ref, name=name, worth=shown.worth)
        case Purpose.SHARED if by:
            return viewer.t("{who} shared {ref} {name}.", who=who, ref=shown.ref, name=name)
        case Purpose.SHARED:
            return viewer.t("{ref} {name} was shared.", ref=shown.ref, name=name)


def not_shared(viewer: Viewer, shown: Shown, channel: str, reason: str) -> Message:
    """What somebody is told whose card could not be put into a channel. `reason` is a source text of failures.py."""
    text = viewer.t(
        "I could not share {ref} {name} in {channel}. {reason}",
        ref=shown.ref,
        name=kit.esc(kit.cut(shown.name, NAME_SHOWN)),
        channel=f"<#{channel}>",
        reason=viewer.t(reason),
    )
    return Message(text, [kit.section(text)])
