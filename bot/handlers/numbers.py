"""The rows behind a number, of whatever message told it."""

from zoneinfo import ZoneInfo

from bot.dispatch import Request, on
from bot.replies import Modal, OpenModal, Reply, UpdateModal
from bot.routes import NumberAsked, ShowNumber, ShowStage, ShowWeekRows, TurnNumber, TurnStage
from bot.views import numbers as views
from core.context import Ctx
from core.i18n import Viewer
from core.queries import metrics
from core.queries.metrics import Span
from core.queries.metrics.figures import PAGE_SIZE
from core.queries.reports import Week


@on(ShowNumber)
def show_number(ctx: Ctx, route: ShowNumber, _request: Request) -> Reply:
    """A number in a digest or of a target: what it counts, as far as who clicks may see it."""
    return OpenModal(_rows(ctx, route))


@on(ShowWeekRows)
def show_week_rows(ctx: Ctx, route: ShowWeekRows, _request: Request) -> Reply:
    """The same of a number in the weekly report."""
    week = Week(route.monday, Viewer("", route.zone).zone, route.whose)
    span = week.span(ctx)
    return OpenModal(_rows(ctx, NumberAsked(span.since, span.until, route.zone, route.whose, route.number)))


@on(TurnNumber)
def turn_number(ctx: Ctx, route: TurnNumber, _request: Request) -> Reply:
    """Another page."""
    return UpdateModal(_rows(ctx, route))


def _rows(ctx: Ctx, asked: NumberAsked) -> Modal:
    zone: ZoneInfo = Viewer("", asked.tz).zone
    span = Span(asked.since, asked.until, metrics.people_of(ctx, asked.whose), zone)
    if asked.number is None:
        deals, in_all = metrics.needy(ctx, span, PAGE_SIZE, asked.page * PAGE_SIZE)
        return views.needy_window(deals, asked, in_all > (asked.page + 1) * PAGE_SIZE, ctx.viewer)
    return views.window(metrics.page_of(ctx, asked.number, span, asked.page), asked, ctx.viewer)


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
    return views.stage_window(metrics.stage_page(ctx, asked.stage_id, span, page), asked, ctx.viewer)
