"""Reading any kind of record: pages of rows."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of many rows. `page` counts from 0; `has_more` was found out by reading one row more, not by counting."""

    rows: tuple[T, ...] = ()
    page: int = 0
    has_more: bool = False
