"""The morning message: whatever is done in it is seen in it."""

from datetime import date, timedelta

from bot.dispatch import Request, on
from bot.replies import Replace, Reply
from bot.routes import MorningDate, MorningDone, MorningLater, MorningUndo
from bot.views import mornings as views
from core import mornings, undo
from core.context import Ctx
from core.errors import Invalid


@on(MorningDone)
def done(ctx: Ctx, route: MorningDone, _request: Request) -> Reply:
    """It is done."""
    mornings.finish(ctx, route.what, route.entity, route.item_id)
    return _again(ctx, route.day)


@on(MorningLater)
def later(ctx: Ctx, route: MorningLater, _request: Request) -> Reply:
    """Tomorrow, next week."""
    day = ctx.today.date() + timedelta(days=route.days)
    mornings.put_off(ctx, route.what, route.entity, route.item_id, day)
    return _again(ctx, route.day)


@on(MorningDate)
def picked(ctx: Ctx, route: MorningDate, request: Request) -> Reply:
    """The day that was picked. Raises Invalid where it is over."""
    try:
        day = date.fromisoformat(request.chosen)
    except ValueError as error:
        raise Invalid({"next_follow_up": "date_invalid"}) from error
    mornings.put_off(ctx, route.what, route.entity, route.item_id, day)
    return _again(ctx, route.day)


@on(MorningUndo)
def take_back(ctx: Ctx, route: MorningUndo, _request: Request) -> Reply:
    """Take back what was done in the message."""
    undo.undo(ctx, route.change_id)
    return _again(ctx, route.day)


def _again(ctx: Ctx, day: date) -> Reply:
    return Replace(views.message(mornings.standing(ctx, day), ctx.viewer))
