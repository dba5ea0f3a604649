"""The daily digest: one screen of a phone, the names behind it in its thread, and the window when it comes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from bot.replies import Block, Choice, Message, Modal
from bot.routes import SaveDigestSettings, SaveOwnDigest, ShowDigestSettings, ShowNumber, ShowProgress, ShowStage
from bot.views import kit, targets
from bot.views import numbers as rows_views
from bot.views.forms import Form, Select
from bot.views.pipeline import CHART_POINTS, bars, labels_for
from bot.views.settings_fields import Weekdays, ticked, weekday_choices
from core.digests import HOURS, DigestData
from core.i18n import Viewer
from core.notices import is_channel
from core.queries.metrics import Figure, Number, NumberRow, StageStanding, Standing
from core.schedules import Times, in_words_order

PEOPLE_SHOWN = 3
CURRENCIES_SHOWN = 2
"""Besides the first."""
STAGES_SHOWN = 30
NEEDS_SHOWN = 2
NAME_SHOWN = 60
NEWS: Mapping[Number, str] = {
    Number.WON: "Won",
    Number.LOST: "Lost",
    Number.NEW_DEALS: "New deals",
    Number.NEW_LEADS: "New leads",
    Number.MOVED: "Moved",
    Number.SLIPPED: "Close date slipped",
}
NEVER = "never"


def message(data: DigestData, audience: str, viewer: Viewer) -> Message:
    """The digest: no more than a phone shows at once, and nobody is pinged by it. All else is in its thread."""
    title = viewer.t("Pipeline digest, {day}", day=viewer.date(data.day))
    news = [_news(number, data.figures[number], data.names, viewer) for number in NEWS if data.figures[number].count]
    blocks: list[Block] = [kit.header(title), kit.section("\n".join(news))]
    standing = [*_target(data, viewer), *_pipeline(data, viewer)]
    if standing:
        blocks.append(kit.section("\n".join(standing)))
    blocks += _needy(data, viewer)
    blocks.append(kit.actions(*_buttons(data, audience, viewer)))
    spoken = ", ".join(f"{viewer.t(NEWS[one])} {data.figures[one].count}" for one in NEWS if data.figures[one].count)
    return Message(kit.cut(f"{title}: {spoken}", 300), blocks)


def _news(number: Number, figure: Figure, called: Mapping[str, str], viewer: Viewer) -> str:
    parts = [f"*{viewer.t(NEWS[number])} {viewer.number(figure.count)}*"]
    if number is not Number.MOVED:  # what moved is worth what it was
        parts += _amounts([(one.value, one.currency) for one in figure.sums], viewer)
    doers = [(kit.esc(called[who]), count) for who, count in figure.people if who in called]
    alone = len(doers) == 1 or figure.count == len(doers)
    names = [who if alone else f"{who} {viewer.number(count)}" for who, count in doers[:PEOPLE_SHOWN]]
    if len(doers) > PEOPLE_SHOWN:
        names.append(viewer.t("{n} others", n=len(doers) - PEOPLE_SHOWN))
    return " · ".join([*parts, *([", ".join(names)] if names else [])])


def _target(data: DigestData, viewer: Viewer) -> list[str]:
    told = " · ".join(targets.said(one, viewer) for one in data.targets)
    return [viewer.t("*This month* {progress}", progress=told)] if told else []


def _pipeline(data: DigestData, viewer: Viewer) -> list[str]:
    """The whole pipeline in its first currency; in the others their values alone."""
    totals = _totals(data)
    if not totals:
        return []
    (currency, first), others = totals[0], [(_value(sums), other) for other, sums in totals[1:]]
    values = " · ".join(_amounts(others, viewer))
    return [
        viewer.t("*Pipeline* {standing}", standing=_standing(first, currency, viewer)),
        *([viewer.t("and {values}", values=values)] if values else []),
    ]


def _amounts(found: Iterable[tuple[Decimal, str]], viewer: Viewer) -> list[str]:
    """Values in their currencies: the first few, and how many others there are."""
    shown = [viewer.short_money(value, currency) for value, currency in found if value]
    rest = len(shown) - CURRENCIES_SHOWN
    if rest <= 0:
        return shown
    return [*shown[:CURRENCIES_SHOWN], viewer.nt("{n} other currency", "{n} other currencies", rest)]


def _totals(data: DigestData) -> list[tuple[str, list[Standing]]]:
    """What stands in all stages, by currency: the workspace's own first, then those of most deals."""
    sums: dict[str, list[Standing]] = {}
    for stage in data.stages:
        for currency, one in stage.by_currency.items():
            sums.setdefault(currency, []).append(one)
    ordered = sorted(sums, key=lambda currency: (currency != data.currency, -sum(one.count for one in sums[currency])))
    return [(currency, sums[currency]) for currency in ordered]


def _standing(sums: Sequence[Standing], currency: str, viewer: Viewer) -> str:
    """A value with its change, and weighted: `€757,000, down €62,000 · weighted €302,550`."""
    change = _sum(one.change for one in sums)
    value = viewer.short_money(_value(sums), currency)
    if change:
        by = viewer.short_money(abs(change), currency)
        value = (
            viewer.t("{value}, up {by}", value=value, by=by)
            if change > 0
            else viewer.t("{value}, down {by}", value=value, by=by)
        )
    weighted = viewer.short_money(_sum(one.weighted for one in sums), currency)
    return viewer.t("{value} · weighted {weighted}", value=value, weighted=weighted)


def _value(sums: Sequence[Standing]) -> Decimal:
    return _sum(one.value for one in sums)


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))


def _needy(data: DigestData, viewer: Viewer) -> list[Block]:
    waiting = data.waiting.count
    if not (data.needy or waiting):
        return []
    heading = [viewer.t("*Need someone*")]
    if waiting:
        heading.append(viewer.nt("{n} reply waiting", "{n} replies waiting", waiting))
    lines = [" · ".join(heading)]
    for deal in data.needy:
        owner = [kit.esc(data.names[deal.owner])] if deal.owner in data.names else []
        facts = [kit.esc(kit.cut(deal.name, NAME_SHOWN)), *owner, rows_views.why(deal, viewer, NEEDS_SHOWN)]
        lines.append(f"*{deal.ref}* {' · '.join(facts)}")
    return [kit.section("\n".join(lines))]


def _buttons(data: DigestData, audience: str, viewer: Viewer) -> list[Block]:
    """What each number counts, at a choice: a button for each would be half a phone's screen."""
    span = data.span
    asked = (span.since, span.until, str(span.zone), data.whose)
    told = [
        (f"{viewer.t(text)} {viewer.number(data.figures[number].count)}", ShowNumber(*asked, number))
        for number, text in NEWS.items()
        if data.figures[number].count
    ]
    if data.waiting.count:
        waiting = viewer.t("Replies waiting {n}", n=viewer.number(data.waiting.count))
        told.append((waiting, ShowNumber(*asked, Number.WAITING)))
    if data.needy_in_all:
        told.append((viewer.t("Need someone {n}", n=viewer.number(data.needy_in_all)), ShowNumber(*asked)))
    made = [kit.route_select(viewer.t("Show the rows of …"), told)]
    channel = audience if is_channel(audience) else ""
    made.append(kit.button(viewer.t("Settings"), ShowDigestSettings(channel), label=viewer.t("When this digest comes")))
    if data.targets:
        progress = ShowProgress(data.day.replace(day=1), data.whose, str(span.zone))
        made.append(kit.button(viewer.t("Targets"), progress, label=viewer.t("How far this month's targets are")))
    return made


# -- the thread ---------------------------------------------------------------------------------------------------


def details(data: DigestData, rows: Mapping[Number, Sequence[NumberRow]], viewer: Viewer) -> Message:
    """The chart, the same in words (Slack may show the message without it), and the names behind the numbers."""
    blocks = [*_chart(data, viewer), *_by_stage(data, viewer)]
    for number, found in rows.items():
        told = [f"*{viewer.t(NEWS[number])}*", *(rows_views.line(number, row, viewer, data.names) for row in found)]
        more = data.figures[number].count - len(found)
        if more > 0:
            told.append(viewer.t("and {n} more", n=viewer.number(more)))
        blocks += kit.sections(told)
    return Message(viewer.t("Details of the digest"), blocks)


def _chart(data: DigestData, viewer: Viewer) -> list[Block]:
    """Value and weighted value by stage, of the first pipeline in its most used currency; none for one stage alone."""
    first = [one for one in data.stages if one.pipeline_id == data.stages[0].pipeline_id]
    used = [currency for stage in first for currency, one in stage.by_currency.items() if one.value]
    currency = max(dict.fromkeys(used), key=used.count, default="")
    columns = [(stage.stage, stage.by_currency[currency]) for stage in first if currency in stage.by_currency]
    if not 1 < len(columns) <= CHART_POINTS:
        return []
    labels = labels_for([name for name, _ in columns])
    series = (
        (viewer.t("Value"), [one.value for _, one in columns]),
        (viewer.t("Weighted"), [one.weighted for _, one in columns]),
    )
    return [bars(viewer.t("Value by stage, {currency}", currency=currency), labels, series)]


def _by_stage(data: DigestData, viewer: Viewer) -> list[Block]:
    """What stands in each stage, the deals behind it at a choice, and all stages together in each currency."""
    stages = [one for one in data.stages if one.by_currency]
    if not stages:
        return []
    lines = [_stage(one, viewer) for one in stages[:STAGES_SHOWN]]
    lines += [
        viewer.t("All: {standing}", standing=_standing(sums, currency, viewer)) for currency, sums in _totals(data)
    ]
    blocks = kit.sections([viewer.t("*By stage*"), *lines])
    choices = [
        (kit.cut(one.stage, kit.OPTION_TEXT_MAX), ShowStage(one.stage_id, data.whose))
        for one in stages
        if any(standing.count for standing in one.by_currency.values())
    ]
    if choices:
        blocks.append(kit.actions(kit.route_select(viewer.t("Deals in a stage"), choices[: kit.OPTIONS_MAX])))
    return blocks


def _stage(stage: StageStanding, viewer: Viewer) -> str:
    parts = [
        viewer.nt(
            "{n} deal · {standing}", "{n} deals · {standing}", one.count, standing=_standing([one], currency, viewer)
        )
        for currency, one in stage.by_currency.items()
    ]
    return f"{kit.esc(kit.cut(stage.stage, NAME_SHOWN))}: {'; '.join(parts)}"


# -- when it comes ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TypedTimes:
    """The channel's window as it was submitted: an hour or NEVER, and days of the week as bits."""

    at: str
    days: int


def _typed(at: str) -> str:
    return at


HOUR = Select("at", "When it comes", required=True)
FORM: Form[TypedTimes] = Form(TypedTimes, (HOUR, Weekdays("days", "On these days", required=True)))
OWN_FORM: Form[str] = Form(_typed, (HOUR,))


def read_hour(at: str) -> time | None:
    """The hour that was chosen, None for never. Raises ValueError."""
    return None if at == NEVER else time.fromisoformat(at)


def settings(channel: str, comes: Times | None, usual: Times, viewer: Viewer) -> Modal:
    """Whether and when the digest comes to its channel; the days of `usual` are ticked where it never does."""
    shown = comes or usual
    form = FORM.with_choices(at=_hours(viewer), days=weekday_choices(viewer))
    blocks: list[Block] = [
        kit.section(viewer.t("The digest of {channel}:", channel=f"<#{channel}>")),
        *form.blocks(viewer, {"at": comes.at.isoformat() if comes else NEVER, "days": ticked(shown.days)}),
        kit.context(viewer.t("On days when nothing changed there is none.")),
        kit.actions(kit.button(viewer.t("My own digest"), ShowDigestSettings())),
    ]
    return Modal(viewer.t("Daily digest"), blocks, SaveDigestSettings(channel), viewer.t("Save"), viewer.t("Cancel"))


def own_settings(comes: Times | None, viewer: Viewer) -> Modal:
    """Whether and when one's own digest comes."""
    form = OWN_FORM.with_choices(at=_hours(viewer))
    blocks: list[Block] = [
        kit.section(
            viewer.t("Your own digest, on your working days: your deals, or your people's where you manage some.")
        ),
        *form.blocks(viewer, {"at": comes.at.isoformat() if comes else NEVER}),
        kit.context(viewer.t("On days when nothing changed there is none.")),
    ]
    return Modal(viewer.t("Daily digest"), blocks, SaveOwnDigest(), viewer.t("Save"), viewer.t("Cancel"))


def _hours(viewer: Viewer) -> list[Choice]:
    return [Choice(viewer.t("Not at all"), NEVER), *(Choice(viewer.hour(one), one.isoformat()) for one in HOURS)]


def not_admin(viewer: Viewer) -> Modal:
    """For who may not change a channel's digest: their own."""
    text = viewer.t("An admin can change this for the channel.")
    own = kit.actions(kit.button(viewer.t("My own digest"), ShowDigestSettings()))
    return Modal(viewer.t("Daily digest"), [kit.section(text), own], close=viewer.t("Close"))


def saved(channel: str, comes: Times | None, viewer: Viewer) -> Message:
    """What was chosen; `channel` is empty for one's own."""
    if comes is None:
        text = viewer.t("The digest does not come any more.")
        return Message(text, [kit.section(text)])
    hour, days = viewer.hour(comes.at), viewer.weekdays(in_words_order(comes.days))
    if channel:
        text = viewer.t(
            "The digest comes to {channel} at {hour}, {days}.", channel=f"<#{channel}>", hour=hour, days=days
        )
    else:
        text = viewer.t("Your digest comes at {hour}, {days}.", hour=hour, days=days)
    return Message(text, [kit.section(text)])
