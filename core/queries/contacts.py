"""Reading contacts: a card with the company, open deals and what happened."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import func

from core.access import Verb, may, visible
from core.context import Ctx
from core.emails.suppressions import reason_of
from core.enums import EntityType, SuppressionReason
from core.errors import NotFound
from core.models import Account, Contact, Member
from core.normalise import phone_for_people
from core.queries.accounts import OpenDeal, open_deals_of
from core.queries.activities import TimelineItem, timeline
from core.queries.tags import TagRow, tags_of
from core.refs import account_ref, contact_ref


@dataclass(frozen=True)
class ContactCard:
    """A person. `owner` is a Slack user id; the company is empty where the reader may not see it."""

    id: UUID
    ref: str
    name: str
    title: str
    email: str
    phone: str
    """E.164."""
    phone_shown: str
    """As people of the workspace's country write it."""
    account_id: UUID | None
    account_ref: str
    account_name: str
    owner: str
    next_follow_up: date | None
    notes: str
    created_at: datetime
    last_touch_at: datetime | None
    version: int
    can_edit: bool
    deals: tuple[OpenDeal, ...] = ()
    timeline: tuple[TimelineItem, ...] = ()
    tags: tuple[TagRow, ...] = ()
    entity: EntityType = EntityType.CONTACT
    next_follow_up_at: time | None = None
    """The hour of the follow-up, in the owner's zone."""
    closed: SuppressionReason | None = None
    """Why the address is not written to."""


def contact_card(ctx: Ctx, contact_id: UUID) -> ContactCard:
    """The person's card. Raises NotFound where there is none or the actor may not see it."""
    seen = visible(ctx, Account).with_only_columns(Account.id, Account.number, Account.name).subquery()
    query = (
        visible(ctx, Contact)
        .outerjoin(Member, (Member.workspace_id == Contact.workspace_id) & (Member.id == Contact.owner_id))
        .outerjoin(seen, seen.c.id == Contact.account_id)
        .where(Contact.id == contact_id)
        .add_columns(func.coalesce(Member.slack_user_id, ""), seen.c.id, seen.c.number, seen.c.name, reason_of(Contact))
    )
    found = ctx.session.execute(query).one_or_none()
    if found is None:
        raise NotFound
    contact, owner, account_id, account_number, account_name, closed = found
    return ContactCard(
        id=contact.id,
        ref=contact_ref(contact.number),
        name=contact.name,
        title=contact.title,
        email=contact.email,
        phone=contact.phone,
        phone_shown=phone_for_people(contact.phone, ctx.workspace.country) if contact.phone else "",
        account_id=account_id,
        account_ref=account_ref(account_number) if account_number else "",
        account_name=account_name or "",
        owner=owner,
        next_follow_up=contact.next_follow_up,
        next_follow_up_at=contact.next_follow_up_at,
        notes=contact.notes,
        created_at=contact.created_at,
        last_touch_at=contact.last_touch_at,
        version=contact.version,
        can_edit=may(ctx, Verb.EDIT, contact.owner_id),
        deals=open_deals_of(ctx, contact_id=contact.id),
        timeline=tuple(timeline(ctx, "contact", contact.id)),
        tags=tags_of(ctx, EntityType.CONTACT, contact.id),
        closed=closed,
    )
