"""The wrapper around every interaction: who is let in, what is handled once, what happens when something goes wrong."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, TypeVar
from uuid import uuid4

import pytest
from slack_sdk import WebClient
from sqlalchemy import func, select

from bot import dispatch
from bot.client import SlackConnection
from bot.dispatch import ACTIONS, EVENTS, Entry
from bot.interaction import Interactions
from bot.payloads import EventBody, parse_command, parse_event, parse_interactive
from bot.replies import FieldErrors, Nothing, Reply
from bot.routes import CheckLead, SaveLead
from bot.tokens import Installation
from bot.views.forms import Form, Text
from core.context import Ctx
from core.db import Database
from core.enums import Role
from core.errors import Busy
from core.members import owner_from_slack
from core.models import Member, Processed
from core.workspaces import workspace_id_for
from tests.factories import FixedClock

P = ParamSpec("P")
T = TypeVar("T")


class AtOnce(Executor):
    """Runs what is to be done later right away."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        done: Future[T] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


class FakeSlack(SlackConnection):
    """Answers users.info from a table, and keeps all other calls."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9/api/")
        self.users: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def client(self, token: str) -> WebClient:
        slack = self

        class Client(WebClient):
            def api_call(self, api_method: str, **given: Any) -> Any:
                said = given.get("json") or given.get("params") or given.get("data") or {}
                slack.calls.append((api_method, said))
                return {"ok": True, "user": slack.users.get(str(said.get("user")))}

        return Client(token)

    def respond(self, response_url: str, payload: Any) -> bool:
        self.calls.append((response_url, payload))
        return True

    def made(self, method: str) -> list[dict[str, Any]]:
        """What was said to one method."""
        return [said for name, said in self.calls if name == method]


@pytest.fixture
def slack() -> FakeSlack:
    """Slack without a network."""
    return FakeSlack()


@pytest.fixture
def installed() -> Installation:
    """A workspace that nobody has used yet."""
    return Installation(f"T{uuid4().hex[:10].upper()}", "xoxb-test", "UBOT")


@pytest.fixture
def interactions(database: Database, clock: FixedClock, slack: FakeSlack) -> Iterator[Interactions]:
    """The wrapper, with two handlers of the test's own that are gone afterwards."""
    actions, events = dict(ACTIONS), dict(EVENTS)
    ACTIONS.clear()
    EVENTS.clear()
    yield Interactions(database, clock, slack, AtOnce())
    ACTIONS.clear()
    ACTIONS.update(actions)
    EVENTS.clear()
    EVENTS.update(events)


def members(database: Database, installed: Installation) -> list[Member]:
    with database.begin(workspace_id_for(installed.team_id)) as session:
        return list(session.scalars(select(Member).order_by(Member.slack_user_id)))


def user_of(installed: Installation, **over: object) -> dict[str, Any]:
    """What users.info says of a colleague."""
    profile = {"real_name": "Ana Silva", "email": "ana@acme.test"}
    return {"team_id": installed.team_id, "tz": "Europe/Lisbon", "locale": "pt-PT", "profile": profile} | over


def home_opened(installed: Installation, user: str = "UANA", **event: object) -> Any:
    event = {"type": "app_home_opened", "user": user, "tab": "home"} | event
    return parse_event({"event_id": uuid4().hex, "team_id": installed.team_id, "event": event})


def submission(installed: Installation, blocks: list[dict[str, str]] | None = None) -> Any:
    shown = blocks if blocks is not None else [{"type": "section", "block_id": "s"}, {"type": "input", "block_id": "n"}]
    view = {
        "id": "V1",
        "hash": "1.a",
        "type": "modal",
        "callback_id": "lead.save",
        "private_metadata": '{"route":"lead.save"}',
        "blocks": shown,
        "state": {"values": {"s": {"x": {"type": "static_select"}}, "n": {"typed": {"value": "Ana"}}}},
    }
    user = {"id": "UANA", "team_id": installed.team_id}
    return parse_interactive({"type": "view_submission", "user": user, "view": view})


def test_a_newcomer_is_known_before_anything_is_shown(
    interactions: Interactions, slack: FakeSlack, installed: Installation, database: Database
) -> None:
    seen: list[Ctx] = []

    def look(ctx: Ctx, _event: object) -> Reply:
        seen.append(ctx)
        return Nothing()

    EVENTS["app_home_opened"] = look
    slack.users["UANA"] = user_of(installed)
    interactions.event(home_opened(installed), installed)
    interactions.event(home_opened(installed), installed)
    assert (seen[0].actor.name, seen[0].actor.tz, seen[0].actor.locale) == ("Ana Silva", "Europe/Lisbon", "pt_PT")
    assert seen[0].actor.role is Role.ADMIN, "the first one installed it"
    assert len(slack.made("users.info")) == 1
    assert [member.name for member in members(database, installed)] == ["Ana Silva"]


@pytest.mark.parametrize(
    "said",
    [
        {"is_restricted": True},
        {"is_ultra_restricted": True},
        {"is_stranger": True},
        {"team_id": "TELSEWHERE"},
        {"is_bot": True},
    ],
)
def test_a_guest_is_refused_on_first_sight_and_never_an_admin(
    interactions: Interactions, slack: FakeSlack, installed: Installation, database: Database, said: dict[str, object]
) -> None:
    def never(_ctx: Ctx, _event: object) -> Reply:
        raise AssertionError("a guest got in")

    EVENTS["app_home_opened"] = never
    slack.users["UGUS"] = user_of(installed, **said)
    interactions.event(home_opened(installed, "UGUS"), installed)
    assert "only for members" in str(slack.made("views.publish"))
    assert members(database, installed) == []


def test_slack_is_asked_about_a_chosen_colleague_before_anything_is_theirs(
    interactions: Interactions, slack: FakeSlack, installed: Installation, database: Database
) -> None:
    owners: list[object] = []

    def choose(ctx: Ctx, event: EventBody) -> Reply:
        owners.append(owner_from_slack(ctx, event.tab, "owner"))
        return Nothing()

    EVENTS["app_home_opened"] = choose
    slack.users["UANA"] = user_of(installed)
    slack.users["UBEN"] = user_of(installed, real_name="Ben Okafor", tz="America/Los_Angeles")
    slack.users["UGUS"] = user_of(installed, is_restricted=True)
    for chosen in ("UBEN", "UBEN", "UGUS"):
        interactions.event(home_opened(installed, tab=chosen), installed)

    _ana, ben = members(database, installed)
    assert (ben.name, ben.tz, ben.role) == ("Ben Okafor", "America/Los_Angeles", Role.REP)
    assert owners == [ben.id, ben.id]
    assert [said["user"] for said in slack.made("users.info")] == ["UANA", "UBEN", "UGUS"]


def test_where_slack_cannot_say_who_it_is_nobody_gets_in(
    interactions: Interactions, slack: FakeSlack, installed: Installation, database: Database
) -> None:
    command = parse_command({"command": "/crm", "user_id": "UANA", "team_id": installed.team_id, "trigger_id": "1"})
    answer = interactions.command(command, installed)
    assert answer is not None
    assert "who you are" in answer["text"]
    assert members(database, installed) == []
    assert slack.made("users.info")


def test_commands_and_events_of_other_workspaces_are_refused_unasked(
    interactions: Interactions, slack: FakeSlack, installed: Installation
) -> None:
    EVENTS["message"] = lambda _ctx, _event: Nothing()
    command = parse_command({"command": "/crm", "user_id": "UOLGA", "team_id": "TELSEWHERE", "trigger_id": "1"})
    answer = interactions.command(command, installed)
    assert answer is not None
    assert "only for members" in answer["text"]
    for channel, kind in (("D1", "im"), ("C1", "channel")):
        said = {"type": "message", "tab": "", "channel": channel, "channel_type": kind, "user_team": "TELSEWHERE"}
        interactions.event(home_opened(installed, "UOLGA", **said), installed)
    (told,) = slack.made("chat.postMessage")
    assert told["channel"] == "D1", "a channel is not disturbed"
    assert "only for members" in told["text"]
    assert not slack.made("users.info")


def test_field_errors_that_are_returned_leave_nothing_behind_and_the_form_can_be_sent_again(
    interactions: Interactions, slack: FakeSlack, installed: Installation, database: Database
) -> None:
    replies: list[Reply] = [FieldErrors({"n": "No."}), Nothing()]
    ACTIONS[SaveLead] = Entry(lambda *_given: replies.pop(0), Form(dict, (Text("n", "Name"),)))
    slack.users["UANA"] = user_of(installed)
    assert interactions.submission(submission(installed), installed) == {
        "response_action": "errors",
        "errors": {"n": "No."},
    }
    assert interactions.submission(submission(installed), installed) == {"response_action": "clear"}
    assert replies == []
    assert interactions.submission(submission(installed), installed) == {"response_action": "clear"}, "dropped"
    with database.begin(workspace_id_for(installed.team_id)) as session:
        assert session.scalar(select(func.count()).select_from(Processed)) == 1


def test_what_went_wrong_stands_under_an_input_never_under_a_select_of_a_section(
    interactions: Interactions, slack: FakeSlack, installed: Installation
) -> None:
    def busy(*_given: object) -> Reply:
        raise Busy

    ACTIONS[SaveLead] = Entry(busy, Form(dict, ()))
    slack.users["UANA"] = user_of(installed)
    answer = interactions.submission(submission(installed), installed)
    assert answer is not None
    assert list(answer["errors"]) == ["n"]


@pytest.mark.parametrize(("kind", "windows"), [("plain_text_input", 0), ("button", 1)])
def test_a_keystroke_that_fails_opens_no_window(
    interactions: Interactions, slack: FakeSlack, installed: Installation, kind: str, windows: int
) -> None:
    def busy(*_given: object) -> Reply:
        raise Busy

    dispatch.on(CheckLead)(busy)
    slack.users["UANA"] = user_of(installed)
    click = {"type": kind, "action_id": CheckLead.id, "action_ts": "1", "value": CheckLead.id}
    sent = submission(installed).model_dump() | {"type": "block_actions", "actions": [click]}
    interactions.action(parse_interactive(sent), installed)
    assert len(slack.made("views.push")) == windows


def test_typed_text_is_never_taken_for_a_route(
    interactions: Interactions, slack: FakeSlack, installed: Installation
) -> None:
    heard: list[str] = []

    def check(_ctx: Ctx, _route: CheckLead, request: dispatch.Request) -> Reply:
        heard.append(request.chosen)
        return Nothing()

    dispatch.on(CheckLead)(check)
    slack.users["UANA"] = user_of(installed)
    typed = f"{CheckLead.id} {{not ours"
    click = {"type": "plain_text_input", "action_id": CheckLead.id, "action_ts": "1", "value": typed}
    sent = submission(installed).model_dump() | {"type": "block_actions", "actions": [click]}
    interactions.action(parse_interactive(sent), installed)
    assert heard == [typed]
