"""Follow-ups, reminders, digests: schedules and their runs, targets, hours, mornings, who stands in for whom."""

import sqlalchemy as sa
from alembic import op

from migrations.security import enable_tenant_security, let_dispatcher_read

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("reminders", "schedules", "targets", "schedule_runs")


def upgrade() -> None:
    """Add them, each closed to other workspaces; the worker may ask where something is due."""
    add_tables()
    add_columns()
    for table in TABLES:
        enable_tenant_security(table)
    let_dispatcher_read("schedules", "workspace_id", "next_due_at")


def _add_filled(table: str, column: sa.Column[object]) -> None:
    """Add a column that may not be null to rows that are there already; the default serves only for that."""
    op.add_column(table, column)
    op.alter_column(table, column.name, server_default=None)


def add_tables() -> None:
    """What is new."""
    op.create_table(
        "reminders",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_reminders_workspace_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_reminders")),
        sa.UniqueConstraint(
            "workspace_id",
            "member_id",
            "entity",
            "entity_id",
            "due_on",
            name=op.f("uq_reminders_workspace_id_member_id_entity_entity_id_due_on"),
        ),
    )
    op.create_table(
        "schedules",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("morning", "digest", "weekly", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("local_time", sa.Time(), nullable=False),
        sa.Column("tz", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("days BETWEEN 1 AND 127", name=op.f("ck_schedules_on_some_day")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_schedules_workspace_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_schedules")),
        sa.UniqueConstraint("workspace_id", "kind", "audience", name=op.f("uq_schedules_workspace_id_kind_audience")),
    )
    op.create_table(
        "targets",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("value_won", "calls", "mails", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("team", sa.Boolean(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(kind = 'value_won') = (currency <> '')", name=op.f("ck_targets_money_has_a_currency")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_targets_is_something")),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_targets_month_is_its_first_day")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_targets_workspace_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_targets")),
        sa.UniqueConstraint(
            "workspace_id",
            "member_id",
            "team",
            "month",
            "kind",
            "currency",
            name=op.f("uq_targets_workspace_id_member_id_team_month_kind_currency"),
        ),
    )
    op.create_table(
        "schedule_runs",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("planned", "too_late", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "schedule_id"],
            ["schedules.workspace_id", "schedules.id"],
            name=op.f("fk_schedule_runs_workspace_id_schedule_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "schedule_id", "local_date", name=op.f("pk_schedule_runs")),
    )
    op.create_index(
        op.f("ix_schedules_workspace_id_next_due_at"), "schedules", ["workspace_id", "next_due_at"], unique=False
    )
    op.create_index(
        op.f("ix_schedule_runs_workspace_id_due_at"), "schedule_runs", ["workspace_id", "due_at"], unique=False
    )


def add_columns() -> None:
    """What is new in tables that were there."""
    op.add_column("activities", sa.Column("due_time", sa.Time(), nullable=True))
    for table in ("leads", "contacts", "deals"):
        op.add_column(table, sa.Column("next_follow_up_at", sa.Time(), nullable=True))
    op.add_column("email_templates", sa.Column("follow_up_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_email_templates_workspace_id_follow_up_id"),
        "email_templates",
        "email_templates",
        ["workspace_id", "follow_up_id"],
        ["workspace_id", "id"],
    )
    op.add_column("emails", sa.Column("followed_up_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_emails_unanswered",
        "emails",
        ["workspace_id", "sent_at"],
        postgresql_where=sa.text("state = 'sent' AND replied_at IS NULL AND followed_up_at IS NULL"),
    )
    _add_filled("members", sa.Column("morning_at", sa.Time(), nullable=False, server_default="09:00"))
    _add_filled("members", sa.Column("working_days", sa.Integer(), nullable=False, server_default="31"))
    op.add_column("members", sa.Column("away_until", sa.Date(), nullable=True))
    op.add_column("members", sa.Column("delegate_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_members_workspace_id_delegate_id"),
        "members",
        "members",
        ["workspace_id", "delegate_id"],
        ["workspace_id", "id"],
    )
    op.create_check_constraint(op.f("ck_members_nobody_stands_in_for_themselves"), "members", "delegate_id <> id")
    op.create_check_constraint(op.f("ck_members_works_on_some_day"), "members", "working_days BETWEEN 1 AND 127")
    _add_filled("workspaces", sa.Column("no_answer_days", sa.Integer(), nullable=False, server_default="3"))
    op.create_check_constraint(
        op.f("ck_workspaces_no_answer_within_two_months"), "workspaces", "no_answer_days BETWEEN 0 AND 60"
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_column("workspaces", "no_answer_days")
    op.drop_constraint(op.f("fk_members_workspace_id_delegate_id"), "members", type_="foreignkey")
    for column in ("delegate_id", "away_until", "working_days", "morning_at"):
        op.drop_column("members", column)
    op.drop_column("emails", "followed_up_at")
    op.drop_constraint(op.f("fk_email_templates_workspace_id_follow_up_id"), "email_templates", type_="foreignkey")
    op.drop_column("email_templates", "follow_up_id")
    for table in ("leads", "contacts", "deals"):
        op.drop_column(table, "next_follow_up_at")
    op.drop_column("activities", "due_time")
    for table in reversed(TABLES):
        op.drop_table(table)
