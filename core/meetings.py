"""Meetings: planned, moved, cancelled, and what came of them.

A meeting begins at one moment, whoever comes and wherever they live; people type and read it in their own zone.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from core import follow_ups, planned, schedules
from core.access import Owned, load
from core.activities import MINUTES_MAX, TalkInput, check_talk, goes_on, keep_talk, load_subject
from core.conflicts import refuse_stale
from core.context import Ctx
from core.enums import ActivityKind
from core.errors import Conflict, Invalid, NotFound
from core.models import Activity
from core.normalise import NOTES_MAX, SHORT_TEXT_MAX, multiline_text, name_text
from core.operations import operation
from core.planned import load_planned, put

REMINDED_BEFORE = timedelta(minutes=10)
"""So long before it begins, whoever has a meeting is reminded of it."""
USUAL_MINUTES = 30
"""How long a meeting takes unless somebody says so."""
FORM_COLUMNS = ("subject", "starts_at", "duration_minutes", "attendees", "location", "notes")
"""What the form writes: changes of these since it was opened are a conflict."""


@dataclass(frozen=True)
class MeetingInput:
    """A meeting as it is typed. `day` and `at` are in the actor's own zone."""

    subject: str
    day: date
    at: time | None
    duration_minutes: int | None = None
    attendees: str = ""
    location: str = ""
    notes: str = ""


def ends_at(starts_at: datetime, minutes: int | None) -> datetime:
    """When a meeting of so many minutes (None: as long as usual) is over."""
    return starts_at + timedelta(minutes=USUAL_MINUTES if minutes is None else minutes)


@operation("meeting.plan")
def plan(ctx: Ctx, entity: str, entity_id: UUID, values: MeetingInput) -> Activity:
    """Plan a meeting of the actor's on a record.

    Raises Invalid: without words, without an hour, for a moment that is over; NotFound, Forbidden.
    """
    record = load_subject(ctx, entity, entity_id)
    past = follow_ups.problem(ctx, values.day, values.at)
    meeting = _new(ctx, record, values, past)
    planned.changed(ctx, meeting)
    return meeting


@operation("meeting.edit")
def edit(ctx: Ctx, meeting_id: UUID, values: MeetingInput, expected: int) -> Activity:
    """Save the form of a meeting that was opened on version `expected`.

    One that is over keeps its moment, or gets one that is to come. Raises Conflict("edited_meanwhile", …),
    Conflict("meeting_over") where it was logged or did not take place, Invalid, NotFound, Forbidden.
    """
    meeting = _open(ctx, meeting_id)
    refuse_stale(ctx, meeting, expected, FORM_COLUMNS)
    stays = meeting.starts_at is not None and _moment(ctx, values) == meeting.starts_at.replace(second=0, microsecond=0)
    _check(values, "" if stays else follow_ups.problem(ctx, values.day, values.at))
    if not stays:
        meeting.starts_at = _moment(ctx, values)
    _fill(meeting, values)
    planned.changed(ctx, meeting)
    return meeting


@operation("meeting.cancel")
def cancel(ctx: Ctx, meeting_id: UUID) -> Activity:
    """Call a meeting off. Raises Conflict("meeting_over") as `edit` does, NotFound, Forbidden."""
    meeting = _open(ctx, meeting_id)
    meeting.archived_at = ctx.now
    planned.changed(ctx, meeting)
    return meeting


@operation("meeting.log")
def log(ctx: Ctx, meeting_id: UUID, values: TalkInput) -> Activity:
    """A planned meeting took place: what came of it, and what follows from that, as after a call.

    Logged before its hour, it took place now.
    Raises Conflict("meeting_over") for whoever is second, Invalid, NotFound, Forbidden.
    """
    meeting = _open(ctx, meeting_id)
    record = _record(ctx, meeting)
    check_talk(ctx, record, values)
    meeting.done_at = ctx.now
    if meeting.starts_at is not None and meeting.starts_at > ctx.now:
        meeting.starts_at = ctx.now
    keep_talk(ctx, record, meeting, values)
    planned.changed(ctx, meeting)
    return meeting


@operation("meeting.log")
def log_unplanned(ctx: Ctx, entity: str, entity_id: UUID, values: MeetingInput, talk: TalkInput) -> Activity:
    """Log a meeting that nobody had planned. Raises Invalid, for one that is still to come too; NotFound, Forbidden."""
    record = load_subject(ctx, entity, entity_id)
    check_talk(ctx, record, talk)
    to_come = values.at is not None and _moment(ctx, values) > ctx.now
    meeting = _new(ctx, record, values, "meeting_to_come" if to_come else "")
    meeting.done_at = ctx.now
    keep_talk(ctx, record, meeting, talk)
    planned.changed(ctx, meeting)
    return meeting


@operation("meeting.not_held")
def not_held(ctx: Ctx, meeting_id: UUID) -> Activity:
    """A meeting did not take place; said twice, it stays so. Raises Conflict("meeting_over"), NotFound, Forbidden."""
    meeting = load_planned(ctx, meeting_id, ActivityKind.MEETING)
    if meeting.outcome is not None:
        raise Conflict("meeting_over")
    if meeting.done_at is None:
        meeting.done_at = ctx.now
        planned.changed(ctx, meeting)
    return meeting


def follow_owner(ctx: Ctx, record: Owned, before: UUID | None) -> None:
    """A record has another owner: the meetings the former one (`before`) had planned on it are theirs now."""
    if before is None or record.owner_id in (None, before):
        return
    query = planned.open_on(ctx, record, ActivityKind.MEETING, before)
    for meeting in ctx.session.scalars(query):
        meeting.owner_id = record.owner_id
        planned.changed(ctx, meeting, before)


def _new(ctx: Ctx, record: Owned, values: MeetingInput, wrong_moment: str) -> Activity:
    _check(values, wrong_moment)
    meeting = Activity(kind=ActivityKind.MEETING, owner_id=ctx.actor.member_id, created_by_id=ctx.actor.member_id)
    meeting.starts_at = _moment(ctx, values)
    _fill(meeting, values)
    return put(ctx, record, meeting)


def _fill(meeting: Activity, values: MeetingInput) -> None:
    meeting.subject, meeting.duration_minutes = name_text(values.subject), values.duration_minutes
    meeting.attendees, meeting.location = name_text(values.attendees), name_text(values.location)
    meeting.notes = multiline_text(values.notes)


def _open(ctx: Ctx, meeting_id: UUID) -> Activity:
    meeting = load_planned(ctx, meeting_id, ActivityKind.MEETING)
    if meeting.done_at is not None:
        raise Conflict("meeting_over")
    return meeting


def _moment(ctx: Ctx, values: MeetingInput) -> datetime:
    return schedules.moment(values.day, values.at or time.min, ctx.actor.zone)


def _record(ctx: Ctx, meeting: Activity) -> Owned:
    """The record a meeting is about; where the work goes on with it, it is the actor's to change."""
    record = planned.record_of(ctx, meeting)
    if record is None:
        raise NotFound
    return load(ctx, type(record), record.id) if goes_on(ctx, record) is record else record


def _check(values: MeetingInput, wrong_moment: str) -> None:
    problems: dict[str, str] = {}
    if not name_text(values.subject):
        problems["subject"] = "required"
    if values.duration_minutes is not None and not 0 < values.duration_minutes <= MINUTES_MAX:
        problems["duration_minutes"] = "number_out_of_range"
    texts = {"subject": values.subject, "attendees": values.attendees, "location": values.location}
    problems |= {name: "too_long" for name, text in texts.items() if len(text) > SHORT_TEXT_MAX}
    if len(values.notes) > NOTES_MAX:
        problems["notes"] = "too_long"
    if values.at is None:
        problems["day"] = "hour_required"
    elif wrong_moment:
        problems["day"] = wrong_moment
    if problems:
        raise Invalid(problems)
