"""Routes of lists, of claiming, and of what is done from a list."""

from dataclasses import dataclass
from uuid import UUID

from bot.routes.base import Action
from core.lists import ListFilter


@dataclass(frozen=True)
class ShowList(Action, id="list.show"):
    """A page of leads or deals, by a filter."""

    entity: str
    chosen: ListFilter
    page: int = 0


@dataclass(frozen=True)
class ChangeList(Action, id="list.change"):
    """Set one field of the filter used last anew; without a field, all of them to the usual.

    Packed short: a message has room for few characters, and each option of its selects holds one of these.
    """

    to: str
    """Kind of record, field and value, with blanks between: `lead owner mine`."""

    @classmethod
    def of_field(cls, entity: str, name: str = "", value: str = "") -> "ChangeList":
        """The change that sets this field."""
        return cls(" ".join((entity, name, value)).rstrip())

    @property
    def parts(self) -> tuple[str, str, str]:
        """Kind of record, field and value."""
        entity, _, rest = self.to.partition(" ")
        name, _, value = rest.partition(" ")
        return entity, name, value


@dataclass(frozen=True)
class Claim(Action, id="record.claim"):
    """Take a lead or deal that nobody has."""

    entity: str
    entity_id: UUID
