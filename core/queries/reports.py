"""Reading the weekly report: a calendar week's numbers beside those of the week before. Defined in docs/metrics.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import ROUND_UP, Decimal
from zoneinfo import ZoneInfo

from core.context import Ctx
from core.enums import TargetKind
from core.queries import metrics
from core.queries.metrics import Calls, Figure, Mails, Number, Span
from core.queries.pipeline import Whose
from core.schedules import moment

COUNTED = (Number.NEW_LEADS, Number.WON, Number.LOST)
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
    """A week's numbers. `before` are the counts of the week before; `goals` only of the week that runs."""

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


def monday_of(day: date) -> date:
    """The first day of a day's week (ISO 8601)."""
    return day - timedelta(days=day.weekday())


def week_ago(ctx: Ctx, weeks: int, whose: Whose | None = None) -> Week:
    """The actor's week so many weeks before the one that runs; whose numbers they usually read, if nothing is said."""
    zone = ctx.actor.zone
    monday = monday_of(ctx.now.astimezone(zone).date()) - weeks * _WEEK
    return Week(monday, zone, whose or metrics.usual_whose(ctx))


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
        metrics.objections(ctx, span),
        metrics.by_word(ctx, Number.NEW_LEADS, span),
        metrics.by_word(ctx, Number.LOST, span),
        _goals(ctx, week, span) if week.monday == this_week else (),
        this_week,
    )


def _goals(ctx: Ctx, week: Week, span: Span) -> tuple[Goal, ...]:
    """What is missing of the month that next week begins in, spread over its working weeks from then on."""
    monday = week.monday + _WEEK
    weeks = working_weeks(monday)
    goals = []
    for one in metrics.progress(ctx, monday, span):
        missing = max(one.target - one.done, Decimal(0)) / weeks
        goals.append(Goal(one.kind, one.currency, missing.to_integral_value(ROUND_UP)))
    return tuple(goals)


def working_weeks(day: date) -> Decimal:
    """The days from Monday to Friday left in a day's month, that day too, in weeks; never less than one."""
    return max(Decimal(metrics.working_days(day)) / _WORKING_DAYS, Decimal(1))
