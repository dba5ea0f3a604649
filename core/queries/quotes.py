"""Reading quotes and products."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select

from core.access import Verb, may, visible
from core.context import Ctx
from core.enums import EntityType, QuoteStatus, StageKind
from core.errors import NotFound
from core.models import Account, Deal, Member, Product, Quote, QuoteLine, Stage
from core.normalise import name_text
from core.queries.records import Page
from core.queries.search import matching
from core.quotes import TRANSITIONS, VERSIONABLE, LineInput, TaxSum, totals
from core.refs import deal_ref, parse_ref, quote_ref

PAGE_SIZE = 8
Order = ColumnElement[Any]
NEWEST = (Quote.year.desc(), Quote.sequence.desc())
BY_HAND = (QuoteStatus.SENT, QuoteStatus.ACCEPTED, QuoteStatus.REJECTED)
"""The steps people take; the others happen."""


@dataclass(frozen=True)
class Neighbour:
    """The version before or after a quote."""

    id: UUID
    ref: str


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
    """Whether the actor may change its lines now: a draft on a deal that is theirs to edit."""
    steps: tuple[QuoteStatus, ...] = ()
    """What the actor may make of it now."""
    can_version: bool = False
    deal_is_open: bool = False
    """Whether the deal is theirs to edit and not closed: an accepted quote leads to winning it."""
    sent_on: date | None = None
    decided_on: date | None = None
    version_number: int = 1
    first_ref: str = ""
    """The first offer of which this is a later version; empty for a first one."""
    previous: Neighbour | None = None
    newer: Neighbour | None = None
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
    version_number: int = 1
    owner: str = ""
    """Whose its deal is: a Slack user id, empty for nobody."""

    @property
    def name(self) -> str:
        """What it is for."""
        return self.deal_name


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
    query = (
        visible(ctx, Quote)
        .join(Deal, (Deal.workspace_id == Quote.workspace_id) & (Deal.id == Quote.deal_id))
        .outerjoin(Account, (Account.workspace_id == Deal.workspace_id) & (Account.id == Deal.account_id))
        .where(Quote.id == quote_id)
    )
    found = ctx.session.execute(query.add_columns(Deal, func.coalesce(Account.name, ""))).one_or_none()
    if found is None:
        raise NotFound
    quote, deal, account_name = found
    lines = _lines(ctx, quote_id)
    editable = may(ctx, Verb.EDIT, deal.owner_id)
    chain = _versions(ctx, quote)
    return QuoteCard(
        id=quote.id,
        ref=quote_ref(quote.year, quote.sequence),
        status=quote.status,
        currency=quote.currency,
        valid_until=quote.valid_until,
        note=quote.note,
        lines=lines,
        subtotal=quote.subtotal,
        taxes=totals(lines, quote.currency).taxes,
        total=quote.total,
        deal_id=deal.id,
        deal_ref=deal_ref(deal.number),
        deal_name=deal.name,
        account_name=account_name,
        version=quote.version,
        can_edit=editable and quote.status is QuoteStatus.DRAFT,
        steps=_steps(quote.status) if editable else (),
        can_version=editable and quote.status in VERSIONABLE and chain.newer is None,
        deal_is_open=editable and deal.closed_at is None,
        sent_on=_day(ctx, quote.sent_at),
        decided_on=_day(ctx, quote.decided_at),
        version_number=quote.version_number,
        first_ref=chain.first_ref,
        previous=chain.previous,
        newer=chain.newer,
    )


def _steps(status: QuoteStatus) -> tuple[QuoteStatus, ...]:
    return tuple(step for step in BY_HAND if step in TRANSITIONS[status])


def _day(ctx: Ctx, moment: datetime | None) -> date | None:
    """The day it was for the actor."""
    return moment.astimezone(ctx.actor.zone).date() if moment else None


@dataclass(frozen=True)
class _Versions:
    first_ref: str = ""
    previous: Neighbour | None = None
    newer: Neighbour | None = None


def _versions(ctx: Ctx, quote: Quote) -> _Versions:
    """The offers before and after a quote. All are on its deal, so who sees it may see them."""
    newer = ctx.session.execute(
        visible(ctx, Quote)
        .where(Quote.previous_id == quote.id, Quote.deal_id == quote.deal_id)
        .with_only_columns(Quote.id, Quote.year, Quote.sequence)
        .limit(1)
    ).one_or_none()
    after = Neighbour(newer.id, quote_ref(newer.year, newer.sequence)) if newer is not None else None
    if quote.previous_id is None:
        return _Versions(newer=after)
    columns = (Quote.id, Quote.year, Quote.sequence, Quote.previous_id, Quote.version_number)
    here = Quote.workspace_id == ctx.workspace.id
    chain = select(*columns).where(here, Quote.id == quote.previous_id).cte("earlier", recursive=True)
    chain = chain.union(select(*columns).where(here, Quote.id == chain.c.previous_id))
    earlier = ctx.session.execute(select(chain).order_by(chain.c.version_number)).all()
    first, last = earlier[0], earlier[-1]
    before = Neighbour(last.id, quote_ref(last.year, last.sequence))
    return _Versions(quote_ref(first.year, first.sequence), before, after)


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


def page_of(ctx: Ctx, conditions: Sequence[ColumnElement[bool]], page: int, *order: Order) -> Page[QuoteRow]:
    """A page of the quotes the actor may see that fulfil all conditions, in an order, then the newest first."""
    page = max(page, 0)
    query = _all(ctx).where(*conditions).order_by(*order, *NEWEST).offset(page * PAGE_SIZE).limit(PAGE_SIZE + 1)
    rows = _rows(ctx, query)
    return Page(rows=tuple(rows[:PAGE_SIZE]), page=page, has_more=len(rows) > PAGE_SIZE)


def named(ctx: Ctx, words: str) -> ColumnElement[bool]:
    """Whether words mean a quote: by its number, or its deal as in a search."""
    ref = parse_ref(words)
    if ref is not None and ref.kind is EntityType.QUOTE:
        return and_(Quote.year == ref.year, Quote.sequence == ref.number)
    return matching(ctx, EntityType.DEAL, words)


def quotes_of_deal(ctx: Ctx, deal_id: UUID, limit: int = 5, *, drafts: bool = True) -> list[QuoteRow]:
    """The newest quotes of a deal the actor may see; without `drafts` those alone that were offered."""
    query = _all(ctx).where(Quote.deal_id == deal_id)
    if not drafts:
        query = query.where(Quote.status != QuoteStatus.DRAFT)
    return _rows(ctx, query.order_by(*NEWEST).limit(limit))


def _all(ctx: Ctx) -> Select[Quote, str, str]:
    return (
        visible(ctx, Quote)
        .join(Deal, (Deal.workspace_id == Quote.workspace_id) & (Deal.id == Quote.deal_id))
        .outerjoin(Member, (Member.workspace_id == Deal.workspace_id) & (Member.id == Deal.owner_id))
        .add_columns(Deal.name, func.coalesce(Member.slack_user_id, ""))
    )


def _rows(ctx: Ctx, query: Select[Quote, str, str]) -> list[QuoteRow]:
    return [
        QuoteRow(
            quote.id,
            quote_ref(quote.year, quote.sequence),
            quote.status,
            deal_name,
            quote.total,
            quote.currency,
            quote.valid_until,
            quote.version_number,
            owner,
        )
        for quote, deal_name, owner in ctx.session.execute(query)
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


def product_fits(words: str) -> list[ColumnElement[bool]]:
    """The conditions under which a product contains each of the words, in its name or its article number."""
    return [
        Product.name_key.contains(part, autoescape=True) | func.lower(Product.sku).contains(part, autoescape=True)
        for part in name_text(words).lower().split()
    ]


def find_products(ctx: Ctx, words: str, currency: str = "", limit: int = 20) -> list[ProductRow]:
    """Active products that contain the words in name or article number.

    Those priced in `currency` come first, then those that begin with the words, then by name.
    """
    begins = Product.name_key.startswith(name_text(words).lower(), autoescape=True)
    query = visible(ctx, Product).where(Product.active, *product_fits(words))
    query = query.order_by(Product.currency != currency, begins.desc(), Product.name_key).limit(limit)
    return [_product(row) for row in ctx.session.scalars(query)]


def product(ctx: Ctx, product_id: UUID) -> ProductRow | None:
    """One product, if it is there."""
    row = ctx.session.scalars(visible(ctx, Product).where(Product.id == product_id)).one_or_none()
    return _product(row) if row is not None else None


def _product(row: Product) -> ProductRow:
    return ProductRow(row.id, row.name, row.sku, row.unit_price, row.currency, row.tax_percent)
