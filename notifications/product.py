"""The product's own content: its cards, its App Home, its welcome.

Who sees what: a direct message shows what its reader may see. A card in a channel is rendered with the rights of who
put it there, but without what is the record's people's own: phone, e-mail, notes, the timeline. Everybody in the
channel reads it, whatever their own rights; its buttons ask for those when they are clicked.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from bot.replies import Home, Message
from bot.views import help as help_views
from bot.views import home as home_views
from bot.views import kit
from bot.views import quotes as quote_views
from bot.views import records as record_views
from bot.views import replies as reply_views
from bot.views import tasks as task_views
from core.context import Ctx
from core.enums import EntityType, StageKind
from core.queries import home as home_queries
from core.queries import records
from core.queries.deals import CARD_QUOTES, DealCard
from core.queries.quotes import QuoteCard, quotes_of_deal
from core.queries.records import AnyCard
from core.queries.reply_cards import ReplyCard
from core.queries.tasks import TaskRow
from notifications.content import Shown

PRIVATE: Mapping[str, Callable[[Any], object]] = MappingProxyType(
    {
        "phone": lambda _: "",
        "phone_shown": lambda _: "",
        "email": lambda _: "",
        "notes": lambda _: "",
        "timeline": lambda _: (),
        "tags": lambda _: (),
        "quotes": lambda _: (),
        "people": lambda people: tuple(replace(person, email="") for person in people),
    }
)
"""What a card's field becomes in a channel, for the fields that are not shown there."""


class ProductContent:
    """Content from the product's queries and views."""

    def card(self, ctx: Ctx, entity: EntityType, record_id: UUID, *, public: bool) -> Shown:
        """A record's card for the actor, or `public` for everybody in a channel. Raises NotFound."""
        record = records.card_of(ctx, entity, record_id)
        shown = for_channel(record) if public else record
        if public and isinstance(shown, DealCard):
            # A draft has been offered to nobody yet.
            shown = replace(shown, quotes=tuple(quotes_of_deal(ctx, record_id, CARD_QUOTES, drafts=False)))
        if isinstance(shown, ReplyCard):
            return Shown(shown, reply_views.alert(shown, ctx.viewer))
        won = isinstance(record, DealCard) and record.stage_kind is StageKind.WON
        if isinstance(record, QuoteCard) and not public:
            # The only thing somebody is told of a quote is that it ended: what to do next, and not all of its lines.
            message = quote_views.what_next(record, ctx.viewer)
        elif isinstance(record, TaskRow) and not public:
            message = task_views.told(record, ctx.viewer)
        else:
            message = (record_views.for_everybody if public else record_views.card)(shown, ctx.viewer)
        if public and not won:
            note = ctx.viewer.t("Contact details, notes and the timeline are not shown in channels.")
            message = replace(message, blocks=[*message.blocks, kit.context(note)])
        return Shown(shown, message)

    def home(self, ctx: Ctx) -> Home:
        """The actor's App Home, on its first pages."""
        return home_views.home(home_queries.home(ctx), ctx.viewer)

    def welcome(self, ctx: Ctx, *, installer: bool) -> Message:
        """The first message to the actor."""
        return help_views.welcome(ctx.viewer, installer=installer)


def for_channel(record: AnyCard) -> AnyCard:
    """The card without what is not for everybody's eyes."""
    changes: dict[str, Any] = {
        field.name: PRIVATE[field.name](getattr(record, field.name))
        for field in fields(record)
        if field.name in PRIVATE
    }
    return replace(record, **changes)
