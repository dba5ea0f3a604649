"""A run of a schedule may be held: whom it was for is away."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

CHECK = "ck_schedule_runs_state"


def upgrade() -> None:
    """One state more."""
    _states("planned", "too_late", "held")


def downgrade() -> None:
    """What was held counts as planned again."""
    op.execute("UPDATE schedule_runs SET state = 'planned' WHERE state = 'held'")
    _states("planned", "too_late")


def _states(*names: str) -> None:
    op.drop_constraint(op.f(CHECK), "schedule_runs", type_="check")
    known = ", ".join(f"'{name}'" for name in names)
    op.create_check_constraint(op.f(CHECK), "schedule_runs", f"state IN ({known})")
