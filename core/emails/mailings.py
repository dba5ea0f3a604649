"""One template to many leads: who would get it, and sending it to them one by one, no faster than was asked for.

The worker sends them as the member who asked (core.bulk): each mail, and that it is done, is one transaction, so that a
worker that is killed sends nothing twice.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from core import jobs
from core.access import Verb, load, may, visible
from core.context import Ctx
from core.emails import drafts, sending, suppressions
from core.emails.drafts import WHY_SUPPRESSED, EmailInput, Recipient, field_values
from core.emails.templates import fill
from core.enums import BulkState, EmailState, EntityType
from core.errors import Busy, Conflict, DomainError, Invalid, NotFound
from core.models import BulkJob, Email, EmailTemplate, Lead
from core.operations import operation
from core.refs import lead_ref

MOST = 200
"""Leads of one mailing."""
RATES = (20, 50, 100, 200)
"""Mails an hour to choose from: many at once look like spam to the mail servers that get them."""
RATE = 100
REFUSED_MOST = 3
"""So many mails may be refused before the first one leaves; then the mailing stops by itself."""
AT_ONCE = 25
"""Leads looked at in one transaction; of those that are left out many, of those that get it one."""
NOT_YOURS, SAME_ADDRESS, MISSING = "not_yours", "same_address", "missing_field"


@dataclass(frozen=True)
class Reader:
    """A lead of a mailing. `why` is empty where it gets the mail, else a code; `field` is what is not known of it."""

    id: UUID
    ref: str
    name: str
    address: str
    subject: str = ""
    body: str = ""
    why: str = ""
    field: str = ""


@dataclass(frozen=True)
class Audience:
    """Who gets a mailing and who does not, in the order of the list."""

    readers: tuple[Reader, ...]
    today: int = 0
    """How many of those who get it were written to today already."""

    @property
    def reached(self) -> tuple[Reader, ...]:
        """Who gets it."""
        return tuple(one for one in self.readers if not one.why)

    @property
    def left_out(self) -> tuple[Reader, ...]:
        """Who does not."""
        return tuple(one for one in self.readers if one.why)

    @property
    def reasons(self) -> tuple[tuple[str, str, int], ...]:
        """Why some do not, each with its field and how many, the most frequent first."""
        counted = Counter((one.why, one.field) for one in self.left_out)
        return tuple((why, field, count) for (why, field), count in counted.most_common())


def audience(ctx: Ctx, lead_ids: Sequence[UUID], template_id: UUID) -> Audience:
    """What a template becomes for each of these leads, as far as the actor may see them. Raises NotFound."""
    template = load(ctx, EmailTemplate, template_id, Verb.SEE)
    found = {row.id: row for row in ctx.session.scalars(visible(ctx, Lead).where(Lead.id.in_(lead_ids)))}
    leads = [found[lead_id] for lead_id in dict.fromkeys(lead_ids) if lead_id in found]
    closed = suppressions.standing(ctx, [lead.email for lead in leads])
    seen: set[str] = set()
    readers = []
    for lead in leads:
        reader = _reader(ctx, lead, template)
        why = WHY_SUPPRESSED[closed[lead.email]] if lead.email in closed else ""
        if not may(ctx, Verb.EDIT, lead.owner_id):
            why = NOT_YOURS
        elif not lead.email:
            why = "no_address"
        elif lead.email in seen:
            why = SAME_ADDRESS
        readers.append(Reader(**{**vars(reader), "why": why, "field": ""}) if why else reader)
        if not readers[-1].why:
            seen.add(lead.email)
    return Audience(tuple(readers), _written_to_today(ctx, seen))


def _written_to_today(ctx: Ctx, addresses: Collection[str]) -> int:
    query = select(func.count(Email.to_address.distinct())).where(
        Email.workspace_id == ctx.workspace.id,
        Email.to_address.in_(addresses),
        Email.created_at >= drafts.midnight(ctx),
        Email.state.not_in(drafts.UNDONE),
    )
    return ctx.session.execute(query).scalar_one()


def _reader(ctx: Ctx, lead: Lead, template: EmailTemplate) -> Reader:
    values = field_values(ctx, lead, Recipient(lead.name, lead.email, EntityType.LEAD, lead.id))
    subject, body = fill(template.subject, values), fill(template.body, values)
    missing = next(iter((*subject.missing, *body.missing)), "")
    return Reader(
        lead.id,
        lead_ref(lead.number),
        lead.name,
        lead.email,
        subject.text,
        body.text,
        why=MISSING if missing else "",
        field=missing,
    )


@operation("mailing.start")
def start(ctx: Ctx, lead_ids: Sequence[UUID], template_id: UUID, per_hour: int) -> BulkJob:
    """Ask for a template to be sent to these leads, as it is now: later changes of it do not count.

    Raises Invalid where none or too many are meant, or nobody would get it; NotFound.
    """
    if per_hour not in RATES:
        raise Invalid({"per_hour": "choice_invalid"})
    chosen = list(dict.fromkeys(lead_ids))
    if len(chosen) > MOST:
        raise Invalid({"template_id": "too_many_mails"})
    readers = audience(ctx, chosen, template_id)
    if not readers.reached:
        raise Invalid({"template_id": "nobody_reached"})
    template = load(ctx, EmailTemplate, template_id, Verb.SEE)
    params = {
        "template_id": str(template_id),
        "name": template.name,
        "subject": template.subject,
        "body": template.body,
        "per_hour": per_hour,
        "left_out": {},
    }
    ids = [one.id for one in readers.readers]
    return jobs.put(ctx, jobs.MAIL, EntityType.LEAD, params, len(ids), ids=ids)


@operation("email.send")
def go_on(ctx: Ctx, job: BulkJob) -> bool:
    """Send the next mail of a mailing, passing over those that get none; whether that was the last.

    When the one after it may leave is kept with the job (`next_at`): what could not be sent in time is not made up for.
    """
    for lead_id in job.ids[job.done : job.done + AT_ONCE]:
        why = _send(ctx, job, UUID(lead_id))
        job.done += 1
        if why:
            job.skipped += 1
            left_out = dict(job.params.get("left_out", {}))
            job.params = {**job.params, "left_out": {**left_out, why: left_out.get(why, 0) + 1}}
            continue
        pause = timedelta(hours=1) / int(job.params["per_hour"])
        job.params = {**job.params, jobs.NEXT_AT: jobs.moment(ctx.now + pause)}
        break
    return job.done >= job.total


def _send(ctx: Ctx, job: BulkJob, lead_id: UUID) -> str:
    """Send one of them; why it was left out, empty where it is on its way."""
    values = EmailInput(str(job.params["subject"]), str(job.params["body"]), UUID(str(job.params["template_id"])))
    try:
        with ctx.session.begin_nested():
            lead = load(ctx, Lead, lead_id)
            if lead.email and _had(ctx, job, lead.email):
                return SAME_ADDRESS
            drafts.send(ctx, EntityType.LEAD, lead_id, values, bulk_job_id=job.id)
    except Busy:
        raise
    except DomainError as error:
        return _why(error)
    return ""


def _had(ctx: Ctx, job: BulkJob, address: str) -> bool:
    query = select(Email.id).where(
        Email.workspace_id == ctx.workspace.id, Email.bulk_job_id == job.id, Email.to_address == address
    )
    return ctx.session.scalar(query.limit(1)) is not None


def _why(error: DomainError) -> str:
    if isinstance(error, Invalid):
        return MISSING
    if error.code == "mail_suppressed":
        return WHY_SUPPRESSED[error.data["reason"]]  # type: ignore[index]  # its only value
    return "no_address" if error.code == "mail_no_address" else NOT_YOURS


@operation("mailing.stop")
def stop(ctx: Ctx, job_id: UUID) -> None:
    """Stop a mailing of the actor's own: nobody further gets it, and what has not left stays here.

    Raises NotFound, Conflict("mailing_over").
    """
    query = select(BulkJob).where(
        BulkJob.workspace_id == ctx.workspace.id,
        BulkJob.id == job_id,
        BulkJob.member_id == ctx.actor.member_id,
        BulkJob.kind == jobs.MAIL,
    )
    job = ctx.session.scalars(query.with_for_update()).one_or_none()
    if job is None:
        raise NotFound
    if job.state not in jobs.OPEN:
        raise Conflict("mailing_over")
    job.params = {**job.params, "code": "stopped_by_hand"}
    job.state, job.finished_at, job.lease_until = BulkState.STOPPED, ctx.now, ctx.now
    waiting = select(Email.id).where(
        Email.workspace_id == ctx.workspace.id, Email.bulk_job_id == job.id, Email.state == EmailState.QUEUED
    )
    for email_id in ctx.session.scalars(waiting).all():
        sending.stop(ctx, email_id)


def failing(ctx: Ctx, job: BulkJob) -> bool:
    """Whether none of its mails left so far and some were refused: the others would be refused just the same."""
    found = mails_by_state(ctx, job)
    return not found.get(EmailState.SENT) and found.get(EmailState.FAILED, 0) >= REFUSED_MOST


def mails_by_state(ctx: Ctx, job: BulkJob) -> dict[EmailState, int]:
    """How the mails of a mailing stand: how many are in each state."""
    here = (Email.workspace_id == ctx.workspace.id, Email.bulk_job_id == job.id)
    query = select(Email.state, func.count().label("mails")).where(*here).group_by(Email.state)
    return {row.state: row.mails for row in ctx.session.execute(query)}


def ends_at(job: BulkJob, now: datetime) -> datetime | None:
    """About when a mailing is done: those that are left, one after the other (aware, UTC)."""
    if job.state not in jobs.OPEN:
        return None
    return (now + timedelta(hours=1) / int(job.params["per_hour"]) * (job.total - job.done)).astimezone(UTC)
