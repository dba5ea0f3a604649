"""What points at a record: a quote at its deal, a call at its lead."""

from collections.abc import Collection
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Table, Uuid, all_, bindparam, exists, inspect, literal, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapper

from core.context import Ctx
from core.history import tracked_models
from core.models import TenantModel, WorkspaceRow
from core.params import here


def pointing_at(ctx: Ctx, row: TenantModel | WorkspaceRow, besides: Collection[UUID]) -> str | None:
    """A kind of record (its name in the history) that points at this one and was not taken back, if there is any.

    `besides`: the ids of records that do not count. Asked of all kinds at once, of what the database has: what the
    session holds back is not written because of it.
    """
    kinds = _kinds(type(row))
    if not kinds:
        return None
    values = {"here": ctx.workspace.id, "row_id": row.id, "besides": list(besides)}
    found = set(ctx.session.connection().scalars(_statement(type(row)), values))
    return next((entity for entity, _, _ in kinds if entity in found), None)


@cache
def _statement(model: type[TenantModel | WorkspaceRow]) -> CompoundSelect[str]:
    return union_all(
        *(
            select(literal(entity)).where(
                exists().where(
                    other.c.workspace_id == here(),
                    other.c[column] == bindparam("row_id", type_=Uuid()),
                    other.c.archived_at.is_(None),
                    other.c.id != all_(bindparam("besides", type_=ARRAY(Uuid()))),
                )
            )
            for entity, other, column in _kinds(model)
        )
    )


@cache
def _kinds(model: type[TenantModel | WorkspaceRow]) -> tuple[tuple[str, Table, str], ...]:
    """What may point at a record of this kind: entity, table, column."""
    mapper: Mapper[Any] = inspect(model)
    target = mapper.local_table
    tables = [(entity, inspect(other).local_table) for entity, other in tracked_models().items()]
    return tuple(
        (entity, table, constraint.column_keys[-1])
        for entity, table in tables
        if isinstance(table, Table) and "id" in table.c
        for constraint in table.foreign_key_constraints
        if constraint.referred_table is target
    )
