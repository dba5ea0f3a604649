"""Named parameters of statements that are built once (core.prepared): what differs from one run to the next."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, DateTime, Uuid, any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine


def here() -> BindParameter[UUID]:
    """The workspace, as the parameter `here`."""
    return bindparam("here", type_=Uuid())


def timestamp(name: str) -> BindParameter[datetime]:
    """A moment (aware), as a parameter of this name."""
    return bindparam(name, type_=DateTime(timezone=True))


def among(
    column: InstrumentedAttribute[Any] | ColumnElement[Any], name: str, kind: TypeEngine[Any] | None = None
) -> ColumnElement[bool]:
    """The condition that a column (of ids, where no `kind` is given) is one of the list given by this name.

    As an array, which is one parameter however long it is; an IN would make the statement anew for each length.
    """
    return column == any_(bindparam(name, type_=ARRAY(kind or Uuid())))
