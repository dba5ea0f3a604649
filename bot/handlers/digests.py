"""The daily digest: what its numbers count, and when it comes."""

from zoneinfo import ZoneInfo

from bot.dispatch import Request, on, on_submit
from bot.replies import CloseModal, Modal, OpenModal, Reply, UpdateModal
from bot.routes import (
    SaveDigestSettings,
    ShowDigestSettings,
    ShowNumber,
    ShowStage,
    TurnNumber,
    TurnStage,
)
from bot.views import digests as views
from bot.views import numbers
from core import digests
from core.access import Power, has_power
from core.context import Ctx
from core.errors import Invalid
from core.i18n import Viewer
from core.notices import is_channel
from core.queries import metrics
from core.queries.metrics import Span
from core.queries.metrics.figures import PAGE_SIZE


@on(ShowNumber)
def show_number(ctx: Ctx, route: ShowNumber, _request: Request) -> Reply:
    """A number in a digest: what it counts, as far as who clicks may see it."""
    return OpenModal(_rows(ctx, route))


@on(TurnNumber)
def turn_number(ctx: Ctx, route: TurnNumber, _request: Request) -> Reply:
    """Another page."""
    return UpdateModal(_rows(ctx, route))


def _rows(ctx: Ctx, asked: ShowNumber | TurnNumber) -> Modal:
    zone: ZoneInfo = Viewer("", asked.tz).zone
    span = Span(asked.since, asked.until, metrics.people_of(ctx, asked.whose), zone)
    if asked.number is None:
        deals, in_all = metrics.needy(ctx, span, PAGE_SIZE, asked.page * PAGE_SIZE)
        return numbers.needy_window(deals, asked, in_all > (asked.page + 1) * PAGE_SIZE, ctx.viewer)
    return numbers.window(metrics.page_of(ctx, asked.number, span, asked.page), asked, ctx.viewer)


@on(ShowStage)
def show_stage(ctx: Ctx, route: ShowStage, _request: Request) -> Reply:
    """The deals of a stage that was chosen."""
    return OpenModal(_stage(ctx, route, 0))


@on(TurnStage)
def turn_stage(ctx: Ctx, route: TurnStage, _request: Request) -> Reply:
    """Another page."""
    return UpdateModal(_stage(ctx, route, route.page))


def _stage(ctx: Ctx, asked: ShowStage | TurnStage, page: int) -> Modal:
    span = Span(ctx.now, ctx.now, metrics.people_of(ctx, asked.whose))
    return numbers.stage_window(metrics.stage_page(ctx, asked.stage_id, span, page), asked, ctx.viewer)


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
