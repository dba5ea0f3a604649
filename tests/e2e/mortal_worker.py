"""A worker in a process of its own that starts quickly, so that a test can kill it again and again.

The processes are forked from a server that has imported everything; each connects to the database by itself.
"""

import multiprocessing
import os
import signal
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from threading import Event

from bot.client import SlackConnection
from bot.tokens import StoredTokens
from cli.processes import WORKER_POOL, WORKER_STATEMENT_MS
from core.context import FileClock
from core.db import Database
from core.memory import settle
from core.secrets import Secrets
from notifications.email import SendGridSender
from notifications.mailing import MailSettings
from notifications.slack import SlackSender
from notifications.worker import Worker
from web.logs import configure_logs

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__, "psycopg"])  # which is imported with the first engine only
LOOK = 0.01
"""Real seconds between two looks at a clock that others move."""
LOOKS = 25
"""After so many looks a hasty worker asks what is due, though the clock was not moved."""


@dataclass(frozen=True)
class Setting:
    """What a worker has to know."""

    database_url: str
    clock_file: Path
    key: str
    """That the token in the database is sealed with."""
    slack_url: str
    sendgrid_url: str
    sendgrid_key: str
    mail: MailSettings


def start(setting: Setting) -> ForkServerProcess:
    """A worker that works until it is killed."""
    process = _FORKS.Process(target=_work, args=(setting,))
    process.start()
    return process


def kill(process: ForkServerProcess) -> None:
    """End it in the middle of whatever it does."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def _work(setting: Setting) -> None:
    configure_logs("CRITICAL")
    _worker(setting).serve(Event())


def _worker(setting: Setting) -> Worker:
    settle()
    database = Database(setting.database_url, pool_size=WORKER_POOL, statement_timeout_ms=WORKER_STATEMENT_MS)
    clock, slack = FileClock(setting.clock_file), SlackConnection(setting.slack_url)
    slack_sender = SlackSender(slack, StoredTokens(database, Secrets(setting.key)))
    mails = SendGridSender(setting.sendgrid_key, setting.sendgrid_url, clock)
    return Worker(database, clock, slack_sender, mail_sender=mails, mail=setting.mail)


def start_hasty(setting: Setting) -> ForkServerProcess:
    """A worker that asks what is due as soon as its clock was moved, by days; it works until it is killed."""
    process = _FORKS.Process(target=_work_hastily, args=(setting,))
    process.start()
    return process


def _work_hastily(setting: Setting) -> None:
    configure_logs("CRITICAL")
    worker, clock = _worker(setting), FileClock(setting.clock_file)
    while True:
        moved = _moved(setting.clock_file)
        worker.run_once(sleep=lambda seconds: _sleep(clock, seconds))
        for _ in range(LOOKS):
            if _moved(setting.clock_file) != moved:
                break
            Event().wait(LOOK)


def _sleep(clock: FileClock, seconds: float) -> None:
    """Seconds of a clock that others move."""
    until = clock.now() + timedelta(seconds=seconds)
    while clock.now() < until:
        Event().wait(LOOK)


def _moved(clock_file: Path) -> int:
    """Changes whenever somebody moves the clock."""
    return clock_file.stat().st_mtime_ns if clock_file.exists() else 0
