"""What a quote adds up to: lines, tax by rate, total."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from core.money import round_money

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class LineInput:
    """One line as it is offered. `unit_price` is in the quote's currency, percentages run from 0 to 100."""

    product_id: UUID | None
    description: str
    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal = Decimal(0)
    tax_percent: Decimal = Decimal(0)


@dataclass(frozen=True)
class QuoteInput:
    """A quote as it is typed; the currency is the deal's."""

    deal_id: UUID
    valid_until: date
    note: str
    lines: tuple[LineInput, ...]


@dataclass(frozen=True)
class TaxSum:
    """The tax of one rate."""

    percent: Decimal
    base: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Totals:
    """What a quote adds up to, in its currency: `total` is always `subtotal` plus `tax`."""

    subtotal: Decimal
    taxes: tuple[TaxSum, ...]
    tax: Decimal
    total: Decimal


def line_net(line: LineInput, currency: str) -> Decimal:
    """A line's amount after discount and before tax, in `currency`.

    quantity x unit price x (1 - discount), rounded half up to the currency's minor units once a line
    (EN 16931-1, BT-131 invoice line net amount).
    """
    return round_money(line.quantity * line.unit_price * (HUNDRED - line.discount_percent) / HUNDRED, currency)


def totals(lines: Iterable[LineInput], currency: str) -> Totals:
    """What the lines add up to, in `currency`.

    The tax of each rate is computed on the sum of that rate's line amounts and rounded half up once a rate
    (EN 16931-1: BT-116 taxable amount and BT-117 tax amount of each VAT breakdown; BR-CO-14 total tax;
    BR-CO-15 total with tax), so it does not depend on the order of the lines.
    """
    bases: dict[Decimal, Decimal] = {}
    for line in lines:
        rate = line.tax_percent.normalize()
        bases[rate] = bases.get(rate, Decimal(0)) + line_net(line, currency)
    taxes = tuple(
        TaxSum(rate, base, round_money(base * rate / HUNDRED, currency)) for rate, base in sorted(bases.items())
    )
    subtotal = sum(bases.values(), Decimal(0))
    tax = sum((one.tax for one in taxes), Decimal(0))
    return Totals(subtotal, taxes, tax, subtotal + tax)
