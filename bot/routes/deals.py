"""Routes of deals."""

from dataclasses import dataclass
from uuid import UUID

from bot.routes.base import Action, Submission


@dataclass(frozen=True)
class NewDeal(Action, id="deal.new"):
    """Open the form for a new deal."""


@dataclass(frozen=True)
class SaveDeal(Submission, id="deal.save"):
    """The form of a deal, new or existing."""

    deal_id: UUID | None = None
    version: int = 0
    more: bool = False
    """All of its fields are shown."""


@dataclass(frozen=True)
class EditDeal(Action, id="deal.edit"):
    """Open the form of a deal."""

    deal_id: UUID


@dataclass(frozen=True)
class MoveDeal(Action, id="deal.move"):
    """Move the deal to a stage."""

    deal_id: UUID
    stage_id: UUID


@dataclass(frozen=True)
class SaveMove(Submission, id="deal.save_move"):
    """What a stage asks for before the deal may enter it."""

    deal_id: UUID
    stage_id: UUID
    fields: tuple[str, ...]


@dataclass(frozen=True)
class WinDeal(Action, id="deal.win"):
    """The deal is won."""

    deal_id: UUID


@dataclass(frozen=True)
class LoseDeal(Action, id="deal.lose"):
    """Ask why the deal is lost."""

    deal_id: UUID


@dataclass(frozen=True)
class SaveLoss(Submission, id="deal.save_loss"):
    """Why the deal is lost, and to whom."""

    deal_id: UUID
    stage_id: UUID | None = None


@dataclass(frozen=True)
class AssignDeal(Action, id="deal.assign"):
    """Ask who the deal's new owner is."""

    deal_id: UUID


@dataclass(frozen=True)
class SaveDealOwner(Submission, id="deal.save_owner"):
    """The deal's new owner."""

    deal_id: UUID


@dataclass(frozen=True)
class ShowStages(Action, id="deal.stages"):
    """The deal's way through the stages."""

    deal_id: UUID


@dataclass(frozen=True)
class ListDeals(Action, id="deal.list"):
    """A page of deals."""

    words: str = ""
    page: int = 0
