"""What reaches Slack because of what happened: once, in order, at Slack's pace, whatever goes wrong on the way."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from threading import Thread

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from core import deliveries
from core.cards import remember_home
from core.db import Database
from core.enums import DeliveryState
from core.events import CardShared, DealWon, HomeChanged, RecordAssigned, RecordChanged
from core.models import Delivery, Lead, Outbox, WorkspaceRow
from notifications import claims, routing
from notifications.claims import Ended
from notifications.failures import MAX_ATTEMPTS
from notifications.plans import Kind
from notifications.slack import Answer
from sandbox.server import SandboxServer
from tests.factories import make_lead
from tests.integration.relay_world import (
    PlainContent,
    RelayWorld,
    TickingClock,
    greeted_world,
    make_world,
    sandbox_on,
)

SECOND = timedelta(seconds=1)


@pytest.fixture
def outside() -> Iterator[tuple[SandboxServer, TickingClock]]:
    """A Slack that measures its limits on the test's clock, and allows no burst at all."""
    clock = TickingClock()
    with SandboxServer(sandbox_on(clock, channel_burst=1)) as server, capture_logs() as logs:
        yield server, clock
    assert [entry for entry in logs if entry["event"] in ("workspace_failed", "relay_failed")] == []


@pytest.fixture
def world(database: Database, outside: tuple[SandboxServer, TickingClock]) -> RelayWorld:
    """A workspace where Sam was greeted."""
    return greeted_world(database, *outside)


@pytest.fixture
def fresh(database: Database, outside: tuple[SandboxServer, TickingClock]) -> RelayWorld:
    """A workspace that Sam has just brought Rapport into."""
    return make_world(database, *outside)


# -- newcomers ----------------------------------------------------------------------------------------------------


def test_a_newcomer_is_greeted_in_their_own_language(fresh: RelayWorld) -> None:
    fresh.member_id("mira")
    fresh.settle()
    mira = next(member for member in fresh.members() if member.slack_user_id == fresh.person("mira"))
    assert (mira.name, mira.tz, mira.locale) == ("Mira Brandt", "Europe/Berlin", "de_DE")
    assert mira.synced_at is not None
    greetings = [m.text for channel in list(fresh.team.messages) for m in fresh.posts(channel)]
    assert sorted(greetings) == [
        "Welcome Mira Brandt de_DE Europe/Berlin False",
        "Welcome Sam Lee en_AU Australia/Sydney True",
    ]


@pytest.mark.parametrize("name", ["gus", "olga"])
def test_guests_and_outsiders_are_found_out_and_not_greeted(fresh: RelayWorld, name: str) -> None:
    fresh.member_id(name)
    fresh.settle()
    member = next(one for one in fresh.members() if one.slack_user_id == fresh.person(name))
    assert member.guest
    welcome = next(one for one in fresh.deliveries() if one.key == f"welcome:{member.id}")
    assert welcome.state is DeliveryState.SKIPPED


# -- cards --------------------------------------------------------------------------------------------------------


def test_a_shared_card_is_posted_and_edited_in_place(world: RelayWorld) -> None:
    lead_id = world.lead("Lena Fischer")
    world.share(lead_id, world.sales)
    world.settle()
    (post,) = world.posts(world.sales)
    assert "Sam Lee" in post.text
    assert "Lena Fischer" in post.text
    world.rename(lead_id, "Lena Weber")
    world.settle()
    assert [m.ts for m in world.posts(world.sales)] == [post.ts]
    assert "Lena Weber" in post.text
    assert world.recorder.of("chat.update") == ["ok"]


def test_a_burst_of_changes_is_one_edit(world: RelayWorld) -> None:
    lead_id = world.lead()
    world.share(lead_id, world.sales)
    world.settle()
    for number in range(20):
        world.rename(lead_id, f"Name {number}")
    world.settle()
    assert world.recorder.of("chat.update") == ["ok"]
    assert "Name 19" in world.posts(world.sales)[0].text


def test_a_change_that_shows_nowhere_makes_no_call(world: RelayWorld) -> None:
    lead_id = world.lead()
    world.share(lead_id, world.sales)
    world.emit(RecordChanged("lead", lead_id))
    world.settle()
    world.emit(RecordChanged("lead", lead_id))
    world.settle()
    assert world.recorder.of("chat.update") == []


def test_what_changes_while_a_card_is_being_posted_is_shown_after_all(world: RelayWorld) -> None:
    lead_id = world.lead()
    world.share(lead_id, world.sales)

    class Meanwhile(PlainContent):
        first = True

        def card(self, ctx, entity, record_id, *, public):  # type: ignore[no-untyped-def]
            shown = super().card(ctx, entity, record_id, public=public)
            if self.first:
                self.first = False
                thread = Thread(target=self.change)
                thread.start()
                thread.join()
            return shown

        def change(self) -> None:
            world.rename(lead_id, "Changed meanwhile")
            with world.ctx() as ctx:
                assert routing.route(ctx) == 1

    world.content = Meanwhile()
    world.settle()
    assert "Changed meanwhile" in world.posts(world.sales)[0].text


@pytest.mark.parametrize("routed", [True, False])
def test_what_changes_while_slack_is_called_is_shown_after_all(world: RelayWorld, *, routed: bool) -> None:
    lead_id = world.lead()
    world.share(lead_id, world.sales)
    slack = world.recorder.inner

    class Meanwhile:
        def call(self, team_id: str, method: str, arguments: Mapping[str, object]) -> Answer:
            if method == "chat.postMessage":
                world.rename(lead_id, "Changed meanwhile")
                if routed:
                    with world.ctx() as ctx:
                        assert routing.route(ctx) == 1
            return slack.call(team_id, method, arguments)

        def upload(self, url: str, content: bytes) -> None:
            slack.upload(url, content)

    world.recorder.inner = Meanwhile()
    world.settle()
    assert "Changed meanwhile" in world.posts(world.sales)[0].text


def test_what_happens_to_others_meanwhile_costs_no_second_look(world: RelayWorld) -> None:
    lead_id, other_id = world.lead(), world.lead("Kim Berg")
    world.share(lead_id, world.sales)
    with world.ctx() as ctx:
        routing.route(ctx)
        (claimed,) = claims.claim(ctx, 5).claimed
    world.rename(other_id, "Changed meanwhile")
    world.settle()
    with world.ctx() as ctx:
        assert claims.mark_sent(ctx, claimed, "1.1") == Ended(first=True, overtaken=False)
    world.clock.sleep(claims.LEASE.total_seconds())
    world.settle()
    assert [one for one in world.deliveries() if one.kind == Kind.CARD_EDIT] == []


def test_who_posted_too_late_to_be_told_of_changes_looks_again(world: RelayWorld) -> None:
    world.share(world.lead(), world.sales)
    with world.ctx() as ctx:
        routing.route(ctx)
        (slow,) = claims.claim(ctx, 5).claimed
    world.clock.sleep(claims.LEASE.total_seconds())
    world.settle()
    with world.ctx() as ctx:
        assert claims.mark_sent(ctx, slow, "1.1") == Ended(first=False, overtaken=True)


def test_a_new_owner_gets_the_card_in_a_direct_message(world: RelayWorld) -> None:
    ana = world.member_id("ana")
    sam = world.member_id("sam")
    lead_id = world.lead("Lena Fischer", owner="ana")
    world.emit(RecordAssigned("lead", lead_id, ana, sam), RecordAssigned("lead", lead_id, ana, ana))
    world.settle()
    (card,) = world.cards()
    assert card.channel.startswith("D")
    assert "Sam Lee made you the owner of L-1 Lena Fischer." in world.posts(card.channel)[-1].text
    world.rename(lead_id, "Lena Weber")
    world.settle()
    assert "Lena Weber" in world.posts(card.channel)[-1].text


def test_a_card_whose_reader_lost_sight_of_the_record_says_no_more(world: RelayWorld) -> None:
    ana = world.member_id("ana")
    ben = world.member_id("ben")
    world.settle_newcomers()
    lead_id = world.lead("Lena Fischer", owner="ana")
    world.emit(RecordAssigned("lead", lead_id, ana, None))
    world.settle()
    with world.ctx() as ctx:
        ctx.session.get_one(Lead, (world.workspace_id, lead_id)).owner_id = ben
        ctx.emit(RecordChanged("lead", lead_id))
    world.settle()
    (card,) = world.cards()
    message = world.posts(card.channel)[-1]
    assert "Lena" not in message.text + str(message.blocks)
    assert card.retired_at is not None
    world.rename(lead_id, "Lena Weber")
    world.settle()
    assert world.recorder.of("chat.update") == ["ok"]


def test_what_its_receiver_may_not_see_is_not_sent(world: RelayWorld) -> None:
    ana = world.member_id("ana")
    world.settle_newcomers()
    lead_id = world.lead("Lena Fischer", owner="sam")
    world.emit(RecordAssigned("lead", lead_id, ana, None))
    world.settle()
    (delivery,) = [one for one in world.deliveries() if one.kind == Kind.CARD_POST]
    assert delivery.state is DeliveryState.SKIPPED
    assert world.recorder.calls == []


def test_a_deleted_message_is_not_edited_and_no_dead_letter(world: RelayWorld) -> None:
    lead_id = world.lead()
    world.share(lead_id, world.sales)
    world.settle()
    world.team.messages[world.sales].clear()
    world.rename(lead_id, "Other")
    world.settle()
    world.rename(lead_id, "Another")
    world.settle()
    assert world.recorder.of("chat.update") == ["message_not_found"]
    assert world.cards()[0].retired_at is not None
    assert world.in_state(DeliveryState.DEAD) == []


def test_homes_are_painted_for_those_who_opened_theirs(world: RelayWorld) -> None:
    ana = world.member_id("ana")
    world.settle_newcomers()
    world.emit(HomeChanged(ana))
    world.settle()
    assert world.recorder.of("views.publish") == []
    with world.ctx("ana") as ctx:
        remember_home(ctx)
        remember_home(ctx)
    lead_id = world.lead("Lena Fischer", owner="ana")
    for number in range(5):
        world.rename(lead_id, f"Name {number}")
    world.settle()
    assert world.recorder.of("views.publish") == ["ok"]
    assert "Name 4" in str(world.team.homes[world.person("ana")].content)


def test_a_won_deal_is_announced_only_where_a_channel_is_set(world: RelayWorld) -> None:
    sam = world.member_id("sam")
    world.settle_newcomers()
    lead_id = world.lead("Big one")
    world.emit(DealWon(lead_id, sam))
    world.settle()
    assert world.recorder.calls == []
    with world.ctx() as ctx:
        ctx.session.scalars(select(WorkspaceRow)).one().sales_channel = world.sales
    world.emit(DealWon(lead_id, sam))
    world.settle()
    # The plain content knows no deals: what matters here is where the card was to go.
    (delivery,) = [one for one in world.deliveries() if one.kind == Kind.CARD_POST]
    assert delivery.lane == world.sales


# -- pace ---------------------------------------------------------------------------------------------------------


def test_a_channel_gets_at_most_one_message_a_second_and_in_order(world: RelayWorld) -> None:
    for number in range(6):
        world.share(world.lead(f"Lead {number}"), world.sales)
    world.settle()
    times = world.recorder.times("chat.postMessage")
    assert len(times) == 6
    assert all(later - earlier >= SECOND for earlier, later in pairwise(times))
    assert world.recorder.times("chat.postMessage", "ratelimited") == []
    assert [message.text.partition("Lead ")[2][0] for message in world.posts(world.sales)] == list("012345")


def test_channels_do_not_wait_for_one_another(world: RelayWorld) -> None:
    lead_id = world.lead()
    for channel in (world.sales, world.channel("contoso-northwind")):
        world.share(lead_id, channel)
    world.relay().round([world.workspace_id])
    assert world.recorder.of("chat.postMessage") == ["ok", "ok"]


def test_retry_after_is_obeyed_and_costs_no_attempt(world: RelayWorld) -> None:
    world.server.sandbox.faults.on_call("chat.postMessage", "ratelimited", seconds=30)
    lead_id = world.lead()
    world.share(lead_id, world.sales)
    world.settle()
    (refused,) = world.recorder.times("chat.postMessage", "ratelimited")
    (done,) = world.recorder.times("chat.postMessage")
    assert done - refused >= 30 * SECOND
    (delivery,) = [one for one in world.deliveries() if one.kind == Kind.CARD_POST]
    assert delivery.attempts == 1


# -- trouble ------------------------------------------------------------------------------------------------------


def test_trouble_on_slacks_side_passes(world: RelayWorld) -> None:
    world.server.sandbox.faults.on_call("chat.postMessage", "error", times=2, status=503)
    world.share(world.lead(), world.sales)
    world.settle()
    for _ in range(3):
        world.clock.sleep(10)
        world.settle()
    assert world.recorder.of("chat.postMessage") == ["http_503", "http_503", "ok"]
    assert len(world.posts(world.sales)) == 1


def test_waits_grow_between_attempts_and_end(world: RelayWorld) -> None:
    world.server.sandbox.faults.on_call("chat.postMessage", "error", times=100)
    world.share(world.lead(), world.sales)
    for _ in range(MAX_ATTEMPTS + 3):
        world.settle()
        world.clock.sleep(15 * 60)
    assert world.recorder.of("chat.postMessage").count("http_503") >= MAX_ATTEMPTS
    dead = world.in_state(DeliveryState.DEAD)
    assert [(one.kind, one.attempts, one.last_error) for one in dead[:1]] == [
        (Kind.CARD_POST, MAX_ATTEMPTS, "Slack was unavailable.")
    ]


def test_a_lost_answer_makes_no_second_message(world: RelayWorld) -> None:
    world.server.sandbox.faults.on_call("chat.postMessage", "drop_after")
    world.share(world.lead(), world.sales)
    world.settle()
    world.clock.sleep(5)
    world.settle()
    assert world.recorder.of("chat.postMessage") == ["unreachable", "ok"]
    (post,) = world.posts(world.sales)
    assert [card.ts for card in world.cards()] == [post.ts]


def test_without_slacks_help_a_lost_answer_makes_one_second_message_at_most(world: RelayWorld) -> None:
    world.server.sandbox.rules.deduplicate_client_msg_id = False
    world.server.sandbox.faults.on_call("chat.postMessage", "drop_after")
    world.share(world.lead(), world.sales)
    for _ in range(4):
        world.settle()
        world.clock.sleep(5)
    assert len(world.posts(world.sales)) == 2


def test_a_call_that_never_arrived_is_made_again(world: RelayWorld) -> None:
    world.server.sandbox.faults.on_call("chat.postMessage", "drop_before")
    world.share(world.lead(), world.sales)
    world.settle()
    world.clock.sleep(5)
    world.settle()
    assert len(world.posts(world.sales)) == 1


def test_a_dead_letter_is_told_to_the_sharer_shown_to_admins_and_can_be_retried(world: RelayWorld) -> None:
    world.member_id("ana")
    with world.ctx("sam") as ctx:
        remember_home(ctx)
    world.settle_newcomers()
    leaders = world.channel("sales-leaders")
    world.share(world.lead(owner="ana"), leaders, by="ana")
    world.settle()
    (dead,) = world.in_state(DeliveryState.DEAD)
    assert dead.last_error == "The channel does not exist, or Rapport cannot see it."
    assert dead.attempts == 1
    assert world.recorder.of("views.publish") == ["ok"]
    note = [m for c in list(world.team.messages) for m in world.posts(c) if "could not share" in m.text]
    assert len(note) == 1
    world.team.channels[leaders].members.add(world.team.app.bot_user_id)
    with world.ctx("sam") as ctx:
        deliveries.retry(ctx, dead.id)
    world.settle()
    assert len(world.posts(leaders)) == 1
    assert world.in_state(DeliveryState.DEAD) == []


def test_one_dead_letter_does_not_hold_up_its_lane(world: RelayWorld) -> None:
    world.server.sandbox.faults.on_call("chat.postMessage", "error", status=400)
    lead_id = world.lead()
    with world.ctx() as ctx:
        ctx.session.add(
            Delivery(
                workspace_id=world.workspace_id,
                key="k",
                lane=world.sales,
                kind="of.tomorrow",
                payload={},
                next_at=ctx.now,
                created_at=ctx.now,
            )
        )
    world.share(lead_id, world.sales)
    world.settle()
    world.clock.sleep(5)
    world.settle()
    assert [one.kind for one in world.in_state(DeliveryState.DEAD)] == ["of.tomorrow"]
    assert len(world.posts(world.sales)) == 1


def test_an_event_nobody_knows_is_set_aside_and_can_be_read_later(world: RelayWorld) -> None:
    lead_id = world.lead()
    with world.ctx() as ctx:
        ctx.add(Outbox(kind="of.tomorrow", payload={"x": 1}, created_at=ctx.now))
        ctx.add(Outbox(kind="record.changed", payload={"entity": 7}, created_at=ctx.now))
    world.share(lead_id, world.sales)
    world.settle()
    assert len(world.posts(world.sales)) == 1
    dead = world.in_state(DeliveryState.DEAD)
    assert [one.kind for one in dead] == [Kind.EVENT, Kind.EVENT]
    with world.ctx() as ctx:
        member = str(world.member_id("sam"))
        row = ctx.session.get_one(Delivery, (world.workspace_id, dead[0].id))
        row.payload = {
            **row.payload,
            "kind": "card.shared",
            "payload": {"entity": "lead", "entity_id": str(lead_id), "channel": world.sales, "by_id": member},
        }
        deliveries.retry(ctx, dead[0].id)
        deliveries.retry(ctx, dead[1].id)
    world.settle()
    assert len(world.posts(world.sales)) == 2
    assert [one.id for one in world.in_state(DeliveryState.DEAD)] == [dead[1].id]


def test_an_event_that_breaks_the_rules_holds_nobody_up(world: RelayWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    lead_id = world.lead()
    real = routing.plans_for

    def broken(event, facts, event_id):  # type: ignore[no-untyped-def]
        if isinstance(event, HomeChanged):
            raise ZeroDivisionError
        return real(event, facts, event_id)

    monkeypatch.setattr(routing, "plans_for", broken)
    world.emit(HomeChanged(world.member_id("sam")))
    world.share(lead_id, world.sales)
    world.settle()
    assert len(world.posts(world.sales)) == 1
    assert [one.kind for one in world.in_state(DeliveryState.DEAD)] == [Kind.EVENT]


def test_a_message_that_cannot_be_written_is_tried_again(world: RelayWorld) -> None:
    class Broken(PlainContent):
        def card(self, ctx, entity, record_id, *, public):  # type: ignore[no-untyped-def]
            raise ZeroDivisionError

    good, world.content = world.content, Broken()
    world.share(world.lead(), world.sales)
    world.settle()
    assert [one.state for one in world.deliveries()][-1] is DeliveryState.PENDING
    world.content = good
    world.clock.sleep(5)
    world.settle()
    assert len(world.posts(world.sales)) == 1


# -- leases -------------------------------------------------------------------------------------------------------


def test_what_a_dead_worker_held_is_sent_when_its_lease_ends(world: RelayWorld) -> None:
    world.share(world.lead("First"), world.sales)
    world.share(world.lead("Second"), world.sales)
    with world.ctx() as ctx:
        routing.route(ctx)
        assert len(claims.claim(ctx, 5).claimed) == 1
    world.settle()
    assert world.posts(world.sales) == []
    world.clock.sleep(claims.LEASE.total_seconds())
    world.settle()
    assert ["First" in m.text for m in world.posts(world.sales)] == [True, False]
    first = next(one for one in world.deliveries() if one.kind == Kind.CARD_POST)
    assert first.attempts == 2


def test_a_delivery_that_kills_its_worker_each_time_ends_as_a_dead_letter(world: RelayWorld) -> None:
    world.share(world.lead(), world.sales)
    for _ in range(MAX_ATTEMPTS):
        with world.ctx() as ctx:
            routing.route(ctx)
            assert len(claims.claim(ctx, 5).claimed) == 1
        world.clock.sleep(claims.LEASE.total_seconds())
    world.settle()
    assert len(world.in_state(DeliveryState.DEAD)) == 1
    assert world.posts(world.sales) == []


def test_a_late_failure_does_not_undo_what_another_worker_did(world: RelayWorld) -> None:
    world.share(world.lead(), world.sales)
    with world.ctx() as ctx:
        routing.route(ctx)
        (stale,) = claims.claim(ctx, 5).claimed
    world.clock.sleep(claims.LEASE.total_seconds())
    world.settle()
    with world.ctx() as ctx:
        claims.put_off(ctx, stale, ctx.now, "too late")
        assert not claims.mark_dead(ctx, stale, "too late")
        assert not claims.mark_sent(ctx, stale, "1.1").first
    (delivery,) = [one for one in world.deliveries() if one.kind == Kind.CARD_POST]
    assert (delivery.state, delivery.last_error) == (DeliveryState.SENT, "")


def test_an_older_edit_that_failed_gives_way_to_a_newer_one(world: RelayWorld) -> None:
    lead_id = world.lead()
    world.share(lead_id, world.sales)
    world.settle()
    world.server.sandbox.faults.on_call("chat.update", "error")
    world.rename(lead_id, "One")
    world.settle()
    world.rename(lead_id, "Two")
    world.clock.sleep(5)
    world.settle()
    assert world.recorder.of("chat.update") == ["http_503", "ok"]
    assert "Two" in world.posts(world.sales)[0].text


def test_a_clock_that_was_set_back_blocks_no_channel(world: RelayWorld) -> None:
    with world.ctx() as ctx:
        claims.hold(ctx, world.sales, ctx.now + timedelta(days=1))
    world.share(world.lead(), world.sales)
    world.settle()
    assert len(world.posts(world.sales)) == 1
    assert world.clock.now() < world.recorder.times("chat.postMessage")[0] + 5 * SECOND


# -- several workers ----------------------------------------------------------------------------------------------


def test_two_relays_send_eighty_messages_once_each_and_in_order(world: RelayWorld) -> None:
    world.server.sandbox.rules.rate_limits = False
    with world.ctx() as ctx:
        sam = ctx.actor.member_id
        channels = [f"C0MANY{number}" for number in range(8)]
    for channel in channels:
        like = world.team.channels[world.sales]
        world.team.channels[channel] = type(like)(channel, channel.lower(), "public", set(like.members))
    with world.ctx() as ctx:
        ids = [make_lead(ctx, f"Many {number}").id for number in range(10)]
    for lead_id in ids:
        world.emit(*(CardShared("lead", lead_id, channel, sam) for channel in channels))
    relays = [Thread(target=world.settle) for _ in range(2)]
    for relay in relays:
        relay.start()
    for relay in relays:
        relay.join()
    world.settle()
    for channel in channels:
        assert [post.text.partition("Many ")[2][0] for post in world.posts(channel)] == list("0123456789")
    assert len(world.recorder.times("chat.postMessage")) == 80
    assert {one.state for one in world.deliveries()} <= {DeliveryState.SENT, DeliveryState.SKIPPED}
