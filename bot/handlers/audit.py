"""The audit: who changed what in the whole workspace, for admins."""

from bot.commands import CommandCall
from bot.dispatch import Request, command, on
from bot.replies import Replace, Reply, Say
from bot.routes import ExportAudit, ShowAudit
from bot.views import audit as views
from core import audit
from core.context import Ctx
from core.queries import audit as queries


@command("crm", "audit", arguments="[WORDS]", summary="Search everything that was changed (admins)")
def audit_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/crm audit`, `/crm audit D-7`, `/crm audit @ana owner 2026-03-01..2026-03-31`."""
    return Say(views.page(queries.audit_page(ctx, call.text.strip()[: queries.WORDS_MAX]), ctx.viewer))


@on(ShowAudit)
def show_audit(ctx: Ctx, route: ShowAudit, _request: Request) -> Reply:
    """Another page, in place."""
    return Replace(views.page(queries.audit_page(ctx, route.words, route.page), ctx.viewer))


@on(ExportAudit)
def export_audit(ctx: Ctx, route: ExportAudit, _request: Request) -> Reply:
    """All of it as a file; the worker sends it."""
    audit.export(ctx, route.words)
    return Say(views.exporting(ctx.viewer))
