"""What a merged objection became: whoever types its name again means the one it was merged into."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLE = "objections"


def upgrade() -> None:
    """A link from one to the other; of merges that were made before, nobody noted it."""
    op.add_column(TABLE, sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    columns = ["workspace_id", "merged_into_id"], ["workspace_id", "id"]
    op.create_foreign_key(op.f("fk_objections_workspace_id_merged_into_id"), TABLE, TABLE, *columns)
    named = op.f("ck_objections_what_is_merged_is_off_the_list")
    op.create_check_constraint(named, TABLE, "merged_into_id IS NULL OR archived_at IS NOT NULL")


def downgrade() -> None:
    """Forget what they became."""
    op.drop_column(TABLE, "merged_into_id")
