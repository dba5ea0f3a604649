"""What a delivery is about: its kind, the call it becomes, and its payload, which holds ids alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from core.adapters import adapter_of
from core.notices import is_channel
from core.queries.pipeline import Whose

P = TypeVar("P")


class Kind(StrEnum):
    """Kinds of delivery. A stored kind that is not here any more ends as a dead letter."""

    PROFILE = "profile.sync"
    WELCOME = "member.welcome"
    CARD_POST = "card.post"
    CARD_EDIT = "card.edit"
    HOME = "home.publish"
    NOT_SHARED = "card.not_shared"
    MORNING = "notices.morning"
    DAY = "morning.message"
    PING = "item.ping"
    STAND_IN = "stand_in.word"
    GIVEN = "records.given"
    AWAY = "away.word"
    DIGEST = "digest.message"
    WEEKLY = "report.weekly"
    WEEKLY_DETAILS = "report.thread"
    WEEKLY_FILE = "report.csv"
    DIGEST_DETAILS = "digest.details"
    AUDIT = "audit.export"
    CHANNEL = "channel.try"
    CHANNEL_REFUSED = "channel.refused"
    EMAIL = "email.send"
    EMAIL_WORD = "email.word"
    HEALTH = "health.weekly"
    EVENT = "event.route"
    """An event this version could not read; only ever a dead letter, which a retry reads again."""


class Purpose(StrEnum):
    """Why a card stands where it does."""

    SHARED = "shared"
    ASSIGNED = "assigned"
    TASK = "task"
    EXPIRED = "expired"
    BOUNCED = "bounced"
    SPAM = "spam"
    MORNING = "morning"
    """Somebody's morning message, which stands for no record."""
    WON = "won"
    REPLY = "reply"
    """Somebody answered. It stands in a channel, or where there is none in a direct message."""


PERSONAL = frozenset({Purpose.ASSIGNED, Purpose.TASK, Purpose.EXPIRED, Purpose.BOUNCED, Purpose.SPAM, Purpose.MORNING})
"""What is said to one person in a direct message; the others stand in a channel."""
METHODS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.PROFILE: "users.info",
        Kind.WELCOME: "chat.postMessage",
        Kind.CARD_POST: "chat.postMessage",
        Kind.CARD_EDIT: "chat.update",
        Kind.HOME: "views.publish",
        Kind.NOT_SHARED: "chat.postMessage",
        Kind.MORNING: "chat.postMessage",
        Kind.DAY: "chat.postMessage",
        Kind.PING: "chat.postMessage",
        Kind.STAND_IN: "chat.postMessage",
        Kind.GIVEN: "chat.postMessage",
        Kind.AWAY: "chat.postMessage",
        Kind.DIGEST: "chat.postMessage",
        Kind.WEEKLY: "chat.postMessage",
        Kind.WEEKLY_DETAILS: "chat.postMessage",
        Kind.WEEKLY_FILE: "files.completeUploadExternal",
        Kind.DIGEST_DETAILS: "chat.postMessage",
        Kind.AUDIT: "files.completeUploadExternal",
        Kind.EMAIL: "mail/send",
        Kind.EMAIL_WORD: "chat.postMessage",
        Kind.HEALTH: "chat.postMessage",
        Kind.CHANNEL: "chat.postMessage",
        Kind.CHANNEL_REFUSED: "chat.postMessage",
    }
)
"""The Web API method each kind calls (of SendGrid's for mails): limits are counted by method and workspace."""
COLLAPSING = frozenset({Kind.CARD_EDIT, Kind.HOME})
"""Show the state of the moment they are sent, so that one waiting delivery stands for any number of changes."""


@dataclass(frozen=True)
class ForMember:
    """Payload of what concerns one person."""

    member_id: UUID
    installer: bool = False
    back: bool = False
    """Of a morning message: what was kept back from somebody who is back."""


@dataclass(frozen=True)
class NewCard:
    """Payload of a card to post. `channel` is a channel's id or, for a direct message, a Slack user's."""

    entity: str
    entity_id: UUID
    channel: str
    purpose: Purpose
    member_id: UUID | None
    """Whose rights it is rendered with; None for the system's."""
    by_id: UUID | None
    thread: str = ""
    """The message (ts) it is said below; empty for a message of its own."""

    @property
    def personal(self) -> bool:
        """Whether one person alone reads it."""
        return self.purpose in PERSONAL or (self.purpose is Purpose.REPLY and not is_channel(self.channel))


@dataclass(frozen=True)
class OldCard:
    """Payload of a card to bring up to date."""

    card_id: UUID


@dataclass(frozen=True)
class NotShared:
    """Payload of the word to somebody whose card could not be put into a channel."""

    member_id: UUID
    entity: str
    entity_id: UUID
    channel: str
    error: str


@dataclass(frozen=True)
class Morning:
    """Payload of a morning message; what it says is what waits for the audience (core.notices) by then."""

    audience: str


@dataclass(frozen=True)
class DigestRun:
    """Payload of a digest or a weekly report: the schedule's run it is of. `channel` and `thread` are where its details
    go below it.
    """

    schedule_id: UUID
    day: date
    audience: str
    channel: str = ""
    thread: str = ""


@dataclass(frozen=True)
class Ping:
    """Payload of the word at the hour something is due: for whom it was then, and when (UTC)."""

    entity: str
    entity_id: UUID
    member_id: UUID
    due_at: datetime


@dataclass(frozen=True)
class StandInWord:
    """Payload of the word about standing in: for whom, who does, and who reads it.

    `gone`: they cannot (any more). `over`: they need not any more. `again`: they can after all.
    """

    member_id: UUID
    delegate_id: UUID
    reader_id: UUID
    gone: bool = False
    over: bool = False
    again: bool = False


@dataclass(frozen=True)
class GivenWord:
    """Payload of the word to a leaver's successor: by which change, who left, who reads it, who gave it, how much."""

    change_id: UUID
    leaver_id: UUID
    reader_id: UUID
    by_id: UUID | None
    count: int


@dataclass(frozen=True)
class WeekOfMail:
    """Payload of the weekly line about e-mail; what it says is read when it is sent."""

    audience: str


@dataclass(frozen=True)
class AuditFile:
    """Payload of an export of the audit: who wants it, and the words of the search."""

    member_id: UUID
    words: str


@dataclass(frozen=True)
class ReportFile:
    """Payload of a week's report as a file: who wants it, a day of it, whose numbers, and the zone its days end in."""

    member_id: UUID
    day: date
    whose: Whose
    zone: str


@dataclass(frozen=True)
class ChannelTried:
    """Payload of the first post in a channel that was chosen, and of the word to who chose it where that failed."""

    channel: str
    by_id: UUID | None
    error: str = ""
    """Why Slack did not take it: a sentence of failures.py."""


@dataclass(frozen=True)
class MailOut:
    """Payload of a mail to send."""

    email_id: UUID


@dataclass(frozen=True)
class MailWord:
    """Payload of the word to a mail's writer: it did not leave, or nobody knows whether it did."""

    email_id: UUID
    member_id: UUID


@dataclass(frozen=True)
class StoredEvent:
    """Payload of an event nobody could read: what was stored."""

    outbox_id: UUID
    kind: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """A delivery to make."""

    key: str
    """What makes it one: a second plan with the same key does nothing."""
    lane: str
    kind: Kind
    payload: object
    due_at: datetime | None = None
    """When it is to be made (UTC); None for now."""


def pack(payload: object) -> dict[str, object]:
    """A payload as JSON values."""
    packed: dict[str, object] = adapter_of(type(payload)).dump_python(payload, mode="json")
    return packed


def unpack(kind: type[P], payload: Mapping[str, object]) -> P:
    """A payload from what was stored. Raises pydantic.ValidationError."""
    return adapter_of(kind).validate_python(payload)


def card_edit(card_id: UUID, channel: str) -> Plan:
    """Bring a card up to date; its channel is the lane."""
    return Plan(f"card:{card_id}", channel, Kind.CARD_EDIT, OldCard(card_id))


def home_publish(member_id: UUID, slack_user_id: str) -> Plan:
    """Paint somebody's App Home anew. A lane of its own: a home is no conversation."""
    return Plan(f"home:{member_id}", f"home:{slack_user_id}", Kind.HOME, ForMember(member_id))


def profile_sync(member_id: UUID, slack_user_id: str, key: str) -> Plan:
    """Read somebody's name, zone and language from Slack. In their own lane: what they are told next is in it."""
    return Plan(f"profile:{member_id}:{key}", slack_user_id, Kind.PROFILE, ForMember(member_id))
