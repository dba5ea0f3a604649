"""Accounts: the companies."""

from dataclasses import dataclass
from uuid import UUID

from core import meetings, normalise
from core.access import Verb, load, visible
from core.conflicts import refuse_stale
from core.context import Ctx
from core.counters import next_number
from core.errors import Invalid, NotFound
from core.events import RecordAssigned, RecordChanged
from core.locks import take_turns
from core.members import owner_from_slack, require_assign
from core.models import Account
from core.normalise import NAME_MAX, NOTES_MAX, Unusable
from core.operations import operation

FORM_COLUMNS = ("name", "domain", "phone", "owner_id", "notes")
"""What the form writes: changes of these since it was opened are a conflict."""


@dataclass(frozen=True)
class AccountInput:
    """A company as it is typed. `domain` is its mail domain, `owner` a Slack user id, empty for nobody."""

    name: str
    domain: str = ""
    phone: str = ""
    owner: str = ""
    notes: str = ""


@operation("account.create")
def create(ctx: Ctx, values: AccountInput) -> Account:
    """Take a company in. Raises Invalid."""
    name, phone = _checked(ctx, values)
    account = Account(
        number=next_number(ctx, "account"),
        name=name,
        domain=mail_domain(values.domain),
        phone=phone,
        owner_id=owner_from_slack(ctx, values.owner, "owner"),
        notes=normalise.multiline_text(values.notes)[:NOTES_MAX],
        created_by_id=ctx.actor.member_id,
    )
    ctx.add(account)
    ctx.session.flush()
    if account.owner_id is not None and account.owner_id != ctx.actor.member_id:
        ctx.emit(RecordAssigned("account", account.id, account.owner_id, ctx.actor.member_id))
    ctx.emit(RecordChanged("account", account.id))
    return account


@operation("account.edit")
def edit(ctx: Ctx, account_id: UUID, values: AccountInput, expected: int) -> Account:
    """Save the form of a company that was opened on version `expected`.

    Raises Conflict("edited_meanwhile", changes, who, at, version), Invalid, NotFound, Forbidden.
    """
    account = load(ctx, Account, account_id)
    refuse_stale(ctx, account, expected, FORM_COLUMNS)
    name, phone = _checked(ctx, values)
    owner_id = owner_from_slack(ctx, values.owner, "owner")
    before = account.owner_id
    if owner_id != before:
        require_assign(ctx, before)
    account.name, account.domain, account.phone = name, mail_domain(values.domain), phone
    account.owner_id = owner_id
    account.notes = normalise.multiline_text(values.notes)[:NOTES_MAX]
    meetings.follow_owner(ctx, account, before)
    if owner_id not in (None, before, ctx.actor.member_id):
        ctx.emit(RecordAssigned("account", account.id, owner_id, ctx.actor.member_id))
    ctx.emit(RecordChanged("account", account.id))
    return account


def find_or_create(ctx: Ctx, account_id: UUID | None, values: AccountInput) -> Account:
    """The chosen account; else the one the actor sees under this very name; else a new one.

    Two people who make the same company at once take turns, so that the second one finds the first one's.
    Raises Invalid for `account_id` where the chosen one is gone, and for what cannot be used in `values`.
    """
    if account_id is not None:
        try:
            return load(ctx, Account, account_id, Verb.SEE)
        except NotFound as error:
            raise Invalid({"account_id": "record_unknown"}) from error
    name, _phone = _checked(ctx, values, "account_name")
    take_turns(ctx, f"account:{name.lower()}")
    query = visible(ctx, Account).where(Account.name_key == name.lower()).order_by(Account.number)
    return ctx.session.scalars(query).first() or create(ctx, values)


def mail_domain(text: str) -> str:
    """A mail domain as it is kept, of whatever was typed: an address, a site, a domain. Empty for nothing.

    Raises Invalid for what is no domain, and for a public provider's, which says nothing about a company.
    """
    host = text.strip().lower().rpartition("@")[2].partition("://")
    domain = (host[2] or host[0]).partition("/")[0].removeprefix("www.").strip(".")
    if not domain:
        return ""
    try:
        domain = normalise.email(f"post@{domain}").rpartition("@")[2]
    except Unusable as error:
        raise Invalid({"domain": "domain_invalid"}) from error
    if not normalise.company_domain(f"post@{domain}"):
        raise Invalid({"domain": "domain_public"})
    return domain


def _checked(ctx: Ctx, values: AccountInput, name_field: str = "name") -> tuple[str, str]:
    problems: dict[str, str] = {}
    name = normalise.name_text(values.name)
    if not name:
        problems[name_field] = "name_empty"
    if len(name) > NAME_MAX:
        problems[name_field] = "too_long"
    phone = ""
    try:
        phone = normalise.phone(values.phone, ctx.workspace.country) if values.phone.strip() else ""
    except Unusable as error:
        problems["phone"] = error.code
    if problems:
        raise Invalid(problems)
    return name, phone
