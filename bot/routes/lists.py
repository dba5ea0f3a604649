"""Routes of lists, of claiming, and of what is done from a list."""

from dataclasses import dataclass
from uuid import UUID

from bot.routes.base import Action, Submission
from core.lists import ListFilter


@dataclass(frozen=True)
class ShowList(Action, id="list.show"):
    """A page of a list, by a filter."""

    entity: str
    chosen: ListFilter
    page: int = 0


@dataclass(frozen=True)
class ChangeList(Action, id="list.change"):
    """A select above a list that was shown before lists had a window to filter them in.

    `to` begins with the kind of record.
    """

    to: str


@dataclass(frozen=True)
class AskFilter(Action, id="list.filter"):
    """Ask what a list is to be filtered by."""

    entity: str
    chosen: ListFilter


@dataclass(frozen=True)
class FilterList(Submission, id="list.filtered"):
    """Show the list by what was chosen, in place of the one it was chosen for."""

    entity: str
    chosen: ListFilter
    in_window: bool = False
    """The list itself stands in this window, and not in a message."""


@dataclass(frozen=True)
class KeepFilter(Action, id="list.keep"):
    """Make this filter the person's own: what the list shows without words."""

    entity: str
    chosen: ListFilter


@dataclass(frozen=True)
class Claim(Action, id="record.claim"):
    """Take a lead or deal that nobody has."""

    entity: str
    entity_id: UUID
