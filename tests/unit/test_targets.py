"""The month that somebody means who asks for its targets."""

from datetime import UTC, date, datetime

import pytest

from core.normalise import Unusable
from core.targets import month_meant

NOW = datetime(2030, 12, 31, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "month"),
    [
        ("", date(2030, 12, 1)),
        ("this month", date(2030, 12, 1)),
        ("Next", date(2031, 1, 1)),
        ("last month", date(2030, 11, 1)),
        ("december", date(2030, 12, 1)),
        ("january", date(2031, 1, 1)),
        ("März 2031", date(2031, 3, 1)),
        ("2031-2", date(2031, 2, 1)),
        ("02/2031", date(2031, 2, 1)),
    ],
)
def test_a_month_in_words(typed: str, month: date) -> None:
    assert month_meant(typed, "de_DE", NOW) == month


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("someday", "month_unclear"),
        ("2030-13", "month_unclear"),
        ("0000-12", "month_unclear"),
        ("0001-01", "month_invalid"),
        ("9999-12", "month_invalid"),
        ("2036-01", "month_invalid"),
    ],
)
def test_what_is_no_month_or_out_of_reach(typed: str, code: str) -> None:
    with pytest.raises(Unusable) as refused:
        month_meant(typed, "en_US", NOW)
    assert refused.value.code == code
