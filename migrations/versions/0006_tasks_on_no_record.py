"""A task may be on no record, and says who gave it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ONE = "num_nonnulls(lead_id, account_id, contact_id, deal_id) = 1"
NONE = "num_nonnulls(lead_id, account_id, contact_id, deal_id) = 0"
CHECK = "ck_activities_one_record"


def upgrade() -> None:
    """Who gave it; and tasks alone may be on none."""
    op.add_column("activities", sa.Column("created_by_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_activities_workspace_id_created_by_id"),
        "activities",
        "members",
        ["workspace_id", "created_by_id"],
        ["workspace_id", "id"],
    )
    _check_records(f"{ONE} OR (kind = 'task' AND {NONE})")


def downgrade() -> None:
    """Take it back; refused by the database where a task is on no record."""
    _check_records(ONE)
    op.drop_constraint(op.f("fk_activities_workspace_id_created_by_id"), "activities", type_="foreignkey")
    op.drop_column("activities", "created_by_id")


def _check_records(condition: str) -> None:
    op.drop_constraint(op.f(CHECK), "activities", type_="check")
    op.create_check_constraint(op.f(CHECK), "activities", condition)
