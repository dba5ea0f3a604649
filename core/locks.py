"""Taking turns over something that has no row yet."""

from sqlalchemy import text

from core.context import Ctx

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


def take_turns(ctx: Ctx, *keys: str) -> None:
    """Hold each key until the end of the transaction: a second transaction with the same key waits here.

    Keys are held in one order everywhere, so that two transactions with several keys cannot wait for each other.
    Raises core.errors.Busy (from the transaction) where a key was not had in time.
    """
    for key in sorted({key for key in keys if key}):
        ctx.session.execute(_LOCK, {"key": f"{ctx.workspace.id}:{key}"})
