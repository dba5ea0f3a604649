"""`rapport list` and `rapport show`: the same queries and the same rights as in Slack."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from uuid import UUID

from rich.markup import escape
from rich.table import Table
from sqlalchemy import select

from cli.console import OUT, Stop, print_json, print_table, text_of
from core.context import Ctx
from core.errors import NotFound
from core.models import Member
from core.queries.deals import DealRow, deal_page
from core.queries.leads import LeadRow, lead_page
from core.queries.records import Page, card_of, find_by_ref
from core.refs import parse_ref

UNSAID = frozenset({"id", "entity", "version", "today", "can_edit", "can_assign"})
"""What rows and cards know for the sake of buttons only."""
LISTS: Mapping[str, Callable[[Ctx, str, int], Page[LeadRow] | Page[DealRow]]] = {"leads": lead_page, "deals": deal_page}


def show_list(ctx: Ctx, name: str, *, words: str, page: int, as_json: bool) -> None:
    """Print a page (counted from 1) of leads or deals. Raises Stop for another name."""
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
    """Print the card of the record a reference names. Raises Stop for what is no reference, NotFound."""
    ref = parse_ref(text)
    if ref is None:
        raise Stop(f"“{text}” names no record. References look like L-42, A-7, C-19, D-7 or Q-2026-0007.")
    found = find_by_ref(ctx, ref)
    if found is None:
        raise NotFound
    card = card_of(ctx, *found)
    if as_json:
        print_json(card)
        return
    table = Table(title=str(ref), title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column()
    for label, value in told(card, names_of(ctx)):
        table.add_row(label, escape(text_of(value)))
    OUT.print(table)


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
