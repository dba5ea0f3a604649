"""Two objections that mean the same become one: the calls they were heard on keep what was said."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select

from core import jobs
from core.access import Power, Verb, require_power, visible
from core.administration.naming import still_there, take_turn
from core.administration.removal import Moved
from core.context import Ctx
from core.enums import EntityType
from core.errors import Invalid, NotFound
from core.jobs import AT_ONCE
from core.models import ActivityObjection, Objection
from core.operations import operation


@operation("word.merge")
def merge(ctx: Ctx, objection_id: UUID, target_id: UUID | None) -> Moved:
    """Put another objection in place of one, wherever it was heard and is typed from now on, and take it off the list.

    Raises Invalid for `target`, NotFound("removed_meanwhile"), Forbidden, Conflict("bulk_running").
    """
    objection = _held(ctx, objection_id)
    target = _target(ctx, objection, target_id)
    jobs.refuse_twice(ctx, jobs.MERGE, objection.id)
    query = visible(ctx, ActivityObjection).where(ActivityObjection.objection_id == objection.id)
    total = ctx.session.execute(query.with_only_columns(func.count())).scalar_one()
    if total > AT_ONCE:
        params = {"subject": str(objection.id), "target": str(target.id), "name": objection.name}
        jobs.put(ctx, jobs.MERGE, EntityType.ACTIVITY, params, total, change_id=ctx.change_id)
        return Moved(0, later=total)
    moved, _ = _piece(ctx, objection, target, AT_ONCE + 1)
    return Moved(moved)


@operation("word.merge")
def go_on_merging(ctx: Ctx, params: Mapping[str, str], most: int) -> tuple[int, bool]:
    """A piece of `merge` for the worker: how many calls were changed, and whether the objection is gone now.

    Raises what `merge` does.
    """
    objection = _held(ctx, UUID(params["subject"]))
    return _piece(ctx, objection, _target(ctx, objection, UUID(params["target"])), most)


def _held(ctx: Ctx, objection_id: UUID) -> Objection:
    require_power(ctx, Power.CONFIGURE)
    take_turn(ctx, Objection)
    return still_there(ctx, Objection, objection_id)


def _target(ctx: Ctx, objection: Objection, target_id: UUID | None) -> Objection:
    if target_id is None:
        raise Invalid({"target": "required"})
    try:
        target = still_there(ctx, Objection, target_id, Verb.SEE)
    except NotFound as error:
        raise Invalid({"target": "choice_invalid"}) from error
    if target.id == objection.id:
        raise Invalid({"target": "choice_invalid"})
    return target


def _piece(ctx: Ctx, objection: Objection, target: Objection, most: int) -> tuple[int, bool]:
    query = visible(ctx, ActivityObjection).where(ActivityObjection.objection_id == objection.id)
    query = query.order_by(ActivityObjection.id).limit(most).with_for_update(of=ActivityObjection)
    heard = list(ctx.session.scalars(query.execution_options(populate_existing=True)))
    already = _of_target(ctx, target, [one.activity_id for one in heard])
    for one in heard:
        other = already.get(one.activity_id)
        if other is None:
            one.objection_id = target.id
            continue
        # The call has the other one too, or had it: there is one row for each of a call's objections.
        one.archived_at, other.archived_at = ctx.now, None
    done = len(heard) < most
    if done:
        objection.archived_at, objection.merged_into_id = ctx.now, target.id
    return len(heard), done


def _of_target(ctx: Ctx, target: Objection, activity_ids: list[UUID]) -> dict[UUID, ActivityObjection]:
    """Where the target was heard among these calls, also where that was taken back."""
    query = select(ActivityObjection).where(
        ActivityObjection.workspace_id == ctx.workspace.id,
        ActivityObjection.objection_id == target.id,
        ActivityObjection.activity_id.in_(activity_ids),
    )
    found = ctx.session.scalars(query.with_for_update().execution_options(populate_existing=True))
    return {one.activity_id: one for one in found}
