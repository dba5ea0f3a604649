"""The mark of an operation: a named write that every surface shares and that never commits."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from core.context import Ctx

P = ParamSpec("P")
T = TypeVar("T")


def operation(name: str) -> Callable[[Callable[Concatenate[Ctx, P], T]], Callable[Concatenate[Ctx, P], T]]:
    """Declare an operation. The name (`deal.move`) is what the history shows for all it changes.

    An operation that calls another keeps the outer name: people asked for that one.
    """

    def decorate(function: Callable[Concatenate[Ctx, P], T]) -> Callable[Concatenate[Ctx, P], T]:
        @wraps(function)
        def run(ctx: Ctx, /, *args: P.args, **kwargs: P.kwargs) -> T:
            outer, ctx.operation = ctx.operation, ctx.operation or name
            try:
                result = function(ctx, *args, **kwargs)
                # Flushed here, so that the history says which operation it was and errors surface where they belong.
                ctx.session.flush()
            finally:
                ctx.operation = outer
            return result

        return run

    return decorate
