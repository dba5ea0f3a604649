"""What every table has in common: the tenant column first in each key, ids made in Python, UTC times."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKeyConstraint,
    MetaData,
    Numeric,
    Text,
    Uuid,
)
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from core.context import new_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
MONEY = Numeric(19, 4)
PERCENT = Numeric(7, 4)
PREFIXED = Text(collation="C")
"""Text that people look up by its beginning: in C order that is a range, which an index serves under RLS."""


def enum_column(enum: type[StrEnum], name: str) -> SqlEnum:
    """A text column that holds the enum's values, guarded by a CHECK (a new value needs no type migration)."""
    return SqlEnum(
        enum,
        values_callable=lambda kind: [member.value for member in kind],
        native_enum=False,
        create_constraint=True,
        name=name,
        length=32,
    )


class Base(DeclarativeBase):
    """Root of all models."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        Decimal: MONEY,
        UUID: Uuid(),
        str: Text(),
        dict[str, Any]: JSONB(),
        list[str]: JSONB(),
    }


class Tenant(Base):
    """A table whose rows belong to one workspace; row-level security is forced on each of them."""

    __abstract__ = True
    workspace_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-20)


class TenantModel(Tenant):
    """A tenant row with an id of its own, made at construction so that links and history need no flush."""

    __abstract__ = True
    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-10)

    def __init__(self, **values: Any) -> None:
        values.setdefault("id", new_id())
        super().__init__(**values)


class Tracked:
    """A record whose changes are written to the history by the flush listener.

    `__tracked__` names the columns that people care about; `archived_at` is how a record is taken back.
    """

    __tracked__: ClassVar[tuple[str, ...]] = ()
    __entity__: ClassVar[str] = ""
    created_at: Mapped[datetime] = mapped_column(sort_order=90)
    archived_at: Mapped[datetime | None] = mapped_column(sort_order=91)


class Versioned(Tracked):
    """A tracked record that two people may edit: `version` counts its changes and refuses stale ones."""

    version: Mapped[int] = mapped_column(default=1, sort_order=92)
    updated_at: Mapped[datetime] = mapped_column(sort_order=93)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


def tenant_fk(column: str, target: str) -> ForeignKeyConstraint:
    """A foreign key that cannot leave the workspace: (workspace_id, column) to (workspace_id, id) of `target`."""
    return ForeignKeyConstraint(["workspace_id", column], [f"{target}.workspace_id", f"{target}.id"])


def lower_key(column: str) -> Mapped[str | None]:
    """A stored lower-case copy in C order: prefix search on it is a range that an index serves under RLS."""
    return mapped_column(Text(collation="C"), Computed(f"lower({column})", persisted=True), sort_order=95)


def reversed_key(column: str) -> Mapped[str | None]:
    """The same with the last word first ("silva ana"), so that a search may begin with the surname."""
    expression = rf"regexp_replace(lower({column}), '^(.*\S)\s+(\S+)$', '\2 \1')"
    return mapped_column(Text(collation="C"), Computed(expression, persisted=True), sort_order=95)


def check(condition: str, name: str) -> CheckConstraint:
    """A named CHECK."""
    return CheckConstraint(condition, name=name)


def snake(name: str) -> str:
    """`StageChange` to `stage_change`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Column values as JSON: ids, decimals, dates and enums become text."""
    return {name: _json(value) for name, value in values.items()}


def _json(value: Any) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case StrEnum():
            return value.value
        case str():
            return value
        case Decimal():
            # One spelling for one number: 150 and the database's 150.0000 are no change, and undo compares texts.
            return format(value.normalize(), "f")
        case datetime():
            return value.astimezone(UTC).isoformat()
        case list() | tuple():
            return [_json(item) for item in value]
        case dict():
            return {key: _json(item) for key, item in value.items()}
        case _:
            return value.isoformat() if hasattr(value, "isoformat") else str(value)
