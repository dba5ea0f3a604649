"""What was undone is found by an index: each undo asks for it, once for each record that it takes back."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Few changes are undone: the index holds those alone."""
    where = sa.text("undoes IS NOT NULL")
    op.create_index("ix_history_undone", "history", ["workspace_id", "undoes"], postgresql_where=where)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_history_undone", "history")
