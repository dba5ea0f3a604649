"""Reading tags: those of a record, and those there are."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, func

from core.access import visible
from core.context import Ctx
from core.enums import EntityType
from core.models import Tag, Tagging
from core.normalise import name_text
from core.tags import NEW_TAG

OFFERED = 30


@dataclass(frozen=True)
class TagRow:
    """A tag."""

    id: UUID
    name: str


def tags_of(ctx: Ctx, entity: EntityType, record_id: UUID) -> tuple[TagRow, ...]:
    """The tags of a record the actor sees, by name."""
    column = getattr(Tagging, f"{entity.value}_id")
    query = (
        visible(ctx, Tag)
        .join(Tagging, and_(Tagging.workspace_id == Tag.workspace_id, Tagging.tag_id == Tag.id))
        .where(column == record_id, Tagging.archived_at.is_(None))
        .with_only_columns(Tag.id, Tag.name)
        .order_by(func.lower(Tag.name))
    )
    return tuple(TagRow(row.id, row.name) for row in ctx.session.execute(query))


def find_tags(ctx: Ctx, words: str, limit: int = OFFERED) -> list[TagRow]:
    """Tags that contain the words; all of them for no words."""
    start = name_text(words).lower()
    query = visible(ctx, Tag).with_only_columns(Tag.id, Tag.name)
    if start:
        query = query.where(func.lower(Tag.name).contains(start, autoescape=True))
    return [TagRow(row.id, row.name) for row in ctx.session.execute(query.order_by(func.lower(Tag.name)).limit(limit))]


def tag_called(ctx: Ctx, chosen: str) -> str:
    """The name of a tag as it is chosen: its id, or `new:` and what was typed. Empty for one that is not there."""
    if chosen.startswith(NEW_TAG):
        return name_text(chosen.removeprefix(NEW_TAG))
    try:
        tag_id = UUID(chosen)
    except ValueError:
        return ""
    return ctx.session.scalar(visible(ctx, Tag).where(Tag.id == tag_id).with_only_columns(Tag.name)) or ""
