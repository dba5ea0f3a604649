"""Reading e-mail: where a mail stands, a mail itself with all that happened to it, templates to choose from."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from core.access import Power, Verb, load, may_touch, require_power, visible
from core.conflicts import last_change
from core.context import Ctx
from core.enums import EmailProgress, EmailState, EntityType, MailKind
from core.errors import NotFound
from core.models import Email, EmailEvent, EmailTemplate, InboundEmail, Member, WorkspaceRow
from core.normalise import name_text
from core.queries.records import Page, hit_of

PAGE_SIZE = 8
EVENTS_SHOWN = 25
TEMPLATES_FOUND = 50


@dataclass(frozen=True)
class MailStanding:
    """Where a mail of ours stands, as one line says it."""

    id: UUID
    state: EmailState
    progress: EmailProgress | None = None
    delivered_at: datetime | None = None
    opened_at: datetime | None = None
    """The first time a person likely opened it."""
    machine_opens: int = 0
    clicked_at: datetime | None = None
    replied_at: datetime | None = None
    unsubscribed_at: datetime | None = None


@dataclass(frozen=True)
class MailEvent:
    """Something that happened to a mail. `kind` as the provider calls it; `reason` is foreign text."""

    kind: str
    at: datetime
    machine: bool = False
    url: str = ""
    reason: str = ""


@dataclass(frozen=True)
class MailView:
    """A mail as its window shows it."""

    standing: MailStanding
    entity: EntityType
    entity_id: UUID
    ref: str
    record_name: str
    from_name: str
    from_address: str
    to_name: str
    to_address: str
    subject: str
    body: str
    quoted: str
    why: str
    """Why it was held back or failed: a code of bot.errors, or the provider's own words."""
    created_at: datetime
    sent_at: datetime | None
    opens: int
    clicks: int
    scanner_clicks: int
    sender: str
    """Name of who wrote it; empty for the system."""
    events: tuple[MailEvent, ...]
    """Oldest first."""
    can_edit: bool
    in_mailing: bool = False
    """One of many with the same text."""


@dataclass(frozen=True)
class TemplateRow:
    """A template in a list."""

    id: UUID
    name: str
    subject: str = ""


@dataclass(frozen=True)
class TemplateDetails:
    """A template as its form shows it; `follow_up` is the one that is prepared where nobody answers."""

    id: UUID
    name: str
    subject: str
    body: str
    follow_up: TemplateRow | None
    version: int


@dataclass(frozen=True)
class MailSettings:
    """What a workspace decides of its mails; `seen` is the last change its form knows."""

    mail_from: str
    """Empty for the installation's own address."""
    mail_footer: str
    replies_channel: str
    no_answer_days: int
    """0 for never."""
    seen: UUID | None


def standings(ctx: Ctx, activity_ids: Collection[UUID]) -> dict[UUID, MailStanding]:
    """Where the mails behind these entries of a timeline stand, by the entry's id. Who sees the one sees the other."""
    if not activity_ids:
        return {}
    query = select(Email).where(Email.workspace_id == ctx.workspace.id, Email.activity_id.in_(activity_ids))
    return {mail.activity_id: _standing(mail) for mail in ctx.session.scalars(query) if mail.activity_id is not None}


def replies(ctx: Ctx, activity_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, MailKind]]:
    """The mails that came in behind these entries of a timeline: their ids and kinds by the entry's id."""
    if not activity_ids:
        return {}
    query = select(InboundEmail.activity_id, InboundEmail.id, InboundEmail.kind).where(
        InboundEmail.workspace_id == ctx.workspace.id, InboundEmail.activity_id.in_(activity_ids)
    )
    rows = ctx.session.execute(query)
    return {activity_id: (reply_id, kind) for activity_id, reply_id, kind in rows if activity_id is not None}


def mail_view(ctx: Ctx, email_id: UUID) -> MailView:
    """A mail and what became of it. Raises NotFound where there is none or the actor may not see its record."""
    mail = ctx.session.scalars(
        visible(ctx, Email).where(Email.id == email_id).execution_options(populate_existing=True)
    ).one_or_none()
    if mail is None:
        raise NotFound
    entity, entity_id = subject_of(mail)
    about = hit_of(ctx, entity, entity_id)
    sender = select(Member.name).where(Member.workspace_id == ctx.workspace.id, Member.id == mail.sender_id)
    return MailView(
        standing=_standing(mail),
        entity=entity,
        entity_id=entity_id,
        ref=about.ref,
        record_name=about.name,
        from_name=mail.from_name,
        from_address=mail.from_address,
        to_name=mail.to_name,
        to_address=mail.to_address,
        subject=mail.subject,
        body=mail.body,
        quoted=mail.quoted,
        why=mail.why,
        created_at=mail.created_at,
        sent_at=mail.sent_at,
        opens=mail.opens,
        clicks=mail.clicks,
        scanner_clicks=mail.scanner_clicks,
        sender=ctx.session.scalar(sender) or "",
        events=_events(ctx, mail.id),
        can_edit=may_touch(ctx, mail, Verb.EDIT),
        in_mailing=mail.bulk_job_id is not None,
    )


def subject_of(mail: Email) -> tuple[EntityType, UUID]:
    """The record a mail is about."""
    for entity in (EntityType.LEAD, EntityType.CONTACT, EntityType.DEAL, EntityType.ACCOUNT):
        record_id: UUID | None = getattr(mail, f"{entity.value}_id")
        if record_id is not None:
            return entity, record_id
    raise NotFound  # the table has a check against it


def _events(ctx: Ctx, email_id: UUID) -> tuple[MailEvent, ...]:
    query = (
        select(EmailEvent.kind, EmailEvent.at, EmailEvent.machine, EmailEvent.url, EmailEvent.reason)
        .where(EmailEvent.workspace_id == ctx.workspace.id, EmailEvent.email_id == email_id)
        .order_by(EmailEvent.at.desc(), EmailEvent.id.desc())
        .limit(EVENTS_SHOWN)
    )
    return tuple(reversed([MailEvent(*row) for row in ctx.session.execute(query)]))


def _standing(mail: Email) -> MailStanding:
    return MailStanding(
        id=mail.id,
        state=mail.state,
        progress=mail.progress,
        delivered_at=mail.delivered_at,
        opened_at=mail.opened_at,
        machine_opens=mail.machine_opens,
        clicked_at=mail.clicked_at,
        replied_at=mail.replied_at,
        unsubscribed_at=mail.unsubscribed_at,
    )


# -- templates ----------------------------------------------------------------------------------------------------


def find_templates(ctx: Ctx, words: str) -> list[TemplateRow]:
    """Templates whose name contains the words, those that begin with them first; all of them for no words."""
    start = name_text(words).lower()
    query = _templates(ctx)
    if start:
        query = query.where(EmailTemplate.name_key.contains(start, autoescape=True))
        query = query.order_by(EmailTemplate.name_key.startswith(start, autoescape=True).desc())
    return [
        TemplateRow(*row) for row in ctx.session.execute(query.order_by(EmailTemplate.name_key).limit(TEMPLATES_FOUND))
    ]


def template_named(ctx: Ctx, words: str) -> TemplateRow | None:
    """The template of this name, else the only one that contains the words."""
    found = find_templates(ctx, words)
    same = [row for row in found if row.name.lower() == name_text(words).lower()]
    hits = same or found
    return hits[0] if len(hits) == 1 and words.strip() else None


def template_row(ctx: Ctx, template_id: UUID) -> TemplateRow:
    """One template. Raises NotFound."""
    found = ctx.session.execute(_templates(ctx).where(EmailTemplate.id == template_id)).one_or_none()
    if found is None:
        raise NotFound
    return TemplateRow(*found)


def template_page(ctx: Ctx, page: int = 0) -> Page[TemplateRow]:
    """A page of the templates, for those who look after them. Raises Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    query = _templates(ctx).order_by(EmailTemplate.name_key).offset(page * PAGE_SIZE).limit(PAGE_SIZE + 1)
    rows = [TemplateRow(*row) for row in ctx.session.execute(query)]
    return Page(tuple(rows[:PAGE_SIZE]), page, len(rows) > PAGE_SIZE)


def template(ctx: Ctx, template_id: UUID) -> TemplateDetails:
    """One template as its form shows it. Raises NotFound, Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    row = load(ctx, EmailTemplate, template_id, Verb.SEE)
    follow_up = ctx.session.execute(_templates(ctx).where(EmailTemplate.id == row.follow_up_id)).one_or_none()
    return TemplateDetails(
        row.id, row.name, row.subject, row.body, TemplateRow(*follow_up) if follow_up else None, row.version
    )


def mail_settings(ctx: Ctx) -> MailSettings:
    """Whom this workspace's mails come from, and what stands below them."""
    query = select(
        WorkspaceRow.mail_from, WorkspaceRow.mail_footer, WorkspaceRow.replies_channel, WorkspaceRow.no_answer_days
    )
    row = ctx.session.execute(query.where(WorkspaceRow.workspace_id == ctx.workspace.id)).one()
    seen = last_change(ctx, WorkspaceRow.__entity__, ctx.workspace.id)
    return MailSettings(row.mail_from, row.mail_footer, row.replies_channel, row.no_answer_days, seen)


def _templates(ctx: Ctx) -> Select[UUID, str, str]:
    return visible(ctx, EmailTemplate).with_only_columns(EmailTemplate.id, EmailTemplate.name, EmailTemplate.subject)
