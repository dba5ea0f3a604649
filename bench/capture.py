"""What SQL a request runs: taken from the product itself, once, so that the floor runs the very same."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, event

Statement = tuple[str, Any, bool]
"""SQL, parameters, whether the parameters are a list for executemany."""


@dataclass(frozen=True)
class Recording:
    """Statements with their parameters, in order. `fresh` are the ids that the request itself made up."""

    statements: list[Statement]
    name: str = ""
    """The lead's name in the recorded request."""

    @property
    def fresh(self) -> set[UUID]:
        """The ids of the rows that the request inserts: every repetition needs its own."""
        return {
            value
            for sql, parameters, _ in self.statements
            if sql.lstrip().upper().startswith("INSERT")
            for name, value in _named(parameters)
            if name.partition("__")[0] == "id" and isinstance(value, UUID)
        }


@contextmanager
def recording(engine: Engine) -> Iterator[list[Statement]]:
    """The statements that the engine executes while the context is open."""
    statements: list[Statement] = []

    def before(
        _connection: Connection,
        _cursor: object,
        statement: str,
        parameters: Any,
        _context: object,
        many: bool,  # noqa: FBT001
    ) -> None:
        statements.append((statement, parameters, many))

    event.listen(engine, "before_cursor_execute", before)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", before)


def _named(parameters: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(parameters, Mapping):
        yield from parameters.items()
    elif isinstance(parameters, list | tuple):
        for one in parameters:
            yield from _named(one)
