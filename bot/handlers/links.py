"""Channels that belong to a record, and links to records."""

import html
from uuid import UUID

from bot.commands import CommandCall
from bot.dispatch import Request, command, on, on_event
from bot.payloads import EventBody
from bot.replies import Message, Replace, Reply, Say, Unfurl
from bot.resolving import record_here
from bot.routes import LinkChannel, ShowLink, UnlinkChannel
from bot.views import links as views
from bot.views import records as record_views
from core import channels, links
from core.context import Ctx
from core.enums import EntityType, Visibility
from core.errors import Conflict, NotFound
from core.queries.history import anything_changed
from core.queries.records import SEARCHABLE, Hit, card_of, hit_of, search, similar

HITS = 6
UNFURLS = 5
"""Cards below one message; Slack itself shows no more than five."""


@command("crm", "link", arguments="[REF]", summary="Make this channel a record's, so that commands need no reference")
def link_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/crm link D-7`, `/crm link acme rollout`."""
    words = html.unescape(call.text).strip()
    if not call.channel_id.startswith(channels.CHANNELS):
        raise Conflict("channel_where")
    if not words:
        return Say(views.whose_channel(record_here(ctx, call.channel_id), call.channel_id, ctx.viewer))
    found = [hit for hit in search(ctx, words, SEARCHABLE, HITS) if hit.entity is not EntityType.QUOTE]
    if not found:
        return _nearly(ctx, words)
    if len(found) > 1:
        return Say(record_views.hits(found, words, ctx.viewer))
    return Say(_link(ctx, call.channel_id, found[0]))


@command("crm", "unlink", summary="This channel is no record's any more")
def unlink_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/crm unlink`."""
    return Say(_unlink(ctx, call.channel_id))


@on(LinkChannel)
def link_channel(ctx: Ctx, route: LinkChannel, request: Request) -> Reply:
    """The button of a card; and the answer to the question whether to take it away from another record."""
    record = hit_of(ctx, EntityType(route.entity), route.entity_id)
    if not route.instead:
        return Say(_link(ctx, request.channel_id, record))
    channels.link(ctx, request.channel_id, route.entity, route.entity_id, instead=True)
    return Replace(views.linked(record, request.channel_id, ctx.change_id, ctx.viewer, anew=True))


@on(UnlinkChannel)
def unlink(ctx: Ctx, _route: UnlinkChannel, request: Request) -> Reply:
    """The button."""
    return Replace(_unlink(ctx, request.channel_id))


@command("crm", "url", arguments="[REF]", summary="The link of a record, to paste anywhere in Slack")
def url_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/crm url D-7`, or without a reference in the record's channel."""
    words = html.unescape(call.text).strip()
    here = record_here(ctx, call.channel_id) if not words else None
    found = [here] if here is not None else search(ctx, words, SEARCHABLE, HITS)
    if not words and not found:
        raise NotFound("link_what")
    if not found:
        return _nearly(ctx, words)
    if len(found) > 1:
        return Say(record_views.hits(found, words, ctx.viewer))
    return Say(_link_of(ctx, found[0]))


@on(ShowLink)
def show_link(ctx: Ctx, route: ShowLink, _request: Request) -> Reply:
    """The three dots of a card."""
    return Say(_link_of(ctx, hit_of(ctx, EntityType(route.entity), route.entity_id)))


def _nearly(ctx: Ctx, words: str) -> Reply:
    """Records called nearly that, to choose from. Raises NotFound where there are none either."""
    near = similar(ctx, words, limit=HITS)
    if not near:
        raise NotFound
    return Say(record_views.similar_hits(near, words, ctx.viewer))


def _link_of(ctx: Ctx, record: Hit) -> Message:
    if not ctx.site:
        raise Conflict("no_site")
    return views.link_of(record, links.url_of(ctx.site, record.entity, record.id), ctx.viewer)


@on_event("link_shared")
def link_shared(ctx: Ctx, event: EventBody) -> Reply:
    """Somebody pasted links to records: a card each, with only what everybody who reads it there may see."""
    cards: dict[str, Message] = {}
    open_to_all = ctx.workspace.visibility is Visibility.ALL and not event.is_ext_shared_channel
    for shared in event.links[:UNFURLS]:
        about = links.record_in(ctx.site, shared.url)
        if about is not None and _hit(ctx, *about) is not None:
            card = card_of(ctx, *about) if open_to_all else None
            cards[shared.url] = views.unfurled(about[0], about[1], card, ctx.viewer)
    return Unfurl(cards)


def _link(ctx: Ctx, channel: str, record: Hit) -> Message:
    """Link it; ask first where it is another record's."""
    try:
        channels.link(ctx, channel, record.entity.value, record.id)
    except Conflict as conflict:
        if conflict.code != "channel_taken":
            raise
        return views.relink(record, record_here(ctx, channel), channel, ctx.viewer)
    return views.linked(record, channel, ctx.change_id, ctx.viewer, anew=anything_changed(ctx))


def _unlink(ctx: Ctx, channel: str) -> Message:
    about = channels.unlink(ctx, channel)
    return views.unlinked(_hit(ctx, *about), channel, ctx.change_id, ctx.viewer)


def _hit(ctx: Ctx, kind: EntityType, record_id: UUID) -> Hit | None:
    try:
        return hit_of(ctx, kind, record_id)
    except NotFound:  # taken back since
        return None
