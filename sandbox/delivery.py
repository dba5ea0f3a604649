"""Sends the app what Slack would send: signed HTTP requests, or envelopes over Socket Mode."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import urlencode

import urllib3

from sandbox.faults import DeliveryFault, DeliveryKind
from sandbox.jsons import JsonObject, parse_object
from sandbox.model import InstalledApp
from sandbox.state import SandboxState

Failure = Literal["", "http_timeout", "connection_failed", "http_error"]


@dataclass(frozen=True)
class Answer:
    """What came back: `failure` is empty when the app answered 2xx in time."""

    failure: Failure = ""
    status: int = 0
    body: str = ""
    no_retry: bool = False

    def json(self) -> JsonObject | None:
        """Return the body as a JSON object, None when it is not one."""
        return parse_object(self.body)


@dataclass(frozen=True)
class Retry:
    """The headers of a repeated event."""

    number: int
    reason: str


class SocketLine(Protocol):
    """An open Socket Mode connection of the app, if there is one."""

    def connected(self, app_token: str) -> bool:
        """Tell whether the app is connected."""

    def send(
        self, app_token: str, kind: DeliveryKind, payload: JsonObject, timeout: float, retry: Retry | None
    ) -> Answer:
        """Send one envelope and wait for its acknowledgement, at most `timeout` seconds."""


def sign(secret: str, timestamp: str, body: str) -> str:
    """Return `X-Slack-Signature` (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""
    base = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class Courier:
    """Delivers payloads and brings back the answer, with the faults in force applied."""

    def __init__(self, sandbox: SandboxState, sockets: SocketLine) -> None:
        """Deliver for `sandbox`; an app connected through `sockets` is served there."""
        self._sandbox = sandbox
        self._sockets = sockets
        self._http = urllib3.PoolManager(maxsize=16, retries=False)

    def close(self) -> None:
        """Let go of the connections to the app."""
        self._http.clear()

    def send(
        self,
        app: InstalledApp,
        kind: DeliveryKind,
        payload: Mapping[str, object],
        retry: Retry | None = None,
    ) -> Answer:
        """Deliver one payload. Commands go as a form, interactions as a form's `payload`, events as JSON."""
        fault = self._sandbox.faults.take_delivery(kind)
        if fault is None or fault.mode == "out_of_order":
            return self._once(app, kind, payload, retry)
        return self._with_fault(fault, app, kind, payload, retry)

    def _with_fault(
        self,
        fault: DeliveryFault,
        app: InstalledApp,
        kind: DeliveryKind,
        payload: Mapping[str, object],
        retry: Retry | None,
    ) -> Answer:
        if fault.mode == "drop":
            return Answer("http_timeout")
        if fault.mode == "delay":
            time.sleep(fault.seconds)
        elif fault.mode == "duplicate" and fault.parallel:
            with ThreadPoolExecutor(fault.copies + 1) as crowd:
                futures = [crowd.submit(self._once, app, kind, payload, retry) for _ in range(fault.copies + 1)]
                return futures[0].result()
        answer = self._once(app, kind, payload, retry)
        if fault.mode == "duplicate":
            for _ in range(fault.copies):
                self._once(app, kind, payload, retry)
        return Answer("http_timeout") if fault.mode == "lose_answer" else answer

    def _once(
        self, app: InstalledApp, kind: DeliveryKind, payload: Mapping[str, object], retry: Retry | None
    ) -> Answer:
        timeout = self._sandbox.rules.ack_seconds
        if self._sockets.connected(app.app_token):
            return self._sockets.send(app.app_token, kind, dict(payload), timeout, retry)
        if kind == "events":
            return self._post(app, json.dumps(payload), "application/json", timeout, retry)
        form = payload if kind == "command" else {"payload": json.dumps(payload)}
        return self._post(app, urlencode(form), "application/x-www-form-urlencoded", timeout, retry)

    def _post(self, app: InstalledApp, body: str, content_type: str, timeout: float, retry: Retry | None) -> Answer:
        if not app.request_url:
            return Answer("connection_failed")
        # Real time, not the sandbox's: the app refuses signatures older than five minutes.
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(app.signing_secret, timestamp, body),
        }
        if retry is not None:
            headers["X-Slack-Retry-Num"] = str(retry.number)
            headers["X-Slack-Retry-Reason"] = retry.reason
        try:
            response = self._http.request(
                "POST", app.request_url, body=body.encode(), headers=headers, timeout=timeout, redirect=False
            )
        except urllib3.exceptions.ReadTimeoutError:
            return Answer("http_timeout")
        except urllib3.exceptions.HTTPError:
            return Answer("connection_failed")
        text = response.data.decode("utf-8", "replace")
        no_retry = response.headers.get("X-Slack-No-Retry") == "1"
        if not 200 <= response.status < 300:
            return Answer("http_error", response.status, text, no_retry)
        return Answer("", response.status, text, no_retry)
