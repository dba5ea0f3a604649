"""Deals: creating, looking, moving through the stages, winning and losing."""

import html
from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from bot.commands import CommandCall
from bot.dispatch import Request, command, on, on_submit
from bot.replies import Choice, CloseModal, Message, OpenModal, Replace, Reply, Say, UpdateModal
from bot.resolving import deal_here
from bot.routes import (
    AssignDeal,
    EditDeal,
    ListDeals,
    LoseDeal,
    MoveDeal,
    NewDeal,
    SaveDeal,
    SaveDealOwner,
    SaveLoss,
    ShowStages,
    WinDeal,
)
from bot.views import deal_forms as forms
from bot.views import deals as views
from bot.views.deal_forms import Meanwhile
from core import deals
from core.conflicts import FieldChange
from core.context import Ctx
from core.deals import DealInput, LossInput
from core.enums import EntityType, StageKind
from core.errors import Conflict, Forbidden, NotFound
from core.queries import deals as queries
from core.queries import stages
from core.queries.deals import DealCard, DealRow
from core.queries.history import changes_in_words
from core.queries.records import hit_of
from core.queries.stages import StageRow
from core.refs import deal_ref, parse_ref

# -- commands -----------------------------------------------------------------------------------------------------


@command("deal", "new", arguments="[NAME]", summary="Create a deal")
def new_deal_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/deal new`, or with the deal's name."""
    return _new_form(ctx, _typed(call))


@command("deal", "view", arguments="REF", summary="Show a deal")
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
    return Say(views.listing(found, words, ctx.viewer))


@command("deal", "list", arguments="[WORDS]", summary="Open deals, by expected close")
def list_deals_command(ctx: Ctx, call: CommandCall) -> Reply:
    """The first page; with words, of the deals they match."""
    words = _typed(call)
    return Say(views.listing(queries.deal_page(ctx, words), words, ctx.viewer))


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
        names = ", ".join(one.name for one in deal.stages)
        raise NotFound("stage_unknown", word=stage_words[:80], stages=names)
    reply = _move(ctx, deal, stage)
    return Say(reply) if isinstance(reply, Message) else reply


@on(ListDeals)
def list_deals(ctx: Ctx, route: ListDeals, _request: Request) -> Reply:
    """Another page, in place."""
    return Replace(views.listing(queries.deal_page(ctx, route.words, route.page), route.words, ctx.viewer))


# -- stages -------------------------------------------------------------------------------------------------------


@on(MoveDeal)
def move_deal(ctx: Ctx, route: MoveDeal, _request: Request) -> Reply:
    """The stage select of the card."""
    stage = stages.stage(ctx, route.stage_id)
    if stage is None:
        raise NotFound
    reply = _move(ctx, queries.deal_card(ctx, route.deal_id), stage)
    return Replace(reply) if isinstance(reply, Message) else reply


@on(WinDeal)
def win_deal(ctx: Ctx, route: WinDeal, _request: Request) -> Reply:
    """The Won button; a second click says that nothing changed."""
    deals.win(ctx, route.deal_id)
    return Replace(_moved(ctx, route.deal_id))


@on(LoseDeal)
def lose_deal(ctx: Ctx, route: LoseDeal, _request: Request) -> Reply:
    """The Lost button asks why first."""
    return _ask_loss(ctx, queries.deal_card(ctx, route.deal_id), None)


@on_submit(SaveLoss, forms.LOSS_FORM)
def save_loss(ctx: Ctx, route: SaveLoss, loss: LossInput) -> Reply:
    """Why it is lost."""
    deals.lose(ctx, route.deal_id, loss, route.stage_id)
    return CloseModal(_moved(ctx, route.deal_id))


@on(ShowStages)
def show_stages(ctx: Ctx, route: ShowStages, _request: Request) -> Reply:
    """The deal's way through the stages."""
    return OpenModal(forms.way(stages.way_of(ctx, route.deal_id), ctx.viewer))


def _move(ctx: Ctx, deal: DealCard, stage: StageRow) -> Message | OpenModal:
    """Move it, or ask why it is lost first."""
    if stage.kind is StageKind.LOST and stage.id != deal.stage_id:
        return _ask_loss(ctx, deal, stage.id)
    deals.move(ctx, deal.id, stage.id)
    return _moved(ctx, deal.id)


def _moved(ctx: Ctx, deal_id: UUID) -> Message:
    deal = queries.deal_card(ctx, deal_id)
    if not queries.anything_changed(ctx):
        return views.unchanged(views.same_stage_text(deal, ctx.viewer), deal, ctx.viewer)
    return views.done(views.moved_text(deal, ctx.viewer), deal, ctx.change_id, ctx.viewer)


def _ask_loss(ctx: Ctx, deal: DealCard, stage_id: UUID | None) -> OpenModal:
    if not deal.can_edit:
        raise Forbidden("not_yours")
    return OpenModal(forms.loss_modal(deal, stages.loss_reasons(ctx), stage_id, ctx.viewer))


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
    return OpenModal(forms.edit_deal_modal(deal, forms.values_of(deal), ctx.viewer))


@on_submit(SaveDeal, forms.DEAL_FORM)
def save_deal(ctx: Ctx, route: SaveDeal, values: DealInput) -> Reply:
    """Create or save; who saves on top of somebody else's change sees it first and keeps what was typed."""
    if route.deal_id is None:
        deal = deals.create(ctx, values)
        return CloseModal(_said(ctx, deal.id, views.created_text(deal_ref(deal.number), ctx.viewer), values.owner))
    try:
        deal = deals.edit(ctx, route.deal_id, values, route.version)
    except Conflict as conflict:
        if conflict.code != "edited_meanwhile":
            raise
        return _edited_meanwhile(ctx, route.deal_id, values, conflict)
    return CloseModal(_said(ctx, deal.id, views.saved_text(deal_ref(deal.number), ctx.viewer), values.owner))


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
    return CloseModal(_said(ctx, deal.id, views.owner_text(deal_ref(deal.number), owner, ctx.viewer), owner))


def _new_form(ctx: Ctx, name: str) -> Reply:
    choices = stages.stages_of(ctx, stages.first_pipeline(ctx))
    values = {"name": name, "currency": ctx.workspace.currency, "owner": ctx.actor.slack_user_id}
    return OpenModal(forms.new_deal_modal(choices, values, ctx.viewer))


def _said(ctx: Ctx, deal_id: UUID, text: str, owner: str) -> Message:
    """What was done, above the card; without it where the deal now belongs to somebody whose deals one may not see."""
    try:
        deal = queries.deal_card(ctx, deal_id)
    except NotFound:
        return views.handed_over(text, owner, ctx.viewer)
    if not queries.anything_changed(ctx):
        return views.unchanged(ctx.viewer.t("Nothing was changed."), deal, ctx.viewer)
    return views.done(text, deal, ctx.change_id, ctx.viewer)


def _edited_meanwhile(ctx: Ctx, deal_id: UUID, typed: DealInput, conflict: Conflict) -> Reply:
    """The form again, on the version that now is, with what was typed and what somebody else changed above it."""
    deal = queries.deal_card(ctx, deal_id)
    changed = cast("list[FieldChange]", conflict.data["changes"])
    words = changes_in_words(ctx, EntityType.DEAL, {one.field: (one.old, one.new) for one in changed}, deal.currency)
    meanwhile = Meanwhile(str(conflict.data["who"] or ""), words, cast("int", conflict.data["version"]))
    return UpdateModal(forms.edit_deal_modal(deal, _as_typed(ctx, deal, typed), ctx.viewer, meanwhile))


def _as_typed(ctx: Ctx, deal: DealCard, typed: DealInput) -> Mapping[str, Any]:
    """What was typed, as the form shows it."""
    shown = {name: getattr(typed, name) for name in forms.PLAIN_FIELDS}
    return (
        forms.values_of(deal)
        | shown
        | {
            "account_id": _chosen(ctx, EntityType.ACCOUNT, typed.account_id),
            "contact_id": _chosen(ctx, EntityType.CONTACT, typed.contact_id),
        }
    )


def _chosen(ctx: Ctx, entity: EntityType, record_id: UUID | None) -> Choice | None:
    if record_id is None:
        return None
    try:
        return Choice(hit_of(ctx, entity, record_id).name, str(record_id))
    except NotFound:
        return None


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
    return Say(views.several(found, words, ctx.viewer))
