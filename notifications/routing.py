"""From the outbox to deliveries: each event is read once, and what it leads to is committed with that."""

from collections.abc import Iterable

import structlog
from pydantic import ValidationError
from sqlalchemy import Integer, Update, Uuid, bindparam, case, cast, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core import events
from core.activities import SUBJECTS
from core.context import Ctx, new_id
from core.enums import DeliveryState
from core.models import Delivery, InboundEmail, Lane, Outbox
from core.params import among, here
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
    if not rows:
        return 0
    known = [(stored, event) for stored in rows if (event := _read(ctx, stored)) is not None]
    _overtake(ctx, (event for _, event in known))
    finder = FactFinder(ctx, (event for _, event in known))
    plans = [plan for stored, event in known for plan in _plans(ctx, stored, event, finder)]
    put(ctx, notices.sift(ctx, plans))
    _mark_read(ctx, rows)
    return len(rows)


def route_again(ctx: Ctx, stored: StoredEvent) -> None:
    """Read an event that was set aside, once somebody asks for it. Raises what the first reading raised."""
    event = events.unpack(stored.kind, stored.payload)
    _overtake(ctx, [event])
    put(ctx, notices.sift(ctx, plans_for(event, FactFinder(ctx, [event]).about(event), stored.outbox_id)))


def set_aside(ctx: Ctx) -> int:
    """Make a dead letter of the oldest waiting event, which cannot be read, so that the others are; how many."""
    if not _take_turn(ctx):
        return 0
    rows = _waiting(ctx, 1)
    for stored in rows:
        _bury(ctx, stored)
    _mark_read(ctx, rows)
    return len(rows)


def put(ctx: Ctx, plans: Iterable[Plan]) -> None:
    """Store deliveries, due now or when they say; one whose key is there already is not stored again."""
    rows = [_values(ctx, plan) for plan in plans]
    if rows:
        statement = upsert(Delivery).values(rows)
        ctx.session.execute(statement.on_conflict_do_nothing(index_elements=["workspace_id", "key"]))


_MINE = select(Lane.lane).where(Lane.workspace_id == here(), Lane.lane == TURN).with_for_update(skip_locked=True)
_WAITING = (
    select(Outbox.id, Outbox.kind, Outbox.payload)
    .where(Outbox.workspace_id == here(), Outbox.routed_at.is_(None))
    .order_by(Outbox.id)
    .limit(bindparam("at_most", type_=Integer()))
    .with_for_update(skip_locked=True)
)
_READ = update(Outbox).where(Outbox.workspace_id == here(), among(Outbox.id, "ids")).values(routed_at=bindparam("now"))


def _overtaking() -> Update:
    """A reply's alert shows the record that the reply is about."""
    is_post = Delivery.kind == Kind.CARD_POST.value
    shown = case((is_post, cast(Delivery.payload["entity_id"].astext, Uuid())))  # of other kinds it may be anything
    about = or_(*(among(getattr(InboundEmail, column.key), "ids") for _, column in SUBJECTS.values()))
    replies = select(InboundEmail.id).where(InboundEmail.workspace_id == here(), InboundEmail.id == shown)
    return (
        update(Delivery)
        .where(
            Delivery.workspace_id == here(),
            Delivery.state == DeliveryState.SENDING,
            is_post,
            or_(among(shown, "ids"), replies.where(about).exists()),
        )
        .values(overtaken=True)
    )


_OVERTAKEN = _overtaking()


def _overtake(ctx: Ctx, happened: Iterable[events.Event]) -> None:
    """Mark the posts under way that show one of the records that changed: no edit can be planned for a card that is not
    known yet.

    Before living cards are looked for: whoever ends such a post meanwhile waits for the mark, or is waited for, and
    then the card is known.
    """
    ids = [event.entity_id for event in happened if isinstance(event, events.RecordChanged)]
    if ids:
        ctx.session.connection().execute(_OVERTAKEN, {"here": ctx.workspace.id, "ids": ids})


def _take_turn(ctx: Ctx) -> bool:
    connection, here = ctx.session.connection(), ctx.workspace.id
    if connection.scalar(_MINE, {"here": here}) is not None:
        return True
    # Another relay has it, or nobody ever had: then it is ours as soon as it is there.
    row = {"workspace_id": here, "lane": TURN, "free_at": ctx.now}
    return connection.scalar(upsert(Lane).values(row).on_conflict_do_nothing().returning(Lane.lane)) is not None


def _waiting(ctx: Ctx, limit: int) -> list[StoredEvent]:
    rows = ctx.session.connection().execute(_WAITING, {"here": ctx.workspace.id, "at_most": limit})
    return [StoredEvent(row.id, row.kind, row.payload) for row in rows]


def _mark_read(ctx: Ctx, rows: Iterable[StoredEvent]) -> None:
    values = {"here": ctx.workspace.id, "ids": [stored.outbox_id for stored in rows], "now": ctx.now}
    ctx.session.connection().execute(_READ, values)


def _read(ctx: Ctx, stored: StoredEvent) -> events.Event | None:
    """The event; None for one of a version that knew more, which is set aside."""
    try:
        return events.unpack(stored.kind, stored.payload)
    except (KeyError, ValidationError):
        _set_aside(ctx, stored)
        return None


def _plans(ctx: Ctx, stored: StoredEvent, event: events.Event, finder: FactFinder) -> list[Plan]:
    try:
        return plans_for(event, finder.about(event), stored.outbox_id)
    except UnknownEvent:
        _set_aside(ctx, stored)
        return []


def _set_aside(ctx: Ctx, stored: StoredEvent) -> None:
    log.error("event_unreadable", kind=stored.kind, outbox_id=str(stored.outbox_id))
    _bury(ctx, stored)


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
        "overtaken": False,
        "created_at": ctx.now,
    }
