"""The weekly report: a week in a few lines, each beside the week before, and the rows behind its numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from bot.replies import Block, Choice, Message, Modal
from bot.routes import OpenRecord, ReportTime, SaveReportTime, ShowWeek, ShowWeekRows
from bot.views import kit
from bot.views.forms import Form, Select
from bot.views.labels import OUTCOMES
from bot.views.pipeline import WHOSE
from core.enums import CallOutcome, TargetKind
from core.i18n import Viewer
from core.notices import is_channel
from core.queries.metrics import Figure, Money, Number, NumberRow
from core.queries.pipeline import Whose
from core.queries.records import Page
from core.queries.reports import Goal, ReportData
from core.reports import HOURS, Comes

SHOWN = 4
"""Words of each kind (outcomes, objections, sources, reasons): a report is one screen of a phone."""
NUMBERS: Mapping[Number, str] = {
    Number.MAILS: "Mails sent",
    Number.DELIVERED: "Mails delivered",
    Number.OPENED: "Mails opened",
    Number.REPLIED: "Mails replied to",
    Number.CALLS: "Calls",
    Number.OBJECTIONS: "Objections",
    Number.NEW_LEADS: "New leads",
    Number.WON: "Deals won",
    Number.LOST: "Deals lost",
}
"""What can be opened, in the order it is read."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NEVER = "never"
ROWS = 20
_WEEK = timedelta(days=7)


def message(data: ReportData, audience: str, choices: Sequence[Whose], viewer: Viewer) -> Message:
    """A week. `audience` is who gets it by itself (a Slack user or channel id); `choices` whose weeks may be shown."""
    title = viewer.t("Week of {days} · {whose}", days=_days(data.week.monday, viewer), whose=_whose(data, viewer))
    lines = [
        _mails(data, viewer),
        _calls(data, viewer),
        _words(viewer.t("*Objections*"), data.objections, viewer),
        _leads(data, viewer),
        _deals(viewer.t("*Won*"), data, Number.WON, (), viewer),
        _deals(viewer.t("*Lost*"), data, Number.LOST, data.reasons, viewer),
        _goals(data.goals, viewer),
    ]
    blocks: list[Block] = [kit.header(title), kit.section("\n".join(filter(None, lines)))]
    blocks.append(kit.actions(_rows_select(data, viewer), *_turns(data, choices, viewer)))
    blocks.append(kit.context(viewer.t("In brackets: against the week before.")))
    if audience:
        blocks.append(kit.actions(kit.button(viewer.t("When it comes"), ReportTime(audience))))
    return Message(_spoken(title, data, viewer), blocks)


def _days(monday: date, viewer: Viewer) -> str:
    return f"{viewer.date(monday)} – {viewer.date(monday + timedelta(days=6))}"


def _whose(data: ReportData, viewer: Viewer) -> str:
    return viewer.t(WHOSE[data.week.whose])


def _spoken(title: str, data: ReportData, viewer: Viewer) -> str:
    return viewer.t(
        "{title}: {mails} mails, {calls} calls, {won} won, {lost} lost",
        title=title,
        mails=viewer.number(data.mails.sent),
        calls=viewer.number(data.calls.count),
        won=viewer.number(data.figures[Number.WON].count),
        lost=viewer.number(data.figures[Number.LOST].count),
    )


def _change(now: int, before: int, viewer: Viewer) -> str:
    """Against the week before, empty where nothing is different."""
    difference = now - before
    if not difference:
        return ""
    sign = "+" if difference > 0 else "−"
    return f" ({sign}{viewer.number(abs(difference))})"


def _mails(data: ReportData, viewer: Viewer) -> str:
    now, before = data.mails, data.mails_before
    sent = viewer.nt("{n} sent", "{n} sent", now.sent) + _change(now.sent, before.sent, viewer)
    parts = [sent]
    for text, count, rate in (
        (viewer.t("delivered"), now.delivered, now.delivered_rate),
        (viewer.t("opened"), now.opened, now.opened_rate),
        (viewer.t("replied"), now.replied, now.replied_rate),
    ):
        if rate is not None:
            parts.append(f"{viewer.number(count)} {text}, {viewer.percent(rate)}")
    return f"{viewer.t('*E-mail*')}  " + " · ".join(parts)


def _calls(data: ReportData, viewer: Viewer) -> str:
    calls = data.calls
    parts = [viewer.number(calls.count) + _change(calls.count, data.calls_before.count, viewer)]
    if calls.average is not None:
        parts.append(viewer.t("{length} on average", length=viewer.duration(calls.average)))
    parts += [
        f"{_outcome(one, viewer)} {viewer.number(count)}" for one, count in list(calls.by_outcome.items())[:SHOWN]
    ]
    return f"{viewer.t('*Calls*')}  " + " · ".join(parts)


def _outcome(outcome: CallOutcome | None, viewer: Viewer) -> str:
    return viewer.t(OUTCOMES[outcome]) if outcome else viewer.t("No outcome")


def _words(title: str, found: Sequence[tuple[str, int]], viewer: Viewer) -> str:
    """Words with how often each was met; empty where there are none."""
    return f"{title}  {_list(found, viewer)}" if found else ""


def _list(found: Sequence[tuple[str, int]], viewer: Viewer) -> str:
    return ", ".join(
        f"{kit.esc(kit.cut(word, 40)) or viewer.t('not said')} {viewer.number(count)}" for word, count in found[:SHOWN]
    )


def _leads(data: ReportData, viewer: Viewer) -> str:
    count = data.figures[Number.NEW_LEADS].count
    text = viewer.number(count) + _change(count, data.before[Number.NEW_LEADS].count, viewer)
    sources = f" · {_list(data.sources, viewer)}" if data.sources else ""
    return f"{viewer.t('*New leads*')}  {text}{sources}"


def _deals(title: str, data: ReportData, number: Number, reasons: Sequence[tuple[str, int]], viewer: Viewer) -> str:
    figure: Figure = data.figures[number]
    parts = [viewer.number(figure.count) + _change(figure.count, data.before[number].count, viewer)]
    parts += [_money(one, viewer) for one in figure.sums if one.value]
    if reasons:
        parts.append(_list(reasons, viewer))
    return f"{title}  " + " · ".join(parts)


def _money(one: Money, viewer: Viewer) -> str:
    return viewer.short_money(one.value, one.currency)


def _goals(goals: Sequence[Goal], viewer: Viewer) -> str:
    if not goals:
        return ""
    return f"{viewer.t('*Next week*')}  " + " · ".join(_goal(one, viewer) for one in goals[:SHOWN])


def _goal(goal: Goal, viewer: Viewer) -> str:
    if not goal.amount:
        return viewer.t("target reached")
    match goal.kind:
        case TargetKind.VALUE_WON:
            return viewer.t("win {value}", value=viewer.short_money(goal.amount, goal.currency))
        case TargetKind.CALLS:
            return viewer.nt("{n} call", "{n} calls", int(goal.amount))
        case TargetKind.MAILS:
            return viewer.nt("{n} mail", "{n} mails", int(goal.amount))


def _rows_select(data: ReportData, viewer: Viewer) -> Block:
    where = (data.week.monday, data.week.whose, str(data.week.zone))
    return kit.route_select(
        viewer.t("Show the rows of …"), [(viewer.t(text), ShowWeekRows(*where, one)) for one, text in NUMBERS.items()]
    )


def _turns(data: ReportData, choices: Sequence[Whose], viewer: Viewer) -> list[Block]:
    """The week before, the one after where it has begun, and the others whose weeks may be seen."""
    week, zone = data.week, str(data.week.zone)
    made = [
        kit.button(
            viewer.t("◀ Before"), ShowWeek(week.monday - _WEEK, week.whose, zone), label=viewer.t("The week before")
        )
    ]
    if week.monday < data.this_week:
        made.append(
            kit.button(
                viewer.t("After ▶"), ShowWeek(week.monday + _WEEK, week.whose, zone), label=viewer.t("The week after")
            )
        )
    made += [
        kit.button(viewer.t(WHOSE[one]), ShowWeek(week.monday, one, zone)) for one in choices if one is not week.whose
    ]
    return made


def rows_modal(route: ShowWeekRows, page: Page[NumberRow], viewer: Viewer) -> Modal:
    """The rows a number counts, the latest first."""
    head = f"*{viewer.t(NUMBERS[route.number])}* · {_days(route.monday, viewer)} · {viewer.t(WHOSE[route.whose])}"
    blocks: list[Block] = [kit.section(head)]
    for row in page.rows:
        label = viewer.t("Open {ref}", ref=row.record.ref)
        opened = OpenRecord(row.record.entity.value, row.record.id)
        blocks.append(kit.section(_row(route.number, row, viewer), kit.button(viewer.t("Open"), opened, label=label)))
    if not page.rows:
        blocks.append(kit.section(viewer.t("There is nothing that you may see.")))
    if page.has_more:
        blocks.append(kit.context(viewer.t("The latest are shown.")))
    return Modal(viewer.t("Weekly report"), blocks, close=viewer.t("Close"))


def _row(number: Number, row: NumberRow, viewer: Viewer) -> str:
    facts = [viewer.datetime(row.at)]
    if row.by:
        facts.append(f"<@{row.by}>")
    if row.value is not None:
        facts.append(viewer.money(row.value, row.currency))
    if row.becomes:
        word = _outcome(CallOutcome(row.becomes), viewer) if number is Number.CALLS else row.becomes
        facts.append(kit.esc(kit.cut(word, 100)))
    return f"*{kit.esc(kit.cut(row.record.name, 100))}* · {row.record.ref}\n" + " · ".join(facts)


# -- when it comes ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TypedTime:
    """The window as it was submitted: a day of the week or NEVER, and an hour."""

    weekday: str
    at: str


TIME_FORM: Form[TypedTime] = Form(
    TypedTime, (Select("weekday", "Comes on", required=True), Select("at", "At", required=True))
)


def time_modal(audience: str, comes: Comes | None, usual: Comes, viewer: Viewer) -> Modal:
    """When the report comes to somebody, or to a channel."""
    days = [Choice(viewer.t(text), str(number)) for number, text in enumerate(DAYS)]
    hours = [Choice(viewer.hour(one), one.isoformat("minutes")) for one in HOURS]
    shown = comes or usual
    where = f"<#{audience}>" if is_channel(audience) else viewer.t("you, in a direct message")
    values = {"weekday": str(shown.weekday) if comes else NEVER, "at": shown.at.isoformat("minutes")}
    return Modal(
        viewer.t("Weekly report"),
        [
            kit.section(viewer.t("It comes to {whom}.", whom=where)),
            *TIME_FORM.with_choices(weekday=[Choice(viewer.t("Never"), NEVER), *days], at=hours).blocks(viewer, values),
        ],
        SaveReportTime(audience),
        viewer.t("Save"),
        viewer.t("Cancel"),
    )


def comes_of(typed: TypedTime) -> Comes | None:
    """What was chosen; None for never. Raises ValueError."""
    return None if typed.weekday == NEVER else Comes(int(typed.weekday), time.fromisoformat(typed.at))


def saved(comes: Comes | None, viewer: Viewer) -> Message:
    """What was saved."""
    if comes is None:
        text = viewer.t("The weekly report comes no more.")
    else:
        text = viewer.t(
            "The weekly report comes on {day} at {hour}.",
            day=viewer.t(DAYS[comes.weekday]),
            hour=viewer.hour(comes.at),
        )
    return Message(text, [kit.section(text)])
