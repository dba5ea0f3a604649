"""Asking the worker for a change of more records than one transaction should hold (core.bulk does them)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update

from core.context import Ctx, new_id
from core.enums import BulkState, EntityType
from core.errors import Conflict
from core.models import BulkJob

AT_ONCE = 100
"""Records changed within the answer itself: as many as are surely done in the time Slack waits for one. More than
these are left to the worker."""
ASSIGN, STATUS, TAG, UNTAG, UNDO = "assign", "status", "tag", "untag", "undo"
REMOVE_STAGE, REMOVE_PIPELINE, HAND_OVER, MERGE = "remove_stage", "remove_pipeline", "hand_over", "merge"
MAIL = "mail"
NEXT_AT = "next_at"
"""A job's parameter: it is not worked on before this moment (`moment`)."""
OPEN = (BulkState.WAITING, BulkState.RUNNING)


def put(
    ctx: Ctx,
    kind: str,
    entity: EntityType,
    params: Mapping[str, object],
    total: int,
    *,
    ids: Sequence[UUID] = (),
    change_id: UUID | None = None,
    undoes: UUID | None = None,
) -> BulkJob:
    """Leave a change to the worker, as the actor's. `change_id`: a change that what it does belongs to as well."""
    job = BulkJob(
        kind=kind,
        entity=entity.value,
        params=dict(params),
        ids=[str(one) for one in ids],
        total=total,
        state=BulkState.WAITING,
        change_id=change_id or new_id(),
        undoes=undoes,
        member_id=ctx.actor.member_id,
        created_at=ctx.now,
    )
    ctx.add(job)
    ctx.session.flush()
    return job


def show_again(ctx: Ctx, job_id: UUID) -> None:
    """Have the message about a change that has ended edited once more: what it tells of has changed since."""
    ended = (BulkJob.workspace_id == ctx.workspace.id, BulkJob.id == job_id, BulkJob.state.not_in(OPEN))
    ctx.session.execute(update(BulkJob).where(*ended).values(lease_until=ctx.now))


def moment(at: datetime) -> str:
    """A moment (aware) as a job's parameters keep it: as texts they compare like the moments themselves."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def due(now: datetime) -> ColumnElement[bool]:
    """Which jobs may be worked on at a moment (aware)."""
    wait_until = BulkJob.params[NEXT_AT].astext
    return or_(wait_until.is_(None), wait_until <= moment(now))


def refuse_twice(ctx: Ctx, kind: str, subject: UUID) -> None:
    """Refuse what the worker is at already. Raises Conflict("bulk_running")."""
    query = select(BulkJob.id).where(
        BulkJob.workspace_id == ctx.workspace.id,
        BulkJob.state.in_(OPEN),
        BulkJob.kind == kind,
        BulkJob.params["subject"].astext == str(subject),
    )
    if ctx.session.scalar(query.limit(1)) is not None:
        raise Conflict("bulk_running")
