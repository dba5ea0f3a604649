"""Tags: words that a team groups its records by."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from core.access import Owned, load, visible
from core.context import Ctx
from core.enums import EntityType
from core.errors import Invalid, NotFound
from core.events import RecordChanged
from core.locks import take_turns
from core.models import Tag, Tagging
from core.normalise import name_text
from core.operations import operation
from core.queries.search import NUMBERED

NEW_TAG = "new:"
"""Marks a tag that was typed and is not in the list yet."""
TAG_MAX = 40
"""Characters of a tag."""
TAGS_MAX = 20
"""Tags of one record."""


@operation("tag.set")
def set_tags(ctx: Ctx, entity: EntityType, record_id: UUID, chosen: Sequence[str]) -> Owned:
    """Give a record exactly these tags: ids, or `new:` and the words of one that is not in the list.

    Raises Invalid, NotFound, Forbidden.
    """
    record = _load(ctx, entity, record_id)
    wanted = tag_ids(ctx, chosen)
    if len(wanted) > TAGS_MAX:
        raise Invalid({"tags": "too_many_tags"})
    there = _taggings(ctx, entity, record_id)
    now = {tag_id for tag_id, one in there.items() if one.archived_at is None}
    for tag_id in now - set(wanted):
        there[tag_id].archived_at = ctx.now
    for tag_id in wanted:
        if tag_id not in now:
            _put_on(ctx, entity, record_id, tag_id, there.get(tag_id))
    if now != set(wanted):
        ctx.emit(RecordChanged(entity.value, record_id))
    return record


@operation("tag.change")
def change_tag(ctx: Ctx, entity: EntityType, record_id: UUID, tag_id: UUID, *, on: bool) -> bool:
    """Put one tag on a record, or take it off; False where it was so already. Raises NotFound, Forbidden."""
    _load(ctx, entity, record_id)
    one = _taggings(ctx, entity, record_id).get(tag_id)
    has = one is not None and one.archived_at is None
    if has == on:
        return False
    if on:
        _put_on(ctx, entity, record_id, tag_id, one)
    elif one is not None:
        one.archived_at = ctx.now
    ctx.emit(RecordChanged(entity.value, record_id))
    return True


def tag_ids(ctx: Ctx, chosen: Sequence[str]) -> list[UUID]:
    """The ids of tags that were chosen or typed, each once; typed ones are added to the list. Raises Invalid."""
    typed = [name_text(one.removeprefix(NEW_TAG)) for one in chosen if one.startswith(NEW_TAG)]
    if any(len(name) > TAG_MAX for name in typed):
        raise Invalid({"tags": "too_long"})
    try:
        known = [UUID(one) for one in chosen if not one.startswith(NEW_TAG)]
    except ValueError as error:
        raise Invalid({"tags": "choice_invalid"}) from error
    there = set(ctx.session.scalars(visible(ctx, Tag).where(Tag.id.in_(known)).with_only_columns(Tag.id)))
    if not there.issuperset(known):
        raise Invalid({"tags": "record_unknown"})
    made = [_find_or_add(ctx, name) for name in typed if name]
    return list(dict.fromkeys([*known, *made]))


def _find_or_add(ctx: Ctx, name: str) -> UUID:
    """The tag of this name, whatever its case; two who add it at once take turns."""
    take_turns(ctx, f"tag:{name.lower()}")
    query = select(Tag).where(Tag.workspace_id == ctx.workspace.id, func.lower(Tag.name) == func.lower(name))
    tag = ctx.session.scalars(query.order_by(Tag.archived_at.is_not(None), Tag.id).limit(1)).one_or_none()
    if tag is None:
        tag = Tag(name=name)
        ctx.add(tag)
        ctx.session.flush()
    tag.archived_at = None
    return tag.id


def _load(ctx: Ctx, entity: EntityType, record_id: UUID) -> Owned:
    if entity not in NUMBERED:
        raise NotFound
    return load(ctx, NUMBERED[entity], record_id)


def _taggings(ctx: Ctx, entity: EntityType, record_id: UUID) -> dict[UUID, Tagging]:
    """All that were ever put on the record, which the caller has locked."""
    column = getattr(Tagging, f"{entity.value}_id")
    query = select(Tagging).where(Tagging.workspace_id == ctx.workspace.id, column == record_id)
    return {one.tag_id: one for one in ctx.session.scalars(query)}


def _put_on(ctx: Ctx, entity: EntityType, record_id: UUID, tag_id: UUID, before: Tagging | None) -> None:
    if before is None:
        ctx.add(Tagging(tag_id=tag_id, **{f"{entity.value}_id": record_id}))
    else:
        before.archived_at = None
