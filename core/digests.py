"""The daily digest: who gets it and when, and what it says.

A channel's comes on its days, at its hour in the zone of the workspace's first admin; a person's on their working days,
at an hour of their own zone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from core import notices, schedules
from core.access import Power, require_power
from core.context import Ctx
from core.enums import RunState, ScheduleKind
from core.errors import Invalid
from core.i18n import Viewer
from core.models import Member, Schedule, ScheduleRun
from core.models.schedules import WEEKDAYS
from core.notices import digest_channel, is_channel
from core.operations import operation
from core.queries import metrics
from core.queries.metrics import Figure, Needy, Number, NumberRow, Progress, Span, StageStanding
from core.queries.pipeline import Whose
from core.schedules import Times

NEWS = (Number.WON, Number.LOST, Number.NEW_DEALS, Number.NEW_LEADS, Number.MOVED, Number.SLIPPED)
"""What a digest tells of; without any of it there is none."""
NEEDY_SHOWN = 3
ROWS_SHOWN = 6
"""Records named for each number in the thread."""
HOURS = tuple(time(hour) for hour in range(6, 21))
USUAL = Times(time(9), WEEKDAYS)
"""When it comes to a channel where nobody said otherwise."""


@dataclass(frozen=True)
class DigestData:
    """A digest as it is told. `day` is the audience's."""

    day: date
    span: Span
    whose: Whose
    figures: Mapping[Number, Figure]
    stages: tuple[StageStanding, ...]
    targets: tuple[Progress, ...]
    waiting: Figure
    needy: tuple[Needy, ...]
    needy_in_all: int
    currency: str
    names: Mapping[str, str]
    """What people are called, by Slack user id."""


@operation("digest.choose")
def choose_own(ctx: Ctx, at: time | None) -> None:
    """Say at what hour the actor gets a digest of their own, on their working days; None for never. Raises Invalid."""
    if at is None:
        schedules.switch_off(ctx, ScheduleKind.DIGEST, ctx.actor.slack_user_id)
        return
    query = select(Member.working_days).where(Member.workspace_id == ctx.workspace.id, Member.id == ctx.actor.member_id)
    _put(ctx, ctx.actor.slack_user_id, Times(at, ctx.session.scalars(query).one()))


@operation("digest.choose_channel")
def choose_for_channel(ctx: Ctx, channel: str, comes: Times | None) -> None:
    """Say when the digest comes to its channel; None for never.

    Raises Invalid for another hour than HOURS, for no day, and for a channel that is not the digest's; Forbidden.
    """
    require_power(ctx, Power.CONFIGURE)
    if channel != digest_channel(ctx):
        raise Invalid({"at": "channel_invalid"})
    if comes is None:
        schedules.switch_off(ctx, ScheduleKind.DIGEST, channel)
        return
    _put(ctx, channel, comes)


def follow_channel(ctx: Ctx, before: str) -> None:
    """The digest's channel was another one (empty: none): it comes to the new one, when it came before."""
    channel = digest_channel(ctx)
    tz = str(notices.zone_of(ctx, channel))
    schedules.hand_over(ctx, ScheduleKind.DIGEST, before, channel, tz=tz, usual=USUAL)


def _put(ctx: Ctx, audience: str, comes: Times) -> None:
    if comes.at not in HOURS:
        raise Invalid({"at": "choice_invalid"})
    if not 0 < comes.days < 1 << 7:
        raise Invalid({"days": "day_required"})
    schedules.put(
        ctx,
        ScheduleKind.DIGEST,
        audience,
        at=comes.at,
        tz=str(notices.zone_of(ctx, audience)),
        days=comes.days,
        member_id=None if is_channel(audience) else ctx.actor.member_id,
    )


def chosen(ctx: Ctx, audience: str) -> Times | None:
    """When an audience gets its digest, None for never."""
    return schedules.chosen(ctx, ScheduleKind.DIGEST, audience)


def digest(ctx: Ctx, schedule_id: UUID, day: date) -> DigestData | None:
    """What a run's digest tells the actor (the system: everybody in the channel). None where nothing changed."""
    span, whose = _span(ctx, schedule_id, day), _whose(ctx)
    figures = {number: metrics.figure(ctx, number, span) for number in NEWS}
    if not any(figure.count for figure in figures.values()):
        return None
    needy, in_all = metrics.needy(ctx, span, NEEDY_SHOWN)
    return DigestData(
        day=day,
        span=span,
        whose=whose,
        figures=figures,
        stages=metrics.standing(ctx, span.since, span),
        targets=metrics.progress(ctx, day, span),
        waiting=metrics.figure(ctx, Number.WAITING, span),
        needy=needy,
        needy_in_all=in_all,
        currency=ctx.workspace.currency,
        names=_names(ctx),
    )


def details(ctx: Ctx, data: DigestData) -> dict[Number, tuple[NumberRow, ...]]:
    """Names behind the numbers, for the thread."""
    told = (number for number in NEWS if data.figures[number].count)
    return {number: metrics.page_of(ctx, number, data.span, size=ROWS_SHOWN).rows for number in told}


def _names(ctx: Ctx) -> dict[str, str]:
    query = select(Member.slack_user_id, Member.name).where(Member.workspace_id == ctx.workspace.id)
    return {row.slack_user_id: row.name for row in ctx.session.execute(query)}


def _whose(ctx: Ctx) -> Whose:
    return metrics.usual_whose(ctx) if ctx.actor.member_id else Whose.ALL


def _span(ctx: Ctx, schedule_id: UUID, day: date) -> Span:
    """From the digest before up to this one. What happens at the very moment of a digest is told in the next one."""
    schedule = ctx.session.get_one(Schedule, (ctx.workspace.id, schedule_id))
    runs = select(ScheduleRun.ran_at).where(
        ScheduleRun.workspace_id == ctx.workspace.id, ScheduleRun.schedule_id == schedule_id
    )
    sent = runs.where(ScheduleRun.state == RunState.PLANNED)
    until = ctx.session.scalars(sent.where(ScheduleRun.local_date == day)).one()
    before = sent.where(ScheduleRun.local_date < day).order_by(ScheduleRun.local_date.desc()).limit(1)
    zone: ZoneInfo = Viewer("", schedule.tz).zone
    since = ctx.session.scalar(before)
    if since is None:  # the first one tells of the time since it, or the first one held, would have come the last time
        held = runs.where(ScheduleRun.state == RunState.HELD).order_by(ScheduleRun.local_date).limit(1)
        first = ctx.session.scalar(held) or until
        due = schedules.last_due(first - timedelta(hours=12), schedule.local_time, zone, schedule.days)
        since = due.at
    return Span(since, until, metrics.people_of(ctx, _whose(ctx)), zone)
