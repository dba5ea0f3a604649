"""Workspaces and members: the first start, and who is acting."""

from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Select, bindparam, select, text
from sqlalchemy.orm import Session

from core import schedules
from core.context import SYSTEM, Actor, Clock, Ctx, Workspace, new_id
from core.enums import Role, StageKind
from core.errors import Forbidden
from core.events import MemberJoined
from core.locks import take_turns
from core.models import LeadSource, LossReason, Member, Pipeline, Stage, WorkspaceRow
from core.operations import operation
from core.params import here

FIRST_STAGES = (
    ("Lead in", StageKind.OPEN, 10, 14),
    ("Qualified", StageKind.OPEN, 25, 14),
    ("Proposal", StageKind.OPEN, 50, 14),
    ("Negotiation", StageKind.OPEN, 75, 10),
    ("Won", StageKind.WON, 100, None),
    ("Lost", StageKind.LOST, 0, None),
)
"""Name, kind, probability in percent, days until stale."""
FIRST_SOURCES = ("Website", "Referral", "Event", "Cold call", "E-mail", "Partner", "Social media", "Other")
FIRST_LOSS_REASONS = (
    "Price",
    "Competitor",
    "No budget",
    "No decision",
    "Timing",
    "Missing feature",
    "No contact",
)


@dataclass(frozen=True)
class Profile:
    """What Slack says of a person; empty where it says nothing."""

    name: str
    email: str
    tz: str
    """An IANA name."""
    locale: str
    """An IETF tag such as `de-DE`."""
    guest: bool


@dataclass(frozen=True)
class SlackPerson:
    """Who sent a request, as Slack's verified payload says."""

    team_id: str
    user_id: str
    name: str
    enterprise_id: str = ""
    outsider: bool = False
    """From another workspace, through a shared channel."""
    profile: Profile | None = None
    """What Slack said when it was asked about them, which is done once (bot.people)."""


def is_elsewhere(team_id: str, installed_team_id: str) -> bool:
    """Whether somebody of this team is an outsider to the workspace. Empty where Slack does not say.

    Organisation-wide installs name the organisation (E…) as a user's team; that is no outsider.
    """
    return bool(team_id) and team_id != installed_team_id and not team_id.startswith("E")


def workspace_id_for(team_id: str, enterprise_id: str = "") -> UUID:
    """The workspace's id, derived from Slack's own (UUIDv5, RFC 9562 §5.5): no registry has to be read to find it."""
    return uuid5(NAMESPACE_URL, f"slack:{team_id or enterprise_id}")


_WORKSPACE = (
    WorkspaceRow.workspace_id,
    WorkspaceRow.team_id,
    WorkspaceRow.name,
    WorkspaceRow.currency,
    WorkspaceRow.locale,
    WorkspaceRow.country,
    WorkspaceRow.visibility,
    WorkspaceRow.sales_channel,
)
"""The fields of a core.context.Workspace, in their order."""
_HERE: Select[*tuple[Any, ...]] = select(*_WORKSPACE).where(WorkspaceRow.workspace_id == here())
_ACTOR = (
    Member.id,
    Member.slack_user_id,
    Member.name,
    Member.role,
    Member.locale,
    Member.tz,
    Member.synced_at.is_not(None),
)
"""The fields of a core.context.Actor, in their order."""
_AT_MEMBER, _AT_ACCESS = len(_WORKSPACE), len(_WORKSPACE) + len(_ACTOR)
_ACTING: Select[*tuple[Any, ...]] = (
    select(*_WORKSPACE, *_ACTOR, Member.guest, Member.active)
    .outerjoin(
        Member,
        (Member.workspace_id == WorkspaceRow.workspace_id) & (Member.slack_user_id == bindparam("person")),
    )
    .where(WorkspaceRow.workspace_id == here())
)
"""Each request's first question; as columns, since no record of either is needed."""


def enter(session: Session, clock: Clock, person: SlackPerson, source: str) -> Ctx:
    """Open a context for a Slack user: finds, or on first sight makes, the workspace and the member.

    Raises Forbidden("outsider") for guests and people of other workspaces, Forbidden("deactivated") for members
    whose access was taken away.
    """
    if person.outsider:
        raise Forbidden("outsider")
    workspace_id = workspace_id_for(person.team_id, person.enterprise_id)
    found = session.connection().execute(_ACTING, {"here": workspace_id, "person": person.user_id}).one_or_none()
    if found is None or found[_AT_MEMBER] is None:
        ctx = _join(session, clock, person, source)
    else:
        workspace, actor, (guest, active) = found[:_AT_MEMBER], found[_AT_MEMBER:_AT_ACCESS], found[_AT_ACCESS:]
        ctx = Ctx(session, Workspace(*workspace), Actor(*actor), clock.now(), source)
        _refuse_locked_out(guest=guest, active=active)
    session.info["ctx"] = ctx
    return ctx


def system_ctx(session: Session, clock: Clock, workspace_id: UUID, source: str) -> Ctx:
    """A context in which the system itself acts: the worker, the terminal without a member.

    Raises sqlalchemy.exc.NoResultFound for a workspace that does not exist.
    """
    return as_system(session, clock, _settings(session, workspace_id), source)


def as_system(session: Session, clock: Clock, workspace: Workspace, source: str) -> Ctx:
    """The same in a workspace whose settings were read a moment ago, such as before a call to Slack."""
    session.info["workspace"] = workspace
    ctx = Ctx(session, workspace, SYSTEM, clock.now(), source)
    session.info["ctx"] = ctx
    return ctx


def member_ctx(session: Session, clock: Clock, workspace_id: UUID, member_id: UUID, source: str) -> Ctx:
    """A context in which a known member acts (the terminal's `--as`, a view rendered for somebody by the worker)."""
    ctx = system_ctx(session, clock, workspace_id, source)
    ctx.actor = describe_member(session.get_one(Member, (workspace_id, member_id)))
    return ctx


def _settings(session: Session, workspace_id: UUID) -> Workspace:
    """The workspace's settings, read once in a transaction however many act in it. Raises NoResultFound."""
    known = session.info.get("workspace")
    if isinstance(known, Workspace) and known.id == workspace_id:
        return known
    return Workspace(*session.connection().execute(_HERE, {"here": workspace_id}).one())


def describe(row: WorkspaceRow) -> Workspace:
    """The workspace's settings as a plain value."""
    return Workspace(
        id=row.workspace_id,
        team_id=row.team_id,
        name=row.name,
        currency=row.currency,
        locale=row.locale,
        country=row.country,
        visibility=row.visibility,
        sales_channel=row.sales_channel,
    )


def describe_member(member: Member) -> Actor:
    """The member as an actor."""
    return Actor(
        member.id,
        member.slack_user_id,
        member.name,
        member.role,
        member.locale,
        member.tz,
        introduced=member.synced_at is not None,
    )


def _refuse_locked_out(*, guest: bool, active: bool) -> None:
    if guest:
        raise Forbidden("outsider")
    if not active:
        raise Forbidden("deactivated")


def _join(session: Session, clock: Clock, person: SlackPerson, source: str) -> Ctx:
    """First sight of a member, and perhaps of the workspace; concurrent first requests wait for one another."""
    workspace_id = workspace_id_for(person.team_id, person.enterprise_id)
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": str(workspace_id)})
    row = session.scalars(select(WorkspaceRow).where(WorkspaceRow.workspace_id == workspace_id)).one_or_none()
    now = clock.now()
    if row is None:
        blank = Workspace(workspace_id, person.team_id, person.team_id)
        ctx = Ctx(session, blank, SYSTEM, now, source)
        session.info["ctx"] = ctx
        row = set_up(ctx, team_id=person.team_id or person.enterprise_id, name="")
    ctx = Ctx(session, describe(row), SYSTEM, now, source)
    session.info["ctx"] = ctx
    take_turns(ctx, joining(person.user_id))  # a colleague may be choosing them as an owner at this moment
    member = session.scalars(
        select(Member).where(Member.workspace_id == workspace_id, Member.slack_user_id == person.user_id)
    ).one_or_none()
    if member is None:
        member = add_member(ctx, person.user_id, person.name)
    _refuse_locked_out(guest=member.guest, active=member.active)
    ctx.actor = describe_member(member)
    # What the person came to do is a change of its own, and can be undone without this.
    ctx.change_id = new_id()
    return ctx


def joining(slack_user_id: str) -> str:
    """The key over which those take turns who may be about to make a member of a Slack user."""
    return f"member:{slack_user_id}"


@operation("workspace.set_up")
def set_up(ctx: Ctx, *, team_id: str, name: str, bot_token: str = "", bot_user_id: str = "") -> WorkspaceRow:
    """Make a workspace ready to sell in: its row, a pipeline with stages, lead sources, loss reasons.

    `bot_token` is already sealed (core.secrets).
    """
    row = WorkspaceRow(
        workspace_id=ctx.workspace.id,
        team_id=team_id,
        name=name,
        bot_token=bot_token,
        bot_user_id=bot_user_id,
    )
    ctx.session.add(row)
    pipeline = Pipeline(name="Sales")
    ctx.add(pipeline)
    ctx.session.flush()
    for position, (stage, kind, probability, stale_days) in enumerate(FIRST_STAGES):
        ctx.add(
            Stage(
                pipeline_id=pipeline.id,
                name=stage,
                position=position,
                kind=kind,
                probability=probability,
                stale_days=stale_days,
            )
        )
    for position, source in enumerate(FIRST_SOURCES):
        ctx.add(LeadSource(name=source, position=position))
    for position, reason in enumerate(FIRST_LOSS_REASONS):
        ctx.add(LossReason(name=reason, position=position))
    return row


@operation("member.join")
def add_member(ctx: Ctx, slack_user_id: str, name: str, role: Role | None = None) -> Member:
    """Take a Slack user in. The first one of a workspace is its installer and becomes its admin."""
    first = ctx.session.scalar(select(Member.id).where(Member.workspace_id == ctx.workspace.id).limit(1)) is None
    member = Member(
        slack_user_id=slack_user_id,
        name=name or slack_user_id,
        role=role or (Role.ADMIN if first else Role.REP),
    )
    ctx.add(member)
    ctx.session.flush()
    schedules.follow_member(ctx, member)
    ctx.emit(MemberJoined(member.id, installer=first))
    return member
