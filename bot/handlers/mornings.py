"""The morning message: whatever is done in it is seen in it."""

from datetime import date, timedelta

from bot.dispatch import Request, on
from bot.handlers.emails import compose
from bot.replies import Replace, Reply
from bot.routes import ComposeEmail, MorningDate, MorningDone, MorningLater, MorningUndo, ReadFollowUp, SendFollowUp
from bot.views import mornings as views
from core import mornings, undo
from core.context import Ctx
from core.emails import drafts, unanswered
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


@on(SendFollowUp)
def send_follow_up(ctx: Ctx, route: SendFollowUp, request: Request) -> Reply:
    """The mail that was prepared leaves as it is; where something speaks against it, its window says what."""
    ready = unanswered.waiting_mail(ctx, route.entity, route.entity_id, route.email_id)
    warnings = drafts.warnings_for(ctx, route.entity, route.entity_id, unanswered.prepared(ctx, ready))
    if any(one.code != "mailed_today" for one in warnings):
        return read_follow_up(ctx, ReadFollowUp(route.entity, route.entity_id, route.email_id), request)
    unanswered.send_follow_up(ctx, route.entity, route.entity_id, route.email_id)
    return _again(ctx, route.day)


@on(ReadFollowUp)
def read_follow_up(ctx: Ctx, route: ReadFollowUp, request: Request) -> Reply:
    """The window in which mails are written, with this one in it."""
    ready = unanswered.waiting_mail(ctx, route.entity, route.entity_id, route.email_id)
    return compose(ctx, ComposeEmail(route.entity, route.entity_id, ready.template_id, route.email_id), request)


@on(MorningUndo)
def take_back(ctx: Ctx, route: MorningUndo, _request: Request) -> Reply:
    """Take back what was done in the message."""
    undo.undo(ctx, route.change_id)
    return _again(ctx, route.day)


def _again(ctx: Ctx, day: date) -> Reply:
    return Replace(views.message(mornings.standing(ctx, day), ctx.viewer))
