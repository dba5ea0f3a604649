"""Deliveries of the weekly report."""

from bot.views import reports as views
from core import away, schedules
from core.context import Ctx
from core.notices import is_channel, zone_of
from core.queries import metrics
from core.queries import reports as queries
from core.queries.pipeline import Whose
from core.queries.reports import Week, monday_of
from notifications.claims import Claimed
from notifications.desk import Call, Composed, Desk, Skip, post, read
from notifications.digests import AWAY, GONE, reader, thread_plan
from notifications.plans import DigestRun, Kind, Plan


def weekly(desk: Desk, delivery: Claimed) -> Composed:
    """A run's report; nothing where nothing happened. `about.day` is a day of its week."""
    about = read(DigestRun, delivery)
    ctx = reader(desk, about.audience)
    if ctx is None:
        return GONE
    if away.standing(ctx) is not None:
        schedules.hold(ctx, about.schedule_id, about.day)
        return AWAY
    data = queries.report(ctx, _week(ctx, about))
    if data.quiet:
        return Skip("Nothing happened in that week.")
    choices = [] if is_channel(about.audience) else metrics.whose_choices(ctx)
    message = views.message(data, about.audience, choices, ctx.viewer, threaded=True)
    return Call(Kind.WEEKLY, post(about.audience, message, delivery.id))


def details(desk: Desk, delivery: Claimed) -> Composed:
    """What is below it: each person's week, and all that was said."""
    about = read(DigestRun, delivery)
    ctx = reader(desk, about.audience)
    if ctx is None:
        return GONE
    week = _week(ctx, about)
    message = views.details(queries.report(ctx, week), queries.by_person(ctx, week), ctx.viewer)
    if message is None:
        return Skip("There is no more to tell.")
    return Call(Kind.WEEKLY_DETAILS, post(about.channel, message, delivery.id, thread=about.thread))


def details_plan(delivery: Claimed, channel: str, ts: str) -> Plan:
    """The thread below a report that was posted."""
    return thread_plan(delivery, channel, ts, Kind.WEEKLY_DETAILS)


def _week(ctx: Ctx, about: DigestRun) -> Week:
    whose = Whose.ALL if is_channel(about.audience) else metrics.usual_whose(ctx)
    return Week(monday_of(about.day), zone_of(ctx, about.audience), whose)
