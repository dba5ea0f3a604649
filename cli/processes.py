"""The long-running processes behind `rapport socket` and `rapport worker`, and `rapport migrate`."""

from datetime import datetime, timedelta

import structlog
from slack_sdk.errors import SlackApiError

from bot.client import SlackConnection
from cli.console import Stop
from cli.signals import stop_event
from core.context import Clock, make_clock
from core.db import Database
from core.memory import settle
from core.settings import Settings
from migrations.run import upgrade
from notifications.email import ConsoleMailSender, MailSender, SendGridSender
from notifications.mailing import GRACE, MailSettings
from notifications.slack import ConsoleSender, Sender, SlackSender
from notifications.worker import INBOXES, MAIL_THREADS, THREADS, Worker
from web.database import database_for
from web.parts import make_tokens

log = structlog.get_logger()
WORKER_POOL = THREADS + MAIL_THREADS + len(INBOXES) + 3
"""One connection for each relay and each reader of what comes in, one for bulk changes, and two for what the scheduler
does meanwhile."""
WORKER_STATEMENT_MS = 10_000
"""Milliseconds; nobody waits for the worker's answer within Slack's three seconds."""


def run_socket(settings: Settings) -> None:
    """Serve over Socket Mode until asked to end. Raises SettingsError, and Stop where Slack cannot be reached."""
    from web.socket_mode import ConnectionLost, serve_socket  # Bolt takes half a second to import

    settle()
    try:
        serve_socket(settings, stop_event())
    except ConnectionLost as error:
        raise Stop(str(error)) from error
    except SlackApiError as error:
        why = error.response.get("error")
        raise Stop(f"Slack refuses the connection: {why}. `rapport doctor` says what to fix.") from error


def run_migrations(settings: Settings) -> str:
    """Migrate with the owner's login (DATABASE_ADMIN_URL, else DATABASE_URL); what was done, in words."""
    if settings.database_url or settings.database_admin_url:
        upgrade(settings.database_admin_url or settings.database_url)
    else:
        with database_for(settings):  # which migrates the embedded database by itself
            pass
    return "The database has the tables of this version."


def run_worker(settings: Settings, *, once: bool, at: datetime | None) -> None:
    """Send what is to be sent until asked to end, or with `once` only what is due (`at`: a moment, default now).

    Raises SettingsError.
    """
    if at is not None and not once:
        raise Stop("--at says when --once is; a worker that goes on has the clock's own time.")
    if settings.sendgrid_api_key.get_secret_value():
        # Nobody gets a mail they cannot unsubscribe from.
        settings.require("public_url", "secret_key")
    settle()
    stop = stop_event()
    with database_for(settings) as url:
        database = Database(url, pool_size=WORKER_POOL, statement_timeout_ms=WORKER_STATEMENT_MS)
        try:
            clock = make_clock(settings.rapport_clock_file)
            worker = Worker(
                database,
                clock,
                _sender(settings, database, clock),
                mail_sender=mail_sender(settings, clock),
                # Who runs it once wants done what there is to do.
                mail=mail_settings(settings, grace=timedelta(0) if once else GRACE),
            )
            if once:
                done = worker.run_once(at, housekeeping=True)
                log.info("worker_done", done=done)
            else:
                worker.serve(stop)
        finally:
            database.dispose()


def _sender(settings: Settings, database: Database, clock: Clock) -> Sender:
    """Slack, or the terminal where there is no token to call Slack with."""
    if not settings.slack_bot_token.get_secret_value() and not settings.encryption_keys.get_secret_value():
        return ConsoleSender(clock)
    slack = SlackConnection(settings.slack_api_url)
    return SlackSender(slack, make_tokens(settings, slack, database))


def mail_sender(settings: Settings, clock: Clock) -> MailSender:
    """SendGrid, or the terminal where there is no key."""
    key = settings.sendgrid_api_key.get_secret_value()
    return SendGridSender(key, settings.sendgrid_api_url, clock) if key else ConsoleMailSender()


def mail_settings(settings: Settings, grace: timedelta) -> MailSettings:
    """What the environment says about mail; `grace` is how long one waits for Undo."""
    return MailSettings(
        mail_from=settings.mail_from,
        inbound_domain=settings.inbound_domain,
        site=settings.public_url.rstrip("/"),
        secret=settings.secret_key.get_secret_value(),
        grace=grace,
    )
