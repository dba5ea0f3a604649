"""Deliveries about channels: the first post in one that was chosen, and the word that one takes no posts."""

from bot.views.channels import channel_refused, channel_tried
from core.administration.workspace import channel_uses
from core.enums import EntityType
from core.errors import NotFound
from notifications.claims import Claimed
from notifications.content import not_shared
from notifications.desk import Call, Composed, Desk, Skip, post, read
from notifications.plans import ChannelTried, Kind, NotShared


def card_not_shared(desk: Desk, delivery: Claimed) -> Composed:
    """The word to somebody whose card could not be put into a channel."""
    about = read(NotShared, delivery)
    ctx = desk.as_member(about.member_id)
    if ctx is None:
        return Skip("The person is not here any more.")
    try:
        shown = desk.content.card(ctx, EntityType(about.entity), about.entity_id, public=True)
    except NotFound:
        return Skip("The person may not see the record any more.")
    message = not_shared(ctx.viewer, shown, about.channel, about.error)
    return Call(Kind.NOT_SHARED, post(ctx.actor.slack_user_id, message, delivery.id))


def tried(desk: Desk, delivery: Claimed) -> Composed:
    """The first post in a channel that was chosen."""
    about = read(ChannelTried, delivery)
    ctx = desk.audience(about.channel)
    uses = channel_uses(ctx, about.channel) if ctx is not None else ()
    if ctx is None or not uses:
        return Skip("Another channel was chosen since.")
    chooser = desk.member(about.by_id) if about.by_id else None
    message = channel_tried(ctx.viewer, uses, chooser.slack_user_id if chooser else "")
    return Call(Kind.CHANNEL, post(about.channel, message, delivery.id), tried=about)


def refused(desk: Desk, delivery: Claimed) -> Composed:
    """The word to who chose a channel that takes no posts."""
    about = read(ChannelTried, delivery)
    ctx = desk.as_member(about.by_id) if about.by_id else None
    uses = channel_uses(ctx, about.channel) if ctx is not None else ()
    if ctx is None or not uses:
        return Skip("Another channel was chosen since.")
    message = channel_refused(ctx.viewer, uses, about.channel, about.error)
    return Call(Kind.CHANNEL_REFUSED, post(ctx.actor.slack_user_id, message, delivery.id))
