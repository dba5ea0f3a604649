"""Deliveries of the morning: what waits for a person and what was kept for them in one message; a channel's notices."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from uuid import UUID

from bot.replies import Message
from bot.views import kit, own_settings
from bot.views import mornings as views
from core import away, mornings, schedules
from core.context import Ctx
from core.enums import EntityType
from core.errors import NotFound
from core.models import Card
from core.notices import is_channel
from core.queries.mornings import MorningData
from notifications import notices
from notifications.absences import had_morning
from notifications.claims import Claimed
from notifications.content import intro, still_true
from notifications.desk import Call, Composed, Desk, Skip, digest, post, read
from notifications.notices import Held, Line
from notifications.plans import ForMember, Kind, Morning, NewCard, Purpose

KEPT_SHOWN = 5
"""Notices below what waits: each takes a block."""


def _card_of(member_id: UUID, slack_user_id: str) -> NewCard:
    """The card that stands for the message, so that it is edited when something in it changes."""
    return NewCard(mornings.MORNING, member_id, slack_user_id, Purpose.MORNING, member_id, None)


def _message(ctx: Ctx, data: MorningData, kept: Sequence[Line]) -> Message | None:
    """The message for the actor; None where there is nothing to say."""
    if not (data.lines or data.let_lie or kept):
        return None
    extra = notices.line_blocks(kept[:KEPT_SHOWN], ctx.viewer)
    if len(kept) > KEPT_SHOWN:
        more = ctx.viewer.nt("{n} more notice is not shown.", "{n} more notices are not shown.", len(kept) - KEPT_SHOWN)
        extra.append(kit.context(more))
    notifications = notices.settings_button(ctx.actor.slack_user_id, ctx.viewer)
    extra.append(kit.actions(own_settings.button(ctx.viewer), notifications))
    message = views.message(data, ctx.viewer, extra, notices.kept_title(len(kept), ctx.viewer) if kept else "")
    spoken = " ".join(line.text for line in kept[:KEPT_SHOWN])
    return replace(message, text=kit.cut(f"{message.text}. {spoken}", kit.TEXT_MAX)) if kept else message


def kept_notices(desk: Desk, delivery: Claimed) -> Composed:
    """What was kept for the morning of an audience."""
    about = read(Morning, delivery)
    ctx = desk.audience(about.audience)
    lines = _kept(desk, ctx, about.audience) if ctx is not None else {}
    if ctx is None or not lines:
        return Skip("There is nothing left to tell.")
    message = notices.morning_message(about.audience, list(lines.values()), ctx.viewer)
    return Call(Kind.MORNING, post(about.audience, message, delivery.id), held=tuple(lines))


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
    day = ctx.today.date()
    data = mornings.begin(ctx, day)
    kept = _kept(desk, ctx, ctx.actor.slack_user_id)
    message = _message(ctx, data, list(kept.values()))
    if message is None:
        return Skip("Nothing waits for the person.")
    card = _card_of(about.member_id, ctx.actor.slack_user_id)
    arguments = post(ctx.actor.slack_user_id, message, delivery.id)
    return Call(Kind.DAY, arguments, digest=digest(message), new_card=card, held=tuple(kept))


def now(desk: Desk, card: Card) -> Message | None:
    """A person's morning message as it stands by now; None where it is not to be edited any more."""
    ctx = desk.as_member(card.entity_id)
    if ctx is None:
        return None
    day = card.created_at.astimezone(ctx.actor.zone).date()
    kept = _kept(desk, ctx, ctx.actor.slack_user_id, schedules.moment(day, time.min, ctx.actor.zone))
    return _message(ctx, mornings.standing(ctx, day), list(kept.values()))


def _kept(desk: Desk, ctx: Ctx, audience: str, told_since: datetime | None = None) -> dict[UUID, Line]:
    """The notices that were kept for an audience's morning and still hold; the others are forgotten."""
    waiting = notices.waiting(desk.system(), audience, told_since)
    lines = {held.id: _morning_line(desk, ctx, held, audience) for held in waiting}
    notices.mark_told(desk.system(), [held_id for held_id, line in lines.items() if line is None])
    return {held_id: line for held_id, line in lines.items() if line is not None}


def _morning_line(desk: Desk, ctx: Ctx, held: Held, audience: str) -> Line | None:
    """None where it is not true any more, or not for these eyes."""
    try:
        shown = desk.content.card(ctx, EntityType(held.entity), held.entity_id, public=is_channel(audience))
    except NotFound:
        return None
    if not still_true(held.purpose, shown, ctx.actor.slack_user_id):
        return None
    text = intro(ctx.viewer, held.purpose, shown, "", holds=True)
    return Line(text, shown.ref, held.entity, held.entity_id)
