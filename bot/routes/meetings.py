"""Routes of meetings."""

from dataclasses import dataclass
from uuid import UUID

from bot.routes.base import Action, Submission


@dataclass(frozen=True)
class PlanMeeting(Action, id="meeting.plan"):
    """Open the form of a new meeting, on a record or one still to be chosen."""

    entity: str = ""
    entity_id: UUID | None = None


@dataclass(frozen=True)
class SaveMeeting(Submission, id="meeting.save"):
    """The form of a new meeting."""


@dataclass(frozen=True)
class EditMeeting(Action, id="meeting.edit"):
    """Open the form of a meeting: another time, another place."""

    meeting_id: UUID


@dataclass(frozen=True)
class SaveMeetingEdit(Submission, id="meeting.save_edit"):
    """The form of a meeting that was opened on a version of it."""

    meeting_id: UUID
    version: int


@dataclass(frozen=True)
class CancelMeeting(Action, id="meeting.cancel"):
    """Call the meeting off."""

    meeting_id: UUID


@dataclass(frozen=True)
class LogMeeting(Action, id="meeting.log"):
    """Ask how a meeting went."""

    meeting_id: UUID


@dataclass(frozen=True)
class SaveMeetingLog(Submission, id="meeting.save_log"):
    """How a planned meeting went."""

    meeting_id: UUID


@dataclass(frozen=True)
class SaveHeldMeeting(Submission, id="meeting.save_held"):
    """A meeting that nobody had planned, and how it went. The record is one of its fields."""


@dataclass(frozen=True)
class MeetingNotHeld(Action, id="meeting.not_held"):
    """The meeting did not take place."""

    meeting_id: UUID


@dataclass(frozen=True)
class ListMeetings(Action, id="meeting.list"):
    """A page of the meetings one has planned."""

    page: int = 0
