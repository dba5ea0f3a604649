"""Deals: creating, looking, moving through the stages, winning and losing."""

import html
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from bot.commands import CommandCall
from bot.dispatch import Request, command, on, on_submit
from bot.handlers.deal_stages import moved_or_asked
from bot.handlers.lists import listed
from bot.handlers.more import expands
from bot.handlers.records import found_elsewhere
from bot.meanwhile import meanwhile, with_theirs
from bot.replies import Block, CloseModal, Message, Modal, OpenModal, Replace, Reply, Say, UpdateModal
from bot.resolving import chosen, deal_here
from bot.routes import (
    AssignDeal,
    EditDeal,
    ListDeals,
    NewDeal,
    SaveDeal,
    SaveDealOwner,
)
from bot.saving import saved
from bot.views import deal_forms as forms
from bot.views import deals as views
from bot.views import records as record_views
from core import deals
from core.context import Ctx
from core.deals import DealInput
from core.enums import EntityType
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.queries import deals as queries
from core.queries import stages
from core.queries.deals import DealCard, DealRow
from core.queries.records import Hit, similar
from core.queries.similar import WORDS_MAX
from core.refs import deal_ref, parse_ref

# -- commands -----------------------------------------------------------------------------------------------------


@command("deal", "new", arguments="[NAME]", summary="Create a deal")
def new_deal_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/deal new`, or with the deal's name."""
    return _new_form(ctx, _typed(call))


@command("deal", "view", arguments="REF", summary="Show a deal", also=("show",))
def view_deal(ctx: Ctx, call: CommandCall) -> Reply:
    """`/deal view D-7`, `/deal view 7`, `/deal view acme`."""
    words = _typed(call)
    here = deal_here(ctx, call.channel_id) if not words else None
    if here is not None:
        return Say(views.card(queries.deal_card(ctx, here), ctx.viewer))
    if not words:
        return Say(views.which_deal("/deal view D-7", ctx.viewer))
    found = queries.deals_meant(ctx, words)
    if len(found.rows) == 1:
        return Say(views.card(queries.deal_card(ctx, found.rows[0].id), ctx.viewer))
    if not found.rows and _is_reference(words):
        raise NotFound
    elsewhere = None if found.rows else found_elsewhere(ctx, words, EntityType.DEAL)
    return Say(elsewhere or views.listing(found, words, ctx.viewer))


@command("deal", "move", arguments="REF STAGE", summary="Move a deal to a stage")
def move_deal_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/deal move D-7 proposal`, `/deal move acme rollout won`."""
    words = _typed(call)
    deal, stage_words = _deal_of_channel(ctx, call.channel_id, words), words
    if deal is None:
        if not words:
            return Say(views.which_deal("/deal move D-7 Proposal", ctx.viewer))
        found, stage_words = _deal_and_stage(ctx, words)
        if len(found) != 1:
            return _which_to_move(ctx, words, found)
        deal = queries.deal_card(ctx, found[0].id)
    if not stage_words:
        return Say(views.unchanged(ctx.viewer.t("Which stage? Choose it below."), deal, ctx.viewer))
    stage = stages.stage_meant(deal.stages, stage_words)
    if stage is None:
        return Say(views.unchanged(views.unknown_stage_text(stage_words, ctx.viewer), deal, ctx.viewer))
    reply = moved_or_asked(ctx, deal, stage)
    return Say(reply) if isinstance(reply, Message) else reply


@on(ListDeals)
def list_deals(ctx: Ctx, route: ListDeals, _request: Request) -> Reply:
    """Another page of what was searched for, in place; without words the list as the person had it last."""
    if not route.words:
        return Replace(listed(ctx, EntityType.DEAL))
    return Replace(views.listing(queries.deal_page(ctx, route.words, route.page), route.words, ctx.viewer))


# -- forms --------------------------------------------------------------------------------------------------------


@on(NewDeal)
def new_deal(ctx: Ctx, _route: NewDeal, _request: Request) -> Reply:
    """The button."""
    return _new_form(ctx, "")


@on(EditDeal)
def edit_deal(ctx: Ctx, route: EditDeal, _request: Request) -> Reply:
    """Open the form as the deal is now."""
    deal = queries.deal_card(ctx, route.deal_id)
    if not deal.can_edit:
        raise Forbidden("not_yours")
    values = forms.values_of(deal)
    return OpenModal(forms.edit_deal_modal(deal, values, ctx.viewer, stages=stages.open_stages(ctx)))


@expands(SaveDeal)
def all_fields(ctx: Ctx, route: SaveDeal, request: Request) -> Modal:
    """The form with its rarer fields too, as it is filled in."""
    values = forms.DEAL_FORM.kept(request.state)
    if route.deal_id is not None:
        return _form_again(ctx, route, values)
    return _form_again(ctx, route, {"currency": ctx.workspace.currency} | values)


@on_submit(SaveDeal, forms.DEAL_FORM)
def save_deal(ctx: Ctx, route: SaveDeal, values: DealInput) -> Reply:
    """Create or save; who saves on top of somebody else's change sees it first and keeps what was typed."""
    try:
        said = _save(ctx, route, values)
        return CloseModal(said) if route.deal_id is None else saved(ctx, said)
    except Invalid as problem:
        if route.more or not forms.DEAL_FORM.hides(problem.fields):
            raise
        # Nothing is written yet: what a stage asks for is looked at first.
        notice = forms.needs_notice(list(problem.fields), ctx.viewer)
        return UpdateModal(_form_again(ctx, route, _shown(ctx, values), notice))
    except Conflict as conflict:
        if conflict.code != "edited_meanwhile" or route.deal_id is None:
            raise
        return _edited_meanwhile(ctx, route.deal_id, values, conflict)


def _save(ctx: Ctx, route: SaveDeal, values: DealInput) -> Message:
    if route.deal_id is None:
        deal = deals.create(ctx, values)
        text = views.created_text(deal_ref(deal.number), ctx.viewer)
    else:
        deal = deals.edit(ctx, route.deal_id, values, route.version)
        text = views.saved_text(deal_ref(deal.number), ctx.viewer)
    return _said(ctx, deal.id, text, values.owner)


def _form_again(ctx: Ctx, route: SaveDeal, values: Mapping[str, Any], notice: Sequence[Block] = ()) -> Modal:
    """The form with all of its fields; it stays on the version it was opened on."""
    choices = stages.open_stages(ctx)
    if route.deal_id is None:
        return forms.new_deal_modal(choices, values, ctx.viewer, expanded=True, notice=notice)
    deal = queries.deal_card(ctx, route.deal_id)
    return forms.edit_deal_modal(
        deal, values, ctx.viewer, stages=choices, expanded=True, notice=notice, version=route.version
    )


@on(AssignDeal)
def assign_deal(ctx: Ctx, route: AssignDeal, _request: Request) -> Reply:
    """Ask who is to have it."""
    deal = queries.deal_card(ctx, route.deal_id)
    if not deal.can_assign:
        raise Forbidden("not_yours")
    return OpenModal(forms.owner_modal(deal, ctx.viewer))


@on_submit(SaveDealOwner, forms.OWNER_FORM)
def save_deal_owner(ctx: Ctx, route: SaveDealOwner, owner: str) -> Reply:
    """Give it to a colleague, or to nobody."""
    deal = deals.assign(ctx, route.deal_id, owner)
    return saved(ctx, _said(ctx, deal.id, views.owner_text(deal_ref(deal.number), owner, ctx.viewer), owner))


def _new_form(ctx: Ctx, name: str) -> Reply:
    values = {"name": name, "currency": ctx.workspace.currency, "owner": ctx.actor.slack_user_id}
    return OpenModal(forms.new_deal_modal(stages.open_stages(ctx), values, ctx.viewer))


def _said(ctx: Ctx, deal_id: UUID, text: str, owner: str) -> Message:
    """What was done, above the card; without it where the deal now belongs to somebody whose deals one may not see."""
    try:
        deal = queries.deal_card(ctx, deal_id)
    except NotFound:
        return views.handed_over(text, owner, ctx.change_id, ctx.viewer)
    return views.done(text, deal, ctx.change_id, ctx.viewer)


def _edited_meanwhile(ctx: Ctx, deal_id: UUID, typed: DealInput, conflict: Conflict) -> Reply:
    """The form again, on the version that now is, with what was typed and what somebody else changed above it."""
    deal = queries.deal_card(ctx, deal_id)
    changed = meanwhile(ctx, EntityType.DEAL, conflict, deal.currency)
    values = with_theirs(ctx, conflict, _as_typed(ctx, deal, typed), forms.values_of(deal))
    return UpdateModal(forms.edit_deal_modal(deal, values, ctx.viewer, changed, stages=stages.open_stages(ctx)))


def _as_typed(ctx: Ctx, deal: DealCard, typed: DealInput) -> Mapping[str, Any]:
    """What was typed, as the form shows it; a field that was not in sight shows what is there now."""
    now, shown = forms.values_of(deal), _shown(ctx, typed)
    for unseen in (one for one in forms.DEAL_FIELDS if one.more):
        shown |= unseen.either(shown, now)
    return {**now, **shown}


def _shown(ctx: Ctx, typed: DealInput) -> dict[str, Any]:
    """What was typed, as the form shows it."""
    return {name: getattr(typed, name) for name in forms.PLAIN_FIELDS} | {
        "account_id": chosen(ctx, EntityType.ACCOUNT, typed.account_id),
        "contact_id": chosen(ctx, EntityType.CONTACT, typed.contact_id),
    }


# -- what is meant ------------------------------------------------------------------------------------------------


def _typed(call: CommandCall) -> str:
    """The words after the subcommand, as they were typed: Slack escapes three characters in them."""
    return html.unescape(call.text).strip()


def _is_reference(words: str) -> bool:
    return parse_ref(words) is not None or words.isdecimal()


def _deal_and_stage(ctx: Ctx, words: str) -> tuple[tuple[DealRow, ...], str]:
    """Read `D-7 proposal` and `acme rollout won`: the deals that may be meant, and the words that name the stage.

    A name and a stage are told apart where the shortest ending leaves words that name a deal.
    """
    first, _, rest = words.partition(" ")
    if _is_reference(first):
        return queries.deals_meant(ctx, first).rows, rest.strip()
    parts = words.split()
    for cut in range(len(parts) - 1, 0, -1):
        found = queries.deals_meant(ctx, " ".join(parts[:cut])).rows
        if found:
            return found, " ".join(parts[cut:])
    return queries.deals_meant(ctx, words).rows, ""


def _deal_of_channel(ctx: Ctx, channel_id: str, words: str) -> DealCard | None:
    """The deal the channel belongs to, where nothing was typed or only the name of one of its stages."""
    here = deal_here(ctx, channel_id)
    if here is None:
        return None
    deal = queries.deal_card(ctx, here)
    return deal if not words or stages.stage_meant(deal.stages, words) is not None else None


def _which_to_move(ctx: Ctx, words: str, found: tuple[DealRow, ...]) -> Reply:
    if not found and _is_reference(words.split(maxsplit=1)[0]):
        raise NotFound
    near = [] if found else _nearly(ctx, words)
    if near:
        return Say(record_views.similar_hits(near, words, ctx.viewer))
    return Say(views.several(found, words, ctx.viewer))


def _nearly(ctx: Ctx, words: str) -> list[Hit]:
    """Open deals that are called nearly what was typed, whatever of its ending names a stage."""
    parts = words.split()[:WORDS_MAX]
    for cut in range(len(parts), 0, -1):
        near = similar(ctx, " ".join(parts[:cut]), (EntityType.DEAL,), open_only=True)
        if near:
            return near
    return []
