"""Deliveries that concern one person: their profile, their welcome, their App Home."""

from bot.envelopes import home_view
from notifications import claims
from notifications.claims import Claimed
from notifications.desk import Call, Composed, Desk, Skip, post, read
from notifications.plans import ForMember, Kind


def profile(desk: Desk, delivery: Claimed) -> Composed:
    """Ask Slack who somebody is."""
    about = read(ForMember, delivery)
    member = desk.member(about.member_id)
    if member is None:
        return Skip("The person is not here any more.")
    arguments: dict[str, object] = {"user": member.slack_user_id, "include_locale": True}
    return Call(Kind.PROFILE, arguments, member_id=member.id)


def welcome(desk: Desk, delivery: Claimed) -> Composed:
    """The first message to somebody."""
    about = read(ForMember, delivery)
    ctx = desk.as_member(about.member_id)
    if ctx is None:
        return Skip("The person is not here any more.")
    message = desk.content.welcome(ctx, installer=about.installer)
    return Call(Kind.WELCOME, post(ctx.actor.slack_user_id, message, delivery.id))


def home(desk: Desk, delivery: Claimed) -> Composed:
    """Somebody's App Home as it is now."""
    about = read(ForMember, delivery)
    ctx = desk.as_member(about.member_id)
    if ctx is None:
        return Skip("The person is not here any more.")
    if claims.superseded(ctx, delivery):
        return Skip("A later one waits.")
    view = home_view(desk.content.home(ctx))
    arguments: dict[str, object] = {"user_id": ctx.actor.slack_user_id, "view": view}
    return Call(Kind.HOME, arguments, member_id=about.member_id)
