"""Claiming: an unassigned lead or deal goes to whoever takes it first."""

from uuid import UUID

from sqlalchemy import select

from core.access import load
from core.context import Ctx
from core.enums import EntityType, LeadStatus
from core.errors import Conflict, Forbidden, NotFound
from core.events import RecordChanged
from core.history import UPDATE
from core.models import Deal, History, Lead, Member
from core.operations import operation

CLAIMABLE: dict[EntityType, type[Lead | Deal]] = {EntityType.LEAD: Lead, EntityType.DEAL: Deal}


@operation("record.claim")
def claim(ctx: Ctx, entity: EntityType, record_id: UUID) -> Lead | Deal:
    """Make the actor the owner of a lead or deal that nobody has.

    The row's lock decides between two who claim at once. Raises Conflict("claimed", who) for everybody after the
    first (`who` is a name), Conflict("claimed_already") for the first one's second click, Conflict("lead_converted"),
    Conflict("deal_closed"), NotFound.
    """
    if entity not in CLAIMABLE or ctx.actor.member_id is None:
        raise NotFound
    try:
        record = load(ctx, CLAIMABLE[entity], record_id)
    except (NotFound, Forbidden):
        # Who claimed it may be the only one who sees it now; that it was to be had, everybody saw.
        who = _claimer(ctx, entity, record_id)
        if who is None:
            raise
        raise Conflict("claimed", who=who) from None
    if record.owner_id == ctx.actor.member_id:
        raise Conflict("claimed_already")
    if record.owner_id is not None:
        raise Conflict("claimed", who=_name(ctx, record.owner_id))
    if isinstance(record, Lead) and record.status is LeadStatus.CONVERTED:
        raise Conflict("lead_converted")
    if isinstance(record, Deal) and record.closed_at is not None:
        raise Conflict("deal_closed")
    record.owner_id = ctx.actor.member_id
    ctx.emit(RecordChanged(entity.value, record.id))
    return record


def _claimer(ctx: Ctx, entity: EntityType, record_id: UUID) -> str | None:
    """The name of who has a record that nobody had before; None where it came to its owner in any other way."""
    query = (
        select(History.changes)
        .where(
            History.workspace_id == ctx.workspace.id,
            History.entity == entity.value,
            History.entity_id == record_id,
            History.action == UPDATE,
            History.changes.has_key("owner_id"),
        )
        .order_by(History.id.desc())
        .limit(1)
    )
    changes = ctx.session.scalar(query)
    if changes is None:
        return None
    old, new = changes["owner_id"]
    return _name(ctx, UUID(new)) if old is None and new is not None else None


def _name(ctx: Ctx, member_id: UUID) -> str | None:
    return ctx.session.scalar(
        select(Member.name).where(Member.workspace_id == ctx.workspace.id, Member.id == member_id)
    )
