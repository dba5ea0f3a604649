"""How the terminal talks: tables for people, JSON for programs, one plain sentence where something is wrong."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from pydantic import TypeAdapter
from rich.console import Console
from rich.markup import escape
from rich.table import Table

OUT = Console()
ERR = Console(stderr=True)
_STEERS = re.compile("[\x7f-\x9f]")


class Stop(Exception):
    """Nothing can be done; the message says why and what to do, in plain words. Exit code 1."""


def print_json(value: object) -> None:
    """Any frozen data of the product as JSON: ids and decimals as text, times in ISO 8601."""
    plain = TypeAdapter(object).dump_python(value, mode="json", serialize_as_any=True)
    # Not through rich: a program reads it, and rich would wrap lines at the window's width.
    text = json.dumps(plain, ensure_ascii=False, indent=2)
    # What else steers a terminal; the first 32 characters are escaped by JSON itself.
    print(_STEERS.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], note: str = "") -> None:
    """A table; `note` is said below it."""
    table = Table(title=escape(title), title_justify="left", caption=escape(note) or None, caption_justify="left")
    for column in columns:
        table.add_column(column, no_wrap=column == "Ref")  # it is copied into the next command
    for row in rows:
        table.add_row(*(escape(text_of(cell)) for cell in row))
    OUT.print(table)


def print_lines(title: str, lines: Iterable[tuple[str, str]]) -> None:
    """What is known of one thing: a label and a text each."""
    table = Table(title=escape(text_of(title)), title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column()
    for label, text in lines:
        table.add_row(label, escape(text_of(text)))
    OUT.print(table)


def harmless(text: str) -> str:
    """A text without what would steer a terminal: control characters go, but for line breaks."""
    return "".join(one for one in text if one == "\n" or unicodedata.category(one) != "Cc")


def text_of(value: object) -> str:
    """A value as a cell."""
    match value:
        case None | "":
            return "–"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case tuple() | list():
            return ", ".join(text_of(one) for one in value)
        case _:
            return harmless(str(value))
