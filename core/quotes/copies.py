"""Offering again: a new version of a quote, and a copy on the same or on another deal."""

from uuid import UUID

from core.access import Verb, load, visible
from core.context import Ctx
from core.enums import QuoteStatus
from core.errors import Conflict, Invalid
from core.models import Deal, Quote
from core.operations import operation
from core.quotes.drafts import announce, default_valid_until, lines_of, put
from core.quotes.sums import LineInput, QuoteInput
from core.refs import quote_ref

VERSIONABLE = frozenset({QuoteStatus.SENT, QuoteStatus.VIEWED, QuoteStatus.REJECTED, QuoteStatus.EXPIRED})
"""A draft is edited instead, and what was accepted is settled."""


@operation("quote.new_version")
def new_version(ctx: Ctx, quote_id: UUID) -> Quote:
    """A new draft with the lines of a quote that left the house, under a number of its own; valid thirty days.

    The quote itself stays as it is. Raises Conflict("quote_no_version", ref, status) for a draft or an accepted
    quote, Conflict("quote_has_newer", ref, newer, newer_id) where there is a newer version already, NotFound,
    Forbidden.
    """
    deal = load(ctx, Deal, load(ctx, Quote, quote_id, Verb.SEE).deal_id)
    quote = load(ctx, Quote, quote_id)
    if quote.status not in VERSIONABLE:
        raise Conflict("quote_no_version", ref=_ref(quote), status=quote.status)
    newer = ctx.session.scalars(visible(ctx, Quote).where(Quote.previous_id == quote.id).limit(1)).one_or_none()
    if newer is not None:
        raise Conflict("quote_has_newer", ref=_ref(quote), newer=_ref(newer), newer_id=newer.id)
    # In the quote's own currency, whatever the deal's is by now: the prices of its lines mean that one.
    made = put(ctx, _offer(ctx, quote, deal), quote.currency, previous=quote)
    announce(ctx, quote)
    return made


@operation("quote.copy")
def copy(ctx: Ctx, quote_id: UUID, deal_id: UUID) -> Quote:
    """A new draft with a quote's lines and note, on a deal the actor may edit; valid thirty days.

    Raises Invalid({"deal_id": "currency_differs"}) where that deal is in another currency, so that its prices would
    mean something else; NotFound, Forbidden.
    """
    deal = load(ctx, Deal, deal_id)
    quote = load(ctx, Quote, quote_id, Verb.SEE)
    if deal.currency != quote.currency:
        raise Invalid({"deal_id": "currency_differs"})
    return put(ctx, _offer(ctx, quote, deal), quote.currency)


def _offer(ctx: Ctx, quote: Quote, deal: Deal) -> QuoteInput:
    """What a quote offers, for a deal, from today; its lines as they are, also of a product not sold any more."""
    lines = tuple(
        LineInput(
            line.product_id,
            line.description,
            line.quantity,
            line.unit_price,
            line.discount_percent,
            line.tax_percent,
        )
        for line in lines_of(ctx, quote.id)
    )
    return QuoteInput(deal.id, default_valid_until(ctx), quote.note, lines)


def _ref(quote: Quote) -> str:
    return quote_ref(quote.year, quote.sequence)
