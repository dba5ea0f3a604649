"""A mail's way out, step by step: what the worker does with it, and what people say where nobody knows.

A mail is handed to the provider once. Where the answer is lost it may have left, so nothing repeats it by itself: the
provider's own events say it, or else a person does.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from core import jobs
from core.access import load
from core.context import Ctx
from core.deliveries import hurry
from core.enums import EmailState
from core.errors import Conflict, NotFound
from core.events import EmailNeedsWord, EmailQueued, RecordChanged
from core.models import Activity, Email, InboundEmail
from core.operations import operation
from core.params import here

ASK_AFTER = timedelta(minutes=10)
"""The provider tells what it took within a minute or two; after so long without a word a person is asked."""
LOOK_EVERY = timedelta(minutes=2)
"""How often a mail whose outcome is unknown is looked at meanwhile."""
WHY_MAX = 500
"""Characters of the provider's own words."""
STOPPABLE = frozenset({EmailState.QUEUED})
NOT_LEFT = frozenset({EmailState.STOPPED, EmailState.HELD, EmailState.FAILED})
"""Nothing is to be stopped any more: it was, or could not be sent."""
REPEATABLE = frozenset({EmailState.UNKNOWN, EmailState.FAILED, EmailState.HELD, EmailState.STOPPED})
"""What may be sent (again) because somebody says so."""


def lane_of(email_id: UUID) -> str:
    """The lane a mail's deliveries leave by: one after the other, and waiting for no other mail."""
    return f"email:{email_id}"


def find(ctx: Ctx, email_id: UUID) -> Email | None:
    """The mail, locked: for the worker, which acts for nobody in particular."""
    return ctx.session.scalars(_LOCKED, {"here": ctx.workspace.id, "email": email_id}).one_or_none()


_LOCKED = (
    select(Email)
    .where(Email.workspace_id == here(), Email.id == bindparam("email", type_=Uuid()))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def begin(ctx: Ctx, email: Email) -> None:
    """The call to the provider is about to be made; committed before it is."""
    email.state, email.sending_at, email.why = EmailState.SENDING, ctx.now, ""


def took(ctx: Ctx, email: Email, provider_id: str = "") -> bool:
    """The provider took it, and said so itself or by an event. True where that is news."""
    email.provider_id = provider_id or email.provider_id
    if email.state is EmailState.SENT:
        return False
    email.state, email.why = EmailState.SENT, ""
    email.sent_at = email.sent_at or ctx.now
    _changed(ctx, email)
    return True


def again(email: Email) -> None:
    """It was surely not taken, for reasons that pass: its delivery tries again."""
    email.state, email.sending_at = EmailState.QUEUED, None


def unsure(ctx: Ctx, email: Email) -> None:
    """The call ended without an answer."""
    if email.state is EmailState.SENDING:
        email.state, email.why = EmailState.UNKNOWN, "mail_outcome_unknown"
        _changed(ctx, email)


def refused(ctx: Ctx, email: Email, why: str) -> None:
    """The provider does not take it. `why` is a code of bot.errors or the provider's own words; its writer is told."""
    _end(ctx, email, EmailState.FAILED, why)


def hold(ctx: Ctx, email: Email, why: str) -> None:
    """It may not be sent. `why` is a code of bot.errors; its writer is told."""
    _end(ctx, email, EmailState.HELD, why)


def ask(ctx: Ctx, email: Email) -> None:
    """Have its writer say whether it arrived."""
    _tell(ctx, email)


@operation("email.send_again")
def send_again(ctx: Ctx, email_id: UUID) -> Email:
    """Send a mail that did not leave, or of which nobody knows whether it did: the person says so.

    Raises Conflict("mail_step", state), NotFound, Forbidden.
    """
    email = _of_people(ctx, email_id)
    if email.state not in REPEATABLE:
        raise Conflict("mail_step", state=email.state)
    email.state, email.why, email.sending_at = EmailState.QUEUED, "", None
    ctx.emit(EmailQueued(email.id))
    hurry(ctx, lane_of(email.id))
    _changed(ctx, email)
    return email


@operation("email.arrived")
def it_arrived(ctx: Ctx, email_id: UUID) -> Email:
    """Say that a mail of unknown outcome did leave. Raises Conflict("mail_step", state), NotFound, Forbidden."""
    email = _of_people(ctx, email_id)
    if email.state is not EmailState.UNKNOWN:
        raise Conflict("mail_step", state=email.state)
    took(ctx, email)
    # It left when the call was made, and not when somebody said so.
    email.sent_at = email.sending_at or email.sent_at
    return email


@operation("email.stop")
def stop(ctx: Ctx, email_id: UUID) -> Email:
    """Keep a mail from leaving, as long as it has not. Raises Conflict("mail_step", state), NotFound, Forbidden."""
    email = _of_people(ctx, email_id)
    if email.state not in STOPPABLE:
        raise Conflict("mail_step", state=email.state)
    email.state = EmailState.STOPPED
    _changed(ctx, email)
    return email


def refuse_left(ctx: Ctx, activity_ids: Sequence[UUID]) -> None:
    """Raise Conflict("mail_left") where a mail that stands on the timeline as one of these has left, or may have."""
    if not activity_ids:
        return
    query = select(Email.id).where(
        Email.workspace_id == ctx.workspace.id,
        Email.activity_id.in_(activity_ids),
        Email.state.not_in(STOPPABLE | NOT_LEFT),
    )
    if ctx.session.scalar(query.limit(1)) is not None:
        raise Conflict("mail_left")


def take_back(ctx: Ctx, activity: Activity) -> None:
    """Undo of a mail that stands on the timeline: it does not leave. Raises Conflict("mail_left") where it did."""
    query = select(Email).where(Email.workspace_id == ctx.workspace.id, Email.activity_id == activity.id)
    email = ctx.session.scalars(query.with_for_update()).one_or_none()
    if email is None:
        return
    if email.state in STOPPABLE:
        email.state = EmailState.STOPPED
    elif email.state not in NOT_LEFT:
        raise Conflict("mail_left")
    answered = select(InboundEmail).where(
        InboundEmail.workspace_id == ctx.workspace.id, InboundEmail.answer_id == email.id
    )
    for inbound in ctx.session.scalars(answered):
        inbound.answer_id = inbound.handled_at = inbound.handled_by_id = None


def _of_people(ctx: Ctx, email_id: UUID) -> Email:
    email = load(ctx, Email, email_id)
    if email.activity_id is not None:
        activity = ctx.session.get(Activity, (ctx.workspace.id, email.activity_id))
        if activity is not None and activity.archived_at is not None:
            raise NotFound
    return email


def _end(ctx: Ctx, email: Email, state: EmailState, why: str) -> None:
    email.state, email.why = state, why[:WHY_MAX]
    _tell(ctx, email)
    _changed(ctx, email)


def _tell(ctx: Ctx, email: Email) -> None:
    if email.sender_id is not None and not _told_of_another(ctx, email):
        ctx.emit(EmailNeedsWord(email.id, email.sender_id))


def _told_of_another(ctx: Ctx, email: Email) -> bool:
    """Of a mailing's mails that end for the same reason, one is told: two hundred messages say no more."""
    if email.bulk_job_id is None:
        return False
    query = select(Email.id).where(
        Email.workspace_id == ctx.workspace.id,
        Email.bulk_job_id == email.bulk_job_id,
        Email.state == email.state,
        Email.why == email.why,
        Email.id != email.id,
    )
    return ctx.session.scalar(query.limit(1)) is not None


def _changed(ctx: Ctx, email: Email) -> None:
    """The cards of its record, and the message about its mailing, tell how it stands."""
    if email.bulk_job_id is not None:
        jobs.show_again(ctx, email.bulk_job_id)
    for entity in ("lead", "account", "contact", "deal"):
        record_id = getattr(email, f"{entity}_id")
        if record_id is not None:
            ctx.emit(RecordChanged(entity, record_id))
