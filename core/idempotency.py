"""A request is handled once: its key is claimed in the same transaction as its effects."""

from datetime import timedelta

from sqlalchemy import delete, text

from core.context import Ctx
from core.errors import AlreadyDone
from core.models import Processed

KEEP = timedelta(days=3)
"""Longest retry known: SendGrid's inbound parse, 72 hours. Slack's last retry comes after five minutes."""

_CLAIM = text(
    "INSERT INTO processed (workspace_id, key, at) VALUES (:workspace_id, :key, :at) "
    "ON CONFLICT (workspace_id, key) DO NOTHING RETURNING key"
)


def claim(ctx: Ctx, key: str) -> None:
    """Claim a request's key; a rollback releases it, so that a corrected form can be sent again.

    A second transaction with the same key waits here for the first one's end. Raises AlreadyDone.
    """
    found = ctx.session.connection().execute(_CLAIM, {"workspace_id": ctx.workspace.id, "key": key, "at": ctx.now})
    if found.first() is None:
        raise AlreadyDone


def forget_old(ctx: Ctx) -> None:
    """Delete keys that nothing retries any more."""
    ctx.session.execute(
        delete(Processed).where(Processed.workspace_id == ctx.workspace.id, Processed.at < ctx.now - KEEP)
    )
