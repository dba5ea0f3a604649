"""A word at the hour something is due: planned when the hour is set, said only where it is still so by then."""

from bot.views import pings as views
from core import away
from core.queries import mornings
from core.queries.timed import timed
from notifications.claims import Claimed
from notifications.desk import Call, Composed, Desk, Skip, post, read
from notifications.plans import Kind, Ping


def ping(desk: Desk, delivery: Claimed) -> Composed:
    """What is due now; nothing where it was done, moved, given away, or its owner's clock is another by now."""
    about = read(Ping, delivery)
    now = timed(desk.system(), about.entity, about.entity_id)
    owner = desk.member(about.member_id)
    if owner is None or now is None or (now.member_id, now.due_at) != (about.member_id, about.due_at):
        return Skip("It is not due any more, or not then.")
    hears = owner if away.last_day_of(owner, desk.clock.now()) is None else away.stand_in_of(desk.system(), owner)
    if hears is None or not hears.pings_on:
        return Skip("The person is away, or does not want to hear of it.")
    ctx = desk.as_member(hears.id)
    lines = mornings.lines_of(ctx, [(about.entity, about.entity_id, now.day)]) if ctx is not None else []
    if ctx is None or not lines or lines[0].done:
        return Skip("It is not due any more, or not then.")
    if lines[0].meeting is not None and lines[0].meeting.over:
        return Skip("The meeting is over; the morning asks how it went.")
    message = views.message(lines[0], now.due_at, ctx.today.date(), ctx.viewer)
    return Call(Kind.PING, post(hears.slack_user_id, message, delivery.id))
