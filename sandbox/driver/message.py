"""A message in a person's hands."""

from sandbox import messages
from sandbox.acts import talk
from sandbox.driver.errors import NotOnScreenError
from sandbox.driver.reading import screen
from sandbox.driver.surface import Hand, Surface
from sandbox.jsons import JsonObject
from sandbox.model import Message, StateValues


class MessageHandle(Surface):
    """One message as one person sees it; it follows the message through updates."""

    def __init__(self, hand: Hand, message: Message) -> None:
        """Hold `message`."""
        super().__init__(hand)
        self._message = message

    def __repr__(self) -> str:
        """Show who sees what."""
        return f"<Message {self.ts} {self.visible_text()!r}>"

    @property
    def ts(self) -> str:
        """The message's `ts`."""
        return self._message.ts

    @property
    def channel(self) -> str:
        """The id of the channel it is in."""
        return self._message.channel

    @property
    def text(self) -> str:
        """The fallback text: what notifications show and screen readers say."""
        return self._message.text

    @property
    def blocks(self) -> list[JsonObject]:
        """The blocks as they are now, with those below its links."""
        return self._message.shown_blocks

    @property
    def state(self) -> StateValues:
        """What this person has chosen in it."""
        return messages.viewer_state(self._message, self._hand.actor.user.id)

    @property
    def container(self) -> JsonObject:
        """How acts name this message."""
        return {"kind": "message", "channel": self.channel, "ts": self.ts}

    @property
    def is_ephemeral(self) -> bool:
        """Whether only this person sees it."""
        return bool(self._message.ephemeral_to)

    @property
    def is_from_app(self) -> bool:
        """Whether the app wrote it."""
        return self._message.by_app

    @property
    def exists(self) -> bool:
        """Whether it has not been deleted."""
        return messages.find(self._hand.actor.team, self.channel, self.ts) is not None

    @property
    def thread(self) -> list["MessageHandle"]:
        """The answers in its thread."""
        found = messages.replies(self._hand.actor.team, self.channel, self.ts)
        return [MessageHandle(self._hand, message) for message in found]

    def visible_text(self) -> str:
        """Return every line a person reads; the plain text where it has no blocks of its own."""
        lines = [] if self._message.blocks else [self.text]
        if self.blocks:
            lines.append(screen(self.blocks, self.state))
        return "\n".join(lines)

    def react(self, name: str) -> None:
        """Put a reaction on it."""
        self._hand.do(lambda: talk.react(self._hand.actor, self.channel, self.ts, name))

    def reply(self, text: str) -> None:
        """Answer in its thread."""
        if self.is_ephemeral:
            raise NotOnScreenError("an answer to a message only you can see", self.visible_text())
        self._hand.do(lambda: talk.say(self._hand.actor, self.channel, text, self.ts))
