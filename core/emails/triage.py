"""Mails that matched nothing: a manager or an admin says what each belongs to, or that it is none of ours.

Two people may sort at the same moment; the second one hears who was quicker.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from core import leads, undo
from core.access import Owned, Power, require_power
from core.activities import SUBJECTS, load_subject
from core.context import Ctx
from core.emails import replies
from core.enums import EntityType, InboundState, MailKind
from core.errors import Conflict, Invalid, NotFound
from core.events import HomeChanged, RecordChanged
from core.history import CREATE
from core.leads import LeadInput
from core.models import Activity, History, InboundEmail, Lead, Member
from core.operations import operation

LINKABLE = (EntityType.LEAD, EntityType.CONTACT, EntityType.DEAL, EntityType.ACCOUNT)


@operation("triage.link")
def link(ctx: Ctx, inbound_id: UUID, entity: str, entity_id: UUID) -> InboundEmail:
    """Say which record a mail belongs to; all follows from it as if it had been found at once.

    Raises Conflict("triage_done", who), Invalid for what mails do not belong to, NotFound, Forbidden.
    """
    inbound = waiting(ctx, inbound_id)
    if entity not in LINKABLE:
        raise Invalid({"record": "record_unknown"})
    _put(ctx, inbound, load_subject(ctx, entity, entity_id))
    return inbound


@operation("triage.new_lead")
def new_lead(ctx: Ctx, inbound_id: UUID, values: LeadInput, seen: Collection[UUID]) -> Lead:
    """Make a lead of whoever wrote a mail, and put the mail onto it. `seen` as in core.leads.create.

    Raises Conflict("triage_done", who), Conflict("duplicate", matches), Invalid, Forbidden.
    """
    inbound = waiting(ctx, inbound_id)
    lead = leads.create(ctx, values, seen)
    ctx.session.flush()
    _put(ctx, inbound, lead)
    return lead


@operation("triage.not_ours")
def not_ours(ctx: Ctx, inbound_id: UUID) -> InboundEmail:
    """A mail that concerns nobody here: it is kept and shown no more. Raises Conflict("triage_done"), Forbidden."""
    inbound = waiting(ctx, inbound_id)
    inbound.state = InboundState.NOT_OURS
    _sorted(ctx, inbound)
    return inbound


@operation("triage.put_back")
def put_back(ctx: Ctx, inbound_id: UUID, change_id: UUID | None = None) -> InboundEmail:
    """Put a mail back into the list. `change_id` is the change that linked it, which is undone with it.

    Raises what core.undo raises, Conflict("mail_answered", who), NotFound, Forbidden.
    """
    require_power(ctx, Power.TRIAGE)
    inbound = _find(ctx, inbound_id)
    if inbound.state is InboundState.TRIAGE:
        return inbound
    if inbound.answer_id is not None:
        raise Conflict("mail_answered", who=replies.who_handled(ctx, inbound))
    if inbound.state is InboundState.LINKED:
        if inbound.activity_id is not None:
            # With the entry on the timeline goes all that followed from it.
            undo.undo(ctx, change_id or _change_of(ctx, inbound.activity_id))
        _let_go(ctx, inbound)
    inbound.state = InboundState.TRIAGE
    inbound.handled_at = inbound.handled_by_id = None
    replies.show_triage(ctx)
    return inbound


def waiting(ctx: Ctx, inbound_id: UUID) -> InboundEmail:
    """A mail of the list, locked. Raises Conflict("triage_done", who), NotFound, Forbidden."""
    require_power(ctx, Power.TRIAGE)
    inbound = _find(ctx, inbound_id)
    if inbound.state is not InboundState.TRIAGE:
        raise Conflict("triage_done", who=replies.who_handled(ctx, inbound) or _who_linked(ctx, inbound))
    return inbound


def _who_linked(ctx: Ctx, inbound: InboundEmail) -> str:
    change = _creation(ctx, inbound.activity_id) if inbound.activity_id is not None else None
    member = ctx.session.get(Member, (ctx.workspace.id, change.actor_id)) if change and change.actor_id else None
    return member.name if member else ""


def _change_of(ctx: Ctx, activity_id: UUID) -> UUID:
    change = _creation(ctx, activity_id)
    if change is None:
        raise NotFound
    return change.change_id


def _creation(ctx: Ctx, activity_id: UUID) -> History | None:
    query = select(History).where(
        History.workspace_id == ctx.workspace.id,
        History.entity == Activity.__entity__,
        History.entity_id == activity_id,
        History.action == CREATE,
    )
    return ctx.session.scalars(query.limit(1)).one_or_none()


def _find(ctx: Ctx, inbound_id: UUID) -> InboundEmail:
    # Not through core.access.load: as long as a mail is on no record, nobody sees it as a record's.
    query = select(InboundEmail).where(InboundEmail.workspace_id == ctx.workspace.id, InboundEmail.id == inbound_id)
    found = ctx.session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _put(ctx: Ctx, inbound: InboundEmail, record: Owned) -> None:
    replies.take_to(ctx, inbound, record)
    replies.show_triage(ctx)


def _sorted(ctx: Ctx, inbound: InboundEmail) -> None:
    inbound.handled_at, inbound.handled_by_id = ctx.now, ctx.actor.member_id
    replies.show_triage(ctx)


def _let_go(ctx: Ctx, inbound: InboundEmail) -> None:
    """It is on no record any more; whoever had to answer it has not."""
    if inbound.owner_id is not None:
        ctx.emit(HomeChanged(inbound.owner_id))
    ctx.emit(RecordChanged(replies.REPLY, inbound.id))
    for _, column in SUBJECTS.values():
        setattr(inbound, column.key, None)
    inbound.owner_id = inbound.activity_id = inbound.seen_at = None
    if inbound.kind is MailKind.AWAY and inbound.handled_at is not None:
        inbound.kind = MailKind.HUMAN
