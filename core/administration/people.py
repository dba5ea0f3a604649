"""Who may do what: roles, managers, and those who leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func

from core import away, jobs
from core.access import Owned, Power, load, require_power, visible
from core.administration.removal import Moved
from core.conflicts import refuse_changed
from core.context import Ctx
from core.enums import ActivityKind, EntityType, LeadStatus, Role
from core.errors import Conflict, Invalid
from core.events import HomeChanged, RecordChanged, RecordsGiven, TaskGiven
from core.invariants import PEOPLE, admins_left, leads_to_itself
from core.jobs import AT_ONCE
from core.locks import take_turns
from core.members import owner_from_slack
from core.models import Account, Activity, Contact, Deal, Lead, Member
from core.operations import operation
from core.planned import record_owner

Handed = Owned | Activity
"""What a successor takes over."""
FIELDS = ("role", "manager_id")
PLANNED = (ActivityKind.TASK, ActivityKind.MEETING)
LEAD_CLOSED = (LeadStatus.CONVERTED, LeadStatus.LOST)


@dataclass(frozen=True)
class MemberInput:
    """What an admin decides about a member. `manager` is a Slack user id, empty for nobody."""

    role: Role
    manager: str = ""


@operation("member.edit")
def edit(ctx: Ctx, member_id: UUID, values: MemberInput, seen: UUID | None) -> Member:
    """Set a member's role and manager. `seen` is the last change the form knew.

    Raises Invalid (their own manager, a circle of managers, the last admin), NotFound, Forbidden,
    Conflict("edited_meanwhile").
    """
    member = _locked(ctx, member_id)
    refuse_changed(ctx, member, seen, FIELDS)
    manager_id = owner_from_slack(ctx, values.manager, "manager")
    if manager_id == member.id:
        raise Invalid({"manager": "manager_self"})
    if leads_to_itself(ctx, member.id, manager_id):
        raise Invalid({"manager": "manager_circle"})
    if values.role is not Role.ADMIN and not admins_left(ctx, without=member.id):
        raise Invalid({"role": "last_admin"})
    member.role, member.manager_id = values.role, manager_id
    ctx.emit(HomeChanged(member.id))
    return member


@operation("member.deactivate")
def deactivate(ctx: Ctx, member_id: UUID, successor: str) -> Moved:
    """Take a member's access away and give what they have open to a successor (a Slack user id).

    Without a successor nothing may be open. Closed deals and leads keep their owner: they are history. For somebody
    without access, what they still have is given away. Access ends at once, however many records there are.
    Raises Invalid, NotFound, Forbidden, Conflict("last_admin"), Conflict("bulk_running").
    """
    member = _locked(ctx, member_id)
    if not admins_left(ctx, without=member.id):
        raise Conflict("last_admin")
    heir = owner_from_slack(ctx, successor, "successor")
    if heir == member.id:
        raise Invalid({"successor": "successor_same"})
    jobs.refuse_twice(ctx, jobs.HAND_OVER, member.id)
    total = sum(count_open(ctx, model, member.id) for model in OPEN.values())
    if total and heir is None:
        raise Invalid({"successor": "successor_required"})
    member.active = False
    away.release(ctx, member)
    if heir is None:
        return Moved(0)
    ctx.emit(HomeChanged(heir))
    if total > AT_ONCE:
        params = {"subject": str(member.id), "target": successor, "name": member.name}
        jobs.put(ctx, jobs.HAND_OVER, EntityType.LEAD, params, total, change_id=ctx.change_id)
        return Moved(0, later=total)
    given = _give(ctx, member.id, heir, AT_ONCE + 1)
    if given:
        ctx.emit(RecordsGiven(ctx.change_id, member.id, heir, ctx.actor.member_id, given))
    return Moved(given)


@operation("member.deactivate")
def go_on_handing_over(ctx: Ctx, params: Mapping[str, str], most: int) -> tuple[int, bool]:
    """A piece of `deactivate` for the worker: how many records were given, and whether those were the last.

    Raises what `deactivate` does.
    """
    require_power(ctx, Power.CONFIGURE)
    heir = owner_from_slack(ctx, params["target"], "successor")
    if heir is None:
        raise Invalid({"successor": "successor_required"})
    given = _give(ctx, UUID(params["subject"]), heir, most)
    return given, given < most


@operation("member.reactivate")
def reactivate(ctx: Ctx, member_id: UUID) -> Member:
    """Let a member in again. Raises NotFound, Forbidden."""
    member = _locked(ctx, member_id)
    member.active = True
    return member


def open_of(model: type[Handed], member_id: UUID) -> ColumnElement[bool]:
    """The condition under which a record is still open and this member's."""
    if model is Lead:
        return (Lead.owner_id == member_id) & Lead.status.not_in(LEAD_CLOSED)
    if model is Deal:
        return (Deal.owner_id == member_id) & Deal.closed_at.is_(None)
    if model is Activity:
        # Calls and notes are what somebody did; only tasks and planned meetings are still to come.
        return (Activity.owner_id == member_id) & Activity.kind.in_(PLANNED) & Activity.done_at.is_(None)
    return model.owner_id == member_id


OPEN: dict[EntityType, type[Handed]] = {
    EntityType.LEAD: Lead,
    EntityType.DEAL: Deal,
    EntityType.ACCOUNT: Account,
    EntityType.CONTACT: Contact,
    EntityType.ACTIVITY: Activity,
}
"""What goes to a successor, tasks last: whose their records are is known by then."""


def count_open(ctx: Ctx, model: type[Handed], member_id: UUID) -> int:
    """How many open records of a kind a member has."""
    query = visible(ctx, model).where(open_of(model, member_id)).with_only_columns(func.count())
    return ctx.session.execute(query).scalar_one()


def _give(ctx: Ctx, member_id: UUID, heir: UUID, most: int) -> int:
    """Give up to so many of a member's open records to another; how many."""
    given = 0
    for model in OPEN.values():
        query = visible(ctx, model).where(open_of(model, member_id)).order_by(model.id).limit(most - given)
        for record in ctx.session.scalars(query.with_for_update().execution_options(populate_existing=True)):
            record.owner_id = _task_heir(ctx, record, member_id, heir) if isinstance(record, Activity) else heir
            ctx.emit(RecordChanged(record.__entity__, record.id))
            given += 1
    return given


def _task_heir(ctx: Ctx, task: Activity, member_id: UUID, heir: UUID) -> UUID:
    """Who does a leaver's task: the owner of its record, where that is another colleague with access. The successor may
    not even see such a record. That owner is told of it.
    """
    owner_id = record_owner(ctx, task)
    if owner_id in (None, member_id, heir):
        return heir
    owner = ctx.session.get_one(Member, (ctx.workspace.id, owner_id))
    if not owner.active:
        return heir
    ctx.emit(HomeChanged(owner.id))
    if task.kind is ActivityKind.TASK:
        ctx.emit(TaskGiven(task.id, owner.id, ctx.actor.member_id))
    return owner.id


def _locked(ctx: Ctx, member_id: UUID) -> Member:
    """The member, with the turn that changes of people take: nobody else counts on this admin meanwhile."""
    require_power(ctx, Power.CONFIGURE)
    take_turns(ctx, PEOPLE)
    return load(ctx, Member, member_id)
