"""Who chooses what they are told, what waits for the morning, and that it is told once."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from core import notices, schedules
from core.db import Database
from core.enums import DeliveryState, NoticeMode, ScheduleKind
from core.errors import Forbidden, Invalid
from core.events import RecordAssigned
from core.models import HeldNotice, Member, Schedule
from core.models.schedules import WEEKDAYS
from core.notices import NoticeKind
from notifications.plans import Kind
from sandbox.server import SandboxServer
from tests.integration.relay_world import RelayWorld, TickingClock, greeted_world, sandbox_on

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def world(database: Database) -> Iterator[RelayWorld]:
    """A workspace whose Slack runs on the test's clock; Sam, its admin, lives in Sydney, Mira in Berlin."""
    clock = TickingClock()
    with SandboxServer(sandbox_on(clock)) as server, capture_logs() as logs:
        yield greeted_world(database, server, clock, "mira")
    assert [entry for entry in logs if entry["event"] in ("workspace_failed", "relay_failed")] == []


def choose(world: RelayWorld, who: str, kind: NoticeKind, mode: NoticeMode, audience: str = "") -> None:
    with world.ctx(who) as ctx:
        notices.choose(ctx, audience or ctx.actor.slack_user_id, {kind: mode})


def assign(world: RelayWorld, name: str = "Lena Fischer", to: str = "mira") -> None:
    lead_id = world.lead(name, owner=to)
    world.emit(RecordAssigned("lead", lead_id, world.member_id(to), world.member_id("sam")))


def said(world: RelayWorld) -> list[str]:
    """What the app has said in direct messages since everybody was greeted."""
    messages = [m for channel in list(world.team.messages) for m in world.posts(channel)]
    return [m.text for m in messages if not m.text.startswith("Welcome")]


def until(world: RelayWorld, moment: datetime) -> None:
    world.clock.sleep((moment - world.clock.now()).total_seconds())


def held(world: RelayWorld) -> list[HeldNotice]:
    with world.ctx() as ctx:
        mine = select(HeldNotice).where(HeldNotice.workspace_id == world.workspace_id)
        return list(ctx.session.scalars(mine.order_by(HeldNotice.held_at)))


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-03-16T07:59:00+00:00", "2026-03-16T08:00:00+00:00"),
        ("2026-03-16T08:00:00+00:00", "2026-03-17T08:00:00+00:00"),
        # Friday after nine, and the Sunday on which clocks go forward: Monday's nine o'clock is an hour earlier.
        ("2026-03-27T12:00:00+00:00", "2026-03-30T07:00:00+00:00"),
        ("2026-03-29T00:30:00+00:00", "2026-03-30T07:00:00+00:00"),
        # And back again in October.
        ("2026-10-24T12:00:00+00:00", "2026-10-26T08:00:00+00:00"),
    ],
)
def test_the_next_morning_is_nine_oclock_there_on_a_working_day(now: str, due: str) -> None:
    assert notices.next_morning(datetime.fromisoformat(now), BERLIN) == datetime.fromisoformat(due)


def test_people_choose_for_themselves_and_admins_for_channels(world: RelayWorld) -> None:
    with world.ctx("mira") as ctx:
        mine = ctx.actor.slack_user_id
        assert notices.modes_of(ctx, mine) == dict.fromkeys(notices.PERSONAL, NoticeMode.INSTANT)
        assert not notices.may_choose(ctx, world.sales)
        with pytest.raises(Forbidden, match="needs_admin"):
            notices.choose(ctx, world.sales, {NoticeKind.WON: NoticeMode.OFF})
        with pytest.raises(Forbidden, match="not_yours"):
            notices.choose(ctx, world.person("sam"), {NoticeKind.ASSIGNED: NoticeMode.OFF})
        with pytest.raises(Invalid):
            notices.choose(ctx, mine, {NoticeKind.WON: NoticeMode.OFF})
    choose(world, "sam", NoticeKind.WON, NoticeMode.MORNING, world.sales)
    choose(world, "sam", NoticeKind.WON, NoticeMode.OFF, world.sales)
    with world.ctx("sam") as ctx:
        assert notices.modes_of(ctx, world.sales)[NoticeKind.WON] is NoticeMode.OFF


def test_at_once_is_what_holds_before_anybody_chose(world: RelayWorld) -> None:
    assign(world)
    world.settle()
    assert len(said(world)) == 1
    assert held(world) == []


def test_off_is_not_sent(world: RelayWorld) -> None:
    choose(world, "mira", NoticeKind.ASSIGNED, NoticeMode.OFF)
    assign(world)
    world.settle()
    assert said(world) == []
    assert held(world) == []


def test_the_morning_brings_all_of_it_in_one_message_once(world: RelayWorld) -> None:
    choose(world, "mira", NoticeKind.ASSIGNED, NoticeMode.MORNING)
    for name in ("Lena Fischer", "Zoe Lima"):
        assign(world, name)
    world.settle()
    assert said(world) == []
    # It is Monday, ten in Berlin: nine o'clock is over there.
    until(world, datetime(2026, 3, 17, 7, 59, tzinfo=UTC))
    world.settle()
    assert said(world) == []
    until(world, datetime(2026, 3, 17, 8, 0, 1, tzinfo=UTC))
    world.settle()
    (message,) = said(world)
    assert "Lena Fischer" in message
    assert "Zoe Lima" in message
    assert all(one.sent_at is not None for one in held(world))
    until(world, datetime(2026, 3, 18, 9, tzinfo=UTC))
    world.settle()
    assert len(said(world)) == 1


def test_what_is_not_true_any_more_is_not_told(world: RelayWorld) -> None:
    choose(world, "mira", NoticeKind.ASSIGNED, NoticeMode.MORNING)
    lead_id = world.lead("Lena Fischer", owner="sam")
    world.emit(RecordAssigned("lead", lead_id, world.member_id("mira"), world.member_id("sam")))
    world.settle()
    until(world, datetime(2026, 3, 17, 9, tzinfo=UTC))
    world.settle()
    assert said(world) == []
    assert [one.sent_at is not None for one in held(world)] == [True]


def test_two_workers_hold_and_tell_once(world: RelayWorld) -> None:
    choose(world, "mira", NoticeKind.ASSIGNED, NoticeMode.MORNING)
    for number in range(12):
        assign(world, f"Lead {number}")

    def together() -> None:
        threads = [Thread(target=world.settle) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    together()
    assert len(held(world)) == 12
    until(world, datetime(2026, 3, 17, 9, tzinfo=UTC))
    together()
    assert len(said(world)) == 1
    mornings = [one for one in world.deliveries() if one.kind == Kind.DAY and one.remote_id]
    assert [one.state for one in mornings] == [DeliveryState.SENT]


def test_what_waits_for_the_morning_holds_nothing_else_up(world: RelayWorld) -> None:
    choose(world, "mira", NoticeKind.ASSIGNED, NoticeMode.MORNING)
    assign(world, "Later")
    world.settle()
    choose(world, "mira", NoticeKind.ASSIGNED, NoticeMode.INSTANT)
    assign(world, "Now")
    world.settle()
    (message,) = said(world)
    assert "Now" in message


def test_a_channel_wakes_with_its_admin_and_refuses_cards_politely(world: RelayWorld) -> None:
    choose(world, "sam", NoticeKind.SHARED, NoticeMode.MORNING, world.sales)
    world.share(world.lead("Lena Fischer"), world.sales)
    world.settle()
    assert world.posts(world.sales) == []
    # Eight in the evening in Sydney: nine o'clock there is ten in the evening, UTC.
    until(world, datetime(2026, 3, 16, 22, 0, 1, tzinfo=UTC))
    world.settle()
    (post,) = world.posts(world.sales)
    assert "Lena Fischer" in post.text
    choose(world, "sam", NoticeKind.SHARED, NoticeMode.OFF, world.sales)
    world.share(world.lead("Zoe Lima"), world.sales)
    world.settle()
    assert len(world.posts(world.sales)) == 1
    assert any("switched off for this channel" in text for text in said(world))


def test_what_comes_to_a_channel_moves_with_its_admin(world: RelayWorld) -> None:
    with world.ctx("sam") as ctx:
        schedules.put(ctx, ScheduleKind.DIGEST, world.sales, at=time(9), tz="Australia/Sydney", days=WEEKDAYS)
        ctx.session.get_one(Member, (ctx.workspace.id, world.member_id("sam"))).tz = "Asia/Tokyo"
    with world.ctx() as ctx:
        notices.follow_zone(ctx)
        (row,) = ctx.session.scalars(select(Schedule).where(Schedule.audience == world.sales))
        assert (row.tz, row.next_due_at) == ("Asia/Tokyo", notices.due_next(ctx, world.sales))
