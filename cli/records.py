"""`rapport list`, `show` and `search`: the same queries and the same rights as in Slack."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from cli.acting import find_member
from cli.cards import Card, Teller, card_lines, columns
from cli.console import OUT, Stop, harmless, print_json, print_lines, print_table
from core import lists
from core.context import Ctx
from core.enums import EntityType
from core.errors import NotFound
from core.models import Member
from core.queries import lists as queries
from core.queries.calls import CallRow, call_page
from core.queries.deals import DealRow
from core.queries.leads import LeadRow
from core.queries.quotes import QuoteRow
from core.queries.records import Hit, Page, card_of, find_by_ref, search, similar
from core.refs import parse_ref

AnyPage = Page[LeadRow] | Page[DealRow] | Page[QuoteRow] | Page[CallRow]
LISTS: Mapping[str, EntityType | None] = {
    "leads": EntityType.LEAD,
    "deals": EntityType.DEAL,
    "calls": None,
    "quotes": EntityType.QUOTE,
}
"""What may be listed; calls are no records of their own."""
MEANT = 6
"""So many records that words may mean are named; with more, a search is of more use."""
SEARCH_LIMIT = 20
REFERENCES = "References look like L-42, A-7, C-19, D-7 or Q-2026-0007."


def show_list(ctx: Ctx, name: str, *, words: Sequence[str], page: int, as_json: bool) -> None:
    """Print a page (counted from 1) of a list. Raises Stop for a list that there is not, and for a stranger's name."""
    if name not in LISTS:
        raise Stop(f"There is no list of {name}. There are: {', '.join(LISTS)}.")
    found = _page(ctx, LISTS[name], " ".join(_mentioned(ctx, word) for word in words), page - 1)
    if as_json:
        print_json({"page": page, "has_more": found.has_more, "rows": found.rows})
        return
    if not found.rows:
        OUT.print(f"No {name} here.")
        return
    shown = [columns(row, _teller(ctx)) for row in found.rows]
    note = f"More: --page {page + 1}" if found.has_more else ""
    heads = [label for label, _ in shown[0]]
    print_table(name.capitalize(), heads, [[text for _, text in row] for row in shown], note)


def _page(ctx: Ctx, entity: EntityType | None, words: str, page: int) -> AnyPage:
    """The words are those of the lists in Slack; without any, leads, deals and quotes are the actor's own list."""
    if entity is None:
        return call_page(ctx, words, page)
    vocabulary = queries.choices(ctx, entity).vocabulary
    chosen = lists.parse(entity, words, vocabulary) if words else lists.kept(ctx, entity)
    match entity:
        case EntityType.LEAD:
            return queries.lead_list(ctx, chosen, page)
        case EntityType.DEAL:
            return queries.deal_list(ctx, chosen, page)
        case _:
            return queries.quote_list(ctx, chosen, page)


def _mentioned(ctx: Ctx, word: str) -> str:
    """A word as Slack would send it: `@ben` is a colleague. Raises Stop where there is none, or several."""
    if not word.startswith("@"):
        return word
    unclear = f"“{harmless(word)}” is not one colleague. There are:"
    return f"<@{find_member(ctx.session, ctx.workspace.id, word, unclear).slack_user_id}>"


def show_record(ctx: Ctx, text: str, *, as_json: bool) -> None:
    """Print the card of the record a reference or its name names. Raises Stop, NotFound as `record_named`."""
    entity, record_id = record_named(ctx, text)
    card = card_of(ctx, entity, record_id)
    if as_json:
        print_json(card)
        return
    if not isinstance(card, Card):
        raise Stop("Only leads, accounts, contacts, deals and quotes are shown here.")
    print_lines(f"{card.ref} {card.name}", card_lines(card, _teller(ctx)))


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
    lines = ("  ".join(part for part in (hit.ref, hit.name, hit.detail) if part) for hit in hits)
    return "\n".join(f"  {harmless(line)}" for line in lines)


def _teller(ctx: Ctx) -> Teller:
    return Teller(ctx.viewer, names_of(ctx))


def names_of(ctx: Ctx) -> dict[str, str]:
    """Names by Slack user id."""
    query = select(Member.slack_user_id, Member.name).where(Member.workspace_id == ctx.workspace.id)
    return {row.slack_user_id: row.name for row in ctx.session.execute(query)}
