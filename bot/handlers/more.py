"""The rarer fields of a form: shown when asked for, with all that is typed already."""

from collections.abc import Callable
from typing import Any, TypeVar

from bot.dispatch import Request, on
from bot.replies import Modal, Reply, UpdateModal
from bot.routes import MoreFields, Submission, UnknownRoute
from core.context import Ctx

S = TypeVar("S", bound=Submission)
Whole = Callable[[Ctx, Any, Request], Modal]
FORMS: dict[type[Submission], Whole] = {}


def expands(form: type[S]) -> Callable[[Callable[[Ctx, S, Request], Modal]], Callable[[Ctx, S, Request], Modal]]:
    """Declare how a form is shown with all of its fields."""

    def decorate(whole: Callable[[Ctx, S, Request], Modal]) -> Callable[[Ctx, S, Request], Modal]:
        FORMS[form] = whole
        return whole

    return decorate


@on(MoreFields)
def more_fields(ctx: Ctx, _route: MoreFields, request: Request) -> Reply:
    """The form that is open, with all of its fields."""
    whole = FORMS.get(type(request.modal)) if request.modal is not None else None
    if whole is None:
        raise UnknownRoute(MoreFields.id)
    return UpdateModal(whole(ctx, request.modal, request))
