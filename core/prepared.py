"""Reads that are built once and run often.

Building a statement, and the session's work around it, cost several times what it takes to send it and read its rows.
A statement starts with `visible` like any other; what differs from request to request (the workspace, the people whose
records the actor sees, the values asked for) are named parameters (core.params).
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from sqlalchemy import Row, Select

from core.access import Sight, seen_by, sight
from core.context import Ctx

Built = Select[*tuple[Any, ...]]

_built: dict[tuple[Callable[..., Built], Sight, tuple[Hashable, ...]], Built] = {}
"""There are as many as the product has reads, times a few sights: nothing that people type is part of a key."""


def read(ctx: Ctx, build: Callable[..., Built], *shape: Hashable, **values: object) -> Sequence[Row[*tuple[Any, ...]]]:
    """The rows of the statement that `build(ctx, *shape)` makes, which is made once for each kind of sight and shape.

    `shape` decides how the statement looks (its tables, its conditions); what people typed never belongs there, it goes
    into `values`, the statement's named parameters. `build` may take nothing from the context but through
    core.access: the statement will serve other people in other workspaces.
    """
    key = (build, sight(ctx), shape)
    statement = _built.get(key)
    if statement is None:
        statement = _built.setdefault(key, build(ctx, *shape))
    ctx.session.flush()  # as a read through the session does: what was changed is seen
    return ctx.session.connection().execute(statement, {**seen_by(ctx), **values}).all()
