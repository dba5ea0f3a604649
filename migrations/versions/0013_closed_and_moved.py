"""What was won, lost or moved in a time is found by an index, and so is the lead a deal was made of."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three indexes; of deals only the closed ones are in theirs, of leads those that became a deal."""
    op.create_index(
        "ix_deals_closed", "deals", ["workspace_id", "closed_at"], postgresql_where=sa.text("closed_at IS NOT NULL")
    )
    op.create_index(op.f("ix_stage_changes_workspace_id_at"), "stage_changes", ["workspace_id", "at"])
    op.create_index(
        "ix_leads_converted", "leads", ["workspace_id", "deal_id"], postgresql_where=sa.text("deal_id IS NOT NULL")
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_index("ix_leads_converted", "leads")
    op.drop_index(op.f("ix_stage_changes_workspace_id_at"), "stage_changes")
    op.drop_index("ix_deals_closed", "deals")
