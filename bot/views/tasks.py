"""Tasks and notes in Slack: their forms, lists, and what was done; and the window that finds a record."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from bot.replies import Block, Choice, Message, Modal
from bot.routes import (
    Action,
    AssignTask,
    FindRecord,
    ListTasks,
    NewTask,
    OpenFound,
    OpenRecord,
    ReopenTask,
    SaveNote,
    SaveTask,
    SaveTaskOwner,
    SnoozeTask,
    TaskDone,
)
from bot.views import kit, people
from bot.views.activities import SNOOZES, RecordField
from bot.views.forms import Form, Person, Text
from bot.views.records import confirmation, record_choice
from bot.views.when import WhenText, due
from core.enums import EntityType
from core.i18n import Viewer
from core.normalise import NOTES_MAX, SHORT_TEXT_MAX
from core.queries.records import Hit, Page
from core.queries.tasks import TaskRow
from core.tasks import NoteInput, TaskInput
from core.when import When

SUBJECT_SHOWN = 200
NAME_SHOWN = 100


@dataclass(frozen=True)
class Draft:
    """What a form starts with. `record` is None where it is still to be chosen, `link` empty for no message."""

    text: str = ""
    link: str = ""
    record: Hit | None = None
    assignee: str = ""
    """Slack user id."""
    when: When | None = None
    nobody: str = ""
    """Whom it was to be for, as it was typed, where Slack knows nobody of that name."""


@dataclass(frozen=True)
class TypedNote:
    """The note form as it was typed."""

    entity: EntityType
    entity_id: UUID
    text: str

    def with_link(self, link: str) -> NoteInput:
        """The note, with the message it was taken from."""
        return NoteInput(self.text, link)


@dataclass(frozen=True)
class TypedTask:
    """The task form as it was typed."""

    record: tuple[EntityType, UUID] | None
    """None for a task on no record."""
    task: TaskInput

    def with_link(self, link: str) -> TaskInput:
        """The task, with the message it was taken from."""
        return replace(self.task, link=link)


def _note(record: tuple[EntityType, UUID], text: str) -> TypedNote:
    return TypedNote(*record, text)


def _task(record: tuple[EntityType, UUID] | None, **task: Any) -> TypedTask:
    return TypedTask(record, TaskInput(**task))


# Cleared, not left out: a task from a record's card starts with that record.
_ANY_RECORD = RecordField(
    "record",
    "Record",
    lookup=FindRecord,
    placeholder="Search by name or reference",
    hint="It may also stand alone.",
)
_RECORD = RecordField("record", "Record", required=True, lookup=FindRecord, placeholder="Search by name or reference")
NOTE_FORM: Form[TypedNote] = Form(
    _note, (_RECORD, Text("text", "Note", required=True, multiline=True, max_length=NOTES_MAX))
)
TASK_FORM: Form[TypedTask] = Form(
    _task,
    (
        Text("subject", "What is to be done?", required=True, max_length=SHORT_TEXT_MAX),
        _ANY_RECORD,
        WhenText("due_on", "Due", hour="due_time"),
        Person("assignee", "Who", hint="Left empty, it is yours."),
    ),
)
ASSIGN_FORM: Form[str] = Form(lambda assignee: assignee, (Person("assignee", "Who", required=True),))
FIND_FORM: Form[tuple[EntityType, UUID]] = Form(lambda record: record, (_RECORD,))


# -- windows ------------------------------------------------------------------------------------------------------


def find_modal(viewer: Viewer) -> Modal:
    """Find a record by typing."""
    blocks = FIND_FORM.blocks(viewer, {})
    return Modal(viewer.t("Find a record"), blocks, OpenFound(), viewer.t("Open"), viewer.t("Cancel"))


def note_modal(draft: Draft, viewer: Viewer) -> Modal:
    """Keep something on a record."""
    values = {"text": draft.text, **_record_value(draft)}
    title = viewer.t("Save to a record")
    blocks = [*NOTE_FORM.blocks(viewer, values), *_came_from(draft.link, viewer)]
    return Modal(title, blocks, SaveNote(draft.link), viewer.t("Save"), viewer.t("Cancel"))


def task_modal(draft: Draft, viewer: Viewer) -> Modal:
    """A new task."""
    values = {"subject": draft.text, "assignee": draft.assignee, **_record_value(draft)}
    if draft.when is not None:
        values |= {"due_on": draft.when.day, "due_time": draft.when.at}
    modal = task_form(values, draft.link, viewer)
    if not draft.nobody:
        return modal
    who = viewer.t("Nobody here is called {name}. Who is to do it?", name=kit.esc(kit.cut(draft.nobody, 80)))
    return replace(modal, blocks=[kit.section(who), *modal.blocks])


def task_form(values: Mapping[str, Any], link: str, viewer: Viewer) -> Modal:
    """The form of a new task, showing `values`."""
    blocks = [*TASK_FORM.blocks(viewer, values), *_came_from(link, viewer)]
    return Modal(viewer.t("New task"), blocks, SaveTask(link), viewer.t("Create"), viewer.t("Cancel"))


def assign_modal(task: TaskRow, viewer: Viewer) -> Modal:
    """Who is to do a task."""
    blocks = [kit.section(_subject(task)), *ASSIGN_FORM.blocks(viewer, {"assignee": task.owner})]
    return Modal(viewer.t("Assign the task"), blocks, SaveTaskOwner(task.id), viewer.t("Assign"), viewer.t("Cancel"))


def _record_value(draft: Draft) -> Mapping[str, Choice]:
    return {"record": record_choice(draft.record)} if draft.record is not None else {}


def _came_from(link: str, viewer: Viewer) -> list[Block]:
    return [kit.context(viewer.t("A link back to the <{link}|message> is kept.", link=link))] if link else []


# -- what was done ------------------------------------------------------------------------------------------------


def note_saved(record: Hit, change_id: UUID, viewer: Viewer) -> Message:
    """A note was kept."""
    text = viewer.t("Saved to {record}.", record=_named(record))
    opener = kit.button(viewer.t("Open"), OpenRecord(record.entity.value, record.id))
    return Message(text, [*confirmation(viewer, text, change_id), kit.actions(opener)])


def created(task: TaskRow, change_id: UUID, viewer: Viewer) -> Message:
    """A new task."""
    who, subject = people.owner(task.owner, viewer), _subject(task)
    if task.record is None:
        text = viewer.t("Task for {who}: {subject}.", who=who, subject=subject)
    else:
        text = viewer.t("Task for {who} on {record}: {subject}.", who=who, record=_named(task.record), subject=subject)
    return _said(text, task, change_id, viewer)


def finished(task: TaskRow, change_id: UUID, viewer: Viewer) -> Message:
    """A task that is done."""
    return _said(viewer.t("Done: {subject}.", subject=_subject(task)), task, change_id, viewer)


def reopened(task: TaskRow, change_id: UUID, viewer: Viewer) -> Message:
    """A task that is open again."""
    return _said(viewer.t("Open again: {subject}.", subject=_subject(task)), task, change_id, viewer)


def put_off(task: TaskRow, change_id: UUID, viewer: Viewer) -> Message:
    """A task with another day."""
    return _said(viewer.t("Put off: {subject}.", subject=_subject(task)), task, change_id, viewer)


def handed_over(task: TaskRow, change_id: UUID, viewer: Viewer) -> Message:
    """A task somebody else has to do now."""
    who = people.owner(task.owner, viewer)
    text = viewer.t("{subject} is for {who} to do now.", subject=_subject(task), who=who)
    return _said(text, task, change_id, viewer)


def _said(text: str, task: TaskRow, change_id: UUID, viewer: Viewer) -> Message:
    due = _due(task, viewer)
    whole = f"{text} {due}." if due and not task.done else text
    return Message(whole, [*confirmation(viewer, whole, change_id), kit.actions(*_buttons(task, viewer))])


# -- lists --------------------------------------------------------------------------------------------------------


def listing(page: Page[TaskRow], viewer: Viewer) -> Message:
    """One's own open tasks."""
    new = kit.button(viewer.t("New task"), NewTask())
    if not page.rows:
        text = viewer.t("You have no open tasks.") if not page.page else viewer.t("There are no more tasks.")
        return Message(text, [kit.section(text), kit.actions(new)])
    blocks: list[Block] = [kit.header(viewer.t("Your tasks"))]
    for task in page.rows:
        blocks += task_line(task, viewer)
    pager: list[Block] = []
    if page.page:
        pager.append(kit.button(viewer.t("Previous"), ListTasks(page.page - 1)))
    if page.has_more:
        pager.append(kit.button(viewer.t("Next"), ListTasks(page.page + 1)))
    spoken = "; ".join(_subject(task) for task in page.rows)
    text = viewer.nt("{n} task: {names}", "{n} tasks: {names}", len(page.rows), names=spoken)
    return Message(text, [*blocks, kit.actions(*pager, new)])


def card(task: TaskRow, viewer: Viewer) -> Message:
    """One task by itself: what, for whom, and what can be done about it."""
    who = viewer.t("For {who}", who=people.owner(task.owner, viewer))
    text = viewer.t("Done: {subject}.", subject=_subject(task)) if task.done else _subject(task)
    return Message(text, task_line(task, viewer, who))


def task_line(task: TaskRow, viewer: Viewer, *facts: str) -> list[Block]:
    """A task: what, on which record, until when, and what can be done about it right here. `facts` are escaped."""
    text = "\n".join(filter(None, (f"*{_subject(task)}*", _facts(task, viewer, _due(task, viewer), *facts))))
    buttons = _buttons(task, viewer)
    return [kit.section(text), *([kit.actions(*buttons)] if buttons else [])]


def told(task: TaskRow, viewer: Viewer) -> Message:
    """One task below a line that has named it already: until when, on which record, and what can be done."""
    # It stands for days, so that Slack says the day as of each of them.
    day = viewer.slack_when(task.due_on, task.due_time) if task.due_on is not None else ""
    facts = _facts(task, viewer, viewer.t("Due {when}", when=day) if day else "")
    buttons = _buttons(task, viewer)
    blocks = [*([kit.section(facts)] if facts else []), *([kit.actions(*buttons)] if buttons else [])]
    return Message(facts or viewer.t("No day is set."), blocks or [kit.context(viewer.t("No day is set."))])


def _facts(task: TaskRow, viewer: Viewer, due: str, *facts: str) -> str:
    state = viewer.t("Done") if task.done else due
    link = f"<{task.link}|{viewer.t('Message')}>" if task.link else ""
    known = (*facts, _named(task.record) if task.record else "", state, link)
    return " · ".join(fact for fact in known if fact)


def _buttons(task: TaskRow, viewer: Viewer) -> list[Block]:
    opener: list[Block] = []
    if task.record is not None:
        route = OpenRecord(task.record.entity.value, task.record.id)
        opener = [kit.button(viewer.t("Open {ref}", ref=task.record.ref), route)]
    if not task.can_edit:
        return opener
    if task.done:
        return [kit.button(viewer.t("Not done"), ReopenTask(task.id)), *opener]
    more: list[tuple[str, Action]] = [*later(task.id, viewer), (viewer.t("Assign"), AssignTask(task.id))]
    done = kit.button(viewer.t("Done"), TaskDone(task.id), label=viewer.t("Done: {subject}", subject=task.subject))
    return [done, *opener, kit.overflow(more)]


def later(task_id: UUID, viewer: Viewer) -> list[tuple[str, Action]]:
    """What a task can be put off to, for the three dots."""
    return [(viewer.t(text), SnoozeTask(task_id, days)) for text, _, days in SNOOZES]


def _due(task: TaskRow, viewer: Viewer) -> str:
    if task.due_on is None:
        return ""
    return due(task.due_on, task.due_time, task.today, viewer)


def _subject(task: TaskRow) -> str:
    return kit.esc(kit.cut(task.subject, SUBJECT_SHOWN))


def _named(record: Hit) -> str:
    return f"{record.ref} {kit.esc(kit.cut(record.name, NAME_SHOWN))}"
