"""What people write to Rapport: the same words as the commands, after a mention or in a direct message."""

from bot.commands import CommandCall, nearly
from bot.dispatch import COMMANDS, Request, on, on_event
from bot.payloads import EventBody
from bot.replies import Nothing, OpenModal, Reply, Say, UpdateModal
from bot.routes import RunWords
from bot.running import run_command
from bot.views import help as help_views
from bot.views import links as views
from core.context import Ctx


@on_event("app_mention")
def mentioned(ctx: Ctx, event: EventBody) -> Reply:
    """Somebody wrote `@Rapport deal move D-7 negotiation`."""
    reply = _answer(ctx, event)
    return Say(help_views.for_mentions(reply.message)) if isinstance(reply, Say) else reply


@on_event("message")
def written_to(ctx: Ctx, event: EventBody) -> Reply:
    """Somebody wrote to Rapport in a direct message; what is said in channels is none of its business."""
    if event.channel_type != "im" or event.subtype:
        return Nothing()
    return _answer(ctx, event)


@on(RunWords)
def run_words(ctx: Ctx, route: RunWords, request: Request) -> Reply:
    """The button below what was written: now there is a click, and a window can open."""
    return run_command(ctx, route.command, CommandCall(route.text, request.channel_id))


def _answer(ctx: Ctx, event: EventBody) -> Reply:
    text = _bare(event.text)
    if not text:
        return Say(help_views.short_help(ctx.viewer))
    name, rest = _command(text)
    if not name:
        return _unknown(ctx, text, event.channel)
    reply = run_command(ctx, name, CommandCall(rest, event.channel), called=help_views.MENTION)
    if isinstance(reply, OpenModal | UpdateModal):
        return Say(views.open_form(reply.modal.title, name, rest, ctx.viewer))
    return reply


def _bare(text: str) -> str:
    """The words, without what people put around a command."""
    return text.strip().strip("`").strip().removeprefix("/").strip()


def _command(text: str) -> tuple[str, str]:
    """The command a text begins with and the rest; no command where it begins with none."""
    first = text.split(maxsplit=1)[0]
    name = first.lower().removeprefix("/")
    return (name, text[len(first) :].strip()) if name in _names() else ("", text)


def _unknown(ctx: Ctx, text: str, channel: str) -> Reply:
    """A misspelt command is asked back; anything else may name a record."""
    first, _, rest = text.partition(" ")
    near = nearly(first.lower(), _names())
    if near and COMMANDS.find(near, rest)[0] is not None:
        return Say(views.did_you_mean(first, near, rest, ctx.viewer))
    return run_command(ctx, "crm", CommandCall(text, channel), called=help_views.MENTION)


def _names() -> list[str]:
    return sorted({one.command for one in COMMANDS})
