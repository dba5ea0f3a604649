"""The day an out-of-office note says its writer is back: from its subject and first lines, in eight languages.

Reads a few short lines and gives up rather than guess: `03/04` without a hint is no day.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

LINES = 12
LINE_MAX = 300
FAR = timedelta(days=366)
FAR_WITHOUT_YEAR = timedelta(days=300)
"""A day without a year that is so far ahead is rather one that is just over."""
BEFORE, BEHIND = 45, 40
"""Characters around a day in which the words stand that say what it is."""

_MONTHS = MappingProxyType(
    {
        1: "january jan januar jänner janvier janv enero ene januari stycznia",
        2: "february feb februar février fevrier févr febrero februari lutego",
        3: "march mar märz maerz mrz mars marzo marts maart mrt marca",
        4: "april apr avril avr abril abr kwietnia",
        5: "may mai mayo maj mei maja",
        6: "june jun juni juin junio czerwca",
        7: "july jul juli juillet juil julio lipca",
        8: "august aug août aout agosto ago augustus augusti sierpnia",
        9: "september sept sep septembre septiembre września",
        10: "october oct oktober okt octobre octubre października",
        11: "november nov novembre noviembre listopada",
        12: "december dec dezember dez décembre decembre déc diciembre dic grudnia",
    }
)
MONTHS: Mapping[str, int] = MappingProxyType({name: at for at, names in _MONTHS.items() for name in names.split()})
_DAYS = (
    "monday montag lundi lunes mandag maandag måndag poniedziałek",
    "tuesday dienstag mardi martes tirsdag dinsdag tisdag wtorek",
    "wednesday mittwoch mercredi miércoles onsdag woensdag środę",
    "thursday donnerstag jeudi jueves torsdag donderdag czwartek",
    "friday freitag vendredi viernes fredag vrijdag piątek",
    "saturday samstag sonnabend samedi sábado lørdag zaterdag lördag sobotę",
    "sunday sonntag dimanche domingo søndag zondag söndag niedzielę",
)
WEEKDAYS: Mapping[str, int] = MappingProxyType({name: at for at, names in enumerate(_DAYS) for name in names.split()})

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_ISO = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
_NUMBERS = re.compile(r"\b(\d{1,2})([./-])(\d{1,2})(?:\2(20\d\d|\d\d)\b|(?=\.?(?:\s|$|[,;)!])))")
_DAY_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:\.|st|nd|rd|th|er)? (?:of |de |d')?({_MONTH})\b\.?,?(?: (?:de |del )?(20\d\d))?"
)
_MONTH_DAY = re.compile(rf"\b({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?\b,?(?: (20\d\d))?")
_WEEKDAY = re.compile(rf"\b({'|'.join(WEEKDAYS)})\b")

RETURNS = re.compile(
    r"\bback\b|\breturn|\bavailable (?:again|from)|\bin the office (?:again|on|from)|\bagain on\b|\bresume"
    r"|\bwieder\b|\bzurück|\bab (?:dem|montag|dienstag|mittwoch|donnerstag|freitag|\d)"
    r"|\bretour\b|\bréintégr|\bserai présente?\b|\breviens|\breviendrai|\bà partir du\b|\brepren"
    r"|\btilbage\b|\btillbaka\b|\båter\b|\bterug\b|\bweer\b|\bwracam\b|\bwrócę\b|\bponownie\b"
    r"|\bregres|\bvuelv|\bvolver|\bvuelta\b|\breincorpor|\ba partir del\b|\bestaré disponible\b"
)
UNTIL = re.compile(
    r"\b(?:until|till|til|through|thru|to|bis(?: einschließlich)?(?: zum)?|jusqu'au|jusqu’au|au|hasta(?: el)?|al"
    r"|til og med|til|till och med|tot en met|tot|do)"
    r"(?: (?:and including|the|den|dem|zum|le|el|einschließlich|inclusive|incluido))*"
    rf"(?: (?:{'|'.join(WEEKDAYS)}),?)?(?: (?:the|den|dem|le|el))?\s*$|[-–—]\s*$"
)
NOT_BEFORE = re.compile(
    r"\b(?:not before|erst|pas før|før|indtil|först|förrän|nie wcześniej niż)(?: (?:am|den|ab))*\s*$"
)
"""Before the day of return itself."""


@dataclass(frozen=True)
class _Found:
    day: date
    start: int
    end: int


def return_date(subject: str, text: str, received: date) -> date | None:
    """The first day its writer is there again; None where none is named, or one that is over or too far away."""
    lasts: list[date] = []
    for line in _lines(subject, text):
        for found in _days(line, received):
            before, behind = line[max(0, found.start - BEFORE) : found.start], line[found.end : found.end + BEHIND]
            returns = NOT_BEFORE.search(before) or RETURNS.search(before) or RETURNS.search(behind.partition(".")[0])
            if UNTIL.search(before):
                lasts.append(found.day + timedelta(days=1))
            elif returns and _sensible(found.day, received):
                return found.day
    sensible = [day for day in lasts if _sensible(day, received)]
    return max(sensible, default=None)


def _lines(subject: str, text: str) -> Iterator[str]:
    kept = [line for line in text.splitlines() if line.strip()][:LINES]
    # Sentences run over lines, so neighbours are read together.
    whole = " ".join(line.strip()[:LINE_MAX] for line in kept)
    for part in (subject[:LINE_MAX], whole):
        yield " ".join(part.lower().split())


def _sensible(day: date, received: date) -> bool:
    return received <= day <= received + FAR


def _days(line: str, received: date) -> list[_Found]:
    found: list[_Found] = []
    for match in _ISO.finditer(line):
        found += _day(match, int(match[1]), int(match[2]), int(match[3]), received)
    for match in _NUMBERS.finditer(line):
        found += _numbers(match, received)
    for match in _DAY_MONTH.finditer(line):
        found += _day(match, int(match[3] or 0), MONTHS[match[2]], int(match[1]), received)
    for match in _MONTH_DAY.finditer(line):
        found += _day(match, int(match[3] or 0), MONTHS[match[1]], int(match[2]), received)
    dated = [(one.start, one.end) for one in found]
    for match in _WEEKDAY.finditer(line):
        # "Monday, 23 March" is that day; only a weekday that stands alone is the next one.
        if not any(start - 6 <= match.end() <= end for start, end in dated):
            ahead = (WEEKDAYS[match[1]] - received.weekday() - 1) % 7 + 1
            found.append(_Found(received + timedelta(days=ahead), match.start(), match.end()))
    return sorted(found, key=lambda one: one.start)


def _numbers(match: re.Match[str], received: date) -> list[_Found]:
    first, second = int(match[1]), int(match[3])
    year = int(match[4] or 0)
    year += 2000 if 0 < year < 100 else 0
    if match[2] == "." or first > 12:
        return _day(match, year, second, first, received)
    if second > 12 and match[2] == "/":
        return _day(match, year, first, second, received)
    # 03/04: of two ways to read it, neither is better.
    return _day(match, year, second, first, received) if first == second else []


def _day(match: re.Match[str], year: int, month: int, day: int, received: date) -> list[_Found]:
    """The day; without a year the next one of that name."""
    try:
        made = date(year or received.year, month, day)
        if not year and made < received:
            made = date(received.year + 1, month, day)
            if made - received > FAR_WITHOUT_YEAR:
                return []
    except ValueError:
        return []
    return [_Found(made, match.start(), match.end())]
