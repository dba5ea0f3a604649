"""What waits in the inbox can be counted from any workspace: it belongs to none, and its admins are to know of it."""

from alembic import op

from core.logins import DISPATCHER_ROLE
from migrations.security import let_dispatcher_read

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Kinds, states and times; never what came."""
    let_dispatcher_read("inbox", "workspace_id", "kind", "state", "received_at", "last_error")


def downgrade() -> None:
    """Close it again."""
    op.execute("DROP POLICY dispatcher ON inbox")
    op.execute(f"REVOKE SELECT ON inbox FROM {DISPATCHER_ROLE}")  # noqa: S608 - a constant
