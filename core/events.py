"""Things that happened and that others may have to hear of. Ids only: what is shown is read when it is sent."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from core.adapters import adapter_of


@dataclass(frozen=True)
class Event:
    """Base of all events; `kind` is what is stored."""

    kind: ClassVar[str] = ""
    _kinds: ClassVar[dict[str, type["Event"]]] = {}

    def __init_subclass__(cls, *, kind: str) -> None:
        super().__init_subclass__()
        if kind in Event._kinds:
            raise TypeError(f"two events are called {kind!r}")
        cls.kind = kind
        Event._kinds[kind] = cls


def pack(event: Event) -> dict[str, object]:
    """The event's data as JSON values."""
    packed: dict[str, object] = adapter_of(type(event)).dump_python(event, mode="json")
    return packed


def unpack(kind: str, payload: dict[str, object]) -> Event:
    """The event a stored row stands for. Raises KeyError for a kind nobody knows."""
    event: Event = adapter_of(Event._kinds[kind]).validate_python(payload)  # noqa: SLF001 - its own registry
    return event


@dataclass(frozen=True)
class MemberJoined(Event, kind="member.joined"):
    """Somebody used Rapport for the first time: their zone, language and name are to be read from Slack."""

    member_id: UUID
    installer: bool


@dataclass(frozen=True)
class RecordChanged(Event, kind="record.changed"):
    """A record's cards are out of date."""

    entity: str
    entity_id: UUID


@dataclass(frozen=True)
class RecordAssigned(Event, kind="record.assigned"):
    """A record got a new owner; told to the owner unless they did it themselves."""

    entity: str
    entity_id: UUID
    owner_id: UUID
    by_id: UUID | None


@dataclass(frozen=True)
class TaskGiven(Event, kind="task.given"):
    """Somebody has something to do because a colleague says so; told to them."""

    task_id: UUID
    owner_id: UUID
    by_id: UUID | None


@dataclass(frozen=True)
class RecordsGiven(Event, kind="records.given"):
    """Somebody got all that a leaver had open, so many records at once; told to them."""

    change_id: UUID
    leaver_id: UUID
    owner_id: UUID
    by_id: UUID | None
    count: int


@dataclass(frozen=True)
class QuoteExpired(Event, kind="quote.expired"):
    """Nobody decided on a quote until its last day was over; told to the deal's owner."""

    quote_id: UUID
    owner_id: UUID


@dataclass(frozen=True)
class CardShared(Event, kind="card.shared"):
    """Somebody put a record's card into a channel."""

    entity: str
    entity_id: UUID
    channel: str
    by_id: UUID | None


@dataclass(frozen=True)
class DealWon(Event, kind="deal.won"):
    """A deal was won: the sales channel hears of it."""

    deal_id: UUID
    by_id: UUID | None


@dataclass(frozen=True)
class HomeChanged(Event, kind="home.changed"):
    """What a person's App Home shows is out of date."""

    member_id: UUID


@dataclass(frozen=True)
class AuditAsked(Event, kind="audit.asked"):
    """An admin wants what an audit search finds as a file. `words` as they were typed."""

    member_id: UUID
    words: str


@dataclass(frozen=True)
class ReportAsked(Event, kind="report.asked"):
    """Somebody wants a week's report as a file. `whose` is one of core.queries.pipeline.Whose, `zone` an IANA name."""

    member_id: UUID
    day: date
    whose: str
    zone: str


@dataclass(frozen=True)
class EmailQueued(Event, kind="email.queued"):
    """A mail is to be sent."""

    email_id: UUID


@dataclass(frozen=True)
class EmailNeedsWord(Event, kind="email.needs_word"):
    """A mail did not leave, or nobody knows whether it did; its writer is told, or asked."""

    email_id: UUID
    member_id: UUID


@dataclass(frozen=True)
class ReplyArrived(Event, kind="reply.arrived"):
    """Somebody wrote to us, and it is known about what: told where the record is talked about."""

    inbound_id: UUID


@dataclass(frozen=True)
class ChannelsChosen(Event, kind="channels.chosen"):
    """An admin said where Rapport posts: each of these channels is to be tried. `channels` are Slack channel ids."""

    channels: tuple[str, ...]
    by_id: UUID | None


@dataclass(frozen=True)
class EmailCameBack(Event, kind="email.came_back"):
    """A mail did not reach its reader, or they called it spam; told to the record's owner, once."""

    email_id: UUID
    entity: str
    entity_id: UUID
    """What it was about."""
    owner_id: UUID
    spam: bool


@dataclass(frozen=True)
class MemberBack(Event, kind="member.back"):
    """Somebody was away and is here again: what they were not reminded of today is told now."""

    member_id: UUID


@dataclass(frozen=True)
class StandInAsked(Event, kind="stand_in.asked"):
    """Somebody is away, or will be, and named a colleague to stand in; told to the colleague, who may refuse."""

    member_id: UUID
    delegate_id: UUID


@dataclass(frozen=True)
class StandInGone(Event, kind="stand_in.gone"):
    """Who stands in for somebody cannot (left, refused, is away too); told to that somebody and their manager."""

    member_id: UUID
    delegate_id: UUID


@dataclass(frozen=True)
class StandInAgain(Event, kind="stand_in.again"):
    """Who refused to stand in for somebody does after all; told to that somebody and their manager."""

    member_id: UUID
    delegate_id: UUID


@dataclass(frozen=True)
class StandInOver(Event, kind="stand_in.over"):
    """Somebody is here again before the day they said, or arranged it otherwise; told to who stood in."""

    member_id: UUID
    delegate_id: UUID


@dataclass(frozen=True)
class ProfileChanged(Event, kind="member.profile"):
    """Somebody's profile in Slack is another one: it is read again."""

    member_id: UUID


@dataclass(frozen=True)
class AwayByStatus(Event, kind="member.away_by_status"):
    """Somebody's Slack status says that they are away; told to them, who may say otherwise."""

    member_id: UUID
