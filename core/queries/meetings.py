"""Reading meetings: one by itself, those of a person's day, and all that somebody has planned."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Row, bindparam, select

from core import schedules
from core.access import Verb, load, may_touch
from core.context import Ctx
from core.enums import ActivityKind, CallOutcome, EntityType
from core.errors import NotFound
from core.meetings import ends_at
from core.models import Activity, Member
from core.params import among, timestamp
from core.planned import subject_of
from core.prepared import Built, read
from core.queries.planned import hit, planned, planned_by_id
from core.queries.records import Hit, Page, hit_of

PAGE_SIZE = 8


@dataclass(frozen=True)
class Slot:
    """When and where a meeting is. `over`: its end has passed, by the moment it was read."""

    starts_at: datetime
    ends_at: datetime
    over: bool
    attendees: str = ""
    location: str = ""


@dataclass(frozen=True)
class MeetingItem:
    """A meeting in a list. `owner` is a Slack user id."""

    id: UUID
    subject: str
    record: Hit
    slot: Slot
    owner: str
    done: bool
    """It was logged, or did not take place."""


@dataclass(frozen=True)
class MeetingCard:
    """A meeting with all that is known of it.

    `outcome` is None until it was logged, and where it did not take place.
    """

    id: UUID
    subject: str
    record: Hit
    slot: Slot
    owner: str
    done: bool
    outcome: CallOutcome | None
    duration_minutes: int | None
    notes: str
    next_step: str
    today: date
    version: int
    can_edit: bool
    entity: EntityType = EntityType.ACTIVITY

    @property
    def ref(self) -> str:
        """Meetings have no number of their own: that of the record."""
        return self.record.ref

    @property
    def name(self) -> str:
        """What it is about."""
        return self.subject


def meeting_card(ctx: Ctx, meeting_id: UUID) -> MeetingCard:
    """One meeting. Raises NotFound."""
    meeting = load(ctx, Activity, meeting_id, Verb.SEE)
    about = subject_of(meeting)
    if meeting.kind is not ActivityKind.MEETING or meeting.starts_at is None or about is None:
        raise NotFound
    owner = select(Member.slack_user_id).where(Member.workspace_id == ctx.workspace.id, Member.id == meeting.owner_id)
    return MeetingCard(
        id=meeting.id,
        subject=meeting.subject,
        record=hit_of(ctx, EntityType(about[0]), about[1]),
        slot=_slot(
            ctx, meeting.starts_at, meeting.duration_minutes, attendees=meeting.attendees, location=meeting.location
        ),
        owner=ctx.session.scalar(owner) or "",
        done=meeting.done_at is not None,
        outcome=meeting.outcome,
        duration_minutes=meeting.duration_minutes,
        notes=meeting.notes,
        next_step=meeting.next_step,
        today=ctx.today.date(),
        version=meeting.version,
        can_edit=meeting.owner_id == ctx.actor.member_id or may_touch(ctx, meeting, Verb.EDIT),
    )


def meetings_until(ctx: Ctx, day: date, people: Collection[UUID], limit: int) -> list[MeetingItem]:
    """Meetings of some members that begin by the end of a day of the actor's and of which nothing is told yet."""
    midnight = schedules.moment(day + timedelta(days=1), time.min, ctx.actor.zone)
    rows = read(ctx, _until, people=list(people), midnight=midnight, at_most=limit)
    return [_item(ctx, row) for row in rows]


def _until(ctx: Ctx) -> Built:
    theirs = among(Activity.owner_id, "people")
    return (
        planned(ctx, ActivityKind.MEETING)
        .where(Activity.done_at.is_(None), theirs)
        .where(Activity.starts_at < timestamp("midnight"))
        .order_by(Activity.starts_at, Activity.id)
        .limit(bindparam("at_most", type_=Integer()))
    )


def meetings_by_id(ctx: Ctx, ids: Collection[UUID]) -> list[MeetingItem]:
    """Some meetings, planned or told of, as far as the actor may see them."""
    return [_item(ctx, row) for row in read(ctx, planned_by_id, ActivityKind.MEETING, ids=list(ids))]


def planned_meetings(ctx: Ctx, page: int = 0) -> Page[MeetingItem]:
    """All that the actor has planned, the next one first; those that are to be logged come before."""
    people = [ctx.actor.member_id] if ctx.actor.member_id else []
    mine = (Activity.done_at.is_(None), Activity.owner_id.in_(people))
    query = planned(ctx, ActivityKind.MEETING).where(*mine).order_by(Activity.starts_at, Activity.id)
    rows = ctx.session.execute(query.offset(page * PAGE_SIZE).limit(PAGE_SIZE + 1))
    items = [_item(ctx, row) for row in rows]
    return Page(tuple(items[:PAGE_SIZE]), page, len(items) > PAGE_SIZE)


def _item(ctx: Ctx, row: Row[*tuple[Any, ...]]) -> MeetingItem:
    record = hit(row)
    if record is None:
        raise NotFound  # the database lets no meeting be on none
    slot = _slot(ctx, row.starts_at, row.duration_minutes, attendees=row.attendees, location=row.location)
    return MeetingItem(row.id, row.subject, record, slot, row.owner, row.done_at is not None)


def _slot(ctx: Ctx, starts_at: datetime, minutes: int | None, *, attendees: str, location: str) -> Slot:
    ends = ends_at(starts_at, minutes)
    return Slot(starts_at, ends, ends <= ctx.now, attendees, location)
