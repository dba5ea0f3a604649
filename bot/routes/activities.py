"""Routes of activities: calls and follow-ups."""

from dataclasses import dataclass
from uuid import UUID

from bot.routes.base import Action, Submission


@dataclass(frozen=True)
class LogCall(Action, id="call.log"):
    """Open the call form, for a record or none yet. `on_card`: the button stands on that record's card."""

    entity: str = ""
    entity_id: UUID | None = None
    on_card: bool = False


@dataclass(frozen=True)
class SaveCall(Submission, id="call.save"):
    """The call form. The record is one of its fields: shown, and chosen anew where it was the wrong one.

    `card` is the record on whose card it was opened.
    """

    card: UUID | None = None


@dataclass(frozen=True)
class FollowUpDone(Action, id="follow_up.done"):
    """The follow-up was done; nothing further is planned."""

    entity: str
    entity_id: UUID


@dataclass(frozen=True)
class SnoozeFollowUp(Action, id="follow_up.snooze"):
    """Move the follow-up by some days from today."""

    entity: str
    entity_id: UUID
    days: int
