"""Quotes, from the deal's button to the card, through the sandbox."""

from decimal import Decimal
from threading import Thread

import pytest

from core.models import Deal, Product, Quote, QuoteLine
from tests.e2e.world import World
from tests.factories import make_deal, make_product


@pytest.fixture
def deal(world: World) -> Deal:
    with world.ctx(world.ana) as ctx:
        make_product(ctx, "Robot arm", "1200", currency="EUR", tax_percent=Decimal(19))
        make_product(ctx, "Gripper", "80", currency="USD")
        return make_deal(ctx, "Acme rollout", owner=world.member(world.ana), currency="EUR")


def line(number: int, of: int, **values: str) -> dict[str, str]:
    return {f"{name}, line {number}" if of > 1 else name: value for name, value in values.items()}


def test_three_lines_one_from_a_product_the_middle_one_removed(world: World, deal: Deal) -> None:
    ana = world.ana
    ana.command(f"/quote new D-{deal.number}", channel="#sales")
    ana.modal.choose("Product", "Robot arm", query="rob")
    assert "€1,200.00" in ana.modal.visible_text()
    assert ana.modal.value("Description") == "Robot arm"
    ana.modal.fill({"Quantity": "2", "Discount %": "10"})
    assert "Subtotal: €2,160.00" in ana.modal.visible_text()

    ana.modal.click("Add line")
    ana.modal.fill({"Description, line 2": "To be removed", "Unit price, line 2": "5"})
    ana.modal.click("Add line")
    ana.modal.fill({"Description, line 3": "Travel", "Unit price, line 3": "99.90"})
    ana.modal.click("Remove", nth=1)

    assert ana.modal.value("Description, line 1") == "Robot arm"
    assert ana.modal.value("Quantity, line 1") == "2"
    assert ana.modal.value("Description, line 2") == "Travel"
    # 2 x 1,200 less 10 % + 99.90 = 2,259.90; 19 % of it (the new line starts with the tax of the one above) = 429.38
    assert "*Total: €2,689.28*" in ana.modal.visible_text()
    ana.modal.submit()

    said = ana.last_message("#sales")
    assert said.is_ephemeral
    assert "Q-" in said.text
    assert "saved as a draft" in said.text
    (quote,) = world.rows(Quote)
    assert quote.total == Decimal("2689.28")
    assert (quote.year, quote.sequence) == (world.sandbox.clock.now().year, 1)


def test_a_half_typed_line_is_said_to_be_missing(world: World, deal: Deal) -> None:
    world.ana.command(f"/quote new D-{deal.number}")
    world.ana.modal.fill({"Unit price": "12,,"})

    assert "Not counted yet" in world.ana.modal.visible_text()


def test_bad_input_keeps_the_window_and_what_was_typed(world: World, deal: Deal) -> None:
    ana = world.ana
    ana.command(f"/quote new D-{deal.number}")
    ana.modal.fill({"Description": "Robot", "Quantity": "two", "Unit price": "100"})
    ana.modal.submit()

    assert "Quantity" in ana.modal.errors
    assert ana.modal.value("Description") == "Robot"
    assert world.rows(Quote) == []


def test_without_a_deal_the_window_asks_and_then_knows_the_currency(world: World, deal: Deal) -> None:
    ana = world.ana
    ana.command("/quote new")
    assert "Choose a deal" in ana.modal.visible_text()
    ana.modal.choose("Deal", "Acme rollout", query="acme")
    ana.modal.fill({"Description": "Robot", "Unit price": "100"})
    assert "€100.00" in ana.modal.visible_text()
    ana.modal.submit()

    assert [quote.deal_id for quote in world.rows(Quote)] == [deal.id]


def test_a_product_in_another_currency_leaves_the_price_to_be_typed(world: World, deal: Deal) -> None:
    ana = world.ana
    ana.command(f"/quote new D-{deal.number}")
    ana.modal.choose("Product", "Gripper", query="grip")

    assert "priced in USD" in ana.modal.visible_text()
    assert ana.modal.value("Unit price") == ""


def test_another_rep_is_refused_without_learning_anything(world: World, deal: Deal) -> None:
    answer = world.ben.command(f"/quote new D-{deal.number}")

    assert answer is not None
    assert "cannot find" in answer.text
    assert "Acme" not in answer.visible_text()
    assert not world.ben.has_modal


def test_a_double_click_on_save_makes_one_quote(world: World, deal: Deal) -> None:
    ana = world.ana
    ana.command(f"/quote new D-{deal.number}")
    ana.modal.fill({"Description": "Robot", "Unit price": "100"})
    world.sandbox.faults.on_delivery("interactive", "duplicate", copies=2, parallel=True)
    ana.modal.submit()

    assert len(world.rows(Quote)) == 1


def test_edit_undo_and_the_list(world: World, deal: Deal) -> None:
    ana = world.ana
    ana.command(f"/quote new D-{deal.number}", channel="#sales")
    ana.modal.fill({"Description": "Robot", "Unit price": "100"})
    ana.modal.submit()
    number = f"Q-{world.rows(Quote)[0].year}-0001"

    card = ana.command(f"/quote view {number}", channel="#sales")
    assert card is not None
    card.click("Edit")
    ana.modal.fill({"Unit price": "150"})
    ana.modal.submit()
    assert world.rows(Quote)[0].total == Decimal(150)
    ana.last_message("#sales").click("Undo")
    assert world.rows(Quote)[0].total == Decimal(100)
    card.click("Edit")
    ana.modal.submit()
    assert "Nothing was changed." in ana.last_message("#sales").visible_text()
    assert "Undo" not in ana.last_message("#sales").visible_text()

    listed = ana.command("/quote list")
    assert listed is not None
    assert number in listed.visible_text()
    assert "No quotes yet" in (world.ben.command("/quote list") or listed).visible_text()


def test_a_quote_that_somebody_saved_meanwhile_is_not_overwritten(world: World, deal: Deal) -> None:
    ana, mira = world.ana, world.mira
    ana.command(f"/quote new D-{deal.number}", channel="#sales")
    ana.modal.fill({"Description": "Robot", "Unit price": "100"})
    ana.modal.submit()
    number = f"Q-{world.rows(Quote)[0].year}-0001"
    for person in (ana, mira):
        card = person.command(f"/quote view {number}", channel="#sales")
        assert card is not None
        card.click("Edit")
    mira.modal.fill({"Unit price": "120"})
    mira.modal.submit()
    ana.modal.fill({"Unit price": "90"})
    ana.modal.submit()

    assert ana.has_modal
    assert "Mira" in ana.modal.visible_text()
    assert ana.modal.value("Unit price") == "90"
    assert world.rows(Quote)[0].total == Decimal(120)
    ana.modal.submit()
    assert world.rows(Quote)[0].total == Decimal(90)


def test_nobody_sells_products_yet(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        deal = make_deal(ctx, owner=world.member(world.ana))
    world.ana.command(f"/quote new D-{deal.number}")

    assert world.rows(Product) == []
    assert world.ana.modal.options("Product") == []


def test_two_people_quote_one_deal_at_once(world: World, deal: Deal) -> None:
    people = (world.ana, world.mira)
    for person in people:
        person.command(f"/quote new D-{deal.number}")
        person.modal.fill({"Description": person.user.real_name, "Unit price": "100"})
    threads = [Thread(target=person.modal.submit) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(quote.sequence for quote in world.rows(Quote)) == [1, 2]


def test_an_extra_line_that_was_left_empty_is_none(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        make_deal(ctx, "Rollout", owner=world.member(world.ana))
    world.ana.command("/quote new D-1", channel="#sales")
    modal = world.ana.modal
    modal.fill({"Description": "Robot arm", "Unit price": "100", "Tax %": "19"})
    modal.click("Add line")
    modal.click("Add line")
    assert "missing" not in modal.text()
    modal.fill({"Description, line 3": "Setup"})
    modal.submit()
    assert modal.errors == {"Unit price, line 3": "Please fill this in."}
    modal.fill({"Unit price, line 3": "-1"})
    modal.submit()
    assert list(modal.errors) == ["Unit price, line 3"]
    modal.fill({"Unit price, line 3": "50"})
    modal.submit()
    assert [line.description for line in world.rows(QuoteLine)] == ["Robot arm", "Setup"]
    assert [line.position for line in world.rows(QuoteLine)] == [0, 1]
