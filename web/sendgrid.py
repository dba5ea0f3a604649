"""SendGrid's two webhooks: what happened to our mails, and the mails that come in.

A request is read once as raw bytes, its signature is verified over them, it is stored as it is, and then it is
answered; the worker does the rest. The answer decides about loss. SendGrid asks again after a 5xx, for 24 h (events)
or 72 h (mails), and drops a mail for good after a 4xx: whatever goes wrong with a mail is therefore a 503.
"""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import BoundedSemaphore

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from flask import Flask, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from core import inbox
from core.context import Clock
from core.db import Database
from core.enums import InboxKind
from core.models.inbox import HOUSE
from core.settings import SettingsError

log = structlog.get_logger()
EVENTS, INBOUND = "/sendgrid/events", "/sendgrid/inbound"
SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
"""What SendGrid signs is this header's text followed by the body (twilio.com/docs/sendgrid, "Security features")."""
AHEAD = timedelta(hours=1)
"""How far a signature's clock may be before ours."""
LARGE_BYTES = 1024 * 1024
"""A batch of events has at most 768 KB (twilio.com/docs/sendgrid, Event Webhook reference)."""
LARGE_AT_ONCE = 8
"""Bodies above that which are held in memory at the same time: strangers can send them too."""
LARGE_WAIT_SECONDS = 5.0
STATEMENT_TIMEOUT_MS = 15_000
"""A mail of 30 MB takes longer to write than what people wait for."""


@dataclass(frozen=True)
class Webhook:
    """One of the two addresses."""

    kind: InboxKind
    keys: tuple[EllipticCurvePublicKey, ...]
    """Any of them may have signed: the old one and the new one while keys change. None: not set up."""
    body_max: int
    """Bytes."""
    window: timedelta
    """How old a signature may be: as long as SendGrid tries again, and an hour."""
    stranger: int
    """The status for what is not signed. A mail may be refused for a key that is being changed, so never with 4xx."""


def mount(app: Flask, database: Database, clock: Clock, events_key: str, inbound_key: str) -> None:
    """Serve both webhooks. The keys are texts as in `public_keys`; an empty one leaves its webhook answering 503.

    Raises SettingsError for a key that is none.
    """
    mb, reading = 1024 * 1024, BoundedSemaphore(LARGE_AT_ONCE)
    events = Webhook(
        InboxKind.EVENTS, public_keys(events_key, "SENDGRID_EVENTS_PUBLIC_KEY"), 10 * mb, timedelta(hours=25), 403
    )
    # SendGrid takes mails of up to 30 MB; the form around one makes it longer.
    inbound = Webhook(
        InboxKind.MAIL, public_keys(inbound_key, "SENDGRID_INBOUND_PUBLIC_KEY"), 40 * mb, timedelta(hours=73), 503
    )

    @app.post(EVENTS)
    def sendgrid_events() -> Response:
        return _take(events, database, clock, reading)

    @app.post(INBOUND)
    def sendgrid_inbound() -> Response:
        return _take(inbound, database, clock, reading)


def public_keys(text: str, name: str) -> tuple[EllipticCurvePublicKey, ...]:
    """The keys of a setting: each as SendGrid shows it (base64 of a SubjectPublicKeyInfo, P-256), commas between them.

    `name` is the setting's, for the message. Raises SettingsError.
    """
    keys = []
    for one in filter(None, (part.strip() for part in text.split(","))):
        try:
            key = load_der_public_key(base64.b64decode(one, validate=True))
        except ValueError as error:
            raise SettingsError(f"{name} is not a public key as SendGrid shows it") from error
        if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
            raise SettingsError(f"{name} is not a key for ECDSA on the curve P-256")
        keys.append(key)
    return tuple(keys)


def verified(key: EllipticCurvePublicKey, signature: str, timestamp: str, body: bytes) -> bool:
    """Whether the key's owner signed exactly these bytes: the header's text, then the body. Never raises."""
    try:
        signed = hashlib.sha256(timestamp.encode("ascii"))
        signed.update(body)  # hashed in two steps: no second copy of a large mail
        key.verify(base64.b64decode(signature, validate=True), signed.digest(), ECDSA(Prehashed(SHA256())))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _take(webhook: Webhook, database: Database, clock: Clock, reading: BoundedSemaphore) -> Response:
    try:
        return _answer(webhook, database, clock, reading)
    except RequestEntityTooLarge:
        log.warning("webhook_too_large", webhook=webhook.kind.value, size=request.content_length)
        return Response(status=503 if webhook.kind is InboxKind.MAIL else 413)
    except Exception:
        log.exception("webhook_not_stored", webhook=webhook.kind.value)
        return Response(status=503)


def _answer(webhook: Webhook, database: Database, clock: Clock, reading: BoundedSemaphore) -> Response:
    if not webhook.keys:
        log.error("webhook_without_key", webhook=webhook.kind.value)
        return Response(status=503)
    now, timestamp = clock.now(), request.headers.get(TIMESTAMP, "")
    if not _timely(timestamp, now, webhook.window):
        return _refused(webhook, "timestamp")
    with _room(reading) as room:
        if not room:
            log.warning("webhook_without_room", webhook=webhook.kind.value)
            return Response(status=503)
        request.max_content_length = webhook.body_max
        body = request.get_data(cache=False)
        signature = request.headers.get(SIGNATURE, "")
        if not any(verified(key, signature, timestamp, body) for key in webhook.keys):
            return _refused(webhook, "signature")
        headers = {"content_type": request.headers.get("Content-Type", ""), "timestamp": timestamp}
        with database.begin(HOUSE, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as session:
            inbox.store(session, webhook.kind, headers, body, now)
    return Response(status=200)


def _timely(timestamp: str, now: datetime, window: timedelta) -> bool:
    try:
        signed_at = datetime.fromtimestamp(int(timestamp), UTC)
    except (ValueError, OverflowError, OSError):
        return False
    return -AHEAD <= now - signed_at <= window


def _refused(webhook: Webhook, reason: str) -> Response:
    log.warning("webhook_refused", webhook=webhook.kind.value, reason=reason)
    return Response(status=webhook.stranger)


@contextmanager
def _room(reading: BoundedSemaphore) -> Iterator[bool]:
    """Whether the body may be read now: small ones always, large ones only a few at a time."""
    size = request.content_length
    if size is not None and size <= LARGE_BYTES:
        yield True
        return
    if not reading.acquire(timeout=LARGE_WAIT_SECONDS):
        yield False
        return
    try:
        yield True
    finally:
        reading.release()
