"""The daily digest: one screen of a phone, the names behind it in its thread, and the window when it comes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from decimal import Decimal

from bot.replies import Block, Choice, Message, Modal
from bot.routes import SaveDigestSettings, ShowDigestSettings, ShowNumber, ShowProgress, ShowStage
from bot.views import kit, targets
from bot.views import numbers as rows_views
from bot.views.forms import Form, Select
from bot.views.pipeline import CHART_POINTS, bars, labels_for
from core.digests import HOURS, DigestData
from core.i18n import Viewer
from core.notices import is_channel
from core.queries.metrics import Figure, Number, NumberRow, Progress, StageStanding, Standing

PEOPLE_SHOWN = 4
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
    lines = [_news(number, data.figures[number], data.names, viewer) for number in NEWS if data.figures[number].count]
    title = viewer.t("Pipeline digest, {day}", day=viewer.date(data.day))
    blocks: list[Block] = [kit.header(title), kit.section("\n".join(lines))]
    standing = [*(_target(one, viewer) for one in data.targets), *_totals(data, viewer)]
    if standing:
        blocks.append(kit.section("\n".join(standing)))
    blocks += _needy(data, viewer)
    blocks.append(kit.actions(*_buttons(data, audience, viewer)))
    spoken = ", ".join(f"{viewer.t(NEWS[one])} {data.figures[one].count}" for one in NEWS if data.figures[one].count)
    return Message(kit.cut(f"{title}: {spoken}", 300), blocks)


def _news(number: Number, figure: Figure, called: Mapping[str, str], viewer: Viewer) -> str:
    parts = [f"*{viewer.t(NEWS[number])} {viewer.number(figure.count)}*"]
    parts += [viewer.short_money(one.value, one.currency) for one in figure.sums if one.value][:2]
    doers = [(kit.esc(called[who]), count) for who, count in figure.people if who in called]
    alone = len(doers) == 1 or figure.count == len(doers)
    names = [who if alone else f"{who} {count}" for who, count in doers[:PEOPLE_SHOWN]]
    if len(doers) > PEOPLE_SHOWN:
        names.append(viewer.t("{n} others", n=len(doers) - PEOPLE_SHOWN))
    return " · ".join([*parts, *([", ".join(names)] if names else [])])


def _target(one: Progress, viewer: Viewer) -> str:
    return viewer.t("*This month* {progress}", progress=targets.said(one, viewer))


def _totals(data: DigestData, viewer: Viewer) -> list[str]:
    """The whole pipeline, a line a currency."""
    sums: dict[str, list[Standing]] = {}
    for stage in data.stages:
        for currency, one in stage.by_currency.items():
            sums.setdefault(currency, []).append(one)
    ordered = sorted(sums, key=lambda currency: (currency != data.currency, -sum(one.count for one in sums[currency])))
    return [
        viewer.t(
            "*Pipeline* {value}, weighted {weighted}{change}",
            value=viewer.short_money(_sum(one.value for one in sums[currency]), currency),
            weighted=viewer.short_money(_sum(one.weighted for one in sums[currency]), currency),
            change=_change(_sum(one.change for one in sums[currency]), currency, viewer),
        )
        for currency in ordered[:3]
    ]


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))


def _change(amount: Decimal, currency: str, viewer: Viewer) -> str:
    if not amount:
        return ""
    sign = "+" if amount > 0 else "\N{MINUS SIGN}"
    return f" ({sign}{viewer.short_money(abs(amount), currency)})"


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


def _needy(data: DigestData, viewer: Viewer) -> list[Block]:
    if not data.needy:
        return []
    lines = [viewer.t("*Need someone*")]
    for deal in data.needy:
        name = kit.esc(kit.cut(deal.name, NAME_SHOWN))
        owner = f" · {kit.esc(data.names[deal.owner])}" if deal.owner in data.names else ""
        lines.append(f"{deal.ref} {name}{owner}\n{rows_views.why(deal, viewer, NEEDS_SHOWN)}")
    return [kit.section("\n".join(lines))]


def _buttons(data: DigestData, audience: str, viewer: Viewer) -> list[Block]:
    """Each number, to see what it counts."""
    span, made = data.span, []
    asked = (span.since, span.until, str(span.zone), data.whose)
    for number, text in NEWS.items():
        if data.figures[number].count:
            made.append(_number(f"{viewer.t(text)} {data.figures[number].count}", ShowNumber(*asked, number), viewer))
    if data.targets:
        progress = ShowProgress(data.day.replace(day=1), data.whose, str(span.zone))
        made.append(kit.button(viewer.t("Target"), progress, label=viewer.t("How far this month's targets are")))
    if data.waiting.count:
        text = viewer.t("Replies waiting {n}", n=data.waiting.count)
        made.append(_number(text, ShowNumber(*asked, Number.WAITING), viewer))
    if data.needy_in_all:
        made.append(_number(viewer.t("Need someone {n}", n=data.needy_in_all), ShowNumber(*asked), viewer))
    stages = [one for one in data.stages if any(standing.count for standing in one.by_currency.values())]
    if stages:
        choices = [
            (kit.cut(one.stage, kit.OPTION_TEXT_MAX), ShowStage(one.stage_id, data.whose))
            for one in stages[: kit.OPTIONS_MAX]
        ]
        made.append(kit.route_select(viewer.t("Deals in a stage"), choices))
    channel = audience if is_channel(audience) else ""
    made.append(kit.button(viewer.t("Settings"), ShowDigestSettings(channel), label=viewer.t("When this digest comes")))
    return made


def _number(text: str, route: ShowNumber, viewer: Viewer) -> Block:
    return kit.button(text, route, label=viewer.t("Show: {number}", number=text))


# -- the thread ---------------------------------------------------------------------------------------------------


def details(data: DigestData, rows: Mapping[Number, Sequence[NumberRow]], viewer: Viewer) -> Message:
    """The chart, the same in words (Slack may show the message without it), and the names behind the numbers."""
    blocks = _chart(data, viewer)
    lines = [_stage(one, viewer) for one in data.stages if one.by_currency][:STAGES_SHOWN]
    if lines:
        blocks.append(kit.section("\n".join([viewer.t("*By stage*"), *lines])))
    for number, found in rows.items():
        told = [f"*{viewer.t(NEWS[number])}*", *(rows_views.line(number, row, viewer, data.names) for row in found)]
        more = data.figures[number].count - len(found)
        if more > 0:
            told.append(viewer.t("and {n} more", n=more))
        blocks.append(kit.section("\n".join(told)))
    return Message(viewer.t("Details of the digest"), blocks)


def _stage(stage: StageStanding, viewer: Viewer) -> str:
    parts = []
    for currency, one in stage.by_currency.items():
        text = viewer.nt(
            "{n} deal · {value} · weighted {weighted}",
            "{n} deals · {value} · weighted {weighted}",
            one.count,
            value=viewer.short_money(one.value, currency),
            weighted=viewer.short_money(one.weighted, currency),
        )
        parts.append(text + _change(one.change, currency, viewer))
    return f"{kit.esc(kit.cut(stage.stage, NAME_SHOWN))}: {'; '.join(parts)}"


# -- when it comes ------------------------------------------------------------------------------------------------


def _typed(at: str) -> str:
    return at


FORM: Form[str] = Form(_typed, (Select("at", "When it comes", required=True),))


def read_hour(at: str) -> time | None:
    """The hour that was chosen, None for never. Raises ValueError."""
    return None if at == NEVER else time.fromisoformat(at)


def settings(channel: str, at: time | None, viewer: Viewer) -> Modal:
    """Whether and when the digest comes: to a channel, or (empty) to oneself."""
    choices = [Choice(viewer.t("Not at all"), NEVER), *(Choice(viewer.hour(one), one.isoformat()) for one in HOURS)]
    about = (
        viewer.t("The digest of {channel}, on working days:", channel=f"<#{channel}>")
        if channel
        else viewer.t("Your own digest, on your working days: your deals, or your people's where you manage some.")
    )
    blocks: list[Block] = [
        kit.section(about),
        *FORM.with_choices(at=choices).blocks(viewer, {"at": at.isoformat() if at else NEVER}),
        kit.context(viewer.t("On days when nothing changed there is none.")),
    ]
    if channel:
        blocks.append(kit.actions(kit.button(viewer.t("My own digest"), ShowDigestSettings())))
    return Modal(viewer.t("Daily digest"), blocks, SaveDigestSettings(channel), viewer.t("Save"), viewer.t("Cancel"))


def not_admin(viewer: Viewer) -> Modal:
    """For who may not change a channel's digest: their own."""
    text = viewer.t("An admin can change this for the channel.")
    own = kit.actions(kit.button(viewer.t("My own digest"), ShowDigestSettings()))
    return Modal(viewer.t("Daily digest"), [kit.section(text), own], close=viewer.t("Close"))


def saved(channel: str, at: time | None, viewer: Viewer) -> Message:
    """What was chosen."""
    if at is None:
        text = viewer.t("The digest does not come any more.")
    elif channel:
        text = viewer.t("The digest comes to {channel} at {time}.", channel=f"<#{channel}>", time=viewer.hour(at))
    else:
        text = viewer.t("Your digest comes at {time} on your working days.", time=viewer.hour(at))
    return Message(text, [kit.section(text)])
