"""The sandbox's Events API, its faults on the way to the app, and Socket Mode with Bolt's own handler."""

import json
from collections.abc import Iterator
from threading import Event
from urllib.parse import parse_qs

import pytest
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler

from sandbox.driver import ProtocolError
from sandbox.rules import Rules
from tests.e2e.sandbox_toy import Toy, field_, modal, playing, section


@pytest.fixture
def toy() -> Iterator[Toy]:
    with playing() as running:
        yield running


def event_bodies(toy: Toy) -> list[dict[str, object]]:
    return [json.loads(r["body"]) for r in toy.requests if r["body"].startswith("{")]


def heard(toy: Toy, *names: str) -> list[dict[str, object]]:
    events: list[dict[str, object]] = []
    for name in names:

        @toy.app.event(name)
        def listen(body) -> None:
            events.append(body["event"])

    return events


def test_the_handshakes(toy: Toy) -> None:
    assert toy.sandbox.events.verify_url(toy.team)
    assert not toy.sandbox.events.ssl_check(toy.team).failure


def test_messages_mentions_links_and_reactions(toy: Toy) -> None:
    events = heard(toy, "app_mention", "message", "link_shared", "reaction_added")
    ana = toy.person("ana")
    bot = toy.team.app.bot_user_id
    said = ana.say("sales", f"<@{bot}> see https://www.toys.example/7 and https://other.example")
    ana.say(ana.dm_with_app, "hello")
    ana.say("general", "the app is not here")
    said.react("eyes")
    assert [e["type"] for e in events] == ["message", "app_mention", "link_shared", "message", "reaction_added"]
    assert events[2]["links"] == [{"domain": "toys.example", "url": "https://www.toys.example/7"}]
    assert events[3]["channel_type"] == "im"
    toy.client.chat_unfurl(
        channel=said.channel,
        ts=said.ts,
        unfurls={"https://www.toys.example/7": {"blocks": [section("Toy 7")]}},
    )
    assert list(toy.team.messages[said.channel][0].unfurls) == ["https://www.toys.example/7"]
    body = event_bodies(toy)[0]
    assert body["authorizations"] == [
        {
            "enterprise_id": None,
            "team_id": toy.team.id,
            "user_id": bot,
            "is_bot": True,
            "is_enterprise_install": False,
        }
    ]


def test_a_changed_person_is_announced(toy: Toy) -> None:
    events = heard(toy, "user_change")
    ben = toy.person("ben").user
    ben.tz = "Asia/Tokyo"
    toy.sandbox.user_changed(toy.team, ben)
    user = events[0]["user"]
    assert isinstance(user, dict)
    assert user["tz"] == "Asia/Tokyo"


def test_uninstalling_revokes_the_tokens(toy: Toy) -> None:
    events = heard(toy, "tokens_revoked", "app_uninstalled")
    toy.client.auth_test()
    toy.sandbox.uninstall(toy.team)
    assert [e["type"] for e in events][:1] == ["tokens_revoked"]
    assert json.loads(toy.requests[-1]["body"])["event"]["type"] == "app_uninstalled"


def test_a_failed_event_comes_again_with_the_same_id(toy: Toy) -> None:
    done = Event()
    tries = []

    @toy.app.event("app_mention")
    def mention(body, request) -> None:
        tries.append((body["event_id"], request.headers.get("x-slack-retry-num")))
        if len(tries) < 3:
            raise RuntimeError
        done.set()

    toy.app.event("message")(lambda ack: ack())
    with pytest.raises(ProtocolError, match="http_error 500"):
        toy.person("ana").say("sales", f"<@{toy.team.app.bot_user_id}> hi")
    assert done.wait(5)
    assert len({event_id for event_id, _ in tries}) == 1
    assert [number for _, number in tries] == [None, ["1"], ["2"]]
    reasons = [r["X-Slack-Retry-Reason"] for r in toy.requests if "X-Slack-Retry-Reason" in r]
    assert reasons == ["http_error", "http_error"]


def test_the_same_delivery_twice_one_after_the_other_and_at_once(toy: Toy) -> None:
    toy.app.command("/toy")(lambda ack: ack())
    for parallel in (False, True):
        toy.requests.clear()
        toy.sandbox.faults.on_delivery("command", "duplicate", copies=2, parallel=parallel)
        toy.person("ana").command("/toy")
        triggers = {parse_qs(r["body"])["trigger_id"][0] for r in toy.requests}
        assert (len(toy.requests), len(triggers)) == (3, 1)


def test_a_lost_answer_and_a_dropped_delivery(toy: Toy) -> None:
    done = []

    @toy.app.command("/toy")
    def command(ack) -> None:
        done.append(1)
        ack()

    for mode, times in (("lose_answer", 1), ("drop", 1)):
        toy.sandbox.faults.on_delivery("command", mode)
        with pytest.raises(ProtocolError, match="http_timeout"):
            toy.person("ana").command("/toy")
        assert len(done) == times


def test_events_out_of_order(toy: Toy) -> None:
    events = heard(toy, "message")
    toy.sandbox.faults.on_delivery("events", "out_of_order")
    ana = toy.person("ana")
    ana.say("sales", "first")
    ana.say("sales", "second")
    assert [e["text"] for e in events] == ["second", "first"]


def test_signatures_are_what_bolt_verifies(toy: Toy) -> None:
    toy.app.command("/toy")(lambda ack: ack())
    toy.team.app.signing_secret = "another"
    with pytest.raises(ProtocolError, match="HTTP 401"):
        toy.person("ana").command("/toy")


def test_socket_mode_with_bolts_own_handler() -> None:
    with playing(Rules(event_retry_delays=())) as toy:
        toy.team.app.request_url = ""

        @toy.app.command("/toy")
        def command(ack, body, client) -> None:
            client.views_open(
                trigger_id=body["trigger_id"], view=modal(field_("Name", "name", {"type": "plain_text_input"}))
            )
            ack("opened")

        @toy.app.view("form")
        def submitted(ack) -> None:
            ack(response_action="errors", errors={"name": "No"})

        events = heard(toy, "app_mention", "message")
        handler = SocketModeHandler(toy.app, toy.team.app.app_token, trace_enabled=False)
        handler.connect()
        try:
            assert toy.sandbox.sockets.wait_connected(toy.team.app.app_token)
            ana = toy.person("ana")
            reply = ana.command("/toy", channel="sales")
            assert reply is not None
            assert reply.text == "opened"
            ana.modal.fill(name="Zoe")
            ana.modal.submit()
            assert ana.modal.errors == {"Name": "No"}
            ana.say("sales", f"<@{toy.team.app.bot_user_id}> hi")
            toy.driver.settle()
            assert {e["type"] for e in events} == {"app_mention", "message"}
            assert toy.requests == []
        finally:
            handler.close()
