"""The weekly report as rows of one shape, for files, terminals and programs: all that is told of a week in Slack."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from core.queries.metrics import Figure, Number
from core.queries.reports import PersonWeek, ReportData

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class ReportRow:
    """One number of a week; None for what it has not. `before` is the count of the week before, `rate` in percent.

    `part` is what it is told under, `what` which number or word of it, `who` whose alone (a name, empty for all).
    """

    part: str
    what: str
    count: int | None = None
    before: int | None = None
    rate: Decimal | None = None
    value: Decimal | None = None
    currency: str = ""
    who: str = ""


def report_rows(data: ReportData, people: Sequence[PersonWeek]) -> list[ReportRow]:
    """All of a week, in the order it is told in; `people` last."""
    mails, before = data.mails, data.mails_before
    rows = [
        ReportRow("mails", "sent", mails.sent, before.sent),
        ReportRow("mails", "delivered", mails.delivered, before.delivered, mails.delivered_rate),
        ReportRow("mails", "opened", mails.opened, before.opened, mails.opened_rate),
        ReportRow("mails", "replied", mails.replied, before.replied, mails.replied_rate),
        *_calls(data),
    ]
    rows += [ReportRow("objections", word, count) for word, count in data.objections]
    rows += _figure("new leads", data, Number.NEW_LEADS)
    rows += [ReportRow("sources", word, count) for word, count in data.sources]
    rows += _figure("won", data, Number.WON)
    rows += _figure("lost", data, Number.LOST)
    rows += [ReportRow("loss reasons", word, count) for word, count in data.reasons]
    rows += [ReportRow("next week", one.kind.value, value=one.amount, currency=one.currency) for one in data.goals]
    for person in people:
        rows += _person(person)
    return rows


def _calls(data: ReportData) -> Iterator[ReportRow]:
    calls = data.calls
    yield ReportRow("calls", "made", calls.count, data.calls_before.count)
    if calls.average is not None:
        yield ReportRow("calls", "average minutes", value=Decimal(calls.average // MINUTE))
    for outcome, count in calls.by_outcome.items():
        yield ReportRow("outcomes", outcome.value if outcome else "", count)


def _figure(part: str, data: ReportData, number: Number) -> Iterator[ReportRow]:
    figure: Figure = data.figures[number]
    yield ReportRow(part, "all", figure.count, data.before[number].count)
    for one in figure.sums:
        yield ReportRow(part, "value", one.count, value=one.value, currency=one.currency)


def _person(person: PersonWeek) -> Iterator[ReportRow]:
    counts = {"mails": person.mails, "replies": person.replies, "calls": person.calls, "new leads": person.leads}
    for what, count in counts.items():
        if count:
            yield ReportRow("people", what, count, who=person.name)
    for what, sums in (("won", person.won), ("lost", person.lost)):
        for one in sums:
            yield ReportRow("people", what, one.count, value=one.value, currency=one.currency, who=person.name)
