"""Quotes: looking, and what becomes of an offer. The line editor is in handlers/quote_editor."""

from uuid import UUID

from bot import errors
from bot.commands import CommandCall
from bot.dispatch import Request, command, on, on_submit
from bot.replies import CloseModal, Message, OpenModal, Replace, Reply, Say
from bot.routes import CopyQuote, DecideQuote, NewQuoteVersion, SaveQuoteCopy
from bot.views import quotes as views
from core import quotes
from core.context import Ctx
from core.enums import EntityType, QuoteStatus
from core.errors import Conflict, NotFound
from core.queries import quotes as queries
from core.queries.records import find_by_ref
from core.refs import parse_ref

STEPS = {
    QuoteStatus.SENT: quotes.mark_sent,
    QuoteStatus.ACCEPTED: quotes.accept,
    QuoteStatus.REJECTED: quotes.reject,
}
"""What people make of a quote, and the operation that does it."""


@command("quote", "view", arguments="REF", summary="Show a quote", also=("show",))
def view_quote(ctx: Ctx, call: CommandCall) -> Reply:
    """`/quote view Q-2026-0001`."""
    ref = parse_ref(call.text)
    if ref is None or ref.kind is not EntityType.QUOTE:
        text = ctx.viewer.t("Which quote? Type its number, for example `/quote view Q-2026-0001`.")
        return Say(Message(text))
    found = find_by_ref(ctx, ref)
    if found is None:
        raise NotFound
    return Say(views.card(queries.quote_card(ctx, found[1]), ctx.viewer))


@on(DecideQuote)
def decide_quote(ctx: Ctx, route: DecideQuote, _request: Request) -> Reply:
    """Sent, accepted or rejected."""
    step = STEPS.get(route.status)
    if step is None:
        raise NotFound
    step(ctx, route.quote_id)
    quote = queries.quote_card(ctx, route.quote_id)
    return Replace(views.done(views.step_text(quote, ctx.viewer), quote, ctx.change_id, ctx.viewer))


@on(NewQuoteVersion)
def new_version(ctx: Ctx, route: NewQuoteVersion, _request: Request) -> Reply:
    """Offer again; where somebody was first, the way to what they made."""
    try:
        made = quotes.new_version(ctx, route.quote_id)
    except Conflict as error:
        newer_id = error.data.get("newer_id")
        if not isinstance(newer_id, UUID):
            raise
        return Say(views.has_newer(errors.sentence(error, ctx.viewer), newer_id, ctx.viewer))
    return Replace(_made(ctx, made.id))


@on(CopyQuote)
def copy_quote(ctx: Ctx, route: CopyQuote, _request: Request) -> Reply:
    """Ask for which deal."""
    return OpenModal(views.copy_modal(queries.quote_card(ctx, route.quote_id), ctx.viewer))


@on_submit(SaveQuoteCopy, views.COPY_FORM)
def save_quote_copy(ctx: Ctx, route: SaveQuoteCopy, deal_id: UUID) -> Reply:
    """The same lines as a new draft, on this or another deal."""
    return CloseModal(_made(ctx, quotes.copy(ctx, route.quote_id, deal_id).id))


def _made(ctx: Ctx, quote_id: UUID) -> Message:
    quote = queries.quote_card(ctx, quote_id)
    return views.done(views.made_text(quote, ctx.viewer), quote, ctx.change_id, ctx.viewer)
