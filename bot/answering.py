"""What people and Slack are told once the transaction is over: in a message, a window, App Home, or the
acknowledgement itself. A call to Slack that fails here loses a confirmation, never what was saved.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import envelopes
from bot.client import SlackConnection
from bot.envelopes import Origin
from bot.payloads import Container, EventBody, EventEnvelope, Interactive, View
from bot.replies import (
    CloseModal,
    FieldErrors,
    Home,
    Message,
    Modal,
    OpenModal,
    Replace,
    ReplaceCard,
    Say,
    ShowHome,
    Unfurl,
    UpdateModal,
)
from bot.routes import SearchRecords
from bot.running import Outcome
from bot.tokens import Installation
from bot.views import kit
from bot.views.forms import block_id_of
from core.context import Clock
from core.i18n import Viewer

log = structlog.get_logger()
Ack = dict[str, Any] | None
NOT_THERE = frozenset({"channel_not_found", "not_in_channel", "user_not_in_channel", "is_archived"})
"""Why nothing can be said to somebody in a channel (docs.slack.dev/reference/methods/chat.postEphemeral)."""
STACK_MAX = 3
"""Windows on top of one another (docs.slack.dev/surfaces/modals)."""


class Answers:
    """Tells people what came of it. Stateless; one per process."""

    def __init__(self, clock: Clock, slack: SlackConnection, later: Executor) -> None:
        self._clock, self._slack, self._later = clock, slack, later

    def to_command(
        self, channel_id: str, response_url: str, trigger_id: str, installed: Installation, outcome: Outcome
    ) -> Ack:
        """A slash command: its answer is the acknowledgement itself, or a window."""
        message = _as_message(outcome)
        if isinstance(outcome.reply, OpenModal | UpdateModal):
            origin = self._origin(channel_id, response_url)
            error = self._open(installed, trigger_id, outcome.reply.modal, origin, outcome.viewer)
            message = Message(error) if error else None
        if message is None:
            return None
        if envelopes.without_newest(message) is not message:
            # Nobody hears whether Slack took the acknowledgement; an answer to the response_url can be tried again.
            self._respond(response_url, message, replace=False)
            return None
        return {"response_type": "ephemeral", **envelopes.message_payload(message)}

    def in_message(self, payload: Interactive, installed: Installation, outcome: Outcome) -> None:
        """Something in a message was clicked."""
        container = payload.container
        if isinstance(outcome.reply, OpenModal | UpdateModal):
            origin = self._origin(container.channel_id if container else "", payload.response_url, container)
            error = self._open(installed, payload.trigger_id, outcome.reply.modal, origin, outcome.viewer)
            if error:
                self._respond(payload.response_url, Message(error), replace=False)
            return
        message = _as_message(outcome)
        if message is not None:
            own = _own(container)
            self._respond(payload.response_url, message, replace=own and isinstance(outcome.reply, Replace))

    def in_home(self, payload: Interactive, installed: Installation, outcome: Outcome) -> None:
        """Something in App Home was clicked."""
        if isinstance(outcome.reply, ShowHome):
            self._publish(installed, payload.user.id, outcome.reply.home)
            return
        self.in_window(payload, installed, outcome)

    def in_window(self, payload: Interactive, installed: Installation, outcome: Outcome) -> None:
        """Where there is no conversation to answer in (App Home, a shortcut): a window, or else a direct message."""
        modal = _as_modal(outcome)
        if modal is None:
            return
        # A shortcut on a message comes from a conversation: what is confirmed later is said there.
        channel_id = payload.channel.id if payload.channel else ""
        origin = self._origin(channel_id, payload.response_url) if payload.response_url else Origin()
        error = self._open(installed, payload.trigger_id, modal, origin, outcome.viewer)
        if error:
            self._say_at(origin, payload.user.id, Message(error), installed)

    def in_modal(
        self, payload: Interactive, view: View, installed: Installation, origin: Origin, outcome: Outcome
    ) -> None:
        """Something in a window was clicked, chosen or typed."""
        if _went_wrong(outcome) and payload.actions[0].typed:
            # Every keystroke is answered; a window on top of somebody who types would be worse than no answer.
            log.info("keystroke_not_answered", error=outcome.error)
            return
        modal = _as_modal(outcome)
        if modal is None:
            return
        in_place = isinstance(outcome.reply, UpdateModal) or (
            # A card shown as a window stays that window; one with a form below keeps what was typed in it.
            isinstance(outcome.reply, Replace) and not view.callback_id
        )
        if not in_place and view.depth >= STACK_MAX:
            message = _as_message(outcome)
            if message is not None and view.callback_id:
                self._say_at(origin, payload.user.id, message, installed)
                return
            in_place = True
        if not in_place:
            # The message below all windows shows something else than what lies on top of the first.
            origin = replace(origin, alone=False, over_form=origin.over_form or bool(view.callback_id))
        self._show(payload, view, installed, envelopes.view(modal, origin, outcome.viewer), in_place=in_place)

    def to_submission(
        self, payload: Interactive, view: View, installed: Installation, origin: Origin, outcome: Outcome
    ) -> Ack:
        """A window was submitted: it closes, changes, or says what is wrong and keeps what was typed."""
        reply = outcome.reply
        if outcome.error:
            return _keep_open(view, outcome.error, outcome.viewer)
        if isinstance(reply, FieldErrors):
            return _field_errors(view, reply, outcome.viewer)
        if isinstance(reply, UpdateModal):
            return {"response_action": "update", "view": envelopes.view(reply.modal, origin, outcome.viewer)}
        if isinstance(reply, OpenModal):
            return {"response_action": "push", "view": envelopes.view(reply.modal, origin, outcome.viewer)}
        # Later on it is a direct message, which does not need all of the card.
        alone = origin.alone and bool(origin.url_at(self._clock.now().timestamp()))
        message = _as_message(outcome, alone=alone)
        if message is not None:
            in_place = alone if isinstance(reply, ReplaceCard) else origin.own and isinstance(reply, Replace)
            self._say_at(origin, payload.user.id, message, installed, in_place=in_place)
        # An empty answer closes this window alone; what is typed in the form below stays.
        return None if origin.over_form else {"response_action": "clear"}

    def to_event(self, payload: EventEnvelope, user: str, installed: Installation, outcome: Outcome) -> None:
        """App Home was opened, or somebody wrote to the bot."""
        event = payload.event
        if isinstance(outcome.reply, ShowHome):
            self._publish(installed, user, outcome.reply.home)
            return
        if outcome.error and event.tab:
            # Who may not use Rapport reads so in App Home itself; nobody is written to for having opened it.
            self._publish(installed, user, Home([kit.section(kit.esc(outcome.error))]))
            return
        if event.type == "message" and event.channel_type != "im":
            return  # what people say to one another in a channel is not answered, with an error least of all
        client = self._slack.client(installed.bot_token)
        if isinstance(outcome.reply, Unfurl):
            unfurls = outcome.reply.cards
            if unfurls:
                self._after(lambda: _unfurl(client, event, unfurls))
            return
        message = _as_message(outcome)
        if message is None or not event.channel or event.links:
            return
        thread = event.thread_ts or None
        if event.channel_type == "im":
            self._after(lambda: _post(client, event.channel, message, thread))
        else:
            # Seen by who asked alone: others in the channel may not know the record, or be guests.
            self._after(lambda: _whisper(client, event.channel, user, message, thread))

    # -- calls to Slack -------------------------------------------------------------------------------------------

    def _origin(self, channel_id: str, response_url: str, container: Container | None = None) -> Origin:
        alone = container is not None and container.is_ephemeral
        return Origin(channel_id, response_url, self._clock.now().timestamp(), own=_own(container), alone=alone)

    def _show(
        self, payload: Interactive, view: View, installed: Installation, made: dict[str, object], *, in_place: bool
    ) -> None:
        client = self._slack.client(installed.bot_token)
        try:
            if in_place:
                # What a keystroke is answered with is dropped where the window changed since: the next one's answer is
                # on its way. A click was meant; it must not be lost to the answer of a keystroke before it.
                seen = view.hash if payload.actions[0].typed else None
                client.views_update(view_id=view.id, hash=seen, view=made)
            else:
                client.views_push(trigger_id=payload.trigger_id, view=made)
        except (SlackApiError, ConnectionError) as error:
            if _code(error) != "hash_conflict":
                log.warning("modal_not_shown", error=_code(error))

    def _open(self, installed: Installation, trigger_id: str, modal: Modal, origin: Origin, viewer: Viewer) -> str:
        """Open a window; what to say where Slack would not."""
        try:
            client = self._slack.client(installed.bot_token)
            client.views_open(trigger_id=trigger_id, view=envelopes.view(modal, origin, viewer))
        except (SlackApiError, ConnectionError) as error:
            log.warning("modal_not_opened", error=_code(error))
            return viewer.t("Slack did not let the window open in time. Please try again.")
        return ""

    def _publish(self, installed: Installation, user_id: str, home: Home) -> None:
        client, made = self._slack.client(installed.bot_token), envelopes.home_view(home)
        self._after(lambda: client.views_publish(user_id=user_id, view=made))

    def _say_at(
        self, origin: Origin, user_id: str, message: Message, installed: Installation, *, in_place: bool = False
    ) -> None:
        """Tell a person something where they came from; in a direct message where that place is no more."""
        url = origin.url_at(self._clock.now().timestamp())
        client = self._slack.client(installed.bot_token)

        def say() -> None:
            if not url or not self._answer(url, message, replace=in_place):
                _post(client, user_id, message, None)

        self._after(say)

    def _respond(self, response_url: str, message: Message, *, replace: bool) -> None:
        self._after(lambda: self._answer(response_url, message, replace=replace))

    def _answer(self, response_url: str, message: Message, *, replace: bool) -> bool:
        """Say it, if need be without the newest kinds of block. False where Slack took neither."""
        if self._slack.respond(response_url, _response(message, replace=replace)):
            return True
        older = envelopes.without_newest(message)
        return older is not message and self._slack.respond(response_url, _response(older, replace=replace))

    def _after(self, call: Callable[[], object]) -> None:
        """Call Slack once the answer is out. What fails here is a confirmation; what was saved stays saved."""

        def run() -> None:
            try:
                call()
            except (SlackApiError, ConnectionError) as error:
                log.warning("confirmation_lost", error=_code(error))
            except Exception:
                log.exception("confirmation_failed")

        try:
            self._later.submit(run)
        except RuntimeError:  # the process is stopping and takes no new work, but this was promised
            run()


# -- replies as what Slack takes ------------------------------------------------------------------------------------


def _own(container: Container | None) -> bool:
    """Whether a message is the person's own: only they see it, or it stands in their direct message."""
    return container is not None and (container.is_ephemeral or container.channel_id.startswith("D"))


def _went_wrong(outcome: Outcome) -> bool:
    return bool(outcome.error) or isinstance(outcome.reply, FieldErrors)


def _as_message(outcome: Outcome, *, alone: bool = False) -> Message | None:
    """What is to be said; `alone`: in place of an answer that nobody else keeps current.

    Sentences about what went wrong may quote what was typed, so they are escaped.
    """
    if outcome.error:
        text = kit.esc(outcome.error)
        find = kit.button(outcome.viewer.t("Find a record"), SearchRecords())
        return Message(text, [kit.section(text), kit.actions(find)] if outcome.lost else [])
    reply = outcome.reply
    if isinstance(reply, ReplaceCard) and not alone:
        return reply.elsewhere or reply.message
    if isinstance(reply, Say | Replace | ReplaceCard):
        return reply.message
    if isinstance(reply, CloseModal):
        return reply.say
    if isinstance(reply, FieldErrors):
        return Message(kit.esc("\n".join(reply.errors.values())))
    return None


def _as_modal(outcome: Outcome) -> Modal | None:
    if isinstance(outcome.reply, OpenModal | UpdateModal):
        return outcome.reply.modal
    message = _as_message(outcome)
    return envelopes.message_modal(message, "Rapport") if message else None


def _field_errors(view: View, reply: FieldErrors, viewer: Viewer) -> Ack:
    """Errors under their fields. What is about a field that is not shown goes under the first one at fault."""
    inputs = view.input_ids
    known: dict[str, str] = {}
    stray: list[str] = []
    for name, text in reply.errors.items():
        block_id = block_id_of(view.state, name)
        if block_id in inputs:
            known[block_id] = text
        else:
            stray.append(text)
    if not known:
        return _keep_open(view, "\n".join(stray), viewer)
    if stray:
        first = next(iter(known))
        known[first] = "\n".join([known[first], *stray])
    return {"response_action": "errors", "errors": known}


def _keep_open(view: View, text: str, viewer: Viewer) -> Ack:
    """Say what went wrong without closing the window: nothing typed is lost."""
    first = next(iter(view.input_ids), None)
    if first is None:
        modal = envelopes.message_modal(Message(kit.esc(text)), "Rapport")
        return {"response_action": "update", "view": envelopes.view(modal, Origin(), viewer)}
    return {"response_action": "errors", "errors": {first: text}}


def _response(message: Message, *, replace: bool) -> dict[str, object]:
    return {"response_type": "ephemeral", "replace_original": replace, **envelopes.message_payload(message)}


def _post(client: WebClient, channel: str, message: Message, thread_ts: str | None) -> None:
    """Post it, if need be without the newest kinds of block."""
    payload = envelopes.message_payload(message)
    try:
        client.chat_postMessage(channel=channel, thread_ts=thread_ts, **payload)  # type: ignore[arg-type]
    except SlackApiError as error:
        older = envelopes.without_newest(message)
        if older is message or _code(error) != "invalid_blocks":
            raise
        _post(client, channel, older, thread_ts)


def _whisper(client: WebClient, channel: str, user_id: str, message: Message, thread_ts: str | None) -> None:
    """Tell one person in a channel; in a direct message where the app or the person is not there."""
    try:
        _whisper_there(client, channel, user_id, message, thread_ts)
    except SlackApiError as error:
        if _code(error) not in NOT_THERE:
            raise
        _post(client, user_id, message, None)


def _whisper_there(client: WebClient, channel: str, user_id: str, message: Message, thread_ts: str | None) -> None:
    payload = envelopes.message_payload(message)
    told = {name: value for name, value in payload.items() if name not in ("unfurl_links", "unfurl_media")}
    try:
        client.chat_postEphemeral(channel=channel, user=user_id, thread_ts=thread_ts, **told)  # type: ignore[arg-type]
    except SlackApiError as error:
        older = envelopes.without_newest(message)
        if older is message or _code(error) != "invalid_blocks":
            raise
        _whisper_there(client, channel, user_id, older, thread_ts)


def _unfurl(client: WebClient, event: EventBody, cards: Mapping[str, Message]) -> None:
    """Show cards below a message's links; while it is still being written, it goes by another id."""
    unfurls = {url: {"blocks": list(card.blocks)} for url, card in cards.items()}
    if event.source == "composer":
        client.chat_unfurl(unfurl_id=event.unfurl_id, source=event.source, unfurls=unfurls)
    else:
        client.chat_unfurl(channel=event.channel, ts=event.message_ts, unfurls=unfurls)


def _code(error: Exception) -> str:
    return str(error.response.get("error")) if isinstance(error, SlackApiError) else type(error).__name__
