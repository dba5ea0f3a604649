"""Being away, and being back."""

import html
from datetime import date

from bot.commands import CommandCall
from bot.dispatch import Request, command, on
from bot.replies import Message, Replace, Reply, Say
from bot.routes import SetAway
from bot.views import own_settings as views
from core import own_settings
from core.context import Ctx
from core.errors import Invalid
from core.when import understand


@command("crm", "away", arguments="[until DAY]", summary="Hold your reminders until you are back; alone, how it stands")
def away(ctx: Ctx, call: CommandCall) -> Reply:
    """`/crm away until friday`, `/crm away`."""
    words = html.unescape(call.text).strip()
    if not words:
        return Say(views.standing(own_settings.away_until(ctx), ctx.viewer))
    try:
        when = understand(words, ctx.viewer.locale, ctx.today)
    except ValueError as error:
        raise Invalid({"away_until": str(error)}) from error
    return Say(_set(ctx, when.day))


@command("crm", "back", summary="You are back: be reminded again")
def back(ctx: Ctx, _call: CommandCall) -> Reply:
    """`/crm back`."""
    return Say(_set(ctx, None))


@on(SetAway)
def set_away(ctx: Ctx, route: SetAway, _request: Request) -> Reply:
    """Back, or as it was before."""
    return Replace(_set(ctx, route.until))


def _set(ctx: Ctx, until: date | None) -> Message:
    before = own_settings.away_until(ctx)
    own_settings.change(ctx, until)
    return views.saved(until, before, ctx.viewer)
