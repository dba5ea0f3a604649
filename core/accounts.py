"""Accounts: the companies."""

from dataclasses import dataclass
from uuid import UUID

from core import normalise
from core.access import Verb, load, visible
from core.context import Ctx
from core.counters import next_number
from core.errors import Invalid, NotFound
from core.events import RecordAssigned, RecordChanged
from core.locks import take_turns
from core.members import owner_from_slack
from core.models import Account
from core.normalise import NAME_MAX, NOTES_MAX, Unusable
from core.operations import operation


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
        domain=values.domain.strip().lower(),
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
