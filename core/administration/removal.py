"""Removing stages and pipelines: where their deals go, at once where they are few, else by the worker."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func

from core import deals, jobs
from core.access import Power, Verb, require_power, visible
from core.administration.naming import still_there, turn_of
from core.context import Ctx
from core.enums import EntityType, StageKind
from core.errors import Conflict, Invalid, NotFound
from core.events import RecordChanged
from core.invariants import missing_kind, other_pipeline, pipeline_turn
from core.jobs import AT_ONCE
from core.locks import take_turns
from core.models import Deal, Pipeline, Stage
from core.operations import operation


@dataclass(frozen=True)
class Moved:
    """What became of the records: how many went elsewhere at once, and how many the worker has still to move.

    Where the worker has some, the thing itself is removed once they are moved.
    """

    now: int
    later: int = 0


class Step(Protocol):
    """Where a stage's deals go: what two stages are compared by."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> StageKind: ...


Found = TypeVar("Found", bound=Step)


def counterpart(stage: Step, among: Iterable[Found]) -> Found | None:
    """The stage of another pipeline that takes a stage's deals: the one of its name, else the first of its kind."""
    alike = [one for one in among if one.kind is stage.kind]
    named = [one for one in alike if one.name.casefold() == stage.name.casefold()]
    return next(iter([*named, *alike]), None)


# -- stages -------------------------------------------------------------------------------------------------------


@operation("stage.remove")
def remove_stage(ctx: Ctx, stage_id: UUID, target_id: UUID | None) -> Moved:
    """Remove a stage and move its deals to another one of its kind.

    Raises Invalid for `target` where there are deals and it is no such stage, NotFound("removed_meanwhile"),
    Forbidden, Conflict("last_stage") for the only one of its kind, Conflict("bulk_running").
    """
    stage = _stage_to_remove(ctx, stage_id)
    jobs.refuse_twice(ctx, jobs.REMOVE_STAGE, stage.id)
    total = _count(ctx, Deal.stage_id == stage.id)
    if total:
        _target_stage(ctx, stage, target_id)
    if total > AT_ONCE:
        params = {"subject": str(stage.id), "target": str(target_id), "name": stage.name}
        jobs.put(ctx, jobs.REMOVE_STAGE, EntityType.DEAL, params, total, change_id=ctx.change_id)
        return Moved(0, later=total)
    moved, _ = _empty_stage(ctx, stage, target_id, AT_ONCE + 1)
    return Moved(moved)


@operation("stage.remove")
def go_on_with_stage(ctx: Ctx, params: Mapping[str, str], most: int) -> tuple[int, bool]:
    """A piece of `remove_stage` for the worker: how many deals were moved, and whether the stage is gone now.

    Raises what `remove_stage` does.
    """
    stage = _stage_to_remove(ctx, UUID(params["subject"]))
    return _empty_stage(ctx, stage, UUID(params["target"]), most)


def _stage_to_remove(ctx: Ctx, stage_id: UUID) -> Stage:
    """The stage, locked, with its pipeline's turn taken before it."""
    require_power(ctx, Power.CONFIGURE)
    take_turns(ctx, pipeline_turn(still_there(ctx, Stage, stage_id, Verb.SEE).pipeline_id))
    stage = still_there(ctx, Stage, stage_id)
    if missing_kind(ctx, stage.pipeline_id, without=stage.id) is not None:
        raise Conflict("last_stage")
    return stage


def _empty_stage(ctx: Ctx, stage: Stage, target_id: UUID | None, most: int) -> tuple[int, bool]:
    found = _some(ctx, Deal.stage_id == stage.id, most)
    if found:
        target = _target_stage(ctx, stage, target_id)
        _put(ctx, found, dict.fromkeys([stage.id], target), target)
    empty = len(found) < most
    if empty:
        stage.archived_at = ctx.now
    return len(found), empty


def _target_stage(ctx: Ctx, stage: Stage, target_id: UUID | None) -> Stage:
    if target_id is None:
        raise Invalid({"target": "required"})
    try:
        target = deals.stage_to_enter(ctx, target_id)
        still_there(ctx, Pipeline, target.pipeline_id, Verb.SEE)
    except (Invalid, NotFound) as error:
        raise Invalid({"target": "choice_invalid"}) from error
    if target.kind is not stage.kind or target.id == stage.id:
        raise Invalid({"target": "choice_invalid"})
    return target


# -- pipelines ----------------------------------------------------------------------------------------------------


@operation("pipeline.remove")
def remove_pipeline(ctx: Ctx, pipeline_id: UUID, target_id: UUID | None) -> Moved:
    """Remove a pipeline with its stages and move its deals to another one, each to the counterpart of its stage.

    Raises Invalid for `target` where there are deals and it is no other pipeline, NotFound("removed_meanwhile"),
    Forbidden, Conflict("last_pipeline"), Conflict("bulk_running").
    """
    pipeline = _pipeline_to_remove(ctx, pipeline_id, target_id)
    jobs.refuse_twice(ctx, jobs.REMOVE_PIPELINE, pipeline.id)
    total = _count(ctx, Deal.pipeline_id == pipeline.id)
    if total:
        _way(ctx, pipeline, target_id)
    if total > AT_ONCE:
        params = {"subject": str(pipeline.id), "target": str(target_id), "name": pipeline.name}
        jobs.put(ctx, jobs.REMOVE_PIPELINE, EntityType.DEAL, params, total, change_id=ctx.change_id)
        return Moved(0, later=total)
    moved, _ = _empty_pipeline(ctx, pipeline, target_id, AT_ONCE + 1)
    return Moved(moved)


@operation("pipeline.remove")
def go_on_with_pipeline(ctx: Ctx, params: Mapping[str, str], most: int) -> tuple[int, bool]:
    """A piece of `remove_pipeline` for the worker: how many deals were moved, and whether the pipeline is gone now.

    Raises what `remove_pipeline` does.
    """
    target_id = UUID(params["target"])
    pipeline = _pipeline_to_remove(ctx, UUID(params["subject"]), target_id)
    return _empty_pipeline(ctx, pipeline, target_id, most)


def _pipeline_to_remove(ctx: Ctx, pipeline_id: UUID, target_id: UUID | None) -> Pipeline:
    """The pipeline, locked, with the turns of pipelines and of both pipelines' stages taken before it."""
    require_power(ctx, Power.CONFIGURE)
    take_turns(ctx, turn_of(Pipeline), *(pipeline_turn(one) for one in (pipeline_id, target_id) if one))
    pipeline = still_there(ctx, Pipeline, pipeline_id)
    if not other_pipeline(ctx, pipeline.id):
        raise Conflict("last_pipeline")
    return pipeline


def _empty_pipeline(ctx: Ctx, pipeline: Pipeline, target_id: UUID | None, most: int) -> tuple[int, bool]:
    stages = _stages(ctx, pipeline.id, lock=True)
    found = _some(ctx, Deal.pipeline_id == pipeline.id, most)
    if found:
        way, otherwise = _way(ctx, pipeline, target_id)
        _put(ctx, found, way, otherwise)
    empty = len(found) < most
    if empty:
        pipeline.archived_at = ctx.now
        for stage in stages:
            stage.archived_at = ctx.now
    return len(found), empty


def _way(ctx: Ctx, pipeline: Pipeline, target_id: UUID | None) -> tuple[Mapping[UUID, Stage], Stage]:
    """Where the deals of each stage go, and where those go whose stage was removed before. Raises Invalid."""
    if target_id is None:
        raise Invalid({"target": "required"})
    try:
        target = still_there(ctx, Pipeline, target_id, Verb.SEE)
    except NotFound as error:
        raise Invalid({"target": "choice_invalid"}) from error
    targets = _stages(ctx, target.id)
    first = next((one for one in targets if one.kind is StageKind.OPEN), None)
    if target.id == pipeline.id or first is None:
        raise Invalid({"target": "choice_invalid"})
    way = {stage.id: counterpart(stage, targets) or first for stage in _stages(ctx, pipeline.id)}
    return way, first


# -- deals --------------------------------------------------------------------------------------------------------


def _stages(ctx: Ctx, pipeline_id: UUID, *, lock: bool = False) -> list[Stage]:
    query = visible(ctx, Stage).where(Stage.pipeline_id == pipeline_id).order_by(Stage.position, Stage.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return list(ctx.session.scalars(query))


def _count(ctx: Ctx, condition: ColumnElement[bool]) -> int:
    return ctx.session.execute(visible(ctx, Deal).where(condition).with_only_columns(func.count())).scalar_one()


def _some(ctx: Ctx, condition: ColumnElement[bool], most: int) -> list[Deal]:
    query = visible(ctx, Deal).where(condition).order_by(Deal.id).limit(most)
    return list(ctx.session.scalars(query.with_for_update().execution_options(populate_existing=True)))


def _put(ctx: Ctx, found: Iterable[Deal], way: Mapping[UUID, Stage], otherwise: Stage) -> None:
    for deal in found:
        deals.put_elsewhere(ctx, deal, way.get(deal.stage_id, otherwise))
        ctx.emit(RecordChanged("deal", deal.id))
