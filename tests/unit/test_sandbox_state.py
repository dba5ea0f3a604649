"""The sandbox's own parts: clock, limits, elements, the demo workspace, and what the page reads."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox import messages
from sandbox.clock import SandboxClock
from sandbox.defaults import EVENTS, SCOPES, fresh_team, northwind
from sandbox.elements import CannotDoError, carried_over, chosen_state, initial_values
from sandbox.faults import Faults
from sandbox.model import Team
from sandbox.page_api import act, actor_for, messages_of, state_of, wait_for_change
from sandbox.ratelimit import RateLimiter
from sandbox.rules import Rules
from sandbox.simulator import Sandbox
from sandbox.state import NotThereError
from tests.unit.sandbox_blocks import inputs, option, options

MANIFEST: dict[str, object] = {
    "display_information": {"name": "Toy"},
    "features": {
        "slash_commands": [{"command": "/toy", "usage_hint": "[x]", "should_escape": True}],
        "shortcuts": [{"name": "Play", "type": "global", "callback_id": "play"}],
        "unfurl_domains": ["toys.example"],
    },
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


@pytest.fixture
def team(sandbox: Sandbox) -> Team:
    return sandbox.add_team(fresh_team(MANIFEST))


def who(team: Team, name: str) -> str:
    return next(user.id for user in team.users.values() if user.name == name)


def test_the_clock_jumps_and_tells_its_file(tmp_path: Path) -> None:
    file = tmp_path / "run" / "clock"
    clock = SandboxClock(file)
    clock.advance(3600)
    assert float(file.read_text()) == 3600
    assert SandboxClock(file).offset == 3600
    moment = datetime(2027, 1, 1, 9, tzinfo=UTC)
    clock.jump_to(moment)
    assert abs((clock.now() - moment).total_seconds()) < 60
    clock.reset()
    assert float(file.read_text()) == 0
    with pytest.raises(ValueError, match="time zone"):
        clock.jump_to(datetime(2027, 1, 1, 9))  # noqa: DTZ001
    assert [path.name for path in file.parent.iterdir()] == ["clock"]


def test_timestamps_are_unique_and_grow_even_when_time_goes_back() -> None:
    clock = SandboxClock()
    stamps = [clock.timestamp() for _ in range(100)]
    clock.advance(-3600)
    stamps += [clock.timestamp() for _ in range(100)]
    assert stamps == sorted(stamps, key=float)
    assert len(set(stamps)) == 200


def test_buckets_fill_again_with_time() -> None:
    now = [0.0]
    limiter = RateLimiter(Rules(channel_burst=2), lambda: now[0])
    assert [limiter.channel("T", "C") for _ in range(3)] == [0, 0, 1]
    now[0] = 1.0
    assert [limiter.channel("T", "C") for _ in range(2)] == [0, 1]
    assert limiter.channel("T", "D") == 0
    assert [limiter.method("T", "team.info", "tier1") for _ in range(2)] == [0, 60]
    off = RateLimiter(Rules(rate_limits=False), lambda: now[0])
    assert {off.channel("T", "C") for _ in range(50)} == {0}


def test_faults_wear_off() -> None:
    faults = Faults()
    faults.on_call("chat.postMessage", "error", times=2)
    assert faults.take_call("auth.test") is None
    assert faults.take_call("chat.postMessage") is not None
    assert faults.take_call("chat.postMessage") is not None
    assert faults.take_call("chat.postMessage") is None
    faults.add({"kind": "any", "mode": "drop"})
    assert faults.take_delivery("events") is not None
    with pytest.raises(ValueError, match="mode"):
        faults.add({"kind": "any", "mode": "nonsense"})
    with pytest.raises(ValueError, match="kind"):
        faults.add({})


def test_state_starts_with_initial_values_and_empties() -> None:
    blocks = [
        {"block_id": "a", **inputs({"type": "plain_text_input", "action_id": "v", "initial_value": "x"})},
        {"block_id": "b", **inputs({"type": "multi_users_select", "action_id": "v"})},
        {"block_id": "c", **inputs({"type": "static_select", "action_id": "v", "options": options(2)})},
        {
            "block_id": "d",
            **inputs({"type": "conversations_select", "action_id": "v", "default_to_current_conversation": True}),
        },
        {"block_id": "e", **inputs({"type": "timepicker", "action_id": "v", "timezone": "Europe/Berlin"})},
    ]
    values = initial_values(blocks, "C1")
    assert values["a"]["v"] == {"type": "plain_text_input", "value": "x"}
    assert values["b"]["v"] == {"type": "multi_users_select", "selected_users": []}
    assert values["c"]["v"] == {"type": "static_select", "selected_option": None}
    assert values["d"]["v"]["selected_conversation"] == "C1"
    assert values["e"]["v"] == {"type": "timepicker", "selected_time": None, "timezone": "Europe/Berlin"}


def test_an_option_that_is_no_longer_offered_is_dropped() -> None:
    def blocks(count: int) -> list[dict[str, object]]:
        return [{"block_id": "a", **inputs({"type": "static_select", "action_id": "v", "options": options(count)})}]

    chosen = {"a": {"v": {"type": "static_select", "selected_option": option("2", "Option 2")}}}
    assert carried_over(chosen, blocks(3)) == chosen
    assert carried_over(chosen, blocks(2))["a"]["v"]["selected_option"] is None


def test_only_what_is_offered_can_be_chosen() -> None:
    select = {"type": "multi_static_select", "options": options(3), "max_selected_items": 2}
    state = chosen_state(select, ["0", "1"], [])
    assert len(state["selected_options"]) == 2  # type: ignore[arg-type]
    with pytest.raises(CannotDoError, match="not offered"):
        chosen_state(select, ["9"], [])
    with pytest.raises(CannotDoError, match="no more than 2"):
        chosen_state(select, ["0", "1", "2"], [])
    external = {"type": "external_select"}
    with pytest.raises(CannotDoError, match="not offered"):
        chosen_state(external, "a", [])
    assert chosen_state(external, "a", [option("a")])["selected_option"] == option("a")
    assert chosen_state({"type": "plain_text_input"}, "", [])["value"] is None


def test_the_demo_workspace_is_the_same_each_time() -> None:
    one, two = northwind(MANIFEST), northwind(MANIFEST)
    assert one.users.keys() == two.users.keys()
    assert one.channels.keys() == two.channels.keys()
    people = {user.name: user for user in one.users.values()}
    assert (people["mira"].tz, people["mira"].locale, people["mira"].role_hint) == ("Europe/Berlin", "de-DE", "manager")
    assert people["sam"].is_admin
    assert people["gus"].is_guest
    assert people["olga"].team_id != one.id
    sales = next(channel for channel in one.channels.values() if channel.name == "sales")
    assert one.app.bot_user_id in sales.members
    assert (one.app.scopes, one.app.bot_events) == (SCOPES, EVENTS)
    assert one.app.commands[0].should_escape
    assert one.app.unfurl_domains == ("toys.example",)


def test_two_test_workspaces_share_nothing(sandbox: Sandbox, team: Team) -> None:
    other = sandbox.add_team(fresh_team(MANIFEST))
    assert team.id != other.id
    assert team.app.bot_token != other.app.bot_token
    assert not team.users.keys() & other.users.keys()
    with pytest.raises(NotThereError):
        sandbox.person(team, who(other, "ana"))


def test_a_direct_message_keeps_its_id_over_restarts() -> None:
    ids = set()
    for _ in range(2):
        sandbox = Sandbox()
        team = sandbox.add_team(northwind(MANIFEST))
        ids.add(sandbox.open_im(team, team.app.bot_user_id, who(team, "ana")).id)
        sandbox.close()
    assert len(ids) == 1


def test_what_a_page_shows_is_what_its_person_may_see(sandbox: Sandbox, team: Team) -> None:
    sales = sandbox.channel(team, "sales")
    ana, gus, mira = (actor_for(sandbox, team.id, who(team, name)) for name in ("ana", "gus", "mira"))
    bot = team.app.bot_user_id
    shown = messages.post(sandbox, team, sales, bot, "all", blocks=[{"type": "divider"}])
    messages.post(sandbox, team, sales, bot, "psst", ephemeral_to=ana.user.id)
    messages.post(sandbox, team, sales, bot, "answer", thread_ts=shown.ts)
    seen = messages_of(ana, sales.id)["messages"]
    assert isinstance(seen, list)
    assert [(m["text"], m["ephemeral"], m["reply_count"]) for m in seen] == [("all", False, 1), ("psst", True, 0)]
    thread = messages_of(mira, sales.id, shown.ts)["messages"]
    assert isinstance(thread, list)
    assert [m["text"] for m in thread] == ["all", "answer"]
    assert messages_of(mira, sales.id)["messages"] != seen
    assert messages_of(gus, sales.id) == {"messages": []}
    state = json.loads(json.dumps(state_of(ana)))
    channels = {channel["name"]: channel for channel in state["channels"]}
    assert channels["sales"]["unread"] == 3
    assert "sales-leaders" not in channels
    assert state["commands"] == [{"command": "/toy", "description": "", "usage_hint": "[x]"}]
    assert act(ana, {"kind": "read", "channel": sales.id}) == {"ok": True}
    channels = {channel["name"]: channel for channel in json.loads(json.dumps(state_of(ana)))["channels"]}
    assert channels["sales"]["unread"] == 0
    assert [channel["name"] for channel in json.loads(json.dumps(state_of(gus)))["channels"]] == ["general"]


def test_a_page_waits_only_while_nothing_changed(sandbox: Sandbox, team: Team) -> None:
    wait_for_change(sandbox, team, team.rev - 1)
    before = team.rev
    wait_for_change(sandbox, team, before, timeout=0.01)
    assert team.rev == before


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"kind": "fly"}, "nobody can 'fly' here"),
        ({"kind": "submit", "view_id": "V1"}, "no longer open"),
        ({"kind": "command", "channel": "sales", "command": "/toy", "thread_ts": "1.2"}, "not supported in threads"),
        ({"kind": "command", "channel": "nowhere", "command": "/toy"}, "no channel nowhere"),
        ({"kind": "message", "channel": "random", "text": "  "}, "nothing to send"),
        ({"kind": "shortcut", "callback_id": "work"}, "no global shortcut work"),
        ({"kind": "react", "channel": "sales", "ts": "1.2", "name": "eyes"}, "no message 1.2"),
        ({"kind": "action", "container": {"kind": "view", "view_id": "V1"}}, "no longer open"),
    ],
)
def test_what_cannot_be_done_is_said(sandbox: Sandbox, team: Team, body: dict[str, object], sentence: str) -> None:
    answer = act(actor_for(sandbox, team.id, who(team, "ana")), body)
    assert answer["ok"] is False
    assert sentence in str(answer["error"])


def test_an_app_nobody_runs_is_a_notice_and_a_violation(sandbox: Sandbox, team: Team) -> None:
    ana = actor_for(sandbox, team.id, who(team, "ana"))
    assert act(ana, {"kind": "command", "channel": "sales", "command": "/toy", "text": "x"}) == {"ok": True}
    notices = state_of(ana)["notices"]
    assert isinstance(notices, list)
    assert "dispatch_failed" in notices[0]["text"]
    assert "connection_failed" in str(team.violations[0])
