"""App Home, help, and what Rapport answers to those who write to it."""

import html

from bot.commands import CommandCall, Subcommand
from bot.dispatch import COMMANDS, Request, command, on, on_event
from bot.payloads import EventBody
from bot.replies import Message, Nothing, Reply, Say, ShowHome
from bot.routes import DismissDelivery, RefreshHome, RetryDelivery, ShowHelp, SwitchHome, UndoOnHome
from bot.views import help as views
from bot.views import home as home_views
from bot.views import links as link_views
from bot.views import records as record_views
from bot.views.help import Help
from core import deliveries, preferences, undo
from core.cards import remember_home
from core.context import Ctx
from core.enums import EntityType
from core.queries import home as queries
from core.queries.home import Pages
from core.queries.records import SEARCHABLE, card_of, search, similar
from core.refs import parse_ref

FOUND_ROWS = 8
MEANT = {
    "lead": (EntityType.LEAD,),
    "call": SEARCHABLE,
    "deal": (EntityType.DEAL,),
    "quote": (EntityType.DEAL,),
    "crm": SEARCHABLE,
}
"""What the words after a command may name where they are no subcommand. Commands that answer those themselves are not
here."""


def help_reply(ctx: Ctx, name: str, unknown: str = "") -> Reply:
    """What the command can do; all commands for `crm`. `unknown` is what was typed and not understood."""
    subcommands = list(COMMANDS) if name == "crm" else COMMANDS.of(name)
    return Say(views.help_message(Help(subcommands, unknown, COMMANDS.nearest(name, unknown)), ctx.viewer))


def _help_of(name: str) -> None:
    """Register what `/name` alone and `/name help` answer; unknown words end up there too."""

    def show(ctx: Ctx, call: CommandCall) -> Reply:
        return _answer(ctx, name, html.unescape(call.text).strip())

    # What is searched by all commands is told once, where everything is found.
    told = ("[WORDS]", views.BARE_SEARCH) if name == "crm" else ("", views.BARE)
    command(name, "", arguments=told[0], summary=told[1])(show)
    command(name, "help", summary="Show what is possible")(show)


for _name in MEANT:
    _help_of(_name)


def _answer(ctx: Ctx, name: str, words: str) -> Reply:
    """Help, or what words that are no subcommand probably mean: another topic, a misspelt word, a record."""
    if not words or words.lower() in views.TOPICS:
        return help_reply(ctx, words.lower() or name)
    others = COMMANDS.elsewhere(name, words)
    # What is called so comes first: `/crm brücke` means the company, though it looks a little like `/crm back`.
    found = search(ctx, words, MEANT[name], FOUND_ROWS)
    if not found and others:
        return Say(_of_other(ctx, name, others, words))
    if not found:
        near = similar(ctx, words, MEANT[name], FOUND_ROWS)
        if near:
            return Say(record_views.similar_hits(near, words, ctx.viewer))
        guess = COMMANDS.nearest(name, words) is not None and not others
        return help_reply(ctx, name, words) if guess else Say(views.nothing_called(words, ctx.viewer))
    if len(found) == 1:
        return Say(record_views.card(card_of(ctx, found[0].entity, found[0].id), ctx.viewer))
    return Say(record_views.hits(found, words, ctx.viewer))


def _of_other(ctx: Ctx, name: str, others: list[Subcommand], words: str) -> Message:
    """A word that another command has: done at a click where the record tells which one, else named."""
    rest = words.partition(" ")[2].strip()
    ref = parse_ref(rest.partition(" ")[0])
    fitting = [one for one in others if ref is not None and one.command == ref.kind.value] or others
    word = fitting[0].word
    # Of a mention, `crm` was not typed.
    typed = word if name == "crm" else f"{name} {word}"
    if len(fitting) == 1:
        return link_views.did_you_mean(typed, fitting[0].command, f"{word} {rest}".strip(), ctx.viewer)
    return views.which_command(typed, fitting, ctx.viewer)


@on(ShowHelp)
def show_help(ctx: Ctx, _route: ShowHelp, _request: Request) -> Reply:
    """The help button."""
    return help_reply(ctx, "crm")


@on_event("app_home_opened")
def home_opened(ctx: Ctx, event: EventBody) -> Reply:
    """Somebody looks at App Home; the tab with the messages needs nothing."""
    if event.tab == "messages":
        return Nothing()
    remember_home(ctx)
    return show_home(ctx)


@on(RefreshHome)
def refresh_home(ctx: Ctx, route: RefreshHome, _request: Request) -> Reply:
    """Another page of one of its lists."""
    return show_home(ctx, Pages(route.due_page, route.tasks_page, route.deals_page))


@on(SwitchHome)
def switch_home(ctx: Ctx, route: SwitchHome, _request: Request) -> Reply:
    """One's own day, or the team's."""
    preferences.remember(ctx, queries.VIEW, {"team": route.team})
    return show_home(ctx)


@on(UndoOnHome)
def undo_on_home(ctx: Ctx, route: UndoOnHome, _request: Request) -> Reply:
    """It is due again."""
    undo.undo(ctx, route.change_id)
    return show_home(ctx)


@on(RetryDelivery)
def retry_delivery(ctx: Ctx, route: RetryDelivery, _request: Request) -> Reply:
    """An admin wants a dead letter sent after all."""
    deliveries.retry(ctx, route.delivery_id)
    return show_home(ctx)


@on(DismissDelivery)
def dismiss_delivery(ctx: Ctx, route: DismissDelivery, _request: Request) -> Reply:
    """An admin gives a dead letter up."""
    deliveries.dismiss(ctx, route.delivery_id)
    return show_home(ctx)


def show_home(ctx: Ctx, pages: Pages | None = None) -> Reply:
    """The person's App Home as it is now."""
    return ShowHome(home_views.home(queries.home(ctx, pages), ctx.viewer))
