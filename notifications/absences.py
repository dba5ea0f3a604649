"""Who is back, and who stands in: what was kept back is told, and colleagues hear what they agreed to."""

from datetime import time
from uuid import UUID

from sqlalchemy import select

from bot.replies import Message
from bot.views import own_settings as views
from core import away, own_settings, schedules
from core.context import Ctx
from core.enums import DeliveryState
from core.i18n import Viewer
from core.models import Card, Delivery, Member
from core.mornings import MORNING
from core.queries.timed import Timed, timed_of
from notifications.claims import Claimed
from notifications.desk import Call, Composed, Desk, Skip, post, read
from notifications.plans import ForMember, Kind, StandInWord
from notifications.rules import ping_key


def back_today(ctx: Ctx, member_id: UUID) -> tuple[bool, tuple[Timed, ...]]:
    """What somebody who is back was not told today: whether their morning message is owed, else what had its hour."""
    member = ctx.session.get_one(Member, (ctx.workspace.id, member_id))
    today = away.today_of(member, ctx.now)
    if schedules.morning_ran(ctx, member.slack_user_id, today) and not had_morning(ctx, member_id):
        return True, ()
    over = [one for one in timed_of(ctx, member_id, today) if one.due_at <= ctx.now and one.day == today]
    query = select(Delivery.key).where(
        Delivery.workspace_id == ctx.workspace.id,
        Delivery.key.in_([ping_key(one) for one in over]),
        Delivery.state == DeliveryState.SKIPPED,
    )
    kept_back = set(ctx.session.scalars(query)) if over else set[str]()
    return False, tuple(one for one in over if ping_key(one) in kept_back)


def had_morning(ctx: Ctx, member_id: UUID) -> bool:
    """Whether somebody got a morning message on their own today."""
    member = ctx.session.get_one(Member, (ctx.workspace.id, member_id))
    midnight = schedules.moment(away.today_of(member, ctx.now), time.min, Viewer("", member.tz).zone)
    query = select(Card.id).where(
        Card.workspace_id == ctx.workspace.id,
        Card.entity == MORNING,
        Card.entity_id == member.id,
        Card.created_at >= midnight,
    )
    return ctx.session.scalar(query.limit(1)) is not None


def away_word(desk: Desk, delivery: Claimed) -> Composed:
    """To who is away as their Slack status says: what follows, and how to say otherwise."""
    about = read(ForMember, delivery)
    ctx = desk.as_member(about.member_id)
    if ctx is None:
        return Skip("The person is not here any more.")
    shown = own_settings.standing(ctx)
    if shown.status_until is None:
        return Skip("The status says something else by now.")
    message = views.by_status(shown, ctx.today.date(), ctx.viewer)
    return Call(Kind.AWAY, post(ctx.actor.slack_user_id, message, delivery.id))


def stand_in_word(desk: Desk, delivery: Claimed) -> Composed:
    """To a colleague that they were named, or are not needed any more; to who is away, and their manager, that nobody
    stands in, or somebody does after all.
    """
    about = read(StandInWord, delivery)
    ctx, member, named = desk.as_member(about.reader_id), desk.member(about.member_id), desk.member(about.delegate_id)
    if ctx is None or member is None or named is None:
        return Skip("The person is not here any more.")
    if about.gone:
        word = _gone(ctx, about, member, named)
    elif about.over:
        word = _over(ctx, member, named)
    else:
        word = _named(ctx, about, member, named)
    return word if isinstance(word, Skip) else Call(Kind.STAND_IN, post(ctx.actor.slack_user_id, word, delivery.id))


def _gone(ctx: Ctx, about: StandInWord, member: Member, named: Member) -> Message | Skip:
    if away.planned(member, ctx.now) is None:
        return Skip("They are back.")
    away_too = away.planned(named, ctx.now) if member.delegate_id == named.id else None
    if member.delegate_id == named.id and away_too is None:
        return Skip("They stand in again.")
    own = about.reader_id == about.member_id
    return views.gone(member.slack_user_id, named.slack_user_id, away_too, ctx.viewer, own=own)


def _over(ctx: Ctx, member: Member, named: Member) -> Message | Skip:
    here = away.planned(member, ctx.now) is None
    if member.delegate_id == named.id and not here:
        return Skip("They stand in again.")
    return views.over(member.slack_user_id, ctx.viewer, here=here)


def _named(ctx: Ctx, about: StandInWord, member: Member, named: Member) -> Message | Skip:
    planned = away.planned(member, ctx.now)
    if member.delegate_id != named.id or planned is None:
        return Skip("They do not stand in any more.")
    if about.again:
        own = about.reader_id == about.member_id
        return views.again(member.slack_user_id, named.slack_user_id, ctx.viewer, own=own)
    return views.asked(member.slack_user_id, *planned, member.id, ctx.viewer)
