"""Requests as Slack sends them, signed, each with its own ids so that none is taken for a repetition."""

import hashlib
import hmac
import itertools
import json
import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

SIGNING_SECRET = "bench-signing-secret"
TEAM, PERSON, BOT = "T0BENCH", "U0BENCH", "U0BENCHBOT"
_numbers = itertools.count(random.randrange(10**9) * 10**6)
BLANK_NAME = "NAME TO FILL IN"
CONSONANTS, VOWELS = "bcdfghjklmnprstvz", "aeiou"


@dataclass(frozen=True)
class Scenario:
    """One hot path: a name for the table, and for a submission the window as Slack would send it back."""

    name: str
    view: Mapping[str, object] | None = None

    def body(self, name: str) -> str:
        """A fresh request's body; `name` is typed into the window."""
        number = next(_numbers)
        if self.view is None:
            return urlencode(command_form("view L-1", number))
        return urlencode({"payload": json.dumps(submission(self.view, number, name))})

    def requests(self, count: int, address: tuple[str, int]) -> list[bytes]:
        """So many HTTP requests, ready to be written to a socket."""
        return [http_request(self.body(new_name()), address) for _ in range(count)]


def command_form(text: str, number: int) -> dict[str, str]:
    """`/lead …` as Slack posts it (docs.slack.dev/interactivity/implementing-slash-commands)."""
    return {
        "token": "none",
        "team_id": TEAM,
        "team_domain": "bench",
        "channel_id": "C0BENCH",
        "channel_name": "sales",
        "user_id": PERSON,
        "user_name": "bench",
        "command": "/lead",
        "text": text,
        "api_app_id": "A0BENCH",
        "is_enterprise_install": "false",
        "response_url": f"http://127.0.0.1:9/response/{number}",
        "trigger_id": f"{number}.1.bench",
    }


def submission(view: Mapping[str, object], number: int, name: str) -> dict[str, object]:
    """A view_submission; the lead gets a name that nobody had (docs.slack.dev/reference/interaction-payloads)."""
    sent = json.loads(json.dumps(view).replace(BLANK_NAME, name))
    sent |= {"id": f"V{number}", "hash": f"{number}.abc"}
    return {
        "type": "view_submission",
        "team": {"id": TEAM, "domain": "bench"},
        "user": {"id": PERSON, "username": "bench", "name": "bench", "team_id": TEAM},
        "api_app_id": "A0BENCH",
        "token": "none",
        "trigger_id": f"{number}.1.bench",
        "view": sent,
        "response_urls": [],
        "is_enterprise_install": False,
        "enterprise": None,
    }


def new_name() -> str:
    """A first name and a surname that sound like nobody's."""
    return " ".join("".join(_syllables(3)).capitalize() for _ in range(2))


def _syllables(count: int) -> Iterator[str]:
    for _ in range(count):
        yield random.choice(CONSONANTS) + random.choice(VOWELS)


def sign(timestamp: str, body: bytes) -> str:
    """`X-Slack-Signature` (docs.slack.dev/authentication/verifying-requests-from-slack)."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(SIGNING_SECRET.encode(), base, hashlib.sha256).hexdigest()


def http_request(body: str, address: tuple[str, int]) -> bytes:
    """A whole HTTP/1.1 request on a kept-alive connection."""
    data, timestamp = body.encode(), str(int(time.time()))
    head = (
        f"POST /slack/events HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(data)}\r\n"
        f"X-Slack-Request-Timestamp: {timestamp}\r\nX-Slack-Signature: {sign(timestamp, data)}\r\n\r\n"
    )
    return head.encode() + data
