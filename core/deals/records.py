"""Deals: creating, editing, giving away."""

from dataclasses import replace
from uuid import UUID

from core.access import Verb, load
from core.conflicts import refuse_stale
from core.context import Ctx
from core.counters import next_number
from core.deals.filling import check, fill, links_of, tell_owner
from core.deals.stages import enter, first_stage, refuse_missing, stage_to_enter
from core.deals.values import FORM_FIELDS, DealInput
from core.enums import StageKind
from core.errors import Invalid
from core.events import RecordChanged
from core.members import owner_from_slack, require_assign
from core.models import Deal, StageChange
from core.operations import operation
from core.requirements import missing, missing_on_the_way


@operation("deal.create")
def create(ctx: Ctx, values: DealInput) -> Deal:
    """A new deal in an open stage; its way through the stages starts now.

    Raises Invalid with a code for each field that cannot be used.
    """
    owner_id = owner_from_slack(ctx, values.owner, "owner")
    check(ctx, values, None, owner_id)
    links = links_of(ctx, values, None, owner_id)
    stage = first_stage(ctx) if values.stage_id is None else stage_to_enter(ctx, values.stage_id)
    if stage.kind is not StageKind.OPEN:
        raise Invalid({"stage_id": "choice_invalid"})
    refuse_missing(missing(replace(values, account_id=links.account_id), stage))
    deal = Deal(
        number=next_number(ctx, "deal"),
        pipeline_id=stage.pipeline_id,
        stage_id=stage.id,
        stage_entered_at=ctx.now,
        created_by_id=ctx.actor.member_id,
    )
    fill(ctx, deal, values, links)
    ctx.add(deal)
    ctx.session.flush()
    ctx.add(StageChange(deal_id=deal.id, to_stage_id=stage.id, at=ctx.now, by_id=ctx.actor.member_id))
    tell_owner(ctx, deal, None)
    ctx.emit(RecordChanged("deal", deal.id))
    return deal


@operation("deal.edit")
def edit(ctx: Ctx, deal_id: UUID, values: DealInput, expected: int) -> Deal:
    """Change a deal; its stage may be one of another pipeline. `expected` is the version its form was opened on.

    Raises Conflict("edited_meanwhile") where somebody changed a field of the form since, Invalid, NotFound, Forbidden.
    """
    deal = load(ctx, Deal, deal_id)
    refuse_stale(ctx, deal, expected, FORM_FIELDS)
    old_owner = deal.owner_id
    check(ctx, values, deal, old_owner)
    links = links_of(ctx, values, deal, owner_from_slack(ctx, values.owner, "owner"))
    if links.owner_id != old_owner:
        require_assign(ctx, old_owner)
    now, stage = stage_to_enter(ctx, deal.stage_id), stage_to_enter(ctx, values.stage_id or deal.stage_id)
    if stage.id != deal.stage_id and stage.kind is not StageKind.OPEN:
        raise Invalid({"stage_id": "choice_invalid"})
    if stage.id != now.id:
        typed = replace(
            values,
            account_id=links.account_id,
            next_step=deal.next_step if values.next_step is None else values.next_step,
        )
        same_way = stage.pipeline_id == now.pipeline_id
        refuse_missing(missing_on_the_way(typed, now if same_way else None, stage))
    # From here on nothing is read: the whole edit is flushed as one change of one version.
    fill(ctx, deal, values, links)
    enter(ctx, deal, stage)
    tell_owner(ctx, deal, old_owner)
    ctx.emit(RecordChanged("deal", deal.id))
    return deal


@operation("deal.assign")
def assign(ctx: Ctx, deal_id: UUID, slack_user_id: str) -> Deal:
    """Give a deal to a colleague, or to nobody (empty). Raises Invalid, NotFound, Forbidden."""
    deal = load(ctx, Deal, deal_id, Verb.ASSIGN)
    old_owner = deal.owner_id
    deal.owner_id = owner_from_slack(ctx, slack_user_id, "owner")
    if deal.owner_id != old_owner:
        tell_owner(ctx, deal, old_owner)
        ctx.emit(RecordChanged("deal", deal.id))
    return deal
