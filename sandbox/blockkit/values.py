"""Checks of single values: strings, numbers, dates, addresses."""

import math
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from sandbox.blockkit.spec import FieldSpec

Report = Callable[[str, str], None]
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def is_email(value: str) -> bool:
    """Tell whether Slack's e-mail input would take the text."""
    return EMAIL.fullmatch(value) is not None


def is_url(value: str) -> bool:
    """Tell whether Slack's URL input would take the text."""
    parts = urlsplit(value)
    return parts.scheme in ("http", "https", "mailto") and bool(parts.netloc or parts.path)


def decimal_of(value: str) -> Decimal | None:
    """Read a number input's text; None where it is not a plain decimal number."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def string(report: Report, spec: FieldSpec, value: object, at: str) -> None:
    """A string between `min` and `max` characters."""
    if not isinstance(value, str):
        report(at, "must be a string")
        return
    if spec.min and len(value) < spec.min:
        report(at, f"must be more than {spec.min - 1} characters")
    if spec.max is not None and len(value) > spec.max:
        report(at, f"must be less than {spec.max + 1} characters")


def boolean(report: Report, _spec: FieldSpec, value: object, at: str) -> None:
    """True or false."""
    if not isinstance(value, bool):
        report(at, "must be a boolean")


def integer(report: Report, spec: FieldSpec, value: object, at: str) -> None:
    """A whole number between `min` and `max`."""
    if isinstance(value, bool) or not isinstance(value, int):
        report(at, "must be an integer")
        return
    if spec.min is not None and value < spec.min:
        report(at, f"must be at least {spec.min}")
    if spec.max is not None and value > spec.max:
        report(at, f"must be at most {spec.max}")


def number(report: Report, spec: FieldSpec, value: object, at: str) -> None:
    """A finite number, where `above` is given a larger one."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        report(at, "must be a number")
    elif spec.above is not None and value <= spec.above:
        report(at, f"must be greater than {spec.above:g}")


def enum(report: Report, spec: FieldSpec, value: object, at: str) -> None:
    """One of the listed words."""
    if value not in spec.values:
        report(at, f"must be one of: {', '.join(spec.values)}")


def url(report: Report, spec: FieldSpec, value: object, at: str) -> None:
    """An http(s) address; https only where asked for."""
    string(report, spec, value, at)
    if isinstance(value, str):
        if not is_url(value):
            report(at, "must be a valid URL")
        elif spec.https and not value.startswith("https://"):
            report(at, "must be an https URL")


def email(report: Report, _spec: FieldSpec, value: object, at: str) -> None:
    """An e-mail address."""
    if not isinstance(value, str) or not is_email(value):
        report(at, "must be a valid email address")


def iso_date(report: Report, _spec: FieldSpec, value: object, at: str) -> None:
    """A date, YYYY-MM-DD."""
    try:
        good = isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        good = False
    if not good:
        report(at, "must be a date in the format YYYY-MM-DD")


def clock_time(report: Report, _spec: FieldSpec, value: object, at: str) -> None:
    """A time of day, HH:mm."""
    if not isinstance(value, str) or not CLOCK_TIME.fullmatch(value):
        report(at, "must be a time in the format HH:mm")


def unix_time(report: Report, _spec: FieldSpec, value: object, at: str) -> None:
    """A moment as ten digits of unix seconds."""
    if isinstance(value, bool) or not isinstance(value, int) or len(str(value)) != 10 or value < 0:
        report(at, "must be a 10 digit unix timestamp in seconds")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def timezone(report: Report, _spec: FieldSpec, value: object, at: str) -> None:
    """An IANA time zone."""
    if value not in _zones():
        report(at, "must be an IANA time zone")


def decimal(report: Report, _spec: FieldSpec, value: object, at: str) -> None:
    """A number written as a string, as number inputs want it."""
    if not isinstance(value, str) or decimal_of(value) is None:
        report(at, "must be a number given as a string")


def leaf(report: Report, _spec: FieldSpec, value: object, at: str) -> None:
    """A piece of rich text. Slack keeps adding kinds, so only text and link are looked at closely."""
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        report(at, "must be a rich text element")
    elif value["type"] == "text" and not value.get("text"):
        report(f"{at}/text", "must be more than 0 characters")
    elif value["type"] == "link" and not is_url(str(value.get("url", ""))):
        report(f"{at}/url", "must be a valid URL")


def anything(_report: Report, _spec: FieldSpec, _value: object, _at: str) -> None:
    """A value nobody looks into."""


SIMPLE_KINDS: dict[str, Callable[[Report, FieldSpec, object, str], None]] = {
    "string": string,
    "boolean": boolean,
    "integer": integer,
    "number": number,
    "enum": enum,
    "url": url,
    "email": email,
    "date": iso_date,
    "time": clock_time,
    "unix_time": unix_time,
    "timezone": timezone,
    "decimal": decimal,
    "rich_text_leaf": leaf,
    "anything": anything,
}
