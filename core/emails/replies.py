"""Mails that come in, and all that follows from one, in a single transaction: timeline, status, follow-up, outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select

from core import follow_ups
from core.access import POWERS, Owned, Power, load
from core.activities import PROGRESS, SUBJECTS, load_subject
from core.context import Ctx
from core.emails import matching, outcome
from core.enums import ActivityKind, Direction, InboundState, LeadStatus, MailKind, Role
from core.errors import Conflict, NotFound
from core.events import HomeChanged, RecordChanged, ReplyArrived
from core.i18n import Viewer
from core.locks import take_turns
from core.models import Account, Activity, Contact, Deal, Email, InboundAttachment, InboundEmail, Lead, Member
from core.normalise import NOTES_MAX
from core.operations import operation

REPLY = "reply"
"""The `entity` of the card that tells of a mail that came in."""
AUTOMATIC = frozenset({MailKind.AWAY, MailKind.LIST})
SUBJECT_MAX = 300
"""Characters of a timeline entry's subject."""


@dataclass(frozen=True)
class IncomingFile:
    """A file that came with a mail. `content` is None where it was over the limit of what is kept."""

    name: str
    content_type: str
    size: int
    sha256: str
    content: bytes | None


@dataclass(frozen=True)
class IncomingMail:
    """A mail as it came in, whoever delivered it."""

    key: str
    """The same for the same mail delivered again."""
    kind: MailKind
    recipients: tuple[str, ...]
    from_address: str
    """Normalised by core.normalise.email where that is possible."""
    from_name: str
    subject: str
    message_id: str
    thread_ids: tuple[str, ...]
    """Of the mails before it, oldest first."""
    body: str
    new_words: str
    cut: bool
    """Whether quotes could be looked for."""
    received_at: datetime
    unproven: bool = False
    """Nobody stands for the sender's domain."""
    suspicious: bool = False
    """It may have been tampered with: what it says of itself matches nothing."""
    away_until: date | None = None
    files: tuple[IncomingFile, ...] = ()
    inbox_item: UUID | None = None


def is_here(ctx: Ctx, key: str) -> bool:
    """Whether a mail was taken in before."""
    known = select(InboundEmail.id).where(InboundEmail.workspace_id == ctx.workspace.id, InboundEmail.key == key)
    return ctx.session.scalar(known) is not None


@operation("reply.receive")
def receive(ctx: Ctx, mail: IncomingMail, domain: str) -> InboundEmail | None:
    """Take a mail in; None where it is here already. `domain` is the one replies come to.

    The system's own operation. A mail that belongs to a record stands on its timeline; what a person wrote moves a lead
    on, is to be answered today, and is told (ReplyArrived). What is automatic is kept and told nobody.
    """
    take_turns(ctx, f"mail:{mail.key}")
    if is_here(ctx, mail.key):
        return None
    email = None if mail.suspicious else matching.answered(ctx, mail.recipients, mail.thread_ids, domain)
    record = matching.record_about(ctx, email) if email is not None else None
    inbound = _row(mail)
    if email is None or record is None:
        matching.suggest(ctx, inbound)
        inbound.unproven = inbound.unproven or mail.suspicious
        show_triage(ctx)
    else:
        inbound.email_id = email.id
        inbound.stranger = mail.kind is MailKind.HUMAN and mail.from_address != email.to_address
        take_to(ctx, inbound, record, email)
    # Only now, so that it is written once and whole.
    ctx.add(inbound)
    _keep_files(ctx, inbound, mail.files)
    return inbound


def take_to(ctx: Ctx, inbound: InboundEmail, record: Owned, email: Email | None = None) -> None:
    """Put a mail onto a record, with all that follows from it; `email` is the one of ours that it answers."""
    inbound.state = InboundState.LINKED
    setattr(inbound, SUBJECTS[record.__entity__][1].key, record.id)
    owner = _who_answers(ctx, record, email)  # held until the end: a session reads anew what nobody holds
    inbound.owner_id = owner.id if owner is not None else None
    if inbound.kind is not MailKind.BOUNCE:
        inbound.activity_id = _note(ctx, inbound, record)
    match inbound.kind:
        case MailKind.HUMAN:
            _move_on(ctx, inbound, record, email)
            ctx.emit(ReplyArrived(inbound.id))
        case MailKind.AWAY:
            _wait(ctx, inbound, record)
        case MailKind.BOUNCE:
            _came_back(ctx, email)
        case MailKind.LIST:
            pass
    _changed(ctx, inbound, record)


@operation("reply.done")
def done(ctx: Ctx, inbound_id: UUID) -> InboundEmail:
    """Nobody has to answer it any more: it was dealt with in another way.

    Raises Conflict("reply_handled", who) where somebody was quicker, NotFound, Forbidden.
    """
    inbound = open_reply(ctx, inbound_id)
    _handle(ctx, inbound)
    return inbound


@operation("reply.not_a_reply")
def not_a_reply(ctx: Ctx, inbound_id: UUID) -> InboundEmail:
    """It was nothing a person wrote: it counts as automatic, and the lead it moved on is where it was.

    Raises as `done` does.
    """
    inbound = open_reply(ctx, inbound_id)
    inbound.kind = MailKind.AWAY
    _handle(ctx, inbound)
    _count_replies(ctx, inbound)
    return inbound


@operation("reply.by_a_person")
def by_a_person(ctx: Ctx, inbound_id: UUID) -> InboundEmail:
    """A mail that was taken for automatic was written by a person: all follows from it after all, and it is told.

    One that is known to be a person's stays as it is. Raises NotFound, Forbidden.
    """
    inbound = load(ctx, InboundEmail, inbound_id)
    if inbound.kind not in AUTOMATIC:
        return inbound
    record = record_of(ctx, inbound)
    email = ctx.session.get(Email, (ctx.workspace.id, inbound.email_id)) if inbound.email_id is not None else None
    inbound.kind, inbound.handled_at, inbound.handled_by_id = MailKind.HUMAN, None, None
    _move_on(ctx, inbound, record, email)
    ctx.emit(ReplyArrived(inbound.id))
    _changed(ctx, inbound, record)
    return inbound


@operation("reply.reopen")
def reopen(ctx: Ctx, inbound_id: UUID) -> InboundEmail:
    """It is to be answered after all. Raises Conflict("mail_answered") where it was answered, NotFound, Forbidden."""
    inbound = load(ctx, InboundEmail, inbound_id)
    if inbound.answer_id is not None:
        raise Conflict("mail_answered", who=who_handled(ctx, inbound))
    inbound.handled_at = inbound.handled_by_id = None
    if inbound.kind is MailKind.AWAY:
        inbound.kind = MailKind.HUMAN
        _count_replies(ctx, inbound)
    _changed(ctx, inbound, record_of(ctx, inbound))
    return inbound


def open_reply(ctx: Ctx, inbound_id: UUID) -> InboundEmail:
    """A reply that waits for an answer, locked. Raises Conflict("reply_handled", who), NotFound, Forbidden."""
    inbound = load(ctx, InboundEmail, inbound_id)
    if inbound.state is not InboundState.LINKED:
        raise NotFound
    if inbound.handled_at is not None:
        raise Conflict("reply_handled", who=who_handled(ctx, inbound))
    return inbound


def record_of(ctx: Ctx, inbound: InboundEmail) -> Owned:
    """The record a mail belongs to, locked. Raises NotFound where it belongs to none."""
    for entity, (_, column) in SUBJECTS.items():
        record_id = getattr(inbound, column.key)
        if record_id is not None:
            return load_subject(ctx, entity, record_id)
    raise NotFound


def show_triage(ctx: Ctx) -> None:
    """Those who sort mails see in their App Home that there is another one, or one less."""
    sorting = [role for role in Role if Power.TRIAGE in POWERS[role]]
    query = select(Member.id).where(
        Member.workspace_id == ctx.workspace.id, Member.role.in_(sorting), Member.active, Member.guest.is_(False)
    )
    for member_id in ctx.session.scalars(query):
        ctx.emit(HomeChanged(member_id))


def who_handled(ctx: Ctx, inbound: InboundEmail) -> str:
    """The name of whoever dealt with it; empty for nobody."""
    member = _member(ctx, inbound.handled_by_id)
    return member.name if member else ""


def _row(mail: IncomingMail) -> InboundEmail:
    """The mail's row, not kept yet."""
    return InboundEmail(
        key=mail.key,
        state=InboundState.TRIAGE,
        kind=mail.kind,
        from_address=mail.from_address,
        from_name=mail.from_name,
        to_addresses=list(mail.recipients),
        subject=mail.subject,
        message_id=mail.message_id,
        thread_ids=list(mail.thread_ids),
        body=mail.body,
        new_words=mail.new_words,
        cut=mail.cut,
        stranger=False,
        unproven=mail.unproven,
        away_until=mail.away_until,
        received_at=mail.received_at,
        inbox_item=mail.inbox_item,
    )


def _keep_files(ctx: Ctx, inbound: InboundEmail, files: Sequence[IncomingFile]) -> None:
    if files:
        ctx.session.flush()  # the mail's row comes before those that point at it
    for position, file in enumerate(files):
        ctx.add(
            InboundAttachment(
                inbound_email_id=inbound.id,
                position=position,
                name=file.name,
                content_type=file.content_type,
                size=file.size,
                sha256=file.sha256,
                content=file.content,
            )
        )


# -- what follows ---------------------------------------------------------------------------------------------------


def _who_answers(ctx: Ctx, record: Owned, email: Email | None) -> Member | None:
    """The record's owner; where it has none, or one who left, whoever wrote to the person."""
    for member_id in (record.owner_id, email.sender_id if email else None):
        member = _member(ctx, member_id)
        if member is not None and member.active and not member.guest:
            return member
    return None


def _note(ctx: Ctx, inbound: InboundEmail, record: Owned) -> UUID:
    """The entry on the timeline."""
    activity = Activity(
        kind=ActivityKind.EMAIL,
        direction=Direction.INBOUND,
        at=inbound.received_at,
        subject=inbound.subject[:SUBJECT_MAX],
        notes=inbound.new_words[:NOTES_MAX],
    )
    setattr(activity, SUBJECTS[record.__entity__][1].key, record.id)
    ctx.add(activity)
    ctx.session.flush()
    return activity.id


def _move_on(ctx: Ctx, inbound: InboundEmail, record: Owned, email: Email | None) -> None:
    at = inbound.received_at
    if isinstance(record, Lead) and record.status in PROGRESS:
        record.status = max(record.status, LeadStatus.REPLIED, key=PROGRESS.index)
    record.last_touch_at = max(record.last_touch_at or at, at)
    if not isinstance(record, Account) and not _closed(record):
        follow_ups.plan(record, _day_of(ctx, inbound))
    if email is not None:
        email.replied_at = min(email.replied_at or at, at)


def _wait(ctx: Ctx, inbound: InboundEmail, record: Owned) -> None:
    """Nobody asks again while the other side is away; an earlier follow-up waits until they are back."""
    back = inbound.away_until
    if back is None or isinstance(record, Account) or _closed(record):
        return
    if back > _day_of(ctx, inbound) and (record.next_follow_up is None or record.next_follow_up < back):
        follow_ups.plan(record, back)


def _came_back(ctx: Ctx, email: Email | None) -> None:
    """A notice of another mail server: the mail did not arrive. The address itself may be fine another time."""
    if email is not None and email.failed_at is None:
        email.failed_at = ctx.now
        outcome.tell(ctx, {(email.id, False)})


def _closed(record: Lead | Contact | Deal) -> bool:
    return isinstance(record, Deal) and record.closed_at is not None


def _day_of(ctx: Ctx, inbound: InboundEmail) -> date:
    """The day it is for whoever has to answer."""
    member = _member(ctx, inbound.owner_id)
    return ctx.now.astimezone(Viewer("", member.tz if member else "UTC").zone).date()


def _handle(ctx: Ctx, inbound: InboundEmail) -> None:
    inbound.handled_at, inbound.handled_by_id = ctx.now, ctx.actor.member_id
    inbound.seen_at = inbound.seen_at or ctx.now
    _changed(ctx, inbound, record_of(ctx, inbound))


def _count_replies(ctx: Ctx, inbound: InboundEmail) -> None:
    """After a mail became a person's or not: whether its mail and its lead count as answered."""
    ctx.session.flush()
    if inbound.email_id is not None:
        email = ctx.session.get_one(Email, (ctx.workspace.id, inbound.email_id))
        email.replied_at = min(_times(ctx, InboundEmail.email_id == email.id), default=None)
    record = record_of(ctx, inbound)
    if not isinstance(record, Lead):
        return
    if _times(ctx, InboundEmail.lead_id == record.id):
        if record.status in PROGRESS:
            record.status = max(record.status, LeadStatus.REPLIED, key=PROGRESS.index)
    elif record.status is LeadStatus.REPLIED:
        record.status = LeadStatus.CONTACTED


def _times(ctx: Ctx, of_one: ColumnElement[bool]) -> list[datetime]:
    query = select(InboundEmail.received_at).where(
        InboundEmail.workspace_id == ctx.workspace.id,
        InboundEmail.state == InboundState.LINKED,
        InboundEmail.kind == MailKind.HUMAN,
        of_one,
    )
    return list(ctx.session.scalars(query))


def _changed(ctx: Ctx, inbound: InboundEmail, record: Owned) -> None:
    ctx.emit(RecordChanged(record.__entity__, record.id))
    ctx.emit(RecordChanged(REPLY, inbound.id))
    if inbound.owner_id is not None:
        ctx.emit(HomeChanged(inbound.owner_id))


def _member(ctx: Ctx, member_id: UUID | None) -> Member | None:
    return ctx.session.get(Member, (ctx.workspace.id, member_id)) if member_id is not None else None
