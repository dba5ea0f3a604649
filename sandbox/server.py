"""The sandbox over HTTP: Slack's side for the app, and the page's side for people."""

import logging
import socket
import time
from collections.abc import Callable
from datetime import datetime
from threading import Thread
from typing import Self

from flask import Flask, Response, jsonify, request
from flask_sock import Sock
from simple_websocket import Server as WebSocket  # type: ignore[import-untyped]
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from sandbox.faults import CallFault
from sandbox.jsons import JsonObject, as_int, as_text, is_true, parse_object
from sandbox.mail.office import NoSuchMailError
from sandbox.mail.page_api import mount_page_api
from sandbox.mail.routes import mount_api
from sandbox.methods import ApiAnswer, answer
from sandbox.page_api import act, actor_for, messages_of, state_of, wait_for_change
from sandbox.page_files import mount_page_files
from sandbox.response_urls import respond
from sandbox.simulator import Sandbox
from sandbox.state import NotThereError

STOPS_WITHIN = 0.02
"""Seconds until the server sees that it is to end."""


def create_app(sandbox: Sandbox) -> Flask:
    """Build the Flask app that serves `sandbox`."""
    app = Flask("sandbox", static_folder=None)
    _slack_routes(app, sandbox)
    _socket_route(app, sandbox)
    mount_page_files(app)
    _page_routes(app, sandbox)
    _control_routes(app, sandbox)
    mount_api(app, sandbox.mail)
    mount_page_api(app, sandbox.mail)

    @app.errorhandler(NotThereError)
    @app.errorhandler(NoSuchMailError)
    def not_there(error: NotThereError | NoSuchMailError) -> tuple[Response, int]:
        return jsonify({"ok": False, "error": str(error)}), 404

    return app


def _slack_routes(app: Flask, sandbox: Sandbox) -> None:
    @app.route("/api/<name>", methods=["GET", "POST"])
    def api(name: str) -> Response:
        fault = sandbox.faults.take_call(name)
        if fault is not None:
            return _troubled(fault, lambda: _call(sandbox, name))
        return _call(sandbox, name)

    @app.post("/response/<team_id>/<url_id>")
    def response_url(team_id: str, url_id: str) -> Response:
        def reply() -> Response:
            status, text = respond(sandbox, sandbox.team(team_id), url_id, _response_body())
            return Response(text, status, mimetype="text/plain")

        fault = sandbox.faults.take_call("response_url")
        return _troubled(fault, reply) if fault is not None else reply()

    @app.post("/upload/<team_id>/<file_id>")
    def upload(team_id: str, file_id: str) -> Response:
        # Read the raw bytes first: clients that name no content type would have them parsed as a form.
        data = request.get_data() if request.mimetype != "multipart/form-data" else _first_file()
        with sandbox.lock:
            file = sandbox.team(team_id).uploads.get(file_id)
            if file is None:
                return Response("no_such_upload", 404)
            file["received"] = len(data)
            sandbox.team(team_id).contents[file_id] = data
        return Response(f"OK - {len(data)}", 200, mimetype="text/plain")


def _first_file() -> bytes:
    sent = next(iter(request.files.values()), None)
    return sent.read() if sent is not None else b""


def _call(sandbox: Sandbox, name: str) -> Response:
    args: JsonObject = dict(request.values.items())
    # SDKs announce JSON even for calls without a body.
    body = parse_object(request.get_data() or "{}") if request.is_json else {}
    if body is None:
        return jsonify({"ok": False, "error": "invalid_json"})
    bearer = request.headers.get("Authorization", "")
    token = bearer.removeprefix("Bearer ").strip() or as_text(args.pop("token", ""))
    return _api_response(answer(sandbox, name, token, args, body))


def _api_response(given: ApiAnswer) -> Response:
    response = jsonify(given.body)
    response.status_code = given.status
    response.headers.update(given.headers)
    return response


def _response_body() -> JsonObject | None:
    if request.is_json:
        return parse_object(request.get_data())
    return parse_object(request.form["payload"]) if "payload" in request.form else None


def _troubled(fault: CallFault, work: Callable[[], Response]) -> Response:
    """Do the call with the trouble asked for. Dropping closes the socket under the server."""
    if fault.mode == "delay":
        time.sleep(fault.seconds)
        return work()
    if fault.mode == "error":
        return Response("service unavailable", fault.status, mimetype="text/plain")
    if fault.mode == "ratelimited":
        headers = {"Retry-After": str(max(1, int(fault.seconds)))}
        return _api_response(ApiAnswer({"ok": False, "error": "ratelimited"}, 429, headers))
    if fault.mode == "drop_after":
        work()
    # Shut down rather than close: the server still holds the file object over it.
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response("", 200)


def _socket_route(app: Flask, sandbox: Sandbox) -> None:
    sock = Sock(app)

    @sock.route("/link/")  # type: ignore[untyped-decorator]
    def link(line: WebSocket) -> None:
        sandbox.sockets.serve(line, request.args.get("ticket", ""))


def _page_routes(app: Flask, sandbox: Sandbox) -> None:
    @app.get("/sandbox/state")
    def state() -> Response:
        actor = actor_for(sandbox, request.args.get("team", ""), request.args.get("as", ""))
        wait_for_change(sandbox, actor.team, as_int(request.args.get("since"), -1))
        return jsonify(state_of(actor))

    @app.get("/sandbox/files/<team_id>/<file_id>")
    def uploaded(team_id: str, file_id: str) -> Response:
        team = sandbox.team(team_id)
        if file_id not in team.contents:
            return Response("no_such_file", 404)
        given = Response(team.contents[file_id], mimetype="application/octet-stream")
        given.headers.set("Content-Disposition", "attachment", filename=as_text(team.uploads[file_id]["name"]))
        return given

    @app.get("/sandbox/messages")
    def messages() -> Response:
        actor = actor_for(sandbox, request.args.get("team", ""), request.args.get("as", ""))
        return jsonify(messages_of(actor, request.args.get("channel", ""), request.args.get("thread_ts", "")))

    @app.post("/sandbox/act")
    def do() -> Response:
        body = parse_object(request.get_data()) or {}
        actor = actor_for(sandbox, as_text(body.get("team")), as_text(body.get("as")))
        return jsonify(act(actor, body))


def _control_routes(app: Flask, sandbox: Sandbox) -> None:
    @app.get("/sandbox/people")
    def people() -> Response:
        team = sandbox.team(request.args.get("team"))
        with sandbox.lock:
            found = [{"id": u.id, "real_name": u.real_name} for u in team.users.values() if not u.is_bot]
        return jsonify({"team": team.id, "people": found})

    @app.get("/sandbox/clock")
    def read_clock() -> Response:
        return jsonify({"now": sandbox.clock.unix(), "offset": sandbox.clock.offset})

    @app.post("/sandbox/clock")
    def set_clock() -> tuple[Response, int] | Response:
        body = parse_object(request.get_data()) or {}
        try:
            _move_clock(sandbox, body)
        except ValueError as problem:
            return jsonify({"ok": False, "error": str(problem)}), 400
        for team in list(sandbox.teams.values()):
            sandbox.touch(team)
        sandbox.mail.touch()
        return jsonify({"ok": True, "now": sandbox.clock.unix(), "offset": sandbox.clock.offset})

    @app.post("/sandbox/faults")
    def faults() -> tuple[Response, int] | Response:
        body = parse_object(request.get_data()) or {}
        if is_true(body.get("clear")):
            sandbox.faults.clear()
            return jsonify({"ok": True})
        try:
            sandbox.faults.add(body)
        except ValueError as problem:
            return jsonify({"ok": False, "error": str(problem)}), 400
        return jsonify({"ok": True})


def _move_clock(sandbox: Sandbox, body: JsonObject) -> None:
    seconds = body.get("advance_seconds")
    if is_true(body.get("reset")):
        sandbox.clock.reset()
    elif isinstance(seconds, (int, float)) and not isinstance(seconds, bool):
        sandbox.clock.advance(float(seconds))
    elif body.get("to"):
        sandbox.clock.jump_to(datetime.fromisoformat(as_text(body["to"])))
    else:
        message = "say advance_seconds, to (ISO 8601 with a zone) or reset"
        raise ValueError(message)


class QuietHandler(WSGIRequestHandler):
    """Requests are not worth a log line each."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name for it
        """Keep werkzeug's notes out of the way unless asked for."""
        logging.getLogger("sandbox.http").debug(f"{type} {message}", *args)  # noqa: G004


class SandboxServer:
    """Serves a sandbox on a port of 127.0.0.1 from threads of its own; for tests and the demo."""

    def __init__(self, sandbox: Sandbox, port: int = 0, host: str = "127.0.0.1") -> None:
        """Bind at once (port 0 picks a free one), so that `url` is known before the start."""
        self.sandbox = sandbox
        self._server: BaseWSGIServer = make_server(
            host, port, create_app(sandbox), threaded=True, request_handler=QuietHandler
        )
        self.url = f"http://{host}:{self._server.server_port}"
        sandbox.base_url = self.url
        self._thread = Thread(target=self._server.serve_forever, args=(STOPS_WITHIN,), name="sandbox-http", daemon=True)

    @property
    def api_url(self) -> str:
        """What `SLACK_API_URL` must be for the app."""
        return f"{self.url}/api/"

    def start(self) -> Self:
        """Start serving; returns itself."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and close the sandbox."""
        self.sandbox.close()
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    def __enter__(self) -> Self:
        """Start serving."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop serving."""
        self.stop()
