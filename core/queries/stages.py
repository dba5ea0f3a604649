"""Reading stages: what there is to choose from, and a deal's way through them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from rapidfuzz import fuzz, process
from sqlalchemy import and_, func

from core.access import visible
from core.context import Ctx
from core.enums import StageKind
from core.errors import NotFound
from core.models import Deal, LossReason, Member, Pipeline, Stage, StageChange
from core.normalise import name_text
from core.refs import deal_ref

NEAR_ENOUGH = 70
"""rapidfuzz ratio (0 to 100) from which a misspelt word is taken to mean a stage; below it, people are asked."""


_COLUMNS = (Stage.id, Stage.name, Stage.kind, Stage.probability, Stage.position, Stage.required_fields)


@dataclass(frozen=True)
class StageRow:
    """A stage to choose from. `probability` in percent."""

    id: UUID
    name: str
    kind: StageKind
    probability: int
    position: int = 0
    required_fields: Sequence[str] = ()
    """What a deal needs to enter it (core.requirements)."""
    pipeline: str = ""
    """The name of its pipeline, where there are several to tell apart."""


@dataclass(frozen=True)
class StageStep:
    """One stay of a deal in a stage; `left_at` None for where it is now. `by` is who moved it there."""

    name: str
    entered_at: datetime
    left_at: datetime | None
    by: str


@dataclass(frozen=True)
class DealWay:
    """A deal's way through the stages, the latest step first."""

    id: UUID
    ref: str
    name: str
    steps: tuple[StageStep, ...]
    now: datetime


@dataclass(frozen=True)
class Reason:
    """A loss reason of the workspace's list."""

    id: UUID
    name: str


def stages_of(ctx: Ctx, pipeline_id: UUID) -> list[StageRow]:
    """The stages of a pipeline in order."""
    query = visible(ctx, Stage).where(Stage.pipeline_id == pipeline_id).order_by(Stage.position, Stage.id)
    return [
        StageRow(*row) for row in ctx.session.execute(query.with_only_columns(*_COLUMNS, maintain_column_froms=True))
    ]


def open_stages(ctx: Ctx) -> list[StageRow]:
    """The open stages of all pipelines in order; with their pipelines' names where there is more than one."""
    query = (
        visible(ctx, Stage)
        .join(Pipeline, and_(Pipeline.workspace_id == Stage.workspace_id, Pipeline.id == Stage.pipeline_id))
        .where(Stage.kind == StageKind.OPEN, Pipeline.archived_at.is_(None))
        .order_by(Pipeline.position, Pipeline.id, Stage.position, Stage.id)
        .with_only_columns(*_COLUMNS, Pipeline.name, maintain_column_froms=True)
    )
    rows = [StageRow(*row) for row in ctx.session.execute(query)]
    several = len({row.pipeline for row in rows}) > 1
    return rows if several else [replace(row, pipeline="") for row in rows]


def first_pipeline(ctx: Ctx) -> UUID:
    """The pipeline new deals start in. Raises NotFound where there is none."""
    query = visible(ctx, Pipeline).order_by(Pipeline.position, Pipeline.id).limit(1)
    found: UUID | None = ctx.session.scalar(query.with_only_columns(Pipeline.id))
    if found is None:
        raise NotFound
    return found


def stage_meant(stages: Sequence[StageRow], words: str) -> StageRow | None:
    """The stage somebody means: by name, by the beginning of exactly one, or by the nearest word."""
    typed = name_text(words).casefold()
    if not typed:
        return None
    names = [stage.name.casefold() for stage in stages]
    if typed in names:
        return stages[names.index(typed)]
    begins = [stage for stage, name in zip(stages, names, strict=True) if name.startswith(typed)]
    if begins:
        return begins[0] if len(begins) == 1 else None
    match = process.extractOne(typed, names, scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH)
    return stages[match[2]] if match else None


def stage(ctx: Ctx, stage_id: UUID) -> StageRow | None:
    """One stage, if it is there."""
    query = visible(ctx, Stage).where(Stage.id == stage_id)
    row = ctx.session.execute(query.with_only_columns(*_COLUMNS)).one_or_none()
    return StageRow(*row) if row is not None else None


def loss_reasons(ctx: Ctx) -> list[Reason]:
    """Why deals are lost: the workspace's list in its order."""
    query = visible(ctx, LossReason).order_by(LossReason.position, LossReason.name)
    return [Reason(*row) for row in ctx.session.execute(query.with_only_columns(LossReason.id, LossReason.name))]


def way_of(ctx: Ctx, deal_id: UUID) -> DealWay:
    """The deal's way through the stages, moves that were undone left out. Raises NotFound."""
    deal = ctx.session.scalars(visible(ctx, Deal).where(Deal.id == deal_id)).one_or_none()
    if deal is None:
        raise NotFound
    query = (
        visible(ctx, StageChange)
        .join(Stage, and_(Stage.workspace_id == StageChange.workspace_id, Stage.id == StageChange.to_stage_id))
        .outerjoin(Member, and_(Member.workspace_id == StageChange.workspace_id, Member.id == StageChange.by_id))
        .where(StageChange.deal_id == deal_id)
        .order_by(StageChange.at, StageChange.id)
        .with_only_columns(Stage.name, StageChange.at, func.coalesce(Member.name, ""), maintain_column_froms=True)
    )
    changes = list(ctx.session.execute(query))
    left: list[datetime | None] = [*(change[1] for change in changes[1:]), None]
    # None for a deal whose way nobody wrote down: there is one end more than steps then.
    steps = [StageStep(name, at, end, by) for (name, at, by), end in zip(changes, left, strict=False)]
    return DealWay(deal.id, deal_ref(deal.number), deal.name, tuple(reversed(steps)), ctx.now)


def time_in(step: StageStep, now: datetime) -> timedelta:
    """How long a deal stayed, or has been, in a stage."""
    return (step.left_at or now) - step.entered_at
