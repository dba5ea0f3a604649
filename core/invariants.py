"""What has to stay true of a workspace whoever changes it, by an operation or by taking one back.

Somebody administers it, nobody is above themselves, there is a pipeline, and each pipeline has a stage to be open, won
and lost in.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from core.access import visible
from core.administration.naming import turn_of
from core.context import Ctx
from core.enums import Role, StageKind
from core.errors import Conflict
from core.locks import take_turns
from core.models import Member, Pipeline, Stage

PEOPLE = "people"
"""The turn that changes of roles and managers take, so that two of them do not each count on the other's admin."""


def pipeline_turn(pipeline_id: UUID) -> str:
    """The turn that changes of a pipeline's stages take."""
    return f"pipeline:{pipeline_id}"


def admins_left(ctx: Ctx, without: UUID | None = None) -> bool:
    """Whether anybody who may use Rapport is an admin, one member not counted."""
    query = visible(ctx, Member).where(Member.role == Role.ADMIN, Member.active, Member.guest.is_(False))
    if without is not None:
        query = query.where(Member.id != without)
    return ctx.session.scalar(query.with_only_columns(Member.id).limit(1)) is not None


def leads_to_itself(ctx: Ctx, member_id: UUID, manager_id: UUID | None) -> bool:
    """Whether the member would be their own manager, over however many others, with this one above them."""
    query = select(Member.id, Member.manager_id).where(Member.workspace_id == ctx.workspace.id)
    above = {row.id: row.manager_id for row in ctx.session.execute(query)}
    seen: set[UUID] = set()
    while manager_id is not None and manager_id not in seen:
        if manager_id == member_id:
            return True
        seen.add(manager_id)
        manager_id = above.get(manager_id)
    return False


def missing_kind(ctx: Ctx, pipeline_id: UUID, without: UUID | None = None) -> StageKind | None:
    """A kind of stage that the pipeline has none of, one stage not counted; None where all is well."""
    query = visible(ctx, Stage).where(Stage.pipeline_id == pipeline_id)
    if without is not None:
        query = query.where(Stage.id != without)
    there = set(ctx.session.scalars(query.with_only_columns(Stage.kind)))
    return next((kind for kind in StageKind if kind not in there), None)


def other_pipeline(ctx: Ctx, without: UUID | None = None) -> bool:
    """Whether there is a pipeline, one not counted."""
    query = visible(ctx, Pipeline)
    if without is not None:
        query = query.where(Pipeline.id != without)
    return ctx.session.scalar(query.with_only_columns(Pipeline.id).limit(1)) is not None


def hold(ctx: Ctx, changed: Iterable[tuple[str, UUID]]) -> None:
    """Take the turns that changes of these records (kind and id) need, before any of them is locked."""
    records = list(changed)
    stage_ids = {record_id for entity, record_id in records if entity == Stage.__entity__}
    query = select(Stage.pipeline_id).where(Stage.workspace_id == ctx.workspace.id, Stage.id.in_(stage_ids))
    keys = {pipeline_turn(found) for found in ctx.session.scalars(query)} if stage_ids else set[str]()
    if any(entity == Member.__entity__ for entity, _ in records):
        keys.add(PEOPLE)
    pipelines = [record_id for entity, record_id in records if entity == Pipeline.__entity__]
    if pipelines:
        keys |= {turn_of(Pipeline), *(pipeline_turn(one) for one in pipelines)}
    take_turns(ctx, *keys)


def check(ctx: Ctx, rows: Iterable[object]) -> None:
    """Refuse a change of these rows, already flushed, that leaves the workspace in a state it must not be in.

    Raises Conflict("last_admin"), ("manager_circle"), ("last_pipeline") or ("last_stage").
    """
    changed = list(rows)
    members = [row for row in changed if isinstance(row, Member)]
    if members and not admins_left(ctx):
        raise Conflict("last_admin")
    if any(leads_to_itself(ctx, member.id, member.manager_id) for member in members):
        raise Conflict("manager_circle")
    if any(isinstance(row, Pipeline) for row in changed) and not other_pipeline(ctx):
        raise Conflict("last_pipeline")
    for pipeline_id in {row.pipeline_id for row in changed if isinstance(row, Stage)}:
        pipeline = ctx.session.get(Pipeline, (ctx.workspace.id, pipeline_id))
        if pipeline is not None and pipeline.archived_at is None and missing_kind(ctx, pipeline_id):
            raise Conflict("last_stage")
