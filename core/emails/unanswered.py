"""Mails that nobody answered: after some days, once for each mail, the record's follow-up is due.

The mail that its template has ready for then is sent by a click, never by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, select, update

from core import follow_ups
from core.access import Verb, load
from core.activities import load_subject
from core.context import Ctx, new_id
from core.emails import drafts
from core.emails.drafts import EmailInput
from core.enums import EmailState, EntityType
from core.errors import Conflict
from core.events import RecordChanged
from core.i18n import Viewer
from core.models import Contact, Deal, Email, EmailTemplate, History, Lead, Member, WorkspaceRow
from core.operations import operation
from core.params import here, timestamp
from core.prepared import Built, read
from core.queries.unanswered import COLUMNS, MODELS, FollowedUp, ended, unanswered_mail

AT_ONCE = 500
"""Mails of one kind of record that one run brings up in one workspace; the others' turn comes with the next."""


@dataclass(frozen=True)
class _Silence:
    """A mail without an answer. `needless`: something else happened that makes asking after it pointless."""

    email_id: UUID
    record_id: UUID
    sent_at: datetime
    zone: str | None
    needless: bool
    planned_since: bool
    """When to come back was set after the mail was written: that plan holds."""


@operation("follow_up.no_answer")
def bring_up(ctx: Ctx) -> int:
    """Make the follow-ups due of records whose last mail was not answered in time; how many there were.

    Days are those of the record's owner, so that what is due stands in that day's morning message. A reply, a bounce,
    an opt-out, a closed record, a newer mail, or somebody who was spoken to since, ends the wait; so does a later day
    that was planned after the mail. What somebody works on right now is left for the next run.
    """
    days = ctx.session.scalar(select(WorkspaceRow.no_answer_days).where(WorkspaceRow.workspace_id == ctx.workspace.id))
    # Asked first: in most workspaces, most of the time, no mail waits for so long.
    if not days or not ctx.session.scalar(select(exists().where(_waits(ctx, days)))):
        return 0
    ctx.session.execute(
        update(Email)
        .where(_waits(ctx, days), Email.account_id.is_not(None))
        .values(followed_up_at=ctx.now)
        .execution_options(synchronize_session=False)
    )
    return sum(_of_kind(ctx, entity, days) for entity in MODELS)


@operation("email.follow_up")
def send_follow_up(ctx: Ctx, entity: str, entity_id: UUID, email_id: UUID) -> Email:
    """Send the mail that was prepared for a record whose last one nobody answered; with that its follow-up is done.

    Raises what `waiting_mail` raises; Invalid where the text has placeholders nothing is known for; else what
    core.emails.drafts.send raises.
    """
    record = load_subject(ctx, entity, entity_id)
    ready = waiting_mail(ctx, entity, entity_id, email_id)
    if isinstance(record, Lead | Contact | Deal):
        follow_ups.plan(record, None)
    return drafts.send(ctx, entity, entity_id, prepared(ctx, ready))


@dataclass(frozen=True)
class Ready:
    """A mail that waits to be sent: by which template, in the thread of which mail of ours, and that one's subject."""

    template_id: UUID
    follows_id: UUID
    subject: str


def waiting_mail(ctx: Ctx, entity: str, entity_id: UUID, email_id: UUID) -> Ready:
    """The mail that is ready because nobody answered `email_id`.

    Raises Conflict("mail_not_waiting") where there was an answer, a newer mail, or anything else that ends the wait.
    """
    mail = unanswered_mail(ctx, EntityType(entity), [entity_id]).get(entity_id)
    if mail is None or mail.id != email_id or mail.prepared is None:
        raise Conflict("mail_not_waiting")
    return Ready(mail.prepared.id, mail.id, mail.subject)


def prepared(ctx: Ctx, ready: Ready) -> EmailInput:
    """The mail as its template says it. Raises NotFound."""
    template = load(ctx, EmailTemplate, ready.template_id, Verb.SEE)
    return EmailInput(template.subject, template.body, template.id, ready.follows_id)


def _of_kind(ctx: Ctx, entity: EntityType, days: int) -> int:
    model, column = MODELS[entity], COLUMNS[entity]
    due = [one for one in _silences(ctx, entity, days) if _is_over(ctx, one, days)]
    if not due:
        return 0
    locked: dict[UUID, FollowedUp] = {
        row.id: row
        for row in ctx.session.scalars(
            select(model)
            .where(model.workspace_id == ctx.workspace.id, model.id.in_({one.record_id for one in due}))
            .order_by(model.id)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        if isinstance(row, Lead | Contact | Deal)
    }
    due = [one for one in due if one.record_id in locked]
    # Again, now that nothing can happen to these records any more.
    told = set(
        ctx.session.scalars(
            update(Email)
            .where(_waits(ctx, days), column.in_(locked), Email.id.in_([one.email_id for one in due]))
            .values(followed_up_at=ctx.now)
            .returning(Email.id)
            .execution_options(synchronize_session=False)
        )
    )
    brought = {one.record_id: one for one in due if one.email_id in told and not one.needless}
    return sum(_make_due(ctx, entity, locked[record_id], one) for record_id, one in sorted(brought.items()))


def _make_due(ctx: Ctx, entity: EntityType, record: FollowedUp, silence: _Silence) -> bool:
    """Due on its owner's today, unless it is due already or somebody has planned it since the mail."""
    ctx.change_id = new_id()
    today = _day(ctx.now, silence.zone)
    planned = record.next_follow_up
    if planned is None or (planned > today and not silence.planned_since):
        follow_ups.plan(record, today)
    # The mail is named beside a day that was planned already as well.
    ctx.emit(RecordChanged(entity.value, record.id))
    ctx.session.flush()
    return True


def _waits(ctx: Ctx, days: int) -> ColumnElement[bool]:
    """Sent, not answered, not brought up; long enough ago for the zone that is furthest ahead."""
    return and_(*_unanswered(ctx.workspace.id, _sent_until(ctx, days)))


def _sent_until(ctx: Ctx, days: int) -> datetime:
    return ctx.now - timedelta(days=days - 1)


def _unanswered(
    workspace: ColumnElement[UUID] | UUID, until: ColumnElement[datetime] | datetime
) -> Sequence[ColumnElement[bool]]:
    return (
        Email.workspace_id == workspace,
        Email.state == EmailState.SENT,
        Email.replied_at.is_(None),
        Email.followed_up_at.is_(None),
        Email.sent_at <= until,
    )


def _silences(ctx: Ctx, entity: EntityType, days: int) -> Sequence[_Silence]:
    return [_Silence(*row) for row in read(ctx, _waiting, entity, until=_sent_until(ctx, days))]


def _waiting(_: Ctx, entity: EntityType) -> Built:
    """What a _Silence holds, of each mail of a kind of record that waits so long."""
    model, column = MODELS[entity], COLUMNS[entity]
    return (
        select(Email.id, column, Email.sent_at, Member.tz, ended(entity), _planned_since(model))
        .join(model, and_(model.workspace_id == Email.workspace_id, model.id == column))
        .outerjoin(Member, and_(Member.workspace_id == model.workspace_id, Member.id == model.owner_id))
        .where(*_unanswered(here(), timestamp("until")))
        .order_by(Email.sent_at, Email.id)
        .limit(AT_ONCE)
    )


def _planned_since(model: type[FollowedUp]) -> ColumnElement[bool]:
    return exists().where(
        History.workspace_id == Email.workspace_id,
        History.entity_id == model.id,
        History.at > Email.created_at,
        History.changes.has_key("next_follow_up"),
    )


def _is_over(ctx: Ctx, silence: _Silence, days: int) -> bool:
    """Whether so many days of the owner's have passed."""
    return _day(silence.sent_at, silence.zone) + timedelta(days=days) <= _day(ctx.now, silence.zone)


def _day(moment: datetime, zone: str | None) -> date:
    return moment.astimezone(Viewer("", zone or "UTC").zone).date()
