"""What one reader sees."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from core import i18n
from core.i18n import Viewer, WrongPlaceholders, normalise_locale

ANA = Viewer("en_US", "America/New_York")
JAN = Viewer("de_DE", "Europe/Berlin")
MOMENT = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 16)


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A German catalogue with three sentences, one of them with a place the English one has not."""
    catalogue = Catalog(locale="de")
    catalogue.add("Lead {ref} created", "Lead {ref} angelegt")
    catalogue.add("Deal {ref} won", "Deal {reff} gewonnen")
    catalogue.add(("{n} lead", "{n} leads"), ("{n} Kontakt", "{n} Kontakte"))
    catalogue.add("today", "heute")
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "rapport.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(i18n, "CATALOGUES", tmp_path)
    for cached in (i18n._catalogue, i18n._words):
        cached.cache_clear()
        monkeypatch.setattr(i18n, cached.__name__, cached.__wrapped__)


def test_english_is_the_source() -> None:
    assert ANA.t("Lead {ref} created", ref="L-42") == "Lead L-42 created"
    assert Viewer("tlh", "UTC").t("Cancel") == "Cancel"
    assert ANA.t("100 % {{sure}}") == "100 % {sure}"


def test_values_are_never_read_as_text_to_fill() -> None:
    assert ANA.t("Hello {name}", name="{ref} {0} %s") == "Hello {ref} {0} %s"


@pytest.mark.parametrize("values", [{}, {"reff": "L-42"}, {"ref": "L-42", "more": 1}])
def test_wrong_places_are_a_mistake_of_ours(values: dict[str, object]) -> None:
    with pytest.raises(WrongPlaceholders, match="Lead"):
        ANA.t("Lead {ref} created", **values)


def test_numbers_choose_the_form() -> None:
    forms = [ANA.nt("{n} lead", "{n} leads", n) for n in (0, 1, 2, 1200)]
    assert forms == ["0 leads", "1 lead", "2 leads", "1,200 leads"]
    assert ANA.nt("one lead of {who}", "{n} leads of {who}", 1, who="Ana") == "one lead of Ana"
    with pytest.raises(WrongPlaceholders):
        ANA.nt("one lead of {who}", "{n} leads of {who}", 1)


@pytest.mark.usefixtures("german")
def test_a_catalogue_translates_and_its_mistakes_fall_back_to_english() -> None:
    assert JAN.t("Lead {ref} created", ref="L-42") == "Lead L-42 angelegt"
    assert JAN.t("Deal {ref} won", ref="D-7") == "Deal D-7 won"
    assert [JAN.nt("{n} lead", "{n} leads", n) for n in (1, 1200)] == ["1 Kontakt", "1.200 Kontakte"]
    assert Viewer("de_AT", "UTC").t("today") == "heute"
    assert i18n.languages() == ("de",)
    assert JAN.date(TODAY) == "16.03.2026"
    assert JAN.relative_date(TODAY, TODAY) == "heute"
    assert JAN.relative_date(date(2026, 3, 13), TODAY) == "vor 3 Tagen"


def test_without_a_catalogue_words_are_english_and_numbers_the_readers() -> None:
    assert JAN.date(TODAY) == "16 Mar 2026"
    assert JAN.number(Decimal("1234.5")) == "1.234,5"
    assert JAN.money(Decimal("1234.5"), "EUR") == "1.234,50\xa0€"
    assert JAN.percent(Decimal("7.5")) == "7,5\xa0%"


def test_moments_are_in_the_readers_zone() -> None:
    assert ANA.datetime(MOMENT) == "Mar 16, 2026, 5:00\u202fAM"
    assert JAN.datetime(MOMENT) == "16 Mar 2026, 10:00"
    assert JAN.time(MOMENT) == "10:00"
    late = datetime(2026, 3, 16, 23, 30, tzinfo=UTC)
    assert (JAN.local_date(late), ANA.local_date(late)) == (date(2026, 3, 17), TODAY)


def test_an_unknown_zone_is_utc() -> None:
    for name in ("Mars/Phobos", "", "../../etc/passwd"):
        assert Viewer("en_GB", name).time(MOMENT) == "09:00"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (-1, "yesterday"),
        (3, "in 3 days"),
        (-3, "3 days ago"),
        (14, "in 14 days"),
        (15, "Mar 31, 2026"),
        (-15, "Mar 1, 2026"),
    ],
)
def test_days_as_people_say_them(days: int, words: str) -> None:
    assert ANA.relative_date(TODAY + timedelta(days=days), TODAY) == words


def test_slack_writes_moments_in_each_readers_zone() -> None:
    assert JAN.slack_date(MOMENT) == "<!date^1773651600^{date_short_pretty} at {time}|16 Mar 2026, 10:00>"


def test_slack_writes_days_as_of_its_readers_today() -> None:
    assert JAN.slack_day(MOMENT) == "<!date^1773651600^{date_short_pretty}|16 Mar 2026>"
    assert ANA.slack_when(TODAY, time(15)) == f"{ANA.slack_day(TODAY)}, 3:00\u202fPM"
    assert ANA.slack_when(TODAY, None) == ANA.slack_day(TODAY)


@pytest.mark.parametrize(
    "zone", ["Pacific/Honolulu", "America/New_York", "Europe/Berlin", "Asia/Tokyo", "Pacific/Auckland"]
)
@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 7, 1)])
def test_a_day_is_the_same_one_for_readers_far_apart(zone: str, day: date) -> None:
    seconds = int(ANA.slack_day(day).split("^")[1])
    assert datetime.fromtimestamp(seconds, ZoneInfo(zone)).date() == day


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(minutes=12), "12 minutes"),
        (timedelta(minutes=-1), "1 minute"),
        (timedelta(hours=23), "23 hours"),
        (timedelta(days=3), "3 days"),
    ],
)
def test_lengths_of_time(length: timedelta, words: str) -> None:
    assert ANA.duration(length) == words


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("de-DE", "de_DE"),
        ("en_US", "en_US"),
        ("en-GB", "en_GB"),
        ("pt-BR", "pt_BR"),
        ("zh-Hant-TW", "zh_Hant_TW"),
        ("es-LA", "es"),
        ("de_XX", "de"),
        ("xx-YY", "en_US"),
        ("", "en_US"),
        ("../etc", "en_US"),
    ],
)
def test_slacks_tags_become_locales(tag: str, locale: str) -> None:
    assert normalise_locale(tag) == locale
