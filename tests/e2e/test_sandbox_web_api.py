"""The sandbox's Web API: refusals, limits, faults, uploads; over real HTTP with Slack's own SDK."""

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError

from sandbox.model import Channel
from sandbox.rules import Rules
from tests.e2e.sandbox_toy import Toy, modal, playing, section, toy_team


@pytest.fixture
def toy() -> Iterator[Toy]:
    with playing(Rules(deliver_own_messages=False)) as running:
        yield running


def refused(call: Callable[..., object], **args: object) -> SlackApiError:
    with pytest.raises(SlackApiError) as caught:
        call(**args)
    return caught.value


def code(call: Callable[..., object], **args: object) -> str:
    return str(refused(call, **args).response["error"])


def channel(toy: Toy, name: str) -> str:
    return toy.sandbox.channel(toy.team, name).id


def test_tokens(toy: Toy) -> None:
    base = toy.server.api_url
    assert toy.client.auth_test()["team_id"] == toy.team.id
    assert code(WebClient(base_url=base).auth_test) == "not_authed"
    assert code(WebClient(token="xoxb-wrong", base_url=base).auth_test) == "invalid_auth"
    assert code(WebClient(token=toy.team.app.app_token, base_url=base).auth_test) == "not_allowed_token_type"
    assert code(toy.client.api_call, api_method="no.such") == "unknown_method"
    toy.team.app.token_revoked = True
    assert code(toy.client.auth_test) == "token_revoked"


def test_a_missing_scope_says_which() -> None:
    with playing(team=toy_team(["commands", "users:read"])) as toy:
        error = refused(toy.client.chat_postMessage, channel="sales", text="x")
        assert error.response["error"] == "missing_scope"
        assert error.response["needed"] == "chat:write"
        assert error.response["provided"] == "commands,users:read"
        info = toy.client.users_info(user=toy.person("ana").id)["user"]
        assert "email" not in info["profile"]


def test_where_the_app_may_post(toy: Toy) -> None:
    post = toy.client.chat_postMessage
    assert post(channel=channel(toy, "sales"), text="x")["ok"]
    assert post(channel="#sales", text="x")["ok"]
    assert code(post, channel="C000", text="x") == "channel_not_found"
    assert code(post, channel=channel(toy, "random"), text="x") == "not_in_channel"
    assert code(post, channel=channel(toy, "sales-leaders"), text="x") == "channel_not_found"
    toy.client.conversations_join(channel=channel(toy, "random"))
    assert post(channel=channel(toy, "random"), text="x")["ok"]
    toy.sandbox.channel(toy.team, "random").is_archived = True
    assert code(post, channel=channel(toy, "random"), text="x") == "is_archived"
    opened = toy.client.conversations_open(users=toy.person("ana").id)["channel"]["id"]
    assert post(channel=toy.person("ana").id, text="hi")["channel"] == opened
    assert toy.person("ana").last_message().text == "hi"


def test_what_a_message_must_hold(toy: Toy) -> None:
    sales = channel(toy, "sales")
    post = toy.client.chat_postMessage
    assert code(toy.client.api_call, api_method="chat.postMessage", json={"channel": sales}) == "no_text"
    error = refused(post, channel=sales, text="x", blocks=[section("y" * 3001)])
    assert error.response["error"] == "invalid_blocks"
    assert error.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]
    assert code(post, channel=sales, text="x", blocks="{broken") == "invalid_blocks_format"
    long = [section("z" * 2900) for _ in range(5)]
    assert code(post, channel=sales, text="x", blocks=long) == "msg_blocks_too_long"
    assert code(post, channel=sales, text="x", metadata={"event_type": "a"}) == "invalid_metadata_format"
    assert code(post, channel=sales, text="x", thread_ts="1.000001") == "thread_not_found"
    assert "missing text" not in {lint.kind for lint in toy.driver.lints}
    with pytest.warns(UserWarning, match="text"):
        post(channel=sales, text=" ", blocks=[section("words")])
    assert "missing text" in {lint.kind for lint in toy.driver.lints}


def test_changing_and_deleting(toy: Toy) -> None:
    sales = channel(toy, "sales")
    ts = toy.client.chat_postMessage(channel=sales, text="a", blocks=[section("A")])["ts"]
    toy.client.chat_update(channel=sales, ts=ts, text="b")
    message = toy.person("ana").last_message("sales")
    assert (message.text, message.visible_text()) == ("b", "A")
    toy.client.chat_update(channel=sales, ts=ts, text="c", blocks=[])
    assert message.visible_text() == "c"
    toy.app.event("message")(lambda ack: ack())
    own = toy.person("ana").say("sales", "mine")
    assert code(toy.client.chat_update, channel=sales, ts=own.ts, text="x") == "cant_update_message"
    assert code(toy.client.chat_update, channel=sales, ts="1.000001", text="x") == "message_not_found"
    ana = toy.person("ana").id
    whispered = toy.client.chat_postEphemeral(channel=sales, user=ana, text="psst")["message_ts"]
    assert code(toy.client.chat_update, channel=sales, ts=whispered, text="x") == "message_not_found"
    toy.client.chat_delete(channel=sales, ts=ts)
    assert not message.exists
    outsider = toy.person("gus").id
    assert code(toy.client.chat_postEphemeral, channel=sales, user=outsider, text="x") == "user_not_in_channel"


def test_one_message_a_second_for_each_channel_after_a_burst(toy: Toy) -> None:
    sales = channel(toy, "sales")
    for _ in range(3):
        toy.client.chat_postMessage(channel=sales, text="x")
    error = refused(toy.client.chat_postMessage, channel=sales, text="x")
    assert error.response.status_code == 429
    assert error.response.headers["Retry-After"] == "1"
    toy.client.chat_postMessage(channel=toy.person("ana").id, text="another channel")
    toy.timer.seconds += 1
    toy.client.chat_postMessage(channel=sales, text="x")


def test_methods_have_tiers(toy: Toy) -> None:
    for _ in range(20):
        toy.client.users_list()
    error = refused(toy.client.users_list)
    assert error.response.status_code == 429
    assert int(error.response.headers["Retry-After"]) == 3
    assert toy.client.users_info(user=toy.person("ana").id)["ok"]


def test_the_same_client_msg_id_is_one_message(toy: Toy) -> None:
    sales = channel(toy, "sales")

    def post(_: int) -> str:
        client = WebClient(token=toy.team.app.bot_token, base_url=toy.server.api_url)
        return str(client.chat_postMessage(channel=sales, text="x", client_msg_id="one")["ts"])

    with ThreadPoolExecutor(4) as crowd:
        assert len(set(crowd.map(post, range(4)))) == 1
    assert len(toy.person("ana").messages("sales")) == 1


def test_a_connection_dropped_after_the_work_has_done_the_work(toy: Toy) -> None:
    sales = channel(toy, "sales")
    client = WebClient(token=toy.team.app.bot_token, base_url=toy.server.api_url, retry_handlers=[])
    toy.sandbox.faults.on_call("chat.postMessage", "drop_before")
    with pytest.raises((OSError, SlackRequestError)):
        client.chat_postMessage(channel=sales, text="lost")
    assert toy.person("ana").messages("sales") == []
    toy.sandbox.faults.on_call("chat.postMessage", "drop_after")
    with pytest.raises((OSError, SlackRequestError)):
        client.chat_postMessage(channel=sales, text="kept")
    assert toy.person("ana").last_message("sales").text == "kept"
    assert client.auth_test()["ok"]


def test_errors_and_limits_on_demand(toy: Toy) -> None:
    sales = channel(toy, "sales")
    toy.sandbox.faults.on_call("chat.postMessage", "error", status=503)
    assert refused(toy.client.chat_postMessage, channel=sales, text="x").response.status_code == 503
    toy.sandbox.faults.on_call("chat.postMessage", "ratelimited", times=2, seconds=7)
    for _ in range(2):
        error = refused(toy.client.chat_postMessage, channel=sales, text="x")
        assert error.response.headers["Retry-After"] == "7"
    assert toy.client.chat_postMessage(channel=sales, text="x")["ok"]


def test_people_as_slack_shows_them(toy: Toy) -> None:
    mira = toy.client.users_info(user=toy.person("mira").id, include_locale=True)["user"]
    assert (mira["tz"], mira["locale"], mira["is_admin"]) == ("Europe/Berlin", "de-DE", False)
    assert mira["profile"]["email"] == "mira@northwind.example"
    assert "locale" not in toy.client.users_info(user=toy.person("mira").id)["user"]
    stranger = toy.client.users_info(user=toy.person("olga").id)["user"]
    assert stranger["is_stranger"]
    assert "email" not in stranger["profile"]
    found = toy.client.users_lookupByEmail(email="ANA@northwind.example")
    assert found["user"]["id"] == toy.person("ana").id
    assert code(toy.client.users_lookupByEmail, email="no@one.example") == "users_not_found"
    first = toy.client.users_list(limit=2)
    assert len(first["members"]) == 2
    second = toy.client.users_list(limit=100, cursor=first["response_metadata"]["next_cursor"])
    assert not {u["id"] for u in first["members"]} & {u["id"] for u in second["members"]}


def test_reading_methods_do_not_read_json_bodies(toy: Toy) -> None:
    error = refused(toy.client.api_call, api_method="users.info", json={"user": toy.person("ana").id})
    assert error.response["error"] == "invalid_arguments"


def test_conversations(toy: Toy) -> None:
    sales = channel(toy, "sales")
    assert toy.client.conversations_info(channel=sales)["channel"]["name"] == "sales"
    names = {c["name"] for c in toy.client.conversations_list(types="public_channel")["channels"]}
    assert {"sales", "general", "random"} <= names
    assert toy.person("ana").id in toy.client.conversations_members(channel=sales)["members"]
    root = toy.client.chat_postMessage(channel=sales, text="root")["ts"]
    toy.client.chat_postMessage(channel=sales, text="answer", thread_ts=root)
    assert [m["text"] for m in toy.client.conversations_replies(channel=sales, ts=root)["messages"]] == [
        "root",
        "answer",
    ]
    assert [m["text"] for m in toy.client.conversations_history(channel=sales)["messages"]] == ["root"]
    link = toy.client.chat_getPermalink(channel=sales, message_ts=root)["permalink"]
    assert link.endswith(f"/archives/{sales}/p{root.replace('.', '')}")
    toy.client.reactions_add(channel=sales, timestamp=root, name="tada")
    assert code(toy.client.reactions_add, channel=sales, timestamp=root, name="tada") == "already_reacted"
    made = toy.client.conversations_create(name="deal-7")["channel"]["id"]
    toy.client.conversations_invite(channel=made, users=[toy.person("ana").id])
    assert toy.person("ana").id in toy.sandbox.channel(toy.team, made).members
    assert code(toy.client.conversations_create, name="deal-7") == "name_taken"


def test_a_file_in_three_steps(toy: Toy) -> None:
    sales = channel(toy, "sales")
    toy.client.files_upload_v2(channel=sales, filename="leads.csv", content="a,b", initial_comment="Leads")
    message = toy.team.messages[sales][-1]
    assert message.text == "Leads"
    assert message.files[0]["size"] == 3
    got = toy.client.files_getUploadURLExternal(filename="x.csv", length=3)
    assert code(toy.client.files_completeUploadExternal, files=[{"id": got["file_id"]}]) == "file_not_found"


def test_blocks_can_be_checked_without_a_token(toy: Toy) -> None:
    client = WebClient(base_url=toy.server.api_url)
    assert client.api_call("blocks.validate", json={"blocks": [section("x")]})["ok"]
    assert code(client.api_call, api_method="blocks.validate", json={"blocks": [section("")]}) == "invalid_blocks"
    assert client.api_call("blocks.validate", json={"view": modal(section("x"))})["ok"]


def test_private_views_are_refused_with_pointers(toy: Toy) -> None:
    home = {"type": "home", "blocks": [{"type": "markdown", "text": "x"}]}
    error = refused(toy.client.views_publish, user_id=toy.person("ana").id, view=home)
    assert error.response["error"] == "invalid_arguments"
    assert "[json-pointer:/view/blocks/0/type]" in error.response["response_metadata"]["messages"][0]
    assert "invalid_arguments" in str(toy.driver.violations[-1])


def test_the_control_routes(toy: Toy) -> None:
    def post(path: str, body: str) -> int:
        request = urllib.request.Request(toy.server.url + path, body.encode(), method="POST")
        try:
            with urllib.request.urlopen(request) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    before = toy.sandbox.clock.unix()
    assert post("/sandbox/clock", '{"advance_seconds": 86400}') == 200
    assert toy.sandbox.clock.unix() >= before + 86400
    ts = toy.client.chat_postMessage(channel=channel(toy, "sales"), text="tomorrow")["ts"]
    assert float(ts) >= before + 86400
    assert post("/sandbox/clock", '{"to": "2027-01-01T09:00:00+00:00"}') == 200
    assert toy.sandbox.clock.now().date().isoformat() == "2027-01-01"
    assert post("/sandbox/clock", '{"to": "2027-01-01T09:00:00"}') == 400
    assert post("/sandbox/clock", "{}") == 400
    assert post("/sandbox/faults", '{"method": "auth.test", "mode": "error"}') == 200
    assert refused(toy.client.auth_test).response.status_code == 503
    assert post("/sandbox/faults", '{"method": "auth.test", "mode": "nonsense"}') == 400
    assert post("/sandbox/act", '{"as": "nobody", "kind": "home"}') == 404


def test_a_shared_channel_holds_an_outsider(toy: Toy) -> None:
    shared: Channel = toy.sandbox.channel(toy.team, "contoso-northwind")
    assert shared.is_shared
    assert toy.person("olga").id in shared.members
    assert toy.person("olga").messages("sales") == []
