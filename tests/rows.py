"""One valid row for any table, made from the metadata alone: a new table is covered without anybody thinking of it."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    Time,
    Uuid,
    insert,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from core.models import Base

Values = dict[str, object]

NEEDED: dict[str, Values] = {
    "activities": {"lead_id": "leads"},
    "taggings": {"lead_id": "leads"},
    "channel_links": {"lead_id": "leads"},
    "emails": {"lead_id": "leads"},
}
"""Optional columns that a CHECK asks for, and the table each points at (exactly one record)."""
ONE_OF = ("lead_id", "account_id", "contact_id", "deal_id")
"""Columns of which those tables allow one."""
LIMITS = {"probability": 100, "total": 100, "days": 50, "working_days": 50, "no_answer_days": 50}
"""Whole numbers that a CHECK holds to so many at most."""
PATTERNS = {"currency": "EUR", "country": "DE"}
"""Columns that a CHECK holds to a pattern."""


def tables() -> list[Table]:
    """Every table, by name."""
    return sorted(Base.metadata.tables.values(), key=lambda table: table.name)


def foreign_keys() -> list[tuple[Table, str, Table]]:
    """Every foreign key: the table, the column that points, the table it points at."""
    return [
        (table, constraint.elements[-1].parent.name, constraint.referred_table)
        for table in tables()
        for constraint in sorted(table.foreign_key_constraints, key=lambda key: str(key.name))
    ]


def insert_row(session: Session, table: Table, workspace_id: UUID, **over: object) -> Values:
    """Insert one row, and first whatever it has to point at; gives its values."""
    values = row_values(session, table, workspace_id) | over
    # Below the session, which refuses rows that would have no history.
    session.connection().execute(insert(table).values(values))
    return values


def row_values(session: Session, table: Table, workspace_id: UUID) -> Values:
    """A valid row's values; the rows it has to point at are inserted."""
    parents = {column: parent for child, column, parent in foreign_keys() if child is table}
    values: Values = {}
    for column in table.columns:
        needed = column.name in NEEDED.get(table.name, {})
        if column.name == "workspace_id":
            values[column.name] = workspace_id
        elif column.computed is not None or (column.nullable and not needed):
            continue
        elif column.name in parents:
            values[column.name] = insert_row(session, parents[column.name], workspace_id)["id"]
        else:
            values[column.name] = some_value(column)
    if "name_key" in values:  # a stored key that people's input is looked up by; a CHECK compares it with the name
        values["name_key"] = str(values["name"]).lower()
    return values


def some_value(column: Column[object]) -> object:
    """A value of the column's type; unlike any other where the type has room for that."""
    match column.type:
        case Enum():
            return column.type.enums[0]
        case Uuid():
            return uuid4()
        case Text():
            return PATTERNS.get(column.name, uuid4().hex)
        case Integer():
            return uuid4().int % LIMITS.get(column.name, 1_000_000) + 1
        case Numeric():
            return Decimal(1)
        case Boolean():
            return True
        case DateTime():
            return datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
        case Date():
            return date(2026, 3, 1) if column.name == "month" else date(2026, 3, 16)
        case Time():
            return time(9, 30)
        case JSONB():
            return {}
        case LargeBinary():
            return b"bytes"
    raise AssertionError(f"{column}: give rows of type {column.type!r} a value here, so that the table is tested")


def key_of(table: Table, values: Values) -> dict[str, object]:
    """The primary key of a row."""
    return {column.name: values[column.name] for column in table.primary_key}
