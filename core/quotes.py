"""Quotes: lines, sums, numbers without gaps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from core.access import Verb, load
from core.conflicts import refuse_stale
from core.context import Ctx
from core.counters import next_number
from core.enums import QuoteStatus
from core.errors import Conflict, Invalid
from core.events import RecordChanged
from core.models import Deal, History, Member, Product, Quote, QuoteLine
from core.money import round_money
from core.normalise import multiline_text, name_text
from core.operations import operation

LINES_MAX = 12
"""A line takes seven blocks of the editor, and a Slack modal holds a hundred."""
VALID_DAYS = 30
DESCRIPTION_MAX = 300
NOTE_MAX = 2000
QUANTITY_MAX = Decimal(1_000_000)
PRICE_MAX = Decimal(1_000_000_000)
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


def default_valid_until(ctx: Ctx) -> date:
    """Until when a new quote holds: thirty days from the actor's today."""
    return ctx.today.date() + timedelta(days=VALID_DAYS)


@operation("quote.draft")
def create(ctx: Ctx, values: QuoteInput) -> Quote:
    """Draft a quote on a deal the actor may edit.

    The number is the next of the workspace and of the year on the actor's calendar. It is given out in this
    transaction, so that a rollback leaves no gap; a draft that is taken back keeps its number.
    Raises Invalid, NotFound, Forbidden.
    """
    deal = load(ctx, Deal, values.deal_id)
    lines = _checked(ctx, values)
    sums = totals(lines, deal.currency)
    year = ctx.today.year
    quote = Quote(
        year=year,
        sequence=next_number(ctx, f"quote:{year}"),
        deal_id=deal.id,
        status=QuoteStatus.DRAFT,
        currency=deal.currency,
        valid_until=values.valid_until,
        note=multiline_text(values.note),
        subtotal=sums.subtotal,
        tax=sums.tax,
        total=sums.total,
        created_by_id=ctx.actor.member_id,
    )
    ctx.add(quote)
    ctx.session.flush()
    _write_lines(ctx, quote, [], lines)
    _announce(ctx, quote)
    return quote


@operation("quote.edit")
def edit(ctx: Ctx, quote_id: UUID, values: QuoteInput, expected: int) -> Quote:
    """Change a draft. `expected` is the version the editor was opened on.

    Raises Conflict("edited_meanwhile", changes, who, at, version) where somebody saved it meanwhile,
    Conflict("quote_not_draft") once it left the house, Invalid, NotFound, Forbidden.
    """
    quote = load(ctx, Quote, quote_id)
    if quote.status is not QuoteStatus.DRAFT:
        raise Conflict("quote_not_draft")
    _refuse_if_saved_since(ctx, quote, expected)
    lines = _checked(ctx, values)
    sums = totals(lines, quote.currency)
    quote.valid_until = values.valid_until
    quote.note = multiline_text(values.note)
    quote.subtotal, quote.tax, quote.total = sums.subtotal, sums.tax, sums.total
    # A line changed without changing a sum (its words) is a change of the quote all the same: the version must move.
    flag_modified(quote, "updated_at")
    _write_lines(ctx, quote, lines_of(ctx, quote.id), lines)
    _announce(ctx, quote)
    return quote


def lines_of(ctx: Ctx, quote_id: UUID) -> list[QuoteLine]:
    """The lines of a quote the caller has loaded, in order."""
    query = select(QuoteLine).where(
        QuoteLine.workspace_id == ctx.workspace.id, QuoteLine.quote_id == quote_id, QuoteLine.archived_at.is_(None)
    )
    return list(ctx.session.scalars(query.order_by(QuoteLine.position)))


def _refuse_if_saved_since(ctx: Ctx, quote: Quote, expected: int) -> None:
    """Any saving since is a conflict here, also one that changed the words of a line and no sum."""
    refuse_stale(ctx, quote, expected, ("valid_until", "note", "subtotal", "total"))
    if quote.version == expected:
        return
    changed = (quote.id, *(line.id for line in lines_of(ctx, quote.id)))
    query = (
        select(Member.name)
        .join(History, (History.workspace_id == Member.workspace_id) & (History.actor_id == Member.id))
        .where(Member.workspace_id == ctx.workspace.id, History.entity_id.in_(changed))
        .order_by(History.id.desc())
    )
    who = ctx.session.scalar(query.limit(1))
    raise Conflict("edited_meanwhile", changes=[], who=who, version=quote.version)


def _announce(ctx: Ctx, quote: Quote) -> None:
    ctx.emit(RecordChanged("quote", quote.id))
    ctx.emit(RecordChanged("deal", quote.deal_id))


def _checked(ctx: Ctx, values: QuoteInput) -> list[LineInput]:
    if not values.lines:
        raise Invalid({"lines": "lines_empty"})
    if len(values.lines) > LINES_MAX:
        raise Invalid({"lines": "too_many_lines"})
    problems: dict[str, str] = {}
    lines: list[LineInput] = []
    if values.valid_until < ctx.today.date():
        problems["valid_until"] = "date_past"
    for number, line in enumerate(values.lines, start=1):
        description = name_text(line.description)[:DESCRIPTION_MAX]
        problems |= _problems(number, line, description)
        lines.append(
            LineInput(
                _known_product(ctx, line.product_id),
                description,
                line.quantity,
                line.unit_price,
                line.discount_percent,
                line.tax_percent,
            )
        )
    if problems:
        raise Invalid(problems)
    return lines


def _problems(number: int, line: LineInput, description: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if not description:
        found[f"description_{number}"] = "required"
    if not 0 < line.quantity <= QUANTITY_MAX:
        found[f"quantity_{number}"] = "quantity_invalid"
    if not 0 <= line.unit_price <= PRICE_MAX:
        found[f"price_{number}"] = "amount_negative" if line.unit_price < 0 else "amount_too_large"
    for name, percent in (("discount", line.discount_percent), ("tax", line.tax_percent)):
        if not 0 <= percent <= HUNDRED:
            found[f"{name}_{number}"] = "percent_invalid"
    return found


def _known_product(ctx: Ctx, product_id: UUID | None) -> UUID | None:
    return load(ctx, Product, product_id, Verb.SEE).id if product_id is not None else None


def _write_lines(ctx: Ctx, quote: Quote, old: Sequence[QuoteLine], new: Sequence[LineInput]) -> None:
    """Make the quote's lines the new ones: changed in place by position, so that the history shows what changed."""
    for position, line in enumerate(new):
        if position < len(old):
            _fill(old[position], line)
        else:
            ctx.add(_fill(QuoteLine(quote_id=quote.id, position=position), line))
    for surplus in old[len(new) :]:
        surplus.archived_at = ctx.now


def _fill(row: QuoteLine, line: LineInput) -> QuoteLine:
    row.product_id = line.product_id
    row.description = line.description
    row.quantity = line.quantity
    row.unit_price = line.unit_price
    row.discount_percent = line.discount_percent
    row.tax_percent = line.tax_percent
    return row
