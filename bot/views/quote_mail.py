"""A quote as the text of a mail: what is offered, for how much, until when. Its writer reads and changes it first."""

from core.i18n import Viewer
from core.queries.quotes import QuoteCard
from core.quotes import LineInput, line_net

TEXT_MAX = 2900
"""Characters, so that the text fits Slack's input of 3,000 with a name filled in."""
DESCRIPTION_SHORT = 90
NOTE_SHORT = 400


def subject(quote: QuoteCard, customer: Viewer) -> str:
    """The mail's subject, in the customer's language."""
    return _words(customer.t("Our offer {ref}: {name}", ref=quote.ref, name=quote.deal_name))


def body(quote: QuoteCard, sender: str, customer: Viewer) -> str:
    """The mail's text, in the customer's language, with a placeholder for the reader's first name.

    Long descriptions and notes are shortened only where the text would not fit Slack's input.
    """
    whole = _text(quote, sender, customer)
    return whole if len(whole) <= TEXT_MAX else _text(quote, sender, customer, DESCRIPTION_SHORT, NOTE_SHORT)


def _text(quote: QuoteCard, sender: str, customer: Viewer, description: int = 0, note: int = 0) -> str:
    lines = "\n".join(_line(position, one, quote, customer, description) for position, one in _numbered(quote))
    parts = [
        customer.t("Hello {name},", name="{{first_name|" + customer.t("there") + "}}"),
        customer.t("this is our offer {ref}:", ref=quote.ref),
        lines,
        _sums(quote, customer),
        customer.t("The offer is valid until {day}.", day=customer.date(quote.valid_until)),
        _short(quote.note, note),
        customer.t("Best regards"),
    ]
    return "\n\n".join(part for part in parts if part) + (f"\n{_words(sender)}" if sender else "")


def _numbered(quote: QuoteCard) -> list[tuple[int, LineInput]]:
    return list(enumerate(quote.lines, start=1))


def _line(position: int, line: LineInput, quote: QuoteCard, customer: Viewer, limit: int) -> str:
    price = f"{customer.number(line.quantity)} × {customer.money(line.unit_price, quote.currency)}"
    if line.discount_percent:
        price += customer.t(" less {percent}", percent=customer.percent(line.discount_percent))
    net = customer.money(line_net(line, quote.currency), quote.currency)
    return f"{position}. {_short(line.description, limit)}: {price} = {net}"


def _sums(quote: QuoteCard, customer: Viewer) -> str:
    rows = [customer.t("Subtotal: {amount}", amount=customer.money(quote.subtotal, quote.currency))]
    rows += [
        customer.t(
            "Tax {percent}: {amount}",
            percent=customer.percent(one.percent),
            amount=customer.money(one.tax, quote.currency),
        )
        for one in quote.taxes
        if one.percent
    ]
    return "\n".join([*rows, customer.t("Total: {amount}", amount=customer.money(quote.total, quote.currency))])


def _short(text: str, limit: int) -> str:
    return _words(text if not limit or len(text) <= limit else text[: limit - 1].rstrip() + "…")


def _words(text: str) -> str:
    """Two braces in somebody's words are no placeholder."""
    return text.replace("{{", "{ {")
