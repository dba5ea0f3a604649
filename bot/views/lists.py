"""Lists of leads and deals, with the selects that filter them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.replies import Block, Message
from bot.routes import Action, ChangeList, NewDeal, NewLead, SelectRows, ShowList
from bot.views import kit
from bot.views.deals import row_block as deal_row
from bot.views.leads import STATUS
from bot.views.leads import row_block as lead_row
from core import lists
from core.enums import EntityType
from core.i18n import Viewer
from core.lists import ListFilter
from core.queries.deals import DealRow
from core.queries.leads import LeadRow
from core.queries.lists import ListChoices
from core.queries.records import Page

WHEN: Mapping[EntityType, Mapping[str, str]] = {
    EntityType.LEAD: {
        "": "Any follow-up",
        lists.DUE: "Follow-up due",
        lists.OVERDUE: "Follow-up overdue",
    },
    EntityType.DEAL: {
        "": "Any time",
        lists.DUE: "Follow-up due",
        lists.OVERDUE: "Past its expected close",
        lists.STALE: "Longer in its stage than usual",
        lists.CLOSING: "Closing within 30 days",
    },
}
SORTS: Mapping[str, str] = {
    "newest": "Newest first",
    "follow_up": "By next follow-up",
    "close": "By expected close",
    "value": "Most valuable first",
    "stage": "By stage",
    "name": "By name",
    "touched": "Last touched first",
}
OWNERS: Mapping[str, str] = {
    "": "Anybody's",
    lists.WORK: "Mine and unassigned",
    lists.MINE: "Mine",
    lists.NOBODY: "Unassigned",
}
TITLES: Mapping[EntityType, str] = {EntityType.LEAD: "Leads", EntityType.DEAL: "Deals"}
USUAL: Mapping[EntityType, str] = {
    EntityType.LEAD: "Open leads: yours and unassigned",
    EntityType.DEAL: "Open deals, by expected close",
}
EMPTY: Mapping[EntityType, str] = {
    EntityType.LEAD: "You have no open leads, and nobody's are waiting.",
    EntityType.DEAL: "No open deals yet.",
}
SHOWN = 12
"""Names of a workspace's own in one select."""
NAME_SHOWN = 30
STAGE_SHOWN, PIPELINE_SHOWN = 16, 11
"""Characters of the two where both are shown."""
Options = Sequence[tuple[str, str]]
"""Values and what is read for them."""


@dataclass(frozen=True)
class ListData:
    """A page of a list, its filter, and what it could be filtered by."""

    entity: EntityType
    page: Page[LeadRow] | Page[DealRow]
    chosen: ListFilter
    choices: ListChoices

    @property
    def usual(self) -> bool:
        """Whether it is filtered as it is for somebody who never chose."""
        return self.chosen == lists.DEFAULTS[self.entity]


def listing(data: ListData, viewer: Viewer) -> Message:
    """A page of leads or deals under its filter."""
    title = viewer.t((USUAL if data.usual else TITLES)[data.entity])
    blocks: list[Block] = [kit.header(title), filter_bar(data, viewer)]
    blocks += _besides(data, viewer)
    if not data.page.rows:
        text = viewer.t(EMPTY[data.entity] if data.usual else "Nothing here fits this filter.")
        return Message(text, [*blocks, kit.section(text), kit.actions(*_buttons(data, viewer))])
    blocks += [_row(row, viewer) for row in data.page.rows]
    names = "; ".join(f"{row.ref} {kit.esc(row.name)}" for row in data.page.rows)
    if data.entity is EntityType.LEAD:
        text = viewer.nt("{n} lead: {names}", "{n} leads: {names}", len(data.page.rows), names=names)
    else:
        text = viewer.nt("{n} deal: {names}", "{n} deals: {names}", len(data.page.rows), names=names)
    return Message(text, [*blocks, kit.actions(*_buttons(data, viewer))])


def filter_bar(data: ListData, viewer: Viewer) -> Block:
    """The selects above a list, each showing what is chosen."""
    chosen, made = data.chosen, data.choices
    selects = [
        _select(data, "owner", viewer.t("Owner"), _owner_options(data, viewer)),
        _select(data, "state", _state_name(data, viewer), _state_options(data, viewer)),
        _select(data, "when", viewer.t("When"), _translated(WHEN[data.entity], viewer)),
    ]
    if made.sources:
        anything = ("", viewer.t("Any source"))
        selects.append(_select(data, "source", viewer.t("Source"), [anything, *_few(made.sources, chosen.source)]))
    sorts = [(name, viewer.t(SORTS[name])) for name in lists.SORTS[data.entity]]
    selects.append(_select(data, "sort", viewer.t("Sort"), sorts, chosen.sort or sorts[0][0]))
    return kit.actions(*selects)


def _besides(data: ListData, viewer: Viewer) -> list[Block]:
    """What the list is filtered by that has no select: it was typed."""
    lines: list[str] = []
    if data.chosen.words:
        lines.append(viewer.t("Only what fits “{words}”.", words=kit.esc(data.chosen.words)))
    tag = dict(data.choices.tags).get(data.chosen.tag)
    if tag:
        lines.append(viewer.t("Only what is tagged “{tag}”.", tag=kit.esc(tag)))
    return [kit.context(*lines)] if lines else []


def _select(data: ListData, name: str, placeholder: str, options: Options, value: str | None = None) -> Block:
    entity = data.entity.value
    routes: list[tuple[str, Action]] = [(text, ChangeList.of_field(entity, name, option)) for option, text in options]
    shown = str(getattr(data.chosen, name)) if value is None else value
    return kit.route_select(placeholder, routes, ChangeList.of_field(entity, name, shown).pack())


def _owner_options(data: ListData, viewer: Viewer) -> Options:
    options = [*_translated(OWNERS, viewer), *_few(data.choices.people, data.chosen.owner)]
    if data.chosen.owner not in {value for value, _ in options}:
        options.append((data.chosen.owner, viewer.t("The person you named")))
    return options


def _state_name(data: ListData, viewer: Viewer) -> str:
    return viewer.t("Status") if data.entity is EntityType.LEAD else viewer.t("Stage")


def _state_options(data: ListData, viewer: Viewer) -> Options:
    ends = (lists.ALL, viewer.t("Open and closed"))
    if data.entity is EntityType.LEAD:
        statuses = [(status.value, viewer.t(text)) for status, text in STATUS.items()]
        return [(lists.OPEN, viewer.t("All open")), *statuses, ends]
    closed = [(lists.WON, viewer.t("Won")), (lists.LOST, viewer.t("Lost"))]
    stages = [(value, _stage(name, data.choices.pipelines.get(value, ""))) for value, name in data.choices.stages]
    return [(lists.OPEN, viewer.t("All open")), *_few(stages, data.chosen.state), *closed, ends]


def _stage(name: str, pipeline: str) -> str:
    """A stage's name, with its pipeline's where there are several."""
    return f"{kit.cut(name, STAGE_SHOWN)} ({kit.cut(pipeline, PIPELINE_SHOWN)})" if pipeline else name


def _few(options: Options, chosen: str) -> list[tuple[str, str]]:
    """The first of many, and the chosen one: all blocks of a message together may have some 13,000 characters. The
    others can be typed after the command.
    """
    kept = [*options[:SHOWN], *(one for one in options[SHOWN:] if one[0] == chosen)]
    return [(value, kit.cut(name, NAME_SHOWN)) for value, name in kept]


def _translated(options: Mapping[str, str], viewer: Viewer) -> list[tuple[str, str]]:
    return [(value, viewer.t(text)) for value, text in options.items()]


def _row(row: LeadRow | DealRow, viewer: Viewer) -> Block:
    return lead_row(row, viewer) if isinstance(row, LeadRow) else deal_row(row, viewer)


def _buttons(data: ListData, viewer: Viewer) -> list[Block]:
    entity, page = data.entity.value, data.page
    buttons: list[Block] = []
    if page.page:
        buttons.append(kit.button(viewer.t("Previous"), ShowList(entity, data.chosen, page.page - 1)))
    if page.has_more:
        buttons.append(kit.button(viewer.t("Next"), ShowList(entity, data.chosen, page.page + 1)))
    if page.rows:
        select = SelectRows(entity, data.chosen, page.page)
        buttons.append(kit.button(viewer.t("Select…"), select, label=viewer.t("Change several of these at once")))
    if data.entity is EntityType.LEAD:
        buttons.append(kit.button(viewer.t("New lead"), NewLead()))
    else:
        buttons.append(kit.button(viewer.t("New deal"), NewDeal()))
    if not data.usual:
        label = viewer.t("Show the usual list again")
        buttons.append(kit.button(viewer.t("Reset"), ChangeList.of_field(entity), label=label))
    return buttons


# -- owners -------------------------------------------------------------------------------------------------------


def whose(entity: EntityType, viewer: Viewer) -> Message:
    """What to type after `/lead assign`."""
    example = "/lead assign L-42 @ana" if entity is EntityType.LEAD else "/deal assign D-7 @ana"
    return Message(viewer.t("Which one, and to whom? For example `{example}`.", example=example))
