"""Changes to many records at once: asked for here, done by the worker in pieces, taken back as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import leads, tags, undo
from core.access import Verb, load
from core.context import Clock, Ctx, new_id
from core.enums import BulkState, EntityType, LeadStatus
from core.errors import Busy, Conflict, DomainError, Invalid, NotFound
from core.events import RecordChanged
from core.members import owner_from_slack
from core.models import BulkJob, Deal, Lead, Member
from core.operations import operation
from core.workspaces import member_ctx

CHUNK = 25
"""Records of one transaction: nobody waits long for one of them."""
MOST = 500
"""Records of one bulk change."""
ASSIGN, STATUS, TAG, UNTAG, UNDO = "assign", "status", "tag", "untag", "undo"
SOURCE = "list"
_MODELS: dict[EntityType, type[Lead | Deal]] = {EntityType.LEAD: Lead, EntityType.DEAL: Deal}


@dataclass(frozen=True)
class Progress:
    """How far a bulk change is; `done` counts what was skipped too."""

    job_id: UUID
    kind: str
    entity: EntityType
    done: int
    skipped: int
    total: int
    state: BulkState
    code: str = ""
    """Why it was stopped: a code of core.errors."""


@operation("bulk.start")
def start(ctx: Ctx, entity: EntityType, kind: str, value: str, ids: Sequence[UUID]) -> BulkJob:
    """Ask for a change of many records by the actor.

    `value` is a Slack user id (assign; empty for nobody), a lead status, or a tag (an id, or `new:` and its name).
    Raises Invalid where it cannot be used, or no record or too many are meant.
    """
    if entity not in _MODELS or ctx.actor.member_id is None:
        raise NotFound
    chosen = list(dict.fromkeys(ids))
    if not chosen:
        raise Invalid({"rows": "rows_required"})
    if len(chosen) > MOST:
        raise Invalid({"which": "too_many_records"})
    return _put(ctx, entity, kind, _checked(ctx, entity, kind, value), [str(one) for one in chosen])


@operation("bulk.undo")
def start_undo(ctx: Ctx, job_id: UUID) -> BulkJob:
    """Ask for a bulk change of the actor's own to be taken back as one.

    Raises NotFound, Conflict("bulk_running"), Conflict("undo_already"), Conflict("undo_too_late").
    """
    job = _own(ctx, job_id, lock=True)
    if job.state is not BulkState.DONE or job.undoes is not None:
        raise Conflict("bulk_running")
    query = select(BulkJob.id).where(
        BulkJob.workspace_id == ctx.workspace.id,
        BulkJob.undoes == job.change_id,
        BulkJob.state != BulkState.STOPPED,
    )
    if ctx.session.scalar(query.limit(1)) is not None:
        raise Conflict("undo_already")
    if not undo.can_undo(ctx, job.created_at):
        raise Conflict("undo_too_late")
    return _put(ctx, EntityType(job.entity), UNDO, "", job.ids, undoes=job.change_id)


def progress(ctx: Ctx, job_id: UUID) -> Progress:
    """How far a bulk change of the actor's own is. Raises NotFound."""
    job = _own(ctx, job_id)
    entity, code = EntityType(job.entity), str(job.params.get("code", ""))
    return Progress(job.id, job.kind, entity, job.done, job.skipped, job.total, job.state, code)


def advance(session: Session, clock: Clock, workspace_id: UUID) -> UUID | None:
    """Do the next piece of the oldest waiting bulk change, as the member who asked for it; the change's id.

    None where nothing waits, or another worker is at it: the lock of its row is the lease, and what was done is
    counted in the same transaction, so that a worker that dies leaves nothing to be done twice.
    """
    query = (
        select(BulkJob)
        .where(
            BulkJob.workspace_id == workspace_id,
            BulkJob.state.in_((BulkState.WAITING, BulkState.RUNNING)),
        )
        .order_by(BulkJob.id)
        .limit(1)
    )
    job = session.scalars(query.with_for_update(skip_locked=True)).one_or_none()
    if job is None:
        return None
    ctx = member_ctx(session, clock, workspace_id, job.member_id, SOURCE)
    member = session.get_one(Member, (workspace_id, job.member_id))
    if member.guest or not member.active:
        _stop(job, clock, "deactivated")
        return job.id
    ctx.change_id = job.change_id
    if job.undoes is not None:
        _take_back(ctx, job, clock)
    else:
        _change_some(ctx, job)
    if job.state is not BulkState.STOPPED and job.done >= job.total:
        _end(job, clock, BulkState.DONE)
    elif job.state is BulkState.WAITING:
        job.state = BulkState.RUNNING
    session.flush()
    return job.id


@operation("bulk")
def _change_some(ctx: Ctx, job: BulkJob) -> None:
    part = job.ids[job.done : job.done + CHUNK]
    for record_id in part:
        try:
            with ctx.session.begin_nested():
                _change(ctx, job, UUID(record_id))
        except Busy:
            raise
        except DomainError:
            # Gone, closed or not theirs to change: the others are done all the same.
            job.skipped += 1
    job.done += len(part)


def _change(ctx: Ctx, job: BulkJob, record_id: UUID) -> None:
    entity, value = EntityType(job.entity), str(job.params["value"])
    match job.kind:
        case "assign":
            _assign(ctx, entity, record_id, value)
        case "status":
            leads.set_status(ctx, record_id, LeadStatus(value))
        case _:
            tags.change_tag(ctx, entity, record_id, UUID(value), on=job.kind == TAG)


def _assign(ctx: Ctx, entity: EntityType, record_id: UUID, owner: str) -> None:
    """Like the operation for one record, but the new owner is told of all of them at once, by the worker."""
    record = load(ctx, _MODELS[entity], record_id, Verb.ASSIGN)
    owner_id = owner_from_slack(ctx, owner, "owner")
    if record.owner_id != owner_id:
        record.owner_id = owner_id
        ctx.emit(RecordChanged(entity.value, record.id))


def _take_back(ctx: Ctx, job: BulkJob, clock: Clock) -> None:
    if job.undoes is None:
        return
    try:
        with ctx.session.begin_nested():
            undo.undo(ctx, job.undoes)
    except Busy:
        raise
    except DomainError as error:
        _stop(job, clock, error.code)
    else:
        job.done = job.total


def _stop(job: BulkJob, clock: Clock, code: str) -> None:
    job.params = {**job.params, "code": code}
    _end(job, clock, BulkState.STOPPED)


def _end(job: BulkJob, clock: Clock, state: BulkState) -> None:
    job.state, job.finished_at = state, clock.now()
    # Set until its end was shown to who asked for it.
    job.lease_until = clock.now()


def _checked(ctx: Ctx, entity: EntityType, kind: str, value: str) -> str:
    """The value as it is kept. Raises Invalid."""
    if kind == ASSIGN:
        owner_from_slack(ctx, value, "owner")
        return value
    if kind == STATUS and entity is EntityType.LEAD:
        if value not in {status.value for status in leads.BY_HAND}:
            raise Invalid({"action": "choice_invalid"})
        return value
    if kind in (TAG, UNTAG):
        found = tags.tag_ids(ctx, [value]) if value else []
        if not found:
            raise Invalid({"tags": "required"})
        return str(found[0])
    raise Invalid({"action": "choice_invalid"})


def _put(ctx: Ctx, entity: EntityType, kind: str, value: str, ids: list[str], *, undoes: UUID | None = None) -> BulkJob:
    job = BulkJob(
        kind=kind,
        entity=entity.value,
        params={"value": value},
        ids=ids,
        total=len(ids),
        state=BulkState.WAITING,
        change_id=new_id(),
        undoes=undoes,
        member_id=ctx.actor.member_id,
        created_at=ctx.now,
    )
    ctx.add(job)
    ctx.session.flush()
    return job


def _own(ctx: Ctx, job_id: UUID, *, lock: bool = False) -> BulkJob:
    query = select(BulkJob).where(
        BulkJob.workspace_id == ctx.workspace.id, BulkJob.id == job_id, BulkJob.member_id == ctx.actor.member_id
    )
    job = ctx.session.scalars(query.with_for_update() if lock else query).one_or_none()
    if job is None:
        raise NotFound
    return job
