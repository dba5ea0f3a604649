"""Routes of changes to many records at once."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from bot.routes.base import Action, Lookup, Submission
from bot.routes.emails import FindTemplate
from core.lists import ListFilter


@dataclass(frozen=True)
class SelectRows(Action, id="bulk.select"):
    """Open the window that changes several records of a list."""

    entity: str
    chosen: ListFilter
    page: int = 0


@dataclass(frozen=True)
class ChooseBulk(Submission, id="bulk.choose"):
    """Which records, and what to do to them."""

    entity: str
    chosen: ListFilter
    page: int = 0


@dataclass(frozen=True)
class StartBulk(Submission, id="bulk.start"):
    """The question before it is done. Without `ids`, all records of the list are meant."""

    entity: str
    kind: str
    value: str
    chosen: ListFilter
    ids: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class StartMailing(Submission, id="bulk.mail"):
    """Which template goes to these leads, and how quickly. Without `ids`, all leads of the list are meant."""

    chosen: ListFilter
    ids: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class ChooseMailing(Action, id="bulk.mail_template"):
    """A template was chosen for a mailing: who gets it is counted."""

    lookup: ClassVar[type[Lookup] | None] = FindTemplate


@dataclass(frozen=True)
class PreviewMailing(Action, id="bulk.mail_preview"):
    """The mail as one of those who get it sees it; `page` counts them from 0."""

    chosen: ListFilter
    template_id: UUID
    ids: tuple[UUID, ...] = ()
    page: int = 0


@dataclass(frozen=True)
class StopMailing(Action, id="bulk.mail_stop"):
    """Nobody further gets a mailing."""

    job_id: UUID


@dataclass(frozen=True)
class UndoBulk(Action, id="bulk.undo"):
    """Take a bulk change back as one."""

    job_id: UUID
