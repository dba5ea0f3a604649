"""Reading pipelines and stages as admins configure them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func

from core.access import Power, Verb, require_power, visible
from core.administration.naming import still_there
from core.administration.removal import counterpart
from core.conflicts import last_change
from core.context import Ctx
from core.enums import StageKind
from core.errors import Conflict
from core.models import Deal, Pipeline, Stage


@dataclass(frozen=True)
class PipelineRow:
    """A pipeline, with how many stages and open deals it has."""

    id: UUID
    name: str
    stages: int
    deals: int


@dataclass(frozen=True)
class StageItem:
    """A stage of a pipeline, with how many deals are in it. `probability` in percent."""

    id: UUID
    name: str
    kind: StageKind
    probability: int
    stale_days: int | None
    required_fields: tuple[str, ...]
    deals: int


@dataclass(frozen=True)
class PipelineStages:
    """A pipeline with its stages in order; `seen` is the last change of the pipeline itself."""

    id: UUID
    name: str
    stages: tuple[StageItem, ...]
    seen: UUID | None


@dataclass(frozen=True)
class StageDetails:
    """A stage as its form shows it."""

    stage: StageItem
    pipeline_id: UUID
    seen: UUID | None


@dataclass(frozen=True)
class StageRemoval:
    """A stage that is to go, and where its deals may go: (pipeline, [(stage id, name)])."""

    stage: StageItem
    pipeline_id: UUID
    targets: tuple[tuple[str, tuple[tuple[UUID, str], ...]], ...]


@dataclass(frozen=True)
class PipelineWay:
    """A pipeline that the deals of another may go to. `elsewhere`: stages that have no namesake there, (from, to)."""

    id: UUID
    name: str
    elsewhere: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PipelineRemoval:
    """A pipeline that is to go, with how many deals it has, closed ones too, and where they may go."""

    id: UUID
    name: str
    deals: int
    targets: tuple[PipelineWay, ...]


def pipelines(ctx: Ctx) -> list[PipelineRow]:
    """The pipelines in order. Raises Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    stages = visible(ctx, Stage).where(Stage.pipeline_id == Pipeline.id).with_only_columns(func.count())
    deals = visible(ctx, Deal).where(Deal.pipeline_id == Pipeline.id, Deal.closed_at.is_(None))
    query = visible(ctx, Pipeline).order_by(Pipeline.position, Pipeline.id)
    columns = (
        Pipeline.id,
        Pipeline.name,
        stages.correlate(Pipeline).scalar_subquery(),
        deals.with_only_columns(func.count()).correlate(Pipeline).scalar_subquery(),
    )
    return [PipelineRow(*row) for row in ctx.session.execute(query.with_only_columns(*columns))]


def pipeline_stages(ctx: Ctx, pipeline_id: UUID) -> PipelineStages:
    """A pipeline with its stages. Raises NotFound, Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    pipeline = still_there(ctx, Pipeline, pipeline_id, Verb.SEE)
    items = _stages(ctx, Stage.pipeline_id == pipeline_id)
    return PipelineStages(pipeline.id, pipeline.name, items, last_change(ctx, Pipeline.__entity__, pipeline_id))


def stage(ctx: Ctx, stage_id: UUID) -> StageDetails:
    """One stage. Raises NotFound, Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    row = still_there(ctx, Stage, stage_id, Verb.SEE)
    item = _stages(ctx, Stage.id == stage_id)[0]
    return StageDetails(item, row.pipeline_id, last_change(ctx, Stage.__entity__, stage_id))


def stage_removal(ctx: Ctx, stage_id: UUID) -> StageRemoval:
    """What removing a stage would mean. Raises NotFound, Forbidden, Conflict("last_stage")."""
    found = stage(ctx, stage_id)
    query = (
        visible(ctx, Stage)
        .join(Pipeline, and_(Pipeline.workspace_id == Stage.workspace_id, Pipeline.id == Stage.pipeline_id))
        .where(Stage.kind == found.stage.kind, Stage.id != stage_id, Pipeline.archived_at.is_(None))
        .order_by(Pipeline.id != found.pipeline_id, Pipeline.position, Pipeline.id, Stage.position)
        .with_only_columns(Pipeline.id, Pipeline.name, Stage.id, Stage.name, maintain_column_froms=True)
    )
    groups: dict[tuple[UUID, str], list[tuple[UUID, str]]] = {}
    for pipeline_id, pipeline, target_id, name in ctx.session.execute(query):
        groups.setdefault((pipeline_id, pipeline), []).append((target_id, name))
    if found.pipeline_id not in {pipeline_id for pipeline_id, _ in groups}:
        raise Conflict("last_stage")
    targets = tuple((name, tuple(stages)) for (_, name), stages in groups.items())
    return StageRemoval(found.stage, found.pipeline_id, targets)


def pipeline_removal(ctx: Ctx, pipeline_id: UUID) -> PipelineRemoval:
    """What removing a pipeline would mean. Raises NotFound, Forbidden, Conflict("last_pipeline")."""
    found = pipeline_stages(ctx, pipeline_id)
    query = visible(ctx, Pipeline).where(Pipeline.id != pipeline_id).order_by(Pipeline.position, Pipeline.id)
    others = list(ctx.session.execute(query.with_only_columns(Pipeline.id, Pipeline.name)))
    if not others:
        raise Conflict("last_pipeline")
    stages = visible(ctx, Stage).where(Stage.pipeline_id != pipeline_id).order_by(Stage.position, Stage.id)
    targets: dict[UUID, list[Stage]] = {}
    for one in ctx.session.scalars(stages):
        targets.setdefault(one.pipeline_id, []).append(one)
    full = [one for one in found.stages if one.deals]
    ways = [PipelineWay(other_id, name, _elsewhere(full, targets.get(other_id, ()))) for other_id, name in others]
    return PipelineRemoval(found.id, found.name, sum(one.deals for one in full), tuple(ways))


def _elsewhere(stages: Sequence[StageItem], targets: Sequence[Stage]) -> tuple[tuple[str, str], ...]:
    ways = ((one.name, counterpart(one, targets)) for one in stages)
    return tuple((name, to.name) for name, to in ways if to is not None and to.name.casefold() != name.casefold())


def _stages(ctx: Ctx, condition: ColumnElement[bool]) -> tuple[StageItem, ...]:
    deals = (
        visible(ctx, Deal).where(Deal.stage_id == Stage.id).with_only_columns(func.count()).correlate(Stage)
    ).scalar_subquery()
    query = visible(ctx, Stage).where(condition).order_by(Stage.position, Stage.id)
    rows = ctx.session.execute(query.add_columns(deals))
    return tuple(
        StageItem(row.id, row.name, row.kind, row.probability, row.stale_days, tuple(row.required_fields), count)
        for row, count in rows
    )
