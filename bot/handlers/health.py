"""How e-mail does, for managers and admins."""

from bot.commands import CommandCall
from bot.dispatch import Request, command, on
from bot.replies import Replace, Reply, Say
from bot.routes import ShowHealth
from bot.views import health as views
from core.context import Ctx
from core.queries import email_health as queries


@command("crm", "health", summary="How e-mail does, and what waits (managers and admins)")
def health_command(ctx: Ctx, _call: CommandCall) -> Reply:
    """`/crm health`."""
    return Say(views.page(queries.health(ctx), ctx.viewer))


@on(ShowHealth)
def show_health(ctx: Ctx, _route: ShowHealth, _request: Request) -> Reply:
    """The same, from a button: in place of what it stands in, or below the weekly line."""
    return Replace(views.page(queries.health(ctx), ctx.viewer))
