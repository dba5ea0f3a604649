"""The whole simulator: the state, the lines to the app under test, and the post office beside it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from sandbox.clock import SandboxClock
from sandbox.delivery import Courier
from sandbox.events import EventStream, message_event
from sandbox.jsons import JsonObject
from sandbox.mail import PostOffice
from sandbox.messages import wire
from sandbox.model import Channel, Message, Team, User
from sandbox.rules import Rules
from sandbox.socket_mode import SocketHub
from sandbox.state import SandboxState
from sandbox.user_wire import user_wire


class Sandbox(SandboxState):
    """A Slack of our own. Close it when done: it holds threads and connections."""

    def __init__(
        self,
        *,
        rules: Rules | None = None,
        clock: SandboxClock | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make an empty sandbox; `timer` measures real waiting in seconds."""
        super().__init__(rules=rules, clock=clock, timer=timer)
        self.sockets = SocketHub()
        self.courier = Courier(self, self.sockets)
        self.events = EventStream(self, self.courier)
        self.mail = PostOffice(self.clock, self.faults)

    def close(self) -> None:
        """Stop background work and let go of connections."""
        self.sockets.close()
        self.mail.close()
        self.events.close()
        self.courier.close()

    def announce(self, team: Team, channel: Channel, message: Message, *, wait: bool = False) -> None:
        """Send the `message` event of a new message, unless the app's own are kept from it."""
        if message.ephemeral_to or (message.by_app and not self.rules.deliver_own_messages):
            return
        self.events.emit(team, message_event(team, channel, message), channel, wait=wait)

    def user_changed(self, team: Team, user: User, *, wait: bool = True) -> None:
        """Send `user_change` after a profile, zone or locale changed."""
        with self.lock:
            shown = user_wire(
                user,
                with_email="users:read.email" in team.app.scopes,
                with_locale=True,
                home_team=team.id,
                at=datetime.fromtimestamp(self.clock.unix(), UTC),
            )
        event: JsonObject = {"type": "user_change", "user": shown, "event_ts": self.clock.timestamp()}
        self.events.emit(team, event, wait=wait)

    def uninstall(self, team: Team) -> None:
        """Uninstall the app: `tokens_revoked` and `app_uninstalled`, and its tokens stop working."""
        revoked: JsonObject = {
            "type": "tokens_revoked",
            "tokens": {"oauth": [], "bot": [team.app.bot_user_id]},
            "event_ts": self.clock.timestamp(),
        }
        self.events.emit(team, revoked, wait=True)
        team.app.uninstalled = True
        gone: JsonObject = {"type": "app_uninstalled", "event_ts": self.clock.timestamp()}
        self.events.emit(team, gone, wait=True)

    def wire(self, team: Team, message: Message) -> JsonObject:
        """Return a message as the API shows it."""
        with self.lock:
            return wire(team, message)
