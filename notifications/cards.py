"""Deliveries of cards: the messages that show a record, posted once and edited in place."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy import select

from bot.envelopes import message_payload
from bot.replies import Message
from bot.views import kit
from bot.views.notices import settings_button
from bot.views.reasons import reason
from core import mornings
from core.context import Ctx
from core.enums import EntityType
from core.errors import NotFound
from core.models import Card
from core.notices import NoticeKind
from core.queries.kept import still_true
from notifications import claims, day_messages
from notifications.claims import Claimed
from notifications.content import Shown
from notifications.desk import Call, Composed, Desk, Skip, digest, post, read
from notifications.plans import Kind, NewCard, OldCard, Purpose

DRAWN: Mapping[str, Callable[[Desk, Card], Message | None]] = MappingProxyType({mornings.MORNING: day_messages.now})
"""Cards that show no record's card but something of their own, by `entity`."""


def new_card(desk: Desk, delivery: Claimed) -> Composed:
    """A card to be posted: nothing where its reason does not hold any more."""
    card = read(NewCard, delivery)
    ctx = desk.reader(card)
    if ctx is None:
        return Skip("The person is not here any more.")
    try:
        shown = _shown(desk, ctx, card)
    except NotFound:
        return Skip("Those it was for may not see the record any more.")
    if not still_true(NoticeKind(card.purpose.value), shown.card, ctx.actor.slack_user_id):
        return Skip("It was taken back before it was told.")
    message = _with_intro(desk, ctx, card, shown)
    arguments = post(card.channel, message, delivery.id, thread=card.thread)
    return Call(Kind.CARD_POST, arguments, digest=digest(message), new_card=card)


def old_card(desk: Desk, delivery: Claimed) -> Composed:
    """A card that is out of date: nothing where it would look the same."""
    about = read(OldCard, delivery)
    row = desk.session.scalars(
        select(Card).where(Card.workspace_id == desk.workspace_id, Card.id == about.card_id)
    ).one_or_none()
    if row is None or row.retired_at is not None:
        return Skip("The message is gone.")
    if claims.superseded(desk.system(), delivery):
        return Skip("A later one waits.")
    card = NewCard(row.entity, row.entity_id, row.channel, Purpose(row.purpose), row.member_id, row.by_id)
    message = DRAWN[row.entity](desk, row) if row.entity in DRAWN else _current(desk, card)
    looks = digest(message) if message else ""
    if message and looks == row.digest:
        return Skip("Nothing changed in what it shows.")
    shown = message or _farewell(desk)
    arguments = {"channel": row.channel, "ts": row.ts, **message_payload(shown)}
    # An edit without blocks would leave the old ones standing.
    arguments.setdefault("blocks", [])
    return Call(Kind.CARD_EDIT, arguments, digest=looks, farewell=message is None, card_id=row.id)


def _current(desk: Desk, card: NewCard) -> Message | None:
    """The card as it looks by now; None where it is not to be shown any more."""
    ctx = desk.reader(card)
    if ctx is None:
        return None
    try:
        return _with_intro(desk, ctx, card, _shown(desk, ctx, card))
    except NotFound:
        return None


def _farewell(desk: Desk) -> Message:
    return Message(desk.system().viewer.t("This record is not shown here any more."))


def _shown(desk: Desk, ctx: Ctx, card: NewCard) -> Shown:
    return desk.content.card(ctx, EntityType(card.entity), card.entity_id, public=not card.personal)


def _with_intro(desk: Desk, ctx: Ctx, card: NewCard, shown: Shown) -> Message:
    kind = NoticeKind(card.purpose.value)
    holds = still_true(kind, shown.card, ctx.actor.slack_user_id)
    line = reason(ctx.viewer, kind, shown.card, desk.name(card.by_id), holds=holds)
    audience = ctx.actor.slack_user_id if card.personal else card.channel
    head = kit.section(line, settings_button(audience, ctx.viewer))
    if kind is NoticeKind.WON and not holds:
        return Message(line, [head])  # only a won deal is everybody's business
    blocks = shown.message.blocks or [kit.section(shown.message.text)]
    return Message(f"{line} {shown.message.text}", [head, *blocks][: kit.MESSAGE_BLOCKS_MAX])
