"""Which deliveries an event leads to. Pure: what has to be known of the workspace comes in as facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from core.enums import EntityType
from core.events import AuditAsked, CardShared, DealWon, Event, HomeChanged, MemberJoined, RecordAssigned, RecordChanged
from notifications.plans import (
    AuditFile,
    ForMember,
    Kind,
    NewCard,
    Plan,
    Purpose,
    card_edit,
    home_publish,
    profile_sync,
)


class UnknownEvent(Exception):
    """An event this version has no rule for: written by a newer one."""


@dataclass(frozen=True)
class LiveCard:
    """A card in Slack that is still edited."""

    card_id: UUID
    channel: str


@dataclass(frozen=True)
class Facts:
    """What the rules may know."""

    sales_channel: str = ""
    """Where won deals are announced; empty for nowhere."""
    people: Mapping[UUID, str] = field(default_factory=dict)
    """Slack user ids of the members concerned who can be written to."""
    cards: tuple[LiveCard, ...] = ()
    """Of the record that changed."""
    owner_id: UUID | None = None
    """Of the record that changed."""
    homes: frozenset[UUID] = frozenset()
    """Members concerned who have opened their App Home."""


def plans_for(event: Event, facts: Facts, event_id: UUID) -> list[Plan]:
    """The deliveries an event leads to. `event_id` is the outbox row's: what happens once is told once.

    Raises UnknownEvent.
    """
    match event:
        case MemberJoined():
            return _welcome(event, facts)
        case RecordChanged():
            return [card_edit(card.card_id, card.channel) for card in facts.cards] + _home(facts.owner_id, facts)
        case RecordAssigned():
            return _assignment(event, facts, event_id) + _home(event.owner_id, facts)
        case CardShared():
            return [_shared(event, event_id)]
        case DealWon():
            return _announcement(event, facts, event_id)
        case HomeChanged():
            return _home(event.member_id, facts)
        case AuditAsked():
            return _export(event, facts, event_id)
        case _:
            raise UnknownEvent(type(event).kind)


def _home(member_id: UUID | None, facts: Facts) -> list[Plan]:
    """Nothing for those who never opened it: Slack asks for it when they do."""
    if member_id is None or member_id not in facts.homes or member_id not in facts.people:
        return []
    return [home_publish(member_id, facts.people[member_id])]


def _welcome(event: MemberJoined, facts: Facts) -> list[Plan]:
    slack_user_id = facts.people.get(event.member_id)
    if slack_user_id is None:
        return []
    welcome = Plan(
        f"welcome:{event.member_id}", slack_user_id, Kind.WELCOME, ForMember(event.member_id, event.installer)
    )
    # The profile first, and in the same lane: the welcome is in the person's language.
    return [profile_sync(event.member_id, slack_user_id, "joined"), welcome]


def _assignment(event: RecordAssigned, facts: Facts, event_id: UUID) -> list[Plan]:
    slack_user_id = facts.people.get(event.owner_id)
    if slack_user_id is None or event.by_id == event.owner_id:
        return []
    card = NewCard(
        event.entity, event.entity_id, slack_user_id, Purpose.ASSIGNED, member_id=event.owner_id, by_id=event.by_id
    )
    return [Plan(f"assigned:{event_id}", slack_user_id, Kind.CARD_POST, card)]


def _shared(event: CardShared, event_id: UUID) -> Plan:
    card = NewCard(
        event.entity, event.entity_id, event.channel, Purpose.SHARED, member_id=event.by_id, by_id=event.by_id
    )
    return Plan(f"shared:{event_id}", event.channel, Kind.CARD_POST, card)


def _announcement(event: DealWon, facts: Facts, event_id: UUID) -> list[Plan]:
    if not facts.sales_channel:
        return []
    card = NewCard(
        EntityType.DEAL, event.deal_id, facts.sales_channel, Purpose.WON, member_id=event.by_id, by_id=event.by_id
    )
    return [Plan(f"won:{event_id}", facts.sales_channel, Kind.CARD_POST, card)]


def _export(event: AuditAsked, facts: Facts, event_id: UUID) -> list[Plan]:
    slack_user_id = facts.people.get(event.member_id)
    if slack_user_id is None:
        return []
    # A lane of its own: a long file must not hold up what the person is told meanwhile.
    wanted = AuditFile(event.member_id, event.words)
    return [Plan(f"audit:{event_id}", f"audit:{slack_user_id}", Kind.AUDIT, wanted)]
