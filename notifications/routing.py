"""From the outbox to deliveries: each event is read once, and what it leads to is committed with that."""

from collections.abc import Iterable
from uuid import UUID

import structlog
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from core import events
from core.context import Ctx, new_id
from core.enums import DeliveryState
from core.models import Delivery, Lane, Outbox
from notifications import notices
from notifications.facts import FactFinder
from notifications.plans import Kind, Plan, StoredEvent, pack
from notifications.rules import UnknownEvent, plans_for

log = structlog.get_logger()
BATCH = 100
TURN = "routing"
"""The row of `lanes` whose lock lets one relay at a time read a workspace's events, so that they stay in order."""
UNREADABLE = "This version of Rapport does not know what to do with this. Try again after an update."


def route(ctx: Ctx, limit: int = BATCH) -> int:
    """Turn up to `limit` waiting events into deliveries; how many were read.

    None are read where another relay is at it right now.
    """
    if not _take_turn(ctx):
        return 0
    rows = _waiting(ctx, limit)
    finder = FactFinder(ctx)
    plans = [plan for row in rows for plan in _plans(ctx, row.id, row.kind, row.payload, finder)]
    put(ctx, notices.sift(ctx, plans))
    for row in rows:
        row.routed_at = ctx.now
    ctx.session.flush()
    return len(rows)


def route_again(ctx: Ctx, stored: StoredEvent) -> None:
    """Read an event that was set aside, once somebody asks for it. Raises what the first reading raised."""
    event = events.unpack(stored.kind, stored.payload)
    put(ctx, notices.sift(ctx, plans_for(event, FactFinder(ctx).about(event), stored.outbox_id)))


def set_aside(ctx: Ctx) -> int:
    """Make a dead letter of the oldest waiting event, which cannot be read, so that the others are; how many."""
    if not _take_turn(ctx):
        return 0
    rows = _waiting(ctx, 1)
    for row in rows:
        _bury(ctx, StoredEvent(row.id, row.kind, row.payload))
        row.routed_at = ctx.now
    ctx.session.flush()
    return len(rows)


def put(ctx: Ctx, plans: Iterable[Plan]) -> None:
    """Store deliveries, due now or when they say; one whose key is there already is not stored again."""
    rows = [_values(ctx, plan) for plan in plans]
    if rows:
        statement = upsert(Delivery).values(rows)
        ctx.session.execute(statement.on_conflict_do_nothing(index_elements=["workspace_id", "key"]))


def _take_turn(ctx: Ctx) -> bool:
    row = {"workspace_id": ctx.workspace.id, "lane": TURN, "free_at": ctx.now}
    ctx.session.execute(upsert(Lane).values(row).on_conflict_do_nothing())
    mine = select(Lane.lane).where(Lane.workspace_id == ctx.workspace.id, Lane.lane == TURN)
    return ctx.session.scalar(mine.with_for_update(skip_locked=True)) is not None


def _waiting(ctx: Ctx, limit: int) -> list[Outbox]:
    waiting = select(Outbox).where(Outbox.workspace_id == ctx.workspace.id, Outbox.routed_at.is_(None))
    return list(ctx.session.scalars(waiting.order_by(Outbox.id).limit(limit).with_for_update(skip_locked=True)))


def _plans(ctx: Ctx, row_id: UUID, kind: str, payload: dict[str, object], finder: FactFinder) -> list[Plan]:
    try:
        event = events.unpack(kind, payload)
        return plans_for(event, finder.about(event), row_id)
    except (KeyError, ValidationError, UnknownEvent):
        log.error("event_unreadable", kind=kind, outbox_id=str(row_id))
        _bury(ctx, StoredEvent(row_id, kind, payload))
        return []


def _bury(ctx: Ctx, stored: StoredEvent) -> None:
    plan = Plan(f"event:{stored.outbox_id}", f"event:{stored.outbox_id}", Kind.EVENT, stored)
    values = _values(ctx, plan) | {"state": DeliveryState.DEAD, "last_error": UNREADABLE}
    ctx.session.execute(upsert(Delivery).values(values).on_conflict_do_nothing(index_elements=["workspace_id", "key"]))


def _values(ctx: Ctx, plan: Plan) -> dict[str, object]:
    return {
        "workspace_id": ctx.workspace.id,
        "id": new_id(),
        "key": plan.key,
        "lane": plan.lane,
        "kind": plan.kind.value,
        "payload": pack(plan.payload),
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "next_at": plan.due_at or ctx.now,
        "last_error": "",
        "remote_id": "",
        "created_at": ctx.now,
    }
