"""Deals: creating, editing, and their way through the stages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from core.access import Verb, load, visible
from core.conflicts import refuse_stale
from core.context import Ctx
from core.counters import next_number
from core.enums import ActivityKind, StageKind
from core.errors import Conflict, Invalid, NotFound
from core.events import DealWon, RecordAssigned, RecordChanged
from core.members import owner_from_slack, require_assign
from core.models import Account, Activity, Contact, Deal, LossReason, Pipeline, Stage, StageChange
from core.models.base import TenantModel
from core.money import LARGEST, is_currency, round_money
from core.normalise import NAME_MAX, NOTES_MAX, SHORT_TEXT_MAX, multiline_text, name_text
from core.operations import operation

T = TypeVar("T")
Linked = TypeVar("Linked", bound=TenantModel)
FORM_FIELDS = (
    "name",
    "account_id",
    "contact_id",
    "value",
    "currency",
    "stage_id",
    "owner_id",
    "expected_close",
    "next_step",
    "next_follow_up",
)
"""What the form of a deal writes: only changes of these by somebody else are a conflict."""


@dataclass(frozen=True)
class DealInput:
    """A deal as it is typed. `value` is in `currency` (empty: the workspace's); `owner` is a Slack user id.

    `stage_id` None is the first stage of a new deal and no change of an old one; so is `next_step` None.
    """

    name: str
    account_id: UUID | None = None
    contact_id: UUID | None = None
    value: Decimal | None = None
    currency: str = ""
    stage_id: UUID | None = None
    owner: str = ""
    expected_close: date | None = None
    next_step: str | None = None
    next_follow_up: date | None = None


@dataclass(frozen=True)
class LossInput:
    """Why a deal is lost, and to whom."""

    loss_reason_id: UUID | None
    competitor: str = ""
    note: str = ""


@operation("deal.create")
def create(ctx: Ctx, values: DealInput) -> Deal:
    """A new deal in an open stage; its way through the stages starts now.

    Raises Invalid with a code for each field that cannot be used.
    """
    _check(ctx, values, None)
    links = _links(ctx, values, None)
    stage = _first_stage(ctx) if values.stage_id is None else _stage(ctx, values.stage_id)
    if stage.kind is not StageKind.OPEN:
        raise Invalid({"stage_id": "choice_invalid"})
    deal = Deal(
        number=next_number(ctx, "deal"),
        pipeline_id=stage.pipeline_id,
        stage_id=stage.id,
        stage_entered_at=ctx.now,
        created_by_id=ctx.actor.member_id,
    )
    _fill(ctx, deal, values, links)
    ctx.add(deal)
    ctx.session.flush()
    ctx.add(StageChange(deal_id=deal.id, to_stage_id=stage.id, at=ctx.now, by_id=ctx.actor.member_id))
    _tell_owner(ctx, deal, None)
    ctx.emit(RecordChanged("deal", deal.id))
    return deal


@operation("deal.edit")
def edit(ctx: Ctx, deal_id: UUID, values: DealInput, expected: int) -> Deal:
    """Change a deal. `expected` is the version its form was opened on.

    Raises Conflict("edited_meanwhile") where somebody changed a field of the form since, Invalid, NotFound, Forbidden.
    """
    deal = load(ctx, Deal, deal_id)
    refuse_stale(ctx, deal, expected, FORM_FIELDS)
    _check(ctx, values, deal)
    links = _links(ctx, values, deal)
    old_owner = deal.owner_id
    if links.owner_id != old_owner:
        require_assign(ctx, old_owner)
    stage = _stage_of(ctx, deal, values.stage_id or deal.stage_id)
    if stage.id != deal.stage_id and stage.kind is not StageKind.OPEN:
        raise Invalid({"stage_id": "choice_invalid"})
    # From here on nothing is read: the whole edit is flushed as one change of one version.
    _fill(ctx, deal, values, links)
    _enter(ctx, deal, stage)
    _tell_owner(ctx, deal, old_owner)
    ctx.emit(RecordChanged("deal", deal.id))
    return deal


@operation("deal.move")
def move(ctx: Ctx, deal_id: UUID, stage_id: UUID) -> Deal:
    """Move a deal to a stage of its pipeline; to the one it is in is no change. An open stage reopens a closed deal.

    Raises Invalid("loss_reason_required") for a lost stage (`lose` says why), NotFound, Forbidden.
    """
    deal = load(ctx, Deal, deal_id)
    stage = _stage_of(ctx, deal, stage_id)
    if stage.id != deal.stage_id and stage.kind is StageKind.LOST:
        raise Invalid({"loss_reason_id": "loss_reason_required"})
    _enter(ctx, deal, stage)
    return deal


@operation("deal.win")
def win(ctx: Ctx, deal_id: UUID) -> Deal:
    """The deal is won. The sales channel hears of it once, however often this is asked.

    Raises NotFound, Forbidden, Conflict("stage_missing") where the pipeline has no such stage.
    """
    deal = load(ctx, Deal, deal_id)
    _enter(ctx, deal, _stage_of_kind(ctx, deal, StageKind.WON))
    return deal


@operation("deal.lose")
def lose(ctx: Ctx, deal_id: UUID, values: LossInput, stage_id: UUID | None = None) -> Deal:
    """The deal is lost, for a reason; a note goes to its timeline. `stage_id` names one of several lost stages.

    Raises Invalid, NotFound, Forbidden, Conflict("stage_missing").
    """
    deal = load(ctx, Deal, deal_id)
    stage = _stage_of(ctx, deal, stage_id) if stage_id else _stage_of_kind(ctx, deal, StageKind.LOST)
    if stage.kind is not StageKind.LOST:
        raise Invalid({"stage_id": "choice_invalid"})
    if values.loss_reason_id is None:
        raise Invalid({"loss_reason_id": "loss_reason_required"})
    _refuse_long({"competitor": (values.competitor, SHORT_TEXT_MAX), "note": (values.note, NOTES_MAX)})
    reason = _linked(ctx, LossReason, values.loss_reason_id, "loss_reason_id")
    _enter(ctx, deal, stage)
    deal.loss_reason_id = reason.id
    deal.competitor = name_text(values.competitor)
    note = multiline_text(values.note)
    if note:
        ctx.add(Activity(kind=ActivityKind.NOTE, deal_id=deal.id, at=ctx.now, owner_id=ctx.actor.member_id, notes=note))
    ctx.emit(RecordChanged("deal", deal.id))
    return deal


@operation("deal.assign")
def assign(ctx: Ctx, deal_id: UUID, slack_user_id: str) -> Deal:
    """Give a deal to a colleague, or to nobody (empty). Raises Invalid, NotFound, Forbidden."""
    deal = load(ctx, Deal, deal_id, Verb.ASSIGN)
    old_owner = deal.owner_id
    deal.owner_id = owner_from_slack(ctx, slack_user_id, "owner")
    if deal.owner_id != old_owner:
        _tell_owner(ctx, deal, old_owner)
        ctx.emit(RecordChanged("deal", deal.id))
    return deal


# -- checking and filling ---------------------------------------------------------------------------------------------


def _check(ctx: Ctx, values: DealInput, old: Deal | None) -> None:
    """Refuse what cannot be used, all fields at once. What stays as it is on an old deal is not asked again."""
    problems: dict[str, str] = {}
    if not name_text(values.name):
        problems["name"] = "name_empty"
    elif len(name_text(values.name)) > NAME_MAX:
        problems["name"] = "too_long"
    if values.value is not None and values.value < 0:
        problems["value"] = "amount_negative"
    if values.value is not None and values.value > LARGEST:
        problems["value"] = "amount_too_large"
    if values.currency and not is_currency(values.currency):
        problems["currency"] = "choice_invalid"
    if values.next_step and len(values.next_step) > SHORT_TEXT_MAX:
        problems["next_step"] = "too_long"
    day = values.next_follow_up
    if day is not None and day < ctx.today.date() and (old is None or day != old.next_follow_up):
        problems["next_follow_up"] = "date_past"
    if problems:
        raise Invalid(problems)


def _refuse_long(texts: dict[str, tuple[str, int]]) -> None:
    problems = {name: "too_long" for name, (text, limit) in texts.items() if len(text) > limit}
    if problems:
        raise Invalid(problems)


def _fill(ctx: Ctx, deal: Deal, values: DealInput, links: "_Links") -> None:
    deal.name = name_text(values.name)
    deal.currency = values.currency or deal.currency or ctx.workspace.currency
    deal.value = None if values.value is None else round_money(values.value, deal.currency)
    deal.expected_close = values.expected_close
    deal.next_follow_up = values.next_follow_up
    if values.next_step is not None:
        deal.next_step = name_text(values.next_step)
    deal.account_id, deal.contact_id, deal.owner_id = links.account_id, links.contact_id, links.owner_id


@dataclass(frozen=True)
class _Links:
    """What a deal points at."""

    account_id: UUID | None
    contact_id: UUID | None
    owner_id: UUID | None


def _links(ctx: Ctx, values: DealInput, old: Deal | None) -> _Links:
    """Account, contact and owner, looked up. Without an account a new contact's own is taken: people bring theirs.

    What an old deal points at already stays, even where the actor may not see it.
    """
    account_id, contact_id = values.account_id, values.contact_id
    if account_id is not None and (old is None or account_id != old.account_id):
        _linked(ctx, Account, account_id, "account_id")
    if contact_id is not None and (old is None or contact_id != old.contact_id):
        contact = _linked(ctx, Contact, contact_id, "contact_id")
        account_id = account_id or contact.account_id
    return _Links(account_id, contact_id, owner_from_slack(ctx, values.owner, "owner"))


def _linked(ctx: Ctx, model: type[Linked], row_id: UUID, field: str) -> Linked:
    """A record chosen in a form: it has to be seen, not to be one's own."""
    return _or_invalid(lambda: load(ctx, model, row_id, Verb.SEE), field)


def _or_invalid(look: Callable[[], T], field: str) -> T:
    try:
        return look()
    except NotFound as error:
        raise Invalid({field: "record_unknown"}) from error


def _tell_owner(ctx: Ctx, deal: Deal, old_owner: UUID | None) -> None:
    if deal.owner_id is not None and deal.owner_id not in (old_owner, ctx.actor.member_id):
        ctx.emit(RecordAssigned("deal", deal.id, deal.owner_id, ctx.actor.member_id))


# -- stages -------------------------------------------------------------------------------------------------------


def _enter(ctx: Ctx, deal: Deal, stage: Stage) -> None:
    """Put a locked deal into a stage, with everything that follows from the stage's kind."""
    if deal.stage_id == stage.id:
        return
    ctx.add(
        StageChange(
            deal_id=deal.id,
            from_stage_id=deal.stage_id,
            to_stage_id=stage.id,
            at=ctx.now,
            by_id=ctx.actor.member_id,
        )
    )
    deal.stage_id = stage.id
    deal.stage_entered_at = ctx.now
    deal.closed_at = None if stage.kind is StageKind.OPEN else ctx.now
    if stage.kind is not StageKind.LOST:
        deal.loss_reason_id, deal.competitor = None, ""
    if stage.kind is StageKind.WON:
        ctx.emit(DealWon(deal.id, ctx.actor.member_id))
    ctx.emit(RecordChanged("deal", deal.id))


def _stage(ctx: Ctx, stage_id: UUID) -> Stage:
    return _or_invalid(lambda: load(ctx, Stage, stage_id, Verb.SEE), "stage_id")


def _stage_of(ctx: Ctx, deal: Deal, stage_id: UUID) -> Stage:
    """A stage of the deal's own pipeline."""
    stage = _stage(ctx, stage_id)
    if stage.pipeline_id != deal.pipeline_id:
        raise Invalid({"stage_id": "choice_invalid"})
    return stage


def _stage_of_kind(ctx: Ctx, deal: Deal, kind: StageKind) -> Stage:
    if _stage(ctx, deal.stage_id).kind is kind:
        return _stage(ctx, deal.stage_id)
    query = visible(ctx, Stage).where(Stage.pipeline_id == deal.pipeline_id, Stage.kind == kind)
    stage = ctx.session.scalars(query.order_by(Stage.position).limit(1)).one_or_none()
    if stage is None:
        raise Conflict("stage_missing")
    return stage


def _first_stage(ctx: Ctx) -> Stage:
    """The first open stage of the first pipeline."""
    query = (
        select(Stage)
        .join(Pipeline, (Pipeline.workspace_id == Stage.workspace_id) & (Pipeline.id == Stage.pipeline_id))
        .where(
            Stage.workspace_id == ctx.workspace.id,
            Stage.archived_at.is_(None),
            Pipeline.archived_at.is_(None),
            Stage.kind == StageKind.OPEN,
        )
        .order_by(Pipeline.position, Pipeline.id, Stage.position)
        .limit(1)
    )
    stage = ctx.session.scalars(query).one_or_none()
    if stage is None:
        raise Conflict("stage_missing")
    return stage
