"""A change left to the worker may concern any number of records: all deals of a pipeline, all that a leaver has."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """At least one record, and no upper limit."""
    op.drop_constraint(op.f("ck_bulk_jobs_at_most_500_records"), "bulk_jobs")
    op.create_check_constraint(op.f("ck_bulk_jobs_concerns_a_record"), "bulk_jobs", "total >= 1")


def downgrade() -> None:
    """The limit again, for what comes; larger ones that are there already stay."""
    op.drop_constraint(op.f("ck_bulk_jobs_concerns_a_record"), "bulk_jobs")
    op.execute(
        "ALTER TABLE bulk_jobs ADD CONSTRAINT ck_bulk_jobs_at_most_500_records "
        "CHECK (total BETWEEN 1 AND 500) NOT VALID"
    )
