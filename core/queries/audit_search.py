"""What an admin types to search the audit: `D-7`, `@ana`, `owner`, `deal.move`, `2026-03-01..2026-03-31`, a name."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, false, or_, select

from core.context import Ctx
from core.enums import EntityType
from core.history import tracked_models
from core.models import History, Member, Quote, WorkspaceRow
from core.queries.search import NUMBERED, matching
from core.refs import Ref, parse_ref

WORDS_MAX = 300
PEOPLE_MAX = 50
NAMED_MAX = 100
"""Records of one kind that a name is looked up for."""
_MENTION = re.compile(r"<@(?P<id>[UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_DAYS = re.compile(r"(?P<first>\d{4}-\d\d-\d\d)?\.\.(?P<last>\d{4}-\d\d-\d\d)?")
_OPERATION = re.compile(r"[a-z_]+\.[a-z_]*")
_PAST = {"today": 0, "yesterday": 1}
_KINDS: Mapping[str, str] = {
    "settings": WorkspaceRow.__entity__,
    "company": "account",
    "companies": "account",
    "person": "contact",
    "people": "contact",
    "call": "activity",
    "calls": "activity",
    "task": "activity",
    "tasks": "activity",
    "activities": "activity",
    "source": "lead_source",
    "sources": "lead_source",
    "template": "email_template",
    "templates": "email_template",
}
"""What people call kinds of record that the history calls otherwise."""


@dataclass(frozen=True)
class AuditSearch:
    """Conditions on the history that all hold; `unknown` is the first word that means nothing here, or empty."""

    conditions: tuple[ColumnElement[bool], ...] = ()
    unknown: str = ""


def search_of(ctx: Ctx, words: str) -> AuditSearch:
    """Read what was typed (as Slack escapes it: people are `<@U…>`).

    Words of one sort widen the search (two people: either), words of different sorts narrow it. What means nothing else
    is taken for a record's name; `unknown` is the first such word where nothing is called so.
    """
    sorts: dict[str, list[ColumnElement[bool]]] = {}
    others: list[str] = []
    for word in words.split():
        found = _read(ctx, word)
        if found is None:
            others.append(word)
        else:
            sorts.setdefault(found[0], []).append(found[1])
    if others:
        named = _called(ctx, html.unescape(" ".join(others)))
        if not named:
            return AuditSearch(unknown=others[0])
        sorts.setdefault("record", []).append(or_(*named))
    return AuditSearch(tuple(or_(*conditions) for conditions in sorts.values()))


def _read(ctx: Ctx, word: str) -> tuple[str, ColumnElement[bool]] | None:
    """The sort of a word and its condition; None where it means nothing."""
    if (ref := parse_ref(word)) is not None:
        return "record", _record(ctx, ref)
    if (person := _person(ctx, word)) is not None:
        return "person", person
    if (days := _days(ctx, word.lower())) is not None:
        return "days", days
    return _vocabulary(word.lower())


def _record(ctx: Ctx, ref: Ref) -> ColumnElement[bool]:
    """Also a record that was taken back: the audit is about what happened."""
    if ref.kind is EntityType.QUOTE:
        query = select(Quote.id).where(Quote.year == ref.year, Quote.sequence == ref.number)
        return _of(ref.kind, ctx.session.scalar(query.where(Quote.workspace_id == ctx.workspace.id)))
    model = NUMBERED[ref.kind]
    query = select(model.id).where(model.workspace_id == ctx.workspace.id, model.number == ref.number)
    return _of(ref.kind, ctx.session.scalar(query))


def _of(kind: EntityType, record_id: object) -> ColumnElement[bool]:
    return false() if record_id is None else (History.entity == kind.value) & (History.entity_id == record_id)


def _called(ctx: Ctx, name: str) -> list[ColumnElement[bool]]:
    """Records of that name, company or address, also those that were taken back: a condition for each kind."""
    found: list[ColumnElement[bool]] = []
    for kind, model in NUMBERED.items():
        query = select(model.id).where(model.workspace_id == ctx.workspace.id, matching(ctx, kind, name))
        ids = list(ctx.session.scalars(query.limit(NAMED_MAX)))
        if ids:
            found.append((History.entity == kind.value) & History.entity_id.in_(ids))
    return found


def _person(ctx: Ctx, word: str) -> ColumnElement[bool] | None:
    """`<@U…>` as Slack writes a chosen person, `@ana` as it is typed without choosing: a name's beginning."""
    query = select(Member.id).where(Member.workspace_id == ctx.workspace.id)
    if mention := _MENTION.fullmatch(word):
        query = query.where(Member.slack_user_id == mention["id"])
    elif word.startswith("@") and len(word) > 1:
        query = query.where(Member.name.istartswith(word[1:], autoescape=True))
    else:
        return None
    return History.actor_id.in_(list(ctx.session.scalars(query.limit(PEOPLE_MAX))))


def _days(ctx: Ctx, word: str) -> ColumnElement[bool] | None:
    """One day, or from a day to another (both included, either may be left out), in the actor's zone."""
    if word in _PAST:
        day = ctx.today.date() - timedelta(days=_PAST[word])
        return _between(ctx, day, day)
    try:
        if match := _DAYS.fullmatch(word):
            first, last = match["first"], match["last"]
            if not (first or last):
                return None
            return _between(ctx, date.fromisoformat(first or "0001-01-02"), date.fromisoformat(last or "9998-12-31"))
        day = date.fromisoformat(word)
    except ValueError:
        return None
    return _between(ctx, day, day)


def _between(ctx: Ctx, first: date, last: date) -> ColumnElement[bool]:
    since, until = (_midnight(ctx, day) for day in (first, min(last, date(9998, 12, 31)) + timedelta(days=1)))
    return (History.at >= since) & (History.at < until)


def _midnight(ctx: Ctx, day: date) -> datetime:
    return datetime.combine(max(day, date(1, 1, 2)), time(), tzinfo=ctx.actor.zone).astimezone(UTC)


def _vocabulary(word: str) -> tuple[str, ColumnElement[bool]] | None:
    """An operation (`deal.move`, or `deal.` for all of them), a kind of record, a field; a word may be both latter."""
    if _OPERATION.fullmatch(word):
        whole = not word.endswith(".")
        return "operation", History.operation == word if whole else History.operation.startswith(word, autoescape=True)
    plain = word.replace("-", "_")
    kinds = known_kinds() & {plain, plain.removesuffix("s"), _KINDS.get(plain, plain)}
    # `owner` is owner_id, `channel` each of the channels.
    meant = f"_{plain.removesuffix('_id')}"
    fields = {field for field in known_fields() if f"_{field.removesuffix('_id')}".endswith(meant)}
    of_kind = [History.entity.in_(sorted(kinds))] if kinds else []
    of_field = [History.changes.has_key(field) for field in sorted(fields)]
    if not of_kind and not of_field:
        return None
    return ("field" if fields else "kind"), or_(*of_kind, *of_field)


def known_kinds() -> set[str]:
    """What the history calls the kinds of record."""
    return {*tracked_models(), WorkspaceRow.__entity__}


def known_fields() -> set[str]:
    """The columns whose changes are in the history."""
    tracked = (set(getattr(model, "__tracked__", ())) for model in tracked_models().values())
    return set(WorkspaceRow.__tracked__).union(*tracked)
