"""Which deliveries an event leads to. Pure: what has to be known of the workspace comes in as facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from core.emails.sending import lane_of
from core.enums import EntityType
from core.events import (
    AuditAsked,
    AwayByStatus,
    CardShared,
    ChannelsChosen,
    DealWon,
    EmailCameBack,
    EmailNeedsWord,
    EmailQueued,
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
from core.queries.pipeline import Whose
from core.queries.timed import Timed
from notifications.plans import (
    AuditFile,
    ChannelTried,
    ForMember,
    GivenWord,
    Kind,
    MailOut,
    MailWord,
    NewCard,
    Ping,
    Plan,
    Purpose,
    ReportFile,
    StandInWord,
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
class Place:
    """Where a reply is told: below a message of a channel, in the channel, or to a person alone."""

    channel: str
    """A channel's id, or a Slack user's."""
    thread: str = ""
    member_id: UUID | None = None
    """Of the person; None for a channel."""


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
    place: Place | None = None
    """Where a reply is told."""
    mornings: Mapping[UUID, LiveCard] = field(default_factory=dict)
    """Their last morning messages."""
    timed: Timed | None = None
    """The moment at which the record that changed is due, where it is still to be told of."""
    owes_morning: bool = False
    """Today's morning message was kept back from somebody who is back."""
    missed: tuple[Timed, ...] = ()
    """What had its hour today while they were away."""
    readers: tuple[UUID, ...] = ()
    """Who hears that nobody stands in: who is away, and their manager."""


def plans_for(event: Event, facts: Facts, event_id: UUID) -> list[Plan]:
    """The deliveries an event leads to. `event_id` is the outbox row's: what happens once is told once.

    Raises UnknownEvent.
    """
    match event:
        case MemberJoined():
            return _welcome(event, facts)
        case RecordChanged():
            edits = [card_edit(card.card_id, card.channel) for card in facts.cards]
            return edits + _home(facts.owner_id, facts) + _ping(facts)
        case RecordAssigned():
            card = NewCard(event.entity, event.entity_id, "", Purpose.ASSIGNED, event.owner_id, event.by_id)
            return _told(f"assigned:{event_id}", card, facts) + _home(event.owner_id, facts)
        case TaskGiven():
            card = NewCard(EntityType.ACTIVITY, event.task_id, "", Purpose.TASK, event.owner_id, event.by_id)
            return _told(f"task:{event_id}", card, facts)
        case QuoteExpired():
            card = NewCard(EntityType.QUOTE, event.quote_id, "", Purpose.EXPIRED, event.owner_id, None)
            # Of the quote: one that is open again and expires once more is no news.
            return _told(f"expired:{event.quote_id}", card, facts)
        case CardShared() | DealWon() | ChannelsChosen() | ReplyArrived():
            return _in_channels(event, facts, event_id)
        case (
            HomeChanged()
            | AuditAsked()
            | ReportAsked()
            | RecordsGiven()
            | MemberBack()
            | StandInAgain()
            | StandInAsked()
            | StandInGone()
            | StandInOver()
        ):
            return _to_people(event, facts, event_id)
        case ProfileChanged() | AwayByStatus():
            return _of_profile(event, facts, event_id)
        case EmailQueued() | EmailNeedsWord() | EmailCameBack():
            return _mail(event, facts, event_id)
        case _:
            raise UnknownEvent(type(event).kind)


def _home(member_id: UUID | None, facts: Facts) -> list[Plan]:
    """Somebody's day is out of date: their App Home and their morning message.

    No Home for those who never opened it: Slack asks for it when they do.
    """
    if member_id is None or member_id not in facts.people:
        return []
    plans = [home_publish(member_id, facts.people[member_id])] if member_id in facts.homes else []
    morning = facts.mornings.get(member_id)
    return [*plans, card_edit(morning.card_id, morning.channel)] if morning else plans


def _ping(facts: Facts) -> list[Plan]:
    """The word at its hour. Of the thing, the moment and the person: however often it changes, it is said once.

    A lane of its own: what is due later must not hold up what is due before.
    """
    due = facts.timed
    if due is None:
        return []
    key = ping_key(due)
    return [Plan(key, key, Kind.PING, _ping_of(due), due.due_at)]


def ping_key(due: Timed) -> str:
    """What makes the word at an hour one."""
    return f"ping:{due.entity_id}:{due.due_at:%Y%m%dT%H%M}:{due.member_id}"


def _ping_of(due: Timed) -> Ping:
    return Ping(due.entity, due.entity_id, due.member_id, due.due_at)


def _to_people(
    event: HomeChanged
    | AuditAsked
    | ReportAsked
    | RecordsGiven
    | MemberBack
    | StandInAgain
    | StandInAsked
    | StandInGone
    | StandInOver,
    facts: Facts,
    event_id: UUID,
) -> list[Plan]:
    match event:
        case HomeChanged():
            return _home(event.member_id, facts)
        case AuditAsked() | ReportAsked():
            return _file(event, facts, event_id)
        case RecordsGiven():
            return _given(event, facts, event_id)
        case MemberBack():
            return _back(event, facts, event_id)
        case StandInAsked():
            word = StandInWord(event.member_id, event.delegate_id, event.delegate_id)
            return _stand_in([word], facts, event_id)
        case StandInOver():
            word = StandInWord(event.member_id, event.delegate_id, event.delegate_id, over=True)
            return _stand_in([word], facts, event_id)
        case StandInGone() | StandInAgain():
            again = isinstance(event, StandInAgain)
            told = [(event.member_id, event.delegate_id, one) for one in facts.readers]
            words = [StandInWord(*one, gone=not again, again=again) for one in told]
            return _stand_in([one for one in words if one.reader_id != event.delegate_id], facts, event_id)


def _of_profile(event: ProfileChanged | AwayByStatus, facts: Facts, event_id: UUID) -> list[Plan]:
    slack_user_id = facts.people.get(event.member_id)
    if slack_user_id is None:
        return []
    if isinstance(event, ProfileChanged):
        return [profile_sync(event.member_id, slack_user_id, str(event_id))]
    return [Plan(f"away:{event_id}", slack_user_id, Kind.AWAY, ForMember(event.member_id))]


def _back(event: MemberBack, facts: Facts, event_id: UUID) -> list[Plan]:
    """What was kept back today: the morning message, which says what had its hour too, or else those words."""
    slack_user_id = facts.people.get(event.member_id)
    if slack_user_id is None:
        return []
    key = f"back:{event_id}"
    if facts.owes_morning:
        return [Plan(key, f"day:{slack_user_id}", Kind.DAY, ForMember(event.member_id, back=True))]
    pings = [_ping_of(one) for one in facts.missed]
    return [Plan(f"{key}:{one.entity_id}", f"{key}:{one.entity_id}", Kind.PING, one) for one in pings]


def _stand_in(words: list[StandInWord], facts: Facts, event_id: UUID) -> list[Plan]:
    return [
        Plan(f"stand_in:{event_id}:{one.reader_id}", facts.people[one.reader_id], Kind.STAND_IN, one)
        for one in words
        if one.reader_id in facts.people
    ]


def _welcome(event: MemberJoined, facts: Facts) -> list[Plan]:
    slack_user_id = facts.people.get(event.member_id)
    if slack_user_id is None:
        return []
    welcome = Plan(
        f"welcome:{event.member_id}", slack_user_id, Kind.WELCOME, ForMember(event.member_id, event.installer)
    )
    # The profile first, and in the same lane: the welcome is in the person's language.
    return [profile_sync(event.member_id, slack_user_id, "joined"), welcome]


def _told(key: str, card: NewCard, facts: Facts) -> list[Plan]:
    """A card in the direct messages of its member; nobody is told what they did themselves."""
    slack_user_id = facts.people.get(card.member_id) if card.member_id else None
    if slack_user_id is None or card.by_id == card.member_id:
        return []
    return [Plan(key, slack_user_id, Kind.CARD_POST, replace(card, channel=slack_user_id))]


def _given(event: RecordsGiven, facts: Facts, event_id: UUID) -> list[Plan]:
    """One word for all of them; nobody is told what they did themselves."""
    slack_user_id = facts.people.get(event.owner_id)
    if slack_user_id is None or event.by_id == event.owner_id:
        return []
    word = GivenWord(event.change_id, event.leaver_id, event.owner_id, event.by_id, event.count)
    return [Plan(f"given:{event_id}", slack_user_id, Kind.GIVEN, word)]


def _in_channels(
    event: CardShared | DealWon | ChannelsChosen | ReplyArrived, facts: Facts, event_id: UUID
) -> list[Plan]:
    match event:
        case CardShared():
            return [_shared(event, event_id)]
        case DealWon():
            return _announcement(event, facts, event_id)
        case ReplyArrived():
            return _reply(event, facts, event_id)
        case ChannelsChosen():
            tried = [ChannelTried(channel, event.by_id) for channel in event.channels]
            return [Plan(f"channel:{event_id}:{one.channel}", one.channel, Kind.CHANNEL, one) for one in tried]


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


def _mail(event: EmailQueued | EmailNeedsWord | EmailCameBack, facts: Facts, event_id: UUID) -> list[Plan]:
    match event:
        case EmailQueued():
            # A lane of its own: mails do not wait for each other. Of the event: one that is sent again is one more.
            return [Plan(f"email:{event_id}", lane_of(event.email_id), Kind.EMAIL, MailOut(event.email_id))]
        case EmailNeedsWord():
            slack_user_id = facts.people.get(event.member_id)
            word = MailWord(event.email_id, event.member_id)
            return [Plan(f"email_word:{event_id}", slack_user_id, Kind.EMAIL_WORD, word)] if slack_user_id else []
        case EmailCameBack():
            purpose = Purpose.SPAM if event.spam else Purpose.BOUNCED
            card = NewCard(event.entity, event.entity_id, "", purpose, event.owner_id, None)
            # Of the mail: however often and in whatever order it is heard, it is told once.
            return _told(f"{purpose}:{event.email_id}", card, facts)


def _reply(event: ReplyArrived, facts: Facts, event_id: UUID) -> list[Plan]:
    place = facts.place
    if place is None:
        return []
    card = NewCard(
        EntityType.REPLY, event.inbound_id, place.channel, Purpose.REPLY, place.member_id, None, thread=place.thread
    )
    # Of the event: a mail that is sorted anew is told anew.
    return [Plan(f"reply:{event.inbound_id}:{event_id}", place.channel, Kind.CARD_POST, card)]


def _file(event: AuditAsked | ReportAsked, facts: Facts, event_id: UUID) -> list[Plan]:
    slack_user_id = facts.people.get(event.member_id)
    if slack_user_id is None:
        return []
    # Lanes of their own: a long file must not hold up what the person is told meanwhile.
    match event:
        case AuditAsked():
            audit = AuditFile(event.member_id, event.words)
            return [Plan(f"audit:{event_id}", f"audit:{slack_user_id}", Kind.AUDIT, audit)]
        case ReportAsked():
            week = ReportFile(event.member_id, event.day, Whose(event.whose), event.zone)
            return [Plan(f"report_file:{event_id}", f"report_file:{slack_user_id}", Kind.WEEKLY_FILE, week)]
