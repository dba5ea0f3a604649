"""Schedules: due at the right moment in every zone, one run for each local day, whoever is there to make it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core import schedules
from core.enums import RunState, ScheduleKind
from core.models import Member, Schedule, ScheduleRun
from core.models.schedules import WEEKDAYS
from core.schedules import Due, exists, moment, next_due
from tests.conftest import CtxFor
from tests.factories import FixedClock, make_member

EVERY_DAY = 0b1111111
DAY = timedelta(days=1)
TEN_YEARS = (datetime(2020, 1, 1, 12, tzinfo=UTC), datetime(2030, 1, 1, 12, tzinfo=UTC))
HOURS = (time(0), time(0, 30), time(1, 30), time(2, 30), time(9), time(23, 30))


@cache
def changes(name: str) -> tuple[date, ...]:
    """The days of ten years around which a zone's clocks change."""
    zone, day, found = ZoneInfo(name), TEN_YEARS[0], []
    before = day.astimezone(zone).utcoffset()
    while day < TEN_YEARS[1]:
        day += DAY
        offset = day.astimezone(zone).utcoffset()
        if offset != before:
            found.append(day.date())
        before = offset
    return tuple(found)


@cache
def unlike_zones() -> tuple[str, ...]:
    """One zone of each kind of behaviour: hundreds of names share their rules."""
    kinds: dict[tuple[object, ...], str] = {}
    for name in sorted(available_timezones()):
        offsets = tuple(
            (day, TEN_YEARS[0].replace(year=day.year).astimezone(ZoneInfo(name)).utcoffset()) for day in changes(name)
        )
        kinds.setdefault(offsets or (TEN_YEARS[0].astimezone(ZoneInfo(name)).utcoffset(),), name)
    return tuple(kinds.values())


def runs(after: datetime, until: datetime, at: time, zone: ZoneInfo, days: int = EVERY_DAY) -> Iterator[Due]:
    """All runs between two moments."""
    due = next_due(after, at, zone, days)
    while due.at <= until:
        yield due
        due = next_due(due.at, at, zone, days)


def check_days(name: str, first: date, last: date, at: time) -> None:
    """Each local day of a stretch has one run, in order, at its hour or shifted by the gap it fell into."""
    zone = ZoneInfo(name)
    after, until = moment(first, at, zone) - timedelta(seconds=1), moment(last, at, zone)
    found = list(runs(after, until, at, zone))
    span = [first + n * DAY for n in range((last - first).days + 1)]
    assert [due.day for due in found] == [day for day in span if exists(day, zone)], name
    assert [due.at for due in found] == sorted({due.at for due in found}), name
    for due in found:
        wall = due.at.astimezone(zone).replace(tzinfo=None)
        shift = wall - datetime.combine(due.day, at)
        assert timedelta(0) <= shift <= timedelta(hours=3), (name, due)
        if shift:
            assert moment(due.day, at, zone).astimezone(zone).replace(tzinfo=None) != datetime.combine(due.day, at)


@pytest.mark.parametrize("at", HOURS)
def test_every_zone_has_one_run_a_day_around_each_change_of_ten_years(at: time) -> None:
    zones = unlike_zones()
    assert len(zones) > 60
    for name in zones:
        for day in changes(name):
            check_days(name, day - 2 * DAY, day + 2 * DAY, at)


@given(st.sampled_from(sorted(available_timezones())), st.dates(date(2020, 1, 1), date(2029, 12, 1)), st.times())
def test_any_hour_in_any_zone_comes_once_a_day(name: str, first: date, at: time) -> None:
    check_days(name, first, first + 10 * DAY, at.replace(microsecond=0))


@given(
    st.sampled_from(sorted(available_timezones())),
    st.integers(1_577_836_800, 1_890_000_000),
    st.times(),
    st.integers(1, 127),
)
def test_the_next_run_is_later_and_on_a_day_that_is_set(name: str, seconds: int, at: time, days: int) -> None:
    zone, now = ZoneInfo(name), datetime.fromtimestamp(seconds, UTC)
    due = next_due(now, at, zone, days)
    assert due.at > now
    assert days >> due.day.weekday() & 1
    assert due.at - now <= timedelta(days=9)


@given(st.sampled_from(sorted(available_timezones())), st.integers(1_577_836_800, 1_890_000_000), st.times())
def test_the_last_run_is_the_one_before_the_next(name: str, seconds: int, at: time) -> None:
    zone, now = ZoneInfo(name), datetime.fromtimestamp(seconds, UTC)
    last = schedules.last_due(now, at, zone, EVERY_DAY)
    assert last.at <= now < next_due(last.at, at, zone, EVERY_DAY).at


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc"),
    [
        ("America/New_York", date(2026, 3, 8), time(2, 30), datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        ("America/New_York", date(2026, 11, 1), time(1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("Africa/Cairo", date(2026, 4, 24), time(0), datetime(2026, 4, 23, 22, 0, tzinfo=UTC)),
        ("Africa/Cairo", date(2026, 4, 24), time(0, 30), datetime(2026, 4, 23, 22, 30, tzinfo=UTC)),
        ("America/Santiago", date(2026, 9, 6), time(0, 30), datetime(2026, 9, 6, 4, 30, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), time(9), datetime(2026, 3, 29, 7, 0, tzinfo=UTC)),
        ("Australia/Sydney", date(2026, 10, 4), time(9), datetime(2026, 10, 3, 22, 0, tzinfo=UTC)),
    ],
)
def test_known_changes(zone: str, day: date, at: time, utc: datetime) -> None:
    assert moment(day, at, ZoneInfo(zone)) == utc
    assert next_due(utc - timedelta(seconds=1), at, ZoneInfo(zone), EVERY_DAY) == Due(day, utc)


def test_a_day_that_a_zone_skipped_has_no_run() -> None:
    samoa = ZoneInfo("Pacific/Apia")
    assert not exists(date(2011, 12, 30), samoa)
    found = list(runs(datetime(2011, 12, 28, tzinfo=UTC), datetime(2012, 1, 2, tzinfo=UTC), time(9), samoa))
    assert date(2011, 12, 30) not in [due.day for due in found]
    assert len({due.at for due in found}) == len(found)


# -- rows -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        member = make_member(ctx, "Ana")
        member.tz = "Europe/Berlin"
        ctx.session.flush()
        schedules.follow_member(ctx, member)
        return member


def the_row(ctx_for: CtxFor, member: Member) -> Schedule:
    with ctx_for() as ctx:
        return ctx.session.scalars(
            select(Schedule).where(Schedule.workspace_id == ctx.workspace.id, Schedule.member_id == member.id)
        ).one()


def states(ctx_for: CtxFor, member: Member) -> dict[date, RunState]:
    row = the_row(ctx_for, member)
    with ctx_for() as ctx:
        query = select(ScheduleRun.local_date, ScheduleRun.state).where(
            ScheduleRun.workspace_id == ctx.workspace.id, ScheduleRun.schedule_id == row.id
        )
        return dict(list(ctx.session.execute(query)))


def days_claimed(ctx_for: CtxFor, audience: str) -> list[date]:
    with ctx_for() as ctx:
        return [run.day for run in schedules.claim(ctx).runs if run.audience == audience]


def test_a_member_has_a_morning_in_their_zone_on_working_days(ctx_for: CtxFor, ana: Member, clock: FixedClock) -> None:
    row = the_row(ctx_for, ana)
    assert (row.kind, row.tz, row.local_time, row.days) == (ScheduleKind.MORNING, "Europe/Berlin", time(9), WEEKDAYS)
    assert row.next_due_at == next_due(clock.now(), time(9), ZoneInfo("Europe/Berlin"), WEEKDAYS).at


def test_it_is_claimed_once_when_due(ctx_for: CtxFor, ana: Member, clock: FixedClock) -> None:
    due = the_row(ctx_for, ana).next_due_at
    assert due is not None
    assert days_claimed(ctx_for, ana.slack_user_id) == []
    clock.set(due)
    assert days_claimed(ctx_for, ana.slack_user_id) == [due.astimezone(ZoneInfo("Europe/Berlin")).date()]
    assert days_claimed(ctx_for, ana.slack_user_id) == []


def test_after_days_of_silence_a_reminder_comes_once(ctx_for: CtxFor, ana: Member, clock: FixedClock) -> None:
    due = the_row(ctx_for, ana).next_due_at
    assert due is not None
    clock.set(due + timedelta(days=8))
    last = clock.now().astimezone(ZoneInfo("Europe/Berlin")).date()
    claimed = days_claimed(ctx_for, ana.slack_user_id)
    assert len(claimed) == 1
    assert last - claimed[0] < 4 * DAY
    kept = states(ctx_for, ana)
    assert kept.pop(claimed[0]) is RunState.PLANNED
    assert kept == {due.astimezone(ZoneInfo("Europe/Berlin")).date(): RunState.TOO_LATE}


@pytest.mark.parametrize(
    ("kind", "late", "sent"),
    [
        (ScheduleKind.DIGEST, timedelta(hours=3), True),
        (ScheduleKind.DIGEST, timedelta(hours=23), False),
        (ScheduleKind.WEEKLY, timedelta(hours=23), True),
        (ScheduleKind.WEEKLY, timedelta(days=3), False),
    ],
)
def test_how_late_still_makes_sense(
    ctx_for: CtxFor, clock: FixedClock, kind: ScheduleKind, late: timedelta, *, sent: bool
) -> None:
    with ctx_for() as ctx:
        schedules.put(ctx, kind, "C0SALES", at=time(16), tz="Europe/Berlin", days=0b0010000)
        due = ctx.session.scalars(
            select(Schedule.next_due_at).where(
                Schedule.audience == "C0SALES", Schedule.workspace_id == ctx.workspace.id
            )
        ).one()
    assert due is not None
    clock.set(due + late)
    assert bool(days_claimed(ctx_for, "C0SALES")) is sent


def test_a_new_hour_neither_swallows_todays_run_nor_brings_a_second(
    ctx_for: CtxFor, ana: Member, clock: FixedClock
) -> None:
    due = the_row(ctx_for, ana).next_due_at
    assert due is not None
    clock.set(due + timedelta(minutes=1))
    with ctx_for() as ctx:
        member = ctx.session.get_one(Member, (ana.workspace_id, ana.id))
        member.morning_at = time(11)
        schedules.follow_member(ctx, member)
    assert len(days_claimed(ctx_for, ana.slack_user_id)) == 1
    clock.set(due + timedelta(hours=3))
    assert days_claimed(ctx_for, ana.slack_user_id) == []


def test_it_follows_the_person_to_another_zone(ctx_for: CtxFor, ana: Member, clock: FixedClock) -> None:
    with ctx_for() as ctx:
        member = ctx.session.get_one(Member, (ana.workspace_id, ana.id))
        member.tz = "America/Los_Angeles"
        ctx.session.flush()
        schedules.follow_members(ctx)
    row = the_row(ctx_for, ana)
    assert row.next_due_at == next_due(clock.now(), time(9), ZoneInfo("America/Los_Angeles"), WEEKDAYS).at


def test_who_left_is_not_woken(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        member = ctx.session.get_one(Member, (ana.workspace_id, ana.id))
        member.active = False
        schedules.follow_member(ctx, member)
    assert the_row(ctx_for, ana).next_due_at is None


def test_many_workers_make_each_run_once(ctx_for: CtxFor, clock: FixedClock) -> None:
    with ctx_for() as ctx:
        people = [make_member(ctx, f"Rep {n}") for n in range(12)]
        ctx.session.flush()
        schedules.follow_members(ctx)
    clock.advance(days=4)

    def worker(_: int) -> list[str]:
        with ctx_for() as ctx:
            return [run.audience for run in schedules.claim(ctx, limit=3).runs]

    with ThreadPoolExecutor(4) as pool:
        claimed = [audience for found in pool.map(worker, range(40)) for audience in found]
    mine = sorted(person.slack_user_id for person in people)
    assert sorted(audience for audience in claimed if audience in mine) == mine


def test_of_two_first_choices_at_once_the_second_holds(ctx_for: CtxFor, monkeypatch: pytest.MonkeyPatch) -> None:
    def chosen_for(hour: int) -> None:
        schedules.put(ctx, ScheduleKind.DIGEST, "C0SALES", at=time(hour), tz="Europe/Berlin", days=EVERY_DAY)

    of, unseen = schedules._of, iter([None])
    with ctx_for() as ctx:
        chosen_for(9)
        # As it looked to the second just before the first was saved.
        monkeypatch.setattr(schedules, "_of", lambda *asked: next(unseen, of(*asked)))
        chosen_for(16)
        chosen = schedules.chosen(ctx, ScheduleKind.DIGEST, "C0SALES")
    assert chosen == schedules.Times(time(16), EVERY_DAY)
