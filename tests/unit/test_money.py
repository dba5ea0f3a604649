"""Amounts as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import money
from core.normalise import Unusable

LOCALES = ("en_US", "de_DE", "fr_FR", "de_CH", "sv_SE", "en_IN", "pt_BR", "ja_JP", "es_ES", "pl_PL")
AMOUNTS = st.decimals(min_value=0, max_value=money.LARGEST, places=4, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("text", "locale", "amount"),
    [
        ("1.234,56", "en_US", "1234.56"),
        ("1,234.56", "de_DE", "1234.56"),
        ("1.234", "de_DE", "1234"),
        ("1.234", "en_US", "1.234"),
        ("1,234", "en_US", "1234"),
        ("1.50", "de_DE", "1.5"),
        ("1,5", "en_US", "1.5"),
        ("1.234.567", "en_US", "1234567"),
        ("12,34,567.5", "en_IN", "1234567.5"),
        ("1 234,5", "fr_FR", "1234.5"),
        ("1\u202f234,5", "fr_FR", "1234.5"),
        ("CHF 1'200.50", "de_CH", "1200.50"),
        ("12k", "en_US", "12000"),
        ("12 K", "en_US", "12000"),
        ("1.5m", "de_DE", "1500000"),
        ("1,5 Mio. €", "de_DE", "1500000"),
        ("2bn", "en_US", "2000000000"),
        ("€ 1200", "de_DE", "1200"),
        ("1200€", "de_DE", "1200"),
        ("1200 EUR", "de_DE", "1200"),
        ("eur 1200", "de_DE", "1200"),
        ("EUR12k", "de_DE", "12000"),
        ("US$ 5", "en_US", "5"),
        ("R$ 10", "pt_BR", "10"),
        ("500 kr", "sv_SE", "500"),
        ("¥1000", "ja_JP", "1000"),
        ("１２００", "ja_JP", "1200"),
        ("١٢٣", "ar_EG", "123"),
        (".5", "en_US", "0.5"),
        ("5.", "en_US", "5"),
        ("+5", "en_US", "5"),
        ("-0", "en_US", "0"),
        ("0", "en_US", "0"),
    ],
)
def test_amounts(text: str, locale: str, amount: str) -> None:
    assert money.parse_amount(text, locale) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "amount_invalid"),
        ("abc", "amount_invalid"),
        ("USD", "amount_invalid"),
        ("12 apples", "amount_invalid"),
        ("1e5", "amount_invalid"),
        ("NaN", "amount_invalid"),
        ("1,2,3", "amount_invalid"),
        ("12.345.6", "amount_invalid"),
        ("1.234,567,89", "amount_invalid"),
        ("1..2", "amount_invalid"),
        ("1 + 1", "amount_invalid"),
        ("0.00001", "amount_invalid"),
        ("-5", "amount_negative"),
        ("−5 €", "amount_negative"),
        ("1000000000000000", "amount_too_large"),
        ("1000000bn", "amount_too_large"),
        ("9" * 500, "amount_too_large"),
    ],
)
def test_what_is_no_amount(text: str, code: str) -> None:
    with pytest.raises(Unusable, match=f"^{code}$"):
        money.parse_amount(text, "en_US")


@given(AMOUNTS, st.sampled_from(LOCALES))
def test_what_is_written_is_read_back(amount: Decimal, locale: str) -> None:
    assert money.parse_amount(money.format_number(amount, locale), locale) == amount


@given(
    st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False),
    st.sampled_from(["EUR", "USD", "CHF", "SEK", "JPY", "KWD", "BRL", "PLN"]),
    st.sampled_from(LOCALES),
)
def test_money_copied_from_a_message_is_read_back(amount: Decimal, currency: str, locale: str) -> None:
    shown = money.format_money(amount, currency, locale)
    assert money.parse_amount(shown, locale) == money.round_money(amount, currency)


@given(st.text(alphabet="0123456789.,kKmM €$-+ EURo", max_size=40), st.sampled_from(LOCALES))
def test_anything_is_an_amount_or_unusable(text: str, locale: str) -> None:
    try:
        amount = money.parse_amount(text, locale)
    except Unusable:
        return
    assert 0 <= amount <= money.LARGEST
    assert isinstance(amount, Decimal)


@given(st.decimals(min_value=0, max_value=100, places=4, allow_nan=False), st.sampled_from(LOCALES))
def test_percentages_are_read_back(percent: Decimal, locale: str) -> None:
    assert money.parse_percent(money.format_percent(percent, locale), locale) == percent
    assert money.parse_percent(money.format_number(percent, locale), locale) == percent


@pytest.mark.parametrize("text", ["", "101", "-1", "ten", "50 % off", "1k"])
def test_what_is_no_percentage(text: str) -> None:
    with pytest.raises(Unusable, match=r"^percent_invalid$"):
        money.parse_percent(text, "en_US")


def test_rounding_is_commercial_and_knows_the_currency() -> None:
    assert money.round_money(Decimal("2.345"), "EUR") == Decimal("2.35")
    assert money.round_money(Decimal("2.5"), "JPY") == Decimal(3)
    assert money.round_money(Decimal("0.00049"), "KWD") == Decimal("0.000")
    assert [money.minor_units(currency) for currency in ("EUR", "JPY", "KWD")] == [2, 0, 3]
    assert (money.is_currency("EUR"), money.is_currency("EUX")) == (True, False)


def test_the_readers_way_of_writing() -> None:
    assert money.format_money(Decimal("1234.5"), "EUR", "de_DE") == "1.234,50\xa0€"
    assert money.format_money(Decimal("1234.5"), "EUR", "en_US") == "€1,234.50"
    assert money.format_money(Decimal("1234.5"), "CHF", "en_US") == "CHF\xa01,234.50"
    assert money.format_short(Decimal(1234), "EUR", "en_AU") == "EUR\xa01,234"
    assert money.format_money(Decimal(-5), "USD", "en_GB") == "-US$5.00"
    assert money.format_money(Decimal("1234.5"), "JPY", "en_US") == "¥1,235"
    assert money.format_percent(Decimal("7.5"), "de_DE") == "7,5\xa0%"
    assert money.format_number(1200, "de_DE") == "1.200"


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "shown"),
    [
        ("12000", "EUR", "en_US", "€12,000"),
        ("12000.00", "EUR", "de_DE", "12.000\xa0€"),
        ("999.99", "EUR", "en_US", "€999.99"),
        ("999.999", "EUR", "en_US", "€1,000"),
        ("70000", "JPY", "en_US", "¥70,000"),
        ("0", "USD", "pt_BR", "US$\xa00"),
    ],
)
def test_overviews_show_whole_amounts_without_decimals(amount: str, currency: str, locale: str, shown: str) -> None:
    assert money.format_short(Decimal(amount), currency, locale) == shown
