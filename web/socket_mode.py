"""`rapport socket`: the same app over Socket Mode, for where Slack cannot reach an address of ours."""

import threading
import time
from collections.abc import Callable

import structlog
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.app import build_app
from core.settings import Settings
from web.database import database_for
from web.parts import Parts, make_parts

log = structlog.get_logger()

THREADS = 64
"""Envelopes handled at the same time."""
LOOK_SECONDS = 5.0
LOST_SECONDS = 60.0
"""The client connects again by itself; where it has not managed for so long, the process ends, for its supervisor to
start a new one."""


class ConnectionLost(Exception):
    """Slack could not be reached again in time."""


def serve_socket(settings: Settings, stop: threading.Event) -> None:
    """Serve over Socket Mode until `stop` is set. Raises SettingsError, and ConnectionLost from the watchdog."""
    settings.require("slack_app_token")
    with database_for(settings) as url:
        parts = make_parts(settings, url)
        handler = connect(parts, settings.slack_app_token.get_secret_value())
        log.info("socket_mode_connected")
        try:
            watch(handler.client.is_connected, stop)
        finally:
            handler.close()  # type: ignore[no-untyped-call]
            parts.close()


def connect(parts: Parts, app_token: str) -> SocketModeHandler:
    """Open the connection (`xapp-…`, scope connections:write). Raises slack_sdk.errors.SlackApiError."""
    app = build_app(
        # Socket Mode carries no signatures: the connection itself was opened with our token.
        signing_secret=parts.signing_secret or "unused",
        tokens=parts.tokens,
        database=parts.database,
        clock=parts.clock,
        slack=parts.slack,
        later=parts.later,
        site=parts.site,
    )
    handler = SocketModeHandler(app, app_token, web_client=parts.slack.client(app_token), concurrency=THREADS)
    handler.connect()  # type: ignore[no-untyped-call]
    return handler


def watch(
    is_connected: Callable[[], bool],
    stop: threading.Event,
    *,
    look_seconds: float = LOOK_SECONDS,
    lost_seconds: float = LOST_SECONDS,
) -> None:
    """Return when `stop` is set. Raises ConnectionLost after `lost_seconds` without a connection."""
    last_seen = time.monotonic()
    while not stop.wait(look_seconds):
        if is_connected():
            last_seen = time.monotonic()
        elif time.monotonic() - last_seen > lost_seconds:
            raise ConnectionLost(f"no connection to Slack for {lost_seconds:.0f} seconds")
