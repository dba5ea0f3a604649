"""Names in the admin's lists: usable, and one of a kind whatever their case."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true

from core.access import Verb, load
from core.context import Ctx
from core.errors import Invalid, NotFound
from core.locks import take_turns
from core.models import EmailTemplate, LeadSource, LossReason, Objection, Pipeline, Product, Stage
from core.normalise import name_text

NAME_MAX = 60
"""Characters of a pipeline, a stage, or a word of a list: selects show 75."""
Named = TypeVar("Named", bound=Pipeline | Stage | Product | LeadSource | LossReason | Objection | EmailTemplate)

Placed = TypeVar("Placed", bound=Pipeline | LeadSource | LossReason)


def usable(name: str, limit: int = NAME_MAX) -> str:
    """The name in the form it is stored in. Raises Invalid for `name`."""
    text = name_text(name)
    if not text or len(text) > limit:
        raise Invalid({"name": "too_long" if text else "name_empty"})
    return text


def take_turn(ctx: Ctx, model: type[Named]) -> None:
    """Keep other admins from giving names of this kind until the transaction ends: two cannot both find one free.

    Taken before any row is locked, so that nobody waits for a row while holding what its owner waits for.
    """
    take_turns(ctx, turn_of(model))


def turn_of(model: type[Named]) -> str:
    """The turn that changes of names of this kind take."""
    return f"names:{model.__entity__}"


def still_there(ctx: Ctx, model: type[Named], row_id: UUID, verb: Verb = Verb.EDIT) -> Named:
    """Like core.access.load, for what admins see listed: it can only be missing since somebody removed it.

    Raises NotFound("removed_meanwhile"), Forbidden.
    """
    try:
        return load(ctx, model, row_id, verb)
    except NotFound as error:
        raise NotFound("removed_meanwhile") from error


def holder(ctx: Ctx, model: type[Named], name: str, within: ColumnElement[bool] | None = None) -> Named | None:
    """Who has this name already, whatever its case; one that was removed only where nobody else has it."""
    query = select(model).where(
        model.workspace_id == ctx.workspace.id,
        func.lower(model.name) == func.lower(name),
        true() if within is None else within,
    )
    return ctx.session.scalars(query.order_by(model.archived_at.desc().nulls_first()).limit(1)).one_or_none()


def refuse_taken(ctx: Ctx, row: Named, name: str, within: ColumnElement[bool] | None = None) -> None:
    """Refuse to give a row a name that another one has. Raises Invalid for `name`."""
    other = holder(ctx, type(row), name, within)
    if other is not None and other.id != row.id:
        raise Invalid({"name": "name_taken" if other.archived_at is None else "name_removed"})


def to_revive(ctx: Ctx, model: type[Named], name: str, within: ColumnElement[bool] | None = None) -> Named | None:
    """A removed row with the name of a new one, which is brought back instead; old records keep pointing at it.

    Raises Invalid for `name` where the name is in use.
    """
    found = holder(ctx, model, name, within)
    if found is None:
        return None
    if found.archived_at is None:
        raise Invalid({"name": "name_taken"})
    if isinstance(found, Objection):
        # An admin who adds it by name wants it as a word of its own again.
        found.merged_into_id = None
    found.archived_at = None
    ctx.session.flush()
    found.name = name
    return found


def exchange(rows: list[Placed], row: Placed, *, up: bool) -> None:
    """Exchange a row with the one before or behind it; `rows` are all of its kind in order, locked."""
    at = next(index for index, one in enumerate(rows) if one.id == row.id)
    other = at - 1 if up else at + 1
    if 0 <= other < len(rows):
        rows[at], rows[other] = rows[other], rows[at]
    for position, one in enumerate(rows):
        if one.position != position:
            one.position = position
