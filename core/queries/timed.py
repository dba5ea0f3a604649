"""What is due at an hour: whose it is, and the moment that hour is where they live."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Row, Uuid, and_, bindparam, null, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from core import schedules
from core.context import Ctx
from core.enums import ActivityKind, EntityType
from core.follow_ups import CLOSED_LEADS
from core.i18n import Viewer
from core.meetings import REMINDED_BEFORE
from core.models import Activity, Contact, Deal, Lead, Member
from core.params import among, here, timestamp
from core.prepared import Built, read

Timeable = Lead | Contact | Deal | Activity


@dataclass(frozen=True)
class Timed:
    """Something of somebody's that is due at a moment (UTC)."""

    entity: str
    entity_id: UUID
    member_id: UUID
    slack_user_id: str
    day: date
    due_at: datetime


@dataclass(frozen=True)
class _Kind:
    """Where a kind of record keeps its day and hour, and when it still waits."""

    model: type[Timeable]
    day: InstrumentedAttribute[date | None]
    at: InstrumentedAttribute[time | None]
    waits: ColumnElement[bool]
    begins: ColumnElement[datetime | None] | None = None
    """The column of a moment, for what is at one whoever looks; its owner is reminded a little earlier."""

    @property
    def timed(self) -> ColumnElement[bool]:
        """Whether there is an hour at all."""
        at_hour = and_(self.day.is_not(None), self.at.is_not(None))
        return or_(at_hour, self.begins.is_not(None)) if self.begins is not None else at_hour


_KINDS = {
    EntityType.LEAD.value: _Kind(Lead, Lead.next_follow_up, Lead.next_follow_up_at, Lead.status.not_in(CLOSED_LEADS)),
    EntityType.CONTACT.value: _Kind(
        Contact, Contact.next_follow_up, Contact.next_follow_up_at, Contact.archived_at.is_(None)
    ),
    EntityType.DEAL.value: _Kind(Deal, Deal.next_follow_up, Deal.next_follow_up_at, Deal.closed_at.is_(None)),
    EntityType.ACTIVITY.value: _Kind(
        Activity,
        Activity.due_on,
        Activity.due_time,
        and_(Activity.kind.in_((ActivityKind.TASK, ActivityKind.MEETING)), Activity.done_at.is_(None)),
        Activity.starts_at.expression,
    ),
}


def timed(ctx: Ctx, entity: str, entity_id: UUID) -> Timed | None:
    """The moment somebody is reminded of a record, a task or a meeting, whoever asks.

    None where it has no hour, no owner, or nothing waits.
    """
    found = timed_among(ctx, entity, [entity_id])
    return found[0] if found else None


def timed_among(ctx: Ctx, entity: str, ids: Collection[UUID]) -> list[Timed]:
    """The same for many of one kind: those of them that `timed` would find something for."""
    if entity not in _KINDS:
        return []
    return [_timed(entity, row) for row in read(ctx, _among, entity, ids=list(ids))]


def timed_of(ctx: Ctx, member_id: UUID, since: date) -> list[Timed]:
    """All that is due at an hour of somebody's, from a day of theirs on."""
    # In UTC a local day begins at most that much earlier.
    moment = schedules.moment(since, time.min, ZoneInfo("UTC")) - schedules.ONE_DAY
    values = {"whose": member_id, "since": since, "moment": moment}
    return [_timed(entity, row) for entity in _KINDS for row in read(ctx, _of_member, entity, **values)]


def _of_member(_ctx: Ctx, entity: str) -> Built:
    kind = _KINDS[entity]
    later = kind.day >= bindparam("since", type_=Date())
    if kind.begins is not None:
        later = or_(later, kind.begins >= timestamp("moment"))
    return _query(kind).where(kind.model.owner_id == bindparam("whose", type_=Uuid()), later)


def _among(_ctx: Ctx, entity: str) -> Built:
    kind = _KINDS[entity]
    return _query(kind).where(among(kind.model.id, "ids"))


def _query(kind: _Kind) -> Built:
    model = kind.model
    return (
        select(
            model.id,
            kind.day.label("day"),
            kind.at.label("at"),
            (null() if kind.begins is None else kind.begins).label("begins"),
            Member.id.label("member_id"),
            Member.slack_user_id,
            Member.tz,
        )
        .join(Member, and_(Member.workspace_id == model.workspace_id, Member.id == model.owner_id))
        .where(model.workspace_id == here(), model.archived_at.is_(None), kind.waits)
        .where(kind.timed, Member.active, Member.guest.is_(False))
    )


def _timed(entity: str, row: Row[*tuple[Any, ...]]) -> Timed:
    zone = Viewer("", row.tz).zone
    if row.begins is not None:
        day = row.begins.astimezone(zone).date()
        return Timed(entity, row.id, row.member_id, row.slack_user_id, day, row.begins - REMINDED_BEFORE)
    return Timed(entity, row.id, row.member_id, row.slack_user_id, row.day, schedules.moment(row.day, row.at, zone))
