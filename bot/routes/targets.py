"""Routes of the targets."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bot.routes.base import Action, Submission
from core.queries.pipeline import Whose
from core.targets import Holder, Wanted


@dataclass(frozen=True)
class TargetPlace:
    """A page of a month's targets; `month` is its first day, None for the reader's own month."""

    month: date | None = None
    words: str = ""
    """What names were searched for."""
    page: int = 0


@dataclass(frozen=True)
class OpenTargets(TargetPlace, Action, id="target.open"):
    """Open the targets of a month, in a window on top."""


@dataclass(frozen=True)
class ShowTargets(TargetPlace, Action, id="target.show"):
    """Show another month or page in the window one is in."""


@dataclass(frozen=True)
class SearchTargets(Submission, id="target.search"):
    """People whose names contain some words."""

    month: date


@dataclass(frozen=True)
class EditTargets(Action, id="target.edit"):
    """Open the form of what a person or a team is to reach. `back` is where the list stood."""

    holder: Holder
    month: date
    back: TargetPlace = TargetPlace()


@dataclass(frozen=True)
class SaveTargets(Submission, id="target.save"):
    """What a person or a team is to reach; `currencies` are those of the form, `seen` what it showed."""

    holder: Holder
    month: date
    currencies: tuple[str, ...]
    seen: tuple[Wanted, ...] = ()
    back: TargetPlace = TargetPlace()


@dataclass(frozen=True)
class RemoveTargets(Action, id="target.remove"):
    """Take away all that a person or a team is to reach in a month."""

    holder: Holder
    month: date
    back: TargetPlace = TargetPlace()


@dataclass(frozen=True)
class CopyTargets(Action, id="target.copy"):
    """Give a month the targets of the one before."""

    month: date


@dataclass(frozen=True)
class UndoTargets(Action, id="target.undo"):
    """Take back what was just changed."""

    change_id: UUID
    back: TargetPlace = TargetPlace()


@dataclass(frozen=True)
class ShowProgress(Action, id="target.progress"):
    """How far a month's targets are, of whom a digest or report told them. `tz` is the zone of its days."""

    month: date
    whose: Whose
    tz: str
