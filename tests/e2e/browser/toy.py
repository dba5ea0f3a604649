"""A small Bolt app for the page to talk to, served on a port of its own."""

from collections import Counter
from threading import Thread
from typing import Any

from flask import Flask, Response, request
from slack_bolt import App
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from werkzeug.serving import make_server

from sandbox.defaults import SIGNING_SECRET
from sandbox.model import Team
from sandbox.server import QuietHandler
from tests.e2e.browser import forms

COMMANDS = (
    ("/form", "A form with every input", "[anything]"),
    ("/steps", "Modals on modals", ""),
    ("/card", "A deal's card", ""),
    ("/figures", "A table and a chart", ""),
    ("/whisper", "An answer only you see", "WORDS"),
)
MANIFEST: dict[str, object] = {
    "display_information": {"name": "Rapport"},
    "features": {
        "slash_commands": [
            {"command": command, "description": description, "usage_hint": hint}
            for command, description, hint in COMMANDS
        ],
        "shortcuts": [
            {"name": "Fill a form", "type": "global", "callback_id": "open_form", "description": "Opens the form"},
            {"name": "Keep this", "type": "message", "callback_id": "keep", "description": "Keeps a message"},
        ],
    },
}


class ToyApp:
    """The app under the page: what it was sent is kept for the tests to look at."""

    def __init__(self) -> None:
        """Bind to a free port; `connect` starts it against a sandbox."""
        self.submitted: list[dict[str, Any]] = []
        self._teams: dict[str, Team] = {}
        self._opened: Counter[str] = Counter()
        self._handler: SlackRequestHandler | None = None
        self._server = make_server("127.0.0.1", 0, self._flask(), threaded=True, request_handler=QuietHandler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/slack/events"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def connect(self, api_url: str) -> None:
        """Answer from now on, calling Slack at `api_url`."""

        # Bolt passes arguments by name and trips over a method's `self`.
        def authorize(team_id: str) -> AuthorizeResult:
            app = self._teams[team_id].app
            return AuthorizeResult(
                enterprise_id=None,
                team_id=team_id,
                bot_token=app.bot_token,
                bot_id=app.bot_id,
                bot_user_id=app.bot_user_id,
            )

        app = App(
            name="toy",
            client=WebClient(base_url=api_url),
            authorize=authorize,
            signing_secret=SIGNING_SECRET,
            process_before_response=True,
        )
        self._commands(app)
        self._modals(app)
        self._messages(app)
        self._handler = SlackRequestHandler(app)
        self._thread.start()

    def install(self, team: Team) -> None:
        """Know a workspace's token."""
        self._teams[team.id] = team

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    def _flask(self) -> Flask:
        flask = Flask("toy")

        @flask.post("/slack/events")
        def events() -> Response:
            assert self._handler is not None
            return self._handler.handle(request)

        return flask

    def _commands(self, app: App) -> None:
        @app.command("/form")
        def form(ack, command, client) -> None:
            client.views_open(trigger_id=command["trigger_id"], view=forms.every_input())
            ack()

        @app.command("/steps")
        def steps(ack, command, client) -> None:
            client.views_open(trigger_id=command["trigger_id"], view=forms.step(1))
            ack()

        @app.command("/card")
        def card(ack, command, client) -> None:
            client.chat_postMessage(channel=command["channel_id"], text="D-7", blocks=forms.card("Lead in"))
            ack()

        @app.command("/figures")
        def figures(ack, command, client) -> None:
            client.chat_postMessage(channel=command["channel_id"], text="Figures", blocks=forms.figures())
            ack()

        @app.command("/whisper")
        def whisper(ack, command) -> None:
            ack(f"Psst, *{command['text']}*")

        @app.shortcut("open_form")
        def shortcut(ack, shortcut, client) -> None:
            client.views_open(trigger_id=shortcut["trigger_id"], view=forms.every_input())
            ack()

        @app.shortcut("keep")
        def keep(ack, shortcut, respond) -> None:
            ack()
            respond(f"Kept: {shortcut['message']['text']}")

    def _modals(self, app: App) -> None:
        @app.view("every")
        def save(ack, view) -> None:
            values = view["state"]["values"]
            if values["name"]["v"]["value"] == "Nobody":
                ack(response_action="errors", errors={"name": "Nobody is not a name.", "source": "Look again."})
                return
            self.submitted.append(values)
            ack()

        @app.action({"block_id": "price", "action_id": "v"})
        def price(ack, body, action, client) -> None:
            doubled = f"{float(action['value'] or 0) * 2:g}"
            client.views_update(view_id=body["view"]["id"], view=forms.every_input(doubled))
            ack()

        @app.options({"block_id": "company", "action_id": "v"})
        def companies(ack, options) -> None:
            wanted = options["value"].lower()
            ack(options=forms.options(*(name for name in forms.COMPANIES if wanted in name.lower())))

        @app.action("deeper")
        def deeper(ack, body, action, client) -> None:
            client.views_push(trigger_id=body["trigger_id"], view=forms.step(int(action["value"]) + 1))
            ack()

    def _messages(self, app: App) -> None:
        @app.action("stage")
        def stage(ack, body, action, client) -> None:
            message, chosen = body["message"], action["selected_option"]["text"]["text"]
            client.chat_update(channel=body["channel"]["id"], ts=message["ts"], text="D-7", blocks=forms.card(chosen))
            ack()

        @app.action("lose")
        def lose(ack, body, client) -> None:
            client.chat_update(
                channel=body["channel"]["id"], ts=body["message"]["ts"], text="D-7", blocks=forms.card("Lost")
            )
            ack()

        @app.event("app_home_opened")
        def opened(event, client) -> None:
            if event["tab"] == "home":
                self._opened[event["user"]] += 1
                client.views_publish(user_id=event["user"], view=forms.home(self._opened[event["user"]]))

        @app.event("message")
        def said() -> None:
            """Nothing to do: people talk."""
