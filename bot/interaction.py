"""Everything Slack sends, each kind by its own method: run (bot.running), then answer (bot.answering).

The order is: commit, then answer, then call Slack. A failed commit keeps the typed form on the screen; a failed call to
Slack loses a confirmation, never what was saved.
"""

import re
from concurrent.futures import Executor

from bot import envelopes, running
from bot.answering import Ack, Answers
from bot.client import SlackConnection
from bot.commands import CommandCall
from bot.dispatch import EVENTS
from bot.payloads import EventEnvelope, Interactive, SlashCommand, View
from bot.people import Introductions
from bot.replies import Choices
from bot.routes import route_id_of
from bot.running import Runner
from bot.tokens import Installation
from core.context import Clock
from core.db import Database
from core.workspaces import SlackPerson, is_elsewhere

PROFILES = "user_change"
"""The event that names a person instead of coming from one."""


class Interactions:
    """Answers everything Slack sends. Stateless; one per process."""

    def __init__(
        self, database: Database, clock: Clock, slack: SlackConnection, later: Executor, site: str = ""
    ) -> None:
        self._runner = Runner(database, clock, Introductions(slack), site)
        self._answers = Answers(clock, slack, later)

    def command(self, payload: SlashCommand, installed: Installation) -> Ack:
        """A slash command."""
        name = payload.command.lstrip("/")
        outsider = is_elsewhere(payload.team_id, installed.team_id)
        outcome = self._runner.run(
            installed,
            SlackPerson(installed.team_id, payload.user_id, payload.user_name, outsider=outsider),
            f"command:{payload.trigger_id}",
            payload.command,
            lambda ctx: running.run_command(ctx, name, CommandCall(payload.text, payload.channel_id)),
        )
        return self._answers.to_command(
            payload.channel_id, payload.response_url, payload.trigger_id, installed, outcome
        )

    def action(self, payload: Interactive, installed: Installation) -> Ack:
        """A click, a choice or a keystroke in a message, a window or App Home."""
        click = payload.actions[0]
        place = running.place_of(payload.view)
        outcome = self._runner.run(
            installed,
            _person(payload, installed),
            f"action:{payload.user.id}:{click.action_ts}:{click.action_id}",
            f"button {route_id_of(click.action_id)}",
            lambda ctx: running.run_action(ctx, payload, click, place),
        )
        if payload.view is None:
            self._answers.in_message(payload, installed, outcome)
        elif payload.view.type == "home":
            self._answers.in_home(payload, installed, outcome)
        else:
            self._answers.in_modal(payload, payload.view, installed, place.origin, outcome)
        return None

    def submission(self, payload: Interactive, installed: Installation) -> Ack:
        """A window's submission: committed before the window closes."""
        view = payload.view or View()
        place = running.place_of(view)
        outcome = self._runner.run(
            installed,
            _person(payload, installed),
            f"view:{view.id}:{view.hash}",
            f"form {view.callback_id}",
            lambda ctx: running.run_submission(ctx, view, place),
        )
        return self._answers.to_submission(payload, view, installed, place.origin, outcome)

    def suggestion(self, payload: Interactive, installed: Installation) -> Ack:
        """What a searching select shows; nothing rather than an error."""
        place = running.place_of(payload.view)
        outcome = self._runner.run(
            installed,
            _person(payload, installed),
            "",
            f"search {route_id_of(payload.action_id)}",
            lambda ctx: running.run_lookup(ctx, payload, place),
        )
        return envelopes.choices_payload(outcome.reply if isinstance(outcome.reply, Choices) else Choices())

    def shortcut(self, payload: Interactive, installed: Installation) -> Ack:
        """A global or message shortcut: always answered with a window."""
        outcome = self._runner.run(
            installed,
            _person(payload, installed),
            f"shortcut:{payload.trigger_id}",
            f"shortcut {payload.callback_id}",
            lambda ctx: running.run_shortcut(ctx, payload),
        )
        self._answers.in_window(payload, installed, outcome)
        return None

    def event(self, payload: EventEnvelope, installed: Installation) -> None:
        """An event: App Home opened, a message to the bot. Repeats carry the same event id."""
        event = payload.event
        if event.type == PROFILES:
            self._runner.profile_changed(installed, event.profile_of, f"event:{payload.event_id}")
            return
        handler = EVENTS.get(event.type)
        user = event.user
        if handler is None or not isinstance(user, str) or not user or event.bot_id or event.edited:
            return
        if user == installed.bot_user_id:
            return
        event = event.model_copy(
            update={
                "text": _without_mention(event.text, installed.bot_user_id),
                "is_ext_shared_channel": payload.is_ext_shared_channel,
            }
        )
        outsider = is_elsewhere(event.user_team or event.team, installed.team_id)
        outcome = self._runner.run(
            installed,
            SlackPerson(installed.team_id, user, "", outsider=outsider),
            f"event:{payload.event_id}",
            f"event {event.type}",
            lambda ctx: handler(ctx, event),
        )
        self._answers.to_event(payload, user, installed, outcome)


def _without_mention(text: str, bot_user_id: str) -> str:
    """What was said to the app, without its own name."""
    if not bot_user_id:
        return text
    return re.sub(rf"<@{re.escape(bot_user_id)}(\|[^<>]*)?>", " ", text).strip()


def _person(payload: Interactive, installed: Installation) -> SlackPerson:
    user = payload.user
    outsider = is_elsewhere(user.team_id, installed.team_id)
    return SlackPerson(installed.team_id, user.id, user.name or user.username, outsider=outsider)
