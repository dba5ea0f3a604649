"""The pipeline by stage as it stands, and what is different from a moment before."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    CompoundSelect,
    Subquery,
    Text,
    Uuid,
    and_,
    case,
    cast,
    false,
    func,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from core.access import sees, visible
from core.context import Ctx
from core.enums import EntityType, StageKind
from core.history import ARCHIVE, RESTORE
from core.models import Deal, History, Pipeline, Stage
from core.models.base import MONEY
from core.money import round_money
from core.params import here, timestamp
from core.prepared import Built, read
from core.queries.metrics.span import Shape, Span

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Standing:
    """What stands in a stage in one currency: now, and at the moment before. Both weighted with today's chances."""

    count: int
    value: Decimal
    weighted: Decimal
    count_before: int
    value_before: Decimal
    weighted_before: Decimal

    @property
    def change(self) -> Decimal:
        """By how much the value changed."""
        return self.value - self.value_before


@dataclass(frozen=True)
class StageStanding:
    """A stage of a pipeline, by currency."""

    stage_id: UUID
    stage: str
    pipeline_id: UUID
    pipeline: str
    by_currency: dict[str, Standing]


def standing(ctx: Ctx, before: datetime, span: Span) -> tuple[StageStanding, ...]:
    """Open deals of each open stage now, and as they were right before a moment. `span` says whose (their owners now).

    In the order of pipelines and stages. A stage that was removed since comes where something stood in it.
    """
    found: dict[UUID, StageStanding] = {}
    for row in read(ctx, _by_stage, span.shape, before=before, **span.values):
        stage = found.setdefault(row.id, StageStanding(row.id, row.name, row.pipeline_id, row.pipeline, {}))
        if row.currency is not None:
            stage.by_currency[row.currency] = Standing(
                row.deals,
                row.value,
                round_money(row.value * row.probability / HUNDRED, row.currency),
                row.deals_before,
                row.value_before,
                round_money(row.value_before * row.probability / HUNDRED, row.currency),
            )
    return tuple(found.values())


def _by_stage(ctx: Ctx, span: Shape) -> Built:
    deals = _both(ctx, span).subquery()
    return (
        select(
            Stage.id,
            Stage.name,
            Stage.probability,
            Pipeline.id.label("pipeline_id"),
            Pipeline.name.label("pipeline"),
            deals.c.currency,
            func.count().filter(deals.c.is_now).label("deals"),
            func.coalesce(func.sum(deals.c.value).filter(deals.c.is_now), 0).label("value"),
            func.count().filter(~deals.c.is_now).label("deals_before"),
            func.coalesce(func.sum(deals.c.value).filter(~deals.c.is_now), 0).label("value_before"),
        )
        .select_from(Stage)
        .join(Pipeline, and_(Pipeline.workspace_id == Stage.workspace_id, Pipeline.id == Stage.pipeline_id))
        .outerjoin(deals, deals.c.stage_id == Stage.id)
        .where(
            Stage.workspace_id == here(),
            Stage.kind == StageKind.OPEN,
            deals.c.stage_id.is_not(None) | (Stage.archived_at.is_(None) & Pipeline.archived_at.is_(None)),
        )
        .group_by(
            Stage.id,
            Stage.name,
            Stage.probability,
            Stage.position,
            Pipeline.id,
            Pipeline.name,
            Pipeline.position,
            deals.c.currency,
        )
        .order_by(Pipeline.position, Pipeline.id, Stage.position, Stage.id, deals.c.currency)
    )


def _both(ctx: Ctx, span: Shape) -> CompoundSelect[Any]:
    """The deals that are open now, and those that were open then as they were: one row a deal and time."""
    now = (
        visible(ctx, Deal)
        .where(Deal.closed_at.is_(None), span.owned(Deal.owner_id))
        .with_only_columns(Deal.id, Deal.stage_id.label("stage_id"), Deal.currency, Deal.value, true().label("is_now"))
    )
    past = _changed_since()
    was_alive = case((past.c.first_taking_back.is_(None), Deal.archived_at.is_(None)), else_=past.c.first_taking_back)
    was_open = case((past.c.closed_at_changed, past.c.closed_at.is_(None)), else_=Deal.closed_at.is_(None))
    then = (
        select(
            Deal.id,
            cast(func.coalesce(past.c.stage_id, cast(Deal.stage_id, Text)), Uuid).label("stage_id"),
            func.coalesce(past.c.currency, Deal.currency),
            case((past.c.value_changed, cast(past.c.value, MONEY)), else_=Deal.value),
            false().label("is_now"),
        )
        .outerjoin(past, past.c.entity_id == Deal.id)
        .where(
            Deal.workspace_id == here(),
            sees(ctx, Deal),
            span.owned(Deal.owner_id),
            Deal.created_at < timestamp("before"),
            was_alive,
            was_open,
        )
    )
    return union_all(now, then)


def _changed_since() -> Subquery:
    """What deals were before they were changed for the first time since `before`: the old values of those changes."""

    def changed(name: str) -> ColumnElement[bool]:
        has: ColumnElement[bool] = History.changes.has_key(name)
        return has

    def first_old(name: str) -> ColumnElement[Any]:
        old = aggregate_order_by(History.changes[name][0].astext, History.at, History.id)
        return func.array_agg(old, type_=ARRAY(Text)).filter(changed(name))[1].label(name)

    was_alive = aggregate_order_by(History.action == ARCHIVE, History.at, History.id)
    taking_back = func.array_agg(was_alive, type_=ARRAY(Boolean)).filter(History.action.in_((ARCHIVE, RESTORE)))[1]
    return (
        select(
            History.entity_id,
            first_old("stage_id"),
            first_old("currency"),
            first_old("value"),
            func.coalesce(func.bool_or(changed("value")), false()).label("value_changed"),
            first_old("closed_at"),
            func.coalesce(func.bool_or(changed("closed_at")), false()).label("closed_at_changed"),
            taking_back.label("first_taking_back"),
        )
        .where(
            History.workspace_id == here(),
            History.entity == EntityType.DEAL.value,
            History.at >= timestamp("before"),
        )
        .group_by(History.entity_id)
        .subquery()
    )
