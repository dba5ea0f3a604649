"""What changes while a card is being posted is marked at its delivery, so that only such a card is looked at again."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the mark."""
    op.add_column("deliveries", sa.Column("overtaken", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("deliveries", "overtaken", server_default=None)


def downgrade() -> None:
    """Take it back."""
    op.drop_column("deliveries", "overtaken")
