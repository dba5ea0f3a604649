"""Fixed vocabularies of the domain. Each is stored by value and guarded by a CHECK in the database."""

from enum import StrEnum


class Role(StrEnum):
    """What a member is in the sales organisation."""

    REP = "rep"
    MANAGER = "manager"
    ADMIN = "admin"


class Visibility(StrEnum):
    """How far reps see beyond their own and unassigned records (a workspace setting)."""

    OWN = "own"
    TEAM = "team"
    ALL = "all"


class LeadStatus(StrEnum):
    """The way of a lead."""

    PROSPECT = "prospect"
    NEW = "new"
    CONTACTED = "contacted"
    REPLIED = "replied"
    QUALIFIED = "qualified"
    CONVERTED = "converted"
    LOST = "lost"


class StageKind(StrEnum):
    """What being in a stage means for the deal."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class ActivityKind(StrEnum):
    """What somebody did."""

    CALL = "call"
    MEETING = "meeting"
    NOTE = "note"
    EMAIL = "email"
    TASK = "task"


class Direction(StrEnum):
    """Who started it."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"


class CallOutcome(StrEnum):
    """How a call ended."""

    CONNECTED = "connected"
    INTERESTED = "interested"
    MEETING_BOOKED = "meeting_booked"
    CALL_BACK = "call_back"
    VOICEMAIL = "voicemail"
    NO_ANSWER = "no_answer"
    NOT_INTERESTED = "not_interested"
    WRONG_NUMBER = "wrong_number"


class QuoteStatus(StrEnum):
    """The way of a quote."""

    DRAFT = "draft"
    SENT = "sent"
    VIEWED = "viewed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXPIRED = "expired"


class EntityType(StrEnum):
    """Kinds of record people can point at."""

    LEAD = "lead"
    ACCOUNT = "account"
    CONTACT = "contact"
    DEAL = "deal"
    QUOTE = "quote"
    ACTIVITY = "activity"
    REPLY = "reply"
    """A mail that came in; nobody looks it up, its alert is a card like others."""


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    DEAD = "dead"


class NoticeMode(StrEnum):
    """How somebody hears of a kind of notice."""

    INSTANT = "instant"
    MORNING = "morning"
    OFF = "off"


class BulkState(StrEnum):
    """Where a bulk change stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class EmailState(StrEnum):
    """Where a mail of ours stands on our side."""

    QUEUED = "queued"
    SENDING = "sending"
    """A call to the provider began; a crash leaves it here."""
    SENT = "sent"
    """The provider took it."""
    UNKNOWN = "unknown"
    """The call ended without an answer: only an event or a person can say whether it left."""
    HELD = "held"
    """The address is suppressed, or it may not be sent for another reason of ours."""
    FAILED = "failed"
    """The provider refused it."""
    STOPPED = "stopped"
    """Somebody stopped it before it left."""


class EmailProgress(StrEnum):
    """What the provider's events said of a mail, in rising rank: a lower one never replaces a higher one."""

    PROCESSED = "processed"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    DROPPED = "dropped"
    BLOCKED = "blocked"
    BOUNCED = "bounced"
    SPAM = "spam"


class SuppressionReason(StrEnum):
    """Why an address is not written to."""

    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    SPAM = "spam"
    MANUAL = "manual"


class InboundState(StrEnum):
    """Whether it is known what a mail that came in belongs to."""

    TRIAGE = "triage"
    LINKED = "linked"
    NOT_OURS = "not_ours"


class MailKind(StrEnum):
    """What kind of mail came in."""

    HUMAN = "human"
    AWAY = "away"
    """An out-of-office note or another automatic answer."""
    BOUNCE = "bounce"
    LIST = "list"


class InboxKind(StrEnum):
    """Which webhook a stored request came to."""

    EVENTS = "events"
    MAIL = "mail"


class InboxState(StrEnum):
    """Where a stored request stands."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    """Given up on; kept for an operator."""


class ScheduleKind(StrEnum):
    """What comes at a local time."""

    MORNING = "morning"
    """One message with all that is due, to a person."""
    DIGEST = "digest"
    """What changed in the pipeline, to a channel or a person."""
    WEEKLY = "weekly"
    """The week's numbers, to a channel or a person."""


class RunState(StrEnum):
    """What a run of a schedule came to."""

    PLANNED = "planned"
    """What it sends is on its way."""
    TOO_LATE = "too_late"
    """Nobody was there to run it until it made no sense any more."""
    HELD = "held"
    """Whom it was for is away: the next one that is sent tells of this time too."""


class TargetKind(StrEnum):
    """What is counted against a target."""

    VALUE_WON = "value_won"
    CALLS = "calls"
    MAILS = "mails"
