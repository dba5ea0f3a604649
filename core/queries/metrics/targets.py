"""What a month was to bring, and what it has brought so far."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Text, bindparam, func, select

from core.access import mine_and_below, visible
from core.context import Ctx
from core.enums import Role, TargetKind
from core.models import Member, Target
from core.prepared import Built, read
from core.queries.metrics.figures import how_many
from core.queries.metrics.rows import Number, rows_of
from core.queries.metrics.span import Shape, Span, month_of

NUMBERS = {TargetKind.VALUE_WON: Number.WON, TargetKind.CALLS: Number.CALLS, TargetKind.MAILS: Number.MAILS}
"""What counts against each target."""


@dataclass(frozen=True)
class Progress:
    """How a target stands. `currency` is empty for calls and mails."""

    kind: TargetKind
    currency: str
    target: Decimal
    done: Decimal

    @property
    def percent(self) -> int:
        """How much of it is done, rounded down."""
        return int(self.done * 100 / self.target)


@dataclass(frozen=True)
class Set:
    """A target as it was set: of a person, or (`team`) of all who work for them."""

    id: UUID
    member_id: UUID
    team: bool
    kind: TargetKind
    currency: str
    amount: Decimal


def progress(ctx: Ctx, day: date, span: Span) -> tuple[Progress, ...]:
    """This month's targets of the span's people (None for everybody the actor looks after), each with what is reached.

    Nothing counts twice: where a team's target is set, those of its people (and the teams below) do not add to it.
    """
    # Who reads what all see reads their own: neither what others are to reach, nor what all did against that.
    all_of_them = span.people is None and ctx.actor.role is not Role.ADMIN
    people = frozenset(mine_and_below(ctx)) if all_of_them else span.people
    month = month_of(day, span.zone, people)
    wanted: defaultdict[tuple[TargetKind, str], Decimal] = defaultdict(Decimal)
    for one in outermost(set_for(ctx, day), managers(ctx), people):
        wanted[one.kind, one.currency] += one.amount
    order = list(TargetKind)
    return tuple(
        Progress(kind, currency, amount, done(ctx, kind, currency, month))
        for (kind, currency), amount in sorted(wanted.items(), key=lambda one: (order.index(one[0][0]), one[0][1]))
    )


def set_for(ctx: Ctx, day: date) -> list[Set]:
    """The targets of a day's month that the actor may see."""
    query = (
        visible(ctx, Target)
        .where(Target.month == day.replace(day=1))
        .order_by(Target.id)
        .with_only_columns(Target.id, Target.member_id, Target.team, Target.kind, Target.currency, Target.amount)
    )
    return [Set(*row) for row in ctx.session.execute(query)]


def managers(ctx: Ctx) -> dict[UUID, UUID | None]:
    """Who works for whom."""
    query = select(Member.id, Member.manager_id).where(Member.workspace_id == ctx.workspace.id)
    return {row.id: row.manager_id for row in ctx.session.execute(query)}


def outermost(targets: Iterable[Set], manager_of: dict[UUID, UUID | None], people: frozenset[UUID] | None) -> list[Set]:
    """Those targets of these people that lie within no other of the same kind and currency."""
    mine = [one for one in targets if people is None or one.member_id in people]
    # A team of which one person alone is meant is no target of that person's.
    mine = [one for one in mine if not one.team or people is None or len(people) > 1]
    teams = {(one.kind, one.currency, one.member_id) for one in mine if one.team}

    def covered(one: Set) -> bool:
        above = manager_of.get(one.member_id) if one.team else one.member_id
        seen: set[UUID] = set()
        while above is not None and above not in seen:
            if (one.kind, one.currency, above) in teams:
                return True
            seen.add(above)
            above = manager_of.get(above)
        return False

    return [one for one in mine if not covered(one)]


def done(ctx: Ctx, kind: TargetKind, currency: str, month: Span) -> Decimal:
    """What counts against a target in a month: value won in its currency, calls, or mails."""
    number = NUMBERS[kind]
    if kind is not TargetKind.VALUE_WON:
        return Decimal(how_many(ctx, number, month))
    (row,) = read(ctx, _worth, number, month.shape, currency=currency, **month.values)
    return Decimal(row.worth)


def _worth(ctx: Ctx, number: Number, span: Shape) -> Built:
    rows = rows_of(ctx, number, span).subquery()
    wanted = rows.c.currency == bindparam("currency", type_=Text())
    return select(func.coalesce(func.sum(rows.c.value), 0).label("worth")).where(wanted)
