"""Routes of the rows behind a number."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.routes.base import Action
from core.queries.metrics import Number
from core.queries.pipeline import Whose


@dataclass(frozen=True)
class NumberAsked:
    """Which rows: of a number within a time (`tz` is the zone of its days); None for the deals that need someone.

    Read with the rights of who asks, whoever was told the number.
    """

    since: datetime
    until: datetime
    tz: str
    whose: Whose
    number: Number | None = None
    page: int = 0


@dataclass(frozen=True)
class ShowNumber(NumberAsked, Action, id="number.show"):
    """Open the rows of a number."""


@dataclass(frozen=True)
class TurnNumber(NumberAsked, Action, id="number.turn"):
    """Another page of them, in the same window."""


@dataclass(frozen=True)
class ShowStage(Action, id="number.stage"):
    """Open the deals that stand in a stage now."""

    stage_id: UUID
    whose: Whose


@dataclass(frozen=True)
class TurnStage(Action, id="number.stage_turn"):
    """Another page of them."""

    stage_id: UUID
    whose: Whose
    page: int
