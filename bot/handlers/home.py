"""App Home, help, and what Rapport answers to those who write to it."""

from bot.commands import CommandCall
from bot.dispatch import COMMANDS, Request, command, on, on_event
from bot.payloads import EventBody
from bot.replies import Nothing, Reply, Say
from bot.routes import ShowHelp
from bot.views import help as views
from bot.views.help import Help
from core.context import Ctx


def help_reply(ctx: Ctx, name: str, unknown: str = "") -> Reply:
    """What the command can do; all commands for `crm`. `unknown` is what was typed and not understood."""
    subcommands = list(COMMANDS) if name == "crm" else COMMANDS.of(name)
    nearest = COMMANDS.nearest(name, unknown)
    return Say(views.help_message(Help(subcommands, unknown, nearest), ctx.viewer))


def _help_of(name: str) -> None:
    """Register what `/name` alone and `/name help` answer; unknown words end up there too."""

    def show(ctx: Ctx, call: CommandCall) -> Reply:
        return help_reply(ctx, name, call.text)

    command(name, "", summary="Show this help")(show)
    command(name, "help", summary="Show what is possible")(show)


for _name in views.TOPICS:
    _help_of(_name)


@on(ShowHelp)
def show_help(ctx: Ctx, route: ShowHelp, request: Request) -> Reply:  # noqa: ARG001
    """The help button."""
    return help_reply(ctx, "crm")


@on_event("app_mention")
def mentioned(ctx: Ctx, event: EventBody) -> Reply:  # noqa: ARG001
    """Somebody wrote @Rapport."""
    return Say(views.short_help(ctx.viewer))


@on_event("message")
def written_to(ctx: Ctx, event: EventBody) -> Reply:
    """Somebody wrote to Rapport in a direct message; what is said in channels is none of its business."""
    if event.channel_type != "im" or event.subtype:
        return Nothing()
    return Say(views.short_help(ctx.viewer))
