"""Routes of tasks, of notes, and of the shortcuts that make them."""

from dataclasses import dataclass
from uuid import UUID

from bot.routes.base import Action, Submission


@dataclass(frozen=True)
class SearchRecords(Action, id="record.search"):
    """Open the window that finds a record."""


@dataclass(frozen=True)
class OpenFound(Submission, id="record.found"):
    """The record that was chosen there."""


@dataclass(frozen=True)
class LeadFromMessage(Action, id="message.lead"):
    """Open the form of a new lead with what a message says."""


@dataclass(frozen=True)
class NoteFromMessage(Action, id="message.note"):
    """Open the form that keeps a message on a record."""


@dataclass(frozen=True)
class TaskFromMessage(Action, id="message.task"):
    """Open the form of a new task with what a message says."""


@dataclass(frozen=True)
class SaveNote(Submission, id="note.save"):
    """The form of a note. `link` leads to the message it was taken from."""

    link: str = ""


@dataclass(frozen=True)
class NewTask(Action, id="task.new"):
    """Open the form of a new task, on a record or one still to be chosen."""

    entity: str = ""
    entity_id: UUID | None = None


@dataclass(frozen=True)
class SaveTask(Submission, id="task.save"):
    """The form of a new task. `link` leads to the message it was taken from."""

    link: str = ""


@dataclass(frozen=True)
class TaskDone(Action, id="task.done"):
    """The task is done."""

    task_id: UUID


@dataclass(frozen=True)
class ReopenTask(Action, id="task.reopen"):
    """The task was not done after all."""

    task_id: UUID


@dataclass(frozen=True)
class SnoozeTask(Action, id="task.snooze"):
    """Put the task off by some days from today."""

    task_id: UUID
    days: int


@dataclass(frozen=True)
class AssignTask(Action, id="task.assign"):
    """Ask who is to do the task."""

    task_id: UUID


@dataclass(frozen=True)
class SaveTaskOwner(Submission, id="task.save_owner"):
    """Who is to do the task."""

    task_id: UUID


@dataclass(frozen=True)
class ListTasks(Action, id="task.list"):
    """A page of one's own open tasks."""

    page: int = 0
