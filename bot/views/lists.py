"""Lists of leads, deals and quotes, and the window in which they are filtered."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.replies import Block, Choice, Message, Modal
from bot.routes import Action, AskFilter, FilterList, KeepFilter, NewDeal, NewLead, NewQuote, SelectRows, ShowList
from bot.views import kit
from bot.views.deals import row_block as deal_row
from bot.views.forms import Form, Select, Text
from bot.views.leads import STATUS
from bot.views.leads import row_block as lead_row
from bot.views.quotes import LISTED
from bot.views.quotes import STATUS as QUOTE_STATUS
from bot.views.quotes import row_block as quote_row
from core import lists
from core.enums import EntityType
from core.i18n import Viewer
from core.lists import ListFilter
from core.queries.deals import DealRow
from core.queries.leads import LeadRow
from core.queries.lists import ListChoices
from core.queries.quotes import QuoteRow
from core.queries.records import Page

ANY = "any"
"""Stands for no filter in a select, whose options must have a value."""
WHEN: Mapping[EntityType, Mapping[str, str]] = {
    EntityType.LEAD: {
        ANY: "Any follow-up",
        lists.DUE: "Follow-up due",
        lists.OVERDUE: "Follow-up overdue",
    },
    EntityType.DEAL: {
        ANY: "Any time",
        lists.DUE: "Follow-up due",
        lists.OVERDUE: "Past its expected close",
        lists.STALE: "Longer in its stage than usual",
        lists.CLOSING: "Closing within 30 days",
    },
    EntityType.QUOTE: {
        ANY: "Any time",
        lists.EXPIRING: "Holds 7 more days at most",
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
    "valid": "By how long it holds",
}
OWNERS: Mapping[str, str] = {
    ANY: "Anybody's",
    lists.WORK: "Mine and unassigned",
    lists.MINE: "Mine",
    lists.TEAM: "My team's",
    lists.NOBODY: "Unassigned",
}
FILTER: Mapping[EntityType, str] = {
    EntityType.LEAD: "Filter leads",
    EntityType.DEAL: "Filter deals",
    EntityType.QUOTE: "Filter quotes",
}
TITLES: Mapping[EntityType, str] = {EntityType.LEAD: "Leads", EntityType.DEAL: "Deals", EntityType.QUOTE: "Quotes"}
USUAL: Mapping[EntityType, str] = {
    EntityType.LEAD: "Open leads: yours and unassigned",
    EntityType.DEAL: "Open deals, by expected close",
    EntityType.QUOTE: "Quotes, newest first",
}
EMPTY: Mapping[EntityType, str] = {
    EntityType.LEAD: "You have no open leads, and nobody's are waiting.",
    EntityType.DEAL: "No open deals yet.",
    EntityType.QUOTE: "No quotes yet.",
}
SPOKEN: Mapping[EntityType, tuple[str, str]] = {
    EntityType.LEAD: ("{n} lead: {names}", "{n} leads: {names}"),
    EntityType.DEAL: ("{n} deal: {names}", "{n} deals: {names}"),
    EntityType.QUOTE: ("{n} quote: {names}", "{n} quotes: {names}"),
}
NEW: Mapping[EntityType, tuple[str, Action]] = {
    EntityType.LEAD: ("New lead", NewLead()),
    EntityType.DEAL: ("New deal", NewDeal()),
    EntityType.QUOTE: ("New quote", NewQuote()),
}
BULK = (EntityType.LEAD, EntityType.DEAL)
"""Records of which several can be changed at once."""
LABELS: Mapping[EntityType, Mapping[str, str]] = {
    EntityType.LEAD: {"state": "Status", "when": "Follow-up"},
    EntityType.DEAL: {"state": "Stage", "when": "Follow-up and dates"},
    EntityType.QUOTE: {"state": "Status", "when": "Valid until"},
}
"""What two fields of a filter are called; the others have one name everywhere."""
STAGE_SHOWN, PIPELINE_SHOWN = 40, 30
"""Characters of the two where both are shown."""
PART_SHOWN = 75
Rows = Page[LeadRow] | Page[DealRow] | Page[QuoteRow]
Typed = Mapping[str, str]
"""What was chosen, by field of a filter."""


def _typed(**chosen: str) -> Typed:
    return {name: "" if value == ANY else value for name, value in chosen.items()}


@dataclass(frozen=True)
class ListData:
    """A page of a list, its filter, and what it could be filtered by."""

    entity: EntityType
    page: Rows
    chosen: ListFilter
    choices: ListChoices
    own: ListFilter
    """What the reader made theirs, or the usual one."""
    just_kept: bool = False
    """The reader made this filter theirs just now."""

    @property
    def usual(self) -> bool:
        """Whether it is filtered as it is for somebody who never chose."""
        return self.chosen == lists.DEFAULTS[self.entity]


def listing(data: ListData, viewer: Viewer) -> Message:
    """A page of a list, below one line that says what it is filtered by."""
    title = viewer.t((USUAL if data.usual else TITLES)[data.entity])
    asking = AskFilter(data.entity.value, data.chosen)
    button = kit.button(viewer.t("Filter"), asking, label=viewer.t("Change what this list shows"))
    blocks: list[Block] = [kit.header(title), kit.section(filter_line(data, viewer), button)]
    if data.just_kept:
        blocks.append(kit.context(viewer.t("`{command}` shows you this list from now on.", command=_command(data))))
    if not data.page.rows:
        text = viewer.t(EMPTY[data.entity] if data.usual else "Nothing here fits this filter.")
        return Message(text, [*blocks, kit.section(text), kit.actions(*_buttons(data, viewer))])
    blocks += [_row(row, viewer) for row in data.page.rows]
    names = "; ".join(f"{row.ref} {kit.esc(row.name)}" for row in data.page.rows)
    text = viewer.nt(*SPOKEN[data.entity], len(data.page.rows), names=names)
    return Message(text, [*blocks, kit.actions(*_buttons(data, viewer))])


def window(entity: EntityType, page: Message, viewer: Viewer) -> Modal:
    """A list where there is no conversation to show it in."""
    return Modal(viewer.t(TITLES[entity]), page.blocks)


def _command(data: ListData) -> str:
    return f"/{data.entity.value} list"


# -- the filter ---------------------------------------------------------------------------------------------------


def filter_line(data: ListData, viewer: Viewer) -> str:
    """What a list is filtered by, in one line of mrkdwn: `Mine · New · Follow-up due · Newest first`."""
    entity, chosen, offered = data.entity, data.chosen, offers(data.entity, data.choices, viewer)
    parts = [
        offered["owner"].get(chosen.owner or ANY) or _not_offered(chosen.owner, viewer),
        offered["state"].get(chosen.state) or viewer.t("A stage that was removed"),
        offered["when"].get(chosen.when, ""),
        _source(chosen.source, offered["source"], viewer),
        _tag(chosen.tag, offered["tag"], viewer),
        viewer.t("with “{words}”", words=chosen.words) if chosen.words else "",
        offered["sort"][chosen.sort or lists.SORTS[entity][0]],
    ]
    return " · ".join(kit.esc(kit.cut(part, PART_SHOWN)) for part in parts if part)


def _source(source: str, offered: Mapping[str, str], viewer: Viewer) -> str:
    if not source:
        return ""
    return offered.get(source) or viewer.t("A source that was removed")


def _tag(tag: str, offered: Mapping[str, str], viewer: Viewer) -> str:
    if not tag:
        return ""
    return viewer.t("tagged “{tag}”", tag=offered[tag]) if tag in offered else viewer.t("A tag that was removed")


def _not_offered(owner: str, viewer: Viewer) -> str:
    """An owner that was typed, and that the filter does not offer."""
    if owner == lists.TEAM:
        return viewer.t("Mine (there is no team whose records you see)")
    return viewer.t("The person you named")


def filter_modal(asked: FilterList, choices: ListChoices, viewer: Viewer) -> Modal:
    """All that a list can be filtered by, each showing what it is filtered by now."""
    entity, chosen = EntityType(asked.entity), asked.chosen
    form = filter_form(entity, choices, viewer)
    if chosen.owner and not any(one.value == chosen.owner for one in form.choices["owner"]):
        gone = Choice(_not_offered(chosen.owner, viewer), chosen.owner)
        form = form.with_choices(owner=[*form.choices["owner"], gone])
    shown = {one.name: getattr(chosen, one.name) or ANY for one in form.fields}
    shown |= {"sort": chosen.sort or lists.SORTS[entity][0], "words": chosen.words}
    for name, options in form.choices.items():
        # What was removed is chosen no more: a window with nothing in a select that has to be filled is a riddle.
        if shown[name] not in {one.value for one in options}:
            shown[name] = lists.OPEN if name == "state" else ANY
    return Modal(viewer.t(FILTER[entity]), form.blocks(viewer, shown), asked, viewer.t("Show"), viewer.t("Cancel"))


def filter_form(entity: EntityType, choices: ListChoices, viewer: Viewer) -> Form[Typed]:
    """A select for all there is to choose from, and the words."""
    labels = {"owner": "Owner", **LABELS[entity], "source": "Source", "tag": "Tag", "sort": "Order"}
    offered = {name: texts for name, texts in offers(entity, choices, viewer).items() if set(texts) != {ANY}}
    fields = [Select(name, label, required=True) for name, label in labels.items() if name in offered]
    words = Text("words", "Words in it", max_length=lists.WORDS_MAX, placeholder="A name, a company, an address")
    options = {
        name: [Choice(kit.cut(text, kit.OPTION_TEXT_MAX), value) for value, text in texts.items()]
        for name, texts in offered.items()
    }
    return Form(_typed, (*fields, words)).with_choices(**options)


def offers(entity: EntityType, choices: ListChoices, viewer: Viewer) -> Mapping[str, Mapping[str, str]]:
    """What each select of a filter offers: values, and what is read for them."""
    owners = {one: text for one, text in OWNERS.items() if choices.team or one != lists.TEAM}
    return {
        "owner": {**_translated(owners, viewer), **dict(choices.people)},
        "state": _states(entity, choices, viewer),
        "when": _translated(WHEN[entity], viewer),
        "source": {ANY: viewer.t("Any source"), **dict(choices.sources)},
        "tag": {ANY: viewer.t("Any tag"), **dict(choices.tags)},
        "sort": _translated({name: SORTS[name] for name in lists.SORTS[entity]}, viewer),
    }


def _states(entity: EntityType, choices: ListChoices, viewer: Viewer) -> Mapping[str, str]:
    if entity is EntityType.LEAD:
        between = {status.value: viewer.t(text) for status, text in STATUS.items()}
    elif entity is EntityType.QUOTE:
        between = {status.value: viewer.t(QUOTE_STATUS[status]) for status in LISTED}
    else:
        between = {value: _stage(name, choices.pipelines.get(value, "")) for value, name in choices.stages}
        between |= {lists.WON: viewer.t("Won"), lists.LOST: viewer.t("Lost")}
    return {lists.OPEN: viewer.t("All open"), **between, lists.ALL: viewer.t("Open and closed")}


def _stage(name: str, pipeline: str) -> str:
    """A stage's name, with its pipeline's where there are several."""
    return f"{kit.cut(name, STAGE_SHOWN)} ({kit.cut(pipeline, PIPELINE_SHOWN)})" if pipeline else name


def _translated(texts: Mapping[str, str], viewer: Viewer) -> Mapping[str, str]:
    return {value: viewer.t(text) for value, text in texts.items()}


def _row(row: LeadRow | DealRow | QuoteRow, viewer: Viewer) -> Block:
    match row:
        case LeadRow():
            return lead_row(row, viewer)
        case DealRow():
            return deal_row(row, viewer)
        case QuoteRow():
            return quote_row(row, viewer)


def _buttons(data: ListData, viewer: Viewer) -> list[Block]:
    entity, page = data.entity.value, data.page
    buttons: list[Block] = []
    if page.page:
        buttons.append(kit.button(viewer.t("Previous"), ShowList(entity, data.chosen, page.page - 1)))
    if page.has_more:
        buttons.append(kit.button(viewer.t("Next"), ShowList(entity, data.chosen, page.page + 1)))
    if page.rows and data.entity in BULK:
        select = SelectRows(entity, data.chosen, page.page)
        buttons.append(kit.button(viewer.t("Select…"), select, label=viewer.t("Change several of these at once")))
    text, making = NEW[data.entity]
    buttons.append(kit.button(viewer.t(text), making))
    if data.chosen != data.own:
        label = viewer.t("Show me this list whenever I type {command}", command=_command(data))
        buttons.append(kit.button(viewer.t("Save as mine"), KeepFilter(entity, data.chosen), label=label))
    if not data.usual:
        usual = ShowList(entity, lists.DEFAULTS[data.entity])
        buttons.append(kit.button(viewer.t("Clear"), usual, label=viewer.t("Show the usual list")))
    return buttons


# -- owners -------------------------------------------------------------------------------------------------------


def whose(entity: EntityType, viewer: Viewer) -> Message:
    """What to type after `/lead assign`."""
    example = "/lead assign L-42 @ana" if entity is EntityType.LEAD else "/deal assign D-7 @ana"
    return Message(viewer.t("Which one, and to whom? For example `{example}`.", example=example))
