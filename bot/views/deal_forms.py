"""Deals in Slack: the forms, and the way through the stages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from bot.labels import field_label
from bot.replies import Block, Choice, Modal
from bot.routes import FindAccount, FindContact, SaveDeal, SaveDealOwner, SaveLoss, SaveMove
from bot.views import kit, when
from bot.views.deals import worth
from bot.views.forms import Date, Form, Money, Person, Search, Select, Text
from bot.views.history import Meanwhile, edited_meanwhile, revision_of
from core.deals import DealInput, LossInput, StageNeeds
from core.enums import StageKind
from core.i18n import Viewer
from core.normalise import NAME_MAX, SHORT_TEXT_MAX
from core.queries.deals import DealCard
from core.queries.stages import DealWay, Reason, StageRow, StageStep, time_in
from core.requirements import REQUIRABLE

CURRENCIES = ("EUR", "USD", "GBP", "CHF", "SEK", "PLN", "CAD", "AUD", "JPY", "INR", "BRL")
"""What the form offers beside the workspace's own currency and the deal's."""
WAY_STEPS = 40
"""Steps shown of a deal's way, the latest ones; a modal holds a hundred blocks."""
LOSS_NOTE_MAX = 1000


DEAL_FIELDS = (
    Text("name", "Name", required=True, max_length=NAME_MAX),
    Search("account_id", "Account", lookup=FindAccount, ids=True, placeholder="Search companies"),
    Money("value", "Value", placeholder="1200 or 12k"),
    Select("currency", "Currency", required=True),
    Select("stage_id", "Stage", ids=True),
    Person("owner", "Owner"),
    Date("expected_close", "Expected close"),
    Search("contact_id", "Contact", lookup=FindContact, ids=True, placeholder="Search people", more=True),
    Text("next_step", "Next step", max_length=SHORT_TEXT_MAX, more=True),
    when.follow_up(),
)
DEAL_FORM: Form[DealInput] = Form(DealInput, DEAL_FIELDS)
PLAIN_FIELDS = (
    *("name", "value", "currency", "stage_id", "owner", "expected_close", "next_step"),
    *("next_follow_up", "next_follow_up_at"),
)
"""Fields whose value is shown as it was typed; the others need a name."""
LOSS_FORM: Form[LossInput] = Form(
    LossInput,
    (
        Select("loss_reason_id", "Reason", required=True, ids=True),
        Text("competitor", "Lost to", max_length=SHORT_TEXT_MAX, placeholder="A competitor, if there was one"),
        Text("note", "Note", multiline=True, max_length=LOSS_NOTE_MAX),
    ),
)


def _owner(owner: str) -> str:
    return owner


OWNER_FORM: Form[str] = Form(_owner, (Person("owner", "Owner", hint="Left empty, the deal belongs to nobody yet."),))


def currency_choices(*first: str) -> list[Choice]:
    """Currencies to choose from, the ones given first."""
    return [Choice(code, code) for code in dict.fromkeys((*filter(None, first), *CURRENCIES))]


def new_deal_modal(
    stages: Sequence[StageRow],
    values: Mapping[str, Any],
    viewer: Viewer,
    *,
    expanded: bool = False,
    notice: Sequence[Block] = (),
) -> Modal:
    """The form of a new deal, in the first open stage unless `values` say otherwise."""
    opened = [stage for stage in stages if stage.kind is StageKind.OPEN]
    first = {"stage_id": opened[0].id} if opened else {}
    form = _deal_form(opened, (values["currency"],))
    return Modal(
        viewer.t("New deal"),
        [*notice, *form.blocks(viewer, {**first, **values}, expanded=expanded)],
        SaveDeal(more=expanded),
        viewer.t("Create"),
        viewer.t("Cancel"),
    )


def edit_deal_modal(
    deal: DealCard,
    values: Mapping[str, Any],
    viewer: Viewer,
    meanwhile: Meanwhile | None = None,
    *,
    stages: Sequence[StageRow] = (),
    expanded: bool = False,
    notice: Sequence[Block] = (),
    version: int | None = None,
) -> Modal:
    """The form of a deal, showing `values`; with what somebody else changed since it was opened, then with all fields.

    `stages` are the open ones of all pipelines, without them those of its own; `version` the one it was opened on.
    """
    its_own = [stage for stage in deal.stages if stage.kind is StageKind.OPEN or stage.id == deal.stage_id]
    closing = [stage for stage in its_own if stage.kind is not StageKind.OPEN] if stages else []
    changed = edited_meanwhile(meanwhile.who, meanwhile.changes, viewer) if meanwhile else []
    form = _deal_form([*(stages or its_own), *closing], (deal.currency,))
    whole = expanded or meanwhile is not None
    opened_on = deal.version if version is None else version
    return Modal(
        viewer.t("Edit {ref}", ref=deal.ref),
        [*notice, *changed, *form.blocks(viewer, values, expanded=whole, revision=revision_of(meanwhile))],
        SaveDeal(deal.id, meanwhile.version if meanwhile else opened_on, more=whole),
        viewer.t("Save"),
        viewer.t("Cancel"),
    )


def _deal_form(stages: Sequence[StageRow], currencies: Sequence[str]) -> Form[DealInput]:
    return DEAL_FORM.with_choices(
        currency=currency_choices(*currencies),
        stage_id=[Choice(stage.name, str(stage.id), group=stage.pipeline) for stage in stages],
    )


def values_of(deal: DealCard) -> dict[str, Any]:
    """The deal as its form shows it."""
    return {
        "name": deal.name,
        "account_id": Choice(deal.account, str(deal.account_id)) if deal.account_id else None,
        "contact_id": Choice(deal.contact, str(deal.contact_id)) if deal.contact_id else None,
        "value": deal.value,
        "currency": deal.currency,
        "stage_id": deal.stage_id,
        "owner": deal.owner,
        "expected_close": deal.expected_close,
        "next_step": deal.next_step,
        "next_follow_up": deal.next_follow_up,
        "next_follow_up_at": deal.next_follow_up_at,
    }


def needs_notice(fields: Sequence[str], viewer: Viewer) -> list[Block]:
    """Above the form of a deal: what the chosen stage asks for."""
    names = ", ".join(field_label(name, viewer) for name in fields)
    return [kit.alert(viewer.t("The stage you chose asks for: {fields}.", fields=names), "warning")]


def needs_form(fields: Sequence[str]) -> Form[StageNeeds]:
    """The inputs for what a stage asks for."""
    wanted = [one for name in REQUIRABLE for one in DEAL_FIELDS if one.name == name and name in fields]
    return Form(StageNeeds, tuple(replace(one, required=True) for one in wanted))


def needs_modal(deal: DealCard, stage: StageRow, fields: Sequence[str], viewer: Viewer) -> Modal:
    """What a stage asks for and the deal has not, and nothing else."""
    about = viewer.t(
        "To move {ref} {name} to {stage}, please add what is missing.",
        ref=deal.ref,
        name=kit.esc(deal.name),
        stage=kit.esc(stage.name),
    )
    blocks: list[Block] = [kit.section(about), *needs_form(fields).blocks(viewer, {})]
    if "value" in fields:
        blocks.append(kit.context(viewer.t("The value is in {currency}.", currency=deal.currency)))
    return Modal(
        viewer.t("Move {ref}", ref=deal.ref),
        blocks,
        SaveMove(deal.id, stage.id, tuple(fields)),
        viewer.t("Move"),
        viewer.t("Cancel"),
    )


def loss_modal(deal: DealCard, reasons: Sequence[Reason], stage_id: UUID | None, viewer: Viewer) -> Modal:
    """Why a deal is lost."""
    form = LOSS_FORM.with_choices(loss_reason_id=[Choice(reason.name, str(reason.id)) for reason in reasons])
    about = viewer.t("{ref} {name}, {value}", ref=deal.ref, name=kit.esc(deal.name), value=worth(deal, viewer))
    return Modal(
        viewer.t("Deal lost"),
        [kit.section(about), *form.blocks(viewer, {"competitor": deal.competitor})],
        SaveLoss(deal.id, stage_id),
        viewer.t("Mark as lost"),
        viewer.t("Cancel"),
    )


def owner_modal(deal: DealCard, viewer: Viewer) -> Modal:
    """Who a deal is to belong to."""
    return Modal(
        viewer.t("Assign {ref}", ref=deal.ref),
        [kit.section(kit.esc(deal.name)), *OWNER_FORM.blocks(viewer, {"owner": deal.owner})],
        SaveDealOwner(deal.id),
        viewer.t("Assign"),
        viewer.t("Cancel"),
    )


# -- the way through the stages -----------------------------------------------------------------------------------


def way(way: DealWay, viewer: Viewer) -> Modal:
    """A deal's way through the stages, the latest first, with the time in each."""
    blocks: list[Block] = [kit.section(f"*{way.ref}* {kit.esc(way.name)}")]
    blocks += [kit.section(_step_text(step, way, viewer)) for step in way.steps[:WAY_STEPS]]
    if not way.steps:
        blocks.append(kit.section(viewer.t("Nothing is known of this deal's way yet.")))
    if len(way.steps) > WAY_STEPS:
        blocks.append(kit.context(viewer.nt("{n} earlier step", "{n} earlier steps", len(way.steps) - WAY_STEPS)))
    return Modal(viewer.t("Stages"), blocks)


def _step_text(step: StageStep, way: DealWay, viewer: Viewer) -> str:
    start = viewer.date(viewer.local_date(step.entered_at))
    span = viewer.t("since {day}", day=start)
    if step.left_at is not None:
        span = f"{start} – {viewer.date(viewer.local_date(step.left_at))}"
    length = time_in(step, way.now)
    spent = viewer.nt("{n} day", "{n} days", length.days) if length.days else viewer.duration(length)
    by = viewer.t(", by {name}", name=kit.esc(step.by)) if step.by else ""
    return f"*{kit.esc(step.name)}*: {spent}\n{span}{by}"
