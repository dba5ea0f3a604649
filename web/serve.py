"""`rapport web`: gunicorn with threads, set up from here so that there is no second place for settings."""

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger

from core.memory import settle
from core.settings import Settings
from web.database import database_for

log = structlog.get_logger()

THREADS = 128
"""Requests at the same time in one process: most wait for the network."""
GRACE_SECONDS = 20
"""How long a stopping process finishes what it has begun; Slack waits 3."""
KEEPALIVE_SECONDS = 75
"""Longer than a load balancer keeps an idle connection (60), so that it never writes into a closed one."""
STUCK_SECONDS = 60
"""A process that does not even turn its loop for so long is replaced."""

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

AppMaker = Callable[[], tuple[Flask, Callable[[], None]]]
"""Makes the app inside a worker process, and what closes it."""


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; ends the process. Raises SettingsError before anything is opened."""
    settings.require("slack_signing_secret")
    with shared_metrics(settings.web_concurrency):
        _import_app()
        with database_for(settings) as url:
            run_gunicorn(lambda: _make_app(settings, url), port=settings.port, workers=settings.web_concurrency)


def run_gunicorn(
    make_app: AppMaker,
    *,
    port: int,
    workers: int = 1,
    host: str = "0.0.0.0",  # noqa: S104
) -> None:
    """Run gunicorn in this process until it is told to stop, and end the process.

    Listens on all addresses: it stands behind a proxy.
    """
    _Server(make_app, bind=f"{host}:{port}", workers=workers).run()


@contextmanager
def shared_metrics(workers: int) -> Iterator[None]:
    """Let several web processes add up their numbers in a folder (prometheus_client's multiprocess mode).

    To be entered before the metrics module is imported, which looks for the folder then. A folder that had to be made
    goes away at the end, however that comes.
    """
    if workers == 1 or METRICS_FOLDER in os.environ:
        yield
        return
    folder, maker = tempfile.mkdtemp(prefix="rapport-metrics-"), os.getpid()
    os.environ[METRICS_FOLDER] = folder
    try:
        yield
    finally:
        if os.getpid() == maker:  # gunicorn's workers are forked in here, and leave by the same way
            shutil.rmtree(folder, ignore_errors=True)
            del os.environ[METRICS_FOLDER]


def _import_app() -> None:
    """Once for all workers, which share the memory; after the metrics' folder is set. Nothing is opened by it."""
    import web.app
    import web.parts  # noqa: F401

    settle()


def _make_app(settings: Settings, url: str) -> tuple[Flask, Callable[[], None]]:
    from web.app import create_app
    from web.parts import make_parts

    parts = make_parts(settings, url)
    return create_app(parts), parts.close


class _Log(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's messages through the process's own log."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.setLevel(logging.NOTSET)  # the process's own level rules
        self.error_log.propagate = True


class _Server(BaseApplication):  # type: ignore[misc]
    """One app under gunicorn."""

    def __init__(self, make_app: AppMaker, *, bind: str, workers: int) -> None:
        self._make_app, self._bind, self._workers = make_app, bind, workers
        self._close: Callable[[], None] = lambda: None
        super().__init__()

    def load_config(self) -> None:
        for name, value in {
            "bind": self._bind,
            "workers": self._workers,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": STUCK_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "keepalive": KEEPALIVE_SECONDS,
            "control_socket_disable": True,
            "logger_class": _Log,
            "worker_tmp_dir": _memory_folder(),
            "worker_exit": self._worker_exit,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        app, self._close = self._make_app()
        return app

    def _worker_exit(self, _server: Arbiter, _worker: object) -> None:
        self._close()


def _memory_folder() -> str | None:
    """Where gunicorn's heartbeat file does not wait for a disk."""
    folder = Path("/dev/shm")  # noqa: S108 - the folder itself; gunicorn makes its file unguessable
    return str(folder) if folder.is_dir() and os.access(folder, os.W_OK) else None
