"""What the rules have to know of a workspace, read once for each record within a batch of events."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from core.cards import HOME
from core.context import Ctx
from core.enums import EntityType
from core.events import (
    AuditAsked,
    AwayByStatus,
    EmailCameBack,
    EmailNeedsWord,
    Event,
    HomeChanged,
    MemberBack,
    MemberJoined,
    ProfileChanged,
    QuoteExpired,
    RecordAssigned,
    RecordChanged,
    ReplyArrived,
    ReportAsked,
    StandInAsked,
    StandInGone,
    TaskGiven,
)
from core.models import Account, Card, Contact, Deal, Lead, Member, Quote
from core.mornings import MORNING
from core.queries.timed import Timed, timed
from notifications.absences import back_today
from notifications.reply_places import live_cards, place_of
from notifications.rules import Facts, LiveCard

_OWNERS: dict[str, InstrumentedAttribute[UUID | None]] = {
    model.__entity__: model.owner_id for model in (Lead, Account, Contact, Deal)
}
MORNING_LIVES = timedelta(days=4)
"""How long a morning message is edited: over a weekend."""


PING_LATE = timedelta(hours=12)
"""How long after its hour something is still told of, where nobody was there to plan it in time."""


class FactFinder:
    """Facts for the events of one transaction."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._cards: dict[tuple[str, UUID], tuple[LiveCard, ...]] = {}
        self._owners: dict[tuple[str, UUID], UUID | None] = {}
        self._people: dict[UUID, str | None] = {}
        self._homes: dict[UUID, bool] = {}
        self._mornings: dict[UUID, LiveCard | None] = {}

    def about(self, event: Event) -> Facts:
        """What the rule for this event may need."""
        channel = self._ctx.workspace.sales_channel
        match event:
            case (
                MemberJoined()
                | HomeChanged()
                | AuditAsked()
                | ReportAsked()
                | EmailNeedsWord()
                | ProfileChanged()
                | AwayByStatus()
            ):
                return self._facts([event.member_id], channel)
            case RecordAssigned() | TaskGiven() | QuoteExpired() | EmailCameBack():
                return self._facts([event.owner_id], channel)
            case RecordChanged():
                record = (event.entity, event.entity_id)
                owner_id = self._owner(record)
                facts = self._facts([owner_id] if owner_id else [], channel)
                return replace(facts, cards=self._live(record), owner_id=owner_id, timed=self._timed(record))
            case MemberBack():
                owes, missed = back_today(self._ctx, event.member_id)
                return replace(self._facts([event.member_id], channel), owes_morning=owes, missed=missed)
            case StandInAsked():
                return self._facts([event.delegate_id], channel)
            case StandInGone():
                readers = self._readers(event.member_id)
                return replace(self._facts(readers, channel), readers=readers)
            case ReplyArrived():
                return Facts(channel, place=place_of(self._ctx, event.inbound_id))
            case _:
                return Facts(channel)

    def _facts(self, member_ids: Iterable[UUID], channel: str) -> Facts:
        people: dict[UUID, str] = {}
        for member_id in member_ids:
            slack_user_id = self._person(member_id)
            if slack_user_id is not None:
                people[member_id] = slack_user_id
        homes = frozenset(member_id for member_id in people if self._has_home(member_id))
        mornings = {member_id: card for member_id in people if (card := self._morning(member_id)) is not None}
        return Facts(channel, people, homes=homes, mornings=mornings)

    def _morning(self, member_id: UUID) -> LiveCard | None:
        """Somebody's last morning message; older ones stay as they were."""
        if member_id not in self._mornings:
            query = (
                select(Card.id, Card.channel)
                .where(
                    Card.workspace_id == self._ctx.workspace.id,
                    Card.entity == MORNING,
                    Card.entity_id == member_id,
                    Card.retired_at.is_(None),
                    Card.created_at > self._ctx.now - MORNING_LIVES,
                )
                .order_by(Card.created_at.desc())
                .limit(1)
            )
            row = self._ctx.session.execute(query).one_or_none()
            self._mornings[member_id] = LiveCard(*row) if row else None
        return self._mornings[member_id]

    def _person(self, member_id: UUID) -> str | None:
        if member_id not in self._people:
            query = select(Member.slack_user_id).where(
                Member.workspace_id == self._ctx.workspace.id,
                Member.id == member_id,
                Member.active,
                Member.guest.is_(False),
            )
            self._people[member_id] = self._ctx.session.scalar(query)
        return self._people[member_id]

    def _has_home(self, member_id: UUID) -> bool:
        if member_id not in self._homes:
            query = select(Card.id).where(
                Card.workspace_id == self._ctx.workspace.id,
                Card.entity == HOME,
                Card.entity_id == member_id,
                Card.retired_at.is_(None),
            )
            self._homes[member_id] = self._ctx.session.scalar(query) is not None
        return self._homes[member_id]

    def _live(self, record: tuple[str, UUID]) -> tuple[LiveCard, ...]:
        if record not in self._cards:
            self._cards[record] = tuple(live_cards(self._ctx, *record))
        return self._cards[record]

    def _timed(self, record: tuple[str, UUID]) -> Timed | None:
        """None for what is long over: it stands in the morning message."""
        found = timed(self._ctx, *record)
        return found if found is not None and found.due_at > self._ctx.now - PING_LATE else None

    def _readers(self, member_id: UUID) -> tuple[UUID, ...]:
        """Somebody and their manager."""
        query = select(Member.manager_id).where(Member.workspace_id == self._ctx.workspace.id, Member.id == member_id)
        manager_id = self._ctx.session.scalar(query)
        return (member_id, manager_id) if manager_id else (member_id,)

    def _owner(self, record: tuple[str, UUID]) -> UUID | None:
        if record not in self._owners:
            self._owners[record] = self._read_owner(*record)
        return self._owners[record]

    def _read_owner(self, entity: str, entity_id: UUID) -> UUID | None:
        here = self._ctx.workspace.id
        if entity == EntityType.QUOTE:
            deal_id = self._ctx.session.scalar(
                select(Quote.deal_id).where(Quote.workspace_id == here, Quote.id == entity_id)
            )
            return self._read_owner(EntityType.DEAL, deal_id) if deal_id else None
        column = _OWNERS.get(entity)
        if column is None:
            return None
        model = column.class_
        return self._ctx.session.scalar(select(column).where(model.workspace_id == here, model.id == entity_id))
