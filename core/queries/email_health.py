"""How e-mail does: what went out and what became of it, what came in and waits, and which numbers do not add up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select

from core.access import Power, require_power
from core.context import Ctx
from core.db import outside
from core.enums import DeliveryState, EmailProgress, EmailState, InboundState, InboxKind, InboxState, MailKind
from core.models import Delivery, Email, InboundEmail, InboxItem, WorkspaceRow
from core.models.inbox import HOUSE

DAYS = 7
UNHEARD = timedelta(hours=1)
"""The provider tells what it took within minutes; after so long without a word its webhook is not set up."""
LATE = timedelta(minutes=10)
"""A worker that runs has done what is due long before."""
MAIL_DELIVERY = "email.send"
"""The kind of a mail's delivery (notifications.plans)."""
KNOWN_ALREADY = "It was here already."
"""The note on a stored mail that was delivered twice (notifications.incoming)."""
_UNDELIVERED = (EmailProgress.DROPPED, EmailProgress.BLOCKED, EmailProgress.BOUNCED)
_ARRIVED = (EmailProgress.DELIVERED, EmailProgress.OPENED, EmailProgress.CLICKED, EmailProgress.SPAM)


class Doubt(StrEnum):
    """What does not add up, or should not be."""

    UNHEARD = "unheard"
    """Mails the provider took long ago and has not said a word of."""
    NOT_LEAVING = "not_leaving"
    """Mails that should have left by now."""
    UNKNOWN = "unknown"
    """Mails nobody knows of whether they left."""
    NOT_READ = "not_read"
    """Requests of the webhooks that should have been worked on by now."""
    GIVEN_UP = "given_up"
    """Requests of the webhooks that could not be worked on."""
    LOST = "lost"
    """Mails that were taken in and stand nowhere."""


@dataclass(frozen=True)
class Sent:
    """Mails written since a moment: each is counted in exactly one of the lines."""

    sent: int = 0
    waiting: int = 0
    unknown: int = 0
    held: int = 0
    failed: int = 0
    stopped: int = 0


@dataclass(frozen=True)
class Fate:
    """What became of the sent ones: each is counted in exactly one of `delivered`, `undelivered` and `on_the_way`."""

    delivered: int = 0
    undelivered: int = 0
    on_the_way: int = 0
    bounced: int = 0
    """Of the undelivered."""
    opened: int = 0
    """By a person, of the delivered."""
    spam: int = 0
    """Of the delivered."""


@dataclass(frozen=True)
class Came:
    """Mails that came in since a moment: each is counted in exactly one of the lines."""

    replies: int = 0
    """Of people, on a record."""
    automatic: int = 0
    """Out-of-office notes, bounce notices, lists, on a record."""
    triage: int = 0
    not_ours: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.replies + self.automatic + self.triage + self.not_ours


@dataclass(frozen=True)
class Waiting:
    """Things that wait for somebody, since whenever: how many, and since when the oldest."""

    count: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True)
class Health:
    """How e-mail does."""

    since: datetime
    written: int
    sent: Sent
    fate: Fate
    came: Came
    triage: Waiting
    unanswered: Waiting
    """Replies nobody answered or put away."""
    inbox: Waiting
    """Requests of the webhooks that are not worked on yet, of the whole installation."""
    doubts: dict[Doubt, int]

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.written or self.came.total or self.triage.count or self.doubts)


def health(ctx: Ctx) -> Health:
    """The last seven days, and what waits. For managers and admins; raises Forbidden."""
    require_power(ctx, Power.TRIAGE)
    since = ctx.now - timedelta(days=DAYS)
    written, sent, fate = _out(ctx, since)
    came, inbox = _in(ctx, since), _inbox(ctx, since)
    doubts = {
        Doubt.UNHEARD: _unheard(ctx, since),
        Doubt.NOT_LEAVING: _not_leaving(ctx),
        Doubt.UNKNOWN: sent.unknown,
        Doubt.NOT_READ: inbox.late,
        Doubt.GIVEN_UP: inbox.failed,
        # One that is being worked on right now stands here already, and is not marked as done yet.
        Doubt.LOST: max(0, inbox.taken_in - _from_inbox(ctx, since)) if inbox.alone else 0,
    }
    return Health(
        since,
        written,
        sent,
        fate,
        came,
        triage=_waiting(ctx, InboundEmail.state == InboundState.TRIAGE),
        unanswered=_waiting(
            ctx,
            InboundEmail.state == InboundState.LINKED,
            InboundEmail.kind == MailKind.HUMAN,
            InboundEmail.handled_at.is_(None),
        ),
        inbox=inbox.waiting,
        doubts={doubt: count for doubt, count in doubts.items() if count},
    )


def _out(ctx: Ctx, since: datetime) -> tuple[int, Sent, Fate]:
    mine = (Email.workspace_id == ctx.workspace.id, Email.created_at >= since)
    opened = func.count().filter(Email.opened_at.is_not(None))
    query = select(Email.state, Email.progress, func.count(), opened).where(*mine).group_by(Email.state, Email.progress)
    rows = [(row[0], row[1], int(row[2]), int(row[3])) for row in ctx.session.execute(query)]

    def in_state(*states: EmailState) -> int:
        return sum(count for state, _, count, _ in rows if state in states)

    def gone(*progress: EmailProgress | None) -> int:
        return sum(count for state, one, count, _ in rows if state is EmailState.SENT and one in progress)

    sent = Sent(
        in_state(EmailState.SENT),
        in_state(EmailState.QUEUED, EmailState.SENDING),
        in_state(EmailState.UNKNOWN),
        in_state(EmailState.HELD),
        in_state(EmailState.FAILED),
        in_state(EmailState.STOPPED),
    )
    fate = Fate(
        gone(*_ARRIVED),
        gone(*_UNDELIVERED),
        gone(None, EmailProgress.PROCESSED, EmailProgress.DEFERRED),
        gone(EmailProgress.BOUNCED),
        sum(opens for state, one, _, opens in rows if state is EmailState.SENT and one in _ARRIVED),
        gone(EmailProgress.SPAM),
    )
    return sum(count for _, _, count, _ in rows), sent, fate


def _in(ctx: Ctx, since: datetime) -> Came:
    linked, human = InboundEmail.state == InboundState.LINKED, InboundEmail.kind == MailKind.HUMAN
    columns = (
        func.count().filter(linked, human),
        func.count().filter(linked, InboundEmail.kind != MailKind.HUMAN),
        func.count().filter(InboundEmail.state == InboundState.TRIAGE),
        func.count().filter(InboundEmail.state == InboundState.NOT_OURS),
    )
    mine = (InboundEmail.workspace_id == ctx.workspace.id, InboundEmail.received_at >= since)
    return Came(*ctx.session.execute(select(*columns).where(*mine)).one())


def _waiting(ctx: Ctx, *what: ColumnElement[bool]) -> Waiting:
    query = select(func.count(), func.min(InboundEmail.received_at))
    row = ctx.session.execute(query.where(InboundEmail.workspace_id == ctx.workspace.id, *what)).one()
    return Waiting(row[0], row[1])


def _unheard(ctx: Ctx, since: datetime) -> int:
    query = select(func.count()).where(
        Email.workspace_id == ctx.workspace.id,
        Email.created_at >= since,
        Email.state == EmailState.SENT,
        Email.sent_at < ctx.now - UNHEARD,
        Email.progress.is_(None),
    )
    return ctx.session.scalar(query) or 0


def _not_leaving(ctx: Ctx) -> int:
    query = select(func.count()).where(
        Delivery.workspace_id == ctx.workspace.id,
        Delivery.kind == MAIL_DELIVERY,
        Delivery.state.in_((DeliveryState.PENDING, DeliveryState.SENDING)),
        Delivery.next_at < ctx.now - LATE,
    )
    return ctx.session.scalar(query) or 0


def _from_inbox(ctx: Ctx, since: datetime) -> int:
    """Mails here that came by the webhook."""
    query = select(func.count()).where(
        InboundEmail.workspace_id == ctx.workspace.id,
        InboundEmail.received_at >= since,
        InboundEmail.inbox_item.is_not(None),
    )
    return ctx.session.scalar(query) or 0


@dataclass(frozen=True)
class _Inbox:
    waiting: Waiting
    late: int
    failed: int
    taken_in: int
    alone: bool
    """Whether there is no other workspace whose mails are in there too."""


def _inbox(ctx: Ctx, since: datetime) -> _Inbox:
    waits = InboxItem.state == InboxState.WAITING
    taken_in = (
        InboxItem.kind == InboxKind.MAIL,
        InboxItem.state == InboxState.DONE,
        InboxItem.received_at >= since,
        InboxItem.last_error != KNOWN_ALREADY,
    )
    columns = (
        func.count().filter(waits),
        func.min(InboxItem.received_at).filter(waits),
        func.count().filter(waits, InboxItem.received_at < ctx.now - LATE),
        func.count().filter(InboxItem.state == InboxState.FAILED),
        func.count().filter(*taken_in),
    )
    with outside(ctx.session):
        house = select(*columns).where(InboxItem.workspace_id == HOUSE)
        count, oldest, late, failed, done = ctx.session.execute(house).one()
        workspaces = ctx.session.scalars(select(WorkspaceRow.workspace_id).limit(2)).all()
    return _Inbox(Waiting(count, oldest), late, failed, done, alone=len(workspaces) == 1)
