"""The weekly report: who gets it, on which day, and at what hour."""

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select

from core import notices, schedules
from core.access import Power, require_power
from core.context import Ctx
from core.enums import ScheduleKind
from core.errors import Forbidden, Invalid
from core.events import ReportAsked
from core.models import Schedule, WorkspaceRow
from core.notices import is_channel
from core.operations import operation
from core.queries.pipeline import Whose

FRIDAY = 4
AT = time(16)
HOURS = tuple(time(hour) for hour in range(6, 21))


@dataclass(frozen=True)
class Comes:
    """A day of the week (Monday is 0) and the hour on it, in the audience's zone."""

    weekday: int
    at: time


@operation("report.choose")
def choose(ctx: Ctx, audience: str, comes: Comes | None) -> None:
    """Say when an audience gets the weekly report; None for never: people for themselves, admins for the channel.

    Raises Invalid for another day or hour than there is, and for a channel that is not the digest's; Forbidden.
    """
    if is_channel(audience):
        require_power(ctx, Power.CONFIGURE)
        if audience != channel_of(ctx):
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


def follow_channel(ctx: Ctx) -> None:
    """The report comes to the digest's channel, Fridays at four where nobody said otherwise, and to no former one."""
    channel = channel_of(ctx)
    known = select(Schedule.audience).where(
        Schedule.workspace_id == ctx.workspace.id,
        Schedule.kind == ScheduleKind.WEEKLY,
        Schedule.member_id.is_(None),
    )
    audiences = set(ctx.session.scalars(known))
    for former in sorted(audiences - {channel}):
        schedules.switch_off(ctx, ScheduleKind.WEEKLY, former)
    if channel and channel not in audiences:
        _put(ctx, channel, Comes(FRIDAY, AT))


def chosen(ctx: Ctx, audience: str) -> Comes | None:
    """When an audience gets the report; None for never."""
    query = select(Schedule.days, Schedule.local_time).where(
        Schedule.workspace_id == ctx.workspace.id,
        Schedule.kind == ScheduleKind.WEEKLY,
        Schedule.audience == audience,
        Schedule.next_due_at.is_not(None),
    )
    row = ctx.session.execute(query).one_or_none()
    return Comes(schedules.in_words_order(row.days)[0], row.local_time) if row else None


def channel_of(ctx: Ctx) -> str:
    """The channel it comes to; empty for none."""
    query = select(WorkspaceRow.digest_channel).where(WorkspaceRow.workspace_id == ctx.workspace.id)
    return ctx.session.scalars(query).one()


def _put(ctx: Ctx, audience: str, comes: Comes) -> None:
    schedules.put(
        ctx,
        ScheduleKind.WEEKLY,
        audience,
        at=comes.at,
        tz=str(notices.zone_of(ctx, audience)),
        days=1 << comes.weekday,
        member_id=None if is_channel(audience) else ctx.actor.member_id,
    )
