"""The floor: a bare WSGI function that checks the signature and runs the recorded SQL through psycopg.

One transaction, the same statements, the same pool size, the same server. It parses no payload, decides nothing and
renders nothing: what a request costs above this is what the product itself costs.
"""

import hmac
import pickle
import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from queue import LifoQueue
from typing import Any
from uuid import UUID, uuid4

import psycopg

from bench.capture import Recording
from bench.payloads import new_name, sign
from core.logins import APP_ROLE

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]
PREFIX = 3


class Floor:
    """The WSGI function."""

    def __init__(self, url: str, recording: Recording, answer: bytes, pool_size: int) -> None:
        self._recording, self._answer, self._fresh = recording, answer, recording.fresh
        self._pool: LifoQueue[psycopg.Connection[Any]] = LifoQueue()
        for _ in range(pool_size):
            self._pool.put(psycopg.connect(url, autocommit=True, options=f"-c role={APP_ROLE} -c timezone=UTC"))

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        timestamp = environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP", "0")
        good = hmac.compare_digest(environ.get("HTTP_X_SLACK_SIGNATURE", ""), sign(timestamp, body))
        if not good or abs(time.time() - int(timestamp)) > 300:
            start_response("401 Unauthorized", [("Content-Length", "0")])
            return [b""]
        connection = self._pool.get()
        try:
            self._run(connection)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        finally:
            self._pool.put(connection)
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(self._answer)))]
        start_response("200 OK", headers)
        return [self._answer]

    def _run(self, connection: psycopg.Connection[Any]) -> None:
        given = _Given(self._recording.name, {old: uuid4() for old in self._fresh})
        with connection.cursor() as cursor:
            for sql, parameters, many in self._recording.statements:
                if many:
                    cursor.executemany(sql, [given.in_place_of(one) for one in parameters])
                    continue
                cursor.execute(sql, given.in_place_of(parameters) or None)
                if cursor.description is not None:
                    rows = cursor.fetchall()
                    if "INTO counters" in sql:
                        given.number = rows[0][0]
            cursor.execute("COMMIT")


class _Given:
    """What this request has in place of the recorded one's: ids, number, key, and a name of its own.

    A name that is the same each time would let the search for similar leads find more and more.
    """

    def __init__(self, name: str, ids: dict[UUID, UUID]) -> None:
        self._ids, self.number = ids, 0
        new = new_name()
        self._words = [
            (old.lower()[:PREFIX], old.lower(), fresh.lower())
            for old, fresh in zip([*name.split()], new.split(), strict=False)
        ]
        self._name, self._new = name, new

    def in_place_of(self, parameters: Any) -> Any:
        """The parameters of a statement for this request."""
        if not isinstance(parameters, dict):
            return parameters
        return {name: self._value(name, value) for name, value in parameters.items()}

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(value, UUID):
            return self._ids.get(value, value)
        if name == "number":
            return self.number
        if name == "key":
            return f"bench:{random.getrandbits(96)}"
        if isinstance(value, str) and self._words:
            return self._text(value)
        return value

    def _text(self, value: str) -> str:
        if self._name in value:
            return value.replace(self._name, self._new)
        lower = value.lower()
        for prefix, old, new in self._words:
            if old in lower:
                return lower.replace(old, new)
            if lower.startswith(prefix):
                return new[:PREFIX] + value[PREFIX:]
        return value


def make_app(url: str, recorded: Path, pool_size: int) -> tuple[Floor, Callable[[], None]]:
    """The floor of a recorded scenario, for web.serve.run_gunicorn."""
    recording, answer = pickle.loads(recorded.read_bytes())
    return Floor(url, recording, answer, pool_size), lambda: None
