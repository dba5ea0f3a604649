"""Amounts: read as people write them, rounded as the currency wants it, written in the reader's way. Never floats."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale, numbers

from core.normalise import Unusable

LARGEST = Decimal(10) ** 15 - Decimal("0.0001")
"""What NUMERIC(19, 4) holds (core.models.base.MONEY)."""
DECIMALS = 4
LONGEST = 26
"""Characters of the largest amount with all its separators and decimals; also within Decimal's 28 exact digits."""
MAGNITUDES = {
    "": 1,
    "k": 10**3,
    "tsd": 10**3,
    "m": 10**6,
    "mn": 10**6,
    "mio": 10**6,
    "b": 10**9,
    "bn": 10**9,
    "mrd": 10**9,
}
"""`12k`, `1.5m`, and what German writes."""
_CURRENCY_WORDS = frozenset(("kr", "zł", "kč", "ft", "lei", "fr", "rs"))
"""What people write for a currency beside its ISO code, which CLDR knows."""
_BEFORE_SIGN = re.compile(r"(?<!\w)[A-Z]{1,3}(?=([^\w\s.,+−-]))")
"""The letters of `US$`, `R$`, `JP¥`."""
_WORD_BEFORE = re.compile(r"([^\W\d_]{1,4}\.?)\s*(?=[\d.,+−-])")
_WORD_AFTER = re.compile(r"(?<![^\W\d_])([^\W\d_]{1,4}\.?)$")
_GLUED = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
"""Between a letter and a digit."""
_NUMBER = re.compile(r"(?P<sign>[-−+]?)(?P<digits>\d[\d.,]*|[.,]\d+)(?P<magnitude>[a-z]*)\.?")


def parse_amount(text: str, locale: str) -> Decimal:
    """An amount as somebody typed it: `1.234,56`, `1,234.56`, `12k`, `1.5m`, `€ 1200`, `1200 EUR`.

    Of two different separators the last one is the decimal one; a single `1.234` is read as the locale writes
    (thousands in Germany, decimals in the United States), unless it cannot be a group of thousands.
    Raises Unusable("amount_invalid"), ("amount_negative") or ("amount_too_large").
    """
    found = _NUMBER.fullmatch(_bare(text))
    if found is None or found["magnitude"] not in MAGNITUDES:
        raise Unusable("amount_invalid")
    if len(found["digits"]) > LONGEST:
        raise Unusable("amount_too_large")
    amount = _decimal(found["digits"], locale) * MAGNITUDES[found["magnitude"]]
    if found["sign"] in ("-", "−") and amount:
        raise Unusable("amount_negative")
    if amount > LARGEST:
        raise Unusable("amount_too_large")
    if amount != amount.quantize(Decimal(1).scaleb(-DECIMALS)):
        raise Unusable("amount_invalid")
    return amount


def parse_percent(text: str, locale: str) -> Decimal:
    """A percentage from 0 to 100: `7.5`, `7,5 %`. Raises Unusable("percent_invalid")."""
    bare = unicodedata.normalize("NFKC", text).strip().removesuffix("%").rstrip()
    try:
        percent = parse_amount(bare, locale)
    except Unusable as error:
        raise Unusable("percent_invalid") from error
    if percent > 100:
        raise Unusable("percent_invalid")
    return percent


def minor_units(currency: str) -> int:
    """Decimal places of a currency (ISO 4217, by CLDR): 2 for EUR, 0 for JPY, 3 for KWD."""
    return numbers.get_currency_precision(currency)


def is_currency(code: str) -> bool:
    """Whether CLDR knows the code as a currency (`EUR`)."""
    return numbers.is_currency(code)


def round_money(amount: Decimal, currency: str) -> Decimal:
    """To the currency's minor unit, halves away from zero: what invoices do."""
    return amount.quantize(Decimal(1).scaleb(-minor_units(currency)), rounding=ROUND_HALF_UP)


def format_money(amount: Decimal, currency: str, locale: str) -> str:
    """`1.234,50 €` for a German, `€1,234.50` for an American; with the currency's own number of decimals."""
    return _spaced(numbers.format_currency(round_money(amount, currency), currency, locale=locale))


def format_short(amount: Decimal, currency: str, locale: str) -> str:
    """The same without the decimals of a whole amount: `€1,234`, but `€1,234.50`. For overviews."""
    rounded = round_money(amount, currency)
    if rounded != rounded.to_integral_value():
        return format_money(amount, currency, locale)
    return _spaced(str(_whole_pattern(locale).apply(rounded, locale, currency=currency, currency_digits=False)))


def _spaced(text: str) -> str:
    """A currency's letters apart from its digits, as CLDR wants it and Babel does not do: `CHF 84,000.00`."""
    return _GLUED.sub("\N{NO-BREAK SPACE}", text)


@lru_cache(maxsize=64)
def _whole_pattern(locale: str) -> numbers.NumberPattern:
    """The language's way to write an amount, without decimals."""
    pattern = numbers.parse_pattern(Locale.parse(locale).currency_formats["standard"].pattern)
    pattern.frac_prec = (0, 0)
    return pattern


def format_number(value: Decimal | int, locale: str) -> str:
    """A number with the locale's separators and all its decimals; `parse_amount` reads it back."""
    plain = value.normalize() if isinstance(value, Decimal) else Decimal(value)
    return numbers.format_decimal(plain, locale=locale, decimal_quantization=False, numbering_system="latn")


def format_percent(percent: Decimal | int, locale: str) -> str:
    """7.5 as `7.5%` or `7,5 %`."""
    return numbers.format_percent(
        (Decimal(percent) / 100).normalize(), locale=locale, decimal_quantization=False, numbering_system="latn"
    )


def _bare(text: str) -> str:
    """Digits, separators, sign and magnitude alone: without currency, blanks and other scripts' digits."""
    plain = unicodedata.normalize("NFKC", text)
    plain = _BEFORE_SIGN.sub(lambda found: "" if unicodedata.category(found[1]) == "Sc" else found[0], plain)
    plain = "".join(_ascii_digit(character) for character in plain if unicodedata.category(character) != "Sc").strip()
    before, after = _WORD_BEFORE.match(plain), _WORD_AFTER.search(plain)
    if after and _is_currency_word(after[1]):
        plain = plain[: after.start()]
    if before and _is_currency_word(before[1]):
        plain = plain[before.end() :]
    return re.sub(r"[\s'’_]", "", plain.lower())


def _ascii_digit(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _is_currency_word(word: str) -> bool:
    plain = word.rstrip(".").lower()
    return plain not in MAGNITUDES and (plain in _CURRENCY_WORDS or numbers.is_currency(plain.upper()))


def _decimal(digits: str, locale: str) -> Decimal:
    """The number that digits with points and commas stand for."""
    separators = [character for character in digits if character in ".,"]
    if not separators:
        return Decimal(digits)
    mark = _decimal_mark(digits, separators, locale)
    whole, _, fraction = digits.rpartition(mark) if mark else (digits, "", "")
    if "." in fraction or "," in fraction or (mark and mark in whole):
        raise Unusable("amount_invalid")
    if not _is_grouped(whole):
        raise Unusable("amount_invalid")
    return Decimal(f"{re.sub('[.,]', '', whole) or '0'}.{fraction or '0'}")


def _decimal_mark(digits: str, separators: list[str], locale: str) -> str:
    """Which separator starts the decimals; empty where all of them group thousands."""
    last = separators[-1]
    if len(set(separators)) == 2:
        return last
    if len(separators) > 1:
        return ""
    if not _is_grouped(digits):
        return last
    return last if last == numbers.get_decimal_symbol(locale, numbering_system="latn") else ""


def _is_grouped(whole: str) -> bool:
    """Whether the separators stand where thousands do (1,234,567), or lakhs and crores (12,34,567)."""
    first, *rest = re.split("[.,]", whole)
    if not rest:
        return True
    western = all(len(group) == 3 for group in rest)
    indian = len(rest[-1]) == 3 and all(len(group) == 2 for group in rest[:-1])
    return 1 <= len(first) <= 3 and (western or indian)
