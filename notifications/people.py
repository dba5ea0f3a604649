"""Deliveries that concern one person: their profile, their welcome, their App Home, and what a leaver left to them."""

from bot.envelopes import home_view
from bot.views.bulk import handed_over
from core.enums import NoticeMode
from core.notices import NoticeKind
from notifications import claims, notices
from notifications.claims import Claimed
from notifications.desk import Call, Composed, Desk, Skip, post, read
from notifications.plans import ForMember, GivenWord, Kind


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


def given(desk: Desk, delivery: Claimed) -> Composed:
    """To a leaver's successor: how many records they got."""
    about = read(GivenWord, delivery)
    ctx, leaver = desk.as_member(about.reader_id), desk.member(about.leaver_id)
    if ctx is None or leaver is None:
        return Skip("The person is not here any more.")
    if leaver.active:
        return Skip("It was taken back before it was told.")
    reader = ctx.actor.slack_user_id
    match notices.mode_of(ctx, reader, NoticeKind.ASSIGNED):
        case NoticeMode.OFF:
            return Skip("They do not want to hear of it.")
        case NoticeMode.MORNING:
            notices.keep(ctx, reader, NoticeKind.ASSIGNED, notices.changed_by(ctx, about.change_id))
            return Skip("Their morning message takes it along.")
    message = handed_over(about.count, leaver.name, desk.name(about.by_id), ctx.viewer)
    return Call(Kind.GIVEN, post(reader, message, delivery.id))
