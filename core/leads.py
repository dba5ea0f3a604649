"""Leads: taking them in, changing them, giving them to somebody, and making an account, a contact and a deal of one."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from core import accounts, contacts, deals, duplicates, follow_ups, meetings, normalise
from core.access import Verb, load, visible
from core.conflicts import refuse_stale
from core.context import Ctx
from core.counters import next_number
from core.enums import LeadStatus
from core.errors import Conflict, Invalid, NotFound
from core.events import RecordAssigned, RecordChanged
from core.locks import take_turns
from core.members import owner_from_slack, require_assign
from core.models import Deal, Lead, LeadSource, Member
from core.normalise import NAME_MAX, NOTES_MAX, Unusable
from core.operations import operation
from core.requirements import missing

BY_HAND = tuple(status for status in LeadStatus if status is not LeadStatus.CONVERTED)
"""Statuses a person may choose; a lead becomes converted by being converted."""
FORM_COLUMNS = (
    "name",
    "company",
    "email",
    "phone",
    "source_id",
    "owner_id",
    "next_follow_up",
    "next_follow_up_at",
    "notes",
)
"""What the form writes: changes of these since it was opened are a conflict."""


@dataclass(frozen=True)
class LeadInput:
    """A lead as it is typed. `owner` is a Slack user id, empty for nobody; the follow-up is a day of the actor's."""

    name: str
    company: str = ""
    email: str = ""
    phone: str = ""
    source_id: UUID | None = None
    owner: str = ""
    next_follow_up: date | None = None
    notes: str = ""
    next_follow_up_at: time | None = None


@dataclass(frozen=True)
class ConversionInput:
    """What a lead becomes. `account_id` wins over `account_name`; `value` is in `currency` (ISO 4217)."""

    account_id: UUID | None
    account_name: str
    contact_name: str
    deal_name: str
    value: Decimal | None
    currency: str
    stage_id: UUID | None
    expected_close: date | None = None
    next_step: str = ""


@operation("lead.create")
def create(ctx: Ctx, values: LeadInput, seen: Collection[UUID] | None = None) -> Lead:
    """Take a lead in. It may be given to a colleague at once, who then hears of it.

    `seen` are the existing matches the person was shown: any other exact one (core.duplicates) raises
    Conflict("duplicate", matches), before anything is written. None asks no such question (imports). Two people who
    save the same lead at once take turns, so that the second one is asked. Raises Invalid.
    """
    owner_id = owner_from_slack(ctx, values.owner, "owner")
    checked = _checked(ctx, values, None, owner_id)
    if seen is not None:
        _refuse_duplicate(ctx, checked, seen)
    lead = Lead(
        number=next_number(ctx, "lead"),
        status=LeadStatus.NEW,
        created_by_id=ctx.actor.member_id,
    )
    _write(lead, checked, owner_id)
    ctx.add(lead)
    _tell_owner(ctx, lead)
    ctx.emit(RecordChanged("lead", lead.id))
    return lead


@operation("lead.edit")
def edit(ctx: Ctx, lead_id: UUID, values: LeadInput, expected: int) -> Lead:
    """Save the form of a lead that was opened on version `expected`.

    Raises Conflict("edited_meanwhile", changes, who, at, version), Invalid, NotFound, Forbidden.
    """
    lead = load(ctx, Lead, lead_id)
    refuse_stale(ctx, lead, expected, FORM_COLUMNS)
    checked = _checked(ctx, values, lead, lead.owner_id)
    owner_id = owner_from_slack(ctx, checked.owner, "owner")
    before = lead.owner_id
    if owner_id != before:
        require_assign(ctx, before)
    _write(lead, checked, owner_id)
    if owner_id != before:
        _tell_owner(ctx, lead)
        meetings.follow_owner(ctx, lead, before)
    ctx.emit(RecordChanged("lead", lead.id))
    return lead


@operation("lead.assign")
def assign(ctx: Ctx, lead_id: UUID, slack_user_id: str) -> Lead:
    """Give the lead to somebody, or to nobody (empty). Raises Invalid, NotFound, Forbidden."""
    lead = load(ctx, Lead, lead_id, Verb.ASSIGN)
    owner_id = owner_from_slack(ctx, slack_user_id, "owner")
    before = lead.owner_id
    if owner_id != before:
        lead.owner_id = owner_id
        _tell_owner(ctx, lead)
        meetings.follow_owner(ctx, lead, before)
        ctx.emit(RecordChanged("lead", lead.id))
    return lead


@operation("lead.status")
def set_status(ctx: Ctx, lead_id: UUID, status: LeadStatus) -> Lead:
    """Move the lead to a status by hand.

    Raises Conflict("lead_converted") for a converted lead, Invalid for a status that is not set by hand,
    NotFound, Forbidden.
    """
    lead = load(ctx, Lead, lead_id)
    if lead.status is LeadStatus.CONVERTED:
        raise Conflict("lead_converted")
    if status not in BY_HAND:
        raise Invalid({"status": "choice_invalid"})
    if lead.status is not status:
        lead.status = status
        ctx.emit(RecordChanged("lead", lead.id))
    return lead


@operation("lead.convert")
def convert(ctx: Ctx, lead_id: UUID, values: ConversionInput) -> Deal:
    """Make an account, a contact and a deal of the lead, which stays linked to the three.

    An existing account or contact (same company, same mail address) is taken instead of a second one. All three
    belong to the lead's owner, or to the actor where the lead has none.
    Raises Conflict("already_converted", who), Invalid (also "stage_needs"), NotFound, Forbidden.
    """
    lead = load(ctx, Lead, lead_id)
    if lead.status is LeadStatus.CONVERTED:
        raise Conflict("already_converted", who=converter(ctx, lead.id))
    _check_conversion(values)
    needs = needs_of_conversion(ctx, values)
    if needs:
        raise Invalid(dict.fromkeys(needs, "stage_needs"))
    owner = _owner_of_conversion(ctx, lead)
    account = accounts.find_or_create(
        ctx,
        values.account_id,
        accounts.AccountInput(
            name=values.account_name, domain=normalise.company_domain(lead.email), phone="", owner=owner
        ),
    )
    contact = contacts.find_or_create(
        ctx,
        contacts.ContactInput(
            name=values.contact_name, account_id=account.id, email=lead.email, phone=lead.phone, owner=owner
        ),
    )
    due, hour = follow_ups.carried_on(ctx, lead)
    deal = deals.create(
        ctx,
        deals.DealInput(
            name=values.deal_name,
            account_id=account.id,
            contact_id=contact.id,
            value=values.value,
            currency=values.currency,
            stage_id=values.stage_id,
            owner=owner,
            next_follow_up=due,
            next_follow_up_at=hour,
            expected_close=values.expected_close,
            next_step=values.next_step,
        ),
    )
    lead.account_id, lead.contact_id, lead.deal_id = account.id, contact.id, deal.id
    deal.last_touch_at = lead.last_touch_at
    lead.status = LeadStatus.CONVERTED
    lead.converted_at = ctx.now
    # The follow-up goes on with the deal: nobody is to be reminded twice of one conversation.
    follow_ups.plan(lead, None)
    ctx.emit(RecordChanged("lead", lead.id))
    return deal


def needs_of_conversion(ctx: Ctx, values: ConversionInput) -> tuple[str, ...]:
    """What the deal's stage asks for and a conversion does not say yet. Raises Invalid for a stage there is none of."""
    stage = deals.first_stage(ctx) if values.stage_id is None else deals.stage_to_enter(ctx, values.stage_id)
    told = deals.StageNeeds(values.value, values.expected_close, next_step=normalise.name_text(values.next_step))
    # The company and the person come with the conversion itself.
    return tuple(name for name in missing(told, stage) if name not in ("account_id", "contact_id"))


def converter(ctx: Ctx, lead_id: UUID) -> str | None:
    """The name of whoever converted the lead; None where that is not known."""
    query = (
        visible(ctx, Lead)
        .join(Deal, (Deal.workspace_id == Lead.workspace_id) & (Deal.id == Lead.deal_id))
        .join(Member, (Member.workspace_id == Deal.workspace_id) & (Member.id == Deal.created_by_id))
        .where(Lead.id == lead_id)
    )
    return ctx.session.scalar(query.with_only_columns(Member.name))


def _checked(ctx: Ctx, values: LeadInput, before: Lead | None, owner_id: UUID | None) -> LeadInput:
    """The values in the form they are stored in; a day is one of the owner's. Raises Invalid with every problem at
    once.
    """
    problems: dict[str, str] = {}
    name = normalise.name_text(values.name)
    company = normalise.name_text(values.company)
    notes = normalise.multiline_text(values.notes)
    if not name:
        problems["name"] = "name_empty"
    too_long = {"name": len(name) > NAME_MAX, "company": len(company) > NAME_MAX, "notes": len(notes) > NOTES_MAX}
    problems |= {field: "too_long" for field, long in too_long.items() if long}
    email, phone = values.email.strip(), values.phone.strip()
    try:
        email = normalise.email(email) if email else ""
    except Unusable as error:
        problems["email"] = error.code
    try:
        phone = normalise.phone(phone, ctx.workspace.country) if phone else ""
    except Unusable as error:
        problems["phone"] = error.code
    then = (values.next_follow_up, values.next_follow_up_at)
    past = follow_ups.problem(
        ctx, *then, follow_ups.planned(before), owner_id=owner_id, closed=follow_ups.closed(before)
    )
    if past:
        problems["next_follow_up"] = past
    if before is None or before.source_id != values.source_id:
        problems |= _source_problem(ctx, values.source_id)
    if problems:
        raise Invalid(problems)
    return replace(values, name=name, company=company, email=email, phone=phone, notes=notes)


def _source_problem(ctx: Ctx, source_id: UUID | None) -> dict[str, str]:
    try:
        if source_id is not None:
            load(ctx, LeadSource, source_id, Verb.SEE)
    except NotFound:
        return {"source_id": "choice_invalid"}
    return {}


def _refuse_duplicate(ctx: Ctx, values: LeadInput, seen: Collection[UUID]) -> None:
    who = (values.name, values.company, values.email, values.phone)
    take_turns(ctx, *duplicates.keys(*who))
    found = duplicates.matches(ctx, *who)
    if any(match.exact and match.id not in seen for match in found):
        raise Conflict("duplicate", matches=found)


def _write(lead: Lead, values: LeadInput, owner_id: UUID | None) -> None:
    lead.name = values.name
    lead.company = values.company
    lead.email = values.email
    lead.phone = values.phone
    lead.source_id = values.source_id
    lead.owner_id = owner_id
    follow_ups.plan(lead, values.next_follow_up, values.next_follow_up_at)
    lead.notes = values.notes


def _tell_owner(ctx: Ctx, lead: Lead) -> None:
    if lead.owner_id is not None and lead.owner_id != ctx.actor.member_id:
        ctx.emit(RecordAssigned("lead", lead.id, lead.owner_id, ctx.actor.member_id))


def _check_conversion(values: ConversionInput) -> None:
    problems: dict[str, str] = {}
    if values.account_id is None and not normalise.name_text(values.account_name):
        problems["account_name"] = "account_required"
    for field, typed in (("contact_name", values.contact_name), ("deal_name", values.deal_name)):
        name = normalise.name_text(typed)
        if not name or len(name) > NAME_MAX:
            problems[field] = "too_long" if name else "name_empty"
    if problems:
        raise Invalid(problems)


def _owner_of_conversion(ctx: Ctx, lead: Lead) -> str:
    """The Slack id of whoever owns what the lead becomes."""
    owner = _member(ctx, lead.owner_id)
    return owner.slack_user_id if owner and owner.active and not owner.guest else ctx.actor.slack_user_id


def _member(ctx: Ctx, member_id: UUID | None) -> Member | None:
    if member_id is None:
        return None
    return ctx.session.scalars(
        select(Member).where(Member.workspace_id == ctx.workspace.id, Member.id == member_id)
    ).one_or_none()
