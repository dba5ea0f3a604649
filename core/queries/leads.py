"""Reading leads: a card, pages of rows, what the forms offer."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from core.access import Owned, Verb, may, visible
from core.context import Ctx
from core.emails.suppressions import reason_of
from core.enums import EntityType, LeadStatus, SuppressionReason
from core.errors import NotFound
from core.models import Account, Contact, Deal, Lead, LeadSource, Member, Tagging
from core.normalise import phone_for_people
from core.prepared import read
from core.queries.activities import TimelineItem, timeline
from core.queries.records import Page
from core.queries.search import matching
from core.queries.tags import TagRow, tags_of
from core.refs import LETTERS, lead_ref

PAGE_SIZE = 8
CLOSED = (LeadStatus.CONVERTED, LeadStatus.LOST)
Order = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True)
class Link:
    """Another record, as a card names it."""

    entity: EntityType
    id: UUID
    ref: str
    name: str


@dataclass(frozen=True)
class LeadCard:
    """A lead as its card and its form show it. `owner` is a Slack user id."""

    id: UUID
    ref: str
    name: str
    company: str
    email: str
    phone: str
    """E.164."""
    phone_shown: str
    """As people of the workspace's country write it."""
    source_id: UUID | None
    source: str
    status: LeadStatus
    owner: str
    next_follow_up: date | None
    last_touch_at: datetime | None
    created_at: datetime
    notes: str
    version: int
    can_edit: bool
    can_assign: bool
    links: tuple[Link, ...] = ()
    """What it became, as far as the reader may see it."""
    timeline: tuple[TimelineItem, ...] = ()
    tags: tuple[TagRow, ...] = ()
    entity: EntityType = EntityType.LEAD
    next_follow_up_at: time | None = None
    """The hour of the follow-up, in the owner's zone."""
    closed: SuppressionReason | None = None
    """Why the address is not written to."""

    @property
    def converted(self) -> bool:
        """Whether it has become a deal."""
        return self.status is LeadStatus.CONVERTED


@dataclass(frozen=True)
class LeadRow:
    """A lead in a list. `owner` is a Slack user id, empty for nobody."""

    id: UUID
    ref: str
    name: str
    company: str
    status: LeadStatus
    owner: str
    next_follow_up: date | None
    today: date
    """The reader's day."""


@dataclass(frozen=True)
class SourceRow:
    """Where leads come from."""

    id: UUID
    name: str


def lead_card(ctx: Ctx, lead_id: UUID, *, just_made: bool = False) -> LeadCard:
    """The lead's card. Raises NotFound where there is none or the actor may not see it.

    `just_made`: in this transaction, so that it has no activities yet that would have to be looked for.
    """
    rows = read(ctx, _card_row, record=lead_id)
    if not rows:
        raise NotFound
    lead = rows[0]
    return LeadCard(
        id=lead.id,
        ref=lead_ref(lead.number),
        name=lead.name,
        company=lead.company,
        email=lead.email,
        phone=lead.phone,
        phone_shown=phone_for_people(lead.phone, ctx.workspace.country) if lead.phone else "",
        source_id=lead.source_id,
        source=lead.source,
        status=lead.status,
        owner=lead.owner,
        next_follow_up=lead.next_follow_up,
        next_follow_up_at=lead.next_follow_up_at,
        last_touch_at=lead.last_touch_at,
        created_at=lead.created_at,
        notes=lead.notes,
        version=lead.version,
        can_edit=may(ctx, Verb.EDIT, lead.owner_id),
        can_assign=may(ctx, Verb.ASSIGN, lead.owner_id),
        links=_links(ctx, (lead.deal_id, lead.contact_id, lead.account_id)),
        timeline=() if just_made else tuple(timeline(ctx, "lead", lead.id)),
        tags=tags_of(ctx, EntityType.LEAD, lead.id) if lead.tagged else (),
        closed=lead.closed,
    )


def _card_row(ctx: Ctx) -> Select[*tuple[Any, ...]]:
    """What the lead `record` itself says on its card, and whether it has tags to be read: most have none."""
    tagging = select(Tagging.id).where(
        Tagging.workspace_id == Lead.workspace_id, Tagging.lead_id == Lead.id, Tagging.archived_at.is_(None)
    )
    return (
        visible(ctx, Lead)
        .outerjoin(Member, (Member.workspace_id == Lead.workspace_id) & (Member.id == Lead.owner_id))
        .outerjoin(LeadSource, (LeadSource.workspace_id == Lead.workspace_id) & (LeadSource.id == Lead.source_id))
        .where(Lead.id == bindparam("record"))
        .with_only_columns(
            Lead.id,
            Lead.number,
            Lead.name,
            Lead.company,
            Lead.email,
            Lead.phone,
            Lead.source_id,
            func.coalesce(LeadSource.name, "").label("source"),
            Lead.status,
            Lead.owner_id,
            func.coalesce(Member.slack_user_id, "").label("owner"),
            Lead.next_follow_up,
            Lead.next_follow_up_at,
            Lead.last_touch_at,
            Lead.created_at,
            Lead.notes,
            Lead.version,
            Lead.deal_id,
            Lead.contact_id,
            Lead.account_id,
            tagging.correlate(Lead).exists().label("tagged"),
            reason_of(Lead).label("closed"),
        )
    )


def _links(ctx: Ctx, became_ids: tuple[UUID | None, UUID | None, UUID | None]) -> tuple[Link, ...]:
    """The deal, the contact and the account of these ids, as far as the actor may see them."""
    kinds: tuple[tuple[EntityType, type[Owned]], ...] = (
        (EntityType.DEAL, Deal),
        (EntityType.CONTACT, Contact),
        (EntityType.ACCOUNT, Account),
    )
    links: list[Link] = []
    for (entity, model), record_id in zip(kinds, became_ids, strict=True):
        if record_id is None:
            continue
        query = visible(ctx, model).where(model.id == record_id).with_only_columns(model.number, model.name)
        found = ctx.session.execute(query).one_or_none()
        if found is not None:
            links.append(Link(entity, record_id, f"{LETTERS[entity]}-{found.number}", found.name))
    return tuple(links)


def lead_page(ctx: Ctx, words: str, page: int) -> Page[LeadRow]:
    """A page of leads, newest first.

    With words: every lead the actor may see that they fit (names in any order, company, mail address, telephone
    number, reference). Without: the open ones that are the actor's own or nobody's.
    """
    return page_of(
        ctx,
        visible(ctx, Lead).where(matching(ctx, EntityType.LEAD, words) if words.strip() else _work_of(ctx)),
        page,
        Lead.number.desc(),
    )


def page_of(ctx: Ctx, query: Select[Lead], page: int, *order: Order) -> Page[LeadRow]:
    """A page of the leads a query finds (one that starts with `visible`), in an order."""
    page = max(page, 0)
    query = query.outerjoin(Member, (Member.workspace_id == Lead.workspace_id) & (Member.id == Lead.owner_id))
    rows = ctx.session.execute(
        query.with_only_columns(
            Lead.id,
            Lead.number,
            Lead.name,
            Lead.company,
            Lead.status,
            func.coalesce(Member.slack_user_id, "").label("owner"),
            Lead.next_follow_up,
            maintain_column_froms=True,
        )
        .order_by(*order)
        .offset(page * PAGE_SIZE)
        .limit(PAGE_SIZE + 1)
    ).all()
    today = ctx.today.date()
    shown = tuple(
        LeadRow(row.id, lead_ref(row.number), row.name, row.company, row.status, row.owner, row.next_follow_up, today)
        for row in rows[:PAGE_SIZE]
    )
    return Page(shown, page, len(rows) > PAGE_SIZE)


def sources(ctx: Ctx, lead_id: UUID | None = None) -> list[SourceRow]:
    """Where leads come from, in the admin's order; for an existing lead also its own, though it was removed since."""
    its_own = select(Lead.source_id).where(Lead.workspace_id == ctx.workspace.id, Lead.id == lead_id)
    query = select(LeadSource).where(
        LeadSource.workspace_id == ctx.workspace.id,
        or_(LeadSource.archived_at.is_(None), LeadSource.id == its_own.scalar_subquery()),
    )
    query = query.order_by(LeadSource.archived_at.is_not(None), LeadSource.position, LeadSource.name)
    return [SourceRow(row.id, row.name) for row in ctx.session.scalars(query.limit(100))]


def _work_of(ctx: Ctx) -> ColumnElement[bool]:
    return and_(
        or_(Lead.owner_id.is_(None), Lead.owner_id == ctx.actor.member_id),
        Lead.status.not_in(CLOSED),
    )
