"""From a claimed delivery to the call it becomes, or to the reason why there is nothing to send any more.

What is said is read at this moment, with the rights of who will read it; a delivery holds ids alone.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TypeVar
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.envelopes import home_view, message_payload
from bot.replies import Message
from bot.views import kit, mail_words
from core.access import Power, has_power
from core.context import Clock, Ctx
from core.enums import EntityType
from core.errors import NotFound
from core.models import Card, Member
from core.notices import is_channel
from core.queries.emails import mail_view
from core.workspaces import member_ctx, system_ctx
from notifications import claims, exports, notices, routing
from notifications.channels import channel_refused, channel_tried, channel_uses
from notifications.claims import Claimed
from notifications.content import Content, Shown, intro, not_shared, still_true
from notifications.exports import FileToSend
from notifications.notices import Held, Line
from notifications.plans import (
    METHODS,
    PERSONAL,
    AuditFile,
    ChannelTried,
    ForMember,
    Kind,
    MailWord,
    Morning,
    NewCard,
    NotShared,
    OldCard,
    Purpose,
    StoredEvent,
    unpack,
)
from notifications.rules import UnknownEvent
from notifications.slack import client_msg_id

SOURCE = "worker"
KINDS = frozenset(kind.value for kind in Kind)
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


@dataclass(frozen=True)
class Composer:
    """Composes the deliveries of one workspace inside one transaction."""

    session: Session
    clock: Clock
    workspace_id: UUID
    content: Content
    _members: dict[UUID, Member | None] = field(default_factory=dict)

    def compose(self, delivery: Claimed) -> Call | Skip:
        """What a delivery becomes. Raises Unreadable."""
        if delivery.kind not in KINDS:
            raise Unreadable(delivery.kind)
        return self._compose(Kind(delivery.kind), delivery)

    def _compose(self, kind: Kind, delivery: Claimed) -> Call | Skip:
        match kind:
            case Kind.PROFILE:
                return self._profile(_read(ForMember, delivery))
            case Kind.WELCOME:
                return self._welcome(_read(ForMember, delivery), delivery.id)
            case Kind.CARD_POST:
                return self._new_card(_read(NewCard, delivery), delivery.id)
            case Kind.CARD_EDIT:
                return self._old_card(_read(OldCard, delivery), delivery)
            case Kind.HOME:
                return self._home(_read(ForMember, delivery), delivery)
            case Kind.NOT_SHARED | Kind.CHANNEL | Kind.CHANNEL_REFUSED:
                return self._about_channel(kind, delivery)
            case Kind.MORNING:
                return self._morning(_read(Morning, delivery), delivery.id)
            case Kind.AUDIT | Kind.EMAIL_WORD:
                return self._asked_for(kind, delivery)
            case Kind.EMAIL:
                raise Unreadable(kind)  # mails are carried by notifications.postman
            case Kind.EVENT:
                return self._event(_read(StoredEvent, delivery))

    # -- people -----------------------------------------------------------------------------------------------------

    def _profile(self, about: ForMember) -> Call | Skip:
        member = self._member(about.member_id)
        if member is None:
            return Skip("The person is not here any more.")
        arguments: dict[str, object] = {"user": member.slack_user_id, "include_locale": True}
        return Call(Kind.PROFILE, arguments, member_id=member.id)

    def _welcome(self, about: ForMember, delivery_id: UUID) -> Call | Skip:
        ctx = self._as(about.member_id)
        if ctx is None:
            return Skip("The person is not here any more.")
        message = self.content.welcome(ctx, installer=about.installer)
        return Call(Kind.WELCOME, _post(ctx.actor.slack_user_id, message, delivery_id))

    def _home(self, about: ForMember, delivery: Claimed) -> Call | Skip:
        ctx = self._as(about.member_id)
        if ctx is None:
            return Skip("The person is not here any more.")
        if claims.superseded(ctx, delivery):
            return Skip("A later one waits.")
        view = home_view(self.content.home(ctx))
        arguments: dict[str, object] = {"user_id": ctx.actor.slack_user_id, "view": view}
        return Call(Kind.HOME, arguments, member_id=about.member_id)

    def _event(self, stored: StoredEvent) -> Skip:
        try:
            routing.route_again(self._system(), stored)
        except (KeyError, ValidationError, UnknownEvent) as error:
            raise Unreadable(stored.kind) from error
        return Skip("The event was read.")

    # -- cards ------------------------------------------------------------------------------------------------------

    def _new_card(self, card: NewCard, delivery_id: UUID) -> Call | Skip:
        ctx = self._reader(card.purpose, card.member_id)
        if ctx is None:
            return Skip("The person is not here any more.")
        try:
            shown = self._shown(ctx, card)
        except NotFound:
            return Skip("Those it was for may not see the record any more.")
        if not still_true(card.purpose, shown, ctx.actor.slack_user_id):
            return Skip("It was taken back before it was told.")
        message = self._with_intro(ctx, card, shown)
        arguments = _post(card.channel, message, delivery_id)
        return Call(Kind.CARD_POST, arguments, digest=_digest(message), new_card=card)

    def _old_card(self, about: OldCard, delivery: Claimed) -> Call | Skip:
        row = self.session.scalars(
            select(Card).where(Card.workspace_id == self.workspace_id, Card.id == about.card_id)
        ).one_or_none()
        if row is None or row.retired_at is not None:
            return Skip("The message is gone.")
        if claims.superseded(self._system(), delivery):
            return Skip("A later one waits.")
        card = NewCard(row.entity, row.entity_id, row.channel, Purpose(row.purpose), row.member_id, row.by_id)
        message = self._current(card)
        digest = _digest(message) if message else ""
        if message and digest == row.digest:
            return Skip("Nothing changed in what it shows.")
        shown = message or self._farewell()
        arguments = {"channel": row.channel, "ts": row.ts, **message_payload(shown)}
        # An edit without blocks would leave the old ones standing.
        arguments.setdefault("blocks", [])
        return Call(Kind.CARD_EDIT, arguments, digest=digest, farewell=message is None, card_id=row.id)

    def _current(self, card: NewCard) -> Message | None:
        ctx = self._reader(card.purpose, card.member_id)
        if ctx is None:
            return None
        try:
            return self._with_intro(ctx, card, self._shown(ctx, card))
        except NotFound:
            return None

    def _farewell(self) -> Message:
        return Message(self._system().viewer.t("This record is not shown here any more."))

    def _shown(self, ctx: Ctx, card: NewCard) -> Shown:
        public = card.purpose not in PERSONAL
        return self.content.card(ctx, EntityType(card.entity), card.entity_id, public=public)

    def _with_intro(self, ctx: Ctx, card: NewCard, shown: Shown) -> Message:
        holds = still_true(card.purpose, shown, ctx.actor.slack_user_id)
        line = intro(ctx.viewer, card.purpose, shown, self._name(card.by_id), holds=holds)
        blocks = shown.message.blocks or [kit.section(shown.message.text)]
        audience = ctx.actor.slack_user_id if card.purpose in PERSONAL else card.channel
        head = kit.section(line, notices.settings_button(audience, ctx.viewer))
        return Message(f"{line} {shown.message.text}", [head, *blocks][: kit.MESSAGE_BLOCKS_MAX])

    def _not_shared(self, about: NotShared, delivery_id: UUID) -> Call | Skip:
        ctx = self._as(about.member_id)
        if ctx is None:
            return Skip("The person is not here any more.")
        try:
            shown = self.content.card(ctx, EntityType(about.entity), about.entity_id, public=True)
        except NotFound:
            return Skip("The person may not see the record any more.")
        message = not_shared(ctx.viewer, shown, about.channel, about.error)
        return Call(Kind.NOT_SHARED, _post(ctx.actor.slack_user_id, message, delivery_id))

    def _about_channel(self, kind: Kind, delivery: Claimed) -> Call | Skip:
        match kind:
            case Kind.CHANNEL:
                return self._channel(_read(ChannelTried, delivery), delivery.id)
            case Kind.CHANNEL_REFUSED:
                return self._channel_refused(_read(ChannelTried, delivery), delivery.id)
            case _:
                return self._not_shared(_read(NotShared, delivery), delivery.id)

    # -- channels -----------------------------------------------------------------------------------------------------

    def _channel(self, about: ChannelTried, delivery_id: UUID) -> Call | Skip:
        ctx = self._audience(about.channel)
        uses = channel_uses(ctx, about.channel) if ctx is not None else ()
        if ctx is None or not uses:
            return Skip("Another channel was chosen since.")
        chooser = self._member(about.by_id) if about.by_id else None
        message = channel_tried(ctx.viewer, uses, chooser.slack_user_id if chooser else "")
        return Call(Kind.CHANNEL, _post(about.channel, message, delivery_id), tried=about)

    def _channel_refused(self, about: ChannelTried, delivery_id: UUID) -> Call | Skip:
        ctx = self._as(about.by_id) if about.by_id else None
        uses = channel_uses(ctx, about.channel) if ctx is not None else ()
        if ctx is None or not uses:
            return Skip("Another channel was chosen since.")
        message = channel_refused(ctx.viewer, uses, about.channel, about.error)
        return Call(Kind.CHANNEL_REFUSED, _post(ctx.actor.slack_user_id, message, delivery_id))

    # -- the morning, and files -------------------------------------------------------------------------------------

    def _morning(self, about: Morning, delivery_id: UUID) -> Call | Skip:
        ctx = self._audience(about.audience)
        waiting = notices.waiting(self._system(), about.audience)
        lines: dict[UUID, Line] = {}
        for held in waiting:
            line = self._morning_line(ctx, held, about.audience) if ctx is not None else None
            if line is not None:
                lines[held.id] = line
        notices.mark_told(self._system(), [held.id for held in waiting if held.id not in lines])
        if ctx is None or not lines:
            return Skip("There is nothing left to tell.")
        message = notices.morning_message(about.audience, list(lines.values()), ctx.viewer)
        return Call(Kind.MORNING, _post(about.audience, message, delivery_id), held=tuple(lines))

    def _morning_line(self, ctx: Ctx, held: Held, audience: str) -> Line | None:
        """None where it is not true any more, or not for these eyes."""
        try:
            shown = self.content.card(ctx, EntityType(held.entity), held.entity_id, public=is_channel(audience))
        except NotFound:
            return None
        if not still_true(held.purpose, shown, ctx.actor.slack_user_id):
            return None
        text = intro(ctx.viewer, held.purpose, shown, "", holds=True)
        return Line(text, shown.ref, held.entity, held.entity_id)

    def _audience(self, audience: str) -> Ctx | None:
        """With whose rights a morning message is made: the person's own; a channel's in the workspace's language."""
        if is_channel(audience):
            ctx = self._system()
            ctx.actor = replace(ctx.actor, locale=ctx.workspace.locale)
            return ctx
        member_id = self.session.scalar(
            select(Member.id).where(Member.workspace_id == self.workspace_id, Member.slack_user_id == audience)
        )
        return self._as(member_id) if member_id is not None else None

    def _audit(self, wanted: AuditFile) -> Call | Skip:
        ctx = self._as(wanted.member_id)
        if ctx is None or not has_power(ctx, Power.CONFIGURE):
            return Skip("Only admins may have it.")
        file = exports.audit_file(ctx, wanted.words)
        return Call(Kind.AUDIT, {"user": ctx.actor.slack_user_id}, file=file)

    def _asked_for(self, kind: Kind, delivery: Claimed) -> Call | Skip:
        if kind is Kind.AUDIT:
            return self._audit(_read(AuditFile, delivery))
        return self._mail_word(_read(MailWord, delivery), delivery.id)

    def _mail_word(self, about: MailWord, delivery_id: UUID) -> Call | Skip:
        ctx = self._as(about.member_id)
        if ctx is None:
            return Skip("The person is not here any more.")
        try:
            message = mail_words.word(mail_view(ctx, about.email_id), ctx.viewer)
        except NotFound:
            return Skip("The person may not see the record any more.")
        if message is None:
            return Skip("The mail has left meanwhile.")
        return Call(Kind.EMAIL_WORD, _post(ctx.actor.slack_user_id, message, delivery_id))

    # -- who reads --------------------------------------------------------------------------------------------------

    def _reader(self, purpose: Purpose, member_id: UUID | None) -> Ctx | None:
        """With whose rights a card is rendered: its reader's, or in a channel the sharer's in the channel's language.

        None where that person may see nothing any more.
        """
        if purpose in PERSONAL:
            return self._as(member_id) if member_id else None
        ctx = self._as(member_id) if member_id else self._system()
        if ctx is not None:
            ctx.actor = replace(ctx.actor, locale=ctx.workspace.locale)
        return ctx

    def _as(self, member_id: UUID) -> Ctx | None:
        member = self._member(member_id)
        if member is None or member.guest or not member.active:
            return None
        # The people around somebody are kept for a transaction; here each delivery has a reader of its own.
        self.session.info.pop("scope", None)
        return member_ctx(self.session, self.clock, self.workspace_id, member_id, SOURCE)

    def _system(self) -> Ctx:
        return system_ctx(self.session, self.clock, self.workspace_id, SOURCE)

    def _member(self, member_id: UUID) -> Member | None:
        if member_id not in self._members:
            self._members[member_id] = self.session.scalars(
                select(Member).where(Member.workspace_id == self.workspace_id, Member.id == member_id)
            ).one_or_none()
        return self._members[member_id]

    def _name(self, member_id: UUID | None) -> str:
        member = self._member(member_id) if member_id else None
        return member.name if member else ""


def _read(kind: type[P], delivery: Claimed) -> P:
    try:
        return unpack(kind, delivery.payload)
    except ValidationError as error:
        raise Unreadable(delivery.kind) from error


def _post(channel: str, message: Message, delivery_id: UUID) -> dict[str, object]:
    return {"channel": channel, "client_msg_id": client_msg_id(delivery_id), **message_payload(message)}


def _digest(message: Message) -> str:
    return hashlib.sha256(json.dumps(message_payload(message), sort_keys=True).encode()).hexdigest()
