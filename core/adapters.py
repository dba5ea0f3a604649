"""Typed values from JSON and back: one validator for each kind, made once."""

from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")

_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def adapter_of(kind: type[T]) -> TypeAdapter[T]:
    """What reads and writes values of a kind. Making one costs more than all else that is done with it."""
    known = _ADAPTERS.get(kind)
    return known if known is not None else _ADAPTERS.setdefault(kind, TypeAdapter(kind))
