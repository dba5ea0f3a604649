"""Routes of quotes."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from bot.routes.base import Action, Lookup, Submission
from bot.routes.records import FindDeal, FindProduct
from core.enums import QuoteStatus


@dataclass(frozen=True)
class NewQuote(Action, id="quote.new"):
    """Open the line editor for a deal."""

    deal_id: UUID | None = None


@dataclass(frozen=True)
class EditQuote(Action, id="quote.edit"):
    """Open the line editor of a draft."""

    quote_id: UUID


@dataclass(frozen=True)
class SaveQuote(Submission, id="quote.save"):
    """The line editor: `lines` are the keys of its lines in order, `revisions` how often each was filled in anew.

    `currency` is a saved quote's own; empty for a new one, which takes the deal's.
    """

    deal_id: UUID | None = None
    quote_id: UUID | None = None
    version: int = 0
    currency: str = ""
    lines: tuple[int, ...] = (1,)
    revisions: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class ChangeQuoteLine(Action, id="quote.change"):
    """Something was typed in the line editor: sums are to be shown anew."""


@dataclass(frozen=True)
class ChooseQuoteProduct(Action, id="quote.product"):
    """A product was chosen in the line editor: its price and tax are filled in."""

    lookup: ClassVar[type[Lookup] | None] = FindProduct


@dataclass(frozen=True)
class ChooseQuoteDeal(Action, id="quote.deal"):
    """The deal was chosen in the line editor: its currency is known."""

    lookup: ClassVar[type[Lookup] | None] = FindDeal


@dataclass(frozen=True)
class AddQuoteLine(Action, id="quote.add_line"):
    """One line more."""


@dataclass(frozen=True)
class RemoveQuoteLine(Action, id="quote.remove_line"):
    """One line less."""

    line: int


@dataclass(frozen=True)
class DecideQuote(Action, id="quote.step"):
    """The quote is sent, accepted or rejected now."""

    quote_id: UUID
    status: QuoteStatus


@dataclass(frozen=True)
class NewQuoteVersion(Action, id="quote.version"):
    """Offer again what a quote offers, as its next version."""

    quote_id: UUID


@dataclass(frozen=True)
class CopyQuote(Action, id="quote.copy"):
    """Ask which deal a quote is to be copied to."""

    quote_id: UUID


@dataclass(frozen=True)
class SaveQuoteCopy(Submission, id="quote.save_copy"):
    """The deal a quote is copied to."""

    quote_id: UUID


@dataclass(frozen=True)
class ListQuotes(Action, id="quote.list"):
    """The list of quotes, as the person has it."""
