"""`rapport web`, `rapport socket` and `rapport worker` as processes of their own, against the simulator."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3

from sandbox.defaults import SIGNING_SECRET, fresh_team
from sandbox.driver import Driver
from sandbox.model import Team
from sandbox.server import SandboxServer
from sandbox.simulator import Sandbox
from web.manifest import manifest
from web.socket_mode import ConnectionLost, watch

ENOUGH_SECONDS = 40


@pytest.fixture
def slack() -> Iterator[tuple[SandboxServer, Team]]:
    """A simulator of this test's own, with one workspace."""
    sandbox = Sandbox()
    with SandboxServer(sandbox) as server:
        yield server, sandbox.add_team(fresh_team(manifest()))


@contextmanager
def rapport(
    url: str, slack: tuple[SandboxServer, Team], *command: str, **more: str
) -> Iterator[subprocess.Popen[bytes]]:
    """The command as a process, which is to end with exit code 0 when it is asked to."""
    server, team = slack
    settings = {
        "DATABASE_URL": url,
        "SLACK_API_URL": server.api_url,
        "SLACK_BOT_TOKEN": team.app.bot_token,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
    }
    process = subprocess.Popen(  # its log goes to a pipe, which a short run does not fill
        [sys.executable, "-m", "cli.main", *command], env=os.environ | settings | more, stderr=subprocess.PIPE
    )
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=ENOUGH_SECONDS)
        assert process.returncode == 0, log.decode()
        assert team.app.bot_token.encode() not in log
    except AssertionError as error:
        process.kill()
        error.add_note(process.communicate()[1].decode())
        raise
    finally:
        process.kill()
        process.communicate()


def until(found: Callable[[], bool]) -> None:
    """Wait for something another process does."""
    deadline = time.monotonic() + ENOUGH_SECONDS
    while not found():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def answers(url: str) -> bool:
    try:
        return urllib3.request("GET", url, retries=False, timeout=2).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_web_serves_slack_and_the_worker_sends_what_is_due_and_both_end_when_asked(
    own_url: str, slack: tuple[SandboxServer, Team], tmp_path: Path
) -> None:
    server, team = slack
    port = free_port()
    with rapport(own_url, slack, "web", PORT=str(port), WEB_CONCURRENCY="2", TMPDIR=str(tmp_path)):
        until(lambda: answers(f"http://127.0.0.1:{port}/healthz"))
        until(lambda: answers(f"http://127.0.0.1:{port}/readyz"))
        team.app.request_url = f"http://127.0.0.1:{port}/slack/events"
        ana = Driver(server.sandbox, team).as_("ana")
        answer = ana.command("/crm help")
        assert answer is not None
        assert "/lead" in answer.visible_text()
        metrics = urllib3.request("GET", f"http://127.0.0.1:{port}/metrics").data.decode()
        assert 'route="/slack/events"' in metrics
        assert list(tmp_path.glob("*metrics*/*.db")) != []
        with rapport(own_url, slack, "worker"):
            until(lambda: any(message.is_from_app and not message.is_ephemeral for message in ana.messages()))
    assert list(tmp_path.iterdir()) == []


def test_socket_mode_serves_slack_and_ends_when_asked(own_url: str, slack: tuple[SandboxServer, Team]) -> None:
    server, team = slack
    with rapport(own_url, slack, "socket", SLACK_APP_TOKEN=team.app.app_token, SLACK_SIGNING_SECRET=""):
        until(lambda: server.sandbox.sockets.connected(team.app.app_token))
        answer = Driver(server.sandbox, team).as_("ana").command("/crm help")
        assert answer is not None
        assert "/lead" in answer.visible_text()


def test_socket_mode_with_a_wrong_token_says_so(
    own_url: str, slack: tuple[SandboxServer, Team], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"DATABASE_URL": own_url, "SLACK_API_URL": slack[0].api_url}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SLACK_BOT_TOKEN", slack[1].app.bot_token)
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-wrong")
    command = [sys.executable, "-m", "cli.main", "socket"]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=ENOUGH_SECONDS)
    assert ended.returncode == 1
    assert "Slack refuses the connection: invalid_auth" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_watchdog_ends_a_process_that_lost_its_connection() -> None:
    with pytest.raises(ConnectionLost):
        watch(lambda: False, threading.Event(), look_seconds=0.01, lost_seconds=0.05)


def test_the_watchdog_stops_when_asked() -> None:
    stop = threading.Event()
    looks = iter([True, False, True])

    def connected() -> bool:
        found = next(looks, None)
        if found is None:
            stop.set()
        return bool(found)

    watch(connected, stop, look_seconds=0.001, lost_seconds=60)
    assert stop.is_set()
