"""Pipelines: adding, renaming, ordering. core.administration.removal removes them."""

from uuid import UUID

from sqlalchemy import func

from core.access import Power, require_power, visible
from core.administration.naming import exchange, refuse_taken, still_there, take_turn, to_revive, usable
from core.conflicts import refuse_changed
from core.context import Ctx
from core.models import Pipeline, Stage
from core.operations import operation
from core.workspaces import FIRST_STAGES


@operation("pipeline.add")
def add(ctx: Ctx, name: str) -> Pipeline:
    """A new pipeline, with the stages every workspace starts with. Raises Invalid, Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    text = usable(name)
    take_turn(ctx, Pipeline)
    found = to_revive(ctx, Pipeline, text)
    pipeline = found or Pipeline(name=text)
    last = ctx.session.scalar(visible(ctx, Pipeline).with_only_columns(func.max(Pipeline.position)))
    pipeline.position = 0 if last is None else last + 1
    if found is None:
        ctx.add(pipeline)
    ctx.session.flush()
    for position, (stage_name, kind, probability, stale_days) in enumerate(FIRST_STAGES):
        stage = to_revive(ctx, Stage, stage_name, Stage.pipeline_id == pipeline.id)
        if stage is None:
            stage = Stage(pipeline_id=pipeline.id, name=stage_name, kind=kind)
            ctx.add(stage)
        stage.position, stage.kind = position, kind
        stage.probability, stage.stale_days, stage.required_fields = probability, stale_days, []
    return pipeline


@operation("pipeline.rename")
def rename(ctx: Ctx, pipeline_id: UUID, name: str, seen: UUID | None) -> Pipeline:
    """Give a pipeline another name. `seen` is the last change the form knew.

    Raises Invalid, NotFound, Forbidden, Conflict("edited_meanwhile").
    """
    require_power(ctx, Power.CONFIGURE)
    text = usable(name)
    take_turn(ctx, Pipeline)
    pipeline = still_there(ctx, Pipeline, pipeline_id)
    refuse_changed(ctx, pipeline, seen, ("name",))
    refuse_taken(ctx, pipeline, text)
    pipeline.name = text
    return pipeline


@operation("pipeline.shift")
def shift(ctx: Ctx, pipeline_id: UUID, *, up: bool) -> Pipeline:
    """Exchange a pipeline with its neighbour; new deals start in the first one. Raises NotFound, Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    take_turn(ctx, Pipeline)
    pipeline = still_there(ctx, Pipeline, pipeline_id)
    query = visible(ctx, Pipeline).order_by(Pipeline.position, Pipeline.id)
    rows = list(ctx.session.scalars(query.with_for_update().execution_options(populate_existing=True)))
    exchange(rows, pipeline, up=up)
    return pipeline
