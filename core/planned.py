"""What is planned on a record, a task or a meeting: who may change it, and who hears that it changed."""

from uuid import UUID

from sqlalchemy import Select, select

from core.access import Owned, Verb, load, may_touch
from core.activities import SUBJECTS
from core.context import Ctx
from core.enums import ActivityKind
from core.errors import Forbidden, NotFound
from core.events import HomeChanged, RecordChanged
from core.models import Activity


def put(ctx: Ctx, record: Owned | None, activity: Activity) -> Activity:
    """Add an activity to a record, or to none."""
    if record is not None:
        setattr(activity, SUBJECTS[record.__entity__][1].key, record.id)
    ctx.add(activity)
    return activity


def load_planned(ctx: Ctx, activity_id: UUID, kind: ActivityKind) -> Activity:
    """What is planned, locked: for whose it is, and for those who may change its record. Raises NotFound, Forbidden."""
    seen = load(ctx, Activity, activity_id, Verb.SEE)
    ctx.session.refresh(seen, with_for_update=True)
    if seen.kind is not kind:
        raise Forbidden
    if seen.owner_id != ctx.actor.member_id and not may_touch(ctx, seen, Verb.EDIT):
        raise Forbidden("not_yours")
    return seen


def subject_of(activity: Activity) -> tuple[str, UUID] | None:
    """The kind and id of the record an activity is about; None for a task on no record."""
    for entity, (_, column) in SUBJECTS.items():
        found: UUID | None = getattr(activity, column.key)
        if found is not None:
            return entity, found
    return None


def record_of(ctx: Ctx, activity: Activity) -> Owned | None:
    """The record an activity is about; None for a task on no record. Raises NotFound where it may not be seen."""
    about = subject_of(activity)
    return load(ctx, SUBJECTS[about[0]][0], about[1], Verb.SEE) if about is not None else None


def record_owner(ctx: Ctx, activity: Activity) -> UUID | None:
    """Whose the record is; None for nobody's, for a task on no record, and on one that was taken back."""
    try:
        record = record_of(ctx, activity)
    except NotFound:
        return None
    return record.owner_id if record is not None else None


def open_on(ctx: Ctx, record: Owned, kind: ActivityKind, owner_id: UUID) -> Select[Activity]:
    """What somebody has planned on a record and is still to come or to be told of, to be locked."""
    column = SUBJECTS[record.__entity__][1]
    return (
        select(Activity)
        .where(
            Activity.workspace_id == ctx.workspace.id,
            column == record.id,
            Activity.kind == kind,
            Activity.owner_id == owner_id,
            Activity.done_at.is_(None),
            Activity.archived_at.is_(None),
        )
        .order_by(Activity.id)
        .with_for_update()
    )


def changed(ctx: Ctx, activity: Activity, before: UUID | None = None) -> None:
    """Cards and App Homes that show it are out of date: its record's, its owner's, and those of the owner `before`."""
    ctx.emit(RecordChanged(Activity.__entity__, activity.id))
    about = subject_of(activity)
    if about is not None:
        ctx.emit(RecordChanged(*about))
    for member_id in dict.fromkeys((before, activity.owner_id)):
        if member_id is not None:
            ctx.emit(HomeChanged(member_id))
