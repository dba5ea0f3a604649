"""A day and an hour as people say them: "tomorrow 3pm", "next tue", "30.11.", "morgen 15 Uhr", "el próximo martes".

English, German and Spanish are understood by everybody, names of days and months in the reader's own language too
(CLDR, through Babel). What is not surely understood is refused, never guessed at: a follow-up on a wrong day is worse
than none. Every text is read in a handful of passes over at most 80 characters.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from babel import Locale, UnknownLocaleError, dates

TEXT_MAX = 80
"""Characters; nobody says a day in more."""
YEARS = range(2000, 2101)
SUFFIX_WORDS = 7
"""At most so many words at the end of a sentence are its day."""
UNCLEAR = "when_unclear"
KNOWN = ("en", "de", "es")


@dataclass(frozen=True)
class When:
    """A local day, and an hour on it; None for any time of the day."""

    day: date
    at: time | None = None


def understand(text: str, locale: str, now: datetime) -> When:
    """What a text means to a reader of `locale` (`de_DE`) at their own moment `now` (aware, in their zone).

    A day without a year is the next one there is, an hour without a day the next time it comes; days that are over
    are understood too: whether one may be chosen is the operation's to say. Raises ValueError("when_unclear") for what
    nobody can be sure of, ValueError("when_weekday") where the day of the week is another than the date's.
    """
    words = _folded(text)
    if not words or len(words) > TEXT_MAX:
        raise ValueError(UNCLEAR)
    moment = _from_now(words, now)
    if moment is not None:
        return moment
    words, at = _hour(words)
    rest = [word for word in re.split(r"[\s,]+", words) if word]
    while rest and rest[0] in FILLERS:
        rest = rest[1:]
    if not rest:
        if at is None:
            raise ValueError(UNCLEAR)
        today = now.date()
        return When(today if at > now.time() else today + timedelta(days=1), at)
    try:
        day = _day(rest, _names(locale), now.date(), month_first=_month_first(locale))
    except OverflowError as error:
        raise ValueError(UNCLEAR) from error
    if day.year not in YEARS:
        raise ValueError(UNCLEAR)
    return When(day, at)


def split_off(text: str, locale: str, now: datetime) -> tuple[str, When | None]:
    """A sentence without the day it ends with, and that day: `Call Ana friday 3pm` is `Call Ana` and a Friday."""
    words = text.split()
    for start in range(max(1, len(words) - SUFFIX_WORDS), len(words)):
        if _folded(words[start]).strip(",") in FILLERS_ALONE:
            continue
        try:
            when = understand(" ".join(words[start:]), locale, now)
        except ValueError:
            continue
        kept = words[:start]
        while len(kept) > 1 and _folded(kept[-1]) in LEADS_TO_DAY:
            kept = kept[:-1]
        return " ".join(kept), when
    return text, None


def written(day: date, at: time | None, locale: str) -> str:
    """A day and an hour in the words of `locale`, so that `understand` reads them back: `Fri 27 Nov 2026, 15:00`."""
    pattern = "EEE, MMM d, y" if _month_first(locale) else "EEE d MMM y"
    said = dates.format_date(day, pattern, locale=locale)
    return said if at is None else f"{said}, {_hour_written(at, locale)}"


# -- words --------------------------------------------------------------------------------------------------------


def _folded(text: str) -> str:
    """Lower case without accents, one space between words: `Mañana` and `manana` are the same."""
    apart = unicodedata.normalize("NFKD", text[: 4 * TEXT_MAX].casefold())
    return " ".join("".join(one for one in apart if not unicodedata.combining(one)).split())


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


FILLERS = _set("on by until the am bis den dem der im zum el la los para hasta al")
FILLERS_ALONE = _set("at um a las de")
"""What ends a sentence and begins no day by itself."""
LEADS_TO_DAY = _set("on by until at bis am zum para hasta el")
NEAR: Mapping[str, int] = {
    **dict.fromkeys(("today", "heute", "hoy"), 0),
    **dict.fromkeys(("tomorrow", "tomorow", "tmrw", "tmr", "morgen", "manana"), 1),
    **dict.fromkeys(("day after tomorrow", "ubermorgen", "uebermorgen", "pasado manana"), 2),
    **dict.fromkeys(("yesterday", "gestern", "ayer"), -1),
    **dict.fromkeys(("next week", "nachste woche", "naechste woche", "kommende woche", "proxima semana"), 7),
    **dict.fromkeys(("semana que viene", "semana proxima"), 7),
}
NEXT_MONTH = frozenset(
    ("next month", "nachsten monat", "naechsten monat", "nachster monat", "proximo mes", "mes que viene")
)
MONTH_END = frozenset(("end of month", "end of the month", "monatsende", "ende des monats", "fin de mes"))
COMING = _set("next this coming nachsten nachster naechsten kommenden diesen proximo proxima este")
IN_NEXT_WEEK = (
    "next week",
    "nachste woche",
    "nachster woche",
    "naechste woche",
    "naechster woche",
    "de la proxima semana",
    "de la semana que viene",
)
NUMBERS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "a an one ein eine einem einer einen un una",
            "two zwei dos",
            "three drei tres",
            "four vier cuatro",
            "five funf fuenf cinco",
            "six sechs seis",
            "seven sieben siete",
            "eight acht ocho",
            "nine neun nueve",
            "ten zehn diez",
        ),
        start=1,
    )
    for word in words.split()
}
UNITS: Mapping[str, str] = {
    word: unit
    for unit, words in (
        ("minutes", "min mins minute minutes minuten minuto minutos"),
        ("hours", "h hour hours stunde stunden hora horas"),
        ("days", "d day days tag tage tagen dia dias"),
        ("weeks", "w week weeks woche wochen semana semanas"),
        ("months", "month months monat monate monaten mes meses"),
    )
    for word in words.split()
}
MORE_DAYS = {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
MORE_MONTHS = {"sept": 9}


@dataclass(frozen=True)
class _Names:
    """Names of days (Monday is 0) and months, folded."""

    days: Mapping[str, int]
    months: Mapping[str, int]


@lru_cache(maxsize=64)
def _names(locale: str) -> _Names:
    """The reader's own names win where languages differ."""
    days: dict[str, int] = {}
    months: dict[str, int] = {}
    for tag in (locale, *KNOWN):
        try:
            found = Locale.parse(tag)
        except (UnknownLocaleError, ValueError):
            continue
        for shape in ("format", "stand-alone"):
            for width in ("wide", "abbreviated", "short"):
                for number, name in found.days[shape].get(width, {}).items():
                    days.setdefault(_folded(name).strip("."), number)
            for width in ("wide", "abbreviated"):
                for number, name in found.months[shape].get(width, {}).items():
                    months.setdefault(_folded(name).strip("."), number)
    return _Names({**MORE_DAYS, **days}, {**MORE_MONTHS, **months})


@lru_cache(maxsize=64)
def _month_first(locale: str) -> bool:
    """Whether 11/30 is how the reader writes the thirtieth of November."""
    try:
        pattern = str(dates.get_date_format("short", locale=locale))
    except (UnknownLocaleError, ValueError):
        return False
    return "d" in pattern and "M" in pattern and pattern.index("M") < pattern.index("d") and pattern[0] != "y"


# -- hours --------------------------------------------------------------------------------------------------------

_HALF = r"(?:\s?([ap])\.?\s?m\b\.?)"
_PART = r"\s(?:de|por) la (manana|tarde|noche)\b"
_LEAD = r"(?:\b(?:at|um|gegen|a las?)\s|@\s?)"
_HOURS: tuple[tuple[re.Pattern[str], bool], ...] = tuple(
    (re.compile(pattern), bare)
    for pattern, bare in (
        (rf"{_LEAD}?(?<![\d.:/-])(\d{{1,2}}):(\d{{2}})(?![\d:/-])(?:{_HALF}|{_PART}|\s?(?:uhr|hrs?|h)\b)?", False),
        (rf"{_LEAD}?(?<![\d.:/-])(\d{{1,2}})[.h](\d{{2}})(?:{_HALF}|{_PART}|\s?uhr\b)", False),
        (rf"{_LEAD}?(?<![\d.:/-])(\d{{1,2}})()(?:{_HALF}|{_PART})", False),
        (rf"{_LEAD}?(?<![\d.:/-])(\d{{1,2}})()()()\s?(?:uhr|h)\b", False),
        (rf"{_LEAD}(\d{{1,2}})()()()(?![\d.:/-])(?!\s?[^\W\d])", True),
    )
)
PARTS: tuple[tuple[re.Pattern[str], time], ...] = tuple(
    (re.compile(rf"(?<!\w)(?:{words})(?!\w)"), at)
    for words, at in (
        (r"(?:at )?noon|(?:am )?mittags?|(?:al? )?mediodia", time(12)),
        (r"(?<=morgen )fruh|(?<=\w )(?:in the )?morning|(?:am )?vormittags?|por la manana", time(9)),
        (r"(?:in the )?afternoon|(?:am )?nachmittags?|por la tarde", time(14)),
        (r"(?:in the )?evening|(?:am )?abends?|por la noche", time(18)),
    )
)
AFTERNOON = range(1, 7)
"""Hours that, said without more, are those of the afternoon: nobody is called at three in the night."""


def _hour(words: str) -> tuple[str, time | None]:
    """The text without its hour, and the hour. Raises ValueError where there is no such hour, or more than one."""
    for pattern, bare in _HOURS:
        found = pattern.search(words)
        if found is None:
            continue
        hour, minute = int(found[1]), int(found[2] or 0)
        half, part = found[3], found[4]
        if half and not 1 <= hour <= 12:
            raise ValueError(UNCLEAR)
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        elif (part in ("tarde", "noche") and 1 <= hour <= 11) or (bare and hour in AFTERNOON):
            hour += 12
        if hour > 23 or minute > 59:
            raise ValueError(UNCLEAR)
        return f"{words[: found.start()]} {words[found.end() :]}", time(hour, minute)
    for pattern, at in PARTS:
        found = pattern.search(words)
        if found is not None:
            return f"{words[: found.start()]} {words[found.end() :]}", at
    return words, None


def _hour_written(at: time, locale: str) -> str:
    if "a" not in str(dates.get_time_format("short", locale=locale)).replace("'", ""):
        return f"{at:%H:%M}"
    return f"{at.hour % 12 or 12}:{at:%M} {'PM' if at.hour >= 12 else 'AM'}"


# -- days ---------------------------------------------------------------------------------------------------------


def _from_now(words: str, now: datetime) -> When | None:
    """`in 2 hours`, `en 30 minutos`: time that passes, whatever the clocks do meanwhile."""
    found = re.fullmatch(r"(?:in|en|dentro de) (\d{1,3}|[a-z]+) ?([a-z]+)", words)
    if found is None or UNITS.get(found[2]) not in ("hours", "minutes"):
        return None
    number = _number(found[1])
    span = timedelta(hours=number) if UNITS[found[2]] == "hours" else timedelta(minutes=number)
    then = (now.astimezone(UTC) + span).astimezone(now.tzinfo)
    return When(then.date(), then.time().replace(second=0, microsecond=0, fold=0))


def _day(rest: list[str], names: _Names, today: date, *, month_first: bool) -> date:
    said = " ".join(rest)
    if said in NEAR:
        return today + timedelta(days=NEAR[said])
    if said in NEXT_MONTH:
        return _months_on(today, 1)
    if said in MONTH_END:
        return _months_on(today.replace(day=1), 1) - timedelta(days=1)
    for reader in (_span, _weekday):
        day = reader(said, names, today)
        if day is not None:
            return day
    bare = [word.strip(".") for word in rest]
    if len(rest) > 1 and bare[0] in names.days:
        # "Mar 5" is a date where "mar" is both a day and a month.
        found = _date(said, names, today, month_first) or _date(" ".join(rest[1:]), names, today, month_first)
        if found is not None and found.weekday() != names.days[bare[0]] and bare[0] not in names.months:
            raise ValueError("when_weekday")
    else:
        found = _date(said, names, today, month_first)
    if found is None:
        raise ValueError(UNCLEAR)
    return found


def _span(said: str, _names: _Names, today: date) -> date | None:
    """`in 2 weeks`, `en dos semanas`, and `3d`."""
    found = re.fullmatch(r"(?:in|en|dentro de) (\d{1,3}|[a-z]+) ?([a-z]+)", said) or re.fullmatch(
        r"(\d{1,2})([dw])", said
    )
    if found is None or found[2] not in UNITS:
        return None
    number, unit = _number(found[1]), UNITS[found[2]]
    if unit == "months":
        return _months_on(today, number)
    return today + timedelta(days=number * (7 if unit == "weeks" else 1))


def _weekday(said: str, names: _Names, today: date) -> date | None:
    """The first such day after today; of next week where that is said."""
    week = next((words for words in IN_NEXT_WEEK if said.endswith(" " + words)), "")
    if not week and said.endswith(" que viene"):
        said = said.removesuffix(" que viene")
    parts = said.removesuffix(week).split()
    if len(parts) > 1 and parts[0] in COMING:
        parts = parts[1:]
    if len(parts) != 1 or parts[0].strip(".") not in names.days:
        return None
    wanted = names.days[parts[0].strip(".")]
    if week:
        return today + timedelta(days=7 - today.weekday() + wanted)
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\. ?(\d{1,2})(?:\.|\. ?(\d{4}|\d{2}))?", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}|\d{2}))?", re.ASCII)
_DAY_MONTH = re.compile(r"([0-9]{1,2})(?:\.|st|nd|rd|th)? (?:of |de )?([^\s\d.,/-]+)\.?(?: (?:de |del )?([0-9]{4}))?")
_MONTH_DAY = re.compile(r"([^\s\d.,/-]+)\.? ([0-9]{1,2})(?:st|nd|rd|th|\.)?(?: ([0-9]{4}))?")
_DAY_ALONE = re.compile(r"([0-9]{1,2})(?:\.|st|nd|rd|th)")


def _date(said: str, names: _Names, today: date, month_first: bool) -> date | None:  # noqa: FBT001
    found = _ISO.fullmatch(said)
    if found is not None:
        return _valid(int(found[1]), int(found[2]), int(found[3]))
    found = _DOTTED.fullmatch(said)
    if found is not None:
        return _nearest(today, int(found[1]), int(found[2]), found[3])
    found = _SLASHED.fullmatch(said)
    if found is not None:
        first, second = int(found[1]), int(found[2])
        day, month = (second, first) if month_first else (first, second)
        # 11/30 has one meaning only, whatever the reader's custom.
        return _nearest(today, day, month, found[3]) or _nearest(today, month, day, found[3])
    found = _DAY_MONTH.fullmatch(said)
    if found is not None and found[2] in names.months:
        return _nearest(today, int(found[1]), names.months[found[2]], found[3])
    found = _MONTH_DAY.fullmatch(said)
    if found is not None and found[1] in names.months:
        return _nearest(today, int(found[2]), names.months[found[1]], found[3])
    found = _DAY_ALONE.fullmatch(said)
    return _day_of_month(today, int(found[1])) if found is not None else None


def _nearest(today: date, day: int, month: int, year: str | None) -> date | None:
    """That day of that year; without a year the next one there is (29 February may be years away)."""
    if year is not None:
        return _valid(int(year) + (2000 if len(year) == 2 else 0), month, day)
    return _first(lambda n: _valid(today.year + n, month, day), today, 9)


def _day_of_month(today: date, day: int) -> date | None:
    return _first(lambda n: _valid(*_month_on(today, n), day), today, 3)


def _first(candidate: Callable[[int], date | None], today: date, tries: int) -> date | None:
    return next((found for n in range(tries) if (found := candidate(n)) is not None and found >= today), None)


def _month_on(today: date, months: int) -> tuple[int, int]:
    """Year and month so many months after a day's."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return year, month + 1


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _months_on(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = _month_on(day, months)
    return next(found for last in range(day.day, 0, -1) if (found := _valid(year, month, last)) is not None)


def _number(word: str) -> int:
    number = int(word) if word.isdecimal() else NUMBERS.get(word)
    if number is None or number < 1:
        raise ValueError(UNCLEAR)
    return number
