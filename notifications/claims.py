"""Deliveries change hands here: claimed under a lease, then sent, put off, skipped or dead.

Order inside a lane is kept by offering only its oldest delivery; whoever holds that one holds the lane. Claims are
committed before the call, so a worker that dies leaves a lease behind, and the delivery is tried again when it ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    DateTime,
    Row,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import Insert, distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningUpdate

from core.context import Ctx
from core.enums import DeliveryState
from core.models import Delivery, Lane
from core.params import among, here, timestamp
from core.prepared import Built, read
from notifications.plans import COLLAPSING, METHODS, Kind

LEASE = timedelta(seconds=60)
PACE = timedelta(seconds=1)
"""Slack allows about one message a second in a channel (docs.slack.dev/apis/web-api/rate-limits)."""
LONGEST_HOLD = timedelta(hours=1)
"""A lane held for longer was held by a clock that has since been set back."""
LOOK_AHEAD = 50
"""How many lanes are looked at for each claim."""
OPEN: BindParameter[DeliveryState] = bindparam(
    "open_states", (DeliveryState.PENDING, DeliveryState.SENDING), expanding=True, literal_execute=True
)
"""Written into the statement, so that a prepared one still matches the partial indexes."""


@dataclass(frozen=True)
class Claimed:
    """A delivery that is ours until the lease ends."""

    id: UUID
    key: str
    lane: str
    kind: str
    payload: dict[str, Any]
    attempt: int
    """Counts from 1."""
    created_at: datetime


@dataclass(frozen=True)
class Ended:
    """What was found when a delivery was marked as sent."""

    first: bool
    """It had not been marked before."""
    overtaken: bool
    """What it shows may have changed while it was under way."""


@dataclass(frozen=True)
class Harvest:
    """What a claim found."""

    claimed: tuple[Claimed, ...] = ()
    free_at: datetime | None = None
    """When the next lane that has something due may send; None where nothing due waits for that."""


def claim(ctx: Ctx, limit: int, lease: timedelta = LEASE, *, mails: bool = False) -> Harvest:
    """Take up to `limit` deliveries that are due, at most one of each lane, and lease them.

    `mails`: mails, instead of all else. Many at once at times, they must not stand before what is said in Slack.
    """
    free: list[UUID] = []
    waits: list[datetime] = []
    for row in _due_heads(ctx, mails=mails):
        if _held(row.free_at, ctx.now):
            waits.append(row.free_at)
        elif len(free) < limit:
            free.append(row.id)
    claimed = _lease(ctx, free, lease) if free else ()
    return Harvest(claimed, min(waits, default=None))


def _held(free_at: datetime | None, now: datetime) -> bool:
    return free_at is not None and now < free_at <= now + LONGEST_HOLD


def _due_heads(ctx: Ctx, *, mails: bool) -> Sequence[Row[*tuple[Any, ...]]]:
    """The oldest open delivery of each lane, where it is due and in nobody's hands, and when its lane is free."""
    return read(ctx, _heads, mails, now=ctx.now)


def _heads(_ctx: Ctx, mails: bool) -> Built:  # noqa: FBT001 - a shape has no names
    now = timestamp("now")
    columns = (Delivery.id, Delivery.lane, Delivery.kind, Delivery.next_at, Delivery.state, Delivery.lease_until)
    oldest = select(*columns).where(Delivery.workspace_id == here(), Delivery.state.in_(OPEN))
    heads = oldest.ext(distinct_on(Delivery.lane)).order_by(Delivery.lane, Delivery.id).subquery()
    lane, method = aliased(Lane), aliased(Lane)
    free_at = _later(lane.free_at, method.free_at).label("free_at")
    methods = case({kind.value: method_lane(kind) for kind in METHODS}, value=heads.c.kind, else_="")
    return (
        select(heads.c.id, free_at)
        .outerjoin(lane, (lane.workspace_id == here()) & (lane.lane == heads.c.lane))
        .outerjoin(method, (method.workspace_id == here()) & (method.lane == methods))
        .where(heads.c.next_at <= now, (heads.c.kind == Kind.EMAIL.value) == mails)
        .where(or_(heads.c.state == DeliveryState.PENDING, heads.c.lease_until <= now))
        .order_by(free_at.nulls_first(), heads.c.id)
        .limit(LOOK_AHEAD)
    )


def _later(one: Any, other: Any) -> ColumnElement[datetime]:
    """The later of two columns, either of which may be NULL (PostgreSQL's greatest ignores those)."""
    return func.greatest(one, other, type_=DateTime(timezone=True))


def _lease(ctx: Ctx, ids: list[UUID], lease: timedelta) -> tuple[Claimed, ...]:
    """Lock, look again (somebody may have been quicker), and lease."""
    values = {"here": ctx.workspace.id, "ids": ids, "now": ctx.now, "until": ctx.now + lease}
    rows = ctx.session.connection().execute(_LEASE, values).all()
    # As columns in Claimed's order. The oldest first: a delivery's id is as old as it is.
    return tuple(Claimed(*row) for row in sorted(rows, key=lambda row: row.id))


def _leasing() -> ReturningUpdate[*tuple[Any, ...]]:
    inside, now = Delivery.workspace_id == here(), timestamp("now")
    free = (
        select(Delivery.id)
        .where(inside, among(Delivery.id, "ids"), Delivery.state.in_(OPEN))
        .where(or_(Delivery.state == DeliveryState.PENDING, Delivery.lease_until <= now))
        .order_by(Delivery.id)
        .with_for_update(skip_locked=True)
    )
    mark = ":" + cast(Delivery.id, Text)
    collapses = Delivery.kind.in_([kind.value for kind in COLLAPSING]) & ~Delivery.key.endswith(mark)
    leased = {
        "state": DeliveryState.SENDING,
        "lease_until": timestamp("until"),
        "attempts": Delivery.attempts + 1,
        # Frees the key: what changes from now on may not be in what is about to be read, so it waits anew.
        "key": case((collapses, Delivery.key + mark), else_=Delivery.key),
    }
    return (
        update(Delivery)
        .where(inside, Delivery.id.in_(free))
        .values(leased)
        .returning(
            Delivery.id,
            Delivery.key,
            Delivery.lane,
            Delivery.kind,
            Delivery.payload,
            Delivery.attempts,
            Delivery.created_at,
        )
    )


_LEASE = _leasing()


def superseded(ctx: Ctx, delivery: Claimed) -> bool:
    """Whether a later delivery that shows the same thing waits already (after a failure, this one is old)."""
    key = delivery.key.removesuffix(f":{delivery.id}")
    query = select(Delivery.id).where(
        Delivery.workspace_id == ctx.workspace.id,
        Delivery.key == key,
        Delivery.state == DeliveryState.PENDING,
        Delivery.id != delivery.id,
    )
    return key != delivery.key and ctx.session.scalar(query) is not None


def followed(ctx: Ctx, delivery: Claimed) -> bool:
    """Whether a later delivery of the same kind and lane was planned, and not given up."""
    values = {"here": ctx.workspace.id, "lane": delivery.lane, "kind": delivery.kind, "delivery": delivery.id}
    return ctx.session.scalar(_FOLLOWING, values) is not None


_FOLLOWING = (
    select(Delivery.id)
    .where(
        Delivery.workspace_id == here(),
        Delivery.lane == bindparam("lane", type_=Text()),
        Delivery.kind == bindparam("kind", type_=Text()),
        Delivery.id > bindparam("delivery", type_=Uuid()),
        Delivery.state != DeliveryState.DEAD,
    )
    .limit(1)
)


def mark_sent(ctx: Ctx, delivery: Claimed, remote_id: str) -> Ended:
    """The call succeeded. That holds whoever has the delivery by now."""
    values = {"state": DeliveryState.SENT, "sent_at": ctx.now, "remote_id": remote_id, "last_error": ""}
    overtaken = _finish(ctx, delivery, values, own=False)
    return Ended(first=overtaken is not None, overtaken=overtaken is not False)


def mark_skipped(ctx: Ctx, delivery: Claimed, reason: str) -> None:
    """There is nothing to send any more; `reason` says why, for whoever looks."""
    _finish(ctx, delivery, {"state": DeliveryState.SKIPPED, "sent_at": ctx.now, "last_error": reason})


def mark_dead(ctx: Ctx, delivery: Claimed, reason: str) -> bool:
    """Give up until an admin asks for it again. False where it is in other hands by now."""
    return _finish(ctx, delivery, {"state": DeliveryState.DEAD, "last_error": reason}) is not None


def put_off(ctx: Ctx, delivery: Claimed, until: datetime, reason: str, *, counts: bool = True) -> None:
    """Try again at `until` (UTC). `counts` False gives the attempt back: being told to wait is no failure."""
    values = {"state": DeliveryState.PENDING, "next_at": until, "last_error": reason}
    if not counts:
        values["attempts"] = delivery.attempt - 1
    _finish(ctx, delivery, values)


def _finish(ctx: Ctx, delivery: Claimed, values: dict[str, Any], *, own: bool = True) -> bool | None:
    """Whether the delivery was overtaken; None where it is in other hands, or had been marked before."""
    given = {"here": ctx.workspace.id, "delivery": delivery.id, "attempt": delivery.attempt}
    given |= {f"new_{name}": value for name, value in values.items()}
    ctx.session.flush()  # as a statement through the session does: what was changed is written first
    return ctx.session.connection().execute(_finishing(frozenset(values), own), given).scalar()


@cache
def _finishing(columns: frozenset[str], own: bool) -> ReturningUpdate[bool]:  # noqa: FBT001 - a shape has no names
    query = update(Delivery).where(Delivery.workspace_id == here(), Delivery.id == bindparam("delivery"))
    if own:
        query = query.where(Delivery.state == DeliveryState.SENDING, Delivery.attempts == bindparam("attempt"))
    else:
        query = query.where(Delivery.state != DeliveryState.SENT)
    # A parameter may not have the name of a column that is set.
    new: dict[str, BindParameter[Any]] = {name: bindparam(f"new_{name}") for name in columns}
    return query.values(lease_until=None, **new).returning(Delivery.overtaken)


def hold(ctx: Ctx, lane: str, until: datetime) -> None:
    """Let nothing of a lane (or of a method, see `method_lane`) leave before `until`."""
    values = {"here": ctx.workspace.id, "held": lane, "until": until, "longest": ctx.now + LONGEST_HOLD}
    ctx.session.flush()
    ctx.session.connection().execute(_HOLD, values)


def _holding() -> Insert:
    row = (("workspace_id", "here"), ("lane", "held"), ("free_at", "until"))
    statement = upsert(Lane).values({column: bindparam(name) for column, name in row})
    stale = Lane.free_at > timestamp("longest")
    later = case((stale, statement.excluded.free_at), else_=_later(Lane.free_at, statement.excluded.free_at))
    return statement.on_conflict_do_update(index_elements=["workspace_id", "lane"], set_={"free_at": later})


_HOLD = _holding()


def method_lane(kind: Kind) -> str:
    """The lane that holds back every call of a kind's method: what a 429 is about."""
    return f"method:{METHODS[kind]}"
