"""Lists of leads, deals and quotes by their filters; giving records away by command, and claiming them."""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from bot.commands import CommandCall
from bot.dispatch import Request, command, on, on_submit
from bot.replies import Message, OpenModal, Replace, Reply, Say, UpdateModal
from bot.routes import AskFilter, ChangeList, Claim, FilterList, KeepFilter, ListQuotes, ShowList
from bot.saving import confirmed
from bot.views import deal_forms, people
from bot.views import leads as lead_views
from bot.views import lists as views
from bot.views import records as shared
from bot.views.forms import Form
from core import claims, deals, leads, lists
from core.context import Ctx
from core.enums import EntityType
from core.errors import Forbidden, NotFound
from core.lists import ListFilter
from core.queries import lists as queries
from core.queries.deals import deal_card
from core.queries.history import anything_changed
from core.queries.leads import lead_card
from core.queries.records import find_by_ref, hit_of, search
from core.refs import LETTERS, Ref, parse_ref

SEVERAL = 8
PAGES: Mapping[EntityType, Callable[[Ctx, ListFilter, int], views.Rows]] = {
    EntityType.LEAD: queries.lead_list,
    EntityType.DEAL: queries.deal_list,
    EntityType.QUOTE: queries.quote_list,
}
_MENTION = re.compile(r"\s*<@([UW][A-Z0-9]+)(?:\|[^>]*)?>\s*$")
_ME = re.compile(r"\s+me$", re.IGNORECASE)


@command(
    "lead",
    "list",
    arguments="[mine|team|unassigned|STATUS|due|overdue|source:NAME|@user|WORDS]",
    summary="List leads: your own list, or those the words mean",
)
def list_leads_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/lead list`, `/lead list mine due`, `/lead list new source:referral @ben`."""
    return Say(listed(ctx, EntityType.LEAD, html.unescape(call.text)))


@command(
    "deal",
    "list",
    arguments="[mine|team|unassigned|STAGE|due|overdue|stale|closing|won|lost|source:NAME|@user|WORDS]",
    summary="List deals: your own list, or those the words mean",
)
def list_deals_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/deal list`, `/deal list mine stale`, `/deal list proposal acme`."""
    return Say(listed(ctx, EntityType.DEAL, html.unescape(call.text)))


@command(
    "quote",
    "list",
    arguments="[mine|draft|sent|accepted|rejected|expired|open|expiring|@user|WORDS]",
    summary="List quotes: your own list, or those the words mean",
)
def list_quotes_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/quote list`, `/quote list mine sent`, `/quote list acme`."""
    return Say(listed(ctx, EntityType.QUOTE, html.unescape(call.text)))


@on(ListQuotes)
def list_quotes(ctx: Ctx, _route: ListQuotes, _request: Request) -> Reply:
    """The person's own list of quotes, in place."""
    return Replace(listed(ctx, EntityType.QUOTE))


@on(ChangeList)
def change_list(ctx: Ctx, route: ChangeList, _request: Request) -> Reply:
    """A select above an older list: the list as it is shown now."""
    return Replace(listed(ctx, _listable(route.to.partition(" ")[0])))


@on(ShowList)
def show_list(ctx: Ctx, route: ShowList, _request: Request) -> Reply:
    """Another page, in place."""
    return Replace(_page(ctx, _listable(route.entity), route.chosen, route.page))


@on(AskFilter)
def ask_filter(ctx: Ctx, route: AskFilter, request: Request) -> Reply:
    """The window with what a list can be filtered by; a list that is a window itself makes room for it."""
    entity, in_window = _listable(route.entity), not request.channel_id
    asked = FilterList(route.entity, route.chosen, in_window)
    modal = views.filter_modal(asked, queries.choices(ctx, entity), ctx.viewer)
    return UpdateModal(modal) if in_window else OpenModal(modal)


def _filter_form(ctx: Ctx, route: FilterList) -> Form[views.Typed]:
    entity = _listable(route.entity)
    return views.filter_form(entity, queries.choices(ctx, entity), ctx.viewer)


@on_submit(FilterList, _filter_form)
def filter_list(ctx: Ctx, route: FilterList, typed: views.Typed) -> Reply:
    """The list by what was chosen."""
    entity, chosen = _listable(route.entity), route.chosen
    for name, value in typed.items():
        chosen = lists.change(entity, chosen, name, value)
    page = _page(ctx, entity, chosen, 0)
    return UpdateModal(views.window(entity, page, ctx.viewer)) if route.in_window else Replace(page)


@on(KeepFilter)
def keep_filter(ctx: Ctx, route: KeepFilter, _request: Request) -> Reply:
    """What the list shows to this person from now on."""
    entity = _listable(route.entity)
    lists.keep(ctx, entity, route.chosen)
    return Replace(_page(ctx, entity, route.chosen, 0, just_kept=True))


def listed(ctx: Ctx, entity: EntityType, words: str = "") -> Message:
    """The first page of a list: as the words say, or without any the person's own."""
    if not words.strip():
        return _page(ctx, entity, lists.kept(ctx, entity), 0)
    chosen = lists.parse(entity, words.strip(), queries.choices(ctx, entity).vocabulary)
    return _page(ctx, entity, chosen, 0)


def _listable(entity: str) -> EntityType:
    kind = EntityType(entity)
    if kind not in PAGES:
        raise NotFound
    return kind


def _page(ctx: Ctx, entity: EntityType, chosen: ListFilter, page: int, *, just_kept: bool = False) -> Message:
    rows = PAGES[entity](ctx, chosen, page)
    own = lists.kept(ctx, entity)
    data = views.ListData(entity, rows, chosen, queries.choices(ctx, entity), own, just_kept=just_kept)
    return views.listing(data, ctx.viewer)


# -- owners -------------------------------------------------------------------------------------------------------


@command("lead", "assign", arguments="REF @user", summary="Give a lead to a colleague")
def assign_lead_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/lead assign L-42 @ben`; without a person, the window asks who."""
    return _assign(ctx, EntityType.LEAD, call)


@command("deal", "assign", arguments="REF @user", summary="Give a deal to a colleague")
def assign_deal_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/deal assign D-7 @ben`; without a person, the window asks who."""
    return _assign(ctx, EntityType.DEAL, call)


@on(Claim)
def claim_record(ctx: Ctx, route: Claim, _request: Request) -> Reply:
    """The first click has it."""
    entity = EntityType(route.entity)
    record = claims.claim(ctx, entity, route.entity_id)
    said = ctx.viewer.t("{ref} is yours now.", ref=str(Ref(entity, record.number)))
    return Replace(confirmed(ctx, entity, record.id, said))


@dataclass(frozen=True)
class _Meant:
    words: str
    owner: str
    """A Slack user id; empty where nobody was named."""


def _assign(ctx: Ctx, entity: EntityType, call: CommandCall) -> Reply:
    meant = _meant(ctx, html.unescape(call.text))
    if not meant.words:
        return Say(views.whose(entity, ctx.viewer))
    found = _records(ctx, entity, meant.words)
    if len(found) != 1:
        hits = [hit_of(ctx, entity, one) for one in found]
        return Say(shared.hits(hits, meant.words, ctx.viewer))
    if not meant.owner:
        return _ask_owner(ctx, entity, found[0])
    record = (leads.assign if entity is EntityType.LEAD else deals.assign)(ctx, found[0], meant.owner)
    ref, owner = str(Ref(entity, record.number)), people.owner(meant.owner, ctx.viewer)
    if not anything_changed(ctx):
        return Say(Message(ctx.viewer.t("{ref} belongs to {owner} already.", ref=ref, owner=owner)))
    said = ctx.viewer.t("{ref} now belongs to {owner}.", ref=ref, owner=owner)
    return Say(confirmed(ctx, entity, record.id, said))


def _meant(ctx: Ctx, text: str) -> _Meant:
    mention = _MENTION.search(text)
    if mention:
        return _Meant(text[: mention.start()].strip(), mention[1])
    if _ME.search(text):
        return _Meant(_ME.sub("", text).strip(), ctx.actor.slack_user_id)
    ref, _, _ = text.strip().partition(" ")
    # "L-42 ben", or an @name that Slack knows nobody by: whose it becomes is asked.
    return _Meant(ref if parse_ref(ref) else text.strip(), "")


def _records(ctx: Ctx, entity: EntityType, words: str) -> list[UUID]:
    """The records of a kind that a reference, a number or words mean. Raises NotFound for a reference to nothing."""
    number = words.lstrip("#")
    ref = parse_ref(words) or (parse_ref(f"{LETTERS[entity]}-{number}") if number.isdecimal() else None)
    if ref is None:
        found = [hit.id for hit in search(ctx, words, (entity,), SEVERAL) if hit.entity is entity]
    else:
        one = find_by_ref(ctx, ref) if ref.kind is entity else None
        found = [one[1]] if one else []
    if not found:
        raise NotFound
    return found


def _ask_owner(ctx: Ctx, entity: EntityType, record_id: UUID) -> Reply:
    card = lead_card(ctx, record_id) if entity is EntityType.LEAD else deal_card(ctx, record_id)
    if not card.can_assign:
        raise Forbidden("not_yours")
    if card.entity is EntityType.LEAD:
        return OpenModal(lead_views.assign_modal(lead_card(ctx, record_id), ctx.viewer))
    return OpenModal(deal_forms.owner_modal(deal_card(ctx, record_id), ctx.viewer))
