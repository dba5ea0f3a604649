"""Days and hours in words: what people type, in three languages, and nothing that is guessed."""

from datetime import date, datetime, time, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from babel import localedata
from hypothesis import example, given
from hypothesis import strategies as st

from core.when import When, split_off, understand, written

NOW = datetime(2026, 11, 21, 10, 5, tzinfo=ZoneInfo("Europe/Berlin"))
"""A Saturday."""
LOCALES = [tag for tag in localedata.locale_identifiers() if tag.split("_")[0] in ("en", "de", "es")]


def day(number: int, month: int = 11, year: int = 2026) -> date:
    return date(year, month, number)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("today 17:00", When(day(21), time(17))),
        ("Tomorrow 3pm", When(day(22), time(15))),
        ("tomorrow at 3", When(day(22), time(15))),
        ("tomorrow at 9", When(day(22), time(9))),
        ("tomorrow morning", When(day(22), time(9))),
        ("day after tomorrow", When(day(23))),
        ("next tue", When(day(24))),
        ("next tuesday at noon", When(day(24), time(12))),
        ("tuesday next week", When(day(24))),
        ("thurs", When(day(26))),
        ("saturday", When(day(28))),
        ("fri 9.30 am", When(day(27), time(9, 30))),
        ("on friday", When(day(27))),
        ("3pm", When(day(21), time(15))),
        ("9am", When(day(22), time(9))),
        ("in 2 weeks", When(day(5, 12))),
        ("in a month 15:00", When(day(21, 12), time(15))),
        ("in 2 hours", When(day(21), time(12, 5))),
        ("3d", When(day(24))),
        ("next week", When(day(28))),
        ("end of month", When(day(30))),
        ("30.11.", When(day(30))),
        ("30.11", When(day(30))),
        ("1.2.", When(day(1, 2, 2027))),
        ("30.11.26 15:00", When(day(30), time(15))),
        ("2026-11-27 08:00", When(day(27), time(8))),
        ("dec 5", When(day(5, 12))),
        ("5th of December, 4 p.m.", When(day(5, 12), time(16))),
        ("the 30th", When(day(30))),
        ("12 AM 30 Nov", When(day(30), time(0))),
        ("yesterday", When(day(20))),
        ("morgen 15 Uhr", When(day(22), time(15))),
        ("morgen früh", When(day(22), time(9))),
        ("übermorgen um 9:30", When(day(23), time(9, 30))),
        ("nächsten Dienstag", When(day(24))),
        ("Dienstag nächster Woche", When(day(24))),
        ("in 2 Wochen", When(day(5, 12))),
        ("in drei Tagen", When(day(24))),
        ("Freitag 9 Uhr", When(day(27), time(9))),
        ("Fr 9.30 Uhr", When(day(27), time(9, 30))),
        ("am 30.", When(day(30))),
        ("5. Dezember um 14 Uhr", When(day(5, 12), time(14))),
        ("Ende des Monats", When(day(30))),
        ("mañana a las 15", When(day(22), time(15))),
        ("manana a las 3 de la tarde", When(day(22), time(15))),
        ("mañana por la mañana", When(day(22), time(9))),
        ("el próximo martes", When(day(24))),
        ("el martes que viene", When(day(24))),
        ("en 2 semanas", When(day(5, 12))),
        ("en dos semanas", When(day(5, 12))),
        ("pasado mañana a las 9:15", When(day(23), time(9, 15))),
        ("viernes", When(day(27))),
        ("5 de diciembre de 2027", When(day(5, 12, 2027))),
    ],
)
def test_what_people_say(said: str, meant: When) -> None:
    for locale in ("en_GB", "de_DE", "es_ES", "en_US"):
        assert understand(said, locale, NOW) == meant, locale


def test_numbers_alone_follow_the_readers_order() -> None:
    assert understand("12/5", "en_US", NOW).day == day(5, 12)
    assert understand("12/5", "en_GB", NOW).day == day(12, 5, 2027)
    assert understand("11/30", "de_DE", NOW).day == day(30)
    assert understand("29.2.", "de_DE", NOW).day == day(29, 2, 2028)


def test_names_are_those_of_the_readers_language_too() -> None:
    assert understand("vendredi à 15:00".replace(" à", ""), "fr_FR", NOW) == When(day(27), time(15))
    assert understand("mar", "es_ES", NOW) == When(day(24))
    assert understand("3 mar 2027", "es_ES", NOW) == When(day(3, 3, 2027))


@pytest.mark.parametrize(
    "said",
    [
        *("", " ", "soon", "2", "30", "a a a", "25:00", "13pm", "31.2.2027", "May", "in 0 days", "in 999 months"),
        *("friday 9", "1 2 3", "tomorrow tomorrow", "friday 3pm 4pm", "32nd", "0.0.", "٣٠.١١.", "30.11.99999"),
    ],
)
def test_what_is_not_sure_is_not_guessed(said: str) -> None:
    with pytest.raises(ValueError, match="when_unclear"):
        understand(said, "en_GB", NOW)


def test_a_day_of_the_week_has_to_be_the_dates_own() -> None:
    assert understand("Fri 27 Nov", "en_GB", NOW).day == day(27)
    with pytest.raises(ValueError, match="when_weekday"):
        understand("Mon 27 Nov 2026", "en_GB", NOW)


@given(
    st.dates(date(2000, 1, 1), date(2100, 12, 31)),
    st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.sampled_from(LOCALES),
)
@example(date(2027, 3, 1), None, "en_Shaw_GB")
def test_what_is_shown_is_understood_as_the_same(then: date, at: time | None, locale: str) -> None:
    assert understand(written(then, at, locale), locale, NOW) == When(then, at)


@given(st.text(max_size=200), st.sampled_from(("en_US", "de_DE", "es_ES", "ja_JP", "ar_EG")))
def test_any_text_is_understood_or_refused(text: str, locale: str) -> None:
    try:
        meant = understand(text, locale, NOW)
    except ValueError as error:
        said = str(error)
    else:
        said = "when_unclear" if meant.day.year in range(2000, 2101) else "an impossible year"
    assert said in ("when_unclear", "when_weekday")


def test_hostile_texts_take_no_time() -> None:
    understand("tomorrow", "en_US", NOW)
    begun = process_time()
    for text in ("9" * 80, "1:" * 40, "a las " * 13, "in " * 26, "1." * 40, " " * 100_000, "12/" * 26, "a" * 1_000_000):
        with pytest.raises(ValueError, match="when"):
            understand(text, "en_US", NOW)
    assert process_time() - begun < 0.2


def test_hours_pass_through_a_clock_change() -> None:
    before = datetime(2026, 10, 25, 0, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert understand("in 5 hours", "en_GB", before) == When(date(2026, 10, 25), time(4, 30))


@pytest.mark.parametrize(
    ("sentence", "rest", "meant"),
    [
        ("Call Ana about the contract friday 3pm", "Call Ana about the contract", When(day(27), time(15))),
        ("Send the deck by 30.11.", "Send the deck", When(day(30))),
        ("Angebot schicken morgen 15 Uhr", "Angebot schicken", When(day(22), time(15))),
        ("Llamar a Ana mañana a las 15", "Llamar a Ana", When(day(22), time(15))),
        ("Call Ana", "Call Ana", None),
        ("friday", "friday", None),
        ("Prepare the plan for 2 weeks", "Prepare the plan for 2 weeks", None),
    ],
)
def test_a_sentence_may_end_with_its_day(sentence: str, rest: str, meant: When | None) -> None:
    assert split_off(sentence, "en_GB", NOW) == (rest, meant)


def test_the_day_may_be_said_with_its_time_of_today() -> None:
    at = understand("10:00", "en_GB", NOW)
    assert at == When(NOW.date() + timedelta(days=1), time(10))
