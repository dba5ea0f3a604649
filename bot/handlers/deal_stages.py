"""Deals' way through the stages: moving, with what a stage asks for; winning; losing."""

from uuid import UUID

from bot.dispatch import Request, on, on_submit
from bot.replies import Message, OpenModal, Replace, Reply, UpdateModal
from bot.routes import LoseDeal, MoveDeal, SaveLoss, SaveMove, ShowStages, WinDeal
from bot.saving import saved
from bot.views import deal_forms as forms
from bot.views import deals as views
from core import deals
from core.context import Ctx
from core.deals import LossInput, StageNeeds
from core.enums import StageKind
from core.errors import Forbidden, Invalid, NotFound
from core.queries import deals as queries
from core.queries import stages
from core.queries.deals import DealCard
from core.queries.history import anything_changed
from core.queries.stages import StageRow
from core.requirements import REQUIRABLE, missing_on_the_way


@on(MoveDeal)
def move_deal(ctx: Ctx, route: MoveDeal, _request: Request) -> Reply:
    """The stage select of the card."""
    stage = stages.stage(ctx, route.stage_id)
    if stage is None:
        raise NotFound
    reply = moved_or_asked(ctx, queries.deal_card(ctx, route.deal_id), stage)
    return Replace(reply) if isinstance(reply, Message) else reply


@on_submit(SaveMove, lambda _ctx, route: forms.needs_form(route.fields))
def save_move(ctx: Ctx, route: SaveMove, needs: StageNeeds) -> Reply:
    """What the stage asks for, and the move, in one; where it asks for more by now, that is asked for as well."""
    try:
        deals.move(ctx, route.deal_id, route.stage_id, needs)
    except Invalid as problem:
        stage = stages.stage(ctx, route.stage_id)
        fields = [name for name in REQUIRABLE if name in {*route.fields, *problem.fields}]
        if stage is None or len(fields) == len(route.fields):
            raise
        return UpdateModal(forms.needs_modal(queries.deal_card(ctx, route.deal_id), stage, fields, ctx.viewer))
    return saved(ctx, _moved(ctx, route.deal_id))


@on(WinDeal)
def win_deal(ctx: Ctx, route: WinDeal, _request: Request) -> Reply:
    """The Won button; a second click says that nothing changed."""
    deal = queries.deal_card(ctx, route.deal_id)
    won = next((stage for stage in deal.stages if stage.kind is StageKind.WON), None)
    if won is not None and deal.stage_kind is not StageKind.WON:
        asked = _ask_needs(ctx, deal, won)
        if asked is not None:
            return asked
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
    return saved(ctx, _moved(ctx, route.deal_id))


@on(ShowStages)
def show_stages(ctx: Ctx, route: ShowStages, _request: Request) -> Reply:
    """The deal's way through the stages."""
    return OpenModal(forms.way(stages.way_of(ctx, route.deal_id), ctx.viewer))


def moved_or_asked(ctx: Ctx, deal: DealCard, stage: StageRow) -> Message | OpenModal:
    """Move a deal; or ask why it is lost, or for what the stage wants to know, first."""
    if stage.kind is StageKind.LOST and stage.id != deal.stage_id:
        return _ask_loss(ctx, deal, stage.id)
    asked = _ask_needs(ctx, deal, stage)
    if asked is not None:
        return asked
    deals.move(ctx, deal.id, stage.id)
    return _moved(ctx, deal.id)


def _ask_needs(ctx: Ctx, deal: DealCard, stage: StageRow) -> OpenModal | None:
    """The window for what the stage asks for and the deal has not; None where nothing is missing."""
    now = next((one for one in deal.stages if one.id == deal.stage_id), None)
    fields = missing_on_the_way(deal, now, stage) if deal.can_edit and stage.id != deal.stage_id else ()
    return OpenModal(forms.needs_modal(deal, stage, fields, ctx.viewer)) if fields else None


def _moved(ctx: Ctx, deal_id: UUID) -> Message:
    deal = queries.deal_card(ctx, deal_id)
    if not anything_changed(ctx):
        return views.unchanged(views.same_stage_text(deal, ctx.viewer), deal, ctx.viewer)
    return views.done(views.moved_text(deal, ctx.viewer), deal, ctx.change_id, ctx.viewer)


def _ask_loss(ctx: Ctx, deal: DealCard, stage_id: UUID | None) -> OpenModal:
    if not deal.can_edit:
        raise Forbidden("not_yours")
    return OpenModal(forms.loss_modal(deal, stages.loss_reasons(ctx), stage_id, ctx.viewer))
