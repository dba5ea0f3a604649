"""The weekly report: any week, in place, with the rows behind each number."""

import html

from bot.commands import CommandCall
from bot.dispatch import Request, command, on, on_submit
from bot.handlers.home import help_reply
from bot.replies import CloseModal, Message, OpenModal, Replace, Reply, Say
from bot.routes import ExportWeek, ReportTime, SaveReportTime, ShowWeek, ShowWeekDetails, WeekAsked
from bot.views import reports as views
from bot.views.reports import TypedTime
from core import reports
from core.access import Power, has_power
from core.context import Ctx
from core.errors import Invalid
from core.i18n import Viewer
from core.notices import digest_channel, is_channel
from core.queries import metrics
from core.queries import reports as queries
from core.queries.pipeline import Whose
from core.queries.reports import WEEKS_BACK_MAX, Week


@command("report", "week", arguments="[WEEKS AGO]", summary="A week's mails, calls, leads and deals")
def week_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/report week` for the one that runs, `/report week 1` for the one before. Raises Invalid."""
    words = call.text.strip() or "0"
    if not (words.isascii() and words.isdigit()) or int(words[:4]) > WEEKS_BACK_MAX:
        raise Invalid({"weeks": "weeks_ago"})
    return Say(_message(ctx, queries.week_ago(ctx, int(words[:4]))))


@command("report", "", summary="This week's mails, calls, leads and deals")
def this_week(ctx: Ctx, call: CommandCall) -> Reply:
    """`/report`: what it is asked for most."""
    return week_command(ctx, call)


@command("report", "help", summary="Show what is possible")
def report_help(ctx: Ctx, call: CommandCall) -> Reply:
    """`/report help`; and every word that is no subcommand."""
    return help_reply(ctx, "report", html.unescape(call.text).strip())


@on(ShowWeek)
def show_week(ctx: Ctx, route: ShowWeek, _request: Request) -> Reply:
    """Another week, or somebody else's, in place. What all read stays; who clicks there is shown it alone."""
    return Replace(_message(ctx, _week(ctx, route)))


@on(ShowWeekDetails)
def show_details(ctx: Ctx, route: ShowWeekDetails, _request: Request) -> Reply:
    """Each person's week, and all that was said."""
    week = _week(ctx, route)
    return OpenModal(views.details_modal(queries.report(ctx, week), queries.by_person(ctx, week), ctx.viewer))


@on(ExportWeek)
def export_week(ctx: Ctx, route: ExportWeek, _request: Request) -> Reply:
    """All of it as a file; the worker sends it."""
    reports.export(ctx, route.monday, route.whose, route.zone)
    return Say(views.exporting(ctx.viewer))


@on(ReportTime)
def report_time(ctx: Ctx, route: ReportTime, _request: Request) -> Reply:
    """When it comes: to the channel, which admins say, or to oneself."""
    if is_channel(route.audience) and not has_power(ctx, Power.CONFIGURE):
        return OpenModal(views.not_admin(ctx.viewer))
    audience = route.audience if is_channel(route.audience) else ctx.actor.slack_user_id
    return OpenModal(views.time_modal(audience, reports.chosen(ctx, audience), reports.USUAL, ctx.viewer))


@on_submit(SaveReportTime, views.TIME_FORM)
def save_time(ctx: Ctx, route: SaveReportTime, typed: TypedTime) -> Reply:
    """Set it. Raises Invalid, Forbidden."""
    try:
        comes = views.comes_of(typed)
    except ValueError as error:
        raise Invalid({"at": "choice_invalid"}) from error
    reports.choose(ctx, route.audience, comes)
    return CloseModal(views.saved(comes, ctx.viewer))


def _message(ctx: Ctx, week: Week) -> Message:
    channel = digest_channel(ctx)
    audience = channel if channel and week.whose is Whose.ALL and has_power(ctx, Power.CONFIGURE) else ""
    shown_to = audience or ctx.actor.slack_user_id
    return views.message(queries.report(ctx, week), shown_to, metrics.whose_choices(ctx), ctx.viewer)


def _week(ctx: Ctx, asked: WeekAsked) -> Week:
    return queries.week_asked(ctx, asked.monday, asked.whose, Viewer("", asked.zone).zone)
