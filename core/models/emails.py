"""E-mail: templates, what was sent and what became of it, what came back, and who must not be written to."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.enums import EmailProgress, EmailState, InboundState, MailKind, SuppressionReason
from core.models.base import PREFIXED, TenantModel, Versioned, check, enum_column, tenant_fk


class EmailTemplate(Versioned, TenantModel):
    """A text that is sent again and again; `{{field}}` placeholders stand for what is known of the person."""

    __tablename__ = "email_templates"
    __entity__ = "email_template"
    __tracked__ = ("name", "subject", "body", "follow_up_id")
    __table_args__ = (
        tenant_fk("follow_up_id", "email_templates"),
        UniqueConstraint("workspace_id", "name_key"),
        check("name_key = lower(name)", "key_is_lower_case"),
    )

    name: Mapped[str]
    name_key: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    follow_up_id: Mapped[UUID | None]
    """The template of the mail that is prepared where nobody answers; None: only a reminder."""


class Email(TenantModel):
    """One mail to one person, about exactly one record: what was said, how sending went, what came back of it."""

    __tablename__ = "emails"
    __table_args__ = (
        tenant_fk("lead_id", "leads"),
        tenant_fk("account_id", "accounts"),
        tenant_fk("contact_id", "contacts"),
        tenant_fk("deal_id", "deals"),
        tenant_fk("activity_id", "activities"),
        tenant_fk("sender_id", "members"),
        tenant_fk("template_id", "email_templates"),
        tenant_fk("quote_id", "quotes"),
        tenant_fk("bulk_job_id", "bulk_jobs"),
        check("num_nonnulls(lead_id, account_id, contact_id, deal_id) = 1", "one_record"),
        UniqueConstraint("workspace_id", "token"),
        Index(None, "workspace_id", "lead_id", "created_at"),
        Index(None, "workspace_id", "account_id", "created_at"),
        Index(None, "workspace_id", "contact_id", "created_at"),
        Index(None, "workspace_id", "deal_id", "created_at"),
        Index(None, "workspace_id", "to_address", "created_at"),
        Index(None, "workspace_id", "created_at"),
        Index(None, "workspace_id", "bulk_job_id"),
        Index(None, "workspace_id", "activity_id"),
        Index("ix_emails_message_id", "workspace_id", "message_id", postgresql_where=text("message_id <> ''")),
        Index("ix_emails_provider_id", "workspace_id", "provider_id", postgresql_where=text("provider_id <> ''")),
        Index(
            "ix_emails_open",
            "workspace_id",
            "id",
            postgresql_where=text("state IN ('queued', 'sending', 'unknown')"),
        ),
        Index(
            "ix_emails_unanswered",
            "workspace_id",
            "sent_at",
            postgresql_where=text("state = 'sent' AND replied_at IS NULL AND followed_up_at IS NULL"),
        ),
    )

    lead_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]
    deal_id: Mapped[UUID | None]
    activity_id: Mapped[UUID | None]
    """The entry on the record's timeline."""
    sender_id: Mapped[UUID | None]
    template_id: Mapped[UUID | None]
    quote_id: Mapped[UUID | None]
    bulk_job_id: Mapped[UUID | None]
    """The bulk mailing it is part of."""
    from_name: Mapped[str]
    from_address: Mapped[str]
    to_address: Mapped[str] = mapped_column(PREFIXED)
    """Normalised by core.normalise.email."""
    to_name: Mapped[str] = mapped_column(default="")
    subject: Mapped[str]
    body: Mapped[str]
    """Plain text as the rep wrote it, placeholders filled; the HTML is made of it when it is sent."""
    quoted: Mapped[str] = mapped_column(default="")
    """The text below the new words, of an answer."""
    token: Mapped[str]
    """Makes the address replies come to (core.emails.tokens): unguessable, lower case."""
    in_reply_to: Mapped[str] = mapped_column(default="")
    """Message-ID of the mail this one answers or follows, with its angle brackets."""
    thread_ids: Mapped[list[str]] = mapped_column(default=list)
    """For the References header: the thread's Message-IDs, oldest first."""
    state: Mapped[EmailState] = mapped_column(enum_column(EmailState, "state"), default=EmailState.QUEUED)
    why: Mapped[str] = mapped_column(default="")
    """Why it was held back or failed: a code of bot.errors, or the provider's own words."""
    provider_id: Mapped[str] = mapped_column(default="")
    """`X-Message-Id` of SendGrid's answer: the part of `sg_message_id` before its first dot."""
    message_id: Mapped[str] = mapped_column(default="")
    """The real Message-ID (`smtp-id` of an event), with its angle brackets."""
    created_at: Mapped[datetime]
    sending_at: Mapped[datetime | None]
    """When the call to the provider began whose end is not known yet."""
    sent_at: Mapped[datetime | None]
    """When the provider took it."""
    progress: Mapped[EmailProgress | None] = mapped_column(enum_column(EmailProgress, "progress"))
    """The furthest of what events said, by rank; their order of arrival does not matter."""
    processed_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    """The first open that a person likely made."""
    opens: Mapped[int] = mapped_column(default=0)
    machine_opens: Mapped[int] = mapped_column(default=0)
    """By privacy proxies, which load the pictures of every mail."""
    clicked_at: Mapped[datetime | None]
    clicks: Mapped[int] = mapped_column(default=0)
    scanner_clicks: Mapped[int] = mapped_column(default=0)
    """By scanners, which follow every link at once."""
    failed_at: Mapped[datetime | None]
    """Bounced, blocked or dropped."""
    spam_at: Mapped[datetime | None]
    unsubscribed_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    followed_up_at: Mapped[datetime | None]
    """When its lack of an answer was brought up, or anything else made that needless: done once."""


class EmailEvent(TenantModel):
    """One thing that happened to a mail, as the provider told it; kept whether or not we know its kind."""

    __tablename__ = "email_events"
    __table_args__ = (
        tenant_fk("email_id", "emails"),
        UniqueConstraint("workspace_id", "key"),
        Index(None, "workspace_id", "email_id", "at"),
        Index(None, "workspace_id", "at"),
    )

    key: Mapped[str]
    """`sg_event_id`; where there is none, a digest of the event."""
    email_id: Mapped[UUID | None]
    """None where it belongs to no mail we know."""
    kind: Mapped[str]
    """As the provider calls it."""
    address: Mapped[str] = mapped_column(PREFIXED, default="")
    at: Mapped[datetime]
    machine: Mapped[bool] = mapped_column(default=False)
    """An open or click that no person made."""
    url: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    """Foreign text."""
    detail: Mapped[dict[str, Any]]
    """The event itself."""
    received_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]


class Suppression(TenantModel):
    """An address this workspace does not write to, and why. Checked when a mail is about to leave."""

    __tablename__ = "suppressions"
    __table_args__ = (
        tenant_fk("email_id", "emails"),
        UniqueConstraint("workspace_id", "address", "reason"),
    )

    address: Mapped[str] = mapped_column(PREFIXED)
    reason: Mapped[SuppressionReason] = mapped_column(enum_column(SuppressionReason, "reason"))
    email_id: Mapped[UUID | None]
    """The mail that brought it about."""
    created_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    """Since when it does not hold any more."""


class InboundEmail(TenantModel):
    """A mail that came in: a reply on a record's timeline, or waiting in the triage list for somebody to say."""

    __tablename__ = "inbound_emails"
    __table_args__ = (
        tenant_fk("lead_id", "leads"),
        tenant_fk("account_id", "accounts"),
        tenant_fk("contact_id", "contacts"),
        tenant_fk("deal_id", "deals"),
        tenant_fk("email_id", "emails"),
        tenant_fk("activity_id", "activities"),
        tenant_fk("owner_id", "members"),
        tenant_fk("handled_by_id", "members"),
        tenant_fk("answer_id", "emails"),
        tenant_fk("suggested_lead_id", "leads"),
        tenant_fk("suggested_contact_id", "contacts"),
        UniqueConstraint("workspace_id", "key"),
        check("num_nonnulls(lead_id, account_id, contact_id, deal_id) <= 1", "at_most_one_record"),
        check("state <> 'linked' OR num_nonnulls(lead_id, account_id, contact_id, deal_id) = 1", "linked_to_one"),
        Index(None, "workspace_id", "lead_id", "received_at"),
        Index(None, "workspace_id", "account_id", "received_at"),
        Index(None, "workspace_id", "contact_id", "received_at"),
        Index(None, "workspace_id", "deal_id", "received_at"),
        Index(None, "workspace_id", "email_id"),
        Index(None, "workspace_id", "activity_id"),
        Index(None, "workspace_id", "received_at"),
        Index("ix_inbound_emails_triage", "workspace_id", "id", postgresql_where=text("state = 'triage'")),
        Index(
            "ix_inbound_emails_unanswered",
            "workspace_id",
            "owner_id",
            "received_at",
            postgresql_where=text("state = 'linked' AND kind = 'human' AND handled_at IS NULL"),
        ),
    )

    key: Mapped[str]
    """Recipient and Message-ID, else a digest of the mail: the same mail delivered again is not kept again."""
    state: Mapped[InboundState] = mapped_column(enum_column(InboundState, "state"))
    kind: Mapped[MailKind] = mapped_column(enum_column(MailKind, "kind"))
    lead_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]
    deal_id: Mapped[UUID | None]
    email_id: Mapped[UUID | None]
    """The mail of ours it answers."""
    activity_id: Mapped[UUID | None]
    owner_id: Mapped[UUID | None]
    """Who has to answer: the record's owner when it came in."""
    suggested_lead_id: Mapped[UUID | None]
    suggested_contact_id: Mapped[UUID | None]
    """Whom the sender's address belongs to, where nothing else matched."""
    from_address: Mapped[str] = mapped_column(PREFIXED)
    from_name: Mapped[str] = mapped_column(default="")
    to_addresses: Mapped[list[str]]
    subject: Mapped[str] = mapped_column(default="")
    message_id: Mapped[str] = mapped_column(default="")
    thread_ids: Mapped[list[str]] = mapped_column(default=list)
    """References and In-Reply-To, oldest first."""
    body: Mapped[str] = mapped_column(default="")
    """All of its text."""
    new_words: Mapped[str] = mapped_column(default="")
    """What the sender wrote this time: without quotes and signature."""
    cut: Mapped[bool] = mapped_column(default=True)
    """Whether quotes could be looked for; False where the search was given up and all of the text is shown."""
    stranger: Mapped[bool] = mapped_column(default=False)
    """The sender is somebody else than was written to."""
    unproven: Mapped[bool] = mapped_column(default=False)
    """Neither SPF nor DKIM speaks for the sender's domain."""
    away_until: Mapped[date | None]
    """What an out-of-office note names as the day of return."""
    received_at: Mapped[datetime]
    inbox_item: Mapped[UUID | None]
    """The stored request it came in (core.models.inbox), which belongs to no workspace."""
    seen_at: Mapped[datetime | None]
    """When its owner first acted on it."""
    handled_at: Mapped[datetime | None]
    """Answered, or put away as done or as no reply."""
    handled_by_id: Mapped[UUID | None]
    answer_id: Mapped[UUID | None]
    """Our mail that answers it."""


class InboundAttachment(TenantModel):
    """A file that came with a mail. It is kept, listed and never opened."""

    __tablename__ = "inbound_attachments"
    __table_args__ = (
        tenant_fk("inbound_email_id", "inbound_emails"),
        Index(None, "workspace_id", "inbound_email_id"),
    )

    inbound_email_id: Mapped[UUID]
    position: Mapped[int]
    name: Mapped[str]
    """As the sender called it, made harmless."""
    content_type: Mapped[str]
    size: Mapped[int]
    """Bytes."""
    sha256: Mapped[str] = mapped_column(default="")
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """None where it was over the limit of what is kept."""
