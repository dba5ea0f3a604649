"""What people say of their own days: when they are away and by what, and which reminders they want."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SWITCHES = ("morning_on", "pings_on", "follows_status")


def upgrade() -> None:
    """Add them; everybody keeps being reminded as before."""
    for column in SWITCHES:
        op.add_column("members", sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.true()))
        op.alter_column("members", column, server_default=None)
    op.add_column("members", sa.Column("away_from", sa.Date(), nullable=True))
    op.add_column("members", sa.Column("status_away_until", sa.Date(), nullable=True))
    op.add_column("members", sa.Column("slack_status", sa.Text(), nullable=False, server_default=""))
    op.alter_column("members", "slack_status", server_default=None)
    op.create_check_constraint(op.f("ck_members_leaves_before_coming_back"), "members", "away_from <= away_until")
    op.create_index(
        op.f("ix_members_workspace_id_delegate_id"), "members", ["workspace_id", "delegate_id"], unique=False
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_index(op.f("ix_members_workspace_id_delegate_id"), table_name="members")
    op.drop_constraint(op.f("ck_members_leaves_before_coming_back"), "members", type_="check")
    for column in ("slack_status", "status_away_until", "away_from", *SWITCHES):
        op.drop_column("members", column)
