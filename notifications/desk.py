"""The desk deliveries are composed at: one transaction, and with whose rights each is read.

What is said is read at the moment it is sent; a delivery holds ids alone.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.envelopes import message_payload
from bot.replies import Message
from core.context import Clock, Ctx
from core.models import Member
from core.notices import is_channel
from core.workspaces import member_ctx, system_ctx
from notifications.claims import Claimed
from notifications.content import Content
from notifications.exports import FileToSend
from notifications.plans import METHODS, ChannelTried, Kind, NewCard, unpack
from notifications.slack import client_msg_id

SOURCE = "worker"
P = TypeVar("P")


@dataclass(frozen=True)
class Call:
    """A call to make."""

    kind: Kind
    arguments: dict[str, object]
    digest: str = ""
    """Of what a card shows."""
    farewell: bool = False
    """The card is not edited again after this."""
    new_card: NewCard | None = None
    card_id: UUID | None = None
    member_id: UUID | None = None
    held: tuple[UUID, ...] = ()
    """The notices a morning message takes along."""
    file: FileToSend | None = None
    tried: ChannelTried | None = None
    """A channel that is posted in for the first time."""

    @property
    def method(self) -> str:
        """The Web API method."""
        return METHODS[self.kind]


@dataclass(frozen=True)
class Skip:
    """Nothing to send any more."""

    reason: str


class Unreadable(Exception):
    """The delivery is of a version that knew more: neither its kind nor its payload means anything here."""


Composed = Call | Skip


@dataclass(frozen=True)
class Desk:
    """Where the deliveries of one workspace are composed, inside one transaction."""

    session: Session
    clock: Clock
    workspace_id: UUID
    content: Content
    _members: dict[UUID, Member | None] = field(default_factory=dict)

    def reader(self, card: NewCard) -> Ctx | None:
        """With whose rights a card is rendered: its reader's, or in a channel the sharer's in the channel's language.

        None where that person may see nothing any more.
        """
        if card.personal:
            return self.as_member(card.member_id) if card.member_id else None
        ctx = self.as_member(card.member_id) if card.member_id else self.system()
        if ctx is not None:
            ctx.actor = replace(ctx.actor, locale=ctx.workspace.locale)
        return ctx

    def as_member(self, member_id: UUID) -> Ctx | None:
        """With a member's own rights; None where they are not here any more."""
        member = self.member(member_id)
        if member is None or member.guest or not member.active:
            return None
        # The people around somebody are kept for a transaction; here each delivery has a reader of its own.
        self.session.info.pop("scope", None)
        return member_ctx(self.session, self.clock, self.workspace_id, member_id, SOURCE)

    def audience(self, audience: str) -> Ctx | None:
        """With whose rights a morning message is made: the person's own; a channel's in the workspace's language."""
        if is_channel(audience):
            ctx = self.system()
            ctx.actor = replace(ctx.actor, locale=ctx.workspace.locale)
            return ctx
        member_id = self.session.scalar(
            select(Member.id).where(Member.workspace_id == self.workspace_id, Member.slack_user_id == audience)
        )
        return self.as_member(member_id) if member_id is not None else None

    def system(self) -> Ctx:
        """With the system's rights."""
        return system_ctx(self.session, self.clock, self.workspace_id, SOURCE)

    def member(self, member_id: UUID) -> Member | None:
        """A member's row, read once."""
        if member_id not in self._members:
            self._members[member_id] = self.session.get(Member, (self.workspace_id, member_id))
        return self._members[member_id]

    def name(self, member_id: UUID | None) -> str:
        """A member's name; empty for nobody."""
        member = self.member(member_id) if member_id else None
        return member.name if member else ""


Composer = Callable[[Desk, Claimed], Composed]
"""Makes of a delivery what it becomes."""


def read(kind: type[P], delivery: Claimed) -> P:
    """The delivery's payload. Raises Unreadable."""
    try:
        return unpack(kind, delivery.payload)
    except ValidationError as error:
        raise Unreadable(delivery.kind) from error


def post(channel: str, message: Message, delivery_id: UUID, *, thread: str = "") -> dict[str, object]:
    """The arguments of chat.postMessage. `thread`: the message (ts) it is said below; empty for one of its own."""
    below = {"thread_ts": thread} if thread else {}
    return {"channel": channel, "client_msg_id": client_msg_id(delivery_id), **below, **message_payload(message)}


def digest(message: Message) -> str:
    """Of what Slack shows: the same for messages that look the same."""
    return hashlib.sha256(json.dumps(message_payload(message), sort_keys=True).encode()).hexdigest()
