"""The senders of mail: SendGrid's v3 API, and the terminal where there is no key.

SendGrid's own client is not used: it has no timeout, opens a connection for each call and, at level DEBUG, logs the
key. The request is one POST, made here over kept-alive connections.
"""

import itertools
import json
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import urllib3
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError, SSLError
from urllib3.exceptions import HTTPError as TransportError

from core.context import Clock
from notifications.failures import Failure, OutcomeUnknown, Permanent, RateLimited, Transient

TIMEOUT = urllib3.Timeout(total=8.0)
"""Seconds. A relay has leased a few deliveries at a time for a minute; SendGrid answers in a fraction of a second."""
POOL_SIZE = 8
IDLE_SECONDS = 4.0
"""A connection that was idle for longer is not used again: where the other side closes it at the same moment, nobody
knows whether the mail was taken."""
MESSAGE_MAX_BYTES = 30 * 1024 * 1024
"""twilio.com/docs/sendgrid/api-reference/mail-send/limitations."""
WORDS_MAX = 400
"""Characters of the provider's own words that are kept."""
DEFAULT_WAIT = timedelta(seconds=60)
"""Where a 429 does not say; SendGrid counts by the minute."""
LONGEST_WAIT = timedelta(hours=1)
AMBIGUOUS = frozenset({502, 504})
"""A gateway got no answer from the server behind it, which may have done its work."""
ASKS_TO_WAIT = "SendGrid asked to wait."
WRONG_KEY = "SendGrid does not accept the API key, or the key may not send mail."
WRONG_URL = "SENDGRID_API_URL does not lead to SendGrid's mail API."

Message = Mapping[str, object]
"""The body of POST /v3/mail/send."""


class MailSender(Protocol):
    """Hands one mail over."""

    def send(self, message: Message) -> str:
        """The provider's id of it. Raises notifications.failures.Failure; OutcomeUnknown where nobody answered."""
        ...


class SendGridSender:
    """Calls SendGrid. Never repeats a call by itself."""

    def __init__(self, api_key: str, api_url: str, clock: Clock) -> None:
        self._url = f"{api_url.rstrip('/')}/v3"
        self._headers = {
            "Authorization": f"Bearer {api_key}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": "rapport",
        }
        self._clock = clock
        self._pool = urllib3.PoolManager(maxsize=POOL_SIZE, retries=False, timeout=TIMEOUT)
        self._last = time.monotonic()

    def send(self, message: Message) -> str:
        """The id from X-Message-Id. Raises Failure: RateLimited, Transient, Permanent or OutcomeUnknown."""
        body = json.dumps(message, ensure_ascii=False).encode()
        if len(body) > MESSAGE_MAX_BYTES:
            raise Permanent("mail_too_large", "The mail is too large for SendGrid.")
        answer = self._request("POST", "mail/send", body)
        if 200 <= answer.status < 300:
            return str(answer.headers.get("X-Message-Id", ""))
        raise failure_of(answer.status, answer.headers, answer.data, self._clock.now())

    def scopes(self) -> tuple[str, ...]:
        """What the key may do (GET /v3/scopes). Raises Failure."""
        answer = self._request("GET", "scopes", None)
        if answer.status != 200:
            raise failure_of(answer.status, answer.headers, answer.data, self._clock.now())
        found = _object(answer.data).get("scopes")
        return tuple(str(one) for one in found) if isinstance(found, list) else ()

    def _request(self, method: str, path: str, body: bytes | None) -> urllib3.BaseHTTPResponse:
        if time.monotonic() - self._last > IDLE_SECONDS:
            self._pool.clear()
        self._last = time.monotonic()
        try:
            return self._pool.request(method, f"{self._url}/{path}", body=body, headers=self._headers)
        except TransportError as error:
            raise _broken(error) from error


class ConsoleMailSender:
    """Prints what would be sent: for a first look without SendGrid."""

    def __init__(self, write: Callable[[str], object] | None = None) -> None:
        self._write, self._numbers = write or sys.stdout.write, itertools.count(1)

    def send(self, message: Message) -> str:
        """Print the mail as its reader sees it. Always succeeds."""
        wire: dict[str, Any] = dict(message)
        reader = wire["personalizations"][0]["to"][0]
        lines = (
            "--- mail",
            f"From: {wire['from'].get('name', '')} <{wire['from']['email']}>",
            f"To: {reader.get('name', '')} <{reader['email']}>",
            f"Subject: {wire['subject']}",
            "",
            wire["content"][0]["value"],
            "---",
        )
        self._write("\n".join(lines) + "\n")
        return f"console-{next(self._numbers)}"


def failure_of(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Failure:
    """What an answer that is no success means. A refusal's reason is in SendGrid's own words."""
    if status == 429:
        return RateLimited(_wait(headers, now), ASKS_TO_WAIT)
    if status in AMBIGUOUS:
        return OutcomeUnknown(f"http_{status}", "SendGrid's gateway did not say whether it took the mail.")
    if status >= 500 or status == 408:
        return Transient("mail_not_taken", f"SendGrid was unavailable (HTTP {status}).")
    words = _words(body)
    if status == 401 or (status == 403 and not _about_sender(body)):
        # Somebody may be mending the key this very moment.
        return Transient("mail_rejected_key", WRONG_KEY)
    if status in (404, 405):
        return Transient("mail_wrong_url", WRONG_URL)
    if status == 413:
        return Permanent("mail_too_large", "The mail is too large for SendGrid.")
    return Permanent(f"http_{status}", words or f"SendGrid refused it with HTTP {status}.")


def _broken(error: TransportError) -> Failure:
    """Before anything was handed over it may be tried again; afterwards nobody knows."""
    never_there = isinstance(error, NewConnectionError | ConnectTimeoutError | ProxyError)
    if never_there or (isinstance(error, SSLError) and "CERTIFICATE" in str(error).upper()):
        return Transient("mail_not_taken", "SendGrid could not be reached.")
    return OutcomeUnknown("no_answer", "The connection broke before SendGrid answered.")


def _wait(headers: Mapping[str, str], now: datetime) -> timedelta:
    """Retry-After in seconds, else X-RateLimit-Reset as a unix time (twilio.com/docs/sendgrid, rate limits)."""
    after, reset = _number(headers.get("Retry-After")), _number(headers.get("X-RateLimit-Reset"))
    if after is not None:
        wait = timedelta(seconds=after)
    elif reset is not None:
        wait = timedelta(seconds=reset - now.timestamp())
    else:
        wait = DEFAULT_WAIT
    return min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)


def _number(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _words(body: bytes) -> str:
    """The messages of `errors`, each with the field it is about."""
    said = []
    for error in _errors(body):
        message, field = str(error.get("message") or "").strip(), str(error.get("field") or "")
        if message:
            said.append(f"{message} ({field})" if field and field not in message else message)
    return " ".join(dict.fromkeys(said))[:WORDS_MAX]


def _about_sender(body: bytes) -> bool:
    return any(error.get("field") == "from" for error in _errors(body))


def _errors(body: bytes) -> list[dict[str, Any]]:
    found = _object(body).get("errors")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _object(body: bytes) -> dict[str, Any]:
    """An error's body may be nginx's HTML."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
