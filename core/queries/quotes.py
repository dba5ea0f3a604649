"""Reading quotes and products."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, func, select

from core.access import Verb, may, visible
from core.context import Ctx
from core.enums import EntityType, QuoteStatus, StageKind
from core.errors import NotFound
from core.models import Account, Deal, Product, Quote, QuoteLine, Stage
from core.queries.records import Page
from core.quotes import LineInput, TaxSum, totals
from core.refs import deal_ref, quote_ref

PAGE_SIZE = 8
TOP = "\U0010ffff"


@dataclass(frozen=True)
class QuoteCard:
    """A quote as its card shows it; amounts in `currency`."""

    id: UUID
    ref: str
    status: QuoteStatus
    currency: str
    valid_until: date
    note: str
    lines: tuple[LineInput, ...]
    subtotal: Decimal
    taxes: tuple[TaxSum, ...]
    total: Decimal
    deal_id: UUID
    deal_ref: str
    deal_name: str
    account_name: str
    version: int
    can_edit: bool
    entity: EntityType = EntityType.QUOTE

    @property
    def name(self) -> str:
        """What the quote is for."""
        return self.deal_name


@dataclass(frozen=True)
class QuoteRow:
    """A quote in a list."""

    id: UUID
    ref: str
    status: QuoteStatus
    deal_name: str
    total: Decimal
    currency: str
    valid_until: date


@dataclass(frozen=True)
class QuotedDeal:
    """What the line editor must know of the deal it writes for."""

    id: UUID
    ref: str
    name: str
    currency: str
    can_edit: bool
    is_open: bool


@dataclass(frozen=True)
class ProductRow:
    """A product as a line starts from it; `unit_price` in `currency`."""

    id: UUID
    name: str
    sku: str
    unit_price: Decimal
    currency: str
    tax_percent: Decimal


def quote_card(ctx: Ctx, quote_id: UUID) -> QuoteCard:
    """The quote's card. Raises NotFound where there is none or the actor may not see it."""
    query = visible(ctx, Quote).join(Deal, (Deal.workspace_id == Quote.workspace_id) & (Deal.id == Quote.deal_id))
    query = query.outerjoin(
        Account, (Account.workspace_id == Deal.workspace_id) & (Account.id == Deal.account_id)
    ).where(Quote.id == quote_id)
    found = ctx.session.execute(query.add_columns(Deal, func.coalesce(Account.name, ""))).one_or_none()
    if found is None:
        raise NotFound
    quote, deal, account_name = found
    lines = _lines(ctx, quote_id)
    sums = totals(lines, quote.currency)
    return QuoteCard(
        id=quote.id,
        ref=quote_ref(quote.year, quote.sequence),
        status=quote.status,
        currency=quote.currency,
        valid_until=quote.valid_until,
        note=quote.note,
        lines=lines,
        subtotal=quote.subtotal,
        taxes=sums.taxes,
        total=quote.total,
        deal_id=deal.id,
        deal_ref=deal_ref(deal.number),
        deal_name=deal.name,
        account_name=account_name,
        version=quote.version,
        can_edit=quote.status is QuoteStatus.DRAFT and may(ctx, Verb.EDIT, deal.owner_id),
    )


def _lines(ctx: Ctx, quote_id: UUID) -> tuple[LineInput, ...]:
    query = (
        select(QuoteLine)
        .where(
            QuoteLine.workspace_id == ctx.workspace.id,
            QuoteLine.quote_id == quote_id,
            QuoteLine.archived_at.is_(None),
        )
        .order_by(QuoteLine.position)
    )
    return tuple(
        LineInput(
            line.product_id,
            line.description,
            line.quantity,
            line.unit_price,
            line.discount_percent,
            line.tax_percent,
        )
        for line in ctx.session.scalars(query)
    )


def quote_page(ctx: Ctx, page: int) -> Page[QuoteRow]:
    """A page of the quotes the actor may see, newest first."""
    rows = _rows(ctx, _newest(ctx).offset(page * PAGE_SIZE).limit(PAGE_SIZE + 1))
    return Page(rows=tuple(rows[:PAGE_SIZE]), page=page, has_more=len(rows) > PAGE_SIZE)


def quotes_of_deal(ctx: Ctx, deal_id: UUID, limit: int = 5) -> list[QuoteRow]:
    """The newest quotes of a deal the actor may see."""
    return _rows(ctx, _newest(ctx).where(Quote.deal_id == deal_id).limit(limit))


def _newest(ctx: Ctx) -> Select[Quote, str]:
    return (
        visible(ctx, Quote)
        .join(Deal, (Deal.workspace_id == Quote.workspace_id) & (Deal.id == Quote.deal_id))
        .add_columns(Deal.name)
        .order_by(Quote.year.desc(), Quote.sequence.desc())
    )


def _rows(ctx: Ctx, query: Select[Quote, str]) -> list[QuoteRow]:
    return [
        QuoteRow(
            quote.id,
            quote_ref(quote.year, quote.sequence),
            quote.status,
            deal_name,
            quote.total,
            quote.currency,
            quote.valid_until,
        )
        for quote, deal_name in ctx.session.execute(query)
    ]


def quoted_deal(ctx: Ctx, deal_id: UUID) -> QuotedDeal:
    """The deal a quote is to be written for. Raises NotFound."""
    query = (
        visible(ctx, Deal)
        .join(Stage, (Stage.workspace_id == Deal.workspace_id) & (Stage.id == Deal.stage_id))
        .add_columns(Stage.kind)
        .where(Deal.id == deal_id)
    )
    found = ctx.session.execute(query).one_or_none()
    if found is None:
        raise NotFound
    deal, kind = found
    return QuotedDeal(
        deal.id,
        deal_ref(deal.number),
        deal.name,
        deal.currency,
        may(ctx, Verb.EDIT, deal.owner_id),
        kind is StageKind.OPEN,
    )


def find_products(ctx: Ctx, words: str, currency: str = "", limit: int = 20) -> list[ProductRow]:
    """Active products whose name begins with the words, those priced in `currency` first, then by name."""
    query = visible(ctx, Product).where(Product.active)
    start = words.strip().lower()
    if start:
        query = query.where(Product.name_key >= start, Product.name_key < start + TOP)
    query = query.order_by(Product.currency != currency, Product.name_key).limit(limit)
    return [_product(row) for row in ctx.session.scalars(query)]


def product(ctx: Ctx, product_id: UUID) -> ProductRow | None:
    """One product, if it is there."""
    row = ctx.session.scalars(visible(ctx, Product).where(Product.id == product_id)).one_or_none()
    return _product(row) if row is not None else None


def _product(row: Product) -> ProductRow:
    return ProductRow(row.id, row.name, row.sku, row.unit_price, row.currency, row.tax_percent)
