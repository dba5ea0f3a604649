"""Reading mails that nobody answered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute, aliased

from core.access import visible
from core.activities import REACHED
from core.context import Ctx
from core.enums import ActivityKind, EmailState, EntityType, InboundState, MailKind
from core.follow_ups import CLOSED_LEADS
from core.models import Activity, Contact, Deal, Email, EmailTemplate, InboundEmail, Lead, Suppression
from core.params import among
from core.prepared import Built, read

FollowedUp = Lead | Contact | Deal
MODELS: dict[EntityType, type[FollowedUp]] = {
    EntityType.LEAD: Lead,
    EntityType.CONTACT: Contact,
    EntityType.DEAL: Deal,
}

COLUMNS: dict[EntityType, InstrumentedAttribute[UUID | None]] = {
    EntityType.LEAD: Email.lead_id,
    EntityType.CONTACT: Email.contact_id,
    EntityType.DEAL: Email.deal_id,
}
NEVER_LEFT = (EmailState.HELD, EmailState.FAILED, EmailState.STOPPED)


@dataclass(frozen=True)
class Prepared:
    """A template that is to be sent where nobody answers."""

    id: UUID
    name: str


@dataclass(frozen=True)
class UnansweredMail:
    """The last mail about a record, which nobody answered and which was brought up as a follow-up."""

    id: UUID
    subject: str
    sent_at: datetime
    prepared: Prepared | None
    """The follow-up its template has, while that is not removed."""


def unanswered_mail(ctx: Ctx, entity: EntityType, ids: Collection[UUID]) -> dict[UUID, UnansweredMail]:
    """For each of these records whose last mail is such a one: that mail."""
    return {
        row.record_id: UnansweredMail(
            row.id, row.subject, row.sent_at, Prepared(row.ready_id, row.ready_name) if row.ready_id else None
        )
        for row in read(ctx, _newest, entity, ids=list(ids))
        if row.replied_at is None and row.followed_up_at is not None and not row.ended
    }


def _newest(ctx: Ctx, entity: EntityType) -> Built:
    """The last mail about each record."""
    record, model, ready = COLUMNS[entity], MODELS[entity], aliased(EmailTemplate)
    return (
        visible(ctx, Email)
        .join(model, and_(model.workspace_id == Email.workspace_id, model.id == record))
        .outerjoin(
            EmailTemplate,
            and_(EmailTemplate.workspace_id == Email.workspace_id, EmailTemplate.id == Email.template_id),
        )
        .outerjoin(
            ready,
            and_(
                ready.workspace_id == EmailTemplate.workspace_id,
                ready.id == EmailTemplate.follow_up_id,
                ready.archived_at.is_(None),
            ),
        )
        .where(among(record, "ids"), Email.state == EmailState.SENT)
        .ext(distinct_on(record))
        .order_by(record, Email.sent_at.desc(), Email.id.desc())
        .with_only_columns(
            record.label("record_id"),
            Email.id,
            Email.subject,
            Email.sent_at,
            Email.replied_at,
            Email.followed_up_at,
            ended(entity).label("ended"),
            ready.id.label("ready_id"),
            ready.name.label("ready_name"),
            maintain_column_froms=True,
        )
    )


def ended(entity: EntityType) -> ColumnElement[bool]:
    """Whether something else than an answer ended the wait for one, of a statement that reads the mail and its record:
    a bounce, an opt-out, a closed record, a newer mail, a reply in another thread, somebody who was spoken to.
    """
    model, column, newer = MODELS[entity], COLUMNS[entity], aliased(Email)
    return or_(
        Email.failed_at.is_not(None),
        Email.spam_at.is_not(None),
        Email.unsubscribed_at.is_not(None),
        model.archived_at.is_not(None),
        *_closed(model),
        exists().where(
            Suppression.workspace_id == Email.workspace_id,
            Suppression.address == Email.to_address,
            Suppression.lifted_at.is_(None),
        ),
        exists().where(
            newer.workspace_id == Email.workspace_id,
            getattr(newer, column.key) == column,
            newer.created_at > Email.created_at,
            newer.state.not_in(NEVER_LEFT),
        ),
        exists().where(
            InboundEmail.workspace_id == Email.workspace_id,
            getattr(InboundEmail, column.key) == column,
            InboundEmail.state == InboundState.LINKED,
            InboundEmail.kind == MailKind.HUMAN,
            InboundEmail.received_at >= Email.sent_at,
        ),
        exists().where(
            Activity.workspace_id == Email.workspace_id,
            getattr(Activity, column.key) == column,
            Activity.at > Email.sent_at,
            Activity.archived_at.is_(None),
            or_(Activity.kind == ActivityKind.MEETING, Activity.outcome.in_(REACHED)),
        ),
    )


def _closed(model: type[FollowedUp]) -> list[ColumnElement[bool]]:
    if model is Lead:
        return [Lead.status.in_(CLOSED_LEADS)]
    return [Deal.closed_at.is_not(None)] if model is Deal else []
