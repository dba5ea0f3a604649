"""What messages say around a record's card, and what a relay needs to be told about the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
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
    done: bool = False
    """A task that is done, a reply that nobody has to answer any more."""
    expired: bool = False
    """A quote that has expired."""
    owner: str = ""
    """Slack user id of whose it is right now, empty for nobody."""
    worth: str = ""
    """What a deal is worth, in words."""
    headline: str = ""
    """Of what says itself why it stands there, in mrkdwn."""


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
        case Purpose.TASK:
            return shown.owner == reader and not shown.done
        case Purpose.EXPIRED:
            return shown.expired
        case Purpose.WON:
            return shown.won
        case Purpose.REPLY:
            return not shown.done
        case Purpose.SHARED | Purpose.BOUNCED | Purpose.SPAM | Purpose.MORNING:
            return True


def intro(viewer: Viewer, purpose: Purpose, shown: Shown, by: str, *, holds: bool) -> str:
    """The line above a card, in mrkdwn: why it stands there.

    `by` is who caused it, empty for nobody in particular; `holds` is what `still_true` says.
    """
    told = _Told(shown, kit.esc(by), kit.esc(kit.cut(shown.name, NAME_SHOWN)), holds)
    return _INTROS[purpose](viewer, told)


@dataclass(frozen=True)
class _Told:
    """What an intro is made of; `who` and `name` are escaped."""

    shown: Shown
    who: str
    name: str
    holds: bool


def _assigned(viewer: Viewer, told: _Told) -> str:
    if not told.holds:
        return viewer.t("{ref} {name} was yours; it has another owner now.", ref=told.shown.ref, name=told.name)
    if told.who:
        return viewer.t("{who} made you the owner of {ref} {name}.", who=told.who, ref=told.shown.ref, name=told.name)
    return viewer.t("You are now the owner of {ref} {name}.", ref=told.shown.ref, name=told.name)


def _expired(viewer: Viewer, told: _Told) -> str:
    if not told.holds:
        return viewer.t("Quote {ref} for {name} had expired; that was taken back.", ref=told.shown.ref, name=told.name)
    return viewer.t(
        "Quote {ref} for {name} has expired: {worth}.", ref=told.shown.ref, name=told.name, worth=told.shown.worth
    )


def _bounced(viewer: Viewer, told: _Told) -> str:
    return viewer.t(
        "A mail on {ref} {name} came back without reaching anybody. Correct the address with Edit, or call.",
        ref=told.shown.ref,
        name=told.name,
    )


def _spam(viewer: Viewer, told: _Told) -> str:
    return viewer.t(
        "A mail on {ref} {name} was reported as spam. Rapport does not write to that address any more. "
        "If it matters, call.",
        ref=told.shown.ref,
        name=told.name,
    )


def _won(viewer: Viewer, told: _Told) -> str:
    if not told.holds:
        return viewer.t("{ref} {name} was announced as won and is open again.", ref=told.shown.ref, name=told.name)
    if told.who:
        return viewer.t(
            "Won! {who} closed {ref} {name}: {worth}.",
            who=told.who,
            ref=told.shown.ref,
            name=told.name,
            worth=told.shown.worth,
        )
    return viewer.t("Won! {ref} {name} is closed: {worth}.", ref=told.shown.ref, name=told.name, worth=told.shown.worth)


def _shared(viewer: Viewer, told: _Told) -> str:
    if told.who:
        return viewer.t("{who} shared {ref} {name}.", who=told.who, ref=told.shown.ref, name=told.name)
    return viewer.t("{ref} {name} was shared.", ref=told.shown.ref, name=told.name)


def _task(viewer: Viewer, told: _Told) -> str:
    if told.shown.done:
        return viewer.t("Done: {name}.", name=told.name)
    if not told.holds:
        return viewer.t("{name} was yours to do; somebody else has it now.", name=told.name)
    if told.who:
        return viewer.t("{who} gave you a task: {name}.", who=told.who, name=told.name)
    return viewer.t("You have a new task: {name}.", name=told.name)


def _reply(_viewer: Viewer, told: _Told) -> str:
    return told.shown.headline


_INTROS: Mapping[Purpose, Callable[[Viewer, _Told], str]] = MappingProxyType(
    {
        Purpose.ASSIGNED: _assigned,
        Purpose.TASK: _task,
        Purpose.EXPIRED: _expired,
        Purpose.BOUNCED: _bounced,
        Purpose.SPAM: _spam,
        Purpose.WON: _won,
        Purpose.SHARED: _shared,
        Purpose.REPLY: _reply,
    }
)


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
