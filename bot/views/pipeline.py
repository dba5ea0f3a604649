"""A pipeline in Slack: what stands in each stage, a chart of it, and which deals need somebody."""

from collections.abc import Sequence
from decimal import Decimal

from bot.replies import Block, Message
from bot.routes import ListDeals, NewDeal, OpenRecord, ShowPipeline
from bot.views import kit, people
from core.i18n import Viewer
from core.queries.pipeline import Board, Reason, StageLine, Sum, Waiting, Whose

WHOSE = {Whose.MINE: "Mine", Whose.TEAM: "Team", Whose.ALL: "All"}
SECTIONS = 12
"""Sections the stages are spread over at most; a message holds fifty blocks."""
STAGE_TEXT = 700
NAME_SHOWN = 80
# Slack's limits of a chart (docs.slack.dev, data_visualization block).
CHARTS = 2
CHART_TITLE = 50
CHART_LABEL = 20
CHART_POINTS = 20


def board(shown: Board, viewer: Viewer) -> Message:
    """The whole of it. Every number of the charts is in the text too: Slack may show the message without them."""
    if not shown.count:
        return _empty(shown, viewer)
    title = f"{shown.pipeline.name} · {viewer.t(WHOSE[shown.whose])}"
    blocks: list[Block] = [kit.header(title), *_no_team(shown, viewer), *_waiting(shown, viewer), kit.divider()]
    blocks += [kit.section(_totals(shown, viewer)), *charts(shown, viewer), *_stages(shown.stages, viewer)]
    blocks += _filters(shown, viewer)
    return Message(_spoken(shown, viewer), blocks)


def _empty(shown: Board, viewer: Viewer) -> Message:
    text = _name(shown, viewer) + "\n" + viewer.t("No open deals here yet.")
    new = kit.actions(kit.button(viewer.t("New deal"), NewDeal(), style="primary"))
    blocks = [kit.section(text), *_no_team(shown, viewer), new, *_filters(shown, viewer)]
    return Message(text.replace("\n", " ").replace("*", ""), blocks)


def _no_team(shown: Board, viewer: Viewer) -> list[Block]:
    """Why these are the reader's own deals, though they asked for the team's."""
    if not shown.no_team:
        return []
    text = viewer.t(
        "There is no team whose deals you see, so these are your own. "
        "Admins decide who reports to whom and who sees what."
    )
    return [kit.context(text)]


def _name(shown: Board, viewer: Viewer) -> str:
    return f"*{kit.esc(kit.cut(shown.pipeline.name, NAME_SHOWN))}* · {viewer.t(WHOSE[shown.whose])}"


def _spoken(shown: Board, viewer: Viewer) -> str:
    """The message in a few words: for notifications and screen readers."""
    sums = "; ".join(_sum(one, viewer) for one in shown.totals[:5])
    return viewer.t(
        "Pipeline {name}, {whose}: {sums}",
        name=kit.esc(kit.cut(shown.pipeline.name, NAME_SHOWN)),
        whose=viewer.t(WHOSE[shown.whose]),
        sums=sums,
    )


def _totals(shown: Board, viewer: Viewer) -> str:
    """One line a currency: they are never added up."""
    return "\n".join(f"*{_sum(one, viewer)}*" for one in shown.totals)


def _sum(one: Sum, viewer: Viewer) -> str:
    text = viewer.nt(
        "{n} deal · {value} · weighted {weighted}",
        "{n} deals · {value} · weighted {weighted}",
        one.count,
        value=viewer.short_money(one.value, one.currency),
        weighted=viewer.short_money(one.weighted, one.currency),
    )
    if one.unvalued:
        text += " · " + viewer.nt("{n} without a value", "{n} without a value", one.unvalued)
    return text


# -- stages -------------------------------------------------------------------------------------------------------


def _stages(stages: Sequence[StageLine], viewer: Viewer) -> list[Block]:
    """The stages in their order, each a few short lines; many share sections. Those without deals share one line."""
    texts = [kit.cut(_stage(one, viewer), STAGE_TEXT) for one in stages if one.sums]
    empty = [kit.esc(kit.cut(one.name, NAME_SHOWN)) for one in stages if not one.sums]
    if empty:
        texts.append(kit.cut(viewer.t("No deals in: {stages}", stages=", ".join(empty)), STAGE_TEXT))
    per = max(1, -(-len(texts) // SECTIONS))
    return [kit.section("\n".join(texts[start : start + per])) for start in range(0, len(texts), per)]


def _stage(stage: StageLine, viewer: Viewer) -> str:
    name = kit.esc(kit.cut(stage.name, NAME_SHOWN))
    head = f"*{name}* · {viewer.percent(stage.probability)}"
    return "\n".join([head, *(_sum(one, viewer) for one in stage.sums)])


# -- the charts ---------------------------------------------------------------------------------------------------


def charts(shown: Board, viewer: Viewer) -> list[Block]:
    """Value and weighted value by stage: a chart a currency, for the first two with a value in more than one stage.
    A stage without deals in the currency has no column.

    None where there are more stages than a chart takes: half a chart would mislead.
    """
    if len(shown.stages) > CHART_POINTS:
        return []
    columns = [one.currency for stage in shown.stages for one in stage.sums]
    worth = [one.currency for one in shown.totals if one.value and columns.count(one.currency) > 1]
    return [_chart(shown.stages, currency, viewer) for currency in worth[:CHARTS]]


def _chart(stages: Sequence[StageLine], currency: str, viewer: Viewer) -> Block:
    columns = [(stage.name, one) for stage in stages for one in stage.sums if one.currency == currency]
    labels = labels_for([name for name, _ in columns])
    series = (
        (viewer.t("Value"), [one.value for _, one in columns]),
        (viewer.t("Weighted"), [one.weighted for _, one in columns]),
    )
    return bars(viewer.t("Value by stage, {currency}", currency=currency), labels, series)


def bars(title: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[Decimal]]]) -> Block:
    """A chart of columns: for each label (see `labels_for`) one of each series. At most twenty labels."""
    return {
        "type": "data_visualization",
        "title": kit.cut(title, CHART_TITLE),
        "chart": {
            "type": "bar",
            "series": [
                {
                    "name": kit.cut(name, CHART_LABEL),
                    "data": [
                        {"label": label, "value": float(amount)} for label, amount in zip(labels, amounts, strict=True)
                    ],
                }
                for name, amounts in series
            ],
            "axis_config": {"categories": list(labels)},
        },
    }


def labels_for(names: Sequence[str]) -> list[str]:
    """Stage names short enough for an axis, and still told apart: a chart takes no label twice."""
    made: list[str] = []
    for position, name in enumerate(names, start=1):
        label = kit.cut(name, CHART_LABEL)
        if label in made:
            label = f"{kit.cut(name, CHART_LABEL - 3)} {position}"
        made.append(label)
    return made


# -- who waits ----------------------------------------------------------------------------------------------------


def _waiting(shown: Board, viewer: Viewer) -> list[Block]:
    if not shown.waiting:
        return [kit.section(viewer.t("No deal needs attention right now."))]
    heading = viewer.t("*Needs attention*")
    if shown.waiting_in_all > len(shown.waiting):
        heading += " · " + viewer.t(
            "{shown} of {all}, the most pressing first", shown=len(shown.waiting), all=shown.waiting_in_all
        )
    return [kit.section(heading), *(_waiting_row(one, shown, viewer) for one in shown.waiting)]


def _waiting_row(deal: Waiting, shown: Board, viewer: Viewer) -> Block:
    name = kit.named(deal.name, deal.account, NAME_SHOWN)
    facts = [kit.esc(kit.cut(deal.stage, NAME_SHOWN))]
    if deal.value is not None:
        facts.insert(0, viewer.short_money(deal.value, deal.currency))
    if shown.whose is not Whose.MINE:
        facts.append(people.owner(deal.owner, viewer))
    why = "; ".join(_why(reason, deal, shown, viewer) for reason in deal.reasons)
    label = viewer.t("Open {ref}", ref=deal.ref)
    return kit.section(
        f"*{deal.ref}* · {name}\n{' · '.join(facts)}\n{why}",
        kit.button(viewer.t("Open"), OpenRecord("deal", deal.id), label=label),
    )


def _why(reason: Reason, deal: Waiting, shown: Board, viewer: Viewer) -> str:
    match reason:
        case Reason.CLOSE_PASSED:
            day = deal.expected_close or shown.today
            return viewer.t("was to close {when}", when=viewer.relative_date(day, shown.today))
        case Reason.FOLLOW_UP_OVERDUE:
            day = deal.next_follow_up or shown.today
            return viewer.t("follow-up was due {when}", when=viewer.relative_date(day, shown.today))
        case Reason.STALE:
            return viewer.nt(
                "{n} day in this stage, longer than usual",
                "{n} days in this stage, longer than usual",
                deal.days_in_stage,
            )
        case Reason.NO_FOLLOW_UP:
            return viewer.t("no next follow-up")


# -- filters ------------------------------------------------------------------------------------------------------


def _filters(shown: Board, viewer: Viewer) -> list[Block]:
    """Whose deals, which pipeline, and all deals as a list."""
    row: list[Block] = []
    if len(shown.choices) > 1:
        row += [_whose_button(one, shown, viewer) for one in shown.choices]
    if len(shown.pipelines) > 1:
        choices = [
            (kit.cut(one.name, kit.OPTION_TEXT_MAX), ShowPipeline(shown.whose, one.id)) for one in shown.pipelines
        ]
        row.append(kit.route_select(viewer.t("Pipeline"), choices, ShowPipeline(shown.whose, shown.pipeline.id).pack()))
    row.append(kit.button(viewer.t("List deals"), ListDeals()))
    return [kit.actions(*row)]


def _whose_button(whose: Whose, shown: Board, viewer: Viewer) -> Block:
    text = viewer.t(WHOSE[whose])
    chosen = whose is shown.whose
    # The heading says which one it is; the colour only repeats that.
    label = viewer.t("{whose}, shown now", whose=text) if chosen else ""
    route = ShowPipeline(whose, shown.pipeline.id)
    return kit.button(text, route, style="primary" if chosen else "", label=label)
