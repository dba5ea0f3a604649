"""Who may do what: roles, managers, and those who leave."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement

from core.access import Owned, Power, load, require_power, visible
from core.conflicts import refuse_changed
from core.context import Ctx
from core.enums import EntityType, LeadStatus, Role
from core.errors import Conflict, Invalid
from core.events import HomeChanged, RecordChanged
from core.invariants import PEOPLE, admins_left, leads_to_itself
from core.locks import take_turns
from core.members import owner_from_slack
from core.models import Account, Contact, Deal, Lead, Member
from core.operations import operation

FIELDS = ("role", "manager_id")
HANDOVER_MAX = 1000
"""Records given to somebody else at once: more would not be done within the time Slack waits for an answer."""
LEAD_CLOSED = (LeadStatus.CONVERTED, LeadStatus.LOST)


@dataclass(frozen=True)
class MemberInput:
    """What an admin decides about a member. `manager` is a Slack user id, empty for nobody."""

    role: Role
    manager: str = ""


@operation("member.edit")
def edit(ctx: Ctx, member_id: UUID, values: MemberInput, seen: UUID | None) -> Member:
    """Set a member's role and manager. `seen` is the last change the form knew.

    Raises Invalid (a circle of managers, the last admin), NotFound, Forbidden, Conflict("edited_meanwhile").
    """
    member = _locked(ctx, member_id)
    refuse_changed(ctx, member, seen, FIELDS)
    manager_id = owner_from_slack(ctx, values.manager, "manager")
    if leads_to_itself(ctx, member.id, manager_id):
        raise Invalid({"manager": "manager_circle"})
    if values.role is not Role.ADMIN and not admins_left(ctx, without=member.id):
        raise Invalid({"role": "last_admin"})
    member.role, member.manager_id = values.role, manager_id
    ctx.emit(HomeChanged(member.id))
    return member


@operation("member.deactivate")
def deactivate(ctx: Ctx, member_id: UUID, successor: str) -> int:
    """Take a member's access away and give what they have open to a successor (a Slack user id); how many records.

    Without a successor nothing may be open. Closed deals and leads keep their owner: they are history.
    Raises Invalid, NotFound, Forbidden, Conflict("last_admin"), Conflict("handover_too_large").
    """
    member = _locked(ctx, member_id)
    if not admins_left(ctx, without=member.id):
        raise Conflict("last_admin")
    heir = owner_from_slack(ctx, successor, "successor")
    if heir == member.id:
        raise Invalid({"successor": "successor_same"})
    records = list(_open_records(ctx, member.id))
    if len(records) > HANDOVER_MAX:
        raise Conflict("handover_too_large", limit=HANDOVER_MAX)
    if records and heir is None:
        raise Invalid({"successor": "successor_required"})
    for record in records:
        record.owner_id = heir
        ctx.emit(RecordChanged(record.__entity__, record.id))
    member.active = False
    if heir is not None:
        ctx.emit(HomeChanged(heir))
    return len(records)


@operation("member.reactivate")
def reactivate(ctx: Ctx, member_id: UUID) -> Member:
    """Let a member in again. Raises NotFound, Forbidden."""
    member = _locked(ctx, member_id)
    member.active = True
    return member


def open_of(model: type[Owned], member_id: UUID) -> ColumnElement[bool]:
    """The condition under which a record is still open and this member's."""
    if model is Lead:
        return (Lead.owner_id == member_id) & Lead.status.not_in(LEAD_CLOSED)
    if model is Deal:
        return (Deal.owner_id == member_id) & Deal.closed_at.is_(None)
    return model.owner_id == member_id


OPEN: dict[EntityType, type[Owned]] = {
    EntityType.LEAD: Lead,
    EntityType.DEAL: Deal,
    EntityType.ACCOUNT: Account,
    EntityType.CONTACT: Contact,
}
"""What goes to a successor."""


def _open_records(ctx: Ctx, member_id: UUID) -> Iterator[Owned]:
    for model in OPEN.values():
        yield from _open_of_kind(ctx, model, member_id)


def _open_of_kind(ctx: Ctx, model: type[Owned], member_id: UUID) -> list[Owned]:
    query = visible(ctx, model).where(open_of(model, member_id)).order_by(model.id).limit(HANDOVER_MAX + 1)
    return list(ctx.session.scalars(query.with_for_update().execution_options(populate_existing=True)))


def _locked(ctx: Ctx, member_id: UUID) -> Member:
    """The member, with the turn that changes of people take: nobody else counts on this admin meanwhile."""
    require_power(ctx, Power.CONFIGURE)
    take_turns(ctx, PEOPLE)
    return load(ctx, Member, member_id)
