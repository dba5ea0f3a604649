"""What is due at an hour: whose it is, and the moment that hour is where they live."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, select
from sqlalchemy.orm import InstrumentedAttribute

from core import schedules
from core.context import Ctx
from core.enums import ActivityKind, EntityType
from core.i18n import Viewer
from core.models import Activity, Contact, Deal, Lead, Member
from core.queries.activities import CLOSED_LEADS

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
        and_(Activity.kind == ActivityKind.TASK, Activity.done_at.is_(None)),
    ),
}


def timed(ctx: Ctx, entity: str, entity_id: UUID) -> Timed | None:
    """The moment a record or task is due, whoever asks; None where it has no hour, no owner, or nothing waits."""
    kind = _KINDS.get(entity)
    if kind is None:
        return None
    found = _read(ctx, kind, entity, kind.model.id == entity_id)
    return found[0] if found else None


def timed_of(ctx: Ctx, member_id: UUID, since: date | None = None) -> list[Timed]:
    """All that is due at an hour of somebody's, from a day on (None: the actor's today)."""
    today = since or ctx.today.date()
    found: list[Timed] = []
    for entity, kind in _KINDS.items():
        found += _read(ctx, kind, entity, and_(kind.model.owner_id == member_id, kind.day >= today))
    return found


def _read(ctx: Ctx, kind: _Kind, entity: str, which: ColumnElement[bool]) -> list[Timed]:
    model = kind.model
    query = (
        select(
            model.id,
            kind.day.label("day"),
            kind.at.label("at"),
            Member.id.label("member_id"),
            Member.slack_user_id,
            Member.tz,
        )
        .join(Member, and_(Member.workspace_id == model.workspace_id, Member.id == model.owner_id))
        .where(model.workspace_id == ctx.workspace.id, model.archived_at.is_(None), which, kind.waits)
        .where(kind.day.is_not(None), kind.at.is_not(None), Member.active, Member.guest.is_(False))
    )
    return [_timed(entity, row) for row in ctx.session.execute(query)]


def _timed(entity: str, row: Row[*tuple[Any, ...]]) -> Timed:
    due_at = schedules.moment(row.day, row.at, Viewer("", row.tz).zone)
    return Timed(entity, row.id, row.member_id, row.slack_user_id, row.day, due_at)
