"""The senders: Slack's Web API, and the terminal where there is no token."""

import itertools
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Protocol
from uuid import UUID

from slack_sdk.errors import SlackApiError, SlackClientError

from bot.client import SlackConnection
from bot.tokens import Tokens
from core.context import Clock
from core.workspaces import workspace_id_for
from notifications.failures import Transient, classify

Answer = Mapping[str, Any]
FORM_METHODS = frozenset({"users.info", "files.getUploadURLExternal"})
"""Methods that read no JSON body (docs.slack.dev/apis/web-api, "Evaluating responses")."""


class Sender(Protocol):
    """Makes one call for one workspace."""

    def call(self, team_id: str, method: str, arguments: Mapping[str, object]) -> Answer:
        """Slack's answer. Raises notifications.failures.Failure."""
        ...

    def upload(self, url: str, content: bytes) -> None:
        """Hand a file's content over at the address Slack gave for it. Raises notifications.failures.Failure."""
        ...


class SlackSender:
    """Calls Slack, each workspace with its own token. Never repeats a call by itself."""

    def __init__(self, slack: SlackConnection, tokens: Tokens) -> None:
        self._slack, self._tokens = slack, tokens

    def call(self, team_id: str, method: str, arguments: Mapping[str, object]) -> Answer:
        """Slack's answer. Raises Failure: RateLimited, Transient (unreachable, 5xx, no token) or Permanent."""
        found = self._tokens.find(team_id)
        if found is None or workspace_id_for(found.team_id) != workspace_id_for(team_id):
            raise Transient("not_authed", "Rapport has no token for this workspace. Install the app again.")
        client = self._slack.client(found.bot_token)
        try:
            if method in FORM_METHODS:
                answer = client.api_call(method, params=dict(arguments))
            else:
                answer = client.api_call(method, json=dict(arguments))
        except (SlackApiError, SlackClientError, OSError) as error:
            raise classify(error) from error
        data: Answer = answer.data if isinstance(answer.data, dict) else {}
        return data

    def upload(self, url: str, content: bytes) -> None:
        """Hand a file's content over. Raises Transient: what went wrong on the way may go right the next time."""
        if not self._slack.upload(url, content):
            raise Transient("upload_failed", "Slack did not take the file.")


class ConsoleSender:
    """Prints what Slack would be sent: for a first look without a workspace."""

    _STEPS: Mapping[str, Answer] = MappingProxyType(
        {
            "conversations.open": {"ok": True, "channel": {"id": "D0"}},
            "files.getUploadURLExternal": {"ok": True, "file_id": "F0", "upload_url": "console"},
        }
    )
    """Steps on the way to a file, whose answers lead to the next."""

    def __init__(self, clock: Clock, write: Callable[[str], object] | None = None) -> None:
        self._clock, self._write = clock, write or sys.stdout.write
        self._numbers = itertools.count(1)

    def call(self, team_id: str, method: str, arguments: Mapping[str, object]) -> Answer:
        """Print one line: method, receiver, text. Always succeeds."""
        if method in self._STEPS:
            return self._STEPS[method]
        receiver = arguments.get("channel") or arguments.get("user_id") or arguments.get("user") or ""
        text = str(arguments.get("text", "")).replace("\n", " ")
        self._write(f"[{team_id}] {method} {receiver}: {text}\n")
        ts = f"{int(self._clock.now().timestamp())}.{next(self._numbers):06d}"
        return {"ok": True, "channel": receiver, "ts": arguments.get("ts", ts)}

    def upload(self, url: str, content: bytes) -> None:  # noqa: ARG002 - there is no address
        """Print how much it is."""
        self._write(f"upload of {len(content)} bytes\n")


def client_msg_id(delivery_id: UUID) -> str:
    """What lets Slack recognise the second try of one post (undocumented but kept; see docs/adr/0003-outbox.md)."""
    return str(delivery_id)
