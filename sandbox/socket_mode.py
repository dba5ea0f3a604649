"""Socket Mode: the app connects to us, and payloads travel as envelopes that it acknowledges."""

import json
import secrets
from dataclasses import dataclass, field
from threading import Condition, Event, Lock

from simple_websocket import ConnectionClosed, Server  # type: ignore[import-untyped]

from sandbox.delivery import Answer, Retry
from sandbox.faults import DeliveryKind
from sandbox.jsons import JsonObject, as_text, parse_object

ENVELOPE_TYPES = {"command": "slash_commands", "interactive": "interactive", "events": "events_api"}
MOST_CONNECTIONS = 10  # https://docs.slack.dev/apis/events-api/using-socket-mode


@dataclass
class _Waiting:
    done: Event = field(default_factory=Event)
    body: str = ""


class SocketHub:
    """All open connections, by app token."""

    def __init__(self) -> None:
        """Start with nobody connected."""
        self._lock = Lock()
        self._arrived = Condition(self._lock)
        self._tickets: dict[str, str] = {}
        self._open: dict[str, list[Server]] = {}
        self._waiting: dict[str, _Waiting] = {}
        self._turn = 0

    def ticket(self, app_token: str) -> str:
        """Return a one-time ticket for the websocket address."""
        with self._lock:
            ticket = secrets.token_urlsafe(24)
            self._tickets[ticket] = app_token
            return ticket

    def connected(self, app_token: str) -> bool:
        """Tell whether the app has a connection open."""
        with self._lock:
            return bool(self._open.get(app_token))

    def wait_connected(self, app_token: str, timeout: float = 10.0) -> bool:
        """Wait until the app has connected, at most `timeout` seconds; tells whether it has."""
        with self._arrived:
            return self._arrived.wait_for(lambda: bool(self._open.get(app_token)), timeout)

    def serve(self, socket: Server, ticket: str) -> None:
        """Speak with one connection until it closes. Runs on the connection's own thread."""
        with self._lock:
            app_token = self._tickets.pop(ticket, "")
            if not app_token or len(self._open.get(app_token, [])) >= MOST_CONNECTIONS:
                return
            self._open.setdefault(app_token, []).append(socket)
            count = len(self._open[app_token])
            self._arrived.notify_all()
        hello: JsonObject = {
            "type": "hello",
            "num_connections": count,
            "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
            "connection_info": {"app_id": ""},
        }
        try:
            socket.send(json.dumps(hello))
            while True:
                self._acknowledge(parse_object(socket.receive() or ""))
        except ConnectionClosed:
            return
        finally:
            with self._lock:
                self._open[app_token].remove(socket)

    def send(
        self, app_token: str, kind: DeliveryKind, payload: JsonObject, timeout: float, retry: Retry | None
    ) -> Answer:
        """Send an envelope over one of the app's connections and wait for the acknowledgement."""
        envelope_id = secrets.token_hex(16)
        waiting = _Waiting()
        with self._lock:
            sockets = self._open.get(app_token, [])
            if not sockets:
                return Answer("connection_failed")
            self._turn += 1
            socket = sockets[self._turn % len(sockets)]
            self._waiting[envelope_id] = waiting
        envelope: JsonObject = {
            "envelope_id": envelope_id,
            "type": ENVELOPE_TYPES[kind],
            "accepts_response_payload": kind != "events",
            "payload": payload,
        }
        if kind == "events":
            envelope["retry_attempt"] = retry.number if retry else 0
            envelope["retry_reason"] = retry.reason if retry else ""
        try:
            socket.send(json.dumps(envelope))
        except ConnectionClosed:
            return Answer("connection_failed")
        answered = waiting.done.wait(timeout)
        with self._lock:
            self._waiting.pop(envelope_id, None)
        return Answer("", 200, waiting.body) if answered else Answer("http_timeout")

    def disconnect(self, app_token: str, reason: str = "refresh_requested") -> None:
        """Ask the app to reconnect, then close its connections."""
        with self._lock:
            sockets = list(self._open.get(app_token, []))
        for socket in sockets:
            try:
                socket.send(json.dumps({"type": "disconnect", "reason": reason}))
                socket.close()
            except ConnectionClosed:
                continue

    def close(self) -> None:
        """Close everything."""
        with self._lock:
            tokens = list(self._open)
        for token in tokens:
            self.disconnect(token, "link_disabled")

    def _acknowledge(self, frame: JsonObject | None) -> None:
        if frame is None:
            return
        with self._lock:
            waiting = self._waiting.get(as_text(frame.get("envelope_id")))
        if waiting is None:
            return
        payload = frame.get("payload")
        waiting.body = "" if payload is None else json.dumps(payload)
        waiting.done.set()
