"""The log: lines of JSON, and nothing in them that must not be read."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from web.logs import HIDDEN, configure_logs, hide_secrets


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is written, by whomever; the logs of the test run itself are put back."""
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    configure_logs()
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


@pytest.mark.parametrize(
    "text",
    [
        "xoxb-123456789-abcdef",
        "xapp-1-A0123-456-abcdef",
        "SG.abcdefghijklmnop.qrstuvwxyz",
        "postgresql://ana:secret@db.example/rapport",
    ],
)
def test_tokens_and_passwords_are_blanked_wherever_they_stand(text: str) -> None:
    hidden = str(hide_secrets(None, "", {"event": f"could not use {text} today"})["event"])
    assert HIDDEN in hidden
    assert not any(secret in hidden for secret in ("123456789", "A0123", "qrstuvwxyz", "secret"))


def test_known_keys_are_blanked() -> None:
    event = hide_secrets(None, "", {"event": "sent", "token": "anything", "body": "{}", "status": 200})
    assert event == {"event": "sent", "token": HIDDEN, "body": HIDDEN, "status": 200}


def test_each_line_is_json_with_time_level_and_exception(lines: io.StringIO) -> None:
    try:
        raise ValueError("no use with xoxb-123456789-abcdef")
    except ValueError:
        structlog.get_logger("rapport").exception("it_failed", reference="3fa9c1d2")
    logging.getLogger("somebody.else").warning("a library says %s", "so")
    ours, theirs = (json.loads(line) for line in lines.getvalue().splitlines())
    assert (ours["event"], ours["level"], ours["reference"]) == ("it_failed", "error", "3fa9c1d2")
    assert "ValueError" in ours["exception"]
    assert "123456789" not in ours["exception"]
    assert ours["at"].endswith("Z")
    assert (theirs["event"], theirs["logger"]) == ("a library says so", "somebody.else")


def test_bolt_does_not_print_payloads(lines: io.StringIO) -> None:
    logging.getLogger("slack_bolt.App").warning("Unhandled request ({'user': 'U1', 'text': 'private'})")
    assert lines.getvalue() == ""
