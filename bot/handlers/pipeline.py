"""The pipeline: what stands where, and what needs somebody."""

import html

from bot.commands import CommandCall
from bot.dispatch import COMMANDS, Request, command, on
from bot.replies import Replace, Reply, Say
from bot.routes import ShowPipeline
from bot.views import help as help_views
from bot.views import pipeline as views
from bot.views.help import Help
from core.context import Ctx
from core.queries import pipeline as queries
from core.queries.pipeline import Whose


@command("pipeline", "", summary="Open deals by stage, and which need attention")
def show_usual(ctx: Ctx, _call: CommandCall) -> Reply:
    """`/pipeline`: a rep's own deals, everybody's for who manages them."""
    return _show(ctx, None, "")


@command("pipeline", "mine", arguments="[PIPELINE]", summary="Your open deals by stage, and which need attention")
def show_mine(ctx: Ctx, call: CommandCall) -> Reply:
    """`/pipeline mine`, `/pipeline mine partners`."""
    return _show(ctx, Whose.MINE, call.text)


@command("pipeline", "team", arguments="[PIPELINE]", summary="The same for your team")
def show_team(ctx: Ctx, call: CommandCall) -> Reply:
    """`/pipeline team`."""
    return _show(ctx, Whose.TEAM, call.text)


@command("pipeline", "all", arguments="[PIPELINE]", summary="The same for all deals you may see")
def show_all(ctx: Ctx, call: CommandCall) -> Reply:
    """`/pipeline all`."""
    return _show(ctx, Whose.ALL, call.text)


@command("pipeline", "help", summary="Show what is possible")
def show_named(ctx: Ctx, call: CommandCall) -> Reply:
    """`/pipeline help`; and every word that is no subcommand: the name of a pipeline."""
    if call.text:
        return _show(ctx, None, call.text)
    return Say(help_views.help_message(Help(COMMANDS.of("pipeline")), ctx.viewer))


@on(ShowPipeline)
def show_pipeline(ctx: Ctx, route: ShowPipeline, _request: Request) -> Reply:
    """Another view of it, in place."""
    return Replace(views.board(queries.board(ctx, route.whose, route.pipeline_id), ctx.viewer))


def _show(ctx: Ctx, whose: Whose | None, name: str) -> Reply:
    """`name` as it was typed: Slack escapes three characters in it."""
    pipeline_id = queries.pipeline_meant(ctx, html.unescape(name))
    return Say(views.board(queries.board(ctx, whose, pipeline_id), ctx.viewer))
