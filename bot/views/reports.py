"""The weekly report: a week in a few lines, each beside the week before; its details, and when it comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from bot.labels import OUTCOMES
from bot.replies import Block, Choice, Message, Modal
from bot.routes import ExportWeek, ReportTime, SaveReportTime, ShowProgress, ShowWeek, ShowWeekDetails, ShowWeekRows
from bot.views import kit
from bot.views.forms import Form, Select
from bot.views.numbers import TITLES
from bot.views.pipeline import WHOSE
from core.enums import CallOutcome, TargetKind
from core.i18n import Viewer
from core.notices import is_channel
from core.queries.metrics import Figure, Money, Number
from core.queries.pipeline import Whose
from core.queries.reports import Goal, PersonWeek, ReportData
from core.reports import HOURS, Comes

SHOWN = 3
"""Words of each kind (outcomes, objections, sources, reasons): a report is one screen of a phone; details tell all."""
WORDS_MAX, PEOPLE_MAX = 30, 40
"""In the details: more is in the file."""
NAME_SHOWN = 60
OPENED = (
    Number.MAILS,
    Number.DELIVERED,
    Number.OPENED,
    Number.REPLIED,
    Number.CALLS,
    Number.OBJECTIONS,
    Number.NEW_LEADS,
    Number.WON,
    Number.LOST,
)
"""What can be opened, in the order it is read."""
GOALS = {TargetKind.VALUE_WON: "value", TargetKind.CALLS: "calls", TargetKind.MAILS: "mails"}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NEVER = "never"
_WEEK = timedelta(days=7)


def message(
    data: ReportData, audience: str, choices: Sequence[Whose], viewer: Viewer, *, threaded: bool = False
) -> Message:
    """A week. `audience` is who gets it by itself (a Slack user or channel id); `choices` whose weeks may be shown;
    `threaded`: its details are said below it.
    """
    title = _title(data, viewer)
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
    blocks.append(kit.context(viewer.t("In brackets: against the week before.")))
    blocks.append(kit.actions(*_turns(data, choices, viewer), _rows_select(data, viewer)))
    blocks.append(kit.actions(*_more(data, audience, viewer, threaded=threaded)))
    return Message(_spoken(title, data, viewer), blocks)


def _title(data: ReportData, viewer: Viewer) -> str:
    return viewer.t("Week of {days} · {whose}", days=_days(data.week.monday, viewer), whose=_whose(data, viewer))


def _more(data: ReportData, audience: str, viewer: Viewer, *, threaded: bool) -> list[Block]:
    """What stands in no line: the details, the file, the targets, and when it comes."""
    week = (data.week.monday, data.week.whose, str(data.week.zone))
    made = [] if threaded else [kit.button(viewer.t("Details"), ShowWeekDetails(*week))]
    if data.goals:
        progress = ShowProgress((data.week.monday + _WEEK).replace(day=1), data.week.whose, str(data.week.zone))
        made.append(kit.button(viewer.t("Targets"), progress, label=viewer.t("How far the month's targets are")))
    made.append(kit.button(viewer.t("Export CSV"), ExportWeek(*week), label=viewer.t("Send the week as a CSV file")))
    made.append(kit.button(viewer.t("When it comes"), ReportTime(audience)))
    return made


def _days(monday: date, viewer: Viewer) -> str:
    return viewer.days(monday, monday + timedelta(days=6))


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


def _list(found: Sequence[tuple[str, int]], viewer: Viewer, most: int = SHOWN) -> str:
    return ", ".join(
        f"{kit.esc(kit.cut(word, 40)) or viewer.t('not said')} {viewer.number(count)}" for word, count in found[:most]
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
        return viewer.t("{kind}: target reached", kind=viewer.t(GOALS[goal.kind]))
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
        viewer.t("Show the rows of …"), [(viewer.t(TITLES[one]), ShowWeekRows(*where, one)) for one in OPENED]
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


# -- the details --------------------------------------------------------------------------------------------------


def details(data: ReportData, people: Sequence[PersonWeek], viewer: Viewer) -> Message | None:
    """Below the report: all that was said, and each person's week; None where the report says it all."""
    blocks = _details(data, people, viewer)
    return Message(viewer.t("Details of the week"), blocks) if blocks else None


def details_modal(data: ReportData, people: Sequence[PersonWeek], viewer: Viewer) -> Modal:
    """The same in a window."""
    blocks = _details(data, people, viewer) or [kit.section(viewer.t("There is no more to tell of this week."))]
    head = kit.section(f"*{kit.esc(_title(data, viewer))}*")
    return Modal(viewer.t("Weekly report"), [head, *blocks], close=viewer.t("Close"))


def _details(data: ReportData, people: Sequence[PersonWeek], viewer: Viewer) -> list[Block]:
    outcomes = [(_outcome(one, viewer), count) for one, count in data.calls.by_outcome.items()]
    told = (
        (viewer.t("*How calls ended*"), outcomes),
        (viewer.t("*Objections*"), data.objections),
        (viewer.t("*Sources of new leads*"), data.sources),
        (viewer.t("*Why deals were lost*"), data.reasons),
    )
    blocks = [kit.section(f"{title}\n{_list(found, viewer, WORDS_MAX)}") for title, found in told if found]
    lines = [_person(one, viewer) for one in people[:PEOPLE_MAX]]
    if len(lines) > 1:
        if len(people) > PEOPLE_MAX:
            lines.append(viewer.t("{n} more are in the file.", n=viewer.number(len(people) - PEOPLE_MAX)))
        blocks += kit.sections([viewer.t("*By person*"), *lines])
    return blocks


def _person(one: PersonWeek, viewer: Viewer) -> str:
    """Somebody's week in a line, by name: a mention would ping them."""
    name = kit.esc(kit.cut(one.name, NAME_SHOWN)) or viewer.t("Nobody's")
    parts = [
        viewer.nt("{n} mail", "{n} mails", one.mails) if one.mails else "",
        viewer.nt("{n} reply", "{n} replies", one.replies) if one.replies else "",
        viewer.nt("{n} call", "{n} calls", one.calls) if one.calls else "",
        viewer.nt("{n} new lead", "{n} new leads", one.leads) if one.leads else "",
        viewer.t("won {deals}", deals=_sums(one.won, viewer)) if one.won else "",
        viewer.t("lost {deals}", deals=_sums(one.lost, viewer)) if one.lost else "",
    ]
    return f"{name}: {' · '.join(filter(None, parts))}"


def _sums(sums: Sequence[Money], viewer: Viewer) -> str:
    worth = ", ".join(_money(one, viewer) for one in sums if one.value)
    count = viewer.number(sum(one.count for one in sums))
    return f"{count}, {worth}" if worth else count


def exporting(viewer: Viewer) -> Message:
    """A file is on its way."""
    text = viewer.t("I am sending you the week as a CSV file in a direct message.")
    return Message(text, [kit.section(text)])


# -- when it comes ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TypedTime:
    """The window as it was submitted: a day of the week or NEVER, and an hour."""

    weekday: str
    at: str


TIME_FORM: Form[TypedTime] = Form(
    TypedTime, (Select("weekday", "Comes on", required=True), Select("at", "At", required=True))
)


def not_admin(viewer: Viewer) -> Modal:
    """For who may not change when it comes to a channel: their own."""
    text = viewer.t("An admin can change this for the channel.")
    own = kit.actions(kit.button(viewer.t("My own report"), ReportTime()))
    return Modal(viewer.t("Weekly report"), [kit.section(text), own], close=viewer.t("Close"))


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
