"""The daily digest: when it comes."""

from datetime import time

from bot.dispatch import Request, on, on_submit
from bot.replies import CloseModal, OpenModal, Reply
from bot.routes import SaveDigestSettings, SaveOwnDigest, ShowDigestSettings
from bot.views import digests as views
from bot.views.digests import TypedTimes
from core import digests
from core.access import Power, has_power
from core.context import Ctx
from core.errors import Invalid
from core.notices import is_channel
from core.schedules import Times


@on(ShowDigestSettings)
def show_settings(ctx: Ctx, route: ShowDigestSettings, _request: Request) -> Reply:
    """When it comes: for the channel, which admins say, or for oneself."""
    if is_channel(route.channel):
        if not has_power(ctx, Power.CONFIGURE):
            return OpenModal(views.not_admin(ctx.viewer))
        return OpenModal(views.settings(route.channel, digests.chosen(ctx, route.channel), digests.USUAL, ctx.viewer))
    return OpenModal(views.own_settings(digests.chosen(ctx, ctx.actor.slack_user_id), ctx.viewer))


@on_submit(SaveDigestSettings, views.FORM)
def save_settings(ctx: Ctx, route: SaveDigestSettings, typed: TypedTimes) -> Reply:
    """Keep it for the channel. Raises Invalid, Forbidden."""
    at = _hour(typed.at)
    comes = Times(at, typed.days) if at is not None else None
    digests.choose_for_channel(ctx, route.channel, comes)
    return CloseModal(views.saved(route.channel, comes, ctx.viewer))


@on_submit(SaveOwnDigest, views.OWN_FORM)
def save_own(ctx: Ctx, _route: SaveOwnDigest, typed: str) -> Reply:
    """Keep it for oneself. Raises Invalid."""
    digests.choose_own(ctx, _hour(typed))
    return CloseModal(views.saved("", digests.chosen(ctx, ctx.actor.slack_user_id), ctx.viewer))


def _hour(typed: str) -> time | None:
    try:
        return views.read_hour(typed)
    except ValueError as error:
        raise Invalid({"at": "choice_invalid"}) from error
