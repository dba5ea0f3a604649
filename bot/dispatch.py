"""Which handler answers which route, command or event. Handlers declare themselves with these decorators."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.commands import CommandHandler, Commands, Subcommand
from bot.payloads import EventBody, State
from bot.replies import Reply
from bot.routes import Action, Lookup, Route, Submission
from bot.views.forms import Form
from core.context import Ctx

R = TypeVar("R", bound=Route)
T = TypeVar("T")
FormMaker = Callable[[Ctx, Any], Form[Any]]


@dataclass(frozen=True)
class Said:
    """A message somebody wrote in Slack. `author` is a Slack user id, empty for an app's; `link` leads back to it."""

    text: str
    author: str
    link: str


@dataclass(frozen=True)
class Request:
    """What a handler may know beyond its route."""

    channel_id: str = ""
    query: str = ""
    """What was typed into a searching select."""
    chosen: str = ""
    """The value of the input or select that reported."""
    field_name: str = ""
    """The name of the field that reported."""
    modal: Submission | None = None
    """The window it happened in."""
    state: State = field(default_factory=State)
    """What is in that window's inputs."""
    message: Said | None = None
    """The message a shortcut was used on."""


@dataclass(frozen=True)
class Entry:
    """A registered handler, and the form its submission is parsed with."""

    handler: Callable[..., Reply]
    form: Form[Any] | FormMaker | None = None


ACTIONS: dict[type[Route], Entry] = {}
COMMANDS = Commands()
EVENTS: dict[str, Callable[[Ctx, EventBody], Reply]] = {}


def _register(route: type[Route], entry: Entry) -> None:
    if route in ACTIONS:
        raise TypeError(f"two handlers for {route.id}")
    ACTIONS[route] = entry


def on(
    route: type[R],
) -> Callable[[Callable[[Ctx, R, Request], Reply]], Callable[[Ctx, R, Request], Reply]]:
    """Answer a button, a select, a reporting input or a searching select."""
    if not issubclass(route, Action | Lookup):
        raise TypeError(f"{route.id} is a submission: use on_submit")

    def decorate(handler: Callable[[Ctx, R, Request], Reply]) -> Callable[[Ctx, R, Request], Reply]:
        _register(route, Entry(handler))
        return handler

    return decorate


def on_submit(
    route: type[R], form: Form[T] | Callable[[Ctx, R], Form[T]]
) -> Callable[[Callable[[Ctx, R, T], Reply]], Callable[[Ctx, R, T], Reply]]:
    """Answer a modal's submission: the handler gets what was typed, parsed by the form."""

    def decorate(handler: Callable[[Ctx, R, T], Reply]) -> Callable[[Ctx, R, T], Reply]:
        _register(route, Entry(handler, form))
        return handler

    return decorate


def command(
    name: str, word: str = "", *, arguments: str = "", summary: str, hidden: bool = False, also: Sequence[str] = ()
) -> Callable[[CommandHandler], CommandHandler]:
    """Answer a subcommand: `command("lead", "new", arguments="[free text]", summary="Create a lead")`.

    `hidden` ones are understood and told nowhere, as are the words of `also`, which mean the same.
    """

    def decorate(handler: CommandHandler) -> CommandHandler:
        COMMANDS.add(Subcommand(name, word, arguments, summary, handler, hidden))
        for other in also:
            COMMANDS.add(Subcommand(name, other, arguments, summary, handler, hidden=True))
        return handler

    return decorate


def on_event(
    kind: str,
) -> Callable[[Callable[[Ctx, EventBody], Reply]], Callable[[Ctx, EventBody], Reply]]:
    """Answer an Events API event."""

    def decorate(handler: Callable[[Ctx, EventBody], Reply]) -> Callable[[Ctx, EventBody], Reply]:
        if kind in EVENTS:
            raise TypeError(f"two handlers for the event {kind}")
        EVENTS[kind] = handler
        return handler

    return decorate


def form_of(entry: Entry, ctx: Ctx, route: Route) -> Form[Any]:
    """The form a submission is parsed with; some are made for the route at hand (a quote's number of lines)."""
    if entry.form is None:
        raise TypeError(f"{route.id} has no form")
    return entry.form if isinstance(entry.form, Form) else entry.form(ctx, route)
