"""Deliveries of the daily digest: the message, and below it, in its thread, the names behind its numbers."""

from bot.views import digests as views
from core import away, digests, schedules
from core.context import Ctx
from core.notices import digest_channel, is_channel
from notifications.claims import Claimed
from notifications.desk import Call, Composed, Desk, Skip, post, read
from notifications.plans import DigestRun, Kind, Plan

QUIET = Skip("Nothing changed.")
GONE = Skip("It does not come there any more.")
AWAY = Skip("The person is away.")


def digest(desk: Desk, delivery: Claimed) -> Composed:
    """What changed since the last one; nothing where nothing did."""
    about = read(DigestRun, delivery)
    ctx = reader(desk, about.audience)
    if ctx is None:
        return GONE
    if away.standing(ctx) is not None:
        schedules.hold(ctx, about.schedule_id, about.day)
        return AWAY
    data = digests.digest(ctx, about.schedule_id, about.day)
    if data is None:
        return QUIET
    message = views.message(data, about.audience, ctx.viewer)
    return Call(Kind.DIGEST, post(about.audience, message, delivery.id))


def details(desk: Desk, delivery: Claimed) -> Composed:
    """The names behind its numbers."""
    about = read(DigestRun, delivery)
    ctx = reader(desk, about.audience)
    if ctx is None:
        return GONE
    data = digests.digest(ctx, about.schedule_id, about.day)
    if data is None:
        return QUIET
    message = views.details(data, digests.details(ctx, data), ctx.viewer)
    return Call(Kind.DIGEST_DETAILS, post(about.channel, message, delivery.id, thread=about.thread))


def details_plan(delivery: Claimed, channel: str, ts: str) -> Plan:
    """The thread below a digest that was posted."""
    return thread_plan(delivery, channel, ts, Kind.DIGEST_DETAILS)


def thread_plan(delivery: Claimed, channel: str, ts: str, kind: Kind) -> Plan:
    """What is said in the thread of what a run posted: once for each run."""
    run = read(DigestRun, delivery)
    about = DigestRun(run.schedule_id, run.day, run.audience, channel, ts)
    return Plan(f"{kind.value}:{run.schedule_id}:{run.day.isoformat()}", lane_of(run.audience), kind, about)


def lane_of(audience: str) -> str:
    """A channel's own, for the pace Slack asks for there; a person's must not wait for what they were told before."""
    return audience if is_channel(audience) else f"digest:{audience}"


def reader(desk: Desk, audience: str) -> Ctx | None:
    """With whose rights: a person's own; in a channel those of the workspace, as an admin chose to post it there.

    What is a record's people's own (contact details, notes, the timeline) is in no digest.
    """
    ctx = desk.audience(audience)
    if ctx is None or (is_channel(audience) and digest_channel(ctx) != audience):
        return None
    return ctx
