"""Channels that belong to a record: what is typed there needs no reference."""

from uuid import UUID

from sqlalchemy import select

from core.access import Verb, load, may_touch, visible
from core.activities import SUBJECTS, load_subject
from core.context import Ctx
from core.enums import EntityType
from core.errors import Conflict, Forbidden, NotFound
from core.locks import take_turns
from core.models import ChannelLink
from core.operations import operation

CHANNELS = ("C", "G")
"""How the ids of channels begin; direct messages (D…) are nobody's record."""


def record_of(ctx: Ctx, channel: str) -> tuple[EntityType, UUID] | None:
    """The record a Slack channel belongs to; None where it has none or the actor may not see it."""
    if not channel.startswith(CHANNELS):
        return None
    found = ctx.session.scalars(visible(ctx, ChannelLink).where(ChannelLink.channel == channel)).one_or_none()
    return _subject(found) if found is not None else None


@operation("channel.link")
def link(ctx: Ctx, channel: str, entity: str, entity_id: UUID, *, instead: bool = False) -> ChannelLink:
    """Make a channel a record's. `instead`: also where it is another record's, which then has it no more.

    Raises Conflict("channel_where") outside of channels, Conflict("channel_taken", record=…) where it is another
    record's (None for one the actor may not see), Invalid for a quote, NotFound, Forbidden.
    """
    if not channel.startswith(CHANNELS):
        raise Conflict("channel_where")
    record = load_subject(ctx, entity, entity_id)
    take_turns(ctx, f"channel:{channel}")
    present = _any_link(ctx, channel)
    if present is not None:
        if _subject(present) == (EntityType(entity), entity_id):
            return present
        _make_room(ctx, present, channel, instead=instead)
    made = ChannelLink(channel=channel, by_id=ctx.actor.member_id)
    setattr(made, SUBJECTS[entity][1].key, record.id)
    ctx.add(made)
    return made


@operation("channel.unlink")
def unlink(ctx: Ctx, channel: str) -> tuple[EntityType, UUID]:
    """The channel is no record's any more; which one it was. Raises NotFound("channel_free"), Forbidden."""
    take_turns(ctx, f"channel:{channel}")
    about = record_of(ctx, channel)
    if about is None:
        raise NotFound("channel_free")
    present = _any_link(ctx, channel)
    if present is None or not may_touch(ctx, present, Verb.EDIT):
        raise Forbidden("not_yours")
    present.archived_at = ctx.now
    return about


def refuse_if_taken(ctx: Ctx, channel: str) -> None:
    """Check that a channel is free, before an earlier link of it is brought back. Raises Conflict("channel_taken")."""
    take_turns(ctx, f"channel:{channel}")
    # What this very transaction has already taken back is to be seen.
    ctx.session.flush()
    if _any_link(ctx, channel) is not None:
        raise Conflict("channel_taken", record=record_of(ctx, channel))


def _make_room(ctx: Ctx, present: ChannelLink, channel: str, *, instead: bool) -> None:
    if not instead:
        raise Conflict("channel_taken", record=record_of(ctx, channel))
    load(ctx, ChannelLink, present.id, Verb.EDIT)
    present.archived_at = ctx.now
    # Before the new link is there: the two would not fit beside each other.
    ctx.session.flush()


def _any_link(ctx: Ctx, channel: str) -> ChannelLink | None:
    """Whoever may see it: a channel has one record."""
    return ctx.session.scalars(
        select(ChannelLink).where(
            ChannelLink.workspace_id == ctx.workspace.id,
            ChannelLink.channel == channel,
            ChannelLink.archived_at.is_(None),
        )
    ).one_or_none()


def _subject(link: ChannelLink) -> tuple[EntityType, UUID]:
    for kind in (EntityType.LEAD, EntityType.ACCOUNT, EntityType.CONTACT, EntityType.DEAL):
        found: UUID | None = getattr(link, f"{kind.value}_id")
        if found is not None:
            return kind, found
    raise TypeError("a channel's link is to exactly one record")
