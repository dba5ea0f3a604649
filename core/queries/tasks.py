"""Reading tasks: those that are due, one by one, and what a message says in words."""

import re
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from core import freetext
from core.access import Verb, load, may_touch, visible
from core.context import Ctx
from core.enums import ActivityKind, EntityType
from core.errors import NotFound
from core.models import Activity, Member
from core.planned import subject_of
from core.queries.records import Hit, Page, hit_of

PAGE_SIZE = 8
_PERSON = re.compile(r"<@(?P<id>[UW][A-Z0-9]+)(?:\|[^<>]*)?>")


@dataclass(frozen=True)
class TaskRow:
    """Something to do. `owner` is a Slack user id, `link` the message it comes from, or empty.

    `record` is None for a task on none.
    """

    id: UUID
    subject: str
    record: Hit | None
    owner: str
    due_on: date | None
    done: bool
    link: str
    today: date
    can_edit: bool = True
    """Whether the reader may do it, put it off, give it to somebody."""
    entity: EntityType = EntityType.ACTIVITY
    due_time: time | None = None
    """The hour, in the owner's zone."""

    @property
    def ref(self) -> str:
        """Tasks have no number of their own: that of the record."""
        return self.record.ref if self.record else ""

    @property
    def name(self) -> str:
        """What is to be done."""
        return self.subject


def due_tasks(ctx: Ctx, until: date, page: int = 0) -> Page[TaskRow]:
    """The actor's own open tasks up to and including a day, the longest overdue first."""
    return _page(ctx, page, Activity.due_on <= until)


def open_tasks(ctx: Ctx, page: int = 0) -> Page[TaskRow]:
    """All of the actor's own open tasks, by day; those without a day last."""
    return _page(ctx, page)


def task_row(ctx: Ctx, task_id: UUID) -> TaskRow:
    """One task. Raises NotFound."""
    task = load(ctx, Activity, task_id, Verb.SEE)
    if task.kind is not ActivityKind.TASK:
        raise NotFound
    owner = ctx.session.scalar(
        select(Member.slack_user_id).where(Member.workspace_id == ctx.workspace.id, Member.id == task.owner_id)
    )
    return _row(ctx, task, owner or "")


def in_words(ctx: Ctx, text: str) -> str:
    """What a Slack message says, without Slack's markup, colleagues by their names. Empty for nothing."""
    ids = {found["id"] for found in _PERSON.finditer(text)}
    names: dict[str, str] = {}
    if ids:
        known = select(Member.slack_user_id, Member.name).where(
            Member.workspace_id == ctx.workspace.id, Member.slack_user_id.in_(ids)
        )
        names = {row.slack_user_id: row.name for row in ctx.session.execute(known)}
    return freetext.in_words(_PERSON.sub(lambda found: f"@{names.get(found['id']) or found['id']}", text))


def name_of(ctx: Ctx, slack_user_id: str) -> str:
    """A colleague's name; empty for people nobody knows here."""
    here = (Member.workspace_id == ctx.workspace.id, Member.slack_user_id == slack_user_id)
    return ctx.session.scalar(select(func.coalesce(Member.name, "")).where(*here)) or ""


def _page(ctx: Ctx, page: int, *conditions: ColumnElement[bool]) -> Page[TaskRow]:
    query = (
        visible(ctx, Activity)
        .where(
            Activity.kind == ActivityKind.TASK,
            Activity.done_at.is_(None),
            Activity.owner_id == ctx.actor.member_id,
            *conditions,
        )
        .order_by(Activity.due_on.asc().nulls_last(), Activity.due_time.asc().nulls_first(), Activity.id)
        .offset(page * PAGE_SIZE)
        .limit(PAGE_SIZE + 1)
    )
    found = list(ctx.session.scalars(query))
    rows = tuple(_row(ctx, task, ctx.actor.slack_user_id) for task in found[:PAGE_SIZE])
    return Page(rows, page, len(found) > PAGE_SIZE)


def _row(ctx: Ctx, task: Activity, owner: str) -> TaskRow:
    about = subject_of(task)
    return TaskRow(
        id=task.id,
        subject=task.subject,
        record=hit_of(ctx, EntityType(about[0]), about[1]) if about else None,
        owner=owner,
        due_on=task.due_on,
        due_time=task.due_time,
        done=task.done_at is not None,
        link=task.link,
        today=ctx.today.date(),
        can_edit=task.owner_id == ctx.actor.member_id or may_touch(ctx, task, Verb.EDIT),
    )
