"""What the processes are put together from: database, clock, Slack, tokens; built once from the settings."""

from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

from bot.client import SlackConnection
from bot.tokens import SingleToken, StoredTokens, Tokens
from core.context import Clock, make_clock
from core.db import Database
from core.secrets import NoUsableKey, Secrets
from core.settings import Settings, SettingsError

SLACK_SECONDS = 2.0
"""How long a call to Slack may take here: Slack waits 3 s for our answer, and a window can be opened as long."""
POOL_SIZE = 8
"""Database connections of one process: more of them lengthen the tail of answer times, they do not shorten it."""
LATER_THREADS = 32
"""Calls to Slack that follow an answer, at the same time: they wait for the network, not for a processor."""


@dataclass(frozen=True)
class Parts:
    """Everything a process that talks to Slack needs. Close it at the end."""

    signing_secret: str
    tokens: Tokens
    database: Database
    clock: Clock
    slack: SlackConnection
    later: Executor
    site: str = ""
    """Where the product's pages are, without a slash at the end; empty where they are nowhere."""
    events_key: str = ""
    inbound_key: str = ""
    """Who signs SendGrid's two webhooks (web.sendgrid.public_keys); a webhook without a key answers 503."""

    secret: str = ""
    """Signs the links to unsubscribe; without it there is no page for them."""

    def close(self) -> None:
        """Finish what was promised to Slack, then let the connections go."""
        self.later.shutdown(wait=True)
        self.database.dispose()


def make_parts(settings: Settings, database_url: str) -> Parts:
    """Put a process together. Connects to nothing yet.

    `database_url`: the settings' own, or the embedded server's. Raises SettingsError where no token can be had.
    """
    database = Database(database_url, pool_size=POOL_SIZE)
    slack = SlackConnection(settings.slack_api_url, timeout=SLACK_SECONDS)
    return Parts(
        signing_secret=settings.slack_signing_secret.get_secret_value(),
        tokens=make_tokens(settings, slack, database),
        database=database,
        clock=make_clock(settings.rapport_clock_file),
        slack=slack,
        later=ThreadPoolExecutor(LATER_THREADS, thread_name_prefix="later"),
        site=settings.public_url.rstrip("/"),
        events_key=settings.sendgrid_events_public_key,
        inbound_key=settings.sendgrid_inbound_public_key,
        secret=settings.secret_key.get_secret_value(),
    )


def make_tokens(settings: Settings, slack: SlackConnection, database: Database) -> Tokens:
    """One workspace's token from the environment, or each workspace's own from the database. Raises SettingsError."""
    token = settings.slack_bot_token.get_secret_value()
    if token:
        return SingleToken(slack, token)
    try:
        return StoredTokens(database, Secrets(settings.encryption_keys.get_secret_value()))
    except NoUsableKey as error:
        raise SettingsError(
            f"SLACK_BOT_TOKEN is not set, and tokens in the database cannot be opened: {error}"
        ) from error
