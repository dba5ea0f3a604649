"""Two weeks of four people in four zones, across the clock changes of three of them, with three workers of which one is
killed every day: each message comes on its morning, at its hour, once.
"""

import random
import time as machine
from collections import Counter
from datetime import date, datetime, time, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from core import activities, digests, reports
from core.activities import CallInput
from core.db import Database
from core.enums import CallOutcome, Direction
from core.models import Lead, Member
from core.schedules import moment
from sandbox.clock import SandboxClock
from sandbox.driver import Person
from sandbox.rules import Rules
from sandbox.simulator import Sandbox
from tests.e2e import mortal_worker
from tests.e2e.mortal_worker import Setting
from tests.e2e.world import MAIL, World, running_backend
from tests.factories import make_lead

FIRST = date(2030, 10, 21)
"""A Monday. The clocks go back in Berlin on 27 October, in Cairo on 1 November, in Los Angeles on the 3rd."""
DAYS = 15
NINE = time(9)
LEASES = timedelta(seconds=125)
"""Longer than any lease."""
GRACE = 0.3
"""Real seconds that living workers have for what they held when one was killed: whose it was cannot be told."""
STUCK = 3.0
"""Real seconds without any progress after which leases end whoever holds them: what a worker claimed in the moment it
was killed may be seen by nobody as its own.
"""
PATIENCE = 60.0
"""Real seconds until the test gives up on a moment; nothing is measured."""
OPEN = """SELECT (SELECT count(*) FROM schedules WHERE next_due_at <= :now)
    + (SELECT count(*) FROM outbox WHERE routed_at IS NULL) + count(*) AS left,
    coalesce(array_agg(id || ':' || attempts) FILTER (WHERE state = 'sending'), '{}') AS held,
    min(greatest(next_at, free_at)) FILTER (WHERE state = 'pending') AS turn
FROM deliveries LEFT JOIN lanes USING (workspace_id, lane) WHERE state IN ('pending', 'sending')"""
"""How much is not done yet, what of it some worker holds, and when the next channel has its turn."""


class Story:
    """The team, and what is due for whom on which day."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.zones = {
            world.ana: ZoneInfo("America/Los_Angeles"),
            world.ben: ZoneInfo("Europe/Berlin"),
            world.mira: ZoneInfo("Africa/Cairo"),
            world.sam: ZoneInfo("Australia/Sydney"),
        }
        with world.ctx() as ctx:
            for person, zone in self.zones.items():
                person.user.tz = zone.key
                ctx.session.get_one(Member, (ctx.workspace.id, world.member(person).id)).tz = zone.key
        world.keep_schedules()
        world.configure(digest_channel=world.sales.id)
        with world.ctx() as ctx:
            reports.begin(ctx)
            digests.follow_channel(ctx, "")

    def moments(self) -> list[tuple[datetime, Person, date]]:
        """Each nine o'clock of each person, in the order of time; of Saturdays and Sundays one person's."""
        days = [FIRST + timedelta(days=number) for number in range(DAYS)]
        return sorted(
            (
                (moment(day, NINE, zone), person, day)
                for day in days
                for person, zone in self.zones.items()
                if day.weekday() < 5 or person is self.world.ben
            ),
            key=lambda one: one[0],
        )

    def is_due(self, day: date) -> bool:
        """Nothing is due on Wednesdays, and nobody works on Saturdays and Sundays."""
        return day.weekday() < 5 and day.weekday() != 2

    def plan(self, person: Person, day: date) -> Lead:
        """Something of that day's, and a call so that the week has something to report."""
        with self.world.ctx(person) as ctx:
            lead = make_lead(ctx, f"Lead of {day}", owner=self.world.member(person), next_follow_up=day)
            ctx.session.flush()
            call = CallInput(direction=Direction.OUTBOUND, outcome=CallOutcome.NO_ANSWER)
            activities.log_call(ctx, "lead", lead.id, call)
            return lead

    def finish(self, person: Person, lead: Lead) -> None:
        with self.world.ctx(person) as ctx:
            activities.set_follow_up(ctx, "lead", lead.id, None)

    def told(self, person: Person) -> list[datetime]:
        """When each morning message came."""
        said = [one for one in person.messages(person.dm_with_app) if one.is_from_app]
        return [datetime.fromtimestamp(float(one.ts), self.zones[person]) for one in said if "today" in one.text]


def look(world: World) -> tuple[int, set[str], datetime | None]:
    """OPEN's columns."""
    with world.database.begin(world.workspace_id) as session:
        left, held, turn = session.execute(text(OPEN), {"now": world.sandbox.clock.now()}).one()
        return left, set(held), turn


def all_done(world: World, orphaned: set[str]) -> None:
    """Wait until nothing is due; what a killed worker may have held (`orphaned`) is free once its lease is over."""
    began = moved = machine.monotonic()
    clock, before = world.sandbox.clock, None
    while (found := look(world))[0]:
        now, (_, held, turn) = machine.monotonic(), found
        assert now - began < PATIENCE, f"what was due did not come: {found}"
        moved, before = (moved, before) if found == before else (now, found)
        if (held and held <= orphaned and now - began > GRACE) or now - moved > STUCK:
            clock.advance(LEASES.total_seconds())
            moved = now
        elif not held and turn is not None and turn > clock.now():
            clock.advance((turn - clock.now()).total_seconds())
        machine.sleep(0.03)


@pytest.mark.timeout(300)
def test_two_weeks_with_a_worker_killed_every_day(own_url: str, own_database: Database, tmp_path: Path) -> None:
    chance, clock_file = random.Random(5), tmp_path / "clock"
    rules = Rules(rate_limits=False, deliver_own_messages=False)
    sandbox = Sandbox(rules=rules, clock=SandboxClock(clock_file))
    with running_backend(own_database, sandbox) as backend:
        world = World(backend)
        world.jump_to(datetime.combine(FIRST - timedelta(days=1), time(6), tzinfo=ZoneInfo("UTC")))
        story = Story(world)
        setting = Setting(
            own_url, clock_file, backend.key, backend.server.api_url, backend.server.url, "SG.sandbox", MAIL
        )
        workers = [mortal_worker.start_hasty(setting) for _ in range(3)]
        try:
            live(story, workers, setting, chance)
        finally:
            for worker in workers:
                mortal_worker.kill(worker)
        prove(story)


def live(story: Story, workers: list[ForkServerProcess], setting: Setting, chance: random.Random) -> None:
    """Nine o'clock here and there, one after the other; what was told of is done then. One worker dies a day."""
    world, killed, orphaned = story.world, set[date](), set[str]()
    for at, person, day in story.moments():
        lead = story.plan(person, day) if story.is_due(day) else None
        world.jump_to(at)
        if at.date() not in killed:
            killed.add(at.date())
            machine.sleep(chance.random() * 0.15)  # wherever in its work it is by then
            mortal_worker.kill(workers.pop(0))
            orphaned |= look(world)[1]
            workers.append(mortal_worker.start_hasty(setting))
        all_done(world, orphaned)
        if lead is not None:
            story.finish(person, lead)


def prove(story: Story) -> None:
    """Each person's mornings were their due days, between nine and the end of a dead worker's lease, once each."""
    due = [day for day in (FIRST + timedelta(days=number) for number in range(DAYS)) if story.is_due(day)]
    for person in story.zones:
        told = story.told(person)
        assert [one.date() for one in told] == due, person.id
        assert all(NINE <= one.time() < time(9, 10) for one in told), [one.isoformat() for one in told]
    said = [one.text for one in story.world.ana.messages("#sales") if one.is_from_app]
    reports_told = Counter(one for one in said if one.startswith("Week of"))
    assert len(reports_told) == 2
    digests_told = Counter(one.partition(":")[0] for one in said if one.startswith("Pipeline digest"))
    assert len(digests_told) >= 10
    assert set((reports_told + digests_told).values()) == {1}
