"""The word at the hour something is due: acted on in its place."""

from uuid import UUID

from bot.dispatch import Request, on
from bot.replies import Replace, Reply
from bot.routes import PingDone, PingLater
from bot.views import pings as views
from core import mornings
from core.context import Ctx
from core.errors import NotFound
from core.queries import mornings as queries
from core.queries.mornings import MorningLine


@on(PingDone)
def done(ctx: Ctx, route: PingDone, _request: Request) -> Reply:
    """It is done."""
    mornings.finish(ctx, route.what, route.entity, route.item_id)
    return Replace(views.done(_line(ctx, route.entity, route.item_id), ctx.change_id, ctx.viewer))


@on(PingLater)
def later(ctx: Ctx, route: PingLater, _request: Request) -> Reply:
    """An hour from now, or tomorrow at this time; said again then."""
    then = mornings.later(ctx, route.what, route.entity, route.item_id, route.hours).astimezone(ctx.actor.zone)
    when = ctx.viewer.relative_when(then.date(), then.time(), ctx.today.date())
    return Replace(views.later(_line(ctx, route.entity, route.item_id), when, ctx.change_id, ctx.viewer))


def _line(ctx: Ctx, entity: str, item_id: UUID) -> MorningLine:
    lines = queries.lines_of(ctx, [(entity, item_id, ctx.today.date())])
    if not lines:
        raise NotFound
    return lines[0]
