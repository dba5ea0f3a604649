"""The mails behind the entries of a timeline are found by an index: every card that has some asks for them."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = ("emails", "inbound_emails")


def upgrade() -> None:
    """One index for each way."""
    for table in TABLES:
        op.create_index(op.f(f"ix_{table}_workspace_id_activity_id"), table, ["workspace_id", "activity_id"])


def downgrade() -> None:
    """Take them back."""
    for table in TABLES:
        op.drop_index(op.f(f"ix_{table}_workspace_id_activity_id"), table)
