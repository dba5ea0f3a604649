"""The line editor of a quote: one group of inputs a line, and sums that follow what is typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from bot.payloads import State
from bot.replies import Block, Choice, Modal
from bot.routes import (
    AddQuoteLine,
    ChangeQuoteLine,
    ChooseQuoteDeal,
    ChooseQuoteProduct,
    FindDeal,
    FindProduct,
    RemoveQuoteLine,
    SaveQuote,
)
from bot.views import kit
from bot.views.forms import Date, Field, Form, Money, Percent, Search, Text, find
from bot.views.quotes import sums_text
from core.errors import Invalid
from core.i18n import Viewer
from core.queries.quotes import ProductRow, QuoteCard, QuotedDeal
from core.quotes import DESCRIPTION_MAX, LINES_MAX, NOTE_MAX, LineInput, QuoteInput, Totals

LINE_FIELDS = ("product", "description", "quantity", "price", "discount", "tax")
NEEDED = ("description", "quantity", "price")
"""What a line cannot be without."""
TYPED = ("product", "description", "price", "discount")
"""What only a person fills in: a new line starts with a quantity and the tax of the one above."""


@dataclass(frozen=True)
class TypedQuote:
    """The editor's content once it can be read whole; `deal_id` only where the editor asked for it.

    `keys` are those of the lines that hold something: an extra line that was left empty is none.
    """

    deal_id: UUID | None
    valid_until: date
    note: str
    lines: tuple[LineInput, ...]
    keys: tuple[int, ...]

    def for_deal(self, deal_id: UUID) -> QuoteInput:
        """The quote as the domain takes it."""
        return QuoteInput(deal_id, self.valid_until, self.note, self.lines)


@dataclass(frozen=True)
class Editor:
    """What the line editor shows."""

    route: SaveQuote
    values: Mapping[str, Any]
    deal: QuotedDeal | None
    ask_deal: bool
    sums: Totals | None
    unfinished: tuple[int, ...] = ()
    """Positions (from 1) of lines that cannot be summed up yet."""
    notice: str = ""
    title: str = "New quote"


# -- the form -----------------------------------------------------------------------------------------------------


def line_fields(key: int, *, extra: bool = False) -> tuple[Field, ...]:
    """The inputs of one line; of an `extra` one Slack asks for none, since it may be left empty."""
    needed = not extra
    return (
        Search(
            f"product_{key}",
            "Product",
            lookup=FindProduct,
            ids=True,
            reports=ChooseQuoteProduct,
            placeholder="Choose one, or describe it below",
        ),
        Text(f"description_{key}", "Description", required=needed, max_length=DESCRIPTION_MAX),
        Money(f"quantity_{key}", "Quantity", required=needed, reports=ChangeQuoteLine),
        Money(f"price_{key}", "Unit price", required=needed, reports=ChangeQuoteLine),
        Percent(f"discount_{key}", "Discount %", reports=ChangeQuoteLine),
        Percent(f"tax_{key}", "Tax %", reports=ChangeQuoteLine),
    )


DEAL_FIELD = Search("deal", "Deal", required=True, lookup=FindDeal, ids=True, reports=ChooseQuoteDeal)
END_FIELDS = (
    Date("valid_until", "Valid until", required=True),
    Text("note", "Note to the customer", multiline=True, max_length=NOTE_MAX),
)


def form_for(route: SaveQuote) -> Form[TypedQuote]:
    """The editor's form: as many lines as it shows now."""
    fields = [field for key in route.lines for field in line_fields(key, extra=key != route.lines[0])]
    if route.deal_id is None:
        fields.insert(0, DEAL_FIELD)

    def make(**values: Any) -> TypedQuote:
        keys = tuple(key for key in route.lines if key == route.lines[0] or _says_something(values, key))
        missing = {f"{name}_{key}" for key in keys for name in NEEDED if values[f"{name}_{key}"] in (None, "")}
        if missing:
            raise Invalid(dict.fromkeys(missing, "required"))
        lines = tuple(_line(values, key) for key in keys)
        return TypedQuote(values.get("deal"), values["valid_until"], values["note"], lines, keys)

    return Form(make, (*fields, *END_FIELDS))


def _says_something(values: Mapping[str, Any], key: int) -> bool:
    """Whether anything was typed into a line; its quantity and tax were there before."""
    return any(values.get(f"{name}_{key}") not in (None, "") for name in TYPED)


def _line(values: Mapping[str, Any], key: int) -> LineInput:
    return LineInput(
        values[f"product_{key}"],
        values[f"description_{key}"],
        values[f"quantity_{key}"],
        values[f"price_{key}"],
        values[f"discount_{key}"] or Decimal(0),
        values[f"tax_{key}"] or Decimal(0),
    )


def readable_lines(route: SaveQuote, state: State, viewer: Viewer) -> tuple[list[LineInput], tuple[int, ...]]:
    """The lines that can be summed up as they stand, and the positions (from 1) of those that cannot yet."""
    lines: list[LineInput] = []
    unfinished: list[int] = []
    for position, key in enumerate(route.lines, start=1):
        numbers = _numbers(key, state, viewer)
        if numbers is None and position > 1 and _is_empty(key, state):
            continue
        if numbers is None:
            unfinished.append(position)
        else:
            lines.append(LineInput(None, "", *numbers))
    return lines, tuple(unfinished)


def _is_empty(key: int, state: State) -> bool:
    elements = {name: find(state, f"{name}_{key}") for name in TYPED}
    return not any(element is not None and element.text() for element in elements.values())


def _numbers(key: int, state: State, viewer: Viewer) -> tuple[Decimal, Decimal, Decimal, Decimal] | None:
    """Quantity, price, discount and tax of a line; None while one of them is missing or makes no sense."""
    found: list[Decimal] = []
    for field in line_fields(key)[2:]:
        element = find(state, field.name)
        if element is None or not element.text():
            if field.required:
                return None
            found.append(Decimal(0))
            continue
        try:
            found.append(field.read(element, viewer))
        except ValueError:
            return None
    quantity, price, discount, tax = found
    return (quantity, price, discount, tax) if quantity > 0 and price >= 0 else None


# -- the editor ---------------------------------------------------------------------------------------------------


def editor(data: Editor, viewer: Viewer) -> Modal:
    """The line editor: every line a group of inputs, the sums below, always true to what is typed."""
    currency = data.deal.currency if data.deal else ""
    blocks: list[Block] = []
    if data.notice:
        blocks.append(kit.alert(data.notice, "warning"))
    if data.deal is not None:
        text = viewer.t(
            "For *{name}* ({ref}), in {currency}", name=kit.esc(data.deal.name), ref=data.deal.ref, currency=currency
        )
        blocks.append(kit.section(text))
    if data.ask_deal:
        blocks.append(DEAL_FIELD.block(viewer, data.values.get("deal"), ()))
    for position, (key, revision) in enumerate(zip(data.route.lines, data.route.revisions, strict=True), start=1):
        blocks += _line_blocks(data, viewer, position, key, revision)
    blocks += _below_lines(data, viewer, currency)
    blocks += [field.block(viewer, data.values.get(field.name), ()) for field in END_FIELDS]
    return Modal(viewer.t(data.title), blocks, data.route, viewer.t("Save draft"), viewer.t("Cancel"))


def _line_blocks(data: Editor, viewer: Viewer, position: int, key: int, revision: int) -> list[Block]:
    title = viewer.t("*Line {number}*", number=position)
    remove = None
    if len(data.route.lines) > 1:
        label = viewer.t("Remove line {number}", number=position)
        remove = kit.button(viewer.t("Remove"), RemoveQuoteLine(key), label=label)
    blocks: list[Block] = [kit.section(title, remove)]
    for field in line_fields(key, extra=position > 1):
        block = field.block(viewer, data.values.get(field.name), (), str(revision) if revision else "")
        if len(data.route.lines) > 1:
            # Six fields repeat on each line: who hears them read out must know which line they are in.
            label = viewer.t("{field}, line {number}", field=viewer.t(field.label), number=position)
            block = {**block, "label": kit.plain(label)}
        blocks.append(block)
    return blocks


def _below_lines(data: Editor, viewer: Viewer, currency: str) -> list[Block]:
    blocks: list[Block] = []
    if len(data.route.lines) < LINES_MAX:
        blocks.append(kit.actions(kit.button(viewer.t("Add line"), AddQuoteLine())))
    else:
        text = viewer.t("This is the longest a quote can be here: {number} lines.", number=LINES_MAX)
        blocks.append(kit.context(text))
    blocks.append(kit.section(sums_text(data.sums, currency, data.unfinished, viewer)))
    return blocks


def values_of(quote: QuoteCard, products: Mapping[UUID, ProductRow]) -> tuple[SaveQuote, dict[str, Any]]:
    """A saved quote as the editor shows it: its route and its values."""
    keys = tuple(range(1, len(quote.lines) + 1))
    route = SaveQuote(
        deal_id=quote.deal_id,
        quote_id=quote.id,
        version=quote.version,
        currency=quote.currency,
        lines=keys,
        revisions=tuple(0 for _ in keys),
    )
    values: dict[str, Any] = {"valid_until": quote.valid_until, "note": quote.note}
    for key, line in zip(keys, quote.lines, strict=True):
        values |= line_values(key, line, products.get(line.product_id) if line.product_id else None)
    return route, values


def line_values(key: int, line: LineInput, product: ProductRow | None) -> dict[str, Any]:
    """One line's values by field name."""
    return {
        f"product_{key}": product_choice(product) if product else None,
        f"description_{key}": line.description,
        f"quantity_{key}": line.quantity,
        f"price_{key}": line.unit_price,
        f"discount_{key}": line.discount_percent or None,
        f"tax_{key}": line.tax_percent or None,
    }


def product_choice(product: ProductRow) -> Choice:
    """A product as an option."""
    return Choice(kit.cut(product.name, kit.OPTION_TEXT_MAX), str(product.id))


def product_choices(products: Sequence[ProductRow], viewer: Viewer) -> list[Choice]:
    """Products to choose from, each with its price."""
    return [
        replace(
            product_choice(one),
            description=" · ".join(part for part in (one.sku, viewer.money(one.unit_price, one.currency)) if part),
        )
        for one in products
    ]


def with_line(route: SaveQuote) -> SaveQuote:
    """The route with one line more, under a key no line ever had."""
    return replace(route, lines=(*route.lines, max(route.lines) + 1), revisions=(*route.revisions, 0))


def without_line(route: SaveQuote, key: int) -> SaveQuote:
    """The route without a line; the last one stays."""
    kept = [(line, revision) for line, revision in zip(route.lines, route.revisions, strict=True) if line != key]
    if not kept:
        return route
    return replace(route, lines=tuple(line for line, _ in kept), revisions=tuple(revision for _, revision in kept))


def revised(route: SaveQuote, key: int) -> SaveQuote:
    """The route with a line whose values are to be shown anew."""
    pairs = zip(route.lines, route.revisions, strict=True)
    return replace(route, revisions=tuple(revision + (line == key) for line, revision in pairs))
