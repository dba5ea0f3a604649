"""Routes of words that were written to Rapport, of channels that belong to a record, and of links to records."""

from dataclasses import dataclass
from uuid import UUID

from bot.routes.base import Action


@dataclass(frozen=True)
class RunWords(Action, id="words.run"):
    """Run a command that was written in a message: there is no window without a click."""

    command: str
    text: str = ""


@dataclass(frozen=True)
class LinkChannel(Action, id="channel.link"):
    """Make this channel the record's."""

    entity: str
    entity_id: UUID
    instead: bool = False
    """Also where it is another record's; without it, that is asked first."""


@dataclass(frozen=True)
class UnlinkChannel(Action, id="channel.unlink"):
    """This channel is no record's any more."""


@dataclass(frozen=True)
class ShowLink(Action, id="record.link"):
    """Show the link of a record, to copy."""

    entity: str
    entity_id: UUID
