"""The rows behind a number, in a window."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time, timedelta

from bot.labels import OUTCOMES
from bot.replies import Block, Modal
from bot.routes import Action, NumberAsked, OpenRecord, ShowStage, TurnNumber, TurnStage
from bot.views import kit
from bot.views.pipeline import WHOSE
from core.enums import CallOutcome
from core.i18n import Viewer
from core.queries.metrics import Need, Needy, Number, NumberRow
from core.queries.records import Page

TITLES: Mapping[Number | None, str] = {
    Number.NEW_LEADS: "New leads",
    Number.NEW_DEALS: "New deals",
    Number.MOVED: "Moved deals",
    Number.WON: "Won deals",
    Number.LOST: "Lost deals",
    Number.SLIPPED: "Slipped close dates",
    Number.CALLS: "Calls",
    Number.OBJECTIONS: "Objections",
    Number.MAILS: "Mails sent",
    Number.DELIVERED: "Mails delivered",
    Number.OPENED: "Mails opened",
    Number.REPLIED: "Mails answered",
    Number.WAITING: "Replies waiting",
    None: "Need someone",
}
NAME_SHOWN = 80


def window(found: Page[NumberRow], asked: NumberAsked, viewer: Viewer) -> Modal:
    """Rows of a number."""
    rows = [_row(_told(asked.number, row, viewer), row, viewer) for row in found.rows]
    head = kit.context(f"{_when(asked, viewer)} · {viewer.t(WHOSE[asked.whose])}")
    shown = [head, *rows] if rows else []
    return _window(viewer.t(TITLES[asked.number]), shown, _pages(asked, found.has_more, viewer), viewer)


def _told(number: Number | None, row: NumberRow, viewer: Viewer) -> str:
    """A row, and its day where the line does not tell of days itself."""
    told = line(number, row, viewer)
    return told if number is Number.SLIPPED else f"{told} · {viewer.date(viewer.local_date(row.at))}"


def _when(asked: NumberAsked, viewer: Viewer) -> str:
    """The time a number is counted over: its days, or where it does not begin and end with a day its moments too."""
    if asked.number is Number.WAITING:
        return viewer.t("Now")
    zone = Viewer(viewer.locale, asked.tz)
    since, until = (moment.astimezone(zone.zone) for moment in (asked.since, asked.until))
    if since.time() == until.time() == time.min:
        return zone.days(since.date(), until.date() - timedelta(days=1))
    return f"{viewer.datetime(since)} – {viewer.datetime(until)}"


def stage_window(found: Page[NumberRow], asked: ShowStage | TurnStage, viewer: Viewer) -> Modal:
    """The deals of a stage."""
    rows = [_row(line(None, row, viewer), row, viewer) for row in found.rows]
    before = TurnStage(asked.stage_id, asked.whose, found.page - 1) if found.page else None
    after = TurnStage(asked.stage_id, asked.whose, found.page + 1) if found.has_more else None
    return _window(viewer.t("Deals in a stage"), rows, _turns(before, after, viewer), viewer)


def needy_window(deals: Sequence[Needy], asked: NumberAsked, more: bool, viewer: Viewer) -> Modal:  # noqa: FBT001 - a fact, no mode
    """Deals that need somebody, and why."""
    blocks = []
    for deal in deals:
        facts = [kit.esc(deal.stage)]
        if deal.value is not None:
            facts.insert(0, viewer.short_money(deal.value, deal.currency))
        if deal.owner:
            facts.append(f"<@{deal.owner}>")
        name = kit.esc(kit.cut(deal.name, NAME_SHOWN))
        text = f"*{deal.ref}* {name} · {' · '.join(facts)}\n{why(deal, viewer)}"
        button = kit.button(viewer.t("Open"), OpenRecord("deal", deal.id), label=viewer.t("Open {ref}", ref=deal.ref))
        blocks.append(kit.section(text, button))
    return _window(viewer.t("Need someone"), blocks, _pages(asked, more, viewer), viewer)


def _pages(asked: NumberAsked, more: bool, viewer: Viewer) -> list[Block]:  # noqa: FBT001 - a fact, no mode
    turn = TurnNumber(asked.since, asked.until, asked.tz, asked.whose, asked.number, asked.page)
    before = replace(turn, page=turn.page - 1) if turn.page else None
    return _turns(before, replace(turn, page=turn.page + 1) if more else None, viewer)


def _turns(before: Action | None, after: Action | None, viewer: Viewer) -> list[Block]:
    told = ((viewer.t("Previous"), before), (viewer.t("Next"), after))
    return [kit.button(text, route) for text, route in told if route is not None]


def _window(title: str, blocks: list[Block], pages: list[Block], viewer: Viewer) -> Modal:
    shown = blocks or [kit.section(viewer.t("Nothing here that you may see."))]
    shown = [*shown, *([kit.actions(*pages)] if pages else [])]
    shown.append(kit.context(viewer.t("Only what you may see is listed here.")))
    return Modal(title, shown, close=viewer.t("Close"))


def _row(text: str, row: NumberRow, viewer: Viewer) -> Block:
    label = viewer.t("Open {ref}", ref=row.record.ref)
    return kit.section(text, kit.button(viewer.t("Open"), OpenRecord(row.record.entity, row.record.id), label=label))


def line(number: Number | None, row: NumberRow, viewer: Viewer, called: Mapping[str, str] | None = None) -> str:
    """One row in words, as mrkdwn. `called`: names to call people by where a mention would ping them."""
    facts = [f"*{row.record.ref}* {kit.named(row.record.name, row.record.detail, NAME_SHOWN)}"]
    if row.value is not None:
        facts.append(viewer.short_money(row.value, row.currency))
    said = _said(number, row, viewer)
    if said:
        facts.append(said)
    if row.by:
        facts.append(f"<@{row.by}>" if called is None else kit.esc(called.get(row.by, "")))
    return " · ".join(facts)


def _said(number: Number | None, row: NumberRow, viewer: Viewer) -> str:
    was, becomes = kit.esc(kit.cut(row.was, NAME_SHOWN)), kit.esc(kit.cut(row.becomes, NAME_SHOWN))
    if number is Number.MOVED:
        return viewer.t("{old} to {new}", old=was, new=becomes)
    if number is Number.SLIPPED and row.was:
        old = viewer.date(date.fromisoformat(row.was))
        if not row.becomes:
            return viewer.t("was to close {day}", day=old)
        return viewer.t("{old} to {new}", old=old, new=viewer.date(date.fromisoformat(row.becomes)))
    if number is Number.CALLS:
        return viewer.t(OUTCOMES[CallOutcome(row.becomes)]) if row.becomes else viewer.t("No outcome")
    return becomes


def why(deal: Needy, viewer: Viewer, most: int = len(Need)) -> str:
    """Why a deal needs somebody, at most so many reasons of it."""
    return "; ".join(_need(need, deal, viewer) for need in deal.needs[:most])


def _need(need: Need, deal: Needy, viewer: Viewer) -> str:
    match need:
        case Need.SLOW:
            stage = kit.esc(kit.cut(deal.stage, NAME_SHOWN))
            text = viewer.nt("{n} day in {stage}", "{n} days in {stage}", deal.days_in_stage, stage=stage)
            if deal.usual_days is None:
                return text
            return text + viewer.nt(" (usually {n} day)", " (usually {n} days)", max(deal.usual_days, 1))
        case Need.NO_NEXT_STEP:
            return viewer.t("no next step")
        case Need.QUIET:
            if deal.touched_at is None:
                return viewer.t("nobody spoke with them yet")
            return viewer.t("last contact {day}", day=viewer.date(viewer.local_date(deal.touched_at)))
