"""Quote versions, preferences, notices, channels of records, bulk changes, the audit's indexes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import enable_tenant_security, let_dispatcher_read

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("preferences", "notice_settings", "held_notices", "channel_links", "bulk_jobs")


def upgrade() -> None:
    """Add them, each closed to other workspaces; the worker may ask where something waits."""
    change_tables()
    for table in TABLES:
        enable_tenant_security(table)
    let_dispatcher_read("held_notices", "workspace_id", "due_at", "sent_at")
    let_dispatcher_read("bulk_jobs", "workspace_id", "state", "lease_until")


def _add_filled(table: str, column: sa.Column[object]) -> None:
    """Add a column that may not be null to rows that are there already; the default serves only for that."""
    op.add_column(table, column)
    op.alter_column(table, column.name, server_default=None)


def change_tables() -> None:
    """Tables, columns and indexes."""
    op.create_table(
        "held_notices",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_held_notices")),
    )
    op.create_index(
        "ix_held_notices_waiting",
        "held_notices",
        ["workspace_id", "audience", "id"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_table(
        "notice_settings",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("instant", "morning", "off", name="mode", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("workspace_id", "audience", "kind", name=op.f("pk_notice_settings")),
    )
    op.create_table(
        "bulk_jobs",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "stopped",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("undoes", sa.Uuid(), nullable=True),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("total BETWEEN 1 AND 500", name=op.f("ck_bulk_jobs_at_most_500_records")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_bulk_jobs_workspace_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_bulk_jobs")),
    )
    op.create_index(
        "ix_bulk_jobs_open",
        "bulk_jobs",
        ["workspace_id", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_table(
        "preferences",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_preferences_workspace_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "member_id", "name", name=op.f("pk_preferences")),
    )
    op.create_table(
        "channel_links",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(lead_id, account_id, contact_id, deal_id) = 1", name=op.f("ck_channel_links_one_record")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["accounts.workspace_id", "accounts.id"],
            name=op.f("fk_channel_links_workspace_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "by_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_channel_links_workspace_id_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"],
            ["contacts.workspace_id", "contacts.id"],
            name=op.f("fk_channel_links_workspace_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "deal_id"],
            ["deals.workspace_id", "deals.id"],
            name=op.f("fk_channel_links_workspace_id_deal_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "lead_id"],
            ["leads.workspace_id", "leads.id"],
            name=op.f("fk_channel_links_workspace_id_lead_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_channel_links")),
    )
    op.create_index(
        "uq_channel_links_channel",
        "channel_links",
        ["workspace_id", "channel"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    _add_filled("activities", sa.Column("link", sa.Text(), nullable=False, server_default=""))
    op.create_index(
        "ix_activities_tasks_due",
        "activities",
        ["workspace_id", "owner_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("kind = 'task' AND done_at IS NULL AND archived_at IS NULL"),
    )
    op.create_index(
        op.f("ix_history_workspace_id_actor_id_at"), "history", ["workspace_id", "actor_id", "at"], unique=False
    )
    op.create_index(op.f("ix_history_workspace_id_at"), "history", ["workspace_id", "at"], unique=False)
    _add_filled("quotes", sa.Column("version_number", sa.Integer(), nullable=False, server_default="1"))
    op.create_check_constraint("version_counts_from_one", "quotes", "version_number >= 1")
    op.add_column("quotes", sa.Column("previous_id", sa.Uuid(), nullable=True))
    op.add_column("quotes", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("quotes", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_quotes_open",
        "quotes",
        ["workspace_id", "valid_until"],
        unique=False,
        postgresql_where=sa.text("status IN ('sent', 'viewed') AND archived_at IS NULL"),
    )
    op.create_foreign_key(
        op.f("fk_quotes_workspace_id_previous_id"),
        "quotes",
        "quotes",
        ["workspace_id", "previous_id"],
        ["workspace_id", "id"],
    )
    _add_filled("workspaces", sa.Column("replies_channel", sa.Text(), nullable=False, server_default=""))
    _add_filled("workspaces", sa.Column("digest_channel", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("workspaces", "digest_channel")
    op.drop_column("workspaces", "replies_channel")
    op.drop_constraint(op.f("fk_quotes_workspace_id_previous_id"), "quotes", type_="foreignkey")
    op.drop_index(
        "ix_quotes_open",
        table_name="quotes",
        postgresql_where=sa.text("status IN ('sent', 'viewed') AND archived_at IS NULL"),
    )
    op.drop_column("quotes", "decided_at")
    op.drop_column("quotes", "sent_at")
    op.drop_column("quotes", "previous_id")
    op.drop_constraint(op.f("ck_quotes_version_counts_from_one"), "quotes", type_="check")
    op.drop_column("quotes", "version_number")
    op.drop_index(op.f("ix_history_workspace_id_at"), table_name="history")
    op.drop_index(op.f("ix_history_workspace_id_actor_id_at"), table_name="history")
    op.drop_index(
        "ix_activities_tasks_due",
        table_name="activities",
        postgresql_where=sa.text("kind = 'task' AND done_at IS NULL AND archived_at IS NULL"),
    )
    op.drop_column("activities", "link")
    op.drop_index(
        "uq_channel_links_channel", table_name="channel_links", postgresql_where=sa.text("archived_at IS NULL")
    )
    op.drop_table("channel_links")
    op.drop_table("preferences")
    op.drop_index(
        "ix_bulk_jobs_open", table_name="bulk_jobs", postgresql_where=sa.text("state IN ('waiting', 'running')")
    )
    op.drop_table("bulk_jobs")
    op.drop_table("notice_settings")
    op.drop_index("ix_held_notices_waiting", table_name="held_notices", postgresql_where=sa.text("sent_at IS NULL"))
    op.drop_table("held_notices")
