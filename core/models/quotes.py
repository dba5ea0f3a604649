"""Products, quotes and their lines."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.enums import QuoteStatus
from core.models.base import (
    PERCENT,
    TenantModel,
    Tracked,
    Versioned,
    check,
    enum_column,
    lower_key,
    tenant_fk,
)


class Product(Tracked, TenantModel):
    """Something we sell, with the price a quote line starts from."""

    __tablename__ = "products"
    __entity__ = "product"
    __tracked__ = ("name", "sku", "unit_price", "currency", "tax_percent", "active")
    __table_args__ = (
        UniqueConstraint("workspace_id", "name"),
        Index(None, "workspace_id", "name_key"),
        check("currency ~ '^[A-Z]{3}$'", "currency_is_iso_4217"),
        check("unit_price >= 0", "price_not_negative"),
        check("tax_percent BETWEEN 0 AND 100", "tax_is_percent"),
    )

    name: Mapped[str]
    sku: Mapped[str] = mapped_column(default="")
    unit_price: Mapped[Decimal]
    currency: Mapped[str]
    tax_percent: Mapped[Decimal] = mapped_column(PERCENT, default=Decimal(0))
    active: Mapped[bool] = mapped_column(default=True)
    name_key: Mapped[str | None] = lower_key("name")


class Quote(Versioned, TenantModel):
    """An offer on a deal. Numbered `Q-2026-0001`, without gaps, per workspace and year."""

    __tablename__ = "quotes"
    __entity__ = "quote"
    __tracked__ = ("deal_id", "status", "valid_until", "note", "subtotal", "tax", "total", "sent_at", "decided_at")
    __table_args__ = (
        UniqueConstraint("workspace_id", "year", "sequence"),
        tenant_fk("deal_id", "deals"),
        tenant_fk("created_by_id", "members"),
        tenant_fk("previous_id", "quotes"),
        Index(None, "workspace_id", "deal_id"),
        Index(
            "ix_quotes_open",
            "workspace_id",
            "valid_until",
            postgresql_where=text("status IN ('sent', 'viewed') AND archived_at IS NULL"),
        ),
        check("version_number >= 1", "version_counts_from_one"),
        check("currency ~ '^[A-Z]{3}$'", "currency_is_iso_4217"),
    )

    year: Mapped[int]
    sequence: Mapped[int]
    deal_id: Mapped[UUID]
    status: Mapped[QuoteStatus] = mapped_column(enum_column(QuoteStatus, "status"), default=QuoteStatus.DRAFT)
    currency: Mapped[str]
    valid_until: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    subtotal: Mapped[Decimal]
    """Lines after discount, before tax, in `currency`; like `tax` and `total` a copy of what core.quotes computes."""
    tax: Mapped[Decimal]
    total: Mapped[Decimal]
    version_number: Mapped[int] = mapped_column(default=1)
    """1 for the first offer; a new version of a sent quote counts on."""
    previous_id: Mapped[UUID | None]
    """The quote this one is a new version of."""
    sent_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    """When it was accepted, rejected or found expired."""
    created_by_id: Mapped[UUID | None]


class QuoteLine(Tracked, TenantModel):
    """One line of a quote."""

    __tablename__ = "quote_lines"
    __entity__ = "quote_line"
    __tracked__ = (
        "quote_id",
        "position",
        "product_id",
        "description",
        "quantity",
        "unit_price",
        "discount_percent",
        "tax_percent",
    )
    __table_args__ = (
        tenant_fk("quote_id", "quotes"),
        tenant_fk("product_id", "products"),
        Index(None, "workspace_id", "quote_id", "position"),
        check("quantity > 0", "quantity_positive"),
        check("unit_price >= 0", "price_not_negative"),
        check("discount_percent BETWEEN 0 AND 100", "discount_is_percent"),
        check("tax_percent BETWEEN 0 AND 100", "tax_is_percent"),
    )

    quote_id: Mapped[UUID]
    position: Mapped[int]
    product_id: Mapped[UUID | None]
    description: Mapped[str]
    quantity: Mapped[Decimal]
    unit_price: Mapped[Decimal]
    discount_percent: Mapped[Decimal] = mapped_column(PERCENT, default=Decimal(0))
    tax_percent: Mapped[Decimal] = mapped_column(PERCENT, default=Decimal(0))
