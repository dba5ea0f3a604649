"""Where a reply is told: where its record is talked about, and nowhere else."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from uuid import UUID

from sqlalchemy import Text, func, select

from core.access import POWERS, Power
from core.activities import SUBJECTS
from core.context import Ctx
from core.emails.replies import REPLY
from core.enums import Role
from core.models import Card, ChannelLink, InboundEmail, Member, WorkspaceRow
from core.notices import is_channel
from core.params import among, here
from core.prepared import Built, read
from core.queries.reply_cards import subject_of
from notifications.rules import LiveCard, Place

ALERTS_KEPT = 5
"""So many of a record's latest alerts change with the record."""

RecordKey = tuple[str, UUID]
"""An entity, and the id of one of its records."""


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


def live_cards(ctx: Ctx, records: Collection[RecordKey]) -> Mapping[RecordKey, tuple[LiveCard, ...]]:
    """The cards that each record's change concerns, oldest first: its own, and the latest alerts about it."""
    concerned = {record: {record} for record in records}
    for mail, record in _latest_mails(ctx, records):
        concerned.setdefault(mail, set()).add(record)
    found: defaultdict[RecordKey, list[LiveCard]] = defaultdict(list)
    if concerned:
        entities = sorted({entity for entity, _ in concerned})
        for row in read(ctx, _cards, entities=entities, ids=[shown_id for _, shown_id in concerned]):
            for record in concerned.get((row.entity, row.entity_id), ()):
                found[record].append(LiveCard(row.id, row.channel))
    return {record: tuple(sorted(found[record], key=lambda card: card.card_id)) for record in records}


def _latest_mails(ctx: Ctx, records: Collection[RecordKey]) -> Iterator[tuple[RecordKey, RecordKey]]:
    """The latest mails about each record, and the record."""
    for entity in SUBJECTS:
        ids = [record_id for kind, record_id in records if kind == entity]
        for row in read(ctx, _latest, entity, ids=ids) if ids else ():
            yield (REPLY, row.id), (entity, row.about)


def _latest(_ctx: Ctx, entity: str) -> Built:
    """Read apart from their cards: joined, a database that has no statistics yet looks through all mails for each."""
    about = getattr(InboundEmail, SUBJECTS[entity][1].key)
    newest_first = func.row_number().over(
        partition_by=about, order_by=(InboundEmail.received_at.desc(), InboundEmail.id.desc())
    )
    mails = (
        select(InboundEmail.id, about.label("about"), newest_first.label("place"))
        .where(InboundEmail.workspace_id == here(), among(about, "ids"))
        .subquery()
    )
    return select(mails.c.id, mails.c.about).where(mails.c.place <= ALERTS_KEPT)


def _cards(_ctx: Ctx) -> Built:
    return select(Card.entity, Card.entity_id, Card.id, Card.channel).where(
        Card.workspace_id == here(),
        among(Card.entity, "entities", Text()),
        among(Card.entity_id, "ids"),
        Card.retired_at.is_(None),
    )


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
