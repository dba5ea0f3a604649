"""Reading a person's day for App Home: tasks that are due, and records they worked on last."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, Row, bindparam, select

from core.access import visible
from core.context import Ctx
from core.enums import ActivityKind, EntityType
from core.errors import NotFound
from core.models import Activity, History
from core.params import among
from core.prepared import Built, read
from core.queries.planned import hit, planned, planned_by_id
from core.queries.records import Hit, Page, hit_of

PAGE_SIZE = 8
RECENT_SHOWN = 5
CHANGES_READ = 100
"""So many of a person's last changes are looked through for different records."""
RECENT_KINDS = (EntityType.LEAD, EntityType.CONTACT, EntityType.ACCOUNT, EntityType.DEAL, EntityType.QUOTE)


FRESH = timedelta(minutes=15)
"""So long App Home offers to take back what was done last."""
OF_A_DAY = ("follow_up.set", "task.done", "task.snooze")
"""Operations by which a thing that is due is done, or put off."""


@dataclass(frozen=True)
class JustDone:
    """The follow-up or task the actor has done or put off a moment ago. `name` is a record's or a task's."""

    change_id: UUID
    ref: str
    """Empty for a task."""
    name: str
    day: date | None
    """What it was put off to; None where it is done."""


@dataclass(frozen=True)
class TaskItem:
    """A task that is due and the record it is about, None for one on no record.

    `owner` is a Slack user id where the list is several people's.
    """

    id: UUID
    subject: str
    record: Hit | None
    day: date
    today: date
    owner: str = ""
    at: time | None = None
    """The hour, where one was named."""
    done: bool = False


def tasks_due(
    ctx: Ctx, until: date, people: Collection[UUID], page: int = 0, *, name_owners: bool = False
) -> Page[TaskItem]:
    """Open tasks of some members up to and including a day, the longest overdue first, in one statement."""
    items = all_tasks_due(ctx, until, people, limit=PAGE_SIZE + 1, offset=page * PAGE_SIZE, name_owners=name_owners)
    return Page(tuple(items[:PAGE_SIZE]), page, len(items) > PAGE_SIZE)


def all_tasks_due(
    ctx: Ctx, until: date, people: Collection[UUID], *, limit: int, offset: int = 0, name_owners: bool = False
) -> list[TaskItem]:
    """The same without pages: at most `limit` of them from `offset` on."""
    rows = read(ctx, _tasks_due, until=until, people=list(people), at_most=limit, start=offset)
    return [_task(ctx, row, name_owners=name_owners) for row in rows]


def _tasks_due(ctx: Ctx) -> Built:
    theirs = among(Activity.owner_id, "people")
    return (
        planned(ctx, ActivityKind.TASK)
        .where(Activity.done_at.is_(None), Activity.due_on <= bindparam("until", type_=Date()), theirs)
        .order_by(Activity.due_on, Activity.due_time.asc().nulls_last(), Activity.id)
        .offset(bindparam("start", type_=Integer()))
        .limit(bindparam("at_most", type_=Integer()))
    )


def tasks_by_id(ctx: Ctx, ids: Collection[UUID]) -> list[TaskItem]:
    """These tasks as far as the actor may see them, done or not, in no order; one that has no day is of today."""
    return [_task(ctx, row, name_owners=True) for row in read(ctx, planned_by_id, ActivityKind.TASK, ids=list(ids))]


def _task(ctx: Ctx, row: Row[*tuple[Any, ...]], *, name_owners: bool) -> TaskItem:
    owner, today = row.owner if name_owners else "", ctx.today.date()
    done = row.done_at is not None
    return TaskItem(row.id, row.subject, hit(row), row.due_on or today, today, owner, row.due_time, done)


def recent_records(ctx: Ctx, limit: int = RECENT_SHOWN) -> tuple[Hit, ...]:
    """The records the actor changed last and may still see, the newest first."""
    query = (
        select(History.entity, History.entity_id)
        .where(History.workspace_id == ctx.workspace.id, History.actor_id == ctx.actor.member_id)
        .order_by(History.at.desc(), History.id.desc())
        .limit(CHANGES_READ)
    )
    touched = dict.fromkeys((row.entity, row.entity_id) for row in ctx.session.execute(query))
    found: list[Hit] = []
    for entity, record_id in touched:
        if len(found) == limit:
            break
        if entity in RECENT_KINDS:
            try:
                found.append(hit_of(ctx, EntityType(entity), record_id))
            except NotFound:
                continue
    return tuple(found)


def just_done(ctx: Ctx) -> JustDone | None:
    """What the actor did last, where that was to finish or put off what was due, and a moment ago."""
    query = select(History).where(
        History.workspace_id == ctx.workspace.id,
        History.actor_id == ctx.actor.member_id,
        History.at >= ctx.now - FRESH,
    )
    last = ctx.session.scalars(query.order_by(History.at.desc(), History.id.desc()).limit(1)).one_or_none()
    if last is None or last.operation not in OF_A_DAY or last.undoes is not None:
        return None
    if "done_at" in last.changes:
        return _named(ctx, last, None)
    moved = last.changes.get("due_on" if last.entity == Activity.__entity__ else "next_follow_up")
    if moved is None or moved[0] is None:  # only its hour, or it was not due before
        return None
    return _named(ctx, last, date.fromisoformat(moved[1]) if moved[1] else None)


def _named(ctx: Ctx, change: History, day: date | None) -> JustDone | None:
    """None where the actor does not see it any more."""
    if change.entity == Activity.__entity__:
        task = visible(ctx, Activity).where(Activity.id == change.entity_id).with_only_columns(Activity.subject)
        subject = ctx.session.scalar(task)
        return JustDone(change.change_id, "", subject, day) if subject else None
    try:
        record = hit_of(ctx, EntityType(change.entity), change.entity_id)
    except NotFound:
        return None
    return JustDone(change.change_id, record.ref, record.name, day)
