"""Drafting a quote and changing the draft."""

from collections.abc import Sequence
from dataclasses import replace
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
from core.normalise import multiline_text, name_text
from core.operations import operation
from core.quotes.sums import HUNDRED, LineInput, QuoteInput, totals

LINES_MAX = 12
"""A line takes seven blocks of the editor, and a Slack modal holds a hundred."""
VALID_DAYS = 30
DESCRIPTION_MAX = 300
NOTE_MAX = 2000
QUANTITY_MAX = Decimal(1_000_000)
PRICE_MAX = Decimal(1_000_000_000)


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
    return put(ctx, replace(values, lines=tuple(lines)), deal.currency)


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
    announce(ctx, quote)
    return quote


def put(ctx: Ctx, values: QuoteInput, currency: str, previous: Quote | None = None) -> Quote:
    """Write a new draft on a deal the caller has locked: its number, its sums, its lines, all of them checked before.

    Prices are in `currency`. `previous` is the quote it is a new version of.
    """
    sums = totals(values.lines, currency)
    year = ctx.today.year
    quote = Quote(
        year=year,
        sequence=next_number(ctx, f"quote:{year}"),
        deal_id=values.deal_id,
        status=QuoteStatus.DRAFT,
        currency=currency,
        valid_until=values.valid_until,
        note=multiline_text(values.note),
        subtotal=sums.subtotal,
        tax=sums.tax,
        total=sums.total,
        version_number=previous.version_number + 1 if previous else 1,
        previous_id=previous.id if previous else None,
        created_by_id=ctx.actor.member_id,
    )
    ctx.add(quote)
    ctx.session.flush()
    _write_lines(ctx, quote, [], values.lines)
    announce(ctx, quote)
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


def announce(ctx: Ctx, quote: Quote) -> None:
    """Say that the cards of a quote and of its deal are out of date."""
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
        found[f"quantity_{number}"] = "quantity_invalid" if line.quantity <= 0 else "quantity_too_large"
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
