"""Deliveries of the weekly report."""

from bot.views import reports as views
from core import reports
from core.context import Ctx
from core.notices import is_channel, zone_of
from core.queries import metrics
from core.queries import reports as queries
from core.queries.pipeline import Whose
from core.queries.reports import Week, monday_of
from notifications.claims import Claimed
from notifications.desk import Call, Composed, Desk, Skip, post, read
from notifications.plans import DigestRun, Kind


def weekly(desk: Desk, delivery: Claimed) -> Composed:
    """A run's report; nothing where nothing happened. `about.day` is a day of its week."""
    about = read(DigestRun, delivery)
    ctx = _reader(desk, about.audience)
    if ctx is None:
        return Skip("It does not come there any more.")
    in_channel = is_channel(about.audience)
    whose = Whose.ALL if in_channel else metrics.usual_whose(ctx)
    data = queries.report(ctx, Week(monday_of(about.day), zone_of(ctx, about.audience), whose))
    if data.quiet:
        return Skip("Nothing happened in that week.")
    message = views.message(data, about.audience, [] if in_channel else [Whose.MINE, whose], ctx.viewer)
    return Call(Kind.WEEKLY, post(about.audience, message, delivery.id))


def _reader(desk: Desk, audience: str) -> Ctx | None:
    """With whose rights: a person's own; in a channel those of the workspace, as an admin chose to post it there."""
    ctx = desk.audience(audience)
    if ctx is None or (is_channel(audience) and reports.channel_of(ctx) != audience):
        return None
    return ctx
