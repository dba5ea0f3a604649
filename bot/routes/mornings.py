"""Routes of the morning message. Each names its day (the reader's), so that the message is shown again as it stands."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bot.routes.base import Action
from core.queries.mornings import What


@dataclass(frozen=True)
class MorningDone(Action, id="morning.done"):
    """It is done."""

    what: What
    entity: str
    item_id: UUID
    day: date


@dataclass(frozen=True)
class MorningLater(Action, id="morning.later"):
    """Put it off by some days from today."""

    what: What
    entity: str
    item_id: UUID
    day: date
    days: int


@dataclass(frozen=True)
class MorningDate(Action, id="morning.date"):
    """Put it off to the day that is picked."""

    what: What
    entity: str
    item_id: UUID
    day: date


@dataclass(frozen=True)
class SendFollowUp(Action, id="morning.follow_up"):
    """Send the mail that is ready for a record whose last mail nobody answered."""

    entity: str
    entity_id: UUID
    email_id: UUID
    """The mail that was not answered."""
    day: date


@dataclass(frozen=True)
class ReadFollowUp(Action, id="morning.read"):
    """Open that mail in its window, to be read and changed before it leaves."""

    entity: str
    entity_id: UUID
    email_id: UUID


@dataclass(frozen=True)
class MorningUndo(Action, id="morning.undo"):
    """It was not done, or not to be put off, after all."""

    change_id: UUID
    day: date
