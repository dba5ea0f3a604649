"""Deliveries of the morning: what waits for a person and what was kept for them in one message; a channel's notices."""

from dataclasses import replace
from uuid import UUID

from bot.replies import Message
from bot.views import mornings as views
from bot.views.notices import kept_message
from core import away, mornings, schedules
from core.enums import ScheduleKind
from core.models import Card
from core.notices import is_channel
from core.queries.kept import Kept, kept_for
from notifications import claims, notices
from notifications.absences import had_morning
from notifications.claims import Claimed
from notifications.desk import Call, Composed, Desk, Skip, digest, post, read
from notifications.plans import ForMember, Kind, Morning, NewCard, Purpose
from notifications.product import for_channel

KEPT_SHOWN = 20
"""So many notices stand in a message that has nothing else."""


def _card_of(member_id: UUID, slack_user_id: str) -> NewCard:
    """The card that stands for the message, so that it is edited when something in it changes."""
    return NewCard(mornings.MORNING, member_id, slack_user_id, Purpose.MORNING, member_id, None)


def kept_notices(desk: Desk, delivery: Claimed) -> Composed:
    """What was kept for the morning of an audience."""
    about = read(Morning, delivery)
    ctx = desk.audience(about.audience)
    kept = kept_for(ctx, about.audience, KEPT_SHOWN) if ctx is not None else Kept()
    notices.mark_told(desk.system(), kept.over)
    if ctx is None or not kept.count:
        return Skip("There is nothing left to tell.")
    if is_channel(about.audience):
        public = tuple(replace(notice, card=for_channel(notice.card)) for notice in kept.shown)
        kept = replace(kept, shown=public)
    message = kept_message(about.audience, kept, ctx.viewer)
    return Call(Kind.MORNING, post(about.audience, message, delivery.id), held=kept.told)


def day_message(desk: Desk, delivery: Claimed) -> Composed:
    """Somebody's morning message; nothing where nothing waits for them."""
    about = read(ForMember, delivery)
    ctx = desk.as_member(about.member_id)
    if ctx is None:
        return Skip("The person is not here any more.")
    if away.standing(ctx) is not None:
        return Skip("The person is away.")
    if about.back and had_morning(ctx, about.member_id):
        return Skip("The person has today's message.")
    # It left late: Slack or the worker was away. The next one says all of it, and what came meanwhile.
    if claims.followed(ctx, delivery) or schedules.is_due(ctx, ScheduleKind.MORNING, ctx.actor.slack_user_id):
        return Skip("The next morning's message is due.")
    data = mornings.begin(ctx, ctx.today.date())
    notices.mark_told(desk.system(), data.kept.over)
    if data.empty:
        return Skip("Nothing waits for the person.")
    message = views.message(data, ctx.viewer)
    card = _card_of(about.member_id, ctx.actor.slack_user_id)
    arguments = post(ctx.actor.slack_user_id, message, delivery.id)
    return Call(Kind.DAY, arguments, digest=digest(message), new_card=card, held=data.kept.told)


def now(desk: Desk, card: Card) -> Message | None:
    """A person's morning message as it stands by now; None where it is not to be edited any more."""
    ctx = desk.as_member(card.entity_id)
    if ctx is None:
        return None
    day = card.created_at.astimezone(ctx.actor.zone).date()
    return views.message(mornings.standing(ctx, day), ctx.viewer)
