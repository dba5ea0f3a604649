"""Being away: from when until when, by the own setting or by the Slack status, and who stands in meanwhile.

Who stands in sees and changes what the person away owns, and is reminded of it, as long as it lasts. It goes no
further: where the one who stands in is away too, what is due waits.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from core import schedules
from core.context import Ctx
from core.events import AwayByStatus, HomeChanged, MemberBack, StandInAgain, StandInAsked, StandInGone, StandInOver
from core.i18n import Viewer
from core.models import Member

OPEN = date.max
"""The last day away of who did not say when they are back."""
DATES = (Member.away_from, Member.away_until, Member.status_away_until)
"""What `last_day` is told of a member, in its order."""


@dataclass(frozen=True)
class Absent:
    """Somebody who is away, and their last day away (OPEN where nobody knows)."""

    member_id: UUID
    slack_user_id: str
    name: str
    until: date


Arranged = tuple[UUID | None, date | None, date | None, date | None]
"""Who stands in for somebody, from when, until when, and the last day away by their Slack status."""


@dataclass(frozen=True)
class Watched:
    """How somebody's absence stood before a change. `last` is None where they were here."""

    last: date | None
    arranged: Arranged


def last_day(on: date, start: date | None, until: date | None, status: date | None) -> date | None:
    """The last day away of somebody who is away on a day, by their setting (`start`, `until`) or their status."""
    ends = [status] if status is not None and on <= status else []
    if until is not None and (start or on) <= on <= until:
        ends.append(until)
    return max(ends, default=None)


def last_day_of(member: Member, now: datetime) -> date | None:
    """The last day a member is away who is away at a moment (UTC); None where they are here."""
    return last_day(today_of(member, now), member.away_from, member.away_until, member.status_away_until)


def today_of(member: Member, now: datetime) -> date:
    """The day a member lives in at a moment (UTC)."""
    return today_in(member.tz, now)


def today_in(tz: str, now: datetime) -> date:
    """The day it is in a zone (an IANA name) at a moment (UTC)."""
    return Viewer("", tz).local_date(now)


def standing(ctx: Ctx) -> date | None:
    """The actor's last day away; None where they are here."""
    found = ctx.session.execute(select(*DATES).where(_here(ctx), Member.id == ctx.actor.member_id)).one_or_none()
    return last_day(ctx.today.date(), *found) if found is not None else None


def stood_in_for(ctx: Ctx) -> tuple[Absent, ...]:
    """Whom the actor stands in for now, by name."""
    if ctx.actor.member_id is None:
        return ()
    query = (
        select(*DATES, Member.id, Member.slack_user_id, Member.name, Member.tz)
        .where(_here(ctx), Member.delegate_id == ctx.actor.member_id, Member.active, said())
        .order_by(Member.name, Member.id)
    )
    found = []
    for start, until, status, member_id, slack_user_id, name, tz in ctx.session.execute(query):
        last = last_day(today_in(tz, ctx.now), start, until, status)
        if last is not None:
            found.append(Absent(member_id, slack_user_id, name, last))
    return tuple(found)


def stand_in_of(ctx: Ctx, member: Member) -> Member | None:
    """Who is reminded for a member who is away; None where it waits: nobody was named, or they are not here either."""
    if member.delegate_id is None:
        return None
    named = ctx.session.get_one(Member, (ctx.workspace.id, member.delegate_id))
    here = named.active and not named.guest and last_day_of(named, ctx.now) is None
    return named if here else None


def overlaps(member: Member, on: date, start: date | None, until: date | None) -> bool:
    """Whether a member is away on some day of a stretch that begins on a day, or `start`, and ends with `until`."""
    return _meets(_arranged(member), on, start, until or OPEN)


def watch(member: Member, now: datetime) -> Watched:
    """How it stands before a change of what a member says."""
    return Watched(last_day_of(member, now), _arranged(member))


def settle(ctx: Ctx, member: Member, before: Watched) -> None:
    """What follows from a change of what a member says of their days: their schedules, and who hears of it."""
    schedules.follow_member(ctx, member)
    last = last_day_of(member, ctx.now)
    if before.last is not None and last is None:
        ctx.emit(MemberBack(member.id))
    now = _arranged(member)
    if now == before.arranged:
        return
    _tell_whom_it_leaves(ctx, member, before.arranged)
    status = member.status_away_until
    if status is not None and status != before.arranged[-1] and status == last:
        ctx.emit(AwayByStatus(member.id))
    if now[0] is None and before.arranged[0] is not None and before.arranged[0] == ctx.actor.member_id:
        ctx.emit(StandInGone(member.id, before.arranged[0]))
    _tell_who_stood_in(ctx, member, before.arranged)
    for delegate_id in {before.arranged[0], now[0]}:
        if delegate_id is not None:
            ctx.emit(HomeChanged(delegate_id))
    if now[0] is not None and planned(member, ctx.now) is not None:
        refused_before = now[0] == ctx.actor.member_id
        ctx.emit((StandInAgain if refused_before else StandInAsked)(member.id, now[0]))


def _tell_who_stood_in(ctx: Ctx, member: Member, before: Arranged) -> None:
    """Who was to stand in and is not needed any more hears of it; not who refused."""
    delegate_id, _, *ends = before
    if delegate_id is None or delegate_id == ctx.actor.member_id:
        return
    was_on = any(end is not None and end >= today_of(member, ctx.now) for end in ends)
    if was_on and (member.delegate_id != delegate_id or planned(member, ctx.now) is None):
        ctx.emit(StandInOver(member.id, delegate_id))


def planned(member: Member, now: datetime) -> tuple[date | None, date] | None:
    """A member's absence, now or to come: its first day (None: it has begun) and its last; None where there is none."""
    today = today_of(member, now)
    last = last_day_of(member, now)
    if last is not None:
        return None, last
    if member.away_until is None or member.away_until < today:
        return None
    return member.away_from, member.away_until


def release(ctx: Ctx, member: Member) -> None:
    """Somebody who has no access any more stands in for nobody; who counted on them hears of it."""
    query = select(Member).where(_here(ctx), Member.delegate_id == member.id).order_by(Member.id)
    for other in ctx.session.scalars(query.with_for_update()):
        other.delegate_id = None
        if planned(other, ctx.now) is not None:
            ctx.emit(StandInGone(other.id, member.id))


def drop_lost_stand_in(ctx: Ctx, member: Member) -> None:
    """An undone change does not bring back a stand-in who lost their access meanwhile."""
    if member.delegate_id is None:
        return
    named = ctx.session.get_one(Member, (ctx.workspace.id, member.delegate_id))
    if named.guest or not named.active:
        member.delegate_id = None
        ctx.session.flush()


def _tell_whom_it_leaves(ctx: Ctx, member: Member, before: Arranged) -> None:
    """Those whom a member was to stand in for hear that they are away too on some of the days."""
    query = select(Member).where(_here(ctx), Member.delegate_id == member.id, Member.active, said())
    for other in ctx.session.scalars(query.order_by(Member.id)):
        stretch = planned(other, ctx.now)
        if stretch is None:
            continue
        met, meets = (_meets(one, today_of(member, ctx.now), *stretch) for one in (before, _arranged(member)))
        if meets and not met:
            ctx.emit(StandInGone(other.id, member.id))


def _meets(arranged: Arranged, on: date, start: date | None, until: date) -> bool:
    """Whether what is arranged, seen on a day, meets a stretch from that day, or from `start`, to `until`."""
    _, away_from, away_until, status = arranged
    first, stretches = max(start or on, on), [(away_from or on, away_until), (on, status)]
    return any(end is not None and begin <= until and first <= end for begin, end in stretches)


def _arranged(member: Member) -> Arranged:
    return (member.delegate_id, member.away_from, member.away_until, member.status_away_until)


def _here(ctx: Ctx) -> ColumnElement[bool]:
    return Member.workspace_id == ctx.workspace.id


def said() -> ColumnElement[bool]:
    """The condition under which a member said, by setting or status, that they are away sometime."""
    return or_(Member.away_until.is_not(None), Member.status_away_until.is_not(None))
