"""The first tables, the roles, and row-level security on every tenant table."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.logins import APP_ROLE
from migrations.security import create_roles, enable_tenant_security, let_dispatcher_read

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "cards",
    "counters",
    "deliveries",
    "lanes",
    "lead_sources",
    "loss_reasons",
    "members",
    "objections",
    "outbox",
    "pipelines",
    "processed",
    "products",
    "tags",
    "workspaces",
    "accounts",
    "history",
    "stages",
    "contacts",
    "deals",
    "leads",
    "quotes",
    "stage_changes",
    "activities",
    "quote_lines",
    "taggings",
    "activity_objections",
)
"""In the order they are made: each after those it points at."""
APPEND_ONLY = {"history"}


def upgrade() -> None:
    """Make the roles and the tables, then close each table to every workspace but the current one."""
    create_roles()
    create_tables()
    for table in TABLES:
        enable_tenant_security(table, append_only=table in APPEND_ONLY)
    let_dispatcher_read("outbox", "workspace_id", "routed_at")
    let_dispatcher_read("deliveries", "workspace_id", "state", "next_at", "lease_until")


def downgrade() -> None:
    """Drop everything but the roles, which other databases of the server may use."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {APP_ROLE}")
    op.execute(f"REVOKE ALL ON alembic_version FROM {APP_ROLE}")


def create_tables() -> None:  # noqa: PLR0915 - a list, not logic
    """The tables with their keys and indexes."""
    op.create_table(
        "cards",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_cards")),
        sa.UniqueConstraint("workspace_id", "channel", "ts", name=op.f("uq_cards_workspace_id_channel_ts")),
    )
    op.create_index(
        op.f("ix_cards_workspace_id_entity_entity_id"), "cards", ["workspace_id", "entity", "entity_id"], unique=False
    )
    op.create_table(
        "counters",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "name", name=op.f("pk_counters")),
    )
    op.create_table(
        "deliveries",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "sending",
                "sent",
                "skipped",
                "dead",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_deliveries_workspace_id_key")),
    )
    op.create_index(
        "ix_deliveries_dead",
        "deliveries",
        ["workspace_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["workspace_id", "next_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('pending', 'sending')"),
    )
    op.create_index(
        "ix_deliveries_lane",
        "deliveries",
        ["workspace_id", "lane", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('pending', 'sending')"),
    )
    op.create_table(
        "lanes",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "lane", name=op.f("pk_lanes")),
    )
    op.create_table(
        "lead_sources",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_lead_sources")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_lead_sources_workspace_id_name")),
    )
    op.create_table(
        "loss_reasons",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_loss_reasons")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_loss_reasons_workspace_id_name")),
    )
    op.create_table(
        "members",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slack_user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("rep", "manager", "admin", name="role", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("tz", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("guest", sa.Boolean(), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("manager_id <> id", name=op.f("ck_members_nobody_manages_themselves")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "manager_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_members_workspace_id_manager_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_members")),
        sa.UniqueConstraint("workspace_id", "slack_user_id", name=op.f("uq_members_workspace_id_slack_user_id")),
    )
    op.create_index(op.f("ix_members_workspace_id_manager_id"), "members", ["workspace_id", "manager_id"], unique=False)
    op.create_table(
        "objections",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name_key = lower(name)", name=op.f("ck_objections_key_is_lower_case")),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_objections")),
        sa.UniqueConstraint("workspace_id", "name_key", name=op.f("uq_objections_workspace_id_name_key")),
    )
    op.create_table(
        "outbox",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("routed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_unrouted",
        "outbox",
        ["workspace_id", "id"],
        unique=False,
        postgresql_where=sa.text("routed_at IS NULL"),
    )
    op.create_table(
        "pipelines",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_pipelines")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_pipelines_workspace_id_name")),
    )
    op.create_table(
        "processed",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "key", name=op.f("pk_processed")),
    )
    op.create_index(op.f("ix_processed_workspace_id_at"), "processed", ["workspace_id", "at"], unique=False)
    op.create_table(
        "products",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("tax_percent", sa.Numeric(precision=7, scale=4), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("name_key", sa.Text(collation="C"), sa.Computed("lower(name)", persisted=True), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_products_currency_is_iso_4217")),
        sa.CheckConstraint("tax_percent BETWEEN 0 AND 100", name=op.f("ck_products_tax_is_percent")),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_products_price_not_negative")),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_products")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_products_workspace_id_name")),
    )
    op.create_index(op.f("ix_products_workspace_id_name_key"), "products", ["workspace_id", "name_key"], unique=False)
    op.create_table(
        "tags",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_tags")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_tags_workspace_id_name")),
    )
    op.create_table(
        "workspaces",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum("own", "team", "all", name="visibility", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("sales_channel", sa.Text(), nullable=False),
        sa.Column("bot_user_id", sa.Text(), nullable=False),
        sa.Column("bot_token", sa.Text(), nullable=False),
        sa.Column("uninstalled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_workspaces_country_is_iso_3166")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_workspaces_currency_is_iso_4217")),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_workspaces")),
        sa.UniqueConstraint("workspace_id", "team_id", name=op.f("uq_workspaces_workspace_id_team_id")),
    )
    op.create_table(
        "accounts",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(collation="C"), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("last_touch_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), sa.Computed("lower(name)", persisted=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "created_by_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_accounts_workspace_id_created_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "owner_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_accounts_workspace_id_owner_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("workspace_id", "number", name=op.f("uq_accounts_workspace_id_number")),
    )
    op.create_index(op.f("ix_accounts_workspace_id_domain"), "accounts", ["workspace_id", "domain"], unique=False)
    op.create_index(op.f("ix_accounts_workspace_id_name_key"), "accounts", ["workspace_id", "name_key"], unique=False)
    op.create_index(op.f("ix_accounts_workspace_id_owner_id"), "accounts", ["workspace_id", "owner_id"], unique=False)
    op.create_table(
        "history",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undoes", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "actor_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_history_workspace_id_actor_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_history")),
    )
    op.create_index(op.f("ix_history_workspace_id_change_id"), "history", ["workspace_id", "change_id"], unique=False)
    op.create_index(
        op.f("ix_history_workspace_id_entity_entity_id_id"),
        "history",
        ["workspace_id", "entity", "entity_id", "id"],
        unique=False,
    )
    op.create_table(
        "stages",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("open", "won", "lost", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("probability", sa.Integer(), nullable=False),
        sa.Column("stale_days", sa.Integer(), nullable=True),
        sa.Column("required_fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("probability BETWEEN 0 AND 100", name=op.f("ck_stages_probability_is_percent")),
        sa.CheckConstraint("stale_days > 0", name=op.f("ck_stages_stale_days_positive")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "pipeline_id"],
            ["pipelines.workspace_id", "pipelines.id"],
            name=op.f("fk_stages_workspace_id_pipeline_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_stages")),
        sa.UniqueConstraint(
            "workspace_id", "pipeline_id", "name", name=op.f("uq_stages_workspace_id_pipeline_id_name")
        ),
    )
    op.create_table(
        "contacts",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.Text(collation="C"), nullable=False),
        sa.Column("phone", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("next_follow_up", sa.Date(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("last_touch_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), sa.Computed("lower(name)", persisted=True), nullable=True),
        sa.Column(
            "name_key_reversed",
            sa.Text(collation="C"),
            sa.Computed("regexp_replace(lower(name), '^(.*\\S)\\s+(\\S+)$', '\\2 \\1')", persisted=True),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["accounts.workspace_id", "accounts.id"],
            name=op.f("fk_contacts_workspace_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "created_by_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_contacts_workspace_id_created_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "owner_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_contacts_workspace_id_owner_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("workspace_id", "number", name=op.f("uq_contacts_workspace_id_number")),
    )
    op.create_index(
        "ix_contacts_due",
        "contacts",
        ["workspace_id", "owner_id", "next_follow_up"],
        unique=False,
        postgresql_where=sa.text("next_follow_up IS NOT NULL AND archived_at IS NULL"),
    )
    op.create_index(
        op.f("ix_contacts_workspace_id_account_id"), "contacts", ["workspace_id", "account_id"], unique=False
    )
    op.create_index(op.f("ix_contacts_workspace_id_email"), "contacts", ["workspace_id", "email"], unique=False)
    op.create_index(op.f("ix_contacts_workspace_id_name_key"), "contacts", ["workspace_id", "name_key"], unique=False)
    op.create_index(
        op.f("ix_contacts_workspace_id_name_key_reversed"),
        "contacts",
        ["workspace_id", "name_key_reversed"],
        unique=False,
    )
    op.create_index(op.f("ix_contacts_workspace_id_phone"), "contacts", ["workspace_id", "phone"], unique=False)
    op.create_table(
        "deals",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("stage_id", sa.Uuid(), nullable=False),
        sa.Column("stage_entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("expected_close", sa.Date(), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("next_follow_up", sa.Date(), nullable=True),
        sa.Column("loss_reason_id", sa.Uuid(), nullable=True),
        sa.Column("competitor", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_touch_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), sa.Computed("lower(name)", persisted=True), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_deals_currency_is_iso_4217")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_deals_value_not_negative")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["accounts.workspace_id", "accounts.id"],
            name=op.f("fk_deals_workspace_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"],
            ["contacts.workspace_id", "contacts.id"],
            name=op.f("fk_deals_workspace_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "created_by_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_deals_workspace_id_created_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "loss_reason_id"],
            ["loss_reasons.workspace_id", "loss_reasons.id"],
            name=op.f("fk_deals_workspace_id_loss_reason_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "owner_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_deals_workspace_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "pipeline_id"],
            ["pipelines.workspace_id", "pipelines.id"],
            name=op.f("fk_deals_workspace_id_pipeline_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "stage_id"],
            ["stages.workspace_id", "stages.id"],
            name=op.f("fk_deals_workspace_id_stage_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_deals")),
        sa.UniqueConstraint("workspace_id", "number", name=op.f("uq_deals_workspace_id_number")),
    )
    op.create_index(
        "ix_deals_due",
        "deals",
        ["workspace_id", "owner_id", "next_follow_up"],
        unique=False,
        postgresql_where=sa.text("next_follow_up IS NOT NULL AND archived_at IS NULL"),
    )
    op.create_index(
        "ix_deals_open_by_owner",
        "deals",
        ["workspace_id", "owner_id", "stage_id"],
        unique=False,
        postgresql_include=["value", "currency"],
        postgresql_where=sa.text("closed_at IS NULL AND archived_at IS NULL"),
    )
    op.create_index(op.f("ix_deals_workspace_id_account_id"), "deals", ["workspace_id", "account_id"], unique=False)
    op.create_index(op.f("ix_deals_workspace_id_name_key"), "deals", ["workspace_id", "name_key"], unique=False)
    op.create_table(
        "leads",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(collation="C"), nullable=False),
        sa.Column("phone", sa.Text(collation="C"), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "prospect",
                "new",
                "contacted",
                "replied",
                "qualified",
                "converted",
                "lost",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("next_follow_up", sa.Date(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("last_touch_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("converted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), sa.Computed("lower(name)", persisted=True), nullable=True),
        sa.Column(
            "name_key_reversed",
            sa.Text(collation="C"),
            sa.Computed("regexp_replace(lower(name), '^(.*\\S)\\s+(\\S+)$', '\\2 \\1')", persisted=True),
            nullable=True,
        ),
        sa.Column("company_key", sa.Text(collation="C"), sa.Computed("lower(company)", persisted=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["accounts.workspace_id", "accounts.id"],
            name=op.f("fk_leads_workspace_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"],
            ["contacts.workspace_id", "contacts.id"],
            name=op.f("fk_leads_workspace_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "created_by_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_leads_workspace_id_created_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "deal_id"], ["deals.workspace_id", "deals.id"], name=op.f("fk_leads_workspace_id_deal_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "owner_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_leads_workspace_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "source_id"],
            ["lead_sources.workspace_id", "lead_sources.id"],
            name=op.f("fk_leads_workspace_id_source_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_leads")),
        sa.UniqueConstraint("workspace_id", "number", name=op.f("uq_leads_workspace_id_number")),
    )
    op.create_index(
        "ix_leads_due",
        "leads",
        ["workspace_id", "owner_id", "next_follow_up"],
        unique=False,
        postgresql_where=sa.text("next_follow_up IS NOT NULL AND archived_at IS NULL"),
    )
    op.create_index(op.f("ix_leads_workspace_id_company_key"), "leads", ["workspace_id", "company_key"], unique=False)
    op.create_index(op.f("ix_leads_workspace_id_email"), "leads", ["workspace_id", "email"], unique=False)
    op.create_index(op.f("ix_leads_workspace_id_name_key"), "leads", ["workspace_id", "name_key"], unique=False)
    op.create_index(
        op.f("ix_leads_workspace_id_name_key_reversed"), "leads", ["workspace_id", "name_key_reversed"], unique=False
    )
    op.create_index(
        op.f("ix_leads_workspace_id_owner_id_status"), "leads", ["workspace_id", "owner_id", "status"], unique=False
    )
    op.create_index(op.f("ix_leads_workspace_id_phone"), "leads", ["workspace_id", "phone"], unique=False)
    op.create_table(
        "quotes",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "sent",
                "viewed",
                "accepted",
                "rejected",
                "expired",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("subtotal", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("tax", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("total", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_quotes_currency_is_iso_4217")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "created_by_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_quotes_workspace_id_created_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "deal_id"], ["deals.workspace_id", "deals.id"], name=op.f("fk_quotes_workspace_id_deal_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_quotes")),
        sa.UniqueConstraint("workspace_id", "year", "sequence", name=op.f("uq_quotes_workspace_id_year_sequence")),
    )
    op.create_index(op.f("ix_quotes_workspace_id_deal_id"), "quotes", ["workspace_id", "deal_id"], unique=False)
    op.create_table(
        "stage_changes",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("from_stage_id", sa.Uuid(), nullable=True),
        sa.Column("to_stage_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "by_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_stage_changes_workspace_id_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "deal_id"],
            ["deals.workspace_id", "deals.id"],
            name=op.f("fk_stage_changes_workspace_id_deal_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "from_stage_id"],
            ["stages.workspace_id", "stages.id"],
            name=op.f("fk_stage_changes_workspace_id_from_stage_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "to_stage_id"],
            ["stages.workspace_id", "stages.id"],
            name=op.f("fk_stage_changes_workspace_id_to_stage_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_stage_changes")),
    )
    op.create_index(
        op.f("ix_stage_changes_workspace_id_deal_id_at"),
        "stage_changes",
        ["workspace_id", "deal_id", "at"],
        unique=False,
    )
    op.create_table(
        "activities",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "call",
                "meeting",
                "note",
                "email",
                "task",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "direction",
            sa.Enum("outbound", "inbound", name="direction", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "connected",
                "interested",
                "meeting_booked",
                "call_back",
                "voicemail",
                "no_answer",
                "not_interested",
                "wrong_number",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("duration_minutes", sa.Integer(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("duration_minutes BETWEEN 0 AND 1440", name=op.f("ck_activities_duration_within_a_day")),
        sa.CheckConstraint(
            "num_nonnulls(lead_id, account_id, contact_id, deal_id) = 1", name=op.f("ck_activities_one_record")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["accounts.workspace_id", "accounts.id"],
            name=op.f("fk_activities_workspace_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"],
            ["contacts.workspace_id", "contacts.id"],
            name=op.f("fk_activities_workspace_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "deal_id"],
            ["deals.workspace_id", "deals.id"],
            name=op.f("fk_activities_workspace_id_deal_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "lead_id"],
            ["leads.workspace_id", "leads.id"],
            name=op.f("fk_activities_workspace_id_lead_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "owner_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_activities_workspace_id_owner_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_activities")),
    )
    op.create_index(
        op.f("ix_activities_workspace_id_account_id_at"),
        "activities",
        ["workspace_id", "account_id", "at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_activities_workspace_id_contact_id_at"),
        "activities",
        ["workspace_id", "contact_id", "at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_activities_workspace_id_deal_id_at"), "activities", ["workspace_id", "deal_id", "at"], unique=False
    )
    op.create_index(
        op.f("ix_activities_workspace_id_lead_id_at"), "activities", ["workspace_id", "lead_id", "at"], unique=False
    )
    op.create_index(
        op.f("ix_activities_workspace_id_owner_id_kind_at"),
        "activities",
        ["workspace_id", "owner_id", "kind", "at"],
        unique=False,
    )
    op.create_table(
        "quote_lines",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("discount_percent", sa.Numeric(precision=7, scale=4), nullable=False),
        sa.Column("tax_percent", sa.Numeric(precision=7, scale=4), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("discount_percent BETWEEN 0 AND 100", name=op.f("ck_quote_lines_discount_is_percent")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_quote_lines_quantity_positive")),
        sa.CheckConstraint("tax_percent BETWEEN 0 AND 100", name=op.f("ck_quote_lines_tax_is_percent")),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_quote_lines_price_not_negative")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "product_id"],
            ["products.workspace_id", "products.id"],
            name=op.f("fk_quote_lines_workspace_id_product_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "quote_id"],
            ["quotes.workspace_id", "quotes.id"],
            name=op.f("fk_quote_lines_workspace_id_quote_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_quote_lines")),
    )
    op.create_index(
        op.f("ix_quote_lines_workspace_id_quote_id_position"),
        "quote_lines",
        ["workspace_id", "quote_id", "position"],
        unique=False,
    )
    op.create_table(
        "taggings",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tag_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(lead_id, account_id, contact_id, deal_id) = 1", name=op.f("ck_taggings_one_record")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["accounts.workspace_id", "accounts.id"],
            name=op.f("fk_taggings_workspace_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"],
            ["contacts.workspace_id", "contacts.id"],
            name=op.f("fk_taggings_workspace_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "deal_id"],
            ["deals.workspace_id", "deals.id"],
            name=op.f("fk_taggings_workspace_id_deal_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "lead_id"],
            ["leads.workspace_id", "leads.id"],
            name=op.f("fk_taggings_workspace_id_lead_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tag_id"], ["tags.workspace_id", "tags.id"], name=op.f("fk_taggings_workspace_id_tag_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_taggings")),
        sa.UniqueConstraint(
            "workspace_id",
            "tag_id",
            "lead_id",
            "account_id",
            "contact_id",
            "deal_id",
            name="uq_taggings_record",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "activity_objections",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("objection_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "activity_id"],
            ["activities.workspace_id", "activities.id"],
            name=op.f("fk_activity_objections_workspace_id_activity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "objection_id"],
            ["objections.workspace_id", "objections.id"],
            name=op.f("fk_activity_objections_workspace_id_objection_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_activity_objections")),
        sa.UniqueConstraint(
            "workspace_id",
            "activity_id",
            "objection_id",
            name=op.f("uq_activity_objections_workspace_id_activity_id_objection_id"),
        ),
    )
    op.create_index(
        op.f("ix_activity_objections_workspace_id_objection_id"),
        "activity_objections",
        ["workspace_id", "objection_id"],
        unique=False,
    )
