"""What comes again at a local time: when it is due, whose it is, and that each day's run happens once.

Rows are the schedule (core.models.schedules); the worker only asks which are due. Local times are turned into moments
with zoneinfo: an hour that a clock change leaves out is shifted forward, one that comes twice counts the first time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Text, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from core.context import Ctx, new_id
from core.enums import RunState, ScheduleKind
from core.errors import Busy
from core.i18n import Viewer
from core.models import Member, Schedule, ScheduleRun
from core.params import here, timestamp

LATE: Mapping[ScheduleKind, timedelta | None] = MappingProxyType(
    {
        ScheduleKind.MORNING: None,
        ScheduleKind.DIGEST: timedelta(hours=12),
        ScheduleKind.WEEKLY: timedelta(days=2),
    }
)
"""How late it may still be sent. A reminder always, though only the last one that was missed; yesterday's digest is
replaced by today's."""
ONE_DAY = timedelta(days=1)
CLAIMED_AT_ONCE = 50


@dataclass(frozen=True)
class Due:
    """A run to be made: the local day it is for, and the moment (UTC)."""

    day: date
    at: datetime


@dataclass(frozen=True)
class Run:
    """A run that is ours to make."""

    schedule_id: UUID
    kind: ScheduleKind
    audience: str
    member_id: UUID | None
    day: date


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When it is `at` o'clock on a day in a zone (UTC).

    In a gap the hour is shifted by its length (02:30 becomes 03:30), of two such hours it is the first: PEP 495 with
    fold 0, read forward.
    """
    return datetime.combine(day, at.replace(tzinfo=None, fold=0), tzinfo=zone).astimezone(UTC)


def exists(day: date, zone: ZoneInfo) -> bool:
    """Whether the zone has that day at all: Samoa had no 30 December 2011."""
    return moment(day, time.min, zone) < moment(day + ONE_DAY, time.min, zone)


def next_due(after: datetime, at: time, zone: ZoneInfo, days: int) -> Due:
    """The first run after a moment. `days`: days of the week as bits, Monday the first; at least one is set."""
    day = after.astimezone(zone).date() - ONE_DAY  # a shifted hour may lie on the next day
    while True:
        if days >> day.weekday() & 1 and exists(day, zone):
            due = moment(day, at, zone)
            if due > after:
                return Due(day, due)
        day += ONE_DAY


def in_words_order(days: int) -> tuple[int, ...]:
    """The days of the week that are set, Monday as 0."""
    return tuple(day for day in range(7) if days >> day & 1)


def last_due(until: datetime, at: time, zone: ZoneInfo, days: int) -> Due:
    """The last run up to and including a moment; the counterpart of `next_due`."""
    day = until.astimezone(zone).date() + ONE_DAY
    while True:
        if days >> day.weekday() & 1 and exists(day, zone):
            due = moment(day, at, zone)
            if due <= until:
                return Due(day, due)
        day -= ONE_DAY


def put(
    ctx: Ctx, kind: ScheduleKind, audience: str, *, at: time, tz: str, days: int, member_id: UUID | None = None
) -> None:
    """Set when something comes to an audience (a Slack user or channel id); the same again changes nothing.

    What was due and not sent yet stays due: a new hour never swallows today's run, nor brings a second one.
    """
    found = _of(ctx, kind, audience)
    if found is None:
        first = {
            "workspace_id": ctx.workspace.id,
            "id": new_id(),
            "kind": kind,
            "audience": audience,
            "member_id": member_id,
            "local_time": at,
            "tz": tz,
            "days": days,
            "next_due_at": next_due(ctx.now, at, _zone(tz), days).at,
            "changed_at": ctx.now,
        }
        statement = insert(Schedule).values(first).on_conflict_do_nothing().returning(Schedule.id)
        if ctx.session.scalar(statement) is not None:
            return
        # Somebody else was first at this very moment; who comes second says when.
        found = _of(ctx, kind, audience)
        if found is None:
            raise Busy
    same = (found.local_time, found.tz, found.days) == (at, tz, days)
    if same and found.next_due_at is not None:
        return
    found.local_time, found.tz, found.days, found.changed_at = at, tz, days, ctx.now
    if found.next_due_at is None or found.next_due_at > ctx.now:
        found.next_due_at = _moved(ctx, found)
    ctx.session.flush()


def _moved(ctx: Ctx, row: Schedule) -> datetime:
    """When a schedule whose hour, days or zone were changed comes next (UTC).

    A day that had its run has no second one; today's, which was still to come, is due at once where its new hour is
    over already.
    """
    zone = _zone(row.tz)
    today = ctx.now.astimezone(zone).date()
    if _ran(ctx, row, today):
        return next_due(moment(today, time.max, zone), row.local_time, zone, row.days).at
    was_to_come = row.next_due_at is not None and row.next_due_at.astimezone(zone).date() == today
    if was_to_come and row.days >> today.weekday() & 1:
        return moment(today, row.local_time, zone)
    return next_due(ctx.now, row.local_time, zone, row.days).at


def morning_ran(ctx: Ctx, slack_user_id: str, day: date) -> bool:
    """Whether somebody's morning of a local day of theirs is over, whatever came of it."""
    found = _of(ctx, ScheduleKind.MORNING, slack_user_id)
    return found is not None and _ran(ctx, found, day)


def _ran(ctx: Ctx, row: Schedule, day: date) -> bool:
    query = select(ScheduleRun.local_date).where(
        ScheduleRun.workspace_id == ctx.workspace.id,
        ScheduleRun.schedule_id == row.id,
        ScheduleRun.local_date == day,
    )
    return ctx.session.scalar(query) is not None


def switch_off(ctx: Ctx, kind: ScheduleKind, audience: str) -> None:
    """Let something come no more to an audience."""
    found = _of(ctx, kind, audience)
    if found is not None:
        found.next_due_at, found.changed_at = None, ctx.now
        ctx.session.flush()


@dataclass(frozen=True)
class Times:
    """The hour something comes at, and the days of the week as bits, Monday the first."""

    at: time
    days: int


def chosen(ctx: Ctx, kind: ScheduleKind, audience: str) -> Times | None:
    """When something comes to an audience; None for never."""
    query = select(Schedule.local_time, Schedule.days).where(
        Schedule.workspace_id == ctx.workspace.id,
        Schedule.kind == kind,
        Schedule.audience == audience,
        Schedule.next_due_at.is_not(None),
    )
    row = ctx.session.execute(query).one_or_none()
    return Times(row.local_time, row.days) if row else None


def is_due(ctx: Ctx, kind: ScheduleKind, audience: str) -> bool:
    """Whether a run's moment has come and nobody has claimed it yet."""
    values = {"here": ctx.workspace.id, "due_kind": kind, "audience": audience, "now": ctx.now}
    return ctx.session.scalar(_IS_DUE, values) is not None


_IS_DUE = select(Schedule.id).where(
    Schedule.workspace_id == here(),
    Schedule.kind == bindparam("due_kind"),
    Schedule.audience == bindparam("audience", type_=Text()),
    Schedule.next_due_at <= timestamp("now"),
)


def is_known(ctx: Ctx, kind: ScheduleKind, audience: str) -> bool:
    """Whether it was ever said when something comes to an audience, be it never."""
    return _of(ctx, kind, audience) is not None


def hand_over(ctx: Ctx, kind: ScheduleKind, before: str, after: str, *, tz: str, usual: Times) -> None:
    """What came to one channel comes to another from now on, when it came before; empty stands for no channel.

    What was switched off there stays off. After no channel it comes as it did here the last time, else as `usual`.
    `tz` is the zone of its hours.
    """
    if before == after:
        return
    former = _of(ctx, kind, before) if before else None
    was_off = former is not None and former.next_due_at is None
    if former is not None:
        switch_off(ctx, kind, before)
    if after:
        last = former or _of(ctx, kind, after)
        comes = Times(last.local_time, last.days) if last is not None else usual
        put(ctx, kind, after, at=comes.at, tz=tz, days=comes.days)
        if was_off:
            switch_off(ctx, kind, after)


def follow_member(ctx: Ctx, member: Member) -> None:
    """Keep a member's schedules as the member is: their zone, morning and working days; none for who left."""
    if member.guest or not member.active:
        for kind in ScheduleKind:
            switch_off(ctx, kind, member.slack_user_id)
        return
    if member.morning_on:
        put(
            ctx,
            ScheduleKind.MORNING,
            member.slack_user_id,
            at=member.morning_at,
            tz=member.tz,
            days=member.working_days,
            member_id=member.id,
        )
    else:
        switch_off(ctx, ScheduleKind.MORNING, member.slack_user_id)
    others = select(Schedule).where(
        Schedule.workspace_id == ctx.workspace.id,
        Schedule.audience == member.slack_user_id,
        Schedule.kind != ScheduleKind.MORNING,
        Schedule.next_due_at.is_not(None),
    )
    for row in ctx.session.scalars(others):
        days = member.working_days if row.kind is ScheduleKind.DIGEST else row.days
        put(ctx, row.kind, row.audience, at=row.local_time, tz=member.tz, days=days, member_id=member.id)


def follow_members(ctx: Ctx) -> None:
    """Give every member their morning who has none yet, or one of another zone or hour."""
    query = (
        select(Member)
        .outerjoin(
            Schedule,
            (Schedule.workspace_id == Member.workspace_id)
            & (Schedule.audience == Member.slack_user_id)
            & (Schedule.kind == ScheduleKind.MORNING),
        )
        .where(Member.workspace_id == ctx.workspace.id, Member.active, Member.guest.is_(False), Member.morning_on)
        .where(
            Schedule.id.is_(None)
            | Schedule.next_due_at.is_(None)
            | (Schedule.tz != Member.tz)
            | (Schedule.local_time != Member.morning_at)
            | (Schedule.days != Member.working_days)
        )
        .order_by(Member.id)
    )
    for member in ctx.session.scalars(query):
        follow_member(ctx, member)


@dataclass(frozen=True)
class Claimed:
    """What a claim found. `more`: others may be due as well."""

    runs: tuple[Run, ...]
    more: bool


def claim(ctx: Ctx, limit: int = CLAIMED_AT_ONCE) -> Claimed:
    """Take the runs that are due in this workspace, and say when each comes next; what is too late is written down so.

    Several workers may ask at once: the row's lock, and the run's key of schedule and local day, give each to one.
    """
    query = (
        select(Schedule)
        .where(Schedule.workspace_id == ctx.workspace.id, Schedule.next_due_at <= ctx.now)
        .order_by(Schedule.next_due_at, Schedule.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = list(ctx.session.scalars(query))
    turns = [turn for row in rows if (turn := _turn(ctx, row)) is not None]
    written = _write_down(ctx, turns) if turns else set()
    ctx.session.flush()
    runs = tuple(turn.run for turn in turns if turn.fresh and (turn.run.schedule_id, turn.run.day) in written)
    return Claimed(runs, len(rows) == limit)


@dataclass(frozen=True)
class _Turn:
    """What a schedule owes: its last run, with the moment it was due, and the first of those nobody was there for."""

    run: Run
    at: datetime
    fresh: bool
    """It still makes sense."""
    missed: Due | None


def _turn(ctx: Ctx, row: Schedule) -> _Turn | None:
    """The last run that was due; the schedule goes on to its next one."""
    zone, owed = _zone(row.tz), row.next_due_at
    if owed is None:
        return None
    last, missed = last_due(ctx.now, row.local_time, zone, row.days), None
    if last.at < owed:  # its hour was changed after it was due: what was due is still owed
        last = Due(owed.astimezone(zone).date(), owed)
    elif last.at > owed:
        missed = last_due(owed, row.local_time, zone, row.days)
    row.next_due_at = next_due(ctx.now, row.local_time, zone, row.days).at
    limit = LATE[row.kind]
    run = Run(row.id, row.kind, row.audience, row.member_id, last.day)
    return _Turn(run, last.at, limit is None or ctx.now - last.at <= limit, missed)


def _write_down(ctx: Ctx, turns: Iterable[_Turn]) -> set[tuple[UUID, date]]:
    """The runs that are the first of their schedule for that local day."""
    rows = []
    for turn in turns:
        if turn.missed is not None:
            rows.append(_as_row(ctx, turn, turn.missed, RunState.TOO_LATE))
        state = RunState.PLANNED if turn.fresh else RunState.TOO_LATE
        rows.append(_as_row(ctx, turn, Due(turn.run.day, turn.at), state))
    new = insert(ScheduleRun).on_conflict_do_nothing().returning(ScheduleRun.schedule_id, ScheduleRun.local_date)
    return {(row.schedule_id, row.local_date) for row in ctx.session.connection().execute(new, rows)}


def _as_row(ctx: Ctx, turn: _Turn, due: Due, state: RunState) -> dict[str, object]:
    return {
        "workspace_id": ctx.workspace.id,
        "schedule_id": turn.run.schedule_id,
        "local_date": due.day,
        "due_at": due.at,
        "ran_at": ctx.now,
        "state": state,
    }


def hold(ctx: Ctx, schedule_id: UUID, day: date) -> None:
    """A run is not told, for whom it is for is away: as if it had not been, for the next one."""
    ctx.session.execute(
        update(ScheduleRun)
        .where(
            ScheduleRun.workspace_id == ctx.workspace.id,
            ScheduleRun.schedule_id == schedule_id,
            ScheduleRun.local_date == day,
        )
        .values(state=RunState.HELD)
    )


def _of(ctx: Ctx, kind: ScheduleKind, audience: str) -> Schedule | None:
    query = select(Schedule).where(
        Schedule.workspace_id == ctx.workspace.id, Schedule.kind == kind, Schedule.audience == audience
    )
    return ctx.session.scalars(query.with_for_update()).one_or_none()


def _zone(name: str) -> ZoneInfo:
    return Viewer("", name).zone  # which knows what to do about names nobody knows
