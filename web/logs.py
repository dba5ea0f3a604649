"""One line of JSON for each event, on standard error. Never a payload, never a token."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

TOKEN = re.compile(r"\bx(?:ox[a-z]|app)-[A-Za-z0-9-]{6,}|\bSG\.[A-Za-z0-9_.-]{16,}|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)")
"""Slack's and SendGrid's tokens, and a password inside a URL."""
SECRET_KEYS = frozenset({"token", "bot_token", "app_token", "body", "payload", "password", "authorization", "secret"})
HIDDEN = "***"

QUIET = ("slack_bolt", "slack_sdk", "urllib3", "alembic", "apscheduler", "werkzeug", "python_http_client")
"""Libraries that say too much: Bolt prints the payload of a request it does not know."""


def configure_logs(level: str = "INFO") -> None:
    """Send everything that is logged, by us or by libraries, through one formatter. Call it once, at the start."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    handler.addFilter(_worth_saying)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def _worth_saying(record: logging.LogRecord) -> bool:
    """Asked of each line rather than set on the loggers: Bolt gives each of its own loggers the root's level."""
    return record.levelno >= logging.ERROR or not record.name.startswith(QUIET)


def hide_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank what must not be read in a log: known keys, and anything that looks like a token."""
    for key, value in event.items():
        if key in SECRET_KEYS:
            event[key] = HIDDEN
        elif isinstance(value, str):
            event[key] = TOKEN.sub(HIDDEN, value)
    return event
