"""`rapport report week`: the numbers of the weekly report, with the same rights as in Slack."""

from cli.console import OUT, Stop, print_json, print_table
from core.context import Ctx
from core.queries import reports
from core.queries.metrics import Number
from core.queries.reports import WEEKS_BACK_MAX, ReportData


def show_week(ctx: Ctx, weeks: int, *, as_json: bool) -> None:
    """Print the actor's week so many weeks before the one that runs. Raises Stop for one out of reach."""
    if not 0 <= weeks <= WEEKS_BACK_MAX:
        raise Stop(f"Weeks ago are 0 to {WEEKS_BACK_MAX}.")
    data = reports.report(ctx, reports.week_ago(ctx, weeks))
    numbers = _numbers(data)
    if as_json:
        print_json({"monday": data.week.monday, "whose": data.week.whose, **numbers})
        return
    rows = [[name.replace("_", " "), str(value)] for name, value in numbers.items()]
    print_table(f"Week of {data.week.monday}, {data.week.whose}", ["what", "count"], rows, "")
    for title, words in (("Objections", data.objections), ("Sources", data.sources), ("Losses", data.reasons)):
        if words:
            OUT.print(f"{title}: " + ", ".join(f"{word or '-'} {count}" for word, count in words), markup=False)


def _numbers(data: ReportData) -> dict[str, int]:
    mails = data.mails
    return {
        "mails_sent": mails.sent,
        "mails_delivered": mails.delivered,
        "mails_opened": mails.opened,
        "mails_replied": mails.replied,
        "calls": data.calls.count,
        "new_leads": data.figures[Number.NEW_LEADS].count,
        "deals_won": data.figures[Number.WON].count,
        "deals_lost": data.figures[Number.LOST].count,
    }
