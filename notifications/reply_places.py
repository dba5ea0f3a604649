"""Where a reply is told: where its record is talked about, and nowhere else."""

from uuid import UUID

from sqlalchemy import select, union_all

from core.access import POWERS, Power
from core.activities import SUBJECTS
from core.context import Ctx
from core.emails.replies import REPLY
from core.enums import Role
from core.models import Card, ChannelLink, InboundEmail, Member, WorkspaceRow
from core.notices import is_channel
from core.queries.replies import subject_of
from notifications.rules import LiveCard, Place

ALERTS_KEPT = 5
"""So many of a record's latest alerts change with the record."""


def place_of(ctx: Ctx, inbound_id: UUID) -> Place | None:
    """Below the record's card in a channel, in the record's own channel, in the channel for replies; else to its owner.

    None where there is nobody to tell.
    """
    inbound = ctx.session.get(InboundEmail, (ctx.workspace.id, inbound_id))
    record = subject_of(inbound) if inbound is not None else None
    if record is None:
        return None
    return _thread(ctx, *record) or _linked(ctx, *record) or _replies_channel(ctx) or owners_place(ctx, inbound_id)


def owners_place(ctx: Ctx, inbound_id: UUID) -> Place | None:
    """The direct messages of who has to answer; where that is nobody, of somebody who sorts mails."""
    query = select(Member.id, Member.slack_user_id).where(
        Member.workspace_id == ctx.workspace.id, Member.active, Member.guest.is_(False)
    )
    owner = select(InboundEmail.owner_id).where(
        InboundEmail.workspace_id == ctx.workspace.id, InboundEmail.id == inbound_id
    )
    sorting = [role for role in Role if Power.TRIAGE in POWERS[role]]
    whoever = query.where(Member.role.in_(sorting)).order_by(Member.role, Member.id).limit(1)
    found = ctx.session.execute(query.where(Member.id.in_(owner))).one_or_none()
    found = found or ctx.session.execute(whoever).one_or_none()
    return Place(found.slack_user_id, member_id=found.id) if found else None


def live_cards(ctx: Ctx, entity: str, entity_id: UUID) -> list[LiveCard]:
    """The cards that a record's change concerns, oldest first: its own, and the latest alerts about it."""
    columns = select(Card.id, Card.channel).where(Card.workspace_id == ctx.workspace.id, Card.retired_at.is_(None))
    parts = [columns.where(Card.entity == entity, Card.entity_id == entity_id)]
    if entity in SUBJECTS:
        column = getattr(InboundEmail, SUBJECTS[entity][1].key)
        latest = (
            select(InboundEmail.id)
            .where(InboundEmail.workspace_id == ctx.workspace.id, column == entity_id)
            .order_by(InboundEmail.received_at.desc())
            .limit(ALERTS_KEPT)
            .subquery()
        )
        parts.append(columns.join(latest, (Card.entity == REPLY) & (Card.entity_id == latest.c.id)))
    # Two questions in one: as alternatives of one condition, neither would find its index.
    rows = ctx.session.execute(union_all(*parts)).all()
    return [LiveCard(card_id, channel) for card_id, channel in sorted(rows)]


def _thread(ctx: Ctx, entity: str, entity_id: UUID) -> Place | None:
    query = (
        select(Card.channel, Card.ts)
        .where(
            Card.workspace_id == ctx.workspace.id,
            Card.entity == entity,
            Card.entity_id == entity_id,
            Card.retired_at.is_(None),
        )
        .order_by(Card.created_at.desc(), Card.id.desc())
    )
    rows = ctx.session.execute(query).all()
    return next((Place(row.channel, row.ts) for row in rows if is_channel(row.channel)), None)


def _linked(ctx: Ctx, entity: str, entity_id: UUID) -> Place | None:
    column = getattr(ChannelLink, SUBJECTS[entity][1].key)
    query = select(ChannelLink.channel).where(
        ChannelLink.workspace_id == ctx.workspace.id, column == entity_id, ChannelLink.archived_at.is_(None)
    )
    channel = ctx.session.scalar(query.order_by(ChannelLink.id.desc()).limit(1))
    return Place(channel) if channel else None


def _replies_channel(ctx: Ctx) -> Place | None:
    query = select(WorkspaceRow.replies_channel).where(WorkspaceRow.workspace_id == ctx.workspace.id)
    channel = ctx.session.scalar(query)
    return Place(channel) if channel else None
