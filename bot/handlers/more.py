"""Forms that are shown again while they are filled in: with their rarer fields, or with what was understood."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from bot.dispatch import Request, on
from bot.payloads import State
from bot.replies import Block, Modal, Reply, UpdateModal
from bot.routes import CheckWhen, MoreFields, Submission, UnknownRoute
from bot.views import kit
from bot.views import when as views
from bot.views.forms import block_id_of
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
    """The form that is open, with all of its fields; below a day in words stays what was understood."""
    whole = _whole(ctx, request, MoreFields.id)
    return UpdateModal(replace(whole, blocks=_with_days(whole.blocks, request, ctx)))


@on(CheckWhen)
def check_when(ctx: Ctx, _route: CheckWhen, request: Request) -> Reply:
    """While a day is typed: what will be saved stands below it; nothing else of the form changes."""
    whole = _whole(ctx, request, CheckWhen.id)
    blocks = _with_days(_in_sight(whole.blocks, request, ctx), request, ctx)
    return UpdateModal(replace(whole, blocks=blocks, route=request.modal))


def _with_days(blocks: Sequence[Block], request: Request, ctx: Ctx) -> list[Block]:
    """A form's blocks, where below each day that is typed stands what was understood of it."""
    for block_id, inputs in request.state.values.items():
        typed = inputs.get(CheckWhen.id)
        said = views.understood(typed.text(), ctx.viewer, ctx.today) if typed is not None else ""
        if said:
            blocks = views.with_hint(blocks, block_id, said)
    return list(blocks)


def _whole(ctx: Ctx, request: Request, asked: str) -> Modal:
    form = FORMS.get(type(request.modal)) if request.modal is not None else None
    if form is None:
        raise UnknownRoute(asked)
    whole = form(ctx, request.modal, request)
    return replace(whole, blocks=[_as_open(one, request.state) for one in whole.blocks])


def _as_open(block: Block, state: State) -> Block:
    """A form's block under the id it has on the screen: a form that shows a colleague's change has a revision there."""
    if block.get("type") != "input":
        return block
    return {**block, "block_id": block_id_of(state, str(block["block_id"]))}


def _in_sight(blocks: Sequence[Block], request: Request, ctx: Ctx) -> list[Block]:
    """The form without the rarer fields nobody asked for yet."""
    shown = [one for one in blocks if one.get("type") != "input" or one.get("block_id") in request.state.values]
    if len(shown) < len(blocks):
        shown.append(kit.actions(kit.button(ctx.viewer.t("More fields"), MoreFields())))
    return shown
