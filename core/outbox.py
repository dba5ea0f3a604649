"""The outbox: what happened is stored with what was changed, and sent by the worker afterwards."""

from core import events
from core.context import Ctx
from core.models import Outbox


def put(ctx: Ctx, event: events.Event) -> None:
    """Store an event in the operation's own transaction; a rollback takes it back too."""
    ctx.add(Outbox(kind=event.kind, payload=events.pack(event), created_at=ctx.now))
