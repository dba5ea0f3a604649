"""The line editor of a quote: drafting and editing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from bot.commands import CommandCall
from bot.dispatch import Request, command, on, on_submit
from bot.payloads import State
from bot.replies import Choices, CloseModal, OpenModal, Reply, UpdateModal
from bot.resolving import deal_here
from bot.routes import (
    AddQuoteLine,
    ChangeQuoteLine,
    ChooseQuoteDeal,
    ChooseQuoteProduct,
    EditQuote,
    FindProduct,
    NewQuote,
    RemoveQuoteLine,
    SaveQuote,
    UnknownRoute,
)
from bot.saving import saved
from bot.views import quote_editor as views
from bot.views import quotes as quote_views
from bot.views.forms import as_id, find
from bot.views.quote_editor import Editor, TypedQuote
from core import quotes
from core.context import Ctx
from core.enums import EntityType, QuoteStatus
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.i18n import Viewer
from core.queries import quotes as queries
from core.queries.quotes import QuotedDeal
from core.queries.records import find_by_ref, search
from core.refs import parse_ref

FIRST_QUANTITY = Decimal(1)


@command("quote", "new", arguments="[DEAL]", summary="Draft a quote on a deal")
def new_quote_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/quote new D-7`, `/quote new acme`, or with the deal still to be chosen."""
    if not call.text:
        return OpenModal(_new_editor(ctx, deal_here(ctx, call.channel_id)))
    return OpenModal(_new_editor(ctx, _deal_named(ctx, call.text)))


@on(NewQuote)
def new_quote(ctx: Ctx, route: NewQuote, _request: Request) -> Reply:
    """The button on a deal, or without one."""
    return OpenModal(_new_editor(ctx, route.deal_id))


@on(EditQuote)
def edit_quote(ctx: Ctx, route: EditQuote, _request: Request) -> Reply:
    """Open a draft in the editor."""
    quote = queries.quote_card(ctx, route.quote_id)
    if not quote.can_edit:
        raise Conflict("quote_not_draft") if quote.status is not QuoteStatus.DRAFT else Forbidden("not_yours")
    products = {line.product_id: queries.product(ctx, line.product_id) for line in quote.lines if line.product_id}
    opened, values = views.values_of(quote, {key: row for key, row in products.items() if row is not None})
    sums = quotes.totals(quote.lines, quote.currency)
    deal = _quoted_deal(ctx, quote.deal_id, opened)
    data = Editor(opened, values, deal, ask_deal=False, sums=sums, title=f"Quote {quote.ref}")
    return OpenModal(views.editor(data, ctx.viewer))


@on(FindProduct)
def find_product(ctx: Ctx, _route: FindProduct, request: Request) -> Reply:
    """Products as they are typed; those in the deal's currency first."""
    deal = _deal_of(ctx, request)
    found = queries.find_products(ctx, request.query, deal.currency if deal else ctx.workspace.currency)
    return Choices(views.product_choices(found, ctx.viewer))


@on(ChangeQuoteLine)
def change_line(ctx: Ctx, _route: ChangeQuoteLine, request: Request) -> Reply:
    """A number was typed: the sums follow."""
    return _again(ctx, request, _editor_route(request))


@on(ChooseQuoteDeal)
def choose_deal(ctx: Ctx, _route: ChooseQuoteDeal, request: Request) -> Reply:
    """The deal was chosen: the sums appear in its currency."""
    return _again(ctx, request, _editor_route(request))


@on(AddQuoteLine)
def add_line(ctx: Ctx, _route: AddQuoteLine, request: Request) -> Reply:
    """One line more; it starts with the tax of the line above."""
    route = _editor_route(request)
    if len(route.lines) >= quotes.LINES_MAX:
        return _again(ctx, request, route)
    longer = views.with_line(route)
    above = find(request.state, f"tax_{route.lines[-1]}")
    new = longer.lines[-1]
    values = {f"quantity_{new}": FIRST_QUANTITY, f"tax_{new}": above.text() if above else ""}
    return _again(ctx, request, longer, values)


@on(RemoveQuoteLine)
def remove_line(ctx: Ctx, route: RemoveQuoteLine, request: Request) -> Reply:
    """One line less; what was typed in the others stays."""
    return _again(ctx, request, views.without_line(_editor_route(request), route.line))


@on(ChooseQuoteProduct)
def choose_product(ctx: Ctx, _route: ChooseQuoteProduct, request: Request) -> Reply:
    """A product was chosen: its name, price and tax are filled in, quantity and discount stay."""
    route = _editor_route(request)
    key = int(request.field_name.partition("_")[2])
    product = queries.product(ctx, as_id(request.chosen)) if request.chosen else None
    if product is None:
        return _again(ctx, request, route)
    deal = _deal_of(ctx, request)
    filled: dict[str, Any] = {
        f"product_{key}": views.product_choice(product),
        f"description_{key}": product.name,
        f"tax_{key}": product.tax_percent or "",
    }
    # A price in another currency would be a wrong number that looks right: it is left to be typed.
    notice = ""
    if deal is None or product.currency == deal.currency:
        filled[f"price_{key}"] = product.unit_price
    else:
        text = "{name} is priced in {currency}. Please type its price in {deal_currency}."
        notice = ctx.viewer.t(text, name=product.name[:80], currency=product.currency, deal_currency=deal.currency)
    return _again(ctx, request, views.revised(route, key), filled, notice)


@on_submit(SaveQuote, lambda _ctx, route: views.form_for(route))
def save_quote(ctx: Ctx, route: SaveQuote, typed: TypedQuote) -> Reply:
    """Save the draft, new or existing."""
    deal_id = route.deal_id or typed.deal_id
    if deal_id is None:
        raise Invalid({"deal": "required"})
    values = typed.for_deal(deal_id)
    try:
        if route.quote_id is None:
            quote = quotes.create(ctx, values)
        else:
            quote = quotes.edit(ctx, route.quote_id, values, route.version)
    except Invalid as error:
        raise Invalid(_by_key(error.fields, typed.keys)) from error
    except Conflict as error:
        if error.code != "edited_meanwhile":
            raise
        return _saved_meanwhile(ctx, route, typed, error)
    card = queries.quote_card(ctx, quote.id)
    done = quote_views.done(quote_views.saved_text(card, ctx.viewer), card, ctx.change_id, ctx.viewer)
    return CloseModal(done) if route.quote_id is None else saved(ctx, done)


def _saved_meanwhile(ctx: Ctx, route: SaveQuote, typed: TypedQuote, error: Conflict) -> Reply:
    """Say who saved it and what it comes to now; the inputs keep what was typed, and saving again replaces theirs."""
    viewer = ctx.viewer
    now = queries.quote_card(ctx, route.quote_id) if route.quote_id else None
    notice = viewer.t(
        "{who} saved this quote meanwhile; it now comes to {total}. Save again to replace that with what is below.",
        who=str(error.data.get("who") or "Rapport")[:60],
        total=viewer.money(now.total, now.currency) if now else "",
    )
    deal = _quoted_deal(ctx, now.deal_id, route) if now else None
    newer = replace(route, version=int(str(error.data["version"])))
    sums = quotes.totals(typed.lines, deal.currency) if deal else None
    data = Editor(newer, {}, deal, ask_deal=False, sums=sums, notice=notice, title="Edit quote")
    return UpdateModal(views.editor(data, viewer))


def _by_key(fields: Mapping[str, str], keys: Sequence[int]) -> dict[str, str]:
    """The domain counts lines by position, the editor knows them by key."""
    found: dict[str, str] = {}
    for name, code in fields.items():
        field, _, position = name.rpartition("_")
        if field in views.LINE_FIELDS and position.isdigit():
            name = f"{field}_{keys[int(position) - 1]}"  # noqa: PLW2901 - the same field under its other name
        found[name] = code
    return found


def _new_editor(ctx: Ctx, deal_id: UUID | None) -> Any:
    deal = queries.quoted_deal(ctx, deal_id) if deal_id is not None else None
    if deal is not None and not deal.can_edit:
        raise Forbidden("not_yours")
    values = {"valid_until": quotes.default_valid_until(ctx), "quantity_1": FIRST_QUANTITY}
    sums = quotes.totals((), deal.currency) if deal else None
    route = SaveQuote(deal_id=deal_id)
    data = Editor(route, values, deal, ask_deal=deal is None, sums=sums, unfinished=(1,) if deal else ())
    return views.editor(data, ctx.viewer)


def _again(
    ctx: Ctx, request: Request, route: SaveQuote, filled: Mapping[str, Any] | None = None, notice: str = ""
) -> Reply:
    """The editor as it stands: what is typed stays, `filled` is put in, the sums are reckoned anew."""
    viewer = ctx.viewer
    deal = _deal_of(ctx, request)
    values = _typed(ctx, route, request.state) | dict(filled or {})
    state = _with(request.state, filled or {}, viewer)
    lines, unfinished = views.readable_lines(route, state, viewer)
    sums = quotes.totals(lines, deal.currency) if deal else None
    title = "New quote" if route.quote_id is None else "Edit quote"
    data = Editor(route, values, deal, route.deal_id is None, sums, unfinished, notice, title)
    return UpdateModal(views.editor(data, viewer))


def _typed(ctx: Ctx, route: SaveQuote, state: State) -> dict[str, Any]:
    """What is in the inputs, as their fields show it again: texts as typed, products as options."""
    values = views.form_for(route).typed(state)
    for key in route.lines:
        chosen = values.get(f"product_{key}")
        product = queries.product(ctx, as_id(chosen)) if chosen else None
        values[f"product_{key}"] = views.product_choice(product) if product else None
    values.pop("deal", None)  # Slack keeps the chosen deal: its block does not change
    return values


def _with(state: State, filled: Mapping[str, Any], viewer: Viewer) -> State:
    """The inputs' state as it will be once the filled-in values are shown."""
    shown = {name: viewer.number(value) if isinstance(value, Decimal) else value for name, value in filled.items()}
    texts = {name: text for name, text in shown.items() if isinstance(text, str)}
    kept = {block: value for block, value in state.values.items() if block.partition("~")[0] not in texts}
    added = State.model_validate({"values": {name: {"typed": {"value": text}} for name, text in texts.items()}})
    return State(values={**kept, **added.values})


def _editor_route(request: Request) -> SaveQuote:
    if not isinstance(request.modal, SaveQuote):
        raise UnknownRoute(SaveQuote.id)
    return request.modal


def _deal_of(ctx: Ctx, request: Request) -> QuotedDeal | None:
    deal_id = request.modal.deal_id if isinstance(request.modal, SaveQuote) else None
    if deal_id is None:
        chosen = find(request.state, "deal")
        if chosen is None or not chosen.text():
            return None
        deal_id = as_id(chosen.text())
    return _quoted_deal(ctx, deal_id, _editor_route(request))


def _quoted_deal(ctx: Ctx, deal_id: UUID, route: SaveQuote) -> QuotedDeal:
    """The deal as the editor shows it: a saved quote keeps its currency, whatever the deal's is by now."""
    deal = queries.quoted_deal(ctx, deal_id)
    return replace(deal, currency=route.currency) if route.currency else deal


def _deal_named(ctx: Ctx, text: str) -> UUID:
    """The deal a person means by a reference or by words; more than one hit is no answer."""
    ref = parse_ref(text)
    if ref is not None and ref.kind is EntityType.DEAL:
        found = find_by_ref(ctx, ref)
        if found is not None:
            return found[1]
        raise NotFound
    hits = search(ctx, text, (EntityType.DEAL,), 2)
    if len(hits) != 1:
        raise NotFound
    return hits[0].id
