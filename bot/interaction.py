"""One interaction is one transaction. The only place that opens it, says who acts, drops duplicates, and turns what
handlers reply (or raise) into what Slack is told.

The order is: commit, then answer, then call Slack. A failed commit keeps the typed form on the screen; a failed call to
Slack loses a confirmation, never what was saved.
"""

import secrets
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import dispatch, envelopes, errors
from bot.client import SlackConnection
from bot.commands import CommandCall
from bot.dispatch import ACTIONS, COMMANDS, EVENTS, Request
from bot.envelopes import Origin
from bot.payloads import BlockAction, EventEnvelope, Interactive, SlashCommand, View
from bot.replies import (
    Choices,
    CloseModal,
    FieldErrors,
    Home,
    Message,
    Modal,
    Nothing,
    OpenModal,
    Replace,
    Reply,
    Say,
    ShowHome,
    UpdateModal,
)
from bot.routes import Action, Route, Submission, UnknownRoute, route_id_of, unpack
from bot.tokens import Installation
from bot.views import kit
from bot.views.forms import block_id_of
from core.context import Clock, Ctx
from core.db import Database
from core.errors import AlreadyDone, DomainError, Invalid
from core.i18n import Viewer
from core.idempotency import claim
from core.workspaces import SlackPerson, enter, workspace_id_for

log = structlog.get_logger()
Ack = dict[str, Any] | None


@dataclass
class Outcome:
    """What a transaction ended in."""

    reply: Reply = field(default_factory=Nothing)
    viewer: Viewer = field(default_factory=lambda: Viewer("en_US", "UTC"))
    error: str = ""
    """What went wrong, in words; the reply is then Nothing or FieldErrors."""


class Interactions:
    """Answers everything Slack sends. Stateless; one per process."""

    def __init__(self, database: Database, clock: Clock, slack: SlackConnection, later: Executor) -> None:
        self._database, self._clock, self._slack, self._later = database, clock, slack, later

    # -- what Slack sends ---------------------------------------------------------------------------------------

    def command(self, payload: SlashCommand, installed: Installation) -> Ack:
        """A slash command: its answer is the acknowledgement itself, or a window."""
        name = payload.command.lstrip("/")
        person = SlackPerson(installed.team_id, payload.user_id, payload.user_name)
        outcome = self._run(
            person,
            f"command:{payload.trigger_id}",
            f"{payload.command} {payload.text}".partition(" ")[0],
            lambda ctx: _run_command(ctx, name, CommandCall(payload.text, payload.channel_id)),
        )
        origin = Origin(payload.channel_id, payload.response_url, self._clock.now().timestamp())
        if isinstance(outcome.reply, OpenModal):
            error = self._open(installed, payload.trigger_id, outcome.reply.modal, origin, outcome.viewer)
            return _ephemeral(Message(error)) if error else None
        return _ephemeral(_as_message(outcome)) if _as_message(outcome) else None

    def action(self, payload: Interactive, installed: Installation) -> Ack:
        """A click, a choice or a keystroke in a message, a window or App Home."""
        click = payload.actions[0]
        modal, origin, problem = _read_view(payload.view)
        outcome = self._run(
            _person(payload, installed),
            f"action:{payload.user.id}:{click.action_ts}:{click.action_id}",
            f"button {route_id_of(click.action_id)}",
            lambda ctx: _run_action(ctx, payload, click, modal, problem),
        )
        if payload.view is None:
            self._answer_in_message(payload, installed, outcome)
        elif payload.view.type == "home":
            self._answer_in_home(payload, installed, outcome)
        else:
            self._answer_in_modal(payload, payload.view, installed, origin, outcome)
        return None

    def submission(self, payload: Interactive, installed: Installation) -> Ack:
        """A window's submission: committed before the window closes."""
        view = payload.view or View()
        modal, origin, problem = _read_view(view)
        outcome = self._run(
            _person(payload, installed),
            f"view:{view.id}:{view.hash}",
            f"form {view.callback_id}",
            lambda ctx: _run_submission(ctx, modal, view, problem),
        )
        return self._answer_submission(payload, view, installed, origin, outcome)

    def suggestion(self, payload: Interactive, installed: Installation) -> Ack:
        """What a searching select shows; nothing rather than an error."""
        modal, _origin, problem = _read_view(payload.view)
        outcome = self._run(
            _person(payload, installed),
            "",
            f"search {route_id_of(payload.action_id)}",
            lambda ctx: _run_lookup(ctx, payload, modal, problem),
        )
        reply = outcome.reply if isinstance(outcome.reply, Choices) else Choices()
        return envelopes.choices_payload(reply)

    def shortcut(self, payload: Interactive, installed: Installation) -> Ack:
        """A global or message shortcut: always answered with a window."""
        outcome = self._run(
            _person(payload, installed),
            f"shortcut:{payload.trigger_id}",
            f"shortcut {payload.callback_id}",
            lambda ctx: _run_route(ctx, Route.of(payload.callback_id)(), Request()),
        )
        modal = _as_modal(outcome)
        if modal is not None:
            self._open(installed, payload.trigger_id, modal, Origin(), outcome.viewer)
        return None

    def event(self, payload: EventEnvelope, installed: Installation) -> None:
        """An event: App Home opened, a message to the bot. Repeats carry the same event id."""
        handler = EVENTS.get(payload.event.type)
        user = payload.event.user
        if handler is None or not isinstance(user, str) or not user or payload.event.bot_id:
            return
        outcome = self._run(
            SlackPerson(installed.team_id, user, ""),
            f"event:{payload.event_id}",
            f"event {payload.event.type}",
            lambda ctx: handler(ctx, payload.event),
        )
        client = self._slack.client(installed.bot_token)
        if isinstance(outcome.reply, ShowHome) or (outcome.error and payload.event.tab):
            # Who may not use Rapport reads so in App Home itself; nobody is written to for having opened it.
            shown = outcome.reply.home if isinstance(outcome.reply, ShowHome) else Home([kit.section(outcome.error)])
            home = envelopes.home_view(shown)
            self._after(lambda: client.views_publish(user_id=user, view=home))
            return
        message = _as_message(outcome)
        if message is not None and payload.event.channel:
            # In a channel below what was written, so that the channel itself stays quiet.
            asked = payload.event.ts if payload.event.type == "app_mention" else ""
            thread = payload.event.thread_ts or asked or None
            self._after(lambda: _post(client, payload.event.channel, message, thread))

    # -- the transaction ------------------------------------------------------------------------------------------

    def _run(self, person: SlackPerson, key: str, source: str, act: Callable[[Ctx], Reply]) -> Outcome:
        outcome = Outcome()
        try:
            workspace_id = workspace_id_for(person.team_id, person.enterprise_id)
            with self._database.begin(workspace_id) as session:
                ctx = enter(session, self._clock, person, source)
                outcome.viewer = Viewer(ctx.actor.locale, ctx.actor.tz)
                if key:
                    claim(ctx, key)
                reply = act(ctx)
            outcome.reply = reply
        except AlreadyDone:
            log.info("duplicate_dropped", source=source)
        except Invalid as error:
            sentences = {name: errors.field_sentence(code, outcome.viewer) for name, code in error.fields.items()}
            outcome.reply = FieldErrors(sentences)
        except UnknownRoute:
            outcome.error = outcome.viewer.t(errors.SENTENCES["old_button"])
        except DomainError as error:
            outcome.error = errors.sentence(error, outcome.viewer)
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("interaction_failed", reference=reference, source=source)
            outcome.error = errors.unexpected(reference, outcome.viewer)
        return outcome

    # -- the answers ----------------------------------------------------------------------------------------------

    def _answer_in_message(self, payload: Interactive, installed: Installation, outcome: Outcome) -> None:
        container = payload.container
        own = container is not None and (container.is_ephemeral or container.channel_id.startswith("D"))
        if isinstance(outcome.reply, OpenModal | UpdateModal):
            channel = container.channel_id if container else ""
            origin = Origin(channel, payload.response_url, self._clock.now().timestamp())
            error = self._open(installed, payload.trigger_id, outcome.reply.modal, origin, outcome.viewer)
            if error:
                self._respond(payload.response_url, Message(error), replace=False)
            return
        message = _as_message(outcome)
        if message is not None:
            self._respond(payload.response_url, message, replace=own and isinstance(outcome.reply, Replace))

    def _answer_in_home(self, payload: Interactive, installed: Installation, outcome: Outcome) -> None:
        if isinstance(outcome.reply, ShowHome):
            home = envelopes.home_view(outcome.reply.home)
            client = self._slack.client(installed.bot_token)
            self._after(lambda: client.views_publish(user_id=payload.user.id, view=home))
            return
        modal = _as_modal(outcome)
        if modal is not None:
            self._open(installed, payload.trigger_id, modal, Origin(), outcome.viewer)

    def _answer_in_modal(
        self, payload: Interactive, view: View, installed: Installation, origin: Origin, outcome: Outcome
    ) -> None:
        modal = _as_modal(outcome)
        if modal is None:
            return
        client = self._slack.client(installed.bot_token)
        made = envelopes.view(modal, origin)
        try:
            in_place = isinstance(outcome.reply, UpdateModal) or (
                # A card shown as a window stays that window; one with a form below keeps what was typed in it.
                isinstance(outcome.reply, Replace) and not view.callback_id
            )
            if in_place or view.depth >= 3:
                client.views_update(view_id=view.id, hash=view.hash, view=made)
            else:
                client.views_push(trigger_id=payload.trigger_id, view=made)
        except SlackApiError as error:
            # hash_conflict: the person has typed on, and that keystroke's own answer is on its way.
            if error.response.get("error") != "hash_conflict":
                log.warning("modal_not_shown", error=str(error.response.get("error")))
        except ConnectionError:
            log.warning("modal_not_shown", error="unreachable")

    def _answer_submission(
        self, payload: Interactive, view: View, installed: Installation, origin: Origin, outcome: Outcome
    ) -> Ack:
        reply = outcome.reply
        if outcome.error:
            return _keep_open(view, outcome.error)
        if isinstance(reply, FieldErrors):
            return _field_errors(view, reply)
        if isinstance(reply, UpdateModal):
            return {"response_action": "update", "view": envelopes.view(reply.modal, origin)}
        if isinstance(reply, OpenModal):
            return {"response_action": "push", "view": envelopes.view(reply.modal, origin)}
        message = reply.say if isinstance(reply, CloseModal) else _as_message(outcome)
        if message is not None:
            self._say_at(origin, payload.user.id, message, installed)
        return {"response_action": "clear"}

    def _say_at(self, origin: Origin, user_id: str, message: Message, installed: Installation) -> None:
        """Tell a person something where they came from; in a direct message where that place is no more."""
        url = origin.url_at(self._clock.now().timestamp())
        client = self._slack.client(installed.bot_token)

        def say() -> None:
            if not url or not self._slack.respond(url, _response(message, replace=False)):
                _post(client, user_id, message, None)

        self._after(say)

    def _respond(self, response_url: str, message: Message, *, replace: bool) -> None:
        payload = _response(message, replace=replace)
        self._after(lambda: self._slack.respond(response_url, payload))

    def _open(self, installed: Installation, trigger_id: str, modal: Modal, origin: Origin, viewer: Viewer) -> str:
        """Open a window; what to say where Slack would not."""
        try:
            client = self._slack.client(installed.bot_token)
            client.views_open(trigger_id=trigger_id, view=envelopes.view(modal, origin))
        except (SlackApiError, ConnectionError) as error:
            log.warning("modal_not_opened", error=_code(error))
            return viewer.t("Slack did not let the window open in time. Please try again.")
        return ""

    def _after(self, call: Callable[[], object]) -> None:
        """Call Slack once the answer is out. What fails here is a confirmation; what was saved stays saved."""

        def run() -> None:
            try:
                call()
            except (SlackApiError, ConnectionError) as error:
                log.warning("confirmation_lost", error=_code(error))

        self._later.submit(run)


# -- running handlers ---------------------------------------------------------------------------------------------


def _run_command(ctx: Ctx, name: str, call: CommandCall) -> Reply:
    found, rest = COMMANDS.find(name, call.text)
    ctx.source = f"/{name} {found.word}".strip() if found else f"/{name}"
    if found is not None:
        return found.handler(ctx, CommandCall(rest, call.channel_id))
    fallback, _ = COMMANDS.find(name, "help")
    if fallback is None:
        raise UnknownRoute(name)
    return fallback.handler(ctx, call)


def _run_action(
    ctx: Ctx, payload: Interactive, click: BlockAction, modal: Submission | None, problem: UnknownRoute | None
) -> Reply:
    if problem is not None:
        raise problem
    chosen = click.text()
    request = Request(
        channel_id=payload.container.channel_id if payload.container else "",
        chosen=chosen,
        field_name=click.block_id.partition("~")[0],
        modal=modal,
        state=payload.view.state if payload.view else Request().state,
    )
    return _run_route(ctx, _clicked(click, chosen), request)


def _clicked(click: BlockAction, chosen: str) -> Route:
    """The route a click stands for: packed in its value where it has one of ours, else named by its action id."""
    kind = Route.of(route_id_of(click.action_id))
    if click.type in ("button", "overflow") or chosen.partition(" ")[0] == kind.id:
        return unpack(chosen or kind.id)
    return kind()


def _run_submission(ctx: Ctx, route: Submission | None, view: View, problem: UnknownRoute | None) -> Reply:
    if problem is not None or route is None:
        raise problem or UnknownRoute(view.callback_id)
    entry = ACTIONS[type(route)]
    viewer = Viewer(ctx.actor.locale, ctx.actor.tz)
    values = dispatch.form_of(entry, ctx, route).parse(view.state, viewer)
    return entry.handler(ctx, route, values)


def _run_lookup(ctx: Ctx, payload: Interactive, modal: Submission | None, problem: UnknownRoute | None) -> Reply:
    if problem is not None:
        raise problem
    state = payload.view.state if payload.view else Request().state
    request = Request(query=payload.value, modal=modal, state=state)
    kind = Route.of(route_id_of(payload.action_id))
    if issubclass(kind, Action) and kind.lookup is not None:
        kind = kind.lookup
    return _run_route(ctx, kind(), request)


def _run_route(ctx: Ctx, route: Route, request: Request) -> Reply:
    entry = ACTIONS.get(type(route))
    if entry is None or isinstance(route, Submission):
        raise UnknownRoute(route.id)
    return entry.handler(ctx, route, request)


# -- reading and writing payloads -----------------------------------------------------------------------------------


def _person(payload: Interactive, installed: Installation) -> SlackPerson:
    team = payload.user.team_id
    # Organisation-wide installs name the organisation (E…) as the user's team; that is no outsider.
    outsider = bool(team) and team != installed.team_id and not team.startswith("E")
    return SlackPerson(
        installed.team_id, payload.user.id, payload.user.name or payload.user.username, outsider=outsider
    )


def _read_view(view: View | None) -> tuple[Submission | None, Origin, UnknownRoute | None]:
    """A window's route and origin; the problem is raised later, inside the transaction, where it becomes words."""
    if view is None or view.type == "home":
        return None, Origin(), None
    try:
        route, origin = envelopes.read_metadata(view.private_metadata)
    except UnknownRoute as problem:
        return None, Origin(), problem
    return (route if isinstance(route, Submission) else None), origin, None


def _as_message(outcome: Outcome) -> Message | None:
    if outcome.error:
        return Message(outcome.error)
    reply = outcome.reply
    if isinstance(reply, Say | Replace):
        return reply.message
    if isinstance(reply, CloseModal):
        return reply.say
    if isinstance(reply, FieldErrors):
        return Message("\n".join(reply.errors.values()))
    return None


def _as_modal(outcome: Outcome) -> Modal | None:
    if isinstance(outcome.reply, OpenModal | UpdateModal):
        return outcome.reply.modal
    message = _as_message(outcome)
    return envelopes.message_modal(message, "Rapport") if message else None


def _field_errors(view: View, reply: FieldErrors) -> Ack:
    """Errors under their fields. One about a field that is not shown goes under the first that is."""
    shown = {block_id_of(view.state, name): text for name, text in reply.errors.items()}
    known = {block_id: text for block_id, text in shown.items() if block_id in view.state.values}
    if known:
        return {"response_action": "errors", "errors": known}
    return _keep_open(view, "\n".join(reply.errors.values()))


def _keep_open(view: View, text: str) -> Ack:
    """Say what went wrong without closing the window: nothing typed is lost."""
    first = next(iter(view.state.values), None)
    if first is None:
        modal = envelopes.message_modal(Message(text), "Rapport")
        return {"response_action": "update", "view": envelopes.view(modal, Origin())}
    return {"response_action": "errors", "errors": {first: text}}


def _ephemeral(message: Message | None) -> Ack:
    if message is None:
        return None
    return {"response_type": "ephemeral", **envelopes.message_payload(message)}


def _response(message: Message, *, replace: bool) -> dict[str, object]:
    return {"response_type": "ephemeral", "replace_original": replace, **envelopes.message_payload(message)}


def _post(client: WebClient, channel: str, message: Message, thread_ts: str | None) -> None:
    client.chat_postMessage(channel=channel, thread_ts=thread_ts, **envelopes.message_payload(message))  # type: ignore[arg-type]


def _code(error: Exception) -> str:
    return str(error.response.get("error")) if isinstance(error, SlackApiError) else type(error).__name__
