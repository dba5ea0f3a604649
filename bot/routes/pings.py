"""Routes of the word at the hour something is due."""

from dataclasses import dataclass
from uuid import UUID

from bot.routes.base import Action
from core.queries.mornings import What


@dataclass(frozen=True)
class PingDone(Action, id="ping.done"):
    """It is done."""

    what: What
    entity: str
    item_id: UUID


@dataclass(frozen=True)
class PingLater(Action, id="ping.later"):
    """Put it off by some hours from now; 24 mean tomorrow at this time."""

    what: What
    entity: str
    item_id: UUID
    hours: int
