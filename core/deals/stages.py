"""Putting a deal into a stage."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select

from core.access import visible
from core.context import Ctx
from core.enums import StageKind
from core.errors import Conflict, Invalid
from core.events import DealWon, RecordChanged
from core.models import Deal, Pipeline, Stage, StageChange


def put_elsewhere(ctx: Ctx, deal: Deal, stage: Stage) -> None:
    """Put a locked deal into a stage of the same kind, since its own is being removed: no more follows from it."""
    ctx.add(
        StageChange(
            deal_id=deal.id,
            from_stage_id=deal.stage_id,
            to_stage_id=stage.id,
            at=ctx.now,
            by_id=ctx.actor.member_id,
        )
    )
    deal.stage_id, deal.pipeline_id = stage.id, stage.pipeline_id
    deal.stage_entered_at = ctx.now


def enter(ctx: Ctx, deal: Deal, stage: Stage) -> None:
    """Put a locked deal into a stage, with everything that follows from the stage's kind."""
    if deal.stage_id == stage.id:
        return
    put_elsewhere(ctx, deal, stage)
    deal.closed_at = None if stage.kind is StageKind.OPEN else ctx.now
    if stage.kind is not StageKind.LOST:
        deal.loss_reason_id, deal.competitor = None, ""
    if stage.kind is StageKind.WON:
        ctx.emit(DealWon(deal.id, ctx.actor.member_id))
    ctx.emit(RecordChanged("deal", deal.id))


def refuse_missing(names: Sequence[str]) -> None:
    """Refuse a deal that lacks what its new stage asks for. Raises Invalid."""
    if names:
        raise Invalid(dict.fromkeys(names, "stage_needs"))


def stage_to_enter(ctx: Ctx, stage_id: UUID) -> Stage:
    """A stage that is not removed before the transaction ends. Raises Invalid where there is none."""
    query = visible(ctx, Stage).where(Stage.id == stage_id)
    stage = ctx.session.scalars(_kept(query)).one_or_none()
    if stage is None:
        raise Invalid({"stage_id": "record_unknown"})
    return stage


def stage_of(ctx: Ctx, deal: Deal, stage_id: UUID) -> Stage:
    """A stage of the deal's own pipeline."""
    stage = stage_to_enter(ctx, stage_id)
    if stage.pipeline_id != deal.pipeline_id:
        raise Invalid({"stage_id": "choice_invalid"})
    return stage


def stage_of_kind(ctx: Ctx, deal: Deal, kind: StageKind) -> Stage:
    """The first stage of this kind in the deal's pipeline, or the one it is in. Raises Conflict("stage_missing")."""
    if stage_to_enter(ctx, deal.stage_id).kind is kind:
        return stage_to_enter(ctx, deal.stage_id)
    query = visible(ctx, Stage).where(Stage.pipeline_id == deal.pipeline_id, Stage.kind == kind)
    stage = ctx.session.scalars(_kept(query.order_by(Stage.position).limit(1))).one_or_none()
    if stage is None:
        raise Conflict("stage_missing")
    return stage


def first_stage(ctx: Ctx) -> Stage:
    """The first open stage of the first pipeline."""
    query = (
        select(Stage)
        .join(Pipeline, (Pipeline.workspace_id == Stage.workspace_id) & (Pipeline.id == Stage.pipeline_id))
        .where(
            Stage.workspace_id == ctx.workspace.id,
            Stage.archived_at.is_(None),
            Pipeline.archived_at.is_(None),
            Stage.kind == StageKind.OPEN,
        )
        .order_by(Pipeline.position, Pipeline.id, Stage.position)
        .limit(1)
    )
    stage = ctx.session.scalars(_kept(query)).one_or_none()
    if stage is None:
        raise Conflict("stage_missing")
    return stage


def _kept(query: Select[Stage]) -> Select[Stage]:
    """With a lock that others who enter the stage share, and that whoever removes it waits for."""
    return query.with_for_update(read=True, of=Stage).execution_options(populate_existing=True)
