"""Numbers for people: L-42, Q-2026-0007. Gapless, because the counter's row stays locked until the commit."""

from sqlalchemy import text

from core.context import Ctx

_NEXT = text(
    "INSERT INTO counters (workspace_id, name, value) VALUES (:workspace_id, :name, 1) "
    "ON CONFLICT (workspace_id, name) DO UPDATE SET value = counters.value + 1 RETURNING value"
)


def next_number(ctx: Ctx, name: str) -> int:
    """The next number under a name, from 1; a rollback gives it back, so there are no gaps."""
    number: int = ctx.session.connection().execute(_NEXT, {"workspace_id": ctx.workspace.id, "name": name}).scalar_one()
    return number
