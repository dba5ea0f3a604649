"""What a form that was opened on a record's card is answered with once it was saved."""

from uuid import UUID

from bot.replies import CloseModal, Message, ReplaceCard, Reply
from bot.views import records as views
from core.context import Ctx
from core.enums import EntityType
from core.errors import NotFound
from core.queries.history import anything_changed
from core.queries.records import card_of


def saved(ctx: Ctx, done: Message) -> Reply:
    """What was done, in place of the card. Where that was nothing, the card stays, with the Undo it may carry."""
    if not anything_changed(ctx):
        return CloseModal(Message(ctx.viewer.t("Nothing was changed.")))
    return ReplaceCard(done)


def confirmed(ctx: Ctx, entity: EntityType, record_id: UUID, said: str) -> Message:
    """What was done, with Undo, and the record as far as the actor still sees it."""
    try:
        card = views.card(card_of(ctx, entity, record_id), ctx.viewer)
    except NotFound:
        return views.unseen(said, ctx.change_id, ctx.viewer)
    return Message(f"{said} {card.text}", [*views.confirmation(ctx.viewer, said, ctx.change_id), *card.blocks])
