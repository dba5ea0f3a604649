"""What happens in the steps of the sample company's story: each is one of the product's own operations.

Every step gets the context it acts in and the ids of what earlier steps made, by the story's own names for them.
"""

import random
from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from core import accounts, activities, contacts, deals, leads, meetings, quotes
from core.access import visible
from core.activities import CallInput
from core.context import Ctx
from core.enums import LeadStatus
from core.meetings import MeetingInput
from core.models import LeadSource, LossReason, Product, Stage
from core.quotes import LineInput, QuoteInput

Made = MutableMapping[str, UUID]


@dataclass(frozen=True)
class Company:
    """A company and the person who answers the telephone there."""

    name: str
    domain: str
    person: contacts.ContactInput


@dataclass(frozen=True)
class Loss:
    """Why a deal is lost: the how-manieth of the reasons, to whom, and in whose words."""

    reason: int
    competitor: str
    note: str


def make_lead(ctx: Ctx, made: Made, key: str, values: leads.LeadInput, source: int) -> None:
    """Take a lead in, from the how-manieth of the sources."""
    found = ctx.session.scalars(visible(ctx, LeadSource).order_by(LeadSource.position)).all()
    made[key] = leads.create(ctx, replace(values, source_id=found[source % len(found)].id)).id


def lose_lead(ctx: Ctx, made: Made, key: str) -> None:
    """Give a lead up."""
    leads.set_status(ctx, made[key], LeadStatus.LOST)


def convert(ctx: Ctx, made: Made, key: str, deal: str, values: leads.ConversionInput) -> None:
    """Make a deal of a lead."""
    made[deal] = leads.convert(ctx, made[key], values).id


def make_deal(ctx: Ctx, made: Made, key: str, company: Company, values: deals.DealInput) -> None:
    """Begin a deal; the company and its person are taken in with the first one."""
    if f"contact {company.name}" not in made:
        owner = ctx.actor.slack_user_id
        account = accounts.find_or_create(ctx, None, accounts.AccountInput(company.name, company.domain, owner=owner))
        person = contacts.create(ctx, replace(company.person, account_id=account.id, owner=owner))
        made[f"account {company.name}"], made[f"contact {company.name}"] = account.id, person.id
    linked = replace(values, account_id=made[f"account {company.name}"], contact_id=made[f"contact {company.name}"])
    made[key] = deals.create(ctx, linked).id


def log_call(ctx: Ctx, made: Made, entity: str, key: str, values: CallInput) -> None:
    """Log a call on a lead or deal."""
    activities.log_call(ctx, entity, made[key], values)


def plan_meeting(ctx: Ctx, made: Made, key: str, values: MeetingInput) -> None:
    """Agree on a meeting about a deal."""
    meetings.plan(ctx, "deal", made[key], values)


def move(ctx: Ctx, made: Made, key: str, stage: str) -> None:
    """Move a deal on."""
    stage_id = ctx.session.scalars(visible(ctx, Stage).where(Stage.name == stage)).one().id
    deals.move(ctx, made[key], stage_id)


def win(ctx: Ctx, made: Made, key: str) -> None:
    """Win a deal."""
    deals.win(ctx, made[key])


def lose(ctx: Ctx, made: Made, key: str, loss: Loss) -> None:
    """Lose a deal."""
    found = ctx.session.scalars(visible(ctx, LossReason).order_by(LossReason.position)).all()
    reason = found[loss.reason % len(found)].id
    deals.lose(ctx, made[key], deals.LossInput(reason, loss.competitor, loss.note))


def draft_quote(ctx: Ctx, made: Made, key: str, seed: int) -> None:
    """Offer two to four products on a deal."""
    dice = random.Random(seed)  # noqa: S311 - a story
    products = ctx.session.scalars(visible(ctx, Product).order_by(Product.name)).all()
    lines = tuple(
        LineInput(
            product_id=one.id,
            description=one.name,
            quantity=Decimal(dice.randrange(1, 5)),
            unit_price=one.unit_price,
            discount_percent=Decimal(dice.choice((0, 0, 5, 10))),
            tax_percent=one.tax_percent,
        )
        for one in dice.sample(list(products), dice.randrange(2, 5))
    )
    made[f"quote {key}"] = quotes.create(ctx, QuoteInput(made[key], quotes.default_valid_until(ctx), "", lines)).id


def send_quote(ctx: Ctx, made: Made, deal: str) -> None:
    """The offer on a deal goes out."""
    quotes.mark_sent(ctx, made[f"quote {deal}"])


def accept_quote(ctx: Ctx, made: Made, deal: str) -> None:
    """The customer takes it."""
    quotes.accept(ctx, made[f"quote {deal}"])


def reject_quote(ctx: Ctx, made: Made, deal: str) -> None:
    """The customer does not take it."""
    quotes.reject(ctx, made[f"quote {deal}"])


def expire_quotes(ctx: Ctx, _made: Made) -> None:
    """The worker's round: what is out of date has expired."""
    quotes.expire_due(ctx)
