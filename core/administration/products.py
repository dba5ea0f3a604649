"""What the workspace sells."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from core.access import Power, require_power
from core.administration.naming import refuse_taken, still_there, take_turn, to_revive, usable
from core.conflicts import refuse_changed
from core.context import Ctx
from core.errors import Invalid
from core.models import Product
from core.money import LARGEST, is_currency, round_money
from core.normalise import NAME_MAX, name_text
from core.operations import operation

SKU_MAX = 60
FIELDS = ("name", "sku", "unit_price", "currency", "tax_percent", "active")


@dataclass(frozen=True)
class ProductInput:
    """A product as it is typed. The price is in `currency` (ISO 4217), without tax; the tax in percent."""

    name: str
    unit_price: Decimal | None
    currency: str
    sku: str = ""
    tax_percent: Decimal | None = None
    active: bool = True


@operation("product.add")
def add(ctx: Ctx, values: ProductInput) -> Product:
    """A new product. Raises Invalid, Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    name = usable(values.name, NAME_MAX)
    price = _checked_price(values)
    take_turn(ctx, Product)
    found = to_revive(ctx, Product, name)
    product = found or Product(name=name)
    _fill(product, values, name, price)
    if found is None:
        ctx.add(product)
    return product


@operation("product.edit")
def edit(ctx: Ctx, product_id: UUID, values: ProductInput, seen: UUID | None) -> Product:
    """Change a product; quotes keep the price they were drafted with. `seen` is the last change the form knew.

    Raises Invalid, NotFound, Forbidden, Conflict("edited_meanwhile").
    """
    require_power(ctx, Power.CONFIGURE)
    name = usable(values.name, NAME_MAX)
    price = _checked_price(values)
    take_turn(ctx, Product)
    product = still_there(ctx, Product, product_id)
    refuse_changed(ctx, product, seen, FIELDS)
    refuse_taken(ctx, product, name)
    _fill(product, values, name, price)
    return product


def _fill(product: Product, values: ProductInput, name: str, price: Decimal) -> None:
    product.name = name
    product.sku = name_text(values.sku)
    product.unit_price, product.currency = price, values.currency
    product.tax_percent = values.tax_percent or Decimal(0)
    product.active = values.active


def _checked_price(values: ProductInput) -> Decimal:
    problems: dict[str, str] = {}
    if values.unit_price is None:
        problems["unit_price"] = "required"
    elif not 0 <= values.unit_price <= LARGEST:
        problems["unit_price"] = "amount_negative" if values.unit_price < 0 else "amount_too_large"
    if not is_currency(values.currency):
        problems["currency"] = "choice_invalid"
    if len(name_text(values.sku)) > SKU_MAX:
        problems["sku"] = "too_long"
    if values.tax_percent is not None and not 0 <= values.tax_percent <= 100:
        problems["tax_percent"] = "percent_invalid"
    if problems or values.unit_price is None:
        raise Invalid(problems)
    return round_money(values.unit_price, values.currency)
