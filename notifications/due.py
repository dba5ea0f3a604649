"""What is due, and where: the conditions each runner asks by, and one question for all of them.

Asked as the dispatcher, which may read these columns of every workspace and nothing else.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, bindparam, exists, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.enums import DeliveryState
from core.inbox import WAITING
from core.jobs import OPEN as OPEN_JOBS
from core.models import BulkJob, Delivery, InboxItem, Outbox, Schedule
from core.params import timestamp
from notifications.claims import OPEN

NOW = timestamp("now")
SCHEDULES = Schedule.next_due_at <= NOW
BULK = or_(BulkJob.state.in_(OPEN_JOBS), BulkJob.lease_until.is_not(None))
"""Changes of many records that are not done, or whose end nobody has been shown."""
EVENTS = Outbox.routed_at.is_(None)
DELIVERIES = (
    Delivery.state.in_(OPEN)
    & (Delivery.next_at <= NOW)
    & or_(Delivery.state == DeliveryState.PENDING, Delivery.lease_until <= NOW)
)


@dataclass(frozen=True)
class Due:
    """What has something to do."""

    schedules: bool
    bulk: bool
    inbox: bool
    """Something waits there; it may be for a later moment."""
    posts: bool
    """Events to be read, or deliveries; these may have to wait for their lane."""

    def __bool__(self) -> bool:
        return self.schedules or self.bulk or self.inbox or self.posts


def due(session: Session, now: datetime, only: Collection[UUID] | None) -> Due:
    """What is due at `now` (aware); `only` looks at no other workspaces, but at the inbox, which belongs to none."""
    values = {"now": now, "only": None if only is None else list(only)}
    return Due(*session.connection().execute(_ANYTHING, values).one())


def _here(workspace_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    only = bindparam("only", type_=ARRAY(Uuid()))
    return or_(only.is_(None), workspace_id == any_(only))


_ANYTHING = select(
    exists(Schedule.workspace_id).where(SCHEDULES, _here(Schedule.workspace_id)),
    exists(BulkJob.workspace_id).where(BULK, _here(BulkJob.workspace_id)),
    exists(InboxItem.workspace_id).where(InboxItem.state == WAITING),
    or_(
        exists(Outbox.workspace_id).where(EVENTS, _here(Outbox.workspace_id)),
        exists(Delivery.workspace_id).where(DELIVERIES, _here(Delivery.workspace_id)),
    ),
)
