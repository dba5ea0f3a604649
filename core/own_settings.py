"""What somebody says of their own days: when they are reminded, when they are away, and who stands in meanwhile."""

from dataclasses import dataclass, replace
from datetime import date, time
from uuid import UUID

from sqlalchemy import select

from core import away
from core.conflicts import last_change, refuse_changed
from core.context import Ctx
from core.errors import Forbidden, Invalid, NotFound
from core.events import ProfileChanged
from core.members import owner_from_slack
from core.models import History, Member
from core.models.schedules import WEEKDAYS
from core.operations import operation

FIELDS = (
    "morning_on",
    "morning_at",
    "working_days",
    "pings_on",
    "away_from",
    "away_until",
    "follows_status",
    "status_away_until",
    "delegate_id",
)
"""The columns of a member that are theirs to set, and nobody else's."""


@dataclass(frozen=True)
class OwnSettings:
    """What a person chose. `working_days` are bits, Monday the first; `away_from` and `away_until` days of their zone.

    `delegate` is a Slack user id, empty for nobody.
    """

    morning_on: bool = True
    morning_at: time = time(9)
    working_days: int = WEEKDAYS
    pings_on: bool = True
    away_from: date | None = None
    away_until: date | None = None
    delegate: str = ""
    follows_status: bool = True


@dataclass(frozen=True)
class Standing:
    """What a person chose and what Slack says of them. `seen` is the last change a form would know."""

    chosen: OwnSettings
    tz: str
    locale: str
    status_until: date | None
    """The last day they are away by their Slack status; away.OPEN where it does not say."""
    seen: UUID | None


def standing(ctx: Ctx) -> Standing:
    """The actor's own settings; an absence that is over is not shown any more. Raises Forbidden for the system."""
    member, today = me(ctx), ctx.today.date()
    over = member.away_until is not None and member.away_until < today
    status = member.status_away_until
    chosen = OwnSettings(
        morning_on=member.morning_on,
        morning_at=member.morning_at,
        working_days=member.working_days,
        pings_on=member.pings_on,
        away_from=None if over else member.away_from,
        away_until=None if over else member.away_until,
        delegate=_slack_id(ctx, member.delegate_id),
        follows_status=member.follows_status,
    )
    shown = status if status is not None and status >= today else None
    return Standing(chosen, member.tz, member.locale, shown, last_change(ctx, Member.__entity__, member.id))


@operation("member.own_settings")
def save(ctx: Ctx, values: OwnSettings, seen: UUID | None = None) -> None:
    """Keep what the actor chose for themselves. `seen` is the last change the form knew.

    Raises Invalid, Forbidden for who is no member, Conflict("edited_meanwhile").
    """
    member = me(ctx, locked=True)
    refuse_changed(ctx, member, seen, FIELDS)
    before = away.watch(member, ctx.now)
    delegate_id = owner_from_slack(ctx, values.delegate, "delegate")
    _check(ctx, member, values, delegate_id)
    member.morning_on, member.morning_at = values.morning_on, values.morning_at
    member.working_days, member.pings_on = values.working_days, values.pings_on
    member.away_from, member.away_until = values.away_from, values.away_until
    member.delegate_id = delegate_id
    _follow_status(ctx, member, follows=values.follows_status)
    ctx.session.flush()
    away.settle(ctx, member, before)


@operation("member.own_settings")
def go_away(ctx: Ctx, until: date, start: date | None = None, delegate: str | None = None) -> None:
    """The actor is away up to and including a day, from `start` on (None: from now on).

    `delegate` (a Slack user id) stands in, None: whoever does already. Raises Invalid, Forbidden.
    """
    me(ctx, locked=True)  # what is read next stays so until it is saved
    chosen = standing(ctx).chosen
    who = chosen.delegate if delegate is None else delegate
    save(ctx, replace(chosen, away_from=start, away_until=until, delegate=who))


@operation("member.own_settings")
def come_back(ctx: Ctx) -> None:
    """The actor is here, whatever they or their Slack status said before. Raises Forbidden."""
    member = me(ctx, locked=True)
    before = away.watch(member, ctx.now)
    member.away_from = member.away_until = member.status_away_until = None
    ctx.session.flush()
    away.settle(ctx, member, before)


@operation("member.refuse_stand_in")
def refuse(ctx: Ctx, member_id: UUID) -> Member:
    """The actor cannot stand in for a colleague, who is told. Raises NotFound where they do not (any more)."""
    query = select(Member).where(
        Member.workspace_id == ctx.workspace.id, Member.id == member_id, Member.delegate_id == ctx.actor.member_id
    )
    member = ctx.session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if member is None or ctx.actor.member_id is None:
        raise NotFound
    before = away.watch(member, ctx.now)
    member.delegate_id = None
    ctx.session.flush()
    away.settle(ctx, member, before)
    return member


def own_change(ctx: Ctx, change: History) -> Member | None:
    """The row of a change that is the actor's to take back, whatever their role, locked; None for any other change.

    That is what they changed of their own settings, and that they do not stand in for a colleague, or do again.
    """
    if change.entity != Member.__entity__ or change.actor_id is None or change.actor_id != ctx.actor.member_id:
        return None
    mine = change.entity_id == change.actor_id and set(change.changes) <= set(FIELDS)
    stand_in = set(change.changes) == {"delegate_id"} and str(change.actor_id) in change.changes["delegate_id"]
    if not (mine or stand_in):
        return None
    query = select(Member).where(Member.workspace_id == ctx.workspace.id, Member.id == change.entity_id)
    return ctx.session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def me(ctx: Ctx, *, locked: bool = False) -> Member:
    """The actor's own row. Raises Forbidden for the system."""
    query = select(Member).where(Member.workspace_id == ctx.workspace.id, Member.id == ctx.actor.member_id)
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    member = ctx.session.scalars(query).one_or_none()
    if member is None:
        raise Forbidden("not_yours")
    return member


def _follow_status(ctx: Ctx, member: Member, *, follows: bool) -> None:
    """Whether a Slack status counts. Where it begins to, the one they have is news, and read at once."""
    if member.follows_status == follows:
        return
    member.follows_status, member.slack_status = follows, ""
    if follows:
        ctx.emit(ProfileChanged(member.id))
    else:
        member.status_away_until = None


def _check(ctx: Ctx, member: Member, values: OwnSettings, delegate_id: UUID | None) -> None:
    today = ctx.today.date()
    problems: dict[str, str] = {}
    if not 0 < values.working_days < 1 << 7:
        problems["working_days"] = "day_required"
    if values.away_from is not None and values.away_until is None:
        problems["away_until"] = "required"
    if values.away_until is not None:
        if values.away_until < today:
            problems["away_until"] = "date_past"
        elif values.away_from is not None and values.away_from > values.away_until:
            problems["away_until"] = "back_before_leaving"
    if delegate_id is not None:
        if delegate_id == member.id:
            problems["delegate"] = "stand_in_self"
        elif values.away_until is not None and not problems:
            named = ctx.session.get_one(Member, (ctx.workspace.id, delegate_id))
            if away.overlaps(named, today, values.away_from, values.away_until):
                problems["delegate"] = "stand_in_away"
    if problems:
        raise Invalid(problems)


def _slack_id(ctx: Ctx, member_id: UUID | None) -> str:
    if member_id is None:
        return ""
    return ctx.session.get_one(Member, (ctx.workspace.id, member_id)).slack_user_id
