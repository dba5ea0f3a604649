"""The daily digest: when it comes."""

from bot.dispatch import Request, on, on_submit
from bot.replies import CloseModal, OpenModal, Reply
from bot.routes import SaveDigestSettings, ShowDigestSettings
from bot.views import digests as views
from core import digests
from core.access import Power, has_power
from core.context import Ctx
from core.errors import Invalid
from core.notices import is_channel


@on(ShowDigestSettings)
def show_settings(ctx: Ctx, route: ShowDigestSettings, _request: Request) -> Reply:
    """When it comes: for the channel, which admins say, or for oneself."""
    if is_channel(route.channel):
        if not has_power(ctx, Power.CONFIGURE):
            return OpenModal(views.not_admin(ctx.viewer))
        return OpenModal(views.settings(route.channel, digests.chosen(ctx, route.channel), ctx.viewer))
    return OpenModal(views.settings("", digests.chosen(ctx, ctx.actor.slack_user_id), ctx.viewer))


@on_submit(SaveDigestSettings, views.FORM)
def save_settings(ctx: Ctx, route: SaveDigestSettings, typed: str) -> Reply:
    """Keep it."""
    try:
        at = views.read_hour(typed)
    except ValueError as error:
        raise Invalid({"at": "choice_invalid"}) from error
    channel = route.channel if is_channel(route.channel) else ""
    digests.choose(ctx, channel or ctx.actor.slack_user_id, at)
    return CloseModal(views.saved(channel, at, ctx.viewer))
