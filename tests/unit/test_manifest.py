"""The manifest: the file people paste is what the generator prints, and it names what the product answers."""

from pathlib import Path

import pytest

import bot.handlers
from bot.dispatch import ACTIONS, COMMANDS, EVENTS
from bot.interaction import PROFILES
from bot.routes import Route
from core.refs import parse_ref
from web.manifest import COMMANDS as DECLARED
from web.manifest import EVENTS as SUBSCRIBED
from web.manifest import SHORTCUTS, as_yaml, manifest

FILE = Path(__file__).parents[2] / "manifest.yaml"


@pytest.fixture(autouse=True)
def _registered() -> None:
    bot.handlers.register_all()


def test_the_file_is_what_the_generator_prints() -> None:
    assert FILE.read_text() == as_yaml(manifest()), "run: rapport manifest > manifest.yaml"


def test_every_command_of_the_product_is_declared_and_no_other() -> None:
    assert {name.removeprefix("/") for name, _, _ in DECLARED} == {one.command for one in COMMANDS}


def test_every_hint_names_subcommands_that_exist() -> None:
    for name, _, hint in DECLARED:
        words = {one.word for one in COMMANDS.of(name.removeprefix("/"))}
        for part in hint.split(" | "):
            word = part.split(" ")[0]
            assert word in words or ("" in words and parse_ref(word)), f"{name} {part}"


def test_every_shortcut_is_a_route_with_a_handler() -> None:
    for _, _, callback_id, _ in SHORTCUTS:
        assert Route.of(callback_id) in ACTIONS


def test_exactly_the_events_with_a_handler_are_subscribed_to() -> None:
    # Slack calls the event of every kind of conversation `message`; the subscription says which kind.
    assert {name.replace("message.im", "message") for name in SUBSCRIBED} == {*EVENTS, PROFILES}


def test_over_http_every_address_is_the_same() -> None:
    text = as_yaml(manifest("https://crm.example.com/"))
    assert text.count('"https://crm.example.com/slack/events"') == len(DECLARED) + 3
    assert "socket_mode_enabled: false" in text
    assert "https://" not in as_yaml(manifest())


def test_slack_takes_the_lengths() -> None:
    # docs.slack.dev/reference/app-manifest: description 2,000, usage hint 1,000, shortcut name 24, description 150.
    for name, what, hint in DECLARED:
        assert len(name) <= 32
        assert len(what) <= 2000
        assert len(hint) <= 1000
    for name, _, callback_id, description in SHORTCUTS:
        assert len(name) <= 24
        assert len(callback_id) <= 255
        assert len(description) <= 150
