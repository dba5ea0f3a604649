"""A number, and the list of the rows it counts: both from the one statement of core.queries.metrics.rows."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Subquery, and_, bindparam, func, select

from core.context import Ctx
from core.enums import EntityType
from core.models import Member
from core.params import here
from core.prepared import Built, read
from core.queries.metrics.rows import Number, Rows, in_stage, rows_of
from core.queries.metrics.span import Figure, Money, Shape, Span, by_first
from core.queries.records import Page
from core.queries.search import NUMBERED, Hit, hit
from core.queries.search import rows_of as records

PAGE_SIZE = 8


@dataclass(frozen=True)
class NumberRow:
    """A row that a number counts. `by` is a Slack user id, empty for nobody.

    `was` and `becomes` mean: the source of a new lead (becomes); the stages of a move; the reason of a loss (becomes);
    the old and new day of a deal that slipped (ISO, no new one where it just went by); minutes and outcome of a call;
    the objection; a mail's subject.
    """

    id: UUID
    record: Hit
    by: str
    currency: str
    value: Decimal | None
    at: datetime
    was: str
    becomes: str


def figure(ctx: Ctx, number: Number, span: Span) -> Figure:
    """How many, what they are worth, and who did it."""
    people: Counter[str] = Counter()
    sums: dict[str, Money] = {}
    for row in read(ctx, _summed, number, span.shape, **span.values):
        people[row.by] += row.rows
        before = sums.get(row.currency, Money(row.currency, 0, Decimal(0)))
        sums[row.currency] = Money(row.currency, before.count + row.rows, before.value + row.value)
    busiest = sorted(people.items(), key=lambda one: (not one[0], -one[1], one[0]))
    worth = by_first(sums, ctx.workspace.currency) if number in WORTH else ()
    return Figure(sum(people.values()), worth, tuple(busiest))


def _summed(ctx: Ctx, number: Number, span: Shape) -> Built:
    rows = rows_of(ctx, number, span).subquery()
    return (
        select(
            func.coalesce(Member.slack_user_id, "").label("by"),
            rows.c.currency,
            func.count().label("rows"),
            func.coalesce(func.sum(rows.c.value), 0).label("value"),
        )
        .select_from(rows)
        .outerjoin(Member, _did_it(rows))
        .group_by(Member.slack_user_id, rows.c.currency)
    )


def _did_it(rows: Subquery) -> ColumnElement[bool]:
    return and_(Member.workspace_id == here(), Member.id == rows.c.by_id)


WORTH = frozenset({Number.NEW_DEALS, Number.MOVED, Number.WON, Number.LOST, Number.SLIPPED})
"""Numbers of deals, which are worth something."""


def how_many(ctx: Ctx, number: Number, span: Span) -> int:
    """How many rows a number counts."""
    ((counted,),) = read(ctx, _count, number, span.shape, **span.values)
    return int(counted)


def _count(ctx: Ctx, number: Number, span: Shape) -> Built:
    return select(func.count()).select_from(rows_of(ctx, number, span).subquery())


def per_person(ctx: Ctx, number: Number, span: Span) -> dict[UUID | None, tuple[Money, ...]]:
    """A number for each owner of what it counts: the owner now of a deal, who made a call, who sent a mail."""
    found: defaultdict[UUID | None, list[Money]] = defaultdict(list)
    for owner_id, currency, count, value in read(ctx, _per_owner, number, span.shape, **span.values):
        found[owner_id].append(Money(currency, count, value))
    return {owner_id: tuple(sums) for owner_id, sums in found.items()}


def _per_owner(ctx: Ctx, number: Number, span: Shape) -> Built:
    rows = rows_of(ctx, number, span).subquery()
    return (
        select(rows.c.owner_id, rows.c.currency, func.count(), func.coalesce(func.sum(rows.c.value), 0))
        .group_by(rows.c.owner_id, rows.c.currency)
        .order_by(rows.c.owner_id, rows.c.currency)
    )


def page_of(ctx: Ctx, number: Number, span: Span, page: int = 0, size: int = PAGE_SIZE) -> Page[NumberRow]:
    """The rows a number counts, the latest first."""
    return _page(ctx, _listed, span, page, size, number)


def stage_page(ctx: Ctx, stage_id: UUID, span: Span, page: int = 0, size: int = PAGE_SIZE) -> Page[NumberRow]:
    """The open deals of a stage right now, those that came last first. `span` says whose."""
    return _page(ctx, _in_stage, span, page, size, stage_id=stage_id)


def _listed(ctx: Ctx, number: Number, span: Shape) -> Built:
    return _in_order(rows_of(ctx, number, span))


def _in_stage(ctx: Ctx, span: Shape) -> Built:
    return _in_order(in_stage(ctx, span))


def _in_order(counted: Rows) -> Built:
    rows = counted.subquery()
    return (
        select(rows, func.coalesce(Member.slack_user_id, "").label("by"))
        .outerjoin(Member, _did_it(rows))
        .order_by(rows.c.at.desc(), rows.c.id.desc())
        .offset(bindparam("start", type_=Integer()))
        .limit(bindparam("at_most", type_=Integer()))
    )


def _page(
    ctx: Ctx, listed: Callable[..., Built], span: Span, page: int, size: int, *shape: Hashable, **values: object
) -> Page[NumberRow]:
    values |= {**span.values, "start": page * size, "at_most": size + 1}
    found = read(ctx, listed, *shape, span.shape, **values)
    hits = named(ctx, [(EntityType(row.entity), row.record_id) for row in found[:size]])
    shown = tuple(
        NumberRow(row.id, hits[row.record_id], row.by, row.currency, row.value, row.at, row.was, row.becomes)
        for row in found[:size]
        if row.record_id in hits
    )
    return Page(shown, page, len(found) > size)


def named(ctx: Ctx, wanted: list[tuple[EntityType, UUID]]) -> dict[UUID, Hit]:
    """Names of the records the actor may see, one statement a kind."""
    hits: dict[UUID, Hit] = {}
    for entity in dict.fromkeys(entity for entity, _ in wanted):
        ids = [record_id for one, record_id in wanted if one is entity]
        query = records(ctx, entity).where(NUMBERED[entity].id.in_(ids))
        for row in ctx.session.execute(query):
            hits[row.id] = hit(entity, row.id, row.number, row.name, row.detail)
    return hits
