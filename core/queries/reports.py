"""Reading the weekly report: a calendar week's numbers beside those of the week before. Defined in docs/metrics.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import ROUND_UP, Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from core.context import Ctx
from core.enums import TargetKind
from core.models import Member
from core.queries import metrics
from core.queries.metrics import Calls, Figure, Mails, Money, Number, Progress, Span
from core.queries.pipeline import Whose
from core.schedules import moment

COUNTED = (Number.NEW_LEADS, Number.WON, Number.LOST)
OF_PEOPLE = (Number.MAILS, Number.REPLIED, Number.CALLS, Number.NEW_LEADS, Number.WON, Number.LOST)
"""What each person's week is told in."""
WEEKS_BACK_MAX = 520
_WEEK = timedelta(days=7)
_WORKING_DAYS = 5


@dataclass(frozen=True)
class Week:
    """A calendar week in a zone, and whose numbers of it. `monday` is its first day."""

    monday: date
    zone: ZoneInfo
    whose: Whose

    def span(self, ctx: Ctx) -> Span:
        """From its Monday's midnight to the next one's, where the days end as in its zone."""
        people = metrics.people_of(ctx, self.whose)
        since, until = (moment(day, time.min, self.zone) for day in (self.monday, self.monday + _WEEK))
        return Span(since, until, people, self.zone)


@dataclass(frozen=True)
class Goal:
    """What next week is to bring, so that the month's target is reached; `currency` is empty for calls and mails."""

    kind: TargetKind
    currency: str
    amount: Decimal


@dataclass(frozen=True)
class ReportData:
    """A week's numbers. `before` are the counts of the week before; `goals` only of the week that runs.

    Of words (objections heard, sources of new leads, reasons of losses) the most frequent comes first; an empty one
    stands for nothing said.
    """

    week: Week
    mails: Mails
    mails_before: Mails
    calls: Calls
    calls_before: Calls
    figures: Mapping[Number, Figure]
    before: Mapping[Number, Figure]
    objections: tuple[tuple[str, int], ...]
    sources: tuple[tuple[str, int], ...]
    reasons: tuple[tuple[str, int], ...]
    goals: tuple[Goal, ...]
    this_week: date
    """The Monday of the week that runs."""

    @property
    def quiet(self) -> bool:
        """Whether nothing at all happened."""
        return not (self.mails.sent or self.calls.count or any(one.count for one in self.figures.values()))


@dataclass(frozen=True)
class PersonWeek:
    """What somebody did in a week: mails they sent, how many of those were answered, calls they made; and of the leads
    and deals that are theirs, those that are new, won and lost. Empty names stand for what is nobody's.
    """

    slack_user_id: str
    name: str
    mails: int
    replies: int
    calls: int
    leads: int
    won: tuple[Money, ...]
    lost: tuple[Money, ...]


def monday_of(day: date) -> date:
    """The first day of a day's week (ISO 8601)."""
    return day - timedelta(days=day.weekday())


def week_ago(ctx: Ctx, weeks: int, whose: Whose | None = None) -> Week:
    """The actor's week so many weeks before the one that runs; whose numbers they usually read, if nothing is said."""
    zone = ctx.actor.zone
    monday = monday_of(ctx.now.astimezone(zone).date()) - weeks * _WEEK
    return Week(monday, zone, whose or metrics.usual_whose(ctx))


def week_asked(ctx: Ctx, day: date, whose: Whose, zone: ZoneInfo) -> Week:
    """The week a day lies in: of whom it was asked for, or of whom the actor usually reads where that is not theirs."""
    asked = whose if whose in metrics.whose_choices(ctx) else metrics.usual_whose(ctx)
    return Week(monday_of(day), zone, asked)


def by_person(ctx: Ctx, week: Week) -> tuple[PersonWeek, ...]:
    """The week's numbers of each person, as far as the actor may see them, by name; what is nobody's comes last."""
    span = week.span(ctx)
    counted = {number: metrics.per_person(ctx, number, span) for number in OF_PEOPLE}
    query = select(Member.id, Member.slack_user_id, Member.name).where(Member.workspace_id == ctx.workspace.id)
    members = {row.id: row for row in ctx.session.execute(query)}

    def of(member_id: UUID | None) -> PersonWeek:
        sums = {number: counted[number].get(member_id, ()) for number in OF_PEOPLE}
        mails, replies, calls, leads = (sum(one.count for one in sums[number]) for number in OF_PEOPLE[:4])
        known = members.get(member_id) if member_id else None
        slack_user_id, name = (known.slack_user_id, known.name) if known else ("", "")
        return PersonWeek(slack_user_id, name, mails, replies, calls, leads, sums[Number.WON], sums[Number.LOST])

    found = (of(member_id) for member_id in {one for sums in counted.values() for one in sums})
    return tuple(sorted(found, key=lambda one: (not one.name, one.name.casefold(), one.slack_user_id)))


def report(ctx: Ctx, week: Week) -> ReportData:
    """A week as the actor may see it."""
    span = week.span(ctx)
    earlier = Week(week.monday - _WEEK, week.zone, week.whose).span(ctx)
    this_week = monday_of(ctx.now.astimezone(week.zone).date())
    return ReportData(
        week,
        metrics.mails(ctx, span),
        metrics.mails(ctx, earlier),
        metrics.calls(ctx, span),
        metrics.calls(ctx, earlier),
        {number: metrics.figure(ctx, number, span) for number in COUNTED},
        {number: metrics.figure(ctx, number, earlier) for number in COUNTED},
        metrics.by_word(ctx, Number.OBJECTIONS, span),
        metrics.by_word(ctx, Number.NEW_LEADS, span),
        metrics.by_word(ctx, Number.LOST, span),
        _goals(ctx, week, span) if week.monday == this_week else (),
        this_week,
    )


def _goals(ctx: Ctx, week: Week, span: Span) -> tuple[Goal, ...]:
    """What is missing of the month that next week begins in, spread over its working weeks from then on."""
    monday = week.monday + _WEEK
    return tuple(goal_from(one, monday) for one in metrics.progress(ctx, monday, span))


def goal_from(progress: Progress, monday: date) -> Goal:
    """What the week from this Monday on is to bring of what is missing of its month's target, rounded up."""
    missing = max(progress.target - progress.done, Decimal(0)) / working_weeks(monday)
    return Goal(progress.kind, progress.currency, missing.to_integral_value(ROUND_UP))


def working_weeks(day: date) -> Decimal:
    """The days from Monday to Friday left in a day's month, that day too, in weeks; never less than one."""
    return max(Decimal(metrics.working_days(day)) / _WORKING_DAYS, Decimal(1))
