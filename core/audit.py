"""Exporting the audit: who asks gets what a search finds as a file."""

from core.access import Power, require_power
from core.context import Ctx
from core.errors import Conflict, Forbidden
from core.events import AuditAsked
from core.operations import operation
from core.queries.audit import WORDS_MAX, search_of


@operation("audit.export")
def export(ctx: Ctx, words: str) -> None:
    """Have everything an audit search finds sent to the actor as a file; the worker makes and sends it.

    Raises Forbidden for all but admins; Conflict("audit_word", word) where the words cannot be read.
    """
    require_power(ctx, Power.CONFIGURE)
    if ctx.actor.member_id is None:
        raise Forbidden("needs_admin")
    search = search_of(ctx, words[:WORDS_MAX])
    if search.unknown:
        raise Conflict("audit_word", word=search.unknown)
    ctx.emit(AuditAsked(ctx.actor.member_id, words[:WORDS_MAX]))
