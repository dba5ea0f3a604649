"""Routes of changes to many records at once."""

from dataclasses import dataclass
from uuid import UUID

from bot.routes.base import Action, Submission
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
class UndoBulk(Action, id="bulk.undo"):
    """Take a bulk change back as one."""

    job_id: UUID
