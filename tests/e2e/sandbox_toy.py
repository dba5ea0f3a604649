"""A toy Slack app over real loopback HTTP, for proving the sandbox's contract."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

from flask import Flask, Response, request
from slack_bolt import App
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_sdk import WebClient
from werkzeug.serving import make_server

from sandbox.defaults import fresh_team
from sandbox.driver import Driver, Person
from sandbox.model import Team
from sandbox.rules import Rules
from sandbox.server import QuietHandler, SandboxServer
from sandbox.simulator import Sandbox

MANIFEST: dict[str, object] = {
    "display_information": {"name": "Toy"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [
            {"command": "/toy", "description": "Plays", "usage_hint": "[anything]"},
            {"command": "/escaped", "description": "Plays", "should_escape": True},
        ],
        "shortcuts": [
            {"name": "Play a game", "type": "global", "callback_id": "play", "description": "Plays"},
            {"name": "Play this", "type": "message", "callback_id": "play_message", "description": "Plays"},
        ],
        "unfurl_domains": ["toys.example"],
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": [
                "app_home_opened",
                "app_mention",
                "message.im",
                "message.channels",
                "link_shared",
                "user_change",
                "reaction_added",
                "app_uninstalled",
                "tokens_revoked",
            ]
        }
    },
}


class ManualTimer:
    """A stopwatch moved by hand, so that no test waits for one."""

    def __init__(self) -> None:
        """Start at zero."""
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.seconds


@dataclass
class Toy:
    """The toy and the sandbox around it."""

    sandbox: Sandbox
    server: SandboxServer
    team: Team
    app: App
    client: WebClient
    driver: Driver
    timer: ManualTimer
    requests: list[dict[str, str]] = field(default_factory=list)

    def person(self, name: str) -> Person:
        """Be someone."""
        return self.driver.as_(name)


def toy_team(scopes: list[str] | None = None) -> Team:
    """Return a workspace with the toy installed, with more scopes than the product asks for."""
    from sandbox.defaults import SCOPES

    more = ["channels:read", "groups:read", "im:read", "channels:history", "channels:join", "channels:manage"]
    return fresh_team(MANIFEST, scopes=scopes or [*SCOPES, *more, "reactions:write", "files:write"])


@contextmanager
def playing(rules: Rules | None = None, team: Team | None = None) -> Iterator[Toy]:
    """Run a sandbox and the toy, each on a free port, until the block ends."""
    timer = ManualTimer()
    sandbox = Sandbox(rules=rules or Rules(event_retry_delays=(0.01, 0.01, 0.01)), timer=timer)
    server = SandboxServer(sandbox).start()
    team = sandbox.add_team(team or toy_team())
    client = WebClient(token=team.app.bot_token, base_url=server.api_url)
    app = App(name="toy", signing_secret=team.app.signing_secret, client=client, process_before_response=True)
    toy = Toy(sandbox, server, team, app, client, Driver(sandbox, team), timer)
    flask = Flask("toy")
    handler = SlackRequestHandler(app)

    @flask.post("/slack/events")
    def receive() -> Response:
        headers = {key: value for key, value in request.headers.items() if key.startswith("X-Slack")}
        toy.requests.append({**headers, "body": request.get_data(as_text=True)})
        return handler.handle(request)

    http = make_server("127.0.0.1", 0, flask, threaded=True, request_handler=QuietHandler)
    thread = Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    team.app.request_url = f"http://127.0.0.1:{http.server_port}/slack/events"
    try:
        yield toy
    finally:
        server.stop()
        http.shutdown()
        thread.join(5)
        http.server_close()


def plain(text: str) -> dict[str, object]:
    """Return a plain_text object."""
    return {"type": "plain_text", "text": text}


def section(text: str, **more: object) -> dict[str, object]:
    """Return a section block."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(text: str, action_id: str, **more: object) -> dict[str, object]:
    """Return a button."""
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def actions(*elements: dict[str, object], block_id: str = "buttons") -> dict[str, object]:
    """Return an actions block."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def field_(label: str, block_id: str, element: dict[str, object], **more: object) -> dict[str, object]:
    """Return an input block whose element has the action id `v`."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": "v", **element},
        **more,
    }


def modal(*blocks: dict[str, object], callback_id: str = "form", **more: object) -> dict[str, object]:
    """Return a modal view with a submit button."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain("Form"),
        "submit": plain("Save"),
        "blocks": list(blocks),
        **more,
    }
