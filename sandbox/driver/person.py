"""A person at the screen."""

from collections.abc import Callable

from sandbox import messages as store
from sandbox.acts import commands, profile, talk
from sandbox.acts.base import Actor
from sandbox.driver.errors import NotOnScreenError, ProtocolError
from sandbox.driver.message import MessageHandle
from sandbox.driver.modal import Modal
from sandbox.driver.surface import Hand, Surface
from sandbox.jsons import JsonObject
from sandbox.model import Channel, Shortcut, StateValues, User, View, Violation
from sandbox.view_store import stack_of

Where = Channel | str


class Home(Surface):
    """A person's Home tab."""

    def __init__(self, hand: Hand, view: View) -> None:
        """Hold the published view."""
        super().__init__(hand)
        self._view = view

    @property
    def blocks(self) -> list[JsonObject]:
        """The blocks as they are now."""
        return self._view.blocks

    @property
    def state(self) -> StateValues:
        """What the person has chosen in it."""
        return self._view.values

    @property
    def container(self) -> JsonObject:
        """How acts name this view."""
        return {"kind": "view", "view_id": self._view.id}

    def text(self) -> str:
        """Return every line a person reads."""
        return self.visible_text()


class Person:
    """Does what a person does; raises when the app breaks Slack's rules meanwhile."""

    def __init__(self, actor: Actor, watching: Callable[[], bool]) -> None:
        """Act as `actor`; `watching` tells whether violations raise."""
        self._actor = actor
        self._watching = watching

    @property
    def actor(self) -> Actor:
        """The person as acts know them."""
        return self._actor

    @property
    def user(self) -> User:
        """The person's account."""
        return self._actor.user

    @property
    def id(self) -> str:
        """The person's user id."""
        return self._actor.user.id

    def do(self, work: Callable[[], object]) -> None:
        """Do something and raise when the app broke the rules meanwhile."""
        before = len(self._actor.team.violations)
        work()
        broken: list[Violation] = self._actor.team.violations[before:]
        if broken and self._watching():
            raise ProtocolError(broken)

    def set_status(self, emoji: str, text: str, expiration: int = 0) -> None:
        """Set the status beside the name, or clear it with empty words; `expiration` in Unix seconds, 0 for never."""
        self.do(lambda: profile.set_status(self._actor, emoji, text, expiration))

    def command(self, line: str, channel: Where | None = None) -> MessageHandle | None:
        """Run a slash command, by default in the direct message with the app.

        Returns the newest message the app answered with in that channel, None when there is none.
        """
        command, _, text = line.partition(" ")
        place = self._channel(channel) if channel is not None else self.dm_with_app
        known = {message.ts for message in self.messages(place)}
        self.do(lambda: commands.run_command(self._actor, place.id, command, text))
        new = [m for m in self.messages(place) if m.ts not in known and m.is_from_app]
        return new[-1] if new else None

    @property
    def modals(self) -> list[Modal]:
        """The open modals, the top one last."""
        return [Modal(self, view) for view in stack_of(self._actor.team, self.id)]

    @property
    def modal(self) -> Modal:
        """The modal on top."""
        opened = self.modals
        if not opened:
            raise NotOnScreenError("a modal", "\n".join(self.notices))
        return opened[-1]

    @property
    def has_modal(self) -> bool:
        """Whether a modal is open."""
        return bool(self.modals)

    @property
    def home(self) -> Home:
        """The Home tab as last published; opened first when there is none yet."""
        view = self._actor.team.homes.get(self.id)
        return Home(self, view) if view is not None else self.open_home()

    def open_home(self) -> Home:
        """Open the Home tab: the app hears of it each time."""
        self.do(lambda: talk.open_home(self._actor))
        view = self._actor.team.homes.get(self.id)
        if view is None:
            raise NotOnScreenError("a published Home tab", "\n".join(self.notices))
        return Home(self, view)

    def open_messages_tab(self) -> None:
        """Open the app's Messages tab."""
        self.do(lambda: talk.open_home(self._actor, "messages"))

    @property
    def dm_with_app(self) -> Channel:
        """The direct message with the app."""
        return self._actor.sandbox.open_im(self._actor.team, self._actor.team.app.bot_user_id, self.id)

    def messages(self, channel: Where | None = None, thread_ts: str = "") -> list[MessageHandle]:
        """Return what the person sees in a channel (by default with the app), threads left out, or in a thread."""
        place = self._channel(channel) if channel is not None else self.dm_with_app
        team = self._actor.team
        with self._actor.sandbox.lock:
            said = [m for m in team.messages.get(place.id, []) if store.visible(team, self.user, m)]
        wanted = [m for m in said if (thread_ts in (m.ts, m.thread_ts) if thread_ts else m.thread_ts in ("", m.ts))]
        return [MessageHandle(self, message) for message in wanted]

    def last_message(self, channel: Where | None = None) -> MessageHandle:
        """Return the newest message the person sees in a channel."""
        found = self.messages(channel)
        if not found:
            raise NotOnScreenError("any message", "\n".join(self.notices))
        return found[-1]

    def find_message(self, text: str, channel: Where | None = None) -> MessageHandle:
        """Return the newest message that shows this text."""
        found = self.messages(channel)
        for message in reversed(found):
            if text in message.visible_text() or text in message.text:
                return message
        raise NotOnScreenError(f"a message with {text!r}", "\n---\n".join(m.visible_text() for m in found))

    def say(self, channel: Where, text: str, thread_ts: str = "") -> MessageHandle:
        """Write a message."""
        place = self._channel(channel)
        self.do(lambda: talk.say(self._actor, place.id, text, thread_ts))
        said = [m for m in self.messages(place, thread_ts) if not m.is_from_app and m.text == text]
        return said[-1]

    def shortcut(self, name: str) -> None:
        """Run a global shortcut by its name or callback id."""
        shortcut = self._shortcut(name, "global")
        self.do(lambda: commands.run_shortcut(self._actor, shortcut.callback_id))

    def message_shortcut(self, name: str, message: MessageHandle) -> None:
        """Run a message shortcut by its name or callback id."""
        shortcut = self._shortcut(name, "message_action")
        self.do(lambda: commands.run_message_shortcut(self._actor, shortcut.callback_id, message.channel, message.ts))

    @property
    def notices(self) -> list[str]:
        """The banners shown to the person so far."""
        return [notice.text for notice in self._actor.team.notices if notice.user == self.id]

    def _shortcut(self, name: str, kind: str) -> Shortcut:
        offered = [shortcut for shortcut in self._actor.team.app.shortcuts if shortcut.type == kind]
        for shortcut in offered:
            if name in (shortcut.name, shortcut.callback_id):
                return shortcut
        raise NotOnScreenError(f"the shortcut {name!r}", "\n".join(shortcut.name for shortcut in offered))

    def _channel(self, channel: Where) -> Channel:
        if isinstance(channel, Channel):
            return channel
        return self._actor.sandbox.channel(self._actor.team, channel)
