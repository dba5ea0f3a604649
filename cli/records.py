"""`rapport list`, `show` and `search`: the same queries and the same rights as in Slack."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from rich.markup import escape
from rich.table import Table
from sqlalchemy import select

from bot.views.mail_standing import standing
from cli.console import OUT, Stop, print_json, print_table, text_of
from core import lists
from core.context import Ctx
from core.enums import EntityType
from core.errors import NotFound
from core.i18n import UTC_VIEWER
from core.lists import Vocabulary
from core.models import Member
from core.queries.calls import call_page
from core.queries.deals import deal_page
from core.queries.emails import MailStanding
from core.queries.leads import lead_page
from core.queries.lists import quote_list
from core.queries.records import Hit, Page, card_of, find_by_ref, search, similar
from core.refs import parse_ref

UNSAID = frozenset({"id", "entity", "version", "today", "can_edit", "can_assign"})
"""What rows and cards know for the sake of buttons only."""
LISTS: Mapping[str, Callable[[Ctx, str, int], Page[Any]]] = {
    "leads": lead_page,
    "deals": deal_page,
    "calls": call_page,
    "quotes": lambda ctx, words, page: quote_list(ctx, lists.parse(EntityType.QUOTE, words, Vocabulary()), page),
}
MEANT = 6
"""So many records that words may mean are named; with more, a search is of more use."""
SEARCH_LIMIT = 20
REFERENCES = "References look like L-42, A-7, C-19, D-7 or Q-2026-0007."


def show_list(ctx: Ctx, name: str, *, words: str, page: int, as_json: bool) -> None:
    """Print a page (counted from 1) of a list. Raises Stop for a list that there is not."""
    if name not in LISTS:
        raise Stop(f"There is no list of {name}. There are: {', '.join(LISTS)}.")
    found = LISTS[name](ctx, words, page - 1)
    if as_json:
        print_json({"page": page, "has_more": found.has_more, "rows": found.rows})
        return
    if not found.rows:
        OUT.print(f"No {name} here.")
        return
    people = names_of(ctx)
    shown = [dict(told(row, people)) for row in found.rows]
    note = f"More: --page {page + 1}" if found.has_more else ""
    print_table(name.capitalize(), list(shown[0]), [list(row.values()) for row in shown], note)


def show_record(ctx: Ctx, text: str, *, as_json: bool) -> None:
    """Print the card of the record a reference or its name names. Raises Stop, NotFound as `record_named`."""
    entity, record_id = record_named(ctx, text)
    card = card_of(ctx, entity, record_id)
    if as_json:
        print_json(card)
        return
    table = Table(title=card.ref, title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column()
    for label, value in told(card, names_of(ctx)):
        table.add_row(label, escape(text_of(value)))
    OUT.print(table)


def show_hits(ctx: Ctx, words: str, *, as_json: bool) -> None:
    """Print the records that words may mean, best first."""
    hits = search(ctx, words, limit=SEARCH_LIMIT) or similar(ctx, words, limit=SEARCH_LIMIT)
    if as_json:
        print_json({"rows": hits})
    elif not hits:
        OUT.print("Nothing found that you may see.")
    else:
        rows = [(hit.ref, hit.entity.value, hit.name, hit.detail) for hit in hits]
        print_table("Found", ("Ref", "Kind", "Name", "Detail"), rows)


def record_named(ctx: Ctx, text: str) -> tuple[EntityType, UUID]:
    """The record that is meant: by its reference, or by words that only one record fits.

    Raises Stop where words fit none or several, NotFound where a reference names none the actor may see.
    """
    ref = parse_ref(text)
    if ref is not None:
        found = find_by_ref(ctx, ref)
        if found is None:
            raise NotFound
        return found
    hits = search(ctx, text, limit=MEANT)
    if len(hits) == 1:
        return hits[0].entity, hits[0].id
    if not hits:
        raise Stop(f"“{text}” names no record. {REFERENCES}")
    raise Stop(f"“{text}” may mean several. Name one by its reference:\n{_lines(hits)}")


def _lines(hits: Iterable[Hit]) -> str:
    return "\n".join("  " + "  ".join(part for part in (hit.ref, hit.name, hit.detail) if part) for hit in hits)


def told(record: object, people: Mapping[str, str]) -> Iterator[tuple[str, object]]:
    """The fields of a row or card that people care about, each with its label."""
    if not is_dataclass(record):
        raise TypeError(f"{type(record).__name__} is no row and no card")
    for field in fields(record):
        value = getattr(record, field.name)
        if field.name not in UNSAID and not isinstance(value, UUID):
            yield field.name.replace("_", " ").capitalize(), _plain(value, people)


def _plain(value: object, people: Mapping[str, str]) -> object:
    """A value as a cell: what is inside other data is one line each, a person's Slack id is their name."""
    if isinstance(value, MailStanding):
        return standing(value, UTC_VIEWER)
    if isinstance(value, StrEnum):
        return value.value.replace("_", " ")
    if isinstance(value, str):
        return people.get(value, value)
    if isinstance(value, tuple | list):
        return "\n".join(text_of(_plain(one, people)) for one in value)
    if is_dataclass(value):
        parts = (text_of(part) for _, part in told(value, people) if part not in (None, "", ()))
        return " · ".join(parts)
    return value


def names_of(ctx: Ctx) -> dict[str, str]:
    """Names by Slack user id."""
    query = select(Member.slack_user_id, Member.name).where(Member.workspace_id == ctx.workspace.id)
    return {row.slack_user_id: row.name for row in ctx.session.execute(query)}
