"""The worker's first question tells mails from what is said in Slack."""

from alembic import op

from core.logins import DISPATCHER_ROLE

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of which kind a delivery is, without its content."""
    op.execute(f"GRANT SELECT (kind) ON deliveries TO {DISPATCHER_ROLE}")


def downgrade() -> None:
    """Only that something is due, as before."""
    op.execute(f"REVOKE SELECT (kind) ON deliveries FROM {DISPATCHER_ROLE}")  # noqa: S608 - a constant
