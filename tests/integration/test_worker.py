"""The worker as a process: it survives being killed, ends when asked to, and keeps the house."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from core import inbox
from core.context import Ctx, SystemClock
from core.db import Database
from core.enums import DeliveryState, InboxKind
from core.events import CardShared
from core.idempotency import claim
from core.models import Delivery, Outbox, Processed
from core.models.inbox import HOUSE
from notifications import routing
from notifications.housekeeping import KEEP, Housekeeper
from notifications.incoming import MailProcessor
from notifications.plans import Kind
from notifications.sendgrid_events import EventsProcessor
from notifications.slack import ConsoleSender
from notifications.worker import ClockStandsStill, Worker
from sandbox.rules import Rules
from sandbox.server import SandboxServer
from sandbox.simulator import Sandbox
from tests.factories import FixedClock, make_lead
from tests.integration.relay_world import PlainContent, RelayWorld, TickingClock, make_world, sandbox_on

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds until a test that waits for another process gives up; nothing is measured."""


@pytest.fixture
def world(database: Database) -> Iterator[RelayWorld]:
    """A workspace whose Slack runs on the test's clock."""
    clock = TickingClock()
    with SandboxServer(sandbox_on(clock)) as server:
        yield make_world(database, server, clock)


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for something another process does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not happen within {PATIENCE:.0f} s")
        time.sleep(0.02)


@contextmanager
def worker_process(url: str, world: RelayWorld, clock_file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`rapport worker`, as it runs in production."""
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": url,
        "SLACK_BOT_TOKEN": world.team.app.bot_token,
        "SLACK_API_URL": world.server.api_url,
        "RAPPORT_CLOCK_FILE": str(clock_file),
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "worker"], env=environment, cwd=clock_file.parent, stdout=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)


def test_a_worker_killed_in_the_middle_loses_no_post(own_url: str, own_database: Database, tmp_path: Path) -> None:
    sandbox = Sandbox(rules=Rules(deliver_own_messages=False))
    clock_file = tmp_path / "clock"
    with SandboxServer(sandbox) as server:
        world = make_world(own_database, server, TickingClock())
        world.clock.sleep((SystemClock().now() - world.clock.now()).total_seconds())
        channels = many_channels(world, 8)
        with world.ctx() as ctx:
            leads = [make_lead(ctx, f"Many {number}") for number in range(3)]
            for lead in leads:
                for channel in channels:
                    ctx.emit(CardShared("lead", lead.id, channel, ctx.actor.member_id))
        # Slow enough that calls are under way when the worker dies.
        sandbox.faults.on_call("chat.postMessage", "delay", times=1000, seconds=0.2)

        def posted() -> int:
            return sum(len(world.posts(channel)) for channel in channels)

        with worker_process(own_url, world, clock_file) as first:
            until(lambda: posted() >= 5, "posting")
            first.send_signal(signal.SIGKILL)
            first.wait(PATIENCE)
        assert posted() < 24
        assert world.in_state(DeliveryState.SENDING) != []
        clock_file.write_text("61")  # the dead worker's leases end
        with worker_process(own_url, world, clock_file) as second:
            until(lambda: posted() >= 24 and not unfinished(world), "posting the rest")
            second.send_signal(signal.SIGTERM)
            assert second.wait(PATIENCE) == 0
        for channel in channels:
            assert [post.text.partition("Many ")[2][0] for post in world.posts(channel)] == list("012")


def many_channels(world: RelayWorld, count: int) -> list[str]:
    """Channels like #sales."""
    like = world.team.channels[world.sales]
    names = [f"C0MANY{number}" for number in range(count)]
    for name in names:
        world.team.channels[name] = type(like)(name, name.lower(), "public", set(like.members))
    return names


def unfinished(world: RelayWorld) -> bool:
    """Whether anything is still to be sent."""
    return bool(world.in_state(DeliveryState.PENDING) or world.in_state(DeliveryState.SENDING))


def test_a_worker_that_is_asked_to_end_hands_back_what_it_has_not_begun(world: RelayWorld) -> None:
    world.settle_newcomers()
    stop = Flag()

    class StopsAtFirst(PlainContent):
        def card(self, ctx, entity, record_id, *, public):  # type: ignore[no-untyped-def]
            stop.set()
            return super().card(ctx, entity, record_id, public=public)

    world.content = StopsAtFirst()
    lead_id = world.lead()
    for channel in many_channels(world, 4):
        world.share(lead_id, channel)
    world.relay(stop=stop).round([world.workspace_id])
    states = [one.state for one in world.deliveries() if one.kind == Kind.CARD_POST]
    assert states == [DeliveryState.SENT] + [DeliveryState.PENDING] * 3
    assert [one.attempts for one in world.in_state(DeliveryState.PENDING)][:3] == [0, 0, 0]


def test_serving_sends_until_it_is_stopped(own_database: Database) -> None:
    sandbox = Sandbox(rules=Rules(deliver_own_messages=False))
    with SandboxServer(sandbox) as server:
        world = make_world(own_database, server, TickingClock())
        world.clock.sleep((SystemClock().now() - world.clock.now()).total_seconds())
        stop = Flag()
        worker = Worker(own_database, SystemClock(), world.recorder, world.content)
        serving = Thread(target=worker.serve, args=(stop, 2))
        serving.start()
        world.share(world.lead(), world.sales)
        until(lambda: len(world.posts(world.sales)) == 1, "the post")
        stop.set()
        serving.join(PATIENCE)
        assert not serving.is_alive()


def test_thousands_of_events_do_not_hold_up_an_answer(own_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, over, seen = Flag(), Flag(), Flag()

    def take(*_: object) -> str:
        seen.set()
        return ""

    monkeypatch.setattr(EventsProcessor, "__call__", lambda *_: over.wait(PATIENCE) and "")
    monkeypatch.setattr(MailProcessor, "__call__", take)
    clock = SystemClock()
    with own_database.begin(HOUSE) as session:
        for kind in (*[InboxKind.EVENTS] * 40, InboxKind.MAIL):
            inbox.store(session, kind, {}, b"", clock.now())
    serving = Thread(target=Worker(own_database, clock, ConsoleSender(clock, lambda _: None)).serve, args=(stop, 1))
    serving.start()
    try:
        assert seen.wait(PATIENCE)
    finally:
        over.set()
        stop.set()
        serving.join()


def test_a_worker_goes_on_after_the_database_was_away(own_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox(rules=Rules(deliver_own_messages=False))
    monkeypatch.setattr("notifications.worker.TROUBLE_SECONDS", 0.05)
    with SandboxServer(sandbox) as server, capture_logs() as logs:
        world = make_world(own_database, server, TickingClock())
        world.clock.sleep((SystemClock().now() - world.clock.now()).total_seconds())
        stop = Flag()
        serving = Thread(
            target=Worker(own_database, SystemClock(), world.recorder, world.content).serve, args=(stop, 1)
        )
        real = own_database.dispatcher
        monkeypatch.setattr(own_database, "dispatcher", lambda: 1 / 0)
        serving.start()
        until(lambda: any(entry["event"] == "relay_failed" for entry in logs), "the trouble")
        monkeypatch.setattr(own_database, "dispatcher", real)
        world.share(world.lead(), world.sales)
        until(lambda: len(world.posts(world.sales)) == 1, "the post")
        stop.set()
        serving.join(PATIENCE)


def test_once_at_a_time_does_what_is_due_then(world: RelayWorld) -> None:
    world.settle_newcomers()
    lead_id = world.lead()
    world.share(lead_id, world.sales)
    tomorrow = world.clock.now() + timedelta(days=1)
    with world.ctx() as ctx:
        routing.route(ctx)
        ctx.session.scalars(select(Delivery).where(Delivery.kind == Kind.CARD_POST)).one().next_at = tomorrow
    worker, only = world.worker(), [world.workspace_id]
    assert worker.run_once(only=only, sleep=world.clock.sleep) == 0
    assert worker.run_once(tomorrow, only=only, sleep=world.clock.sleep) > 0
    assert len(world.posts(world.sales)) == 1


def test_waiting_on_a_clock_that_stands_still_is_said(world: RelayWorld) -> None:
    with pytest.raises(ClockStandsStill):
        world.worker().run_once(only=[world.workspace_id], sleep=lambda _: None)


# -- the house ----------------------------------------------------------------------------------------------------


def count(ctx: Ctx, model: type[Delivery | Outbox | Processed]) -> int:
    """Rows of the workspace."""
    return (
        ctx.session.scalar(select(func.count()).select_from(model).where(model.workspace_id == ctx.workspace.id)) or 0
    )


def test_what_was_sent_is_forgotten_after_a_while_and_dead_letters_are_not(world: RelayWorld) -> None:
    world.share(world.lead(), world.sales)
    world.share(world.lead(), "C0NOWHERE")
    world.settle()
    with world.ctx() as ctx:
        claim(ctx, "an old request")
    keeper, only = Housekeeper(world.database, world.clock), [world.workspace_id]
    keeper.clean(only)
    with world.ctx() as ctx:
        assert (count(ctx, Delivery) > 3, count(ctx, Outbox) > 2, count(ctx, Processed)) == (True, True, 1)
    world.clock.sleep(KEEP.total_seconds() + 60)
    keeper.clean(only)
    with world.ctx() as ctx:
        assert (count(ctx, Outbox), count(ctx, Processed)) == (0, 0)
    assert {one.state for one in world.deliveries()} == {DeliveryState.DEAD}


def test_events_that_wait_are_never_forgotten(world: RelayWorld) -> None:
    world.clock.sleep(KEEP.total_seconds() + 60)
    Housekeeper(world.database, world.clock).clean([world.workspace_id])
    world.settle()
    assert world.recorder.of("chat.postMessage") == ["ok"]


def test_profiles_are_read_anew_after_a_day(world: RelayWorld) -> None:
    world.settle_newcomers()
    keeper, only = Housekeeper(world.database, world.clock), [world.workspace_id]
    keeper.refresh_profiles(only)
    world.settle()
    assert world.recorder.of("users.info") == []
    world.team.users[world.person("sam")].tz = "Europe/Paris"
    world.clock.sleep(25 * 3600)
    keeper.refresh_profiles(only)
    keeper.refresh_profiles(only)
    world.settle()
    assert world.recorder.of("users.info") == ["ok"]
    assert [member.tz for member in world.members()] == ["Europe/Paris"]


def test_without_a_token_messages_are_printed(world: RelayWorld) -> None:
    lines: list[str] = []
    clock = FixedClock(world.clock.now())
    worker = Worker(world.database, world.clock, ConsoleSender(clock, lines.append), world.content)
    world.share(world.lead("Lena Fischer"), world.sales)
    worker.run_once(only=[world.workspace_id], sleep=world.clock.sleep)
    assert f"[{world.team.id}] chat.postMessage {world.sales}: " in "".join(lines)
    assert "Lena Fischer" in "".join(lines)
    assert len(world.cards()) == 1
