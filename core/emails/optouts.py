"""What the readers of our mails decide: no more of them, or some again. They come with a link we signed."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.context import Ctx, new_id
from core.emails import suppressions
from core.enums import SuppressionReason
from core.events import RecordChanged
from core.models import Email, EmailEvent
from core.operations import operation

STOPPED, RESUMED = "unsubscribe", "group_resubscribe"
"""How SendGrid would call them: so they stand among a mail's events."""


def is_stopped(ctx: Ctx, email_id: UUID) -> bool:
    """Whether the reader of a mail wants no more; False also for a mail that is not here (any more)."""
    email = _find(ctx, email_id)
    if email is None:
        return False
    # It is the weightiest reason there is, so no other can stand before it.
    return suppressions.standing(ctx, [email.to_address]).get(email.to_address) is SuppressionReason.UNSUBSCRIBED


@operation("email.unsubscribe")
def stop(ctx: Ctx, email_id: UUID) -> None:
    """The reader of a mail wants no more. Once more changes nothing, and neither does a mail that is not here."""
    email = _find(ctx, email_id)
    if email is None or not suppressions.suppress(ctx, email.to_address, SuppressionReason.UNSUBSCRIBED, email.id):
        return
    email.unsubscribed_at = ctx.now
    _tell(ctx, email, STOPPED)


@operation("email.resubscribe")
def resume(ctx: Ctx, email_id: UUID) -> bool:
    """The reader of a mail wants to be written to again. Once more changes nothing.

    False where the address is still not written to, for a reason that is not the reader's to lift here.
    """
    email = _find(ctx, email_id)
    if email is None:
        return True
    if suppressions.lift(ctx, email.to_address, SuppressionReason.UNSUBSCRIBED):
        _tell(ctx, email, RESUMED)
    return not suppressions.standing(ctx, [email.to_address])


def _find(ctx: Ctx, email_id: UUID) -> Email | None:
    query = select(Email).where(Email.workspace_id == ctx.workspace.id, Email.id == email_id)
    return ctx.session.scalars(query).one_or_none()


def _tell(ctx: Ctx, email: Email, kind: str) -> None:
    """Among the mail's events, and on the cards of its record."""
    ctx.session.execute(
        insert(EmailEvent).values(
            workspace_id=ctx.workspace.id,
            id=new_id(),
            key=f"page:{new_id()}",
            email_id=email.id,
            kind=kind,
            address=email.to_address,
            at=ctx.now,
            machine=False,
            url="",
            reason="",
            detail={"source": "page"},
            received_at=ctx.now,
            applied_at=ctx.now,
        )
    )
    for entity in ("lead", "account", "contact", "deal"):
        record_id = getattr(email, f"{entity}_id")
        if record_id is not None:
            ctx.emit(RecordChanged(entity, record_id))
