"""Routes of the weekly report."""

from dataclasses import dataclass
from datetime import date

from bot.routes.base import Action, Submission
from core.queries.metrics import Number
from core.queries.pipeline import Whose


@dataclass(frozen=True)
class ShowWeek(Action, id="report.week"):
    """Show a week instead of the one in the message: its Monday, whose numbers, and the zone its days end in."""

    monday: date
    whose: Whose
    zone: str


@dataclass(frozen=True)
class ShowWeekRows(Action, id="report.rows"):
    """Open the rows that a number of a week counts."""

    monday: date
    whose: Whose
    zone: str
    number: Number


@dataclass(frozen=True)
class ReportTime(Action, id="report.time"):
    """Open the window in which it is said when the report comes, to whom (a Slack user or channel id)."""

    audience: str


@dataclass(frozen=True)
class SaveReportTime(Submission, id="report.save_time"):
    """When it comes."""

    audience: str
