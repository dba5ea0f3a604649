"""Cards know whom they are for and what they show; the worker may ask which workspaces there are."""

import sqlalchemy as sa
from alembic import op

from core.logins import DISPATCHER_ROLE
from migrations.security import let_dispatcher_read

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, and open the list of workspaces (ids alone) to the worker's housekeeping."""
    op.add_column("cards", sa.Column("purpose", sa.Text(), nullable=False, server_default="shared"))
    op.add_column("cards", sa.Column("member_id", sa.Uuid(), nullable=True))
    op.add_column("cards", sa.Column("by_id", sa.Uuid(), nullable=True))
    op.add_column("cards", sa.Column("digest", sa.Text(), nullable=False, server_default=""))
    op.alter_column("cards", "purpose", server_default=None)
    op.alter_column("cards", "digest", server_default=None)
    for column in ("member_id", "by_id"):
        op.create_foreign_key(
            op.f(f"fk_cards_workspace_id_{column}"),
            "cards",
            "members",
            ["workspace_id", column],
            ["workspace_id", "id"],
        )
    let_dispatcher_read("workspaces", "workspace_id")


def downgrade() -> None:
    """Take it back."""
    op.execute("DROP POLICY dispatcher ON workspaces")
    op.execute(f"REVOKE SELECT (workspace_id) ON workspaces FROM {DISPATCHER_ROLE}")  # noqa: S608 - a constant
    for column in ("member_id", "by_id"):
        op.drop_constraint(op.f(f"fk_cards_workspace_id_{column}"), "cards", type_="foreignkey")
    for column in ("purpose", "member_id", "by_id", "digest"):
        op.drop_column("cards", column)
