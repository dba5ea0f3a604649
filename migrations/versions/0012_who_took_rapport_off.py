"""Whose a mail is that says nothing of it: the worker may see which workspaces took Rapport off again."""

from alembic import op

from core.logins import DISPATCHER_ROLE

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column more of every workspace."""
    op.execute(f"GRANT SELECT (uninstalled_at) ON workspaces TO {DISPATCHER_ROLE}")


def downgrade() -> None:
    """Close it again."""
    op.execute(f"REVOKE SELECT (uninstalled_at) ON workspaces FROM {DISPATCHER_ROLE}")  # noqa: S608 - a constant
