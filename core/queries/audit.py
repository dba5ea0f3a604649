"""Reading the history of a whole workspace: who changed what, when, from where. For admins alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, inspect, select, tuple_

from core.access import Power, require_power
from core.context import Ctx
from core.enums import EntityType
from core.history import tracked_models
from core.models import Deal, History, Member, Quote, StageChange, TenantModel, WorkspaceRow
from core.queries.audit_search import WORDS_MAX, AuditSearch, search_of
from core.queries.history import FieldChange, fields_of
from core.queries.records import Page
from core.queries.search import NUMBERED
from core.refs import Ref, quote_ref

__all__ = ["EXPORT_MAX", "WORDS_MAX", "AuditLine", "AuditPage", "audit_page", "export_lines", "search_of"]

PAGE_SIZE = 8
EXPORT_MAX = 50_000
"""Changes in one file."""
BATCH = 1_000
FOLLOWING = (StageChange.__entity__,)
"""Rows that say again what the deal's own change of the same moment says."""


@dataclass(frozen=True)
class AuditLine:
    """One change of one record. `who` is a name, empty for the system; `source` as core.context.Ctx has it."""

    id: UUID
    change_id: UUID
    at: datetime
    who: str
    entity: str
    ref: str
    """`D-7`; empty for what has no number."""
    name: str
    operation: str
    action: str
    source: str
    fields: tuple[FieldChange, ...]
    takes_back: bool


@dataclass(frozen=True)
class AuditPage:
    """A page of an audit search, newest first; `unknown` is a word of the search that means nothing here."""

    words: str
    page: Page[AuditLine]
    unknown: str = ""


@dataclass(frozen=True)
class _Named:
    ref: str
    name: str
    currency: str = ""


def audit_page(ctx: Ctx, words: str, page: int = 0) -> AuditPage:
    """What was changed, as far as it fits the words (core.queries.audit_search). Raises Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    search = search_of(ctx, words[:WORDS_MAX])
    if search.unknown:
        return AuditPage(words, Page(), search.unknown)
    query = _rows(ctx, search).offset(page * PAGE_SIZE).limit(PAGE_SIZE + 1)
    found = ctx.session.execute(query).all()
    return AuditPage(words, Page(tuple(_lines(ctx, found[:PAGE_SIZE])), page, len(found) > PAGE_SIZE))


def export_lines(ctx: Ctx, words: str) -> Iterator[AuditLine]:
    """The same as one stream of at most EXPORT_MAX lines, read in batches. Raises Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    query = _rows(ctx, search_of(ctx, words[:WORDS_MAX]))
    after: tuple[datetime, UUID] | None = None
    given = 0
    while given < EXPORT_MAX:
        batch = query if after is None else query.where(tuple_(History.at, History.id) < after)
        rows = ctx.session.execute(batch.limit(min(BATCH, EXPORT_MAX - given))).all()
        if not rows:
            return
        yield from _lines(ctx, rows)
        given += len(rows)
        after = (rows[-1].History.at, rows[-1].History.id)
        # What was written out need not be remembered.
        ctx.session.expunge_all()


def _rows(ctx: Ctx, search: AuditSearch) -> Select[History, str | None]:
    return (
        select(History, Member.name.label("who"))
        .outerjoin(Member, (Member.workspace_id == History.workspace_id) & (Member.id == History.actor_id))
        .where(History.workspace_id == ctx.workspace.id, History.entity.not_in(FOLLOWING), *search.conditions)
        .order_by(History.at.desc(), History.id.desc())
    )


def _lines(ctx: Ctx, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[AuditLine]:
    changes: list[History] = [row.History for row in rows]
    named = _named(ctx, changes)
    models = tracked_models()
    fields = fields_of(
        ctx,
        [
            (
                WorkspaceRow if change.entity == WorkspaceRow.__entity__ else models.get(change.entity),
                change.changes,
                _of(named, change).currency,
            )
            for change in changes
        ],
    )
    return [
        AuditLine(
            id=change.id,
            change_id=change.change_id,
            at=change.at,
            who=row.who or "",
            entity=change.entity,
            ref=_of(named, change).ref,
            name=_of(named, change).name,
            operation=change.operation,
            action=change.action,
            source=change.source,
            fields=shown,
            takes_back=change.undoes is not None,
        )
        for row, change, shown in zip(rows, changes, fields, strict=True)
    ]


def _of(named: dict[tuple[str, UUID], _Named], change: History) -> _Named:
    return named.get((change.entity, change.entity_id), _Named("", ""))


def _named(ctx: Ctx, changes: Sequence[History]) -> dict[tuple[str, UUID], _Named]:
    """What the records are called now, also those that were taken back: one statement for each kind."""
    ids: dict[str, set[UUID]] = {}
    for change in changes:
        ids.setdefault(change.entity, set()).add(change.entity_id)
    models = tracked_models()
    named: dict[tuple[str, UUID], _Named] = {}
    for entity, wanted in ids.items():
        model = models.get(entity)
        if entity == EntityType.QUOTE:
            found = _quotes(ctx, wanted)
        elif model is None or "name" not in inspect(model).columns:
            continue
        else:
            found = _by_name(ctx, entity, model, wanted)
        named.update({(entity, record_id): one for record_id, one in found.items()})
    return named


def _quotes(ctx: Ctx, wanted: set[UUID]) -> dict[UUID, _Named]:
    query = (
        select(Quote.id, Quote.year, Quote.sequence, Quote.currency, Deal.name)
        .join(Deal, (Deal.workspace_id == Quote.workspace_id) & (Deal.id == Quote.deal_id))
        .where(Quote.workspace_id == ctx.workspace.id, Quote.id.in_(wanted))
    )
    return {
        row.id: _Named(quote_ref(row.year, row.sequence), row.name, row.currency) for row in ctx.session.execute(query)
    }


def _by_name(ctx: Ctx, entity: str, model: type[TenantModel], wanted: set[UUID]) -> dict[UUID, _Named]:
    columns = inspect(model).columns
    shown = [columns["name"], *(columns[name] for name in ("number", "currency") if name in columns)]
    query = select(model.id, *shown).where(model.workspace_id == ctx.workspace.id, model.id.in_(wanted))
    kinds = {kind.value: kind for kind in NUMBERED}
    found: dict[UUID, _Named] = {}
    for row in ctx.session.execute(query):
        values = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
        ref = str(Ref(kinds[entity], values["number"])) if entity in kinds else ""
        found[row.id] = _Named(ref, values["name"], str(values.get("currency", "")))
    return found
