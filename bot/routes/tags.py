"""Routes of tags."""

from dataclasses import dataclass
from uuid import UUID

from bot.routes.base import Action, Lookup, Submission


@dataclass(frozen=True)
class EditTags(Action, id="tags.edit"):
    """Open the window with a record's tags."""

    entity: str
    entity_id: UUID


@dataclass(frozen=True)
class SaveTags(Submission, id="tags.save"):
    """A record's tags."""

    entity: str
    entity_id: UUID


@dataclass(frozen=True)
class FindTag(Lookup, id="pick.tag"):
    """Search tags, or take what was typed as a new one."""
