"""What a quote adds up to."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import minor_units
from core.quotes import LineInput, line_net, totals

amounts = st.decimals(min_value=0, max_value=1_000_000, places=4, allow_nan=False, allow_infinity=False)
quantities = st.decimals(min_value=Decimal("0.0001"), max_value=10_000, places=4)
percents = st.decimals(min_value=0, max_value=100, places=2)
rates = st.sampled_from([Decimal(0), Decimal(7), Decimal("7.0"), Decimal(19), Decimal("5.5")])
lines = st.builds(
    LineInput,
    product_id=st.none(),
    description=st.just("x"),
    quantity=quantities,
    unit_price=amounts,
    discount_percent=percents,
    tax_percent=rates,
)
currencies = st.sampled_from(["EUR", "USD", "JPY", "KWD"])


def line(quantity: str, price: str, discount: str = "0", tax: str = "0") -> LineInput:
    return LineInput(None, "x", Decimal(quantity), Decimal(price), Decimal(discount), Decimal(tax))


def test_a_quote_with_three_lines_and_two_rates() -> None:
    sums = totals([line("3", "99.99", "10", "19"), line("1", "49.90", tax="7"), line("2.5", "10", tax="19")], "EUR")

    # 3 x 99.99 x 0.9 = 269.973 -> 269.97; 2.5 x 10 = 25
    # 19 % of 294.97 = 56.0443 -> 56.04; 7 % of 49.90 = 3.493 -> 3.49
    assert sums.subtotal == Decimal("344.87")
    assert [(one.percent, one.base, one.tax) for one in sums.taxes] == [
        (Decimal(7), Decimal("49.90"), Decimal("3.49")),
        (Decimal(19), Decimal("294.97"), Decimal("56.04")),
    ]
    assert sums.total == Decimal("404.40")


@pytest.mark.parametrize(
    ("quantity", "price", "currency", "net"),
    [
        ("1", "0.005", "EUR", "0.01"),  # half a cent goes up
        ("1", "1.5", "JPY", "2"),  # the yen has no minor unit
        ("1", "1.0005", "KWD", "1.001"),  # the dinar has three decimals
    ],
)
def test_amounts_are_rounded_half_up_to_the_minor_unit(quantity: str, price: str, currency: str, net: str) -> None:
    assert line_net(line(quantity, price), currency) == Decimal(net)


def test_tax_is_rounded_once_a_rate_not_once_a_line() -> None:
    three = [line("1", "0.10", tax="19")] * 3  # a line alone: 0.019 -> 0.02; together 0.057 -> 0.06

    assert totals(three, "EUR").tax == Decimal("0.06")
    assert totals([line("1", "0.13", tax="19")] * 3, "EUR").tax == Decimal("0.07")  # not 3 x 0.02


def test_no_lines_cost_nothing() -> None:
    assert totals([], "EUR").total == 0


@given(st.lists(lines, max_size=12), currencies)
def test_the_total_is_the_subtotal_and_the_taxes(chosen: list[LineInput], currency: str) -> None:
    sums = totals(chosen, currency)

    assert sums.total == sums.subtotal + sums.tax
    assert sums.tax == sum((one.tax for one in sums.taxes), Decimal(0))
    assert sums.subtotal == sum((line_net(one, currency) for one in chosen), Decimal(0))
    assert sums.subtotal >= 0
    assert sums.tax >= 0


@given(st.lists(lines, max_size=8), currencies, st.randoms())
def test_the_order_of_the_lines_does_not_matter(chosen: list[LineInput], currency: str, random: object) -> None:
    shuffled = list(chosen)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert totals(shuffled, currency) == totals(chosen, currency)


@given(st.lists(lines, min_size=1, max_size=8), currencies)
def test_amounts_have_no_more_decimals_than_the_currency(chosen: list[LineInput], currency: str) -> None:
    sums = totals(chosen, currency)

    for amount in (sums.subtotal, sums.tax, sums.total):
        assert -amount.as_tuple().exponent <= minor_units(currency)
