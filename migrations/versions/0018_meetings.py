"""Meetings are planned: when they begin, with whom, and where."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

CHECK = "ck_activities_a_meeting_has_its_moment"


def upgrade() -> None:
    """Three columns, and an index of those that are to come or to be logged."""
    op.add_column("activities", sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True))
    for column in ("attendees", "location"):
        op.add_column("activities", sa.Column(column, sa.Text(), nullable=False, server_default=""))
        op.alter_column("activities", column, server_default=None)
    op.execute("UPDATE activities SET starts_at = at WHERE kind = 'meeting'")
    op.create_check_constraint(op.f(CHECK), "activities", "(kind = 'meeting') = (starts_at IS NOT NULL)")
    op.create_index(
        "ix_activities_meetings_planned",
        "activities",
        ["workspace_id", "owner_id", "starts_at"],
        postgresql_where=sa.text("kind = 'meeting' AND done_at IS NULL AND archived_at IS NULL"),
    )


def downgrade() -> None:
    """Take them back; meetings stay on the timeline at their moment."""
    op.drop_index("ix_activities_meetings_planned", "activities")
    op.drop_constraint(op.f(CHECK), "activities", type_="check")
    for column in ("location", "attendees", "starts_at"):
        op.drop_column("activities", column)
