"""What people and channels are told, and when."""

from bot.dispatch import Request, on, on_submit
from bot.replies import CloseModal, OpenModal, Reply
from bot.routes import SaveNotices, ShowNotices
from bot.views import notices as views
from bot.views.forms import Form
from bot.views.notices import Modes, NoticeSettings
from core import notices
from core.context import Ctx


@on(ShowNotices)
def show_notices(ctx: Ctx, route: ShowNotices, _request: Request) -> Reply:
    """The button on a post, and in App Home."""
    audience = _audience(ctx, route.channel)
    settings = NoticeSettings(
        audience,
        route.channel,
        notices.modes_of(ctx, audience),
        notices.may_choose(ctx, audience),
        notices.mornings_of(ctx, audience),
    )
    return OpenModal(views.settings_modal(settings, ctx.viewer))


def _form(ctx: Ctx, route: SaveNotices) -> Form[Modes]:
    return views.form_for(_audience(ctx, route.channel))


@on_submit(SaveNotices, _form)
def save_notices(ctx: Ctx, route: SaveNotices, modes: Modes) -> Reply:
    """Keep what was chosen."""
    notices.choose(ctx, _audience(ctx, route.channel), modes)
    return CloseModal(views.saved(route.channel, modes, ctx.viewer))


def _audience(ctx: Ctx, channel: str) -> str:
    return channel if notices.is_channel(channel) else ctx.actor.slack_user_id
