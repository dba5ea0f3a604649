"""Reading mails that nobody answered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute

from core.access import visible
from core.context import Ctx
from core.enums import EmailState, EntityType
from core.models import Email, EmailTemplate

COLUMNS: dict[EntityType, InstrumentedAttribute[UUID | None]] = {
    EntityType.LEAD: Email.lead_id,
    EntityType.CONTACT: Email.contact_id,
    EntityType.DEAL: Email.deal_id,
}


@dataclass(frozen=True)
class UnansweredMail:
    """The last mail about a record, which nobody answered and which was brought up as a follow-up."""

    id: UUID
    subject: str
    sent_at: datetime
    prepared: bool
    """Its template has a follow-up that can be sent as it is."""


def unanswered_mail(ctx: Ctx, entity: EntityType, ids: Collection[UUID]) -> dict[UUID, UnansweredMail]:
    """For each of these records whose last mail is such a one: that mail."""
    record = COLUMNS[entity]
    newest = (
        visible(ctx, Email)
        .outerjoin(
            EmailTemplate,
            and_(EmailTemplate.workspace_id == Email.workspace_id, EmailTemplate.id == Email.template_id),
        )
        .where(record.in_(ids), Email.state == EmailState.SENT)
        .ext(distinct_on(record))
        .order_by(record, Email.sent_at.desc(), Email.id.desc())
        .with_only_columns(
            record.label("record_id"),
            Email.id,
            Email.subject,
            Email.sent_at,
            Email.replied_at,
            Email.followed_up_at,
            EmailTemplate.follow_up_id,
            maintain_column_froms=True,
        )
    )
    return {
        row.record_id: UnansweredMail(row.id, row.subject, row.sent_at, prepared=row.follow_up_id is not None)
        for row in ctx.session.execute(newest)
        if row.replied_at is None and row.followed_up_at is not None
    }
