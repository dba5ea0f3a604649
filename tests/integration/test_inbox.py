"""The inbox runner: under a lease, with backoff, past what cannot be read, and safe to be killed at any point."""

import random
from collections.abc import Iterator
from datetime import timedelta
from threading import Event as Flag
from threading import Lock, Thread
from uuid import UUID

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import undefer
from structlog.testing import capture_logs

from core import inbox
from core.db import Database
from core.enums import InboxKind, InboxState
from core.errors import Busy
from core.inbox import KEEP, LEASE, Stored
from core.models import InboxItem
from core.models.inbox import HOUSE
from notifications.failures import Backoff
from notifications.housekeeping import Housekeeper
from notifications.inbox import MAX_ATTEMPTS, InboxRunner, Processor, Unplaced, Unreadable
from tests.factories import START, FixedClock


class Killed(BaseException):
    """The process is gone: nothing that would be done afterwards is done."""


@pytest.fixture
def house(database: Database) -> Iterator[Database]:
    """The database with an empty inbox, before and after."""
    for step in range(2):
        with database.begin(HOUSE) as session:
            session.execute(delete(InboxItem))
        if step == 0:
            yield database


def put(database: Database, body: bytes = b"[]", kind: InboxKind = InboxKind.EVENTS) -> UUID:
    with database.begin(HOUSE) as session:
        return inbox.store(session, kind, {"content_type": "x", "timestamp": "1"}, body, START)


def items(database: Database) -> list[InboxItem]:
    with database.begin(HOUSE) as session:
        return list(session.scalars(select(InboxItem).order_by(InboxItem.id).options(undefer(InboxItem.body))))


def runner(database: Database, clock: FixedClock, processor: Processor) -> InboxRunner:
    return InboxRunner(database, clock, {InboxKind.EVENTS: processor}, backoff=Backoff(random.Random(1)))


def drain(running: InboxRunner) -> int:
    done = 0
    while worked := running.round():
        done += worked
    return done


def test_what_may_end_the_process_comes_alone_and_large_ones_too(house: Database, clock: FixedClock) -> None:
    with house.begin(HOUSE) as session:
        for size in (1, inbox.CLAIMED_BYTES, 1, 1):
            inbox.store(session, InboxKind.EVENTS, {}, b"x" * size, clock.now())

    def taken() -> list[int]:
        with house.begin(HOUSE) as session:
            return [len(item.body) for item in inbox.claim(session, [InboxKind.EVENTS], clock.now())]

    assert [taken(), taken(), taken(), taken()] == [[1], [inbox.CLAIMED_BYTES], [1, 1], []]
    clock.advance(inbox.LEASE)  # whoever claimed them died
    assert [taken(), taken(), taken(), taken()] == [[1], [inbox.CLAIMED_BYTES], [1], [1]]


def test_each_request_is_handed_over_once_oldest_first(house: Database, clock: FixedClock) -> None:
    bodies = [str(number).encode() for number in range(5)]
    ids = [put(house, body) for body in bodies]
    seen: list[Stored] = []
    assert drain(runner(house, clock, seen.append)) == 5
    assert [(item.id, item.body) for item in seen] == list(zip(ids, bodies, strict=True))
    assert {(item.attempt, item.received_at) for item in seen} == {(1, START)}
    assert seen[0].headers == {"content_type": "x", "timestamp": "1"}
    assert {item.state for item in items(house)} == {InboxState.DONE}
    assert {item.done_at for item in items(house)} == {START}


def test_a_kind_nobody_works_on_waits(house: Database, clock: FixedClock) -> None:
    put(house, kind=InboxKind.MAIL)
    assert drain(runner(house, clock, lambda _: None)) == 0
    assert items(house)[0].state is InboxState.WAITING


def test_what_failed_is_tried_again_later_and_with_more_and_more_time_between(
    house: Database, clock: FixedClock
) -> None:
    put(house)
    tries: list[int] = []

    def fails(item: Stored) -> None:
        tries.append(item.attempt)
        raise ZeroDivisionError("zoe@example.com wrote")

    running, waits = runner(house, clock, fails), list[timedelta]()
    with capture_logs() as logs:
        while (item := items(house)[0] if tries else None) is None or item.state is InboxState.WAITING:
            if item is not None:
                waits.append(item.next_at - clock.now())
                assert running.round() == 0
                clock.set(item.next_at)
            assert running.round() == 1
    assert tries == [*range(1, MAX_ATTEMPTS + 1)]
    assert waits[0] <= timedelta(seconds=1)
    assert timedelta(minutes=7) <= waits[-1] <= timedelta(minutes=15)
    (given_up,) = items(house)
    assert (given_up.state, given_up.body) == (InboxState.FAILED, b"[]")
    assert "ZeroDivisionError" in given_up.last_error
    assert "zoe" not in repr(logs) + given_up.last_error


def test_one_bad_request_does_not_hold_up_the_others(house: Database, clock: FixedClock) -> None:
    for body in (b"bad", b"good", b"better"):
        put(house, body)
    seen: list[bytes] = []

    def picky(item: Stored) -> None:
        seen.append(item.body)
        if item.body == b"bad":
            raise ValueError

    drain(runner(house, clock, picky))
    assert seen == [b"bad", b"good", b"better"]
    assert [item.state for item in items(house)] == [InboxState.WAITING, InboxState.DONE, InboxState.DONE]


@pytest.mark.parametrize("error", [Unreadable("not JSON"), Unplaced()])
def test_what_can_never_be_done_is_given_up_at_once_and_kept(
    house: Database, clock: FixedClock, error: Exception
) -> None:
    put(house, b"precious")

    def hopeless(_: Stored) -> None:
        raise error

    assert drain(runner(house, clock, hopeless)) == 1
    (item,) = items(house)
    assert (item.state, item.body, item.attempts) == (InboxState.FAILED, b"precious", 1)
    assert item.last_error != ""


def test_a_process_that_dies_leaves_a_lease_and_another_one_takes_over(house: Database, clock: FixedClock) -> None:
    put(house)
    done: list[int] = []

    def dies(_: Stored) -> None:
        raise Killed

    with pytest.raises(Killed):
        runner(house, clock, dies).round()
    heir = runner(house, clock, lambda item: done.append(item.attempt))
    assert heir.round() == 0
    clock.advance(LEASE)
    assert heir.round() == 1
    assert done == [2]


def test_what_kills_every_process_is_set_aside(house: Database, clock: FixedClock) -> None:
    put(house, b"deadly")
    deaths = 0

    def dies(_: Stored) -> None:
        raise Killed

    running = runner(house, clock, dies)
    while items(house)[0].state is InboxState.WAITING:
        try:
            running.round()
        except Killed:
            deaths += 1
        clock.advance(LEASE)
    assert deaths == MAX_ATTEMPTS
    assert (items(house)[0].state, items(house)[0].body) == (InboxState.FAILED, b"deadly")


def test_who_comes_too_late_does_not_undo_what_another_one_did(house: Database, clock: FixedClock) -> None:
    put(house)

    def slow(_: Stored) -> None:
        clock.advance(LEASE)
        assert runner(house, clock, lambda _: None).round() == 1
        raise ValueError

    runner(house, clock, slow).round()
    assert items(house)[0].state is InboxState.DONE


def test_a_busy_database_is_no_mark_against_a_request(house: Database, clock: FixedClock) -> None:
    put(house)
    outcomes = iter([Busy(), None])

    def busy_first(_: Stored) -> None:
        if (outcome := next(outcomes)) is not None:
            raise outcome

    running = runner(house, clock, busy_first)
    assert drain(running) == 1
    clock.advance(seconds=1)
    assert drain(running) == 1
    assert items(house)[0].state is InboxState.DONE


def test_several_runners_share_the_work(house: Database, clock: FixedClock) -> None:
    ids = [put(house) for _ in range(40)]
    seen, lock = list[UUID](), Lock()

    def note(item: Stored) -> None:
        with lock:
            seen.append(item.id)

    threads = [Thread(target=drain, args=(runner(house, clock, note),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == sorted(ids)


def test_it_stops_when_asked_and_goes_on_after_trouble(
    house: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.inbox.TROUBLE_SECONDS", 0.001)
    put(house)
    stop = Flag()
    running = runner(house, clock, lambda _: stop.set())
    real, failures = running.round, iter([True, False])

    def flaky() -> int:
        if next(failures, False):
            raise ConnectionError
        return real()

    monkeypatch.setattr(running, "round", flaky)
    with capture_logs() as logs:
        running.run_until(stop)
    assert [entry["event"] for entry in logs] == ["inbox_failed"]
    assert items(house)[0].state is InboxState.DONE


def test_done_requests_are_forgotten_and_no_others(house: Database, clock: FixedClock) -> None:
    for body in (b"done", b"hopeless"):
        put(house, body)

    def picky(item: Stored) -> str:
        if item.body == b"hopeless":
            raise Unplaced
        return "a note"

    drain(runner(house, clock, picky))
    put(house, b"waits")
    keeper = Housekeeper(house, clock)
    keeper.clean_inbox()
    assert next(item.last_error for item in items(house)) == "a note"
    clock.advance(KEEP + timedelta(seconds=1))
    keeper.clean_inbox()
    assert [item.body for item in items(house)] == [b"hopeless", b"waits"]


def test_what_was_given_up_is_tried_once_more_each_day(house: Database, clock: FixedClock) -> None:
    put(house)
    outcomes = iter([Unplaced(), Unplaced(), None])

    def placed_at_last(_: Stored) -> None:
        if (outcome := next(outcomes)) is not None:
            raise outcome

    running, keeper, days = runner(house, clock, placed_at_last), Housekeeper(house, clock), list[int]()
    for _ in range(5):
        days.append(drain(running))
        keeper.clean_inbox()
        assert drain(running) == 0
        clock.advance(days=1, seconds=1)
        keeper.clean_inbox()
    assert days == [1, 0, 1, 0, 1]
    assert items(house)[0].state is InboxState.DONE


def test_what_stays_hopeless_is_left_alone_in_the_end(house: Database, clock: FixedClock) -> None:
    put(house)

    def hopeless(_: Stored) -> None:
        raise Unplaced

    running, keeper = runner(house, clock, hopeless), Housekeeper(house, clock)
    drain(running)
    clock.advance(KEEP)
    keeper.clean_inbox()
    assert drain(running) == 0
    assert items(house)[0].state is InboxState.FAILED
