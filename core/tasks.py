"""Tasks and notes: something to do, on a record or on none, and something worth keeping on one."""

from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from core import follow_ups, planned
from core.access import Owned, Verb, may
from core.activities import load_subject
from core.context import Ctx
from core.enums import ActivityKind
from core.errors import Invalid
from core.events import RecordChanged, TaskGiven
from core.members import owner_from_slack
from core.models import Activity, Member
from core.normalise import NOTES_MAX, SHORT_TEXT_MAX, multiline_text, name_text
from core.operations import operation
from core.planned import load_planned, put
from core.workspaces import describe_member

LINK_MAX = 500
"""Characters of a link back to a message; longer ones are not kept."""


@dataclass(frozen=True)
class TaskInput:
    """A task as it is typed. `due_on` and `due_time` are in the assignee's own zone; `assignee` a Slack user id."""

    subject: str
    due_on: date | None = None
    assignee: str = ""
    link: str = ""
    due_time: time | None = None


@dataclass(frozen=True)
class NoteInput:
    """A note as it is typed, with the link of the message it was taken from."""

    text: str
    link: str = ""


@operation("task.create")
def create(ctx: Ctx, entity: str, entity_id: UUID | None, values: TaskInput) -> Activity:
    """Plan something to do on a record, or on none (no `entity_id`); for oneself where nobody is named.

    Who else it is for is told. Raises Invalid: without words, for a day that is over, for somebody who may not see
    the record; NotFound, Forbidden.
    """
    record = load_subject(ctx, entity, entity_id) if entity_id is not None else None
    subject = name_text(values.subject)
    assignee = owner_from_slack(ctx, values.assignee, "assignee") if values.assignee else ctx.actor.member_id
    _check(ctx, subject, values.due_on, values.due_time, assignee)
    _check_assignee(ctx, assignee, record)
    task = put(ctx, record, Activity(kind=ActivityKind.TASK, subject=subject, link=_link(values.link), at=ctx.now))
    task.owner_id, task.created_by_id = assignee, ctx.actor.member_id
    _due(task, values.due_on, values.due_time)
    planned.changed(ctx, task)
    _tell(ctx, task)
    return task


@operation("note.save")
def save_note(ctx: Ctx, entity: str, entity_id: UUID, values: NoteInput) -> Activity:
    """Keep a note on a record. Raises Invalid without words, NotFound, Forbidden."""
    record = load_subject(ctx, entity, entity_id)
    text = multiline_text(values.text)
    if not text:
        raise Invalid({"text": "required"})
    if len(text) > NOTES_MAX:
        raise Invalid({"text": "too_long"})
    note = put(ctx, record, Activity(kind=ActivityKind.NOTE, notes=text, link=_link(values.link), at=ctx.now))
    note.owner_id = ctx.actor.member_id
    ctx.emit(RecordChanged(entity, record.id))
    return note


@operation("task.done")
def done(ctx: Ctx, task_id: UUID) -> Activity:
    """Mark a task as done; one that is done stays as it is. Raises NotFound, Forbidden."""
    task = load_planned(ctx, task_id, ActivityKind.TASK)
    if task.done_at is None:
        task.done_at = ctx.now
        planned.changed(ctx, task)
    return task


@operation("task.reopen")
def reopen(ctx: Ctx, task_id: UUID) -> Activity:
    """A task was not done after all. Raises NotFound, Forbidden."""
    task = load_planned(ctx, task_id, ActivityKind.TASK)
    if task.done_at is not None:
        task.done_at = None
        planned.changed(ctx, task)
    return task


@operation("task.snooze")
def snooze(ctx: Ctx, task_id: UUID, day: date, at: time | None = None) -> Activity:
    """Put a task off to a day, and an hour on it. Raises Invalid for one that is over, NotFound, Forbidden."""
    task = load_planned(ctx, task_id, ActivityKind.TASK)
    _check(ctx, task.subject, day, at, task.owner_id)
    _due(task, day, at)
    planned.changed(ctx, task)
    return task


@operation("task.assign")
def assign(ctx: Ctx, task_id: UUID, slack_user_id: str) -> Activity:
    """Give a task to a colleague who may see its record, and tell them. Raises Invalid, NotFound, Forbidden."""
    task = load_planned(ctx, task_id, ActivityKind.TASK)
    if not slack_user_id:
        raise Invalid({"assignee": "required"})
    assignee = owner_from_slack(ctx, slack_user_id, "assignee")
    _check_assignee(ctx, assignee, planned.record_of(ctx, task))
    before, task.owner_id = task.owner_id, assignee
    planned.changed(ctx, task, before)
    if before != assignee:
        _tell(ctx, task)
    return task


def _due(task: Activity, day: date | None, at: time | None) -> None:
    """The day and its hour are set together: a day never keeps another's hour."""
    task.due_on, task.due_time = day, at if day else None


def _check(ctx: Ctx, subject: str, day: date | None, at: time | None, owner_id: UUID | None) -> None:
    problems: dict[str, str] = {}
    if not subject:
        problems["subject"] = "required"
    if len(subject) > SHORT_TEXT_MAX:
        problems["subject"] = "too_long"
    past = follow_ups.problem(ctx, day, at, owner_id=owner_id)
    if past:
        problems["due_on"] = past
    if problems:
        raise Invalid(problems)


def _check_assignee(ctx: Ctx, member_id: UUID | None, record: Owned | None) -> None:
    """A task whose record one may not see could neither be read nor done."""
    if record is None or member_id in (None, ctx.actor.member_id):
        return
    member = ctx.session.get_one(Member, (ctx.workspace.id, member_id))
    # The people around somebody are read once a transaction, for the actor; here they are the assignee's.
    around = ctx.session.info.pop("scope", None)
    try:
        sees = may(Ctx(ctx.session, ctx.workspace, describe_member(member), ctx.now), Verb.SEE, record.owner_id)
    finally:
        ctx.session.info.pop("scope", None)
        if around is not None:
            ctx.session.info["scope"] = around
    if not sees:
        raise Invalid({"assignee": "record_hidden_from_them"})


def _tell(ctx: Ctx, task: Activity) -> None:
    if task.owner_id is not None and task.owner_id != ctx.actor.member_id:
        ctx.emit(TaskGiven(task.id, task.owner_id, ctx.actor.member_id))


def _link(text: str) -> str:
    return text if text.startswith("https://") and len(text) <= LINK_MAX else ""
