"""Targets: what people and teams are to reach in a month, how far they are, and the form that sets it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from bot.replies import Block, Choice, Modal
from bot.routes import (
    CopyTargets,
    EditTargets,
    OpenTargets,
    RemoveTargets,
    SaveTargets,
    SearchTargets,
    ShowNumber,
    ShowTargets,
    TargetPlace,
    UndoTargets,
)
from bot.views import kit
from bot.views.forms import Field, Form, Money, Number, Text
from bot.views.history import edited_meanwhile
from bot.views.numbers import TITLES
from bot.views.pipeline import WHOSE
from bot.views.records import undo_button
from bot.views.settings import Done, Meanwhile, Notice, Shown
from core.enums import TargetKind
from core.i18n import Viewer
from core.queries.metrics import Progress
from core.queries.metrics.targets import NUMBERS
from core.queries.targets import MonthProgress, TargetDetails, TargetPage, TargetRow
from core.targets import COUNT_MAX, TargetsInput, Wanted, in_reach, month_after, month_before

VALUE = "value_"
"""Begins the name of the field of each currency; core.targets names its problems so."""


def said(one: Progress, viewer: Viewer) -> str:
    """How far a target is: `€12,000 won of €60,000 (20%)`."""
    percent = viewer.percent(one.percent)
    match one.kind:
        case TargetKind.VALUE_WON:
            return viewer.t(
                "{done} won of {target} ({percent})",
                done=viewer.short_money(one.done, one.currency),
                target=viewer.short_money(one.target, one.currency),
                percent=percent,
            )
        case TargetKind.CALLS:
            return viewer.nt(
                "{done} of {n} call ({percent})",
                "{done} of {n} calls ({percent})",
                int(one.target),
                done=viewer.number(int(one.done)),
                percent=percent,
            )
        case TargetKind.MAILS:
            return viewer.nt(
                "{done} of {n} mail ({percent})",
                "{done} of {n} mails ({percent})",
                int(one.target),
                done=viewer.number(int(one.done)),
                percent=percent,
            )


# -- the list -----------------------------------------------------------------------------------------------------


def _words(words: str) -> str:
    return words


SEARCH_FORM: Form[str] = Form(_words, (Text("words", "Search people", max_length=80),))


def page_modal(shown: TargetPage, notice: Notice, revision: str, viewer: Viewer) -> Modal:
    """A page of a month's targets. With more people than a page takes, they can be searched."""
    here = TargetPlace(shown.month, shown.words, shown.page.page)
    blocks: list[Block] = [*_top(notice, here, viewer), kit.section(f"*{viewer.month(shown.month)}*")]
    blocks.append(kit.actions(*_months(shown, viewer)))
    many = bool(shown.words or shown.page.page or shown.page.has_more)
    if many:
        blocks += SEARCH_FORM.blocks(viewer, {"words": shown.words}, revision=revision)
    blocks += [_row(row, here, viewer) for row in shown.page.rows]
    if not shown.page.rows:
        blocks.append(kit.section(viewer.t("Nobody is called “{words}”.", words=kit.esc(shown.words))))
    turns = _turns(shown, viewer)
    if turns:
        blocks.append(kit.actions(*turns))
    if not shown.may_set:
        blocks.append(kit.context(viewer.t("Your manager or an admin sets them.")))
    title, close = viewer.t("Targets"), viewer.t("Close")
    if not many:
        return Modal(title, blocks, close=close)
    return Modal(title, blocks, SearchTargets(shown.month), viewer.t("Search"), close)


def _top(notice: Notice, back: TargetPlace, viewer: Viewer) -> list[Block]:
    """What was just done, with Undo; or what somebody else did meanwhile."""
    if isinstance(notice, Meanwhile):
        return edited_meanwhile(notice.who, notice.changes, viewer)
    if not isinstance(notice, Done):
        return []
    undo = None
    if notice.change_id is not None:
        undo = undo_button(UndoTargets(notice.change_id, back), viewer, was_undo=notice.was_undo)
    return [kit.section(notice.text, undo), kit.divider()]


def _months(shown: TargetPage, viewer: Viewer) -> list[Block]:
    """To the months around this one, as far as targets reach, and all of the month before once more."""
    before, after = month_before(shown.month), month_after(shown.month)
    made: list[Block] = []
    if in_reach(before, shown.this_month):
        made.append(kit.button(f"‹ {viewer.month(before)}", ShowTargets(before), label=viewer.t("The month before")))
    if in_reach(after, shown.this_month):
        made.append(kit.button(f"{viewer.month(after)} ›", ShowTargets(after), label=viewer.t("The month after")))
    if shown.to_copy:
        label = viewer.t("For all who have none yet, the targets of {month}", month=viewer.month(before))
        made.append(kit.button(viewer.t("Copy last month's"), CopyTargets(shown.month), label=label))
    return made


def _turns(shown: TargetPage, viewer: Viewer) -> list[Block]:
    made = []
    if shown.page.page:
        made.append(kit.button(viewer.t("Previous"), ShowTargets(shown.month, shown.words, shown.page.page - 1)))
    if shown.page.has_more:
        made.append(kit.button(viewer.t("Next"), ShowTargets(shown.month, shown.words, shown.page.page + 1)))
    if shown.words:
        made.append(kit.button(viewer.t("Show all"), ShowTargets(shown.month)))
    return made


def _row(row: TargetRow, here: TargetPlace, viewer: Viewer) -> Block:
    lines = [f"*{whom(row, viewer)}*", *(said(one, viewer) for one in row.progress)]
    lines += [viewer.t("{progress}, its people's together", progress=said(one, viewer)) for one in row.added_up]
    if len(lines) == 1:
        lines.append(viewer.t("No target"))
    button = None
    if row.may_set and here.month is not None:
        text = viewer.t("Edit") if row.progress else viewer.t("Set")
        label = viewer.t("Set the targets of {name}", name=row.name)
        button = kit.button(text, EditTargets(row.holder, here.month, here), label=label)
    return kit.section("\n".join(lines), button)


def copied(count: int, viewer: Viewer) -> str:
    """For how many the month before was copied."""
    if not count:
        return viewer.t("Everybody has their targets already.")
    return viewer.nt("Copied for {n} person or team.", "Copied for {n} people and teams.", count)


def whom(row: TargetRow, viewer: Viewer) -> str:
    """Whose targets, as mrkdwn."""
    person = f"<@{row.slack_user_id}>"
    return viewer.t("Team of {person}", person=person) if row.holder.team else person


# -- how far it is ------------------------------------------------------------------------------------------------


def progress_modal(shown: MonthProgress, viewer: Viewer) -> Modal:
    """A month's targets of some people: each with what is missing, and a button to what counts."""
    blocks: list[Block] = [kit.section(f"*{viewer.month(shown.month)}* · {viewer.t(WHOSE[shown.whose])}")]
    span = (shown.span.since, shown.span.until, str(shown.span.zone), shown.whose)
    for one in shown.progress:
        opened = ShowNumber(*span, NUMBERS[one.kind])
        label = viewer.t("Show: {number}", number=viewer.t(TITLES[NUMBERS[one.kind]]))
        lines = [said(one, viewer), *_missing(one, shown.days_left, viewer)]
        blocks.append(kit.section("\n".join(lines), kit.button(viewer.t("Show"), opened, label=label)))
    if not shown.progress:
        blocks.append(kit.section(viewer.t("No target is set for this month.")))
    text = viewer.t("Set targets") if shown.may_set else viewer.t("My targets")
    blocks.append(kit.actions(kit.button(text, OpenTargets(shown.month))))
    return Modal(viewer.t("Targets"), blocks, close=viewer.t("Close"))


def _missing(one: Progress, days_left: int, viewer: Viewer) -> list[str]:
    missing = one.target - one.done
    if missing <= 0:
        return [viewer.t("Reached.")]
    is_value = one.kind is TargetKind.VALUE_WON
    amount = viewer.short_money(missing, one.currency) if is_value else viewer.number(int(missing))
    if not days_left:
        return [viewer.t("{amount} were missing.", amount=amount)]
    return [
        viewer.nt(
            "{amount} to go, {n} working day left.", "{amount} to go, {n} working days left.", days_left, amount=amount
        )
    ]


# -- the form -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ValueWon(Money):
    """What is to be won in one currency (ISO 4217)."""

    currency: str = ""

    def block(self, viewer: Viewer, value: Any, choices: Sequence[Choice], revision: str = "") -> Block:
        told = replace(self, label=viewer.t(self.label, currency=self.currency))
        return super(ValueWon, told).block(viewer, value, choices, revision)


def form_for(currencies: Sequence[str]) -> Form[TargetsInput]:
    """A field for the value won in each currency, and two for what is counted."""
    values: list[Field] = [ValueWon(f"{VALUE}{one}", "Value won, {currency}", currency=one) for one in currencies]
    counts = (
        Number("calls", "Calls", high=COUNT_MAX),
        Number("mails", "Mails", high=COUNT_MAX, hint="What is left empty is no target."),
    )
    return Form(_input, (*values, *counts))


def _input(**typed: Any) -> TargetsInput:
    won = {name.removeprefix(VALUE): amount for name, amount in typed.items() if name.startswith(VALUE)}
    return TargetsInput(won, typed["calls"], typed["mails"])


def values_of(wanted: Sequence[Wanted]) -> dict[str, Any]:
    """Targets as the form's values."""
    return {f"{VALUE}{one.currency}" if one.currency else one.kind.value: _shown(one) for one in wanted}


def _shown(one: Wanted) -> Decimal | int:
    return one.amount if one.currency else int(one.amount)


def typed_values(values: TargetsInput) -> dict[str, Any]:
    """What was typed as the form's values, to show it again."""
    won = {f"{VALUE}{currency}": amount for currency, amount in values.value_won.items()}
    return {**won, "calls": values.calls, "mails": values.mails}


def form_modal(
    found: TargetDetails, route: SaveTargets, values: Mapping[str, Any], shown: Shown, viewer: Viewer
) -> Modal:
    """What somebody is to reach in a month."""
    buttons = [kit.button(viewer.t("Back"), ShowTargets(route.month, route.back.words, route.back.page))]
    if found.wanted:
        remove = RemoveTargets(route.holder, route.month, route.back)
        buttons.append(kit.button(viewer.t("Remove all"), remove, style="danger"))
    head = f"*{whom(found.row, viewer)}* · {viewer.month(route.month)}"
    if route.holder.team:
        head += "\n" + viewer.t("Of all who work for them, themselves included. It counts instead of theirs.")
    return Modal(
        viewer.t("Targets"),
        [
            *_top(shown.notice, route.back, viewer),
            kit.section(head),
            *form_for(route.currencies).blocks(viewer, values, revision=shown.revision),
            kit.actions(*buttons),
        ],
        route,
        viewer.t("Save"),
        viewer.t("Close"),
    )
