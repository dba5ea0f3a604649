"""Reading accounts: a card with people, open deals and what happened."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func

from core.access import Verb, may, visible
from core.context import Ctx
from core.enums import EntityType
from core.errors import NotFound
from core.models import Account, Contact, Deal, Member, Stage
from core.normalise import phone_for_people
from core.queries.activities import TimelineItem, timeline
from core.queries.tags import TagRow, tags_of
from core.refs import account_ref, contact_ref, deal_ref

SHOWN = 5


@dataclass(frozen=True)
class OpenDeal:
    """An open deal in a card; `value` is in `currency`."""

    id: UUID
    ref: str
    name: str
    stage: str
    value: Decimal | None
    currency: str


@dataclass(frozen=True)
class PersonRow:
    """A contact in a card."""

    id: UUID
    ref: str
    name: str
    title: str
    email: str


@dataclass(frozen=True)
class AccountCard:
    """A company. `owner` is a Slack user id, empty for nobody; deals and people are the newest few."""

    id: UUID
    ref: str
    name: str
    domain: str
    phone: str
    """E.164."""
    phone_shown: str
    """As people of the workspace's country write it."""
    owner: str
    notes: str
    created_at: datetime
    last_touch_at: datetime | None
    version: int
    can_edit: bool
    deals: tuple[OpenDeal, ...] = ()
    people: tuple[PersonRow, ...] = ()
    timeline: tuple[TimelineItem, ...] = ()
    tags: tuple[TagRow, ...] = ()
    entity: EntityType = EntityType.ACCOUNT


def account_card(ctx: Ctx, account_id: UUID) -> AccountCard:
    """The company's card. Raises NotFound where there is none or the actor may not see it."""
    query = (
        visible(ctx, Account)
        .outerjoin(Member, (Member.workspace_id == Account.workspace_id) & (Member.id == Account.owner_id))
        .where(Account.id == account_id)
        .add_columns(func.coalesce(Member.slack_user_id, ""))
    )
    found = ctx.session.execute(query).one_or_none()
    if found is None:
        raise NotFound
    account, owner = found
    return AccountCard(
        id=account.id,
        ref=account_ref(account.number),
        name=account.name,
        domain=account.domain,
        phone=account.phone,
        phone_shown=phone_for_people(account.phone, ctx.workspace.country) if account.phone else "",
        owner=owner,
        notes=account.notes,
        created_at=account.created_at,
        last_touch_at=account.last_touch_at,
        version=account.version,
        can_edit=may(ctx, Verb.EDIT, account.owner_id),
        deals=open_deals_of(ctx, account_id=account.id),
        people=_people(ctx, account.id),
        timeline=tuple(timeline(ctx, "account", account.id)),
        tags=tags_of(ctx, EntityType.ACCOUNT, account.id),
    )


def open_deals_of(ctx: Ctx, *, account_id: UUID | None = None, contact_id: UUID | None = None) -> tuple[OpenDeal, ...]:
    """The newest open deals of a company or of a person, as far as the actor may see them."""
    query = (
        visible(ctx, Deal)
        .join(Stage, (Stage.workspace_id == Deal.workspace_id) & (Stage.id == Deal.stage_id))
        .where(Deal.closed_at.is_(None))
        .where(Deal.account_id == account_id if account_id else Deal.contact_id == contact_id)
        .with_only_columns(Deal.id, Deal.number, Deal.name, Stage.name.label("stage"), Deal.value, Deal.currency)
        .order_by(Deal.number.desc())
        .limit(SHOWN)
    )
    return tuple(
        OpenDeal(row.id, deal_ref(row.number), row.name, row.stage, row.value, row.currency)
        for row in ctx.session.execute(query)
    )


def _people(ctx: Ctx, account_id: UUID) -> tuple[PersonRow, ...]:
    query = (
        visible(ctx, Contact)
        .where(Contact.account_id == account_id)
        .with_only_columns(Contact.id, Contact.number, Contact.name, Contact.title, Contact.email)
        .order_by(Contact.number.desc())
        .limit(SHOWN)
    )
    return tuple(
        PersonRow(row.id, contact_ref(row.number), row.name, row.title, row.email) for row in ctx.session.execute(query)
    )
