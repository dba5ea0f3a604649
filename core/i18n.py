"""What one reader sees: their language, their numbers, their time zone.

The source texts are English; a catalogue under core/locale/<language>/LC_MESSAGES/rapport.mo translates them. Sentences
follow the catalogue; without one for the reader's language they are English, and so are the words in dates, so that no
sentence mixes two languages. Numbers and money always follow the reader's own locale.
"""

import gettext
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from datetime import date as Day  # noqa: N812 - `date` and `datetime` are methods here
from datetime import datetime as Moment  # noqa: N812
from datetime import time as Hour  # noqa: N812
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError, dates

from core import money
from core.when import written

CATALOGUES = Path(__file__).parent / "locale"
DOMAIN = "rapport"
FALLBACK = "en_US"
ENGLISH_ABROAD = "en_GB"
"""English words in the order most of the world writes dates, for readers whose language has no catalogue."""
SAME_DAY = Hour(10, 30)
"""In UTC, when it is the same day for most of the world: from Honolulu (UTC-10) to Auckland in summer (UTC+13)."""
NEAR_DAYS = 14
"""So many days around today are said relative to it."""


class WrongPlaceholders(Exception):
    """A text was given other values than it has places for: a mistake in the code that calls."""


@dataclass(frozen=True)
class Viewer:
    """Who reads: `locale` as CLDR names it (`de_DE`), `tz` an IANA zone (`Europe/Berlin`)."""

    locale: str
    tz: str

    def t(self, text: str, **values: object) -> str:
        """The text in the reader's language, with its places filled: `t("Lead {ref} created", ref="L-42")`.

        Raises WrongPlaceholders where the English text has other places than there are values.
        """
        return _fill(text, _catalogue(self.locale).gettext(text), values)

    def nt(self, singular: str, plural: str, n: int, **values: object) -> str:
        """The form for a number: `nt("{n} lead", "{n} leads", 3)`; `{n}` is written in the reader's way."""
        _check(singular, values | {"n": n}, may_omit={"n"})
        english = singular if n == 1 else plural
        return _fill(
            english, _catalogue(self.locale).ngettext(singular, plural, n), values | {"n": self.number(n)}, {"n"}
        )

    def date(self, day: Day) -> str:
        """A day: `16 Mar 2026`."""
        return dates.format_date(day, "medium", locale=_words(self.locale))

    def days(self, first: Day, last: Day) -> str:
        """A day up to another: `16–22 Mar 2026`."""
        return dates.format_interval(first, last, "yMMMd", locale=_words(self.locale))

    def month(self, day: Day) -> str:
        """The month a day lies in: `March 2026`."""
        return dates.format_skeleton("yMMMM", day, locale=_words(self.locale))

    def datetime(self, moment: Moment) -> str:
        """A moment (aware) in the reader's zone: `16 Mar 2026, 10:00`."""
        words = _words(self.locale)
        day = dates.format_date(moment.astimezone(self.zone), "medium", locale=words)
        pattern = str(dates.get_datetime_format("medium", locale=words)).replace("'", "")
        return pattern.format(self.time(moment), day)

    def time(self, moment: Moment) -> str:
        """The time of day of a moment (aware) in the reader's zone: `10:00`."""
        return dates.format_time(moment, "short", tzinfo=self.zone, locale=_words(self.locale))

    def hour(self, at: Hour) -> str:
        """An hour of the day, in no zone in particular: `3:00 PM`, `15:00`."""
        return dates.format_time(at, "short", locale=_words(self.locale))

    def weekday(self, day: int) -> str:
        """A day of the week, Monday as 0: `Mon`."""
        return str(dates.get_day_names("abbreviated", locale=_words(self.locale))[day])

    def weekdays(self, days: Sequence[int]) -> str:
        """Days of the week in their order, neighbours together: `Mon–Fri`, `Mon, Wed`, `Mon–Wed, Sat, Sun`."""
        runs: list[list[int]] = []
        for day in sorted(days):
            if runs and runs[-1][-1] == day - 1:
                runs[-1].append(day)
            else:
                runs.append([day])
        said = [
            [self.weekday(day) for day in run] if len(run) < 3 else [f"{self.weekday(run[0])}–{self.weekday(run[-1])}"]
            for run in runs
        ]
        return ", ".join(one for run in said for one in run)

    def when(self, day: Day, at: Hour | None = None) -> str:
        """A day and an hour in full, as the reader may also type them: `Fri 27 Nov 2026, 15:00`."""
        return written(day, at, _words(self.locale))

    def relative_when(self, day: Day, at: Hour | None, today: Day) -> str:
        """The same as people say it: `tomorrow, 15:00`."""
        said = self.relative_date(day, today)
        return f"{said}, {self.hour(at)}" if at is not None else said

    def relative_date(self, day: Day, today: Day) -> str:
        """A day as people say it: today, tomorrow, `3 days ago`, `in 2 weeks`; the date itself when it is far."""
        days = (day - today).days
        near = {0: self.t("today"), 1: self.t("tomorrow"), -1: self.t("yesterday")}
        if days in near:
            return near[days]
        if abs(days) > NEAR_DAYS:
            return self.date(day)
        return dates.format_timedelta(
            timedelta(days=days), granularity="day", threshold=3, add_direction=True, locale=_words(self.locale)
        )

    def slack_date(self, moment: Moment) -> str:
        """A moment (aware) that Slack writes in each reader's own zone; the fallback is in this reader's.

        The syntax is Slack's date formatting (docs.slack.dev, Formatting message text).
        """
        pattern = self.t("{day} at {time}", day="{date_short_pretty}", time="{time}")
        return f"<!date^{int(moment.timestamp())}^{pattern}|{self.datetime(moment)}>"

    def slack_day(self, day: Day | Moment) -> str:
        """A day, or that of a moment (aware), which Slack says as its reader says it: `today`, `Nov 24, 2026`.

        For what stands for days: `tomorrow`, written here, would be wrong tomorrow.
        """
        if isinstance(day, Moment):
            moment, day = day, self.local_date(day)
        else:
            moment = Moment.combine(day, SAME_DAY, UTC)
        return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}}|{self.date(day)}>"

    def slack_when(self, day: Day, at: Hour | None) -> str:
        """The same with the hour of the day, if any, which is in no zone in particular."""
        return f"{self.slack_day(day)}, {self.hour(at)}" if at is not None else self.slack_day(day)

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount in its currency (ISO 4217), rounded to the currency's minor unit."""
        return money.format_money(amount, currency, self.locale)

    def short_money(self, amount: Decimal, currency: str) -> str:
        """The same without the decimals of a whole amount, for overviews."""
        return money.format_short(amount, currency, self.locale)

    def number(self, value: Decimal | int) -> str:
        """A number with all its decimals."""
        return money.format_number(value, self.locale)

    def percent(self, value: Decimal | int) -> str:
        """A percentage: 7.5 is `7.5%`."""
        return money.format_percent(value, self.locale)

    def duration(self, length: timedelta) -> str:
        """A length of time in its largest unit: `12 minutes`, `3 days`."""
        return dates.format_timedelta(abs(length), granularity="minute", threshold=1, locale=_words(self.locale))

    @property
    def zone(self) -> ZoneInfo:
        """The reader's zone; UTC where the name is none."""
        try:
            return ZoneInfo(self.tz)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo("UTC")

    def local_date(self, moment: Moment) -> Day:
        """The day it is for the reader at a moment (aware)."""
        return moment.astimezone(self.zone).date()


def normalise_locale(tag: str) -> str:
    """A locale as CLDR names it, from Slack's tag: `de-DE` is `de_DE`; `en_US` for what nobody knows."""
    parts = tag.strip().replace("-", "_").split("_")
    for end in range(len(parts), 0, -1):
        try:
            return str(Locale.parse("_".join(parts[:end])))
        except (UnknownLocaleError, ValueError):
            continue
    return FALLBACK


def languages() -> tuple[str, ...]:
    """The languages with a catalogue, English aside."""
    return tuple(sorted(path.parents[1].name for path in CATALOGUES.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")))


@lru_cache(maxsize=64)
def _catalogue(locale: str) -> gettext.NullTranslations:
    known = normalise_locale(locale)
    return gettext.translation(DOMAIN, CATALOGUES, languages=[known, known.partition("_")[0]], fallback=True)


@lru_cache(maxsize=64)
def _words(locale: str) -> str:
    """The locale that words in dates are in: the reader's where there is a catalogue for it, else English."""
    known = normalise_locale(locale)
    language = known.partition("_")[0]
    return known if language == "en" or language in languages() or known in languages() else ENGLISH_ABROAD


@lru_cache(maxsize=2048)
def _places(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def _fill(english: str, translated: str, values: dict[str, object], may_omit: set[str] | None = None) -> str:
    _check(english, values, may_omit or set())
    text = translated if _places(translated) <= set(values) else english
    return text.format_map(values) if values or "{" in text or "}" in text else text


def _check(english: str, values: dict[str, object], may_omit: set[str]) -> None:
    if not values and "{" not in english:
        return
    places = _places(english)
    if not places <= set(values) or set(values) - may_omit - places:
        raise WrongPlaceholders(f"{english!r} has places for {sorted(places)}, got {sorted(values)}")


UTC_VIEWER = Viewer(FALLBACK, "UTC")
"""For logs and tests: English, UTC."""
