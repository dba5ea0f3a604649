"""A PostgreSQL for one test run, held by a process of its own.

`python -m tests.postgres FOLDER NAME` starts (or joins) the server in FOLDER, makes the database NAME as a copy of a
migrated one, prints its URL and waits for the end of its standard input. That end comes however the tests end: passed,
interrupted or killed. The last process to leave stops the server and removes the folder.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from core.embedded import embedded_postgres
from migrations.run import upgrade

MEMORY = Path("/dev/shm")
ROOM = 4 << 30
"""Bytes that must be free there."""


def folder_of(run: str) -> Path:
    """Where the server of a test run is best kept: in memory where there is room, else where temporary files are.

    All processes of a run find the same folder, however much the first of them has written by then.
    """
    in_memory = MEMORY / run
    if in_memory.exists() or _has_room():
        return in_memory
    return Path(tempfile.gettempdir()) / run


def _has_room() -> bool:
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)):
        return False
    return min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available) > ROOM


@contextmanager
def database_server(folder: Path, name: str) -> Iterator[str]:
    """The owner's URL of a fresh, migrated database while the context is open; used by the tests themselves."""
    holder = subprocess.Popen(
        [sys.executable, "-m", "tests.postgres", str(folder), name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
        start_new_session=True,  # Ctrl-C is for the tests; the server is wanted until they have ended
    )
    with holder:
        assert holder.stdout is not None
        url = holder.stdout.readline().strip()
        if not url:
            raise RuntimeError(f"the test database did not start, exit code {holder.wait(10)}")
        yield url


def hold(folder: Path, name: str) -> None:
    """Keep the server and the database until standard input ends."""
    turn = folder.with_suffix(".lock")
    with ExitStack() as server:
        with locked(turn):
            owner_url = server.enter_context(embedded_postgres(folder))
            relax(owner_url)
            upgrade(owner_url)
            print(copy_database(owner_url, name), flush=True)
        sys.stdin.read()
        with locked(turn):
            server.close()
            if not (folder / "postgres.users").read_text():
                shutil.rmtree(folder)
                turn.unlink()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def relax(owner_url: str) -> None:
    """Nothing here has to survive a power cut."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")


def copy_database(owner_url: str, name: str, template: str | None = None) -> str:
    """Make a database as a copy of the one in the URL (or of `template`), and give its URL."""
    source = template or make_url(owner_url).database or ""
    with psycopg.connect(with_database(owner_url, "postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source))
        )
    return with_database(owner_url, name)


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def main() -> None:
    """Entry point; a SIGTERM ends it as the end of standard input does."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    hold(Path(sys.argv[1]), sys.argv[2])


if __name__ == "__main__":
    main()
