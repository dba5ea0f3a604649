"""Tasks: making, doing, putting off, giving to somebody else."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from bot.commands import CommandCall
from bot.dispatch import Request, command, on, on_submit
from bot.handlers.home import help_reply, show_home
from bot.handlers.more import expands
from bot.replies import CloseModal, Message, Modal, OpenModal, Replace, Reply, Say
from bot.resolving import record_here, record_named_in
from bot.routes import (
    AssignTask,
    ListTasks,
    NewTask,
    ReopenTask,
    SaveTask,
    SaveTaskOwner,
    SnoozeTask,
    TaskDone,
)
from bot.views import tasks as views
from bot.views.tasks import Draft, TypedTask
from core import tasks
from core.context import Ctx
from core.enums import EntityType
from core.i18n import Viewer
from core.members import find_member
from core.normalise import SHORT_TEXT_MAX
from core.queries import tasks as queries
from core.queries.records import Hit, hit_of
from core.queries.tasks import TaskRow
from core.tasks import TaskInput
from core.when import split_off
from core.workspaces import describe_member

_PERSON = re.compile(r"<@(?P<id>[UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_NOBODY = re.compile(r"(?<!\S)@[^\W\d][\w.-]*")
"""What Slack turned into no person: somebody who is not here, or a name with a mistake in it; `@3pm` is an hour."""


@command("crm", "task", arguments="[WORDS]", summary="Plan a task, on a record or on none", hidden=True)
def new_task_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/crm task`, `/crm task Send the deck`."""
    words = html.unescape(call.text).strip()[:SHORT_TEXT_MAX]
    draft = Draft(words, record=record_here(ctx, call.channel_id), assignee=ctx.actor.slack_user_id)
    return OpenModal(views.task_modal(draft, ctx.viewer))


@command("crm", "tasks", summary="Your open tasks", hidden=True)
def list_tasks_command(ctx: Ctx, _call: CommandCall) -> Reply:
    """The first page."""
    return Say(views.listing(queries.open_tasks(ctx), ctx.viewer))


@command("task", "add", arguments="WORDS [@user] [WHEN]", summary="Plan a task in one line: what, for whom, when")
def add_task(ctx: Ctx, call: CommandCall) -> Reply:
    """`/task add Call Ana about the contract @bob friday 3pm`.

    The day and hour are those of whoever has to do it; a reference among the words (L-42) is the task's record, else
    the record the channel belongs to.
    """
    person = _PERSON.search(call.text)
    words = html.unescape(_PERSON.sub(" ", call.text)).strip()
    assignee = person["id"] if person else ctx.actor.slack_user_id
    nobody = _NOBODY.search(words) if person is None else None
    if nobody is not None:
        return _asked_who(ctx, call, words, nobody)
    if not words:
        return OpenModal(
            views.task_modal(Draft(record=record_here(ctx, call.channel_id), assignee=assignee), ctx.viewer)
        )
    doer = find_member(ctx, assignee)
    now = ctx.now.astimezone(describe_member(doer).zone) if doer is not None else ctx.today
    subject, when = split_off(words, ctx.actor.locale, now)
    record = record_named_in(ctx, subject) or record_here(ctx, call.channel_id)
    task = tasks.create(
        ctx,
        record.entity.value if record else "",
        record.id if record else None,
        TaskInput(subject, when.day if when else None, assignee, due_time=when.at if when else None),
    )
    return Say(views.created(queries.task_row(ctx, task.id), ctx.change_id, ctx.viewer))


def _asked_who(ctx: Ctx, call: CommandCall, words: str, nobody: re.Match[str]) -> Reply:
    """The form, with all that was typed: a colleague's task is not given to whoever mistyped their name."""
    subject, when = split_off(_NOBODY.sub(" ", words, count=1).strip(), ctx.actor.locale, ctx.today)
    record = record_named_in(ctx, subject) or record_here(ctx, call.channel_id)
    draft = Draft(subject[:SHORT_TEXT_MAX], record=record, when=when, nobody=nobody[0])
    return OpenModal(views.task_modal(draft, ctx.viewer))


@command("task", "list", summary="Your open tasks")
def task_list(ctx: Ctx, _call: CommandCall) -> Reply:
    """The same list as `/crm tasks`."""
    return Say(views.listing(queries.open_tasks(ctx), ctx.viewer))


@command("task", "help", summary="Show what is possible")
def task_in_words(ctx: Ctx, call: CommandCall) -> Reply:
    """`/task Call Ana friday`: words that are no command are what is to be done, `help Ana with the deck` too."""
    return add_task(ctx, replace(call, text=call.whole)) if call.text else help_reply(ctx, "task")


@on(ListTasks)
def list_tasks(ctx: Ctx, route: ListTasks, _request: Request) -> Reply:
    """Another page, in place."""
    return Replace(views.listing(queries.open_tasks(ctx, route.page), ctx.viewer))


@on(NewTask)
def new_task(ctx: Ctx, route: NewTask, request: Request) -> Reply:
    """The button, on a record or elsewhere."""
    if route.entity_id is not None:
        record: Hit | None = hit_of(ctx, EntityType(route.entity), route.entity_id)
    else:
        record = record_here(ctx, request.channel_id)
    draft = Draft(record=record, assignee=ctx.actor.slack_user_id)
    return OpenModal(views.task_modal(draft, ctx.viewer))


@expands(SaveTask)
def all_fields(ctx: Ctx, route: SaveTask, request: Request) -> Modal:
    """The form as it is filled in."""
    return views.task_form(views.TASK_FORM.kept(request.state), route.link, ctx.viewer)


@on_submit(SaveTask, views.TASK_FORM)
def save_task(ctx: Ctx, route: SaveTask, typed: TypedTask) -> Reply:
    """Plan it."""
    entity, record_id = typed.record or ("", None)
    task = tasks.create(ctx, entity, record_id, typed.with_link(route.link))
    return CloseModal(views.created(queries.task_row(ctx, task.id), ctx.change_id, ctx.viewer))


@on(TaskDone)
def task_done(ctx: Ctx, route: TaskDone, request: Request) -> Reply:
    """Done; a second click changes nothing."""
    tasks.done(ctx, route.task_id)
    return _told(ctx, request, route.task_id, views.finished)


@on(ReopenTask)
def reopen_task(ctx: Ctx, route: ReopenTask, request: Request) -> Reply:
    """Not done after all."""
    tasks.reopen(ctx, route.task_id)
    return _told(ctx, request, route.task_id, views.reopened)


@on(SnoozeTask)
def snooze_task(ctx: Ctx, route: SnoozeTask, request: Request) -> Reply:
    """Some days from the person's today."""
    tasks.snooze(ctx, route.task_id, ctx.today.date() + timedelta(days=route.days))
    return _told(ctx, request, route.task_id, views.put_off)


@on(AssignTask)
def assign_task(ctx: Ctx, route: AssignTask, _request: Request) -> Reply:
    """Ask who is to do it."""
    return OpenModal(views.assign_modal(queries.task_row(ctx, route.task_id), ctx.viewer))


@on_submit(SaveTaskOwner, views.ASSIGN_FORM)
def save_task_owner(ctx: Ctx, route: SaveTaskOwner, assignee: str) -> Reply:
    """Give it to a colleague."""
    tasks.assign(ctx, route.task_id, assignee)
    return CloseModal(views.handed_over(queries.task_row(ctx, route.task_id), ctx.change_id, ctx.viewer))


def _told(ctx: Ctx, request: Request, task_id: UUID, said: Callable[[TaskRow, UUID, Viewer], Message]) -> Reply:
    """What was done, where it was done; App Home is painted anew."""
    if not request.channel_id:
        return show_home(ctx)
    return Say(said(queries.task_row(ctx, task_id), ctx.change_id, ctx.viewer))
