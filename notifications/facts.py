"""What the rules have to know of a workspace, read at once for a whole batch of events."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select

from core.access import OWNED, Owned
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
    RecordsGiven,
    ReplyArrived,
    ReportAsked,
    StandInAgain,
    StandInAsked,
    StandInGone,
    StandInOver,
    TaskGiven,
)
from core.models import Card, Deal, Member, Quote
from core.mornings import MORNING
from core.params import among, here, timestamp
from core.prepared import Built, read
from core.queries.timed import Timed, timed_among
from notifications.absences import back_today
from notifications.reply_places import live_cards, place_of
from notifications.rules import Facts, LiveCard

_OWNED: Mapping[str, type[Owned]] = MappingProxyType({model.__entity__: model for model in OWNED})
MORNING_LIVES = timedelta(days=4)
"""How long a morning message is edited: over a weekend."""
PING_LATE = timedelta(hours=12)
"""How long after its hour something is still told of, where nobody was there to plan it in time."""


class FactFinder:
    """Facts for the events of one transaction: each kind of them is read at once for all of these events."""

    def __init__(self, ctx: Ctx, events: Iterable[Event]) -> None:
        """Read what the rules need for these events, which are all that `about` may be asked for."""
        self._ctx, events = ctx, tuple(events)
        changed = {(event.entity, event.entity_id) for event in events if isinstance(event, RecordChanged)}
        self._owners = _owners(ctx, changed)
        self._cards = live_cards(ctx, changed)
        self._timed = _timed(ctx, changed)
        stand_ins = {event.member_id for event in events if isinstance(event, StandInGone | StandInAgain)}
        self._managers = _managers(ctx, stand_ins)
        self._people = _people(ctx, {member_id for event in events for member_id in self._concerned(event)})
        self._homes, self._mornings = _days(ctx, self._people)

    def about(self, event: Event) -> Facts:
        """What the rule for this event may need."""
        facts = self._facts(self._concerned(event))
        match event:
            case RecordChanged():
                record = (event.entity, event.entity_id)
                owner_id = self._owners.get(record)
                return replace(facts, cards=self._cards[record], owner_id=owner_id, timed=self._timed.get(record))
            case MemberBack():
                owes, missed = back_today(self._ctx, event.member_id)
                return replace(facts, owes_morning=owes, missed=missed)
            case StandInGone() | StandInAgain():
                return replace(facts, readers=self._concerned(event))
            case ReplyArrived():
                return replace(facts, place=place_of(self._ctx, event.inbound_id))
            case _:
                return facts

    def _concerned(self, event: Event) -> tuple[UUID, ...]:
        """Whom an event is about: those who may hear of it on their own."""
        match event:
            case (
                MemberJoined()
                | HomeChanged()
                | AuditAsked()
                | ReportAsked()
                | EmailNeedsWord()
                | ProfileChanged()
                | AwayByStatus()
                | MemberBack()
            ):
                return (event.member_id,)
            case RecordAssigned() | RecordsGiven() | TaskGiven() | QuoteExpired() | EmailCameBack():
                return (event.owner_id,)
            case RecordChanged():
                owner_id = self._owners.get((event.entity, event.entity_id))
                return (owner_id,) if owner_id is not None else ()
            case StandInAsked() | StandInOver():
                return (event.delegate_id,)
            case StandInGone() | StandInAgain():
                manager_id = self._managers.get(event.member_id)
                return (event.member_id, manager_id) if manager_id is not None else (event.member_id,)
            case _:
                return ()

    def _facts(self, member_ids: Iterable[UUID]) -> Facts:
        people = {member_id: self._people[member_id] for member_id in member_ids if member_id in self._people}
        return Facts(
            self._ctx.workspace.sales_channel,
            people,
            homes=self._homes & people.keys(),
            mornings={member_id: self._mornings[member_id] for member_id in people if member_id in self._mornings},
        )


def _owners(ctx: Ctx, records: Collection[tuple[str, UUID]]) -> dict[tuple[str, UUID], UUID | None]:
    """Whose each record is; a quote is its deal's owner's."""
    found: dict[tuple[str, UUID], UUID | None] = {}
    for entity in (*_OWNED, EntityType.QUOTE):
        ids = [record_id for kind, record_id in records if kind == entity]
        for row in read(ctx, _owners_query, entity, ids=ids) if ids else ():
            found[entity, row.id] = row.owner_id
    return found


def _owners_query(_ctx: Ctx, entity: str) -> Built:
    if entity == EntityType.QUOTE:
        query = select(Quote.id, Deal.owner_id).where(Quote.workspace_id == here(), among(Quote.id, "ids"))
        return query.join(Deal, (Deal.workspace_id == Quote.workspace_id) & (Deal.id == Quote.deal_id))
    model = _OWNED[entity]
    return select(model.id, model.owner_id).where(model.workspace_id == here(), among(model.id, "ids"))


def _timed(ctx: Ctx, records: Collection[tuple[str, UUID]]) -> dict[tuple[str, UUID], Timed]:
    """The moments records are due, without what is long over: it stands in the morning message."""
    found: dict[tuple[str, UUID], Timed] = {}
    for entity in {entity for entity, _ in records}:
        for one in timed_among(ctx, entity, [record_id for kind, record_id in records if kind == entity]):
            if one.due_at > ctx.now - PING_LATE:
                found[entity, one.entity_id] = one
    return found


def _managers(ctx: Ctx, member_ids: Collection[UUID]) -> dict[UUID, UUID | None]:
    """Whom each of them reports to."""
    rows = read(ctx, _managers_query, ids=list(member_ids)) if member_ids else ()
    return {row.id: row.manager_id for row in rows}


def _managers_query(_ctx: Ctx) -> Built:
    named = (Member.workspace_id == here(), among(Member.id, "ids"))
    return select(Member.id, Member.manager_id).where(*named)


def _people(ctx: Ctx, member_ids: Collection[UUID]) -> dict[UUID, str]:
    """The Slack ids of those who can be written to."""
    rows = read(ctx, _people_query, ids=list(member_ids)) if member_ids else ()
    return {row.id: row.slack_user_id for row in rows}


def _people_query(_ctx: Ctx) -> Built:
    named = (Member.workspace_id == here(), among(Member.id, "ids"))
    return select(Member.id, Member.slack_user_id).where(*named, Member.active, Member.guest.is_(False))


def _days(ctx: Ctx, member_ids: Collection[UUID]) -> tuple[frozenset[UUID], dict[UUID, LiveCard]]:
    """Who has opened their App Home, and everybody's last morning message; older ones stay as they were."""
    rows = read(ctx, _days_query, ids=list(member_ids), since=ctx.now - MORNING_LIVES) if member_ids else ()
    homes = frozenset(row.entity_id for row in rows if row.entity == HOME)
    # The latest comes last, and is the one that stays.
    return homes, {row.entity_id: LiveCard(row.id, row.channel) for row in rows if row.entity == MORNING}


def _days_query(_ctx: Ctx) -> Built:
    young = Card.created_at > timestamp("since")
    return (
        select(Card.entity, Card.entity_id, Card.id, Card.channel)
        .where(
            Card.workspace_id == here(),
            Card.entity.in_((HOME, MORNING)),
            among(Card.entity_id, "ids"),
            Card.retired_at.is_(None),
            (Card.entity == HOME) | young,
        )
        .order_by(Card.created_at)
    )
