"""The stages of a pipeline: adding, changing, ordering. core.administration.removal removes them."""

from dataclasses import dataclass
from uuid import UUID

from core.access import Power, Verb, require_power, visible
from core.administration.naming import refuse_taken, still_there, to_revive, usable
from core.conflicts import refuse_changed
from core.context import Ctx
from core.enums import StageKind
from core.errors import Conflict, Invalid
from core.invariants import pipeline_turn
from core.locks import take_turns
from core.models import Pipeline, Stage
from core.operations import operation
from core.requirements import REQUIRABLE

FIELDS = ("name", "probability", "stale_days", "required_fields")
STALE_DAYS_MAX = 3650
STAGES_MAX = 20
"""Stages of one pipeline: more are no pipeline any more, and Slack shows a hundred options at most."""
CERTAIN = {StageKind.WON: 100, StageKind.LOST: 0}
"""The chance to win, in percent, that follows from what a stage means."""


@dataclass(frozen=True)
class StageInput:
    """A stage as it is typed. `kind` counts for a new one only; the probability is in percent."""

    name: str
    kind: StageKind = StageKind.OPEN
    probability: int | None = None
    stale_days: int | None = None
    required_fields: tuple[str, ...] = ()


@operation("stage.add")
def add(ctx: Ctx, pipeline_id: UUID, values: StageInput) -> Stage:
    """A new stage behind the last one of its kind; one of this name that was removed comes back.

    Raises Invalid, NotFound, Forbidden, Conflict("too_many_stages").
    """
    name = _checked(ctx, values)
    pipeline = _pipeline(ctx, pipeline_id)
    stages = _stages(ctx, pipeline.id)
    if len(stages) >= STAGES_MAX:
        raise Conflict("too_many_stages", limit=STAGES_MAX)
    stage = to_revive(ctx, Stage, name, Stage.pipeline_id == pipeline.id)
    if stage is None:
        stage = Stage(pipeline_id=pipeline.id, name=name, position=len(stages), kind=values.kind)
        ctx.add(stage)
    stage.kind = values.kind
    _fill(stage, values, name)
    after = len(stages) if stage.kind is not StageKind.OPEN else sum(one.kind is StageKind.OPEN for one in stages)
    _number([*stages[:after], stage, *stages[after:]])
    return stage


@operation("stage.edit")
def edit(ctx: Ctx, stage_id: UUID, values: StageInput, seen: UUID | None) -> Stage:
    """Change a stage. `seen` is the last change the form knew.

    Raises Invalid, NotFound, Forbidden, Conflict("edited_meanwhile").
    """
    name = _checked(ctx, values)
    stage = _stage(ctx, stage_id)
    refuse_changed(ctx, stage, seen, FIELDS)
    refuse_taken(ctx, stage, name, Stage.pipeline_id == stage.pipeline_id)
    _fill(stage, values, name)
    return stage


@operation("stage.shift")
def shift(ctx: Ctx, stage_id: UUID, *, up: bool) -> Stage:
    """Exchange a stage with its neighbour; closing stages stay behind the open ones. The first and last stay put.

    Raises NotFound, Forbidden.
    """
    require_power(ctx, Power.CONFIGURE)
    stage = _stage(ctx, stage_id)
    stages = _stages(ctx, stage.pipeline_id)
    at = next(index for index, one in enumerate(stages) if one.id == stage.id)
    other = at - 1 if up else at + 1
    if 0 <= other < len(stages) and _closes(stages[other]) == _closes(stage):
        stages[at], stages[other] = stages[other], stages[at]
        _number(stages)
    return stage


def _checked(ctx: Ctx, values: StageInput) -> str:
    require_power(ctx, Power.CONFIGURE)
    name = usable(values.name)
    problems: dict[str, str] = {}
    if values.probability is not None and not 0 <= values.probability <= 100:
        problems["probability"] = "percent_invalid"
    if values.stale_days is not None and not 1 <= values.stale_days <= STALE_DAYS_MAX:
        problems["stale_days"] = "number_out_of_range"
    if not set(values.required_fields) <= set(REQUIRABLE):
        problems["required_fields"] = "choice_invalid"
    if problems:
        raise Invalid(problems)
    return name


def _fill(stage: Stage, values: StageInput, name: str) -> None:
    """What was typed; a closing stage knows its chance itself and its deals do not grow stale."""
    stage.name = name
    if stage.kind is StageKind.OPEN:
        stage.probability = values.probability or 0
        stage.stale_days = values.stale_days
    else:
        stage.probability, stage.stale_days = CERTAIN[stage.kind], None
    # Why a deal is lost is always asked; nothing else keeps it from being lost.
    wanted = () if stage.kind is StageKind.LOST else values.required_fields
    stage.required_fields = [name for name in REQUIRABLE if name in wanted]


def _pipeline(ctx: Ctx, pipeline_id: UUID) -> Pipeline:
    """The pipeline, with the turn that changes of its stages take."""
    take_turns(ctx, pipeline_turn(pipeline_id))
    return still_there(ctx, Pipeline, pipeline_id, Verb.SEE)


def _stage(ctx: Ctx, stage_id: UUID) -> Stage:
    """The stage, locked, with its pipeline's turn taken before it."""
    _pipeline(ctx, still_there(ctx, Stage, stage_id, Verb.SEE).pipeline_id)
    return still_there(ctx, Stage, stage_id)


def _stages(ctx: Ctx, pipeline_id: UUID) -> list[Stage]:
    query = visible(ctx, Stage).where(Stage.pipeline_id == pipeline_id).order_by(Stage.position, Stage.id)
    return list(ctx.session.scalars(query.with_for_update().execution_options(populate_existing=True)))


def _number(stages: list[Stage]) -> None:
    for position, stage in enumerate(stages):
        if stage.position != position:
            stage.position = position


def _closes(stage: Stage) -> bool:
    return stage.kind is not StageKind.OPEN
