"""A deal's way through the stages: moving, winning, losing."""

from dataclasses import replace
from uuid import UUID

from core.access import load
from core.context import Ctx
from core.deals.filling import check, fill, linked, links_of, refuse_long
from core.deals.stages import enter, refuse_missing, stage_of, stage_of_kind, stage_to_enter
from core.deals.values import NOTHING, DealInput, LossInput, StageNeeds
from core.enums import ActivityKind, StageKind
from core.errors import Invalid
from core.events import RecordChanged
from core.models import Activity, Deal, LossReason, Stage
from core.normalise import NOTES_MAX, SHORT_TEXT_MAX, multiline_text, name_text
from core.operations import operation
from core.requirements import missing, missing_on_the_way


@operation("deal.move")
def move(ctx: Ctx, deal_id: UUID, stage_id: UUID, given: StageNeeds = NOTHING) -> Deal:
    """Move a deal to a stage of its pipeline; to the one it is in is no change. An open stage reopens a closed deal.

    What the stage asks for and the deal has not is taken from `given`; what somebody filled in meanwhile stays.
    Raises Invalid("stage_needs") for each field that is still missing, Invalid("loss_reason_required") for a lost
    stage (`lose` says why), NotFound, Forbidden.
    """
    deal = load(ctx, Deal, deal_id)
    stage = stage_of(ctx, deal, stage_id)
    if stage.id != deal.stage_id and stage.kind is StageKind.LOST:
        raise Invalid({"loss_reason_id": "loss_reason_required"})
    _meet_needs(ctx, deal, stage, given)
    enter(ctx, deal, stage)
    return deal


@operation("deal.win")
def win(ctx: Ctx, deal_id: UUID) -> Deal:
    """The deal is won. The sales channel hears of it once, however often this is asked.

    Raises Invalid("stage_needs") for what the stage asks for, NotFound, Forbidden, Conflict("stage_missing") where the
    pipeline has no such stage.
    """
    deal = load(ctx, Deal, deal_id)
    stage = stage_of_kind(ctx, deal, StageKind.WON)
    _meet_needs(ctx, deal, stage, NOTHING)
    enter(ctx, deal, stage)
    return deal


@operation("deal.lose")
def lose(ctx: Ctx, deal_id: UUID, values: LossInput, stage_id: UUID | None = None) -> Deal:
    """The deal is lost, for a reason; a note goes to its timeline. `stage_id` names one of several lost stages.

    Raises Invalid, NotFound, Forbidden, Conflict("stage_missing").
    """
    deal = load(ctx, Deal, deal_id)
    stage = stage_of(ctx, deal, stage_id) if stage_id else stage_of_kind(ctx, deal, StageKind.LOST)
    if stage.kind is not StageKind.LOST:
        raise Invalid({"stage_id": "choice_invalid"})
    if values.loss_reason_id is None:
        raise Invalid({"loss_reason_id": "loss_reason_required"})
    refuse_long({"competitor": (values.competitor, SHORT_TEXT_MAX), "note": (values.note, NOTES_MAX)})
    reason = linked(ctx, LossReason, values.loss_reason_id, "loss_reason_id")
    enter(ctx, deal, stage)
    deal.loss_reason_id = reason.id
    deal.competitor = name_text(values.competitor)
    note = multiline_text(values.note)
    if note:
        ctx.add(Activity(kind=ActivityKind.NOTE, deal_id=deal.id, at=ctx.now, owner_id=ctx.actor.member_id, notes=note))
    ctx.emit(RecordChanged("deal", deal.id))
    return deal


def _meet_needs(ctx: Ctx, deal: Deal, stage: Stage, given: StageNeeds) -> None:
    """Take from `given` what the stage asks for and a locked deal has not. Raises Invalid for what is missing then."""
    if stage.id == deal.stage_id:
        return
    wanted = missing_on_the_way(deal, stage_to_enter(ctx, deal.stage_id), stage)
    if not wanted:
        return
    told = {name: getattr(given, name) for name in wanted}
    if "next_step" in told:
        told["next_step"] = name_text(told["next_step"])
    filled = replace(_as_input(deal), **told)
    refuse_missing(missing(filled, stage))
    check(ctx, filled, deal, deal.owner_id)
    links = links_of(ctx, filled, deal, deal.owner_id)
    # Nothing is read from here on: the whole move is flushed as one change of one version.
    fill(ctx, deal, filled, links)


def _as_input(deal: Deal) -> DealInput:
    """A deal as it would be typed, its owner left out."""
    return DealInput(
        name=deal.name,
        account_id=deal.account_id,
        contact_id=deal.contact_id,
        value=deal.value,
        currency=deal.currency,
        expected_close=deal.expected_close,
        next_step=deal.next_step,
        next_follow_up=deal.next_follow_up,
        next_follow_up_at=deal.next_follow_up_at,
    )
