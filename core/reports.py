"""The weekly report: who gets it, on which day, and at what hour."""

from dataclasses import dataclass
from datetime import date, time

from core import notices, schedules
from core.access import Power, require_power
from core.context import Ctx
from core.enums import ScheduleKind
from core.errors import Forbidden, Invalid
from core.events import ReportAsked
from core.notices import digest_channel, is_channel
from core.operations import operation
from core.queries.pipeline import Whose
from core.schedules import Times

FRIDAY = 4
AT = time(16)
HOURS = tuple(time(hour) for hour in range(6, 21))


@dataclass(frozen=True)
class Comes:
    """A day of the week (Monday is 0) and the hour on it, in the audience's zone."""

    weekday: int
    at: time

    @property
    def times(self) -> Times:
        """The same for a schedule."""
        return Times(self.at, 1 << self.weekday)


USUAL = Comes(FRIDAY, AT)
"""When it comes to a channel where nobody said otherwise."""


@operation("report.choose")
def choose(ctx: Ctx, audience: str, comes: Comes | None) -> None:
    """Say when an audience gets the weekly report; None for never: people for themselves, admins for the channel.

    Raises Invalid for another day or hour than there is, and for a channel that is not the digest's; Forbidden.
    """
    if is_channel(audience):
        require_power(ctx, Power.CONFIGURE)
        if audience != digest_channel(ctx):
            raise Invalid({"at": "channel_invalid"})
    elif audience != ctx.actor.slack_user_id:
        raise Forbidden("not_yours")
    if comes is None:
        schedules.switch_off(ctx, ScheduleKind.WEEKLY, audience)
        return
    if comes.at not in HOURS or comes.weekday not in range(7):
        raise Invalid({"at": "choice_invalid"})
    _put(ctx, audience, comes)


@operation("report.export")
def export(ctx: Ctx, day: date, whose: Whose, zone: str) -> None:
    """Have the report of the week a day lies in sent to the actor as a file; the worker makes and sends it.

    `zone` is the one its days end in (IANA). Raises Forbidden for the system, which nothing can be sent to.
    """
    if ctx.actor.member_id is None:
        raise Forbidden("not_yours")
    ctx.emit(ReportAsked(ctx.actor.member_id, day, whose, zone))


def follow_channel(ctx: Ctx, before: str) -> None:
    """The digest's channel was another one (empty: none): the report comes to the new one, when it came before."""
    channel = digest_channel(ctx)
    tz = str(notices.zone_of(ctx, channel))
    schedules.hand_over(ctx, ScheduleKind.WEEKLY, before, channel, tz=tz, usual=USUAL.times)


def begin(ctx: Ctx) -> None:
    """Let it come to the digest's channel where nobody ever said anything of it: that is older than the report."""
    channel = digest_channel(ctx)
    if channel and not schedules.is_known(ctx, ScheduleKind.WEEKLY, channel):
        _put(ctx, channel, USUAL)


def chosen(ctx: Ctx, audience: str) -> Comes | None:
    """When an audience gets the report; None for never."""
    found = schedules.chosen(ctx, ScheduleKind.WEEKLY, audience)
    return Comes(schedules.in_words_order(found.days)[0], found.at) if found else None


def _put(ctx: Ctx, audience: str, comes: Comes) -> None:
    schedules.put(
        ctx,
        ScheduleKind.WEEKLY,
        audience,
        at=comes.at,
        tz=str(notices.zone_of(ctx, audience)),
        days=comes.times.days,
        member_id=None if is_channel(audience) else ctx.actor.member_id,
    )
