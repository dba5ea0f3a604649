"""The sandbox's interaction contract, against a toy app built on Bolt."""

import json
import time
from collections.abc import Iterator
from datetime import date

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.driver import ConfirmNeededError, NotOnScreenError, ProtocolError
from sandbox.elements import CannotDoError
from sandbox.rules import Rules
from tests.e2e.sandbox_toy import Toy, actions, button, field_, modal, plain, playing, section

TEXT = {"type": "plain_text_input"}


@pytest.fixture
def toy() -> Iterator[Toy]:
    with playing() as running:
        yield running


def code(call: object, **args: object) -> str:
    assert callable(call)
    with pytest.raises(SlackApiError) as caught:
        call(**args)
    return str(caught.value.response["error"])


def opens(toy: Toy, view: dict[str, object]) -> None:
    @toy.app.command("/toy")
    def command(ack, body, client) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=view)
        ack()


# --- commands ---------------------------------------------------------------------------------------------


def test_a_command_carries_what_slack_sends_and_its_answer_is_seen_by_one(toy: Toy) -> None:
    seen = {}

    @toy.app.command("/toy")
    def command(ack, body) -> None:
        seen.update(body)
        ack("Only for you")

    ana, ben = toy.person("ana"), toy.person("ben")
    reply = ana.command("/toy say hello", channel="sales")
    assert reply is not None
    assert reply.text == "Only for you"
    assert reply.is_ephemeral
    assert ben.messages("sales") == []
    assert seen["text"] == "say hello"
    assert seen["channel_name"] == "sales"
    assert seen["user_id"] == ana.id
    assert seen["team_id"] == toy.team.id
    assert seen["is_enterprise_install"] == "false"
    assert seen["api_app_id"] == toy.team.app.id


def test_an_answer_in_channel_is_seen_by_all(toy: Toy) -> None:
    @toy.app.command("/toy")
    def command(ack) -> None:
        ack(response_type="in_channel", text="Hello", blocks=[section("*Hello*")])

    toy.person("ana").command("/toy", channel="sales")
    assert toy.person("ben").last_message("sales").visible_text() == "*Hello*"


def test_names_arrive_escaped_only_where_the_manifest_says_so(toy: Toy) -> None:
    texts = []

    @toy.app.command("/toy")
    def command(ack, body) -> None:
        texts.append(body["text"])
        ack()

    @toy.app.command("/escaped")
    def escaped(ack, body) -> None:
        texts.append(body["text"])
        ack()

    ana = toy.person("ana")
    ana.command("/toy ask @ben in #sales")
    ana.command("/escaped ask @ben in #sales")
    ben, sales = toy.person("ben").id, toy.sandbox.channel(toy.team, "sales").id
    assert texts == ["ask @ben in #sales", f"ask <@{ben}|ben> in <#{sales}|sales>"]


def test_commands_do_not_exist_in_threads_or_unannounced(toy: Toy) -> None:
    from sandbox.acts.commands import run_command

    ana = toy.person("ana")
    with pytest.raises(CannotDoError, match="not supported in threads"):
        run_command(ana.actor, "sales", "/toy", "", "1.2")
    with pytest.raises(CannotDoError, match="not a valid command"):
        ana.command("/nonsense")


def test_a_late_answer_is_a_timeout_the_person_sees() -> None:
    with playing(Rules(ack_seconds=0.05)) as toy:

        @toy.app.command("/toy")
        def command(ack) -> None:
            time.sleep(0.2)
            ack("too late")

        ana = toy.person("ana")
        with pytest.raises(ProtocolError, match="http_timeout"):
            ana.command("/toy", channel="sales")
        assert "operation_timeout" in ana.notices[-1]
        assert ana.messages("sales") == []


def test_an_unhandled_click_is_not_overlooked(toy: Toy) -> None:
    toy.client.chat_postMessage(
        channel=toy.sandbox.channel(toy.team, "sales").id, text="x", blocks=[actions(button("Dead", "dead"))]
    )
    with pytest.raises(ProtocolError, match="HTTP 404"):
        toy.person("ana").last_message("sales").click("Dead")
    assert toy.person("ana").notices == ["Toy did not respond."]


def test_wrong_blocks_in_an_acknowledgement_are_refused(toy: Toy) -> None:
    @toy.app.command("/toy")
    def command(ack) -> None:
        ack(text="x", blocks=[section("")])

    with pytest.raises(ProtocolError, match="json-pointer:/blocks/0/text/text"):
        toy.person("ana").command("/toy", channel="sales")


# --- modals -----------------------------------------------------------------------------------------------


def test_every_kind_of_field_reaches_the_submission(toy: Toy) -> None:
    options = [{"text": plain(name), "value": name.lower()} for name in ("Red", "Green", "Blue")]
    opens(
        toy,
        modal(
            field_("Name", "name", TEXT),
            field_("Mail", "mail", {"type": "email_text_input"}, optional=True),
            field_("Value", "value", {"type": "number_input", "is_decimal_allowed": True}),
            field_("Site", "site", {"type": "url_text_input"}, optional=True),
            field_("Colour", "colour", {"type": "static_select", "options": options}),
            field_("Colours", "colours", {"type": "multi_static_select", "options": options}),
            field_("Size", "size", {"type": "radio_buttons", "options": options}),
            field_("Extras", "extras", {"type": "checkboxes", "options": options}, optional=True),
            field_("Owner", "owner", {"type": "users_select"}),
            field_("Where", "where", {"type": "conversations_select"}),
            field_("Day", "day", {"type": "datepicker", "initial_date": "2026-01-02"}),
            field_("Time", "time", {"type": "timepicker"}),
            field_("Notes", "notes", {"type": "rich_text_input"}, optional=True),
        ),
    )
    values = {}

    @toy.app.view("form")
    def submitted(ack, body) -> None:
        values.update({key: block["v"] for key, block in body["view"]["state"]["values"].items()})
        ack()

    ana = toy.person("ana")
    ana.command("/toy")
    form = ana.modal
    assert form.title == "Form"
    assert form.labels()[:3] == ["Name", "Mail", "Value"]
    form.fill(name="Zoe", value="12.5", owner="Ben Okafor", where="sales", time="09:30")
    form.fill({"Colour": "Green", "Colours": ["Red", "Blue"], "Size": "Blue", "Notes": "Hi"})
    form.set_date("Day", date(2026, 3, 4))
    assert form.value("Colours") == "Red, Blue"
    form.submit("Save")
    assert not ana.has_modal
    assert values["name"] == {"type": "plain_text_input", "value": "Zoe"}
    assert values["mail"] == {"type": "email_text_input", "value": None}
    assert values["value"]["value"] == "12.5"
    assert values["colour"]["selected_option"]["value"] == "green"
    assert [o["value"] for o in values["colours"]["selected_options"]] == ["red", "blue"]
    assert values["size"]["selected_option"]["text"] == {**plain("Blue"), "emoji": True}
    assert values["extras"] == {"type": "checkboxes", "selected_options": []}
    assert values["owner"]["selected_user"] == toy.person("ben").id
    assert values["where"]["selected_conversation"] == toy.sandbox.channel(toy.team, "sales").id
    assert values["day"]["selected_date"] == "2026-03-04"
    assert values["time"]["selected_time"] == "09:30"
    assert values["notes"]["rich_text_value"]["type"] == "rich_text"


def test_the_client_refuses_before_the_app_is_asked(toy: Toy) -> None:
    opens(
        toy,
        modal(
            field_("Name", "name", TEXT),
            field_("Short", "short", {**TEXT, "max_length": 3, "min_length": 2}),
            field_("Mail", "mail", {"type": "email_text_input"}),
            field_("Site", "site", {"type": "url_text_input"}),
            field_("Age", "age", {"type": "number_input", "is_decimal_allowed": False, "min_value": "18"}),
        ),
    )
    ana = toy.person("ana")
    ana.command("/toy")
    ana.modal.fill(short="x", mail="nobody", site="example", age="17")
    asked = len(toy.requests)
    ana.modal.submit()
    assert set(ana.modal.errors) == {"Name", "Short", "Mail", "Site", "Age"}
    assert ana.modal.errors["Age"] == "Please enter a number of at least 18."
    assert len(toy.requests) == asked


def test_errors_push_update_and_clear(toy: Toy) -> None:
    opens(toy, modal(field_("Name", "name", TEXT)))
    answers = iter(
        [
            {"response_action": "errors", "errors": {"name": "Too short"}},
            {"response_action": "push", "view": modal(field_("More", "more", TEXT), callback_id="second")},
            {"response_action": "update", "view": modal(section("Sure?"), callback_id="third", title=plain("Third"))},
            {"response_action": "clear"},
        ]
    )

    def reply(ack) -> None:
        ack(**next(answers))

    for callback_id in ("form", "second", "third"):
        toy.app.view(callback_id)(reply)
    ana = toy.person("ana")
    ana.command("/toy")
    ana.modal.fill(name="Zo")
    ana.modal.submit()
    assert ana.modal.errors == {"Name": "Too short"}
    ana.modal.fill(name="Zoe")
    assert ana.modal.errors == {}
    ana.modal.submit()
    assert len(ana.modals) == 2
    ana.modal.fill(more="x")
    ana.modal.submit()
    assert ana.modal.title == "Third"
    assert len(ana.modals) == 2
    ana.modal.submit()
    assert not ana.has_modal


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "No such block"}},
        {"response_action": "errors", "errors": {"name": ""}},
        {"response_action": "errors", "errors": {"text": "not an input"}},
        {"response_action": "explode"},
        {"response_action": "update", "view": {"type": "modal", "title": plain("x" * 25), "blocks": [section("a")]}},
        {"response_action": "update", "view": {"type": "home", "blocks": [section("a")]}},
    ],
)
def test_an_answer_slack_would_not_take_is_loud(toy: Toy, answer: dict[str, object]) -> None:
    opens(toy, modal(field_("Name", "name", TEXT), section("words", block_id="text")))
    toy.app.view("form")(lambda ack: ack(**answer))
    ana = toy.person("ana")
    ana.command("/toy")
    ana.modal.fill(name="Zoe")
    with pytest.raises(ProtocolError, match="refused acknowledgement"):
        ana.modal.submit()
    assert "trouble connecting" in ana.notices[-1]
    assert ana.modal.value("Name") == "Zoe"


def test_three_views_and_no_more(toy: Toy) -> None:
    view = modal(actions(button("Deeper", "deeper")))
    view.pop("submit")
    opens(toy, view)
    refused = []

    @toy.app.action("deeper")
    def deeper(ack, body, client) -> None:
        try:
            client.views_push(trigger_id=body["trigger_id"], view=view)
        except SlackApiError as error:
            refused.append(error.response["error"])
        ack()

    ana = toy.person("ana")
    ana.command("/toy")
    ana.modal.click("Deeper")
    ana.modal.click("Deeper")
    assert len(ana.modals) == 3
    assert ana.modals[2].view.root_id == ana.modals[0].view.id
    assert ana.modals[2].view.previous_id == ana.modals[1].view.id
    with pytest.raises(ProtocolError, match="push_limit_reached"):
        ana.modal.click("Deeper")
    assert refused == ["push_limit_reached"]
    ana.modal.close()
    assert len(ana.modals) == 2


def test_a_trigger_works_once_and_for_three_seconds(toy: Toy) -> None:
    triggers = []

    @toy.app.command("/toy")
    def command(ack, body) -> None:
        triggers.append(body["trigger_id"])
        ack()

    ana = toy.person("ana")
    ana.command("/toy")
    ana.command("/toy")
    view = modal(section("x"))
    toy.client.views_open(trigger_id=triggers[0], view=view)
    assert code(toy.client.views_open, trigger_id=triggers[0], view=view) == "exchanged_trigger_id"
    toy.timer.seconds += 3.1
    assert code(toy.client.views_open, trigger_id=triggers[1], view=view) == "expired_trigger_id"
    assert code(toy.client.views_open, trigger_id="1.2.3", view=view) == "invalid_trigger_id"


def test_state_survives_an_update_only_under_the_same_ids(toy: Toy) -> None:
    opens(toy, modal(field_("Name", "name", TEXT), field_("Town", "town", TEXT)))
    ana = toy.person("ana")
    ana.command("/toy")
    ana.modal.fill(name="Zoe", town="Lisbon")
    again = modal(field_("Name", "name", TEXT), field_("Town", "place", TEXT), section("one more"))
    toy.client.views_update(view_id=ana.modal.view.id, view=again)
    assert ana.modal.value("Name") == "Zoe"
    assert ana.modal.value("Town") == ""


def test_a_stale_hash_is_a_conflict(toy: Toy) -> None:
    opens(toy, modal(field_("Name", "name", TEXT)))
    ana = toy.person("ana")
    ana.command("/toy")
    view = ana.modal.view
    old = view.hash
    toy.client.views_update(view_id=view.id, view=modal(section("a")), hash=old)
    assert code(toy.client.views_update, view_id=view.id, view=modal(section("b")), hash=old) == "hash_conflict"
    home = {"type": "home", "blocks": [section("Hi")]}
    first = toy.client.views_publish(user_id=ana.id, view=home)["view"]["hash"]
    toy.client.views_publish(user_id=ana.id, view=home, hash=first)
    assert code(toy.client.views_publish, user_id=ana.id, view=home, hash=first) == "hash_conflict"


def test_external_ids_are_unique_and_can_be_updated_by(toy: Toy) -> None:
    opens(toy, modal(section("a"), external_id="mine"))
    ana = toy.person("ana")
    ana.command("/toy")
    toy.client.views_update(external_id="mine", view=modal(section("b"), external_id="mine"))
    assert "b" in ana.modal.text()
    home = {"type": "home", "blocks": [section("Hi")], "external_id": "mine"}
    assert code(toy.client.views_publish, user_id=ana.id, view=home) == "duplicate_external_id"
    ana.modal.close()
    assert code(toy.client.views_update, external_id="mine", view=modal(section("b"))) == "not_found"


def test_closing_is_told_only_when_asked_for(toy: Toy) -> None:
    told = []

    @toy.app.view_closed("form")
    def closed(ack, body) -> None:
        told.append((body["view"]["id"], body["is_cleared"]))
        ack()

    opens(toy, modal(section("a"), notify_on_close=True))
    ana = toy.person("ana")
    ana.command("/toy")
    first = ana.modal.view.id
    ana.modal.close()
    ana.command("/toy")
    second = ana.modal.view.id
    ana.modal.dismiss()
    assert told == [(first, False), (second, True)]
    assert not ana.has_modal


def test_a_failed_submission_keeps_the_form(toy: Toy) -> None:
    opens(toy, modal(field_("Name", "name", TEXT)))

    @toy.app.view("form")
    def submitted(ack) -> None:
        raise RuntimeError

    ana = toy.person("ana")
    ana.command("/toy")
    ana.modal.fill(name="Zoe")
    with toy.driver.tolerating() as broken:
        ana.modal.submit()
    assert "HTTP 500" in broken[0].detail
    assert ana.modal.value("Name") == "Zoe"


# --- searching, choosing, typing -----------------------------------------------------------------------


def test_an_external_select_asks_and_offers_only_what_came_back(toy: Toy) -> None:
    opens(toy, modal(field_("Company", "company", {"type": "external_select", "min_query_length": 2})))
    queries = []

    @toy.app.options("v")
    def options(ack, body) -> None:
        queries.append((body["value"], body["block_id"], body["view"]["callback_id"]))
        ack(options=[{"text": plain(name), "value": name} for name in ("Acme", "Acme Labs")])

    chosen = []

    @toy.app.view("form")
    def submitted(ack, body) -> None:
        chosen.append(body["view"]["state"]["values"]["company"]["v"]["selected_option"]["value"])
        ack()

    ana = toy.person("ana")
    ana.command("/toy")
    assert ana.modal.options("Company", "ac") == ["Acme", "Acme Labs"]
    with pytest.raises(NotOnScreenError, match="too short"):
        ana.modal.choose("Company", "Acme", query="a")
    with pytest.raises(NotOnScreenError, match="Globex"):
        ana.modal.choose("Company", "Globex")
    ana.modal.choose("Company", "Acme")
    ana.modal.submit()
    assert chosen == ["Acme"]
    assert queries[0] == ("ac", "company", "form")


def test_wrong_options_are_refused(toy: Toy) -> None:
    opens(toy, modal(field_("Company", "company", {"type": "external_select", "min_query_length": 0})))
    toy.app.options("v")(lambda ack: ack(options=[{"text": plain("x" * 76), "value": "1"}]))
    ana = toy.person("ana")
    ana.command("/toy")
    with pytest.raises(ProtocolError, match="/options/0/text/text"):
        ana.modal.options("Company")


def test_a_dispatching_input_tells_the_app_when_its_rules_say_so(toy: Toy) -> None:
    typing = {**TEXT, "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
    opens(
        toy,
        modal(
            field_("Live", "live", typing, dispatch_action=True),
            field_("Enter", "enter", TEXT, dispatch_action=True),
            field_("Quiet", "quiet", TEXT),
        ),
    )
    heard = []

    @toy.app.action("v")
    def action(ack, body) -> None:
        heard.append((body["actions"][0]["block_id"], body["actions"][0]["value"]))
        ack()

    ana = toy.person("ana")
    ana.command("/toy")
    ana.modal.type("Live", "ab")
    ana.modal.type("Enter", "cd")
    ana.modal.type("Quiet", "ef")
    assert heard == [("live", "ab")]
    ana.modal.type("Enter", "cd", enter=True)
    assert heard == [("live", "ab"), ("enter", "cd")]


# --- messages ---------------------------------------------------------------------------------------------


def test_a_click_on_a_message_carries_its_place(toy: Toy) -> None:
    bodies = []

    @toy.app.action("go")
    def go(ack, body) -> None:
        bodies.append(body)
        ack()

    sales = toy.sandbox.channel(toy.team, "sales").id
    posted = toy.client.chat_postMessage(channel=sales, text="Deal", blocks=[actions(button("Go", "go", value="7"))])
    toy.client.chat_postEphemeral(
        channel=sales, user=toy.person("ana").id, text="E", blocks=[actions(button("Go", "go"))]
    )
    ana = toy.person("ana")
    for message in ana.messages("sales"):
        message.click("Go")
    first, second = bodies
    assert first["container"] == {
        "type": "message",
        "message_ts": posted["ts"],
        "channel_id": sales,
        "is_ephemeral": False,
    }
    assert first["actions"][0]["value"] == "7"
    assert first["message"]["text"] == "Deal"
    assert first["user"]["team_id"] == toy.team.id
    assert second["container"]["is_ephemeral"] is True
    assert "message" not in second


def test_a_button_that_asks_is_not_clicked_by_accident(toy: Toy) -> None:
    clicks = []

    @toy.app.action("drop")
    def drop(ack) -> None:
        clicks.append(1)
        ack()

    sure = {"title": plain("Delete?"), "text": plain("For good."), "confirm": plain("Yes"), "deny": plain("No")}
    toy.client.chat_postMessage(
        channel=toy.person("ana").id, text="x", blocks=[actions(button("Delete", "drop", confirm=sure))]
    )
    message = toy.person("ana").last_message()
    with pytest.raises(ConfirmNeededError, match="For good"):
        message.click("Delete")
    message.click("Delete", confirm=False)
    assert clicks == []
    message.click("Delete", confirm=True)
    assert clicks == [1]
    with pytest.raises(NotOnScreenError, match="Delete"):
        message.click("Keep")


def test_a_response_url_takes_five_answers_for_half_an_hour(toy: Toy) -> None:
    urls = []

    @toy.app.action("go")
    def go(ack, body) -> None:
        urls.append(body["response_url"])
        ack()

    sales = toy.sandbox.channel(toy.team, "sales").id
    toy.client.chat_postMessage(channel=sales, text="x", blocks=[actions(button("Go", "go"))])
    ana = toy.person("ana")
    ana.last_message("sales").click("Go")
    from slack_sdk.webhook import WebhookClient

    hook = WebhookClient(urls[0])
    assert hook.send(text="new", replace_original=True).body == "ok"
    assert ana.last_message("sales").text == "new"
    assert ana.last_message("sales").buttons() == []
    assert hook.send(text="aside", replace_original=False).body == "ok"
    assert ana.last_message("sales").is_ephemeral
    assert hook.send(text="all", response_type="in_channel", replace_original=False).body == "ok"
    assert toy.person("ben").last_message("sales").text == "all"
    assert hook.send(text="x", blocks=[section("")], replace_original=False).status_code == 400
    assert hook.send(delete_original=True).body == "ok"
    assert [m.text for m in toy.person("ben").messages("sales")] == ["all"]
    assert hook.send(text="six").status_code == 404
    toy.client.chat_postMessage(channel=sales, text="x", blocks=[actions(button("Go", "go"))])
    ana.last_message("sales").click("Go")
    toy.timer.seconds += 1801
    assert WebhookClient(urls[1]).send(text="late").body == "expired_url"


def test_shortcuts_open_modals_and_message_ones_name_the_message(toy: Toy) -> None:
    @toy.app.shortcut("play")
    def play(ack, body, client) -> None:
        assert "channel" not in body
        client.views_open(trigger_id=body["trigger_id"], view=modal(section("Game")))
        ack()

    toy.app.event("message")(lambda ack: ack())
    noted = []

    @toy.app.message_shortcut("play_message")
    def play_message(ack, body) -> None:
        noted.append((body["message"]["text"], body["channel"]["name"]))
        ack()

    ana = toy.person("ana")
    ana.shortcut("Play a game")
    assert "Game" in ana.modal.text()
    message = ana.say("sales", "Call Acme")
    ana.message_shortcut("Play this", message)
    assert noted == [("Call Acme", "sales")]


def test_home_is_opened_published_and_private(toy: Toy) -> None:
    tabs = []

    @toy.app.event("app_home_opened")
    def opened(body, client) -> None:
        event = body["event"]
        tabs.append((event["tab"], "view" in event))
        if event["tab"] == "home":
            blocks = [section(f"Hi <@{event['user']}>"), actions(button("More", "more"))]
            client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @toy.app.action("more")
    def more(ack, body, client) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=modal(section("More")))
        ack()

    ana = toy.person("ana")
    assert f"Hi <@{ana.id}>" in ana.home.text()
    ana.open_home()
    ana.open_messages_tab()
    assert tabs == [("home", False), ("home", True), ("messages", False)]
    ana.home.click("More")
    assert "More" in ana.modal.text()
    assert json.loads(toy.requests[0]["body"])["type"] == "event_callback"


def test_someone_from_a_connected_workspace_can_click_but_has_no_commands(toy: Toy) -> None:
    bodies = []

    @toy.app.action("go")
    def go(ack, body, client) -> None:
        bodies.append(body)
        client.views_open(trigger_id=body["trigger_id"], view=modal(section("x")))
        ack()

    @toy.app.view("form")
    def submitted(ack, body) -> None:
        bodies.append(body)
        ack()

    shared = toy.sandbox.channel(toy.team, "contoso-northwind").id
    toy.client.chat_postMessage(channel=shared, text="x", blocks=[actions(button("Go", "go"))])
    olga = toy.person("olga")
    for refused in (lambda: olga.command("/toy", channel=shared), lambda: olga.shortcut("play"), olga.open_home):
        with pytest.raises(CannotDoError, match="not available to people from outside"):
            refused()
    olga.last_message(shared).click("Go")
    olga.modal.submit()
    click, submission = bodies
    assert click["user"]["team_id"] == olga.user.team_id != toy.team.id
    assert click["team"]["id"] == toy.team.id
    assert submission["team"]["id"] == olga.user.team_id
    assert submission["view"]["app_installed_team_id"] == toy.team.id
