"""Changes to many records at once: asked for here, done by the worker in pieces, taken back as one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core import jobs, leads, meetings, tags, undo
from core.access import Verb, load
from core.administration import merging, people, removal
from core.context import Clock, Ctx
from core.emails import mailings
from core.enums import BulkState, EmailState, EntityType, LeadStatus
from core.errors import Busy, Conflict, DomainError, Invalid, NotFound
from core.events import RecordChanged
from core.jobs import ASSIGN, AT_ONCE, HAND_OVER, MERGE, OPEN, REMOVE_PIPELINE, REMOVE_STAGE, STATUS, TAG, UNDO, UNTAG
from core.members import owner_from_slack
from core.models import BulkJob, Deal, History, Lead, Member
from core.operations import operation
from core.queries.records import hit_of
from core.workspaces import member_ctx

CHUNK = 25
"""Records of one transaction: nobody waits long for one of them."""
MOST = 500
"""Records chosen from a list for one bulk change."""
PIECE = 100
"""Records of one transaction where each is changed in the same simple way."""
SOURCE = "list"
UNCHANGED = "unchanged"
"""Where a job keeps how many of its records were so already."""
WHY = "why"
"""Where a job keeps what it was stopped by."""
Step = Callable[[Ctx, Mapping[str, str], int], tuple[int, bool]]
"""Does so many more records of a job: how many there were, and whether those were the last."""
STEPS: Mapping[str, Step] = MappingProxyType(
    {
        REMOVE_STAGE: removal.go_on_with_stage,
        REMOVE_PIPELINE: removal.go_on_with_pipeline,
        HAND_OVER: people.go_on_handing_over,
        MERGE: merging.go_on_merging,
    }
)
"""Changes that go on until nothing is left to change, however much that is."""
_MODELS: dict[EntityType, type[Lead | Deal]] = {EntityType.LEAD: Lead, EntityType.DEAL: Deal}

NOT_SENT = (EmailState.HELD, EmailState.FAILED, EmailState.STOPPED, EmailState.UNKNOWN)
"""States of a mail that did not leave, or of which nobody knows whether it did."""


@dataclass(frozen=True)
class Progress:
    """How far a bulk change is; `done` counts what was skipped, and what was so already, too."""

    job_id: UUID
    kind: str
    entity: EntityType
    done: int
    skipped: int
    total: int
    state: BulkState
    code: str = ""
    """Why it was stopped: a code of core.errors."""
    why: Mapping[str, object] = field(default_factory=dict)
    """What that code is told with, as far as it is known: `who` changed which `field` of the record `ref`, and `at`."""
    name: str = ""
    """What was removed or merged, who left, or the template of a mailing."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Of a mailing: how many did not get it, by reason (core.emails.mailings)."""
    ends_at: datetime | None = None
    """About when a mailing will be done (aware, UTC)."""
    unchanged: int = 0
    """How many were so already."""
    mails: Mapping[EmailState, int] = field(default_factory=dict)
    """Of a mailing: how its mails stand."""

    @property
    def changed(self) -> int:
        """How many records are other than before."""
        return self.done - self.skipped - self.unchanged

    @property
    def sent(self) -> int:
        """Of a mailing: how many mails left or are about to."""
        return self.done - self.skipped - sum(self.mails.get(state, 0) for state in NOT_SENT)


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
    params = {"value": _checked(ctx, entity, kind, value)}
    return jobs.put(ctx, kind, entity, params, len(chosen), ids=chosen)


@operation("bulk.undo")
def start_undo(ctx: Ctx, job_id: UUID) -> BulkJob:
    """Ask for a bulk change of the actor's own to be taken back as one.

    Raises NotFound, Conflict("bulk_running"), Conflict("undo_already"), Conflict("undo_too_late").
    """
    return _undo_job(ctx, _own(ctx, job_id, lock=True))


@operation("undo")
def take_back(ctx: Ctx, change_id: UUID) -> list[tuple[str, UUID]] | None:
    """Undo a change, whoever made it and however many records it concerns: which those are, as core.undo.undo says.

    None where there are so many that the worker undoes it; the actor is told how that goes. Raises what core.undo.undo
    does, and Conflict("bulk_running").
    """
    job = ctx.session.scalars(_jobs(ctx).where(BulkJob.change_id == change_id).with_for_update()).one_or_none()
    if job is not None and job.undoes is None:
        _undo_job(ctx, job)
        return None
    records = select(History.entity_id, History.at).where(
        History.workspace_id == ctx.workspace.id, History.change_id == change_id
    )
    found = ctx.session.execute(records.limit(AT_ONCE + 1)).all()
    if len(found) <= AT_ONCE or ctx.actor.member_id is None:
        return undo.undo(ctx, change_id)
    if not undo.can_undo(ctx, found[0].at):
        raise Conflict("undo_too_late")
    _refuse_undone(ctx, change_id)
    distinct = select(func.count(History.entity_id.distinct())).where(
        History.workspace_id == ctx.workspace.id, History.change_id == change_id
    )
    total = ctx.session.execute(distinct).scalar_one()
    jobs.put(ctx, UNDO, EntityType.LEAD, {}, total, undoes=change_id)
    return None


def _undo_job(ctx: Ctx, job: BulkJob) -> BulkJob:
    """Ask for the change that a job made to be taken back; one that was stopped half-way as well."""
    if job.state in OPEN or job.undoes is not None:
        raise Conflict("bulk_running")
    if job.kind == jobs.MAIL:
        raise Conflict("mail_left")
    _refuse_undone(ctx, job.change_id)
    if not undo.can_undo(ctx, job.created_at):
        raise Conflict("undo_too_late")
    changed = max(job.done - job.skipped - _unchanged(job), 1)
    return jobs.put(ctx, UNDO, EntityType(job.entity), {}, changed, undoes=job.change_id)


def _refuse_undone(ctx: Ctx, change_id: UUID) -> None:
    query = _jobs(ctx).where(BulkJob.undoes == change_id, BulkJob.state != BulkState.STOPPED)
    if ctx.session.scalars(query.limit(1)).one_or_none() is not None:
        raise Conflict("undo_already")


def progress(ctx: Ctx, job_id: UUID) -> Progress:
    """How far a bulk change of the actor's own is. Raises NotFound."""
    job = _own(ctx, job_id)
    entity, code = EntityType(job.entity), str(job.params.get("code", ""))
    name = str(job.params.get("name", ""))
    if job.kind != jobs.MAIL:
        counts = (job.done, job.skipped, job.total)
        why = _why(job)
        return Progress(job.id, job.kind, entity, *counts, job.state, code, why, name, unchanged=_unchanged(job))
    left_out, ends_at = dict(job.params["left_out"]), mailings.ends_at(job, ctx.now)
    return Progress(
        job.id,
        job.kind,
        entity,
        job.done,
        job.skipped,
        job.total,
        job.state,
        code,
        {},
        name,
        left_out,
        ends_at,
        mails=mailings.mails_by_state(ctx, job),
    )


def advance(session: Session, clock: Clock, workspace_id: UUID) -> UUID | None:
    """Do the next piece of the oldest waiting bulk change, as the member who asked for it; the change's id.

    None where nothing waits, or another worker is at it: the lock of its row is the lease, and what was done is
    counted in the same transaction, so that a worker that dies leaves nothing to be done twice.
    """
    here = (BulkJob.workspace_id == workspace_id, BulkJob.state.in_(OPEN), jobs.due(clock.now()))
    query = select(BulkJob).where(*here).order_by(BulkJob.id).limit(1)
    job = session.scalars(query.with_for_update(skip_locked=True)).one_or_none()
    if job is None:
        return None
    ctx = member_ctx(session, clock, workspace_id, job.member_id, SOURCE)
    member = session.get_one(Member, (workspace_id, job.member_id))
    # Who hands over what was theirs has no access any more, and had it when they asked.
    if job.params.get("subject") != str(member.id) and (member.guest or not member.active):
        _stop(job, clock, "deactivated")
        return job.id
    ctx.change_id = job.change_id
    if job.undoes is not None:
        finished = _take_back(ctx, job, clock)
    elif job.kind == jobs.MAIL:
        finished = _go_on_mailing(ctx, job, clock)
    elif job.kind in STEPS:
        finished = _go_on(ctx, job, clock)
    else:
        _change_some(ctx, job)
        finished = job.done >= job.total
    if finished:
        _end(job, clock, BulkState.DONE)
    elif job.state is BulkState.WAITING:
        job.state = BulkState.RUNNING
    session.flush()
    return job.id


@operation("bulk")
def _change_some(ctx: Ctx, job: BulkJob) -> None:
    part = job.ids[job.done : job.done + CHUNK]
    unchanged = 0
    for record_id in part:
        try:
            with ctx.session.begin_nested():
                unchanged += not _change(ctx, job, UUID(record_id))
        except Busy:
            raise
        except DomainError:
            # Gone, closed or not theirs to change: the others are done all the same.
            job.skipped += 1
    job.done += len(part)
    job.params = {**job.params, UNCHANGED: _unchanged(job) + unchanged}


def _unchanged(job: BulkJob) -> int:
    return int(job.params.get(UNCHANGED, 0))


def _change(ctx: Ctx, job: BulkJob, record_id: UUID) -> bool:
    """Change a record; False where it was so already."""
    entity, value = EntityType(job.entity), str(job.params["value"])
    match job.kind:
        case "assign":
            return _assign(ctx, entity, record_id, value)
        case "status":
            before = load(ctx, Lead, record_id).status
            return leads.set_status(ctx, record_id, LeadStatus(value)).status is not before
        case _:
            return tags.change_tag(ctx, entity, record_id, UUID(value), on=job.kind == TAG)


def _assign(ctx: Ctx, entity: EntityType, record_id: UUID, owner: str) -> bool:
    """Like the operation for one record, but the new owner is told of all of them at once, by the worker."""
    record = load(ctx, _MODELS[entity], record_id, Verb.ASSIGN)
    owner_id = owner_from_slack(ctx, owner, "owner")
    before = record.owner_id
    if before == owner_id:
        return False
    record.owner_id = owner_id
    meetings.follow_owner(ctx, record, before)
    ctx.emit(RecordChanged(entity.value, record.id))
    return True


def _go_on(ctx: Ctx, job: BulkJob, clock: Clock) -> bool:
    """Do a piece of what goes on until nothing is left; whether that was the last."""
    params = {name: str(value) for name, value in job.params.items()}
    try:
        with ctx.session.begin_nested():
            done, finished = STEPS[job.kind](ctx, params, PIECE)
    except Busy:
        raise
    except DomainError as error:
        _stop(job, clock, "target_gone" if isinstance(error, Invalid) else error.code)
        return False
    job.done += done
    # Records that came after it was asked for are done as well.
    job.total = max(job.done, job.total) if not finished else max(job.done, 1)
    return finished


def _go_on_mailing(ctx: Ctx, job: BulkJob, clock: Clock) -> bool:
    """Send the next mail of a mailing; whether that was the last. One of which nothing leaves is stopped."""
    if mailings.failing(ctx, job):
        _stop(job, clock, "mailing_failing")
        return False
    return mailings.go_on(ctx, job)


def _take_back(ctx: Ctx, job: BulkJob, clock: Clock) -> bool:
    if job.undoes is None:
        return False
    try:
        with ctx.session.begin_nested():
            undo.undo(ctx, job.undoes)
    except Busy:
        raise
    except DomainError as error:
        _stop(job, clock, error.code)
        job.params = {**job.params, WHY: _told_with(ctx, error)}
        return False
    job.done = job.total
    return True


def _told_with(ctx: Ctx, error: DomainError) -> dict[str, str]:
    """What an undo's refusal is told with, as a job keeps it: of many records, the reader wants to know which."""
    at, record_id = error.data.get("at"), error.data.get("entity_id")
    if not isinstance(at, datetime) or not isinstance(record_id, UUID):
        return {}
    told = {"who": str(error.data["who"] or ""), "field": str(error.data["field"]), "at": at.isoformat()}
    try:
        return {**told, "ref": hit_of(ctx, EntityType(str(error.data["entity"])), record_id).ref}
    except (ValueError, NotFound):  # something that hangs on a record, such as a tag, has no reference
        return told


def _why(job: BulkJob) -> Mapping[str, object]:
    told = dict(job.params.get(WHY, {}))
    return {**told, "at": datetime.fromisoformat(told["at"])} if told else {}


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


def _jobs(ctx: Ctx) -> Select[BulkJob]:
    return select(BulkJob).where(BulkJob.workspace_id == ctx.workspace.id)


def _own(ctx: Ctx, job_id: UUID, *, lock: bool = False) -> BulkJob:
    query = _jobs(ctx).where(BulkJob.id == job_id, BulkJob.member_id == ctx.actor.member_id)
    job = ctx.session.scalars(query.with_for_update() if lock else query).one_or_none()
    if job is None:
        raise NotFound
    return job
