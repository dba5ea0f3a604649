"""Quotes as Slack shows them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from bot.payloads import State
from bot.routes import SaveQuote
from bot.views import quote_editor as editor
from bot.views import quotes as views
from core.enums import QuoteStatus
from core.errors import Invalid
from core.i18n import Viewer
from core.queries.quotes import Neighbour, ProductRow, QuoteCard, QuotedDeal
from core.quotes import LINES_MAX, LineInput, totals
from tests.golden import assert_golden, problems_of

EN = Viewer("en_US", "UTC")
DE = Viewer("de_DE", "Europe/Berlin")
DEAL = QuotedDeal(UUID(int=7), "D-7", "Robots for <!channel> *Acme*", "EUR", can_edit=True, is_open=True)
HOSTILE = "<!channel> *x* <https://evil|ok> " + "long " * 60


def line(description: str = "Robot arm", quantity: str = "2", price: str = "1250.5", discount: str = "10") -> LineInput:
    return LineInput(None, description, Decimal(quantity), Decimal(price), Decimal(discount), Decimal(19))


def card(count: int = 3, **over: object) -> QuoteCard:
    lines = tuple(line(f"Robot arm {n}") for n in range(1, count + 1))
    sums = totals(lines, "EUR")
    made = QuoteCard(
        id=UUID(int=1),
        ref="Q-2026-0001",
        status=QuoteStatus.DRAFT,
        currency="EUR",
        valid_until=date(2026, 4, 30),
        note="Delivery within six weeks.",
        lines=lines,
        subtotal=sums.subtotal,
        taxes=sums.taxes,
        total=sums.total,
        deal_id=DEAL.id,
        deal_ref=DEAL.ref,
        deal_name=DEAL.name,
        account_name="Acme & Söhne",
        version=1,
        can_edit=True,
    )
    return replace(made, **over)  # type: ignore[arg-type]


def state(**typed: str) -> State:
    return State.model_validate({"values": {name: {"typed": {"value": text}} for name, text in typed.items()}})


def test_a_new_quote_starts_with_one_line() -> None:
    data = editor.Editor(
        SaveQuote(deal_id=DEAL.id),
        {"quantity_1": Decimal(1), "valid_until": date(2026, 4, 15)},
        DEAL,
        ask_deal=False,
        sums=totals((), "EUR"),
        unfinished=(1,),
    )
    assert_golden("quotes/editor_new", editor.editor(data, EN))


def test_without_a_deal_the_editor_asks_for_one() -> None:
    data = editor.Editor(SaveQuote(), {"valid_until": date(2026, 4, 15)}, None, ask_deal=True, sums=None)
    assert_golden("quotes/editor_without_deal", editor.editor(data, EN))


def test_three_lines_one_of_them_half_typed() -> None:
    route = SaveQuote(deal_id=DEAL.id, lines=(1, 3, 4), revisions=(0, 2, 0))
    typed = {
        "quantity_1": "2",
        "price_1": "1.250,50",
        "tax_1": "19",
        "description_1": "Roboterarm",
        "description_3": "Fahrt",
    }
    lines, unfinished = editor.readable_lines(route, state(**typed), DE)
    data = editor.Editor(route, typed, DEAL, ask_deal=False, sums=totals(lines, "EUR"), unfinished=unfinished)

    assert unfinished == (2,), "a line that was left empty is none"
    assert_golden("quotes/editor_half_typed", editor.editor(data, DE))


def test_the_longest_quote_fits_a_modal() -> None:
    keys = tuple(range(1, LINES_MAX + 1))
    route = SaveQuote(lines=keys, revisions=tuple(0 for _ in keys))
    data = editor.Editor(route, {}, DEAL, ask_deal=True, sums=totals((), "EUR"), unfinished=keys, notice="x" * 200)
    modal = editor.editor(data, EN)

    assert len(modal.blocks) <= 100
    assert problems_of(modal) == []


def test_the_card() -> None:
    assert_golden("quotes/card", views.card(card(), EN))


def test_a_long_card_is_cut_and_foreign_text_is_harmless() -> None:
    long = card(11, note=HOSTILE, account_name=HOSTILE, lines=tuple(line(HOSTILE) for _ in range(11)), can_edit=False)
    message = views.card(long, DE)

    assert_golden("quotes/card_long_hostile", message)
    assert "<!channel>" not in str(message.blocks[1:])  # the header is plain text
    assert "<https://evil" not in str(message.blocks[1:])
    assert "<!channel>" not in message.text


def test_every_message_reads_well_alone() -> None:
    assert views.card(card(), EN).text.strip()


def test_lines_come_and_go_without_reusing_a_key() -> None:
    route = SaveQuote(lines=(1, 2, 3), revisions=(0, 1, 0))
    fewer = editor.without_line(route, 2)
    more = editor.with_line(fewer)

    assert (fewer.lines, fewer.revisions) == ((1, 3), (0, 0))
    assert more.lines == (1, 3, 4)
    assert editor.without_line(SaveQuote(), 1).lines == (1,)
    assert editor.revised(route, 3).revisions == (0, 1, 1)


def test_the_form_reads_what_was_typed_in_the_readers_language() -> None:
    route = SaveQuote(deal_id=DEAL.id, lines=(2,), revisions=(1,))
    filled = {"description_2~1": "Arm", "quantity_2~1": "2", "price_2~1": "1.250,50", "tax_2~1": "19 %"}
    body = {name: {"typed": {"value": text}} for name, text in filled.items()}
    body["valid_until"] = {"typed": {"selected_date": "2026-04-30"}}
    typed = editor.form_for(route).parse(State.model_validate({"values": body}), DE)

    assert typed.lines == (LineInput(None, "Arm", Decimal(2), Decimal("1250.50"), Decimal(0), Decimal(19)),)
    assert typed.valid_until == date(2026, 4, 30)


def test_every_field_that_is_missing_is_named() -> None:
    with pytest.raises(Invalid) as problem:
        editor.form_for(SaveQuote()).parse(State(), EN)

    missing = {"deal", "description_1", "quantity_1", "price_1", "valid_until"}
    assert problem.value.fields == dict.fromkeys(missing, "required")


def test_products_show_their_price() -> None:
    row = ProductRow(UUID(int=5), "Robot arm " * 12, "RA-1", Decimal(1200), "EUR", Decimal(19))
    choice = editor.product_choices([row], EN)[0]

    assert choice.description == "RA-1 · €1,200.00"
    assert len(choice.text) <= 75


SENT = {"status": QuoteStatus.SENT, "can_edit": False, "sent_on": date(2026, 4, 1), "can_version": True}


def test_a_sent_quote_waits_for_its_decision() -> None:
    steps = (QuoteStatus.ACCEPTED, QuoteStatus.REJECTED)
    assert_golden("quotes/card_sent", views.card(card(1, steps=steps, **SENT), EN))


def test_an_accepted_quote_leads_to_winning_the_deal() -> None:
    over = {"status": QuoteStatus.ACCEPTED, "decided_on": date(2026, 4, 9), "deal_is_open": True, "can_version": False}
    assert_golden("quotes/card_accepted", views.card(card(1, **(SENT | over)), EN))


def test_a_later_version_names_the_first_offer_and_its_neighbours() -> None:
    over = {
        "status": QuoteStatus.EXPIRED,
        "decided_on": date(2026, 5, 1),
        "version_number": 3,
        "first_ref": "Q-2026-0001",
        "previous": Neighbour(UUID(int=2), "Q-2026-0004"),
        "newer": Neighbour(UUID(int=3), "Q-2026-0009"),
        "can_version": False,
    }
    assert_golden("quotes/card_version", views.card(card(1, **(SENT | over)), DE))


def test_a_draft_offers_to_be_sent_and_what_was_done_can_be_undone() -> None:
    draft = card(1, steps=(QuoteStatus.SENT,))
    assert_golden("quotes/saved", views.done(views.saved_text(draft, EN), draft, UUID(int=9), EN))


@pytest.mark.parametrize("status", [QuoteStatus.SENT, QuoteStatus.ACCEPTED, QuoteStatus.REJECTED])
def test_each_step_is_confirmed_in_words(status: QuoteStatus) -> None:
    said = views.step_text(card(1, status=status, deal_name=HOSTILE), EN)

    assert "Q-2026-0001" in said
    assert status.value in said
    assert "<!channel>" not in said


def test_the_copy_asks_for_a_deal() -> None:
    assert_golden("quotes/copy", views.copy_modal(card(deal_name=HOSTILE), EN))
    assert "Version 2 of Q-2026-0001" in views.made_text(card(version_number=2, first_ref="Q-2026-0001"), EN)
    assert "Copied" in views.made_text(card(), EN)
