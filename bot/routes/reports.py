"""Routes of the weekly report."""

from dataclasses import dataclass
from datetime import date

from bot.routes.base import Action, Submission
from core.queries.metrics import Number
from core.queries.pipeline import Whose


@dataclass(frozen=True)
class WeekAsked:
    """A week: its Monday, whose numbers, and the zone its days end in (IANA)."""

    monday: date
    whose: Whose
    zone: str


@dataclass(frozen=True)
class ShowWeek(WeekAsked, Action, id="report.week"):
    """Show a week instead of the one in the message."""


@dataclass(frozen=True)
class ShowWeekDetails(WeekAsked, Action, id="report.details"):
    """Open what the report's thread tells."""


@dataclass(frozen=True)
class ExportWeek(WeekAsked, Action, id="report.file"):
    """Send the week as a file."""


@dataclass(frozen=True)
class ShowWeekRows(WeekAsked, Action, id="report.rows"):
    """Open the rows that a number of a week counts: as `number.show` does, short enough for an option of a select."""

    number: Number


@dataclass(frozen=True)
class ReportTime(Action, id="report.time"):
    """Open the window in which it is said when the report comes: to a channel, or (anything else) to oneself."""

    audience: str = ""


@dataclass(frozen=True)
class SaveReportTime(Submission, id="report.save_time"):
    """When it comes."""

    audience: str
