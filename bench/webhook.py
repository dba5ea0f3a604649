"""The event webhook with 1,000 events in a post, beside its floor: the signature verified, and one INSERT."""

import base64
import hashlib
import http.client
import json
import queue
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import psycopg
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select

from bench.payloads import TEAM
from core.context import SystemClock, new_id
from core.db import Database
from core.emails.tokens import new_token
from core.enums import EmailState, InboxKind
from core.inbox import Stored
from core.logins import APP_ROLE
from core.models import Email, Lead
from core.models.inbox import HOUSE
from core.workspaces import system_ctx, workspace_id_for
from notifications.sendgrid_events import EventsProcessor
from web.sendgrid import EVENTS, SIGNATURE, TIMESTAMP

EVENTS_A_POST = 1_000
MAILS = 250
KINDS = ("processed", "delivered", "open", "click")
KEY = derive_private_key(2026, SECP256R1())
PUBLIC_KEY = base64.b64encode(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
INSERT = """
    INSERT INTO inbox (workspace_id, id, kind, headers, body, size, state, attempts, next_at, last_error, received_at)
    VALUES (%s, %s, 'events', %s, %s, %s, 'waiting', 0, now(), '', now())
"""


@dataclass
class Times:
    """Milliseconds."""

    product: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    applied: list[float] = field(default_factory=list)
    """What the worker takes for a post, later."""


class Floor:
    """The WSGI function: the body read, the signature verified, the row written."""

    def __init__(self, url: str, pool_size: int) -> None:
        self._pool: queue.LifoQueue[psycopg.Connection[Any]] = queue.LifoQueue()
        for _ in range(pool_size):
            self._pool.put(psycopg.connect(url, autocommit=True, options=f"-c role={APP_ROLE} -c timezone=UTC"))

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], object]
    ) -> Iterable[bytes]:
        """Answer one post."""
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        timestamp = environ["HTTP_" + TIMESTAMP.upper().replace("-", "_")]
        digest = hashlib.sha256(timestamp.encode())
        digest.update(body)
        signature = base64.b64decode(environ["HTTP_" + SIGNATURE.upper().replace("-", "_")])
        KEY.public_key().verify(signature, digest.digest(), ECDSA(Prehashed(SHA256())))
        connection = self._pool.get()
        try:
            with connection.transaction():
                connection.execute(f"SET LOCAL app.workspace_id = '{HOUSE}'")
                headers = json.dumps({"content_type": "application/json", "timestamp": timestamp})
                connection.execute(INSERT, (HOUSE, uuid4(), headers, body, len(body)), prepare=True)
        finally:
            self._pool.put(connection)
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]


def measure(url: str, ports: dict[str, int], posts: int) -> Times:
    """Post to both in turns, one post in flight, and have the worker's part done with the same events."""
    times, mails = Times(), _mails(url)
    lines = {name: http.client.HTTPConnection("127.0.0.1", port, timeout=30) for name, port in ports.items()}
    for number in range(posts + 5):
        body = body_of(mails)
        for name, line in lines.items():
            took = _post(line, body)
            if number >= 5:  # connections are open and statements prepared by then
                getattr(times, name).append(took)
    database = Database(url, statement_timeout_ms=60_000)
    processor = EventsProcessor(database, SystemClock())
    for _ in range(max(3, posts // 10)):
        begun = time.perf_counter()
        processor(Stored(new_id(), InboxKind.EVENTS, {}, body_of(mails), SystemClock().now(), 1))
        times.applied.append((time.perf_counter() - begun) * 1000)
    database.dispose()
    return times


def body_of(mails: list[UUID]) -> bytes:
    """A post as SendGrid writes it, line ends included, of events nobody heard of yet."""
    workspace, now = str(workspace_id_for(TEAM)), int(time.time())
    events = [
        {
            "email": f"{mail.hex}@bench.example",
            "timestamp": now + 60 * number,
            "event": kind,
            "sg_event_id": uuid4().hex,
            "sg_message_id": f"{mail.hex[-22:]}.recvd-5b8f9-1.0",
            "smtp-id": f"<{mail.hex[-22:]}@geopod-ismtpd-1>",
            "crm_ws": workspace,
            "crm_msg": str(mail),
            **({"url": "https://bench.example/"} if kind == "click" else {}),
        }
        for number, kind in enumerate(KINDS)
        for mail in mails
    ]
    return ("[" + ",\r\n".join(json.dumps(one) for one in events) + "]\r\n").encode()


def _post(line: http.client.HTTPConnection, body: bytes) -> float:
    timestamp = str(int(time.time()))
    signature = KEY.sign(timestamp.encode() + body, ECDSA(SHA256()))
    headers = {
        "Content-Type": "application/json;charset=utf-8",
        SIGNATURE: base64.b64encode(signature).decode(),
        TIMESTAMP: timestamp,
    }
    begun = time.perf_counter()
    line.request("POST", EVENTS, body, headers)
    answer = line.getresponse()
    answer.read()
    took = (time.perf_counter() - begun) * 1000
    if answer.status != 200:
        raise RuntimeError(f"the webhook answered {answer.status}")
    return took


def _mails(url: str) -> list[UUID]:
    """Mails of the bench's workspace for the events to be about."""
    database, workspace_id = Database(url), workspace_id_for(TEAM)
    with database.begin(workspace_id) as session:
        ctx = system_ctx(session, SystemClock(), workspace_id, "bench")
        lead_id = session.scalars(select(Lead.id).where(Lead.workspace_id == workspace_id).limit(1)).one()
        mails = [
            Email(
                lead_id=lead_id,
                from_name="Bench",
                from_address="bench@bench.example",
                to_address="reader@bench.example",
                subject="Bench",
                body="Bench",
                token=new_token(workspace_id),
                state=EmailState.SENT,
                created_at=ctx.now,
            )
            for _ in range(MAILS)
        ]
        for mail in mails:
            ctx.add(mail)
    database.dispose()
    return [mail.id for mail in mails]
