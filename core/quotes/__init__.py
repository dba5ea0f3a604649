"""Quotes: lines and sums, drafts with numbers without gaps, and a quote's way to its decision.

`from core import quotes; quotes.accept(ctx, quote_id)`; each verb is in a file of its kind.
"""

from core.quotes.copies import VERSIONABLE, copy, new_version
from core.quotes.drafts import (
    DESCRIPTION_MAX,
    LINES_MAX,
    NOTE_MAX,
    PRICE_MAX,
    QUANTITY_MAX,
    VALID_DAYS,
    create,
    default_valid_until,
    edit,
    lines_of,
)
from core.quotes.steps import OPEN, TRANSITIONS, accept, expire_due, mark_sent, refuse_to_send, reject
from core.quotes.sums import LineInput, QuoteInput, TaxSum, Totals, line_net, totals

__all__ = [
    "DESCRIPTION_MAX",
    "LINES_MAX",
    "NOTE_MAX",
    "OPEN",
    "PRICE_MAX",
    "QUANTITY_MAX",
    "TRANSITIONS",
    "VALID_DAYS",
    "VERSIONABLE",
    "LineInput",
    "QuoteInput",
    "TaxSum",
    "Totals",
    "accept",
    "copy",
    "create",
    "default_valid_until",
    "edit",
    "expire_due",
    "line_net",
    "lines_of",
    "mark_sent",
    "new_version",
    "refuse_to_send",
    "reject",
    "totals",
]
