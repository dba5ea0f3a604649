"""Contacts: the people at the companies."""

from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from sqlalchemy import or_

from core import follow_ups, meetings, normalise
from core.access import Verb, load, visible
from core.conflicts import refuse_stale
from core.context import Ctx
from core.counters import next_number
from core.errors import Invalid, NotFound
from core.events import RecordAssigned, RecordChanged
from core.members import owner_from_slack, require_assign
from core.models import Account, Contact
from core.normalise import NAME_MAX, NOTES_MAX, SHORT_TEXT_MAX, Unusable
from core.operations import operation

FORM_COLUMNS = (
    "name",
    "account_id",
    "email",
    "phone",
    "title",
    "owner_id",
    "next_follow_up",
    "next_follow_up_at",
    "notes",
)
"""What the form writes: changes of these since it was opened are a conflict."""


@dataclass(frozen=True)
class ContactInput:
    """A person as typed. `owner` is a Slack user id, empty for nobody."""

    name: str
    account_id: UUID | None = None
    email: str = ""
    phone: str = ""
    title: str = ""
    owner: str = ""
    next_follow_up: date | None = None
    notes: str = ""
    next_follow_up_at: time | None = None


@operation("contact.create")
def create(ctx: Ctx, values: ContactInput) -> Contact:
    """Take a person in. Raises Invalid."""
    name, email, phone = _checked(ctx, values)
    owner_id = owner_from_slack(ctx, values.owner, "owner")
    past = follow_ups.problem(ctx, values.next_follow_up, values.next_follow_up_at, owner_id=owner_id)
    if past:
        raise Invalid({"next_follow_up": past})
    contact = Contact(
        number=next_number(ctx, "contact"),
        name=name,
        account_id=_known_account(ctx, values.account_id),
        email=email,
        phone=phone,
        title=normalise.name_text(values.title)[:SHORT_TEXT_MAX],
        owner_id=owner_id,
        notes=normalise.multiline_text(values.notes)[:NOTES_MAX],
        created_by_id=ctx.actor.member_id,
    )
    follow_ups.plan(contact, values.next_follow_up, values.next_follow_up_at)
    ctx.add(contact)
    ctx.session.flush()
    if contact.owner_id is not None and contact.owner_id != ctx.actor.member_id:
        ctx.emit(RecordAssigned("contact", contact.id, contact.owner_id, ctx.actor.member_id))
    ctx.emit(RecordChanged("contact", contact.id))
    if contact.account_id is not None:
        ctx.emit(RecordChanged("account", contact.account_id))
    return contact


@operation("contact.edit")
def edit(ctx: Ctx, contact_id: UUID, values: ContactInput, expected: int) -> Contact:
    """Save the form of a person that was opened on version `expected`.

    A company the actor may not see stays where none is chosen instead: the form did not show it.
    Raises Conflict("edited_meanwhile", changes, who, at, version), Invalid, NotFound, Forbidden.
    """
    contact = load(ctx, Contact, contact_id)
    refuse_stale(ctx, contact, expected, FORM_COLUMNS)
    name, email, phone = _checked(ctx, values)
    then = (values.next_follow_up, values.next_follow_up_at)
    past = follow_ups.problem(ctx, *then, follow_ups.planned(contact), owner_id=contact.owner_id)
    if past:
        raise Invalid({"next_follow_up": past})
    owner_id = owner_from_slack(ctx, values.owner, "owner")
    account_id = _account_of_edit(ctx, contact, values.account_id)
    before, left = contact.owner_id, contact.account_id
    if owner_id != before:
        require_assign(ctx, before)
    contact.name, contact.email, contact.phone = name, email, phone
    contact.title = normalise.name_text(values.title)[:SHORT_TEXT_MAX]
    contact.account_id, contact.owner_id = account_id, owner_id
    follow_ups.plan(contact, values.next_follow_up, values.next_follow_up_at)
    contact.notes = normalise.multiline_text(values.notes)[:NOTES_MAX]
    meetings.follow_owner(ctx, contact, before)
    if owner_id not in (None, before, ctx.actor.member_id):
        ctx.emit(RecordAssigned("contact", contact.id, owner_id, ctx.actor.member_id))
    ctx.emit(RecordChanged("contact", contact.id))
    for changed in dict.fromkeys((left, account_id)):
        if changed is not None:
            ctx.emit(RecordChanged("account", changed))
    return contact


def _account_of_edit(ctx: Ctx, contact: Contact, chosen: UUID | None) -> UUID | None:
    if chosen is not None and chosen != contact.account_id:
        return _known_account(ctx, chosen)
    if chosen is None and contact.account_id is not None:
        seen = visible(ctx, Account).where(Account.id == contact.account_id).with_only_columns(Account.id)
        return None if ctx.session.scalar(seen) else contact.account_id
    return contact.account_id


def find_or_create(ctx: Ctx, values: ContactInput) -> Contact:
    """The person the actor sees at this account with this mail address, or this very name; else a new one.

    Raises Invalid.
    """
    name, email, _phone = _checked(ctx, values, "contact_name")
    same = [Contact.name_key == name.lower()]
    if email:
        same.append(Contact.email == email)
    query = visible(ctx, Contact).where(Contact.account_id == values.account_id, or_(*same)).order_by(Contact.number)
    # Of two people with one name, the one with another address is somebody else.
    found = (one for one in ctx.session.scalars(query) if not email or one.email in ("", email))
    return next(found, None) or create(ctx, values)


def _known_account(ctx: Ctx, account_id: UUID | None) -> UUID | None:
    if account_id is None:
        return None
    try:
        return load(ctx, Account, account_id, Verb.SEE).id
    except NotFound as error:
        raise Invalid({"account_id": "record_unknown"}) from error


def _checked(ctx: Ctx, values: ContactInput, name_field: str = "name") -> tuple[str, str, str]:
    problems: dict[str, str] = {}
    name = normalise.name_text(values.name)
    if not name:
        problems[name_field] = "name_empty"
    if len(name) > NAME_MAX:
        problems[name_field] = "too_long"
    email, phone = "", ""
    try:
        email = normalise.email(values.email) if values.email.strip() else ""
    except Unusable as error:
        problems["email"] = error.code
    try:
        phone = normalise.phone(values.phone, ctx.workspace.country) if values.phone.strip() else ""
    except Unusable as error:
        problems["phone"] = error.code
    if problems:
        raise Invalid(problems)
    return name, email, phone
