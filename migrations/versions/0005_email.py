"""E-mail: templates, mails and their events, what comes in, suppressed addresses, the inbox of webhooks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import enable_tenant_security, let_dispatcher_read

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "email_templates",
    "inbox",
    "emails",
    "email_events",
    "suppressions",
    "inbound_emails",
    "inbound_attachments",
)


def upgrade() -> None:
    """Add them, each closed to other workspaces; the worker may ask whose mail a Message-ID is."""
    change_tables()
    for table in TABLES:
        enable_tenant_security(table)
    let_dispatcher_read("emails", "workspace_id", "message_id", "provider_id")


def _add_filled(table: str, column: sa.Column[object]) -> None:
    """Add a column that may not be null to rows that are there already; the default serves only for that."""
    op.add_column(table, column)
    op.alter_column(table, column.name, server_default=None)


def change_tables() -> None:
    """Tables, columns and indexes."""
    op.create_table(
        "email_templates",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name_key = lower(name)", name=op.f("ck_email_templates_key_is_lower_case")),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_email_templates")),
        sa.UniqueConstraint("workspace_id", "name_key", name=op.f("uq_email_templates_workspace_id_name_key")),
    )
    op.create_table(
        "inbox",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("events", "mail", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("headers", postgresql.JSONB(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "done", "failed", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_inbox")),
    )
    op.create_index(
        "ix_inbox_due",
        "inbox",
        ["workspace_id", "next_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(op.f("ix_inbox_workspace_id_received_at"), "inbox", ["workspace_id", "received_at"], unique=False)
    op.create_table(
        "emails",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("sender_id", sa.Uuid(), nullable=True),
        sa.Column("template_id", sa.Uuid(), nullable=True),
        sa.Column("quote_id", sa.Uuid(), nullable=True),
        sa.Column("bulk_job_id", sa.Uuid(), nullable=True),
        sa.Column("from_name", sa.Text(), nullable=False),
        sa.Column("from_address", sa.Text(), nullable=False),
        sa.Column("to_address", sa.Text(collation="C"), nullable=False),
        sa.Column("to_name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("quoted", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("in_reply_to", sa.Text(), nullable=False),
        sa.Column("thread_ids", postgresql.JSONB(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "unknown",
                "held",
                "failed",
                "stopped",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sending_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "progress",
            sa.Enum(
                "processed",
                "deferred",
                "delivered",
                "opened",
                "clicked",
                "dropped",
                "blocked",
                "bounced",
                "spam",
                name="progress",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("machine_opens", sa.Integer(), nullable=False),
        sa.Column("clicked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.Column("scanner_clicks", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("spam_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unsubscribed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(lead_id, account_id, contact_id, deal_id) = 1", name=op.f("ck_emails_one_record")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["accounts.workspace_id", "accounts.id"],
            name=op.f("fk_emails_workspace_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "activity_id"],
            ["activities.workspace_id", "activities.id"],
            name=op.f("fk_emails_workspace_id_activity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "bulk_job_id"],
            ["bulk_jobs.workspace_id", "bulk_jobs.id"],
            name=op.f("fk_emails_workspace_id_bulk_job_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"],
            ["contacts.workspace_id", "contacts.id"],
            name=op.f("fk_emails_workspace_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "deal_id"], ["deals.workspace_id", "deals.id"], name=op.f("fk_emails_workspace_id_deal_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "lead_id"], ["leads.workspace_id", "leads.id"], name=op.f("fk_emails_workspace_id_lead_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "quote_id"],
            ["quotes.workspace_id", "quotes.id"],
            name=op.f("fk_emails_workspace_id_quote_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "sender_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_emails_workspace_id_sender_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "template_id"],
            ["email_templates.workspace_id", "email_templates.id"],
            name=op.f("fk_emails_workspace_id_template_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_emails")),
        sa.UniqueConstraint("workspace_id", "token", name=op.f("uq_emails_workspace_id_token")),
    )
    op.create_index(
        "ix_emails_message_id",
        "emails",
        ["workspace_id", "message_id"],
        unique=False,
        postgresql_where=sa.text("message_id <> ''"),
    )
    op.create_index(
        "ix_emails_open",
        "emails",
        ["workspace_id", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'sending', 'unknown')"),
    )
    op.create_index(
        "ix_emails_provider_id",
        "emails",
        ["workspace_id", "provider_id"],
        unique=False,
        postgresql_where=sa.text("provider_id <> ''"),
    )
    op.create_index(
        op.f("ix_emails_workspace_id_account_id_created_at"),
        "emails",
        ["workspace_id", "account_id", "created_at"],
        unique=False,
    )
    op.create_index(op.f("ix_emails_workspace_id_bulk_job_id"), "emails", ["workspace_id", "bulk_job_id"], unique=False)
    op.create_index(
        op.f("ix_emails_workspace_id_contact_id_created_at"),
        "emails",
        ["workspace_id", "contact_id", "created_at"],
        unique=False,
    )
    op.create_index(op.f("ix_emails_workspace_id_created_at"), "emails", ["workspace_id", "created_at"], unique=False)
    op.create_index(
        op.f("ix_emails_workspace_id_deal_id_created_at"),
        "emails",
        ["workspace_id", "deal_id", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_emails_workspace_id_lead_id_created_at"),
        "emails",
        ["workspace_id", "lead_id", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_emails_workspace_id_to_address_created_at"),
        "emails",
        ["workspace_id", "to_address", "created_at"],
        unique=False,
    )
    op.create_table(
        "email_events",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("email_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(collation="C"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("machine", sa.Boolean(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "email_id"],
            ["emails.workspace_id", "emails.id"],
            name=op.f("fk_email_events_workspace_id_email_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_email_events")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_email_events_workspace_id_key")),
    )
    op.create_index(op.f("ix_email_events_workspace_id_at"), "email_events", ["workspace_id", "at"], unique=False)
    op.create_index(
        op.f("ix_email_events_workspace_id_email_id_at"),
        "email_events",
        ["workspace_id", "email_id", "at"],
        unique=False,
    )
    op.create_table(
        "inbound_emails",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("triage", "linked", "not_ours", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "human", "away", "bounce", "list", name="kind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("email_id", sa.Uuid(), nullable=True),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("suggested_lead_id", sa.Uuid(), nullable=True),
        sa.Column("suggested_contact_id", sa.Uuid(), nullable=True),
        sa.Column("from_address", sa.Text(collation="C"), nullable=False),
        sa.Column("from_name", sa.Text(), nullable=False),
        sa.Column("to_addresses", postgresql.JSONB(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("thread_ids", postgresql.JSONB(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("new_words", sa.Text(), nullable=False),
        sa.Column("cut", sa.Boolean(), nullable=False),
        sa.Column("stranger", sa.Boolean(), nullable=False),
        sa.Column("unproven", sa.Boolean(), nullable=False),
        sa.Column("away_until", sa.Date(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inbox_item", sa.Uuid(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by_id", sa.Uuid(), nullable=True),
        sa.Column("answer_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state <> 'linked' OR num_nonnulls(lead_id, account_id, contact_id, deal_id) = 1",
            name=op.f("ck_inbound_emails_linked_to_one"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(lead_id, account_id, contact_id, deal_id) <= 1",
            name=op.f("ck_inbound_emails_at_most_one_record"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["accounts.workspace_id", "accounts.id"],
            name=op.f("fk_inbound_emails_workspace_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "activity_id"],
            ["activities.workspace_id", "activities.id"],
            name=op.f("fk_inbound_emails_workspace_id_activity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "answer_id"],
            ["emails.workspace_id", "emails.id"],
            name=op.f("fk_inbound_emails_workspace_id_answer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"],
            ["contacts.workspace_id", "contacts.id"],
            name=op.f("fk_inbound_emails_workspace_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "deal_id"],
            ["deals.workspace_id", "deals.id"],
            name=op.f("fk_inbound_emails_workspace_id_deal_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "email_id"],
            ["emails.workspace_id", "emails.id"],
            name=op.f("fk_inbound_emails_workspace_id_email_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "handled_by_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_inbound_emails_workspace_id_handled_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "lead_id"],
            ["leads.workspace_id", "leads.id"],
            name=op.f("fk_inbound_emails_workspace_id_lead_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "owner_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_inbound_emails_workspace_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "suggested_contact_id"],
            ["contacts.workspace_id", "contacts.id"],
            name=op.f("fk_inbound_emails_workspace_id_suggested_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "suggested_lead_id"],
            ["leads.workspace_id", "leads.id"],
            name=op.f("fk_inbound_emails_workspace_id_suggested_lead_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_inbound_emails")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_inbound_emails_workspace_id_key")),
    )
    op.create_index(
        "ix_inbound_emails_triage",
        "inbound_emails",
        ["workspace_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'triage'"),
    )
    op.create_index(
        "ix_inbound_emails_unanswered",
        "inbound_emails",
        ["workspace_id", "owner_id", "received_at"],
        unique=False,
        postgresql_where=sa.text("state = 'linked' AND kind = 'human' AND handled_at IS NULL"),
    )
    op.create_index(
        op.f("ix_inbound_emails_workspace_id_account_id_received_at"),
        "inbound_emails",
        ["workspace_id", "account_id", "received_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inbound_emails_workspace_id_contact_id_received_at"),
        "inbound_emails",
        ["workspace_id", "contact_id", "received_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inbound_emails_workspace_id_deal_id_received_at"),
        "inbound_emails",
        ["workspace_id", "deal_id", "received_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inbound_emails_workspace_id_email_id"), "inbound_emails", ["workspace_id", "email_id"], unique=False
    )
    op.create_index(
        op.f("ix_inbound_emails_workspace_id_lead_id_received_at"),
        "inbound_emails",
        ["workspace_id", "lead_id", "received_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inbound_emails_workspace_id_received_at"),
        "inbound_emails",
        ["workspace_id", "received_at"],
        unique=False,
    )
    op.create_table(
        "suppressions",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(collation="C"), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "unsubscribed",
                "bounced",
                "spam",
                "manual",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("email_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "email_id"],
            ["emails.workspace_id", "emails.id"],
            name=op.f("fk_suppressions_workspace_id_email_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_suppressions")),
        sa.UniqueConstraint(
            "workspace_id", "address", "reason", name=op.f("uq_suppressions_workspace_id_address_reason")
        ),
    )
    op.create_table(
        "inbound_attachments",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inbound_email_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "inbound_email_id"],
            ["inbound_emails.workspace_id", "inbound_emails.id"],
            name=op.f("fk_inbound_attachments_workspace_id_inbound_email_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_inbound_attachments")),
    )
    op.create_index(
        op.f("ix_inbound_attachments_workspace_id_inbound_email_id"),
        "inbound_attachments",
        ["workspace_id", "inbound_email_id"],
        unique=False,
    )
    _add_filled("workspaces", sa.Column("mail_from", sa.Text(), nullable=False, server_default=""))
    _add_filled("workspaces", sa.Column("mail_footer", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take them back."""
    op.drop_column("workspaces", "mail_footer")
    op.drop_column("workspaces", "mail_from")
    op.drop_table("inbound_attachments")
    op.drop_table("suppressions")
    op.drop_table("inbound_emails")
    op.drop_table("email_events")
    op.drop_table("emails")
    op.drop_table("inbox")
    op.drop_table("email_templates")
