"""`rapport report`: the week and the month's targets as Slack tells them, with the same rights."""

import sys
from collections.abc import Iterable
from decimal import Decimal

from bot.errors import field_sentence
from bot.views import targets as target_views
from bot.views.numbers import TITLES
from cli.console import OUT, Stop, print_json, print_table
from cli.words import VIEWER
from core.context import Ctx
from core.normalise import Unusable
from core.queries import reports, targets
from core.queries.metrics.targets import NUMBERS
from core.queries.report_rows import ReportRow, report_rows
from core.queries.reports import WEEKS_BACK_MAX
from core.targets import month_meant

ALL = 100_000
"""More people than a terminal is ever asked for."""


def show_week(ctx: Ctx, when: str, *, as_json: bool, as_csv: bool) -> None:
    """Print the actor's week so many weeks before the one that runs. Raises Stop for one out of reach."""
    if not (when.isascii() and when.isdigit()) or int(when) > WEEKS_BACK_MAX:
        raise Stop(f"Weeks ago are 0 to {WEEKS_BACK_MAX}.")
    week = reports.week_ago(ctx, int(when))
    rows = report_rows(reports.report(ctx, week), reports.by_person(ctx, week))
    if as_csv:
        from notifications.exports import write_report  # what sends to Slack is loaded for this alone

        write_report(sys.stdout, rows)
    elif as_json:
        print_json({"monday": week.monday, "whose": week.whose, "rows": rows})
    else:
        columns = ["", "what", "count", "week before", "%", "value"]
        print_table(f"Week of {week.monday}, {week.whose}", columns, _cells(rows))


def _cells(rows: Iterable[ReportRow]) -> Iterable[list[object]]:
    """What a row is told under is said once."""
    part = ""
    for row in rows:
        said = row.part if row.part != part else " "
        part = row.part
        what = f"{row.who or 'nobody'}: {row.what}" if part == "people" else (row.what or "not said").replace("_", " ")
        worth = VIEWER.money(row.value, row.currency) if row.value is not None and row.currency else row.value
        yield [said, what, _bare(row.count), _bare(row.before), _bare(row.rate), _bare(worth)]


def _bare(value: Decimal | int | str | None) -> str:
    """A cell that stays empty where there is nothing to say: a table of dashes is hard to read."""
    return " " if value is None else str(value)


def show_targets(ctx: Ctx, when: str, *, as_json: bool) -> None:
    """Print the targets of a month (`december`, `2026-12`; nothing for the one that runs). Raises Stop."""
    try:
        month = month_meant(when, VIEWER.locale, ctx.today)
    except Unusable as error:
        raise Stop(f"“{when}”: {field_sentence(error.code, VIEWER)}") from None
    rows = targets.target_page(ctx, month, size=ALL).page.rows
    told = [
        {
            "name": row.name,
            "team": row.holder.team,
            "kind": one.kind,
            "currency": one.currency,
            "target": one.target,
            "done": one.done,
            "percent": one.percent,
        }
        for row in rows
        for one in row.progress
    ]
    if as_json:
        print_json({"month": month, "targets": told})
        return
    if not told:
        OUT.print(f"No targets are set for {VIEWER.month(month)}.")
        return
    cells = [
        [
            f"Team of {row.name}" if row.holder.team else row.name,
            TITLES[NUMBERS[one.kind]],
            target_views.said(one, VIEWER),
        ]
        for row in rows
        for one in row.progress
    ]
    print_table(f"Targets of {VIEWER.month(month)}", ["who", "what", "so far"], cells)
