"""The tags of one record are found by an index: every card asks for them."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COLUMNS = ("lead_id", "account_id", "contact_id", "deal_id")


def upgrade() -> None:
    """One index for each kind of record."""
    for column in COLUMNS:
        op.create_index(op.f(f"ix_taggings_workspace_id_{column}"), "taggings", ["workspace_id", column])


def downgrade() -> None:
    """Take them back."""
    for column in COLUMNS:
        op.drop_index(op.f(f"ix_taggings_workspace_id_{column}"), "taggings")
