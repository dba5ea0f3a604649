"""Checking what was typed of a deal, and writing it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from core import follow_ups, meetings
from core.access import Verb, load
from core.context import Ctx
from core.deals.values import DealInput
from core.errors import Invalid, NotFound
from core.events import RecordAssigned
from core.models import Account, Contact, Deal
from core.models.base import TenantModel
from core.money import LARGEST, is_currency, round_money
from core.normalise import NAME_MAX, SHORT_TEXT_MAX, name_text

T = TypeVar("T")
Linked = TypeVar("Linked", bound=TenantModel)


def check(ctx: Ctx, values: DealInput, old: Deal | None, owner_id: UUID | None) -> None:
    """Refuse what cannot be used, all fields at once; a day is one of the owner's. What stays as it is on an old deal
    is not asked again.
    """
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
    then = (values.next_follow_up, values.next_follow_up_at)
    past = follow_ups.problem(ctx, *then, follow_ups.planned(old), owner_id=owner_id, closed=follow_ups.closed(old))
    if past:
        problems["next_follow_up"] = past
    if problems:
        raise Invalid(problems)


def refuse_long(texts: dict[str, tuple[str, int]]) -> None:
    """Refuse texts over their limit, by field: {name: (text, characters)}."""
    problems = {name: "too_long" for name, (text, limit) in texts.items() if len(text) > limit}
    if problems:
        raise Invalid(problems)


@dataclass(frozen=True)
class Links:
    """What a deal points at, looked up."""

    account_id: UUID | None
    contact_id: UUID | None
    owner_id: UUID | None


def fill(ctx: Ctx, deal: Deal, values: DealInput, links: Links) -> None:
    """Write what was typed into a deal, in the form it is stored in."""
    deal.name = name_text(values.name)
    deal.currency = values.currency or deal.currency or ctx.workspace.currency
    deal.value = None if values.value is None else round_money(values.value, deal.currency)
    deal.expected_close = values.expected_close
    follow_ups.plan(deal, values.next_follow_up, values.next_follow_up_at)
    if values.next_step is not None:
        deal.next_step = name_text(values.next_step)
    deal.account_id, deal.contact_id, deal.owner_id = links.account_id, links.contact_id, links.owner_id


def links_of(ctx: Ctx, values: DealInput, old: Deal | None, owner_id: UUID | None) -> Links:
    """Account and contact, looked up, and the owner. Without an account a new contact's own is taken: people bring
    theirs.

    What an old deal points at already stays, even where the actor may not see it.
    """
    account_id, contact_id = values.account_id, values.contact_id
    if account_id is not None and (old is None or account_id != old.account_id):
        linked(ctx, Account, account_id, "account_id")
    if contact_id is not None and (old is None or contact_id != old.contact_id):
        contact = linked(ctx, Contact, contact_id, "contact_id")
        account_id = account_id or contact.account_id
    return Links(account_id, contact_id, owner_id)


def linked(ctx: Ctx, model: type[Linked], row_id: UUID, field: str) -> Linked:
    """A record chosen in a form: it has to be seen, not to be one's own."""
    return or_invalid(lambda: load(ctx, model, row_id, Verb.SEE), field)


def or_invalid(look: Callable[[], T], field: str) -> T:
    """What a look-up finds; where it finds nothing, the field it was chosen in is at fault."""
    try:
        return look()
    except NotFound as error:
        raise Invalid({field: "record_unknown"}) from error


def tell_owner(ctx: Ctx, deal: Deal, old_owner: UUID | None) -> None:
    """Let a new owner hear of the deal, unless they took it themselves; the meetings planned on it are theirs too."""
    meetings.follow_owner(ctx, deal, old_owner)
    if deal.owner_id is not None and deal.owner_id not in (old_owner, ctx.actor.member_id):
        ctx.emit(RecordAssigned("deal", deal.id, deal.owner_id, ctx.actor.member_id))
