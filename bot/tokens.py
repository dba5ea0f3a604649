"""Which bot token answers a request: the one of the environment, or each workspace's own. Kept in memory for a while.

Bolt's own OAuth mode would call `auth.test` on every request (100 ms and more).
"""

import threading
import time
from dataclasses import dataclass
from typing import Protocol

import structlog
from slack_sdk.errors import SlackApiError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot.client import SlackConnection
from core.db import Database
from core.errors import Busy
from core.models import WorkspaceRow
from core.secrets import Secrets
from core.workspaces import workspace_id_for

log = structlog.get_logger()
CACHE_SECONDS = 60.0
"""How long a revoked token may still be tried: Slack refuses it anyway."""
ASK_AGAIN_SECONDS = 5.0
"""How long Slack is left alone after it could not say whose token it is: all requests would wait in one line."""


@dataclass(frozen=True)
class Installation:
    """A workspace the app is installed in, and the bot it acts as there."""

    team_id: str
    bot_token: str
    bot_user_id: str


class Tokens(Protocol):
    """Where installations come from."""

    def find(self, team_id: str) -> Installation | None:
        """The installation that answers a request of this team; None where there is none."""
        ...


class SingleToken:
    """One workspace, its token from the environment. Slack is asked once whose token it is."""

    def __init__(self, slack: SlackConnection, token: str) -> None:
        self._slack, self._token = slack, token
        self._known: Installation | None = None
        self._asked_at = -ASK_AGAIN_SECONDS
        self._lock = threading.Lock()

    def find(self, team_id: str) -> Installation | None:  # noqa: ARG002 - outsiders too are answered, by this bot
        """The one installation. None while Slack cannot say whose token it is."""
        with self._lock:
            if self._known is None:
                if time.monotonic() - self._asked_at < ASK_AGAIN_SECONDS:
                    return None
                try:
                    answer = self._slack.client(self._token).auth_test()
                except (SlackApiError, ConnectionError) as error:
                    log.warning("token_unknown", error=type(error).__name__)
                    self._asked_at = time.monotonic()
                    return None
                self._known = Installation(str(answer["team_id"]), self._token, str(answer["user_id"]))
            return self._known


class StoredTokens:
    """Many workspaces, each with its sealed token in its own row."""

    def __init__(self, database: Database, secrets: Secrets) -> None:
        self._database, self._secrets = database, secrets
        self._cache: dict[str, tuple[float, Installation | None]] = {}

    def find(self, team_id: str) -> Installation | None:
        """The workspace's installation, as of at most a minute ago."""
        cached = self._cache.get(team_id)
        if cached is not None and time.monotonic() - cached[0] < CACHE_SECONDS and cached[1] is not None:
            return cached[1]
        try:
            found = self._read(team_id)
        except (Busy, SQLAlchemyError) as error:
            # What was true a minute ago lets the interaction itself say that the database is away.
            log.warning("installation_not_read", error=type(error).__name__)
            return cached[1] if cached is not None else None
        self._cache[team_id] = (time.monotonic(), found)
        return found

    def _read(self, team_id: str) -> Installation | None:
        workspace_id = workspace_id_for(team_id)
        with self._database.begin(workspace_id) as session:
            row = session.scalars(select(WorkspaceRow).where(WorkspaceRow.workspace_id == workspace_id)).one_or_none()
            if row is None or not row.bot_token or row.uninstalled_at is not None:
                return None
            return Installation(team_id, self._secrets.open(row.bot_token, bound_to=team_id), row.bot_user_id)
