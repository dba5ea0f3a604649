"""What changed, written by the flush itself, so that no operation can forget it.

Every session of the product is a RecordedSession. Before each flush it looks at the tracked records that are new or
changed and adds one history row for each; it also keeps `created_at` and `updated_at`. INSERT, UPDATE and DELETE as
statements would pass it by and are refused on tracked records.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import FromClause, UpdateBase, event, inspect
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, UOWTransaction

from core.context import Ctx
from core.events import HomeChanged
from core.models import History, TenantModel, Tracked
from core.models.base import Base, as_json

CREATE, UPDATE, ARCHIVE, RESTORE = "create", "update", "archive", "restore"


class Unrecorded(Exception):
    """A tracked record was to be written where nobody could say who did it."""


class RecordedSession(Session):
    """A session whose tracked changes end up in the history."""


def ctx_of(session: Session) -> Ctx:
    """The context a session works for. Raises Unrecorded where it has none."""
    ctx = session.info.get("ctx")
    if not isinstance(ctx, Ctx):
        raise Unrecorded("a tracked record is written outside a context")
    return ctx


@cache
def tracked_models() -> Mapping[str, type[TenantModel]]:
    """Every tracked model by the name the history calls it."""
    classes = [mapper.class_ for mapper in Base.registry.mappers]
    tracked = [c for c in classes if issubclass(c, Tracked) and issubclass(c, TenantModel)]
    return MappingProxyType({c.__entity__: c for c in tracked})


@event.listens_for(RecordedSession, "before_flush")
def _record(session: Session, _flush: UOWTransaction, _instances: object) -> None:
    for row in list(session.new):
        if isinstance(row, Tracked):
            _record_new(ctx_of(session), row)
    changed = [row for row in session.dirty if isinstance(row, Tracked) and session.is_modified(row)]
    # The session keeps them in a set: without an order, one change would be written differently each time.
    for row in sorted(changed, key=_place):
        _record_change(ctx_of(session), row)
    for row in session.deleted:
        if isinstance(row, Tracked):
            raise Unrecorded(f"a {row.__entity__} is archived, never deleted")


def _place(row: Tracked) -> tuple[str, UUID]:
    return row.__entity__, row.id  # type: ignore[attr-defined]  # every tracked model has an id


@event.listens_for(RecordedSession, "do_orm_execute")
def _refuse_bulk(state: ORMExecuteState) -> None:
    statement = state.statement
    if isinstance(statement, UpdateBase) and statement.table in _tracked_tables():
        raise Unrecorded(f"a statement on the rows of {statement.table} would leave no history")


@cache
def _tracked_tables() -> frozenset[FromClause]:
    return frozenset(mapper.local_table for mapper in Base.registry.mappers if issubclass(mapper.class_, Tracked))


def _record_new(ctx: Ctx, row: Tracked) -> None:
    row.created_at = ctx.now
    if hasattr(row, "updated_at"):
        row.updated_at = ctx.now
    _apply_defaults(row)
    values = {name: getattr(row, name) for name in row.__tracked__}
    changes = {name: [None, value] for name, value in as_json(values).items() if value is not None and value != ""}
    _add(ctx, row, CREATE, changes, 1 if hasattr(row, "version") else None)


def _apply_defaults(row: Tracked) -> None:
    """Set what the flush would fill in by itself: it belongs to how the record began."""
    for name, default in _defaults(inspect(type(row))):
        if getattr(row, name) is None:
            setattr(row, name, default)


@cache
def _defaults(mapper: Mapper[Any]) -> tuple[tuple[str, Any], ...]:
    """The tracked columns of a kind of record that begin with a value of their own."""
    defaults = ((name, mapper.columns[name].default) for name in mapper.class_.__tracked__)
    return tuple((name, one.arg) for name, one in defaults if one is not None and one.is_scalar)


def _record_change(ctx: Ctx, row: Tracked) -> None:
    if hasattr(row, "updated_at"):
        row.updated_at = ctx.now
    version = row.version + 1 if hasattr(row, "version") else None
    attributes = inspect(row).attrs  # made anew each time it is asked for
    changes: dict[str, Any] = {}
    for name in row.__tracked__:
        change = attributes[name].history
        if change.has_changes():
            old = change.deleted[0] if change.deleted else None
            changes[name] = list(as_json({"old": old, "new": getattr(row, name)}).values())
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if attributes.archived_at.history.has_changes():
        _add(ctx, row, ARCHIVE if row.archived_at else RESTORE, changes, version)
    elif changes:
        _add(ctx, row, UPDATE, changes, version)
    former = changes.get("owner_id", (None, None))[0]
    if former is not None:
        # Here, so that no operation that gives a record away can forget whose App Home still shows it.
        ctx.emit(HomeChanged(UUID(former)))


def _add(ctx: Ctx, row: Tracked, action: str, changes: dict[str, Any], version: int | None) -> None:
    ctx.add(
        History(
            change_id=ctx.change_id,
            entity=row.__entity__,
            entity_id=row.id,  # type: ignore[attr-defined]  # every tracked model has an id
            action=action,
            changes=changes,
            version=version,
            operation=ctx.operation,
            source=ctx.source,
            actor_id=ctx.actor.member_id,
            at=ctx.now,
            undoes=ctx.undoes,
        )
    )
