"""Two people edit one record: what changed since the second one opened the form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.context import Ctx
from core.errors import Conflict
from core.models import History, Member, Tracked, Versioned
from core.models.base import as_json


@dataclass(frozen=True)
class FieldChange:
    """One field somebody changed meanwhile; values are JSON as the history keeps them."""

    field: str
    old: Any
    new: Any


def refuse_stale(ctx: Ctx, row: Versioned, expected: int, fields: Sequence[str]) -> None:
    """Refuse to save a form that was opened on an older version, where any of the form's own fields changed since.

    `expected` is the version the form was opened on; `fields` are the columns the form would write. Changes of other
    columns (a call that moved the last touch) are no conflict. The row is locked by the caller.
    Raises Conflict("edited_meanwhile") with `changes` (a list of FieldChange), `who` (a name, None for the system),
    `at` (UTC) and `version` (the one to save upon once the person has read what changed).
    """
    if row.version == expected:
        return
    later = _changes_since(ctx, row, expected)
    changes = _net(later, fields)
    if not changes:
        return
    last = next(one for one in reversed(later) if any(change.field in one.changes for change in changes))
    raise Conflict(
        "edited_meanwhile",
        changes=changes,
        who=_name_of(ctx, last.actor_id),
        at=last.at,
        version=row.version,
    )


def untouched(conflict: Conflict, typed: Mapping[str, Any]) -> set[str]:
    """The fields of a Conflict("edited_meanwhile") that stand in a form as they stood when it was opened.

    `typed` holds the form's values by column. Whoever typed nothing there does not mean to take the change back.
    """
    values = as_json(typed)
    changes: Sequence[FieldChange] = conflict.data["changes"]  # type: ignore[assignment]  # refuse_stale's own
    return {one.field for one in changes if one.field in values and (values[one.field] or None) == (one.old or None)}


def _changes_since(ctx: Ctx, row: Versioned, expected: int) -> list[History]:
    query = select(History).where(
        History.workspace_id == ctx.workspace.id,
        History.entity == row.__entity__,
        History.entity_id == row.id,  # type: ignore[attr-defined]  # every versioned model has an id
        History.version > expected,
    )
    return list(ctx.session.scalars(query.order_by(History.version)))


def _net(later: list[History], fields: Sequence[str]) -> list[FieldChange]:
    """First old and last new value of each field, in the form's order; what was changed back is no change."""
    first: dict[str, Any] = {}
    last: dict[str, Any] = {}
    for change in later:
        for name, (old, new) in change.changes.items():
            if name in fields:
                first.setdefault(name, old)
                last[name] = new
    return [FieldChange(name, first[name], last[name]) for name in fields if name in last and first[name] != last[name]]


def _name_of(ctx: Ctx, member_id: UUID | None) -> str | None:
    if member_id is None:
        return None
    return ctx.session.scalar(
        select(Member.name).where(Member.workspace_id == ctx.workspace.id, Member.id == member_id)
    )


def last_change(ctx: Ctx, entity: str, record_id: UUID) -> UUID | None:
    """The latest history entry of a record without a version of its own: what its form has seen when it opens."""
    query = select(History.id).where(
        History.workspace_id == ctx.workspace.id, History.entity == entity, History.entity_id == record_id
    )
    return ctx.session.scalar(query.order_by(History.id.desc()).limit(1))


def refuse_changed(ctx: Ctx, row: Tracked, seen: UUID | None, fields: Sequence[str]) -> None:
    """Like `refuse_stale`, for a record without a version: `seen` is what `last_change` said when its form opened.

    None asks no such question. The row is locked by the caller. Raises Conflict("edited_meanwhile") as `refuse_stale`
    does, with the id of the latest change as `version` and the kind of record as `entity`.
    """
    if seen is None:
        return
    query = select(History).where(
        History.workspace_id == ctx.workspace.id,
        History.entity == row.__entity__,
        History.entity_id == row.id,  # type: ignore[attr-defined]  # every tracked model has an id
        History.id > seen,
    )
    later = list(ctx.session.scalars(query.order_by(History.id)))
    changes = _net(later, fields)
    if not changes:
        return
    last = next(one for one in reversed(later) if any(change.field in one.changes for change in changes))
    raise Conflict(
        "edited_meanwhile",
        changes=changes,
        entity=row.__entity__,
        who=_name_of(ctx, last.actor_id),
        at=last.at,
        version=later[-1].id,
    )
