"""Putting a mail on its way: its row, its place on the timeline and in its thread, and the event that sends it."""

from uuid import UUID

from sqlalchemy import select

from core.access import visible
from core.activities import PROGRESS, SUBJECTS
from core.context import Ctx
from core.emails.tokens import new_token
from core.enums import ActivityKind, Direction, EmailState, LeadStatus
from core.events import EmailQueued, RecordChanged
from core.models import Account, Activity, Contact, Deal, Email, EmailTemplate, Lead, WorkspaceRow
from core.normalise import NOTES_MAX, name_text

THREAD_IDS_MAX = 20
"""Message-IDs in a References header: the first and the latest say where a mail belongs (RFC 5322 §3.6.4)."""


def make(ctx: Ctx, name: str, address: str, subject: str, body: str) -> Email:
    """A mail of the actor's, not stored yet; subject and body are checked."""
    query = select(WorkspaceRow.mail_from).where(WorkspaceRow.workspace_id == ctx.workspace.id)
    return Email(
        sender_id=ctx.actor.member_id,
        from_name=ctx.actor.name,
        # Empty for the installation's own, which the worker knows.
        from_address=ctx.session.scalar(query) or "",
        to_address=address,
        to_name=name_text(name),
        subject=subject,
        body=body,
        token=new_token(ctx.workspace.id),
        state=EmailState.QUEUED,
        created_at=ctx.now,
    )


def put(ctx: Ctx, record: Lead | Contact | Deal | Account, email: Email) -> None:
    """Store a mail about a record, onto its timeline and into the outbox; a lead that was only known is contacted."""
    column = SUBJECTS[record.__entity__][1].key
    activity = Activity(
        kind=ActivityKind.EMAIL,
        direction=Direction.OUTBOUND,
        at=ctx.now,
        owner_id=ctx.actor.member_id,
        subject=email.subject,
        notes=email.body if len(email.body) <= NOTES_MAX else f"{email.body[: NOTES_MAX - 1]}…",
    )
    setattr(activity, column, record.id)
    ctx.add(activity)
    ctx.session.flush()
    setattr(email, column, record.id)
    email.activity_id = activity.id
    ctx.add(email)
    record.last_touch_at = max(record.last_touch_at or ctx.now, ctx.now)
    if isinstance(record, Lead) and record.status in PROGRESS:
        record.status = max(record.status, LeadStatus.CONTACTED, key=PROGRESS.index)
    ctx.session.flush()
    ctx.emit(EmailQueued(email.id))
    ctx.emit(RecordChanged(record.__entity__, record.id))


def thread(email: Email, message_id: str, earlier: list[str]) -> None:
    """Into the thread of a mail with this Message-ID and the ones before it; a thread nobody can name stays out."""
    if not message_id:
        return
    email.in_reply_to = message_id
    email.thread_ids = _few(list(dict.fromkeys([*earlier, message_id])))


def _few(ids: list[str]) -> list[str]:
    """The first and the latest, so that a long conversation's header stays short."""
    return ids if len(ids) <= THREAD_IDS_MAX else [ids[0], *ids[1 - THREAD_IDS_MAX :]]


def known_template(ctx: Ctx, template_id: UUID | None) -> UUID | None:
    """The template, unless it was removed while the mail was being written."""
    if template_id is None:
        return None
    query = visible(ctx, EmailTemplate).where(EmailTemplate.id == template_id)
    return ctx.session.scalar(query.with_only_columns(EmailTemplate.id))
