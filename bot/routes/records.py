"""Routes that any record may have, and the searches of all forms."""

from dataclasses import dataclass
from uuid import UUID

from bot.routes.base import Action, Lookup


@dataclass(frozen=True)
class Undo(Action, id="undo"):
    """Take back the change that the message confirmed."""

    change_id: UUID


@dataclass(frozen=True)
class ShowHistory(Action, id="history.show"):
    """Who changed what on a record."""

    entity: str
    entity_id: UUID


@dataclass(frozen=True)
class TurnHistory(Action, id="history.turn"):
    """Another page of the history that is open."""

    entity: str
    entity_id: UUID
    page: int


@dataclass(frozen=True)
class UndoInHistory(Action, id="history.undo"):
    """Take a change back from the history that is open; the window stays."""

    entity: str
    entity_id: UUID
    change_id: UUID
    page: int


@dataclass(frozen=True)
class ShareCard(Action, id="card.share"):
    """Put the record's card into the channel one is in, for everybody there."""

    entity: str
    entity_id: UUID


@dataclass(frozen=True)
class OpenRecord(Action, id="record.open"):
    """Show a record's card."""

    entity: str
    entity_id: UUID


@dataclass(frozen=True)
class MoreFields(Action, id="form.more"):
    """Show the rarer fields of the form that is open too."""


@dataclass(frozen=True)
class CheckWhen(Action, id="form.when"):
    """A day is being typed: show what is understood."""


@dataclass(frozen=True)
class FindRecord(Lookup, id="pick.record"):
    """Search leads, contacts, accounts and deals."""


@dataclass(frozen=True)
class FindDeal(Lookup, id="pick.deal"):
    """Search open deals."""


@dataclass(frozen=True)
class FindAccount(Lookup, id="pick.account"):
    """Search accounts."""


@dataclass(frozen=True)
class FindContact(Lookup, id="pick.contact"):
    """Search contacts."""


@dataclass(frozen=True)
class FindObjection(Lookup, id="pick.objection"):
    """Search objections, or take what was typed as a new one."""


@dataclass(frozen=True)
class FindProduct(Lookup, id="pick.product"):
    """Search products."""
