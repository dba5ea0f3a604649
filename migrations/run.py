"""Bringing a database to the tables this version of the code expects.

Alembic is imported only where there is something to migrate: every process asks at its start whether there is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from core.logins import APP_ROLE, DISPATCHER_ROLE, sqlalchemy_url

if TYPE_CHECKING:
    from alembic.config import Config

LOCK_TIMEOUT_MS = 4_000
"""A migration that waits for a table lock makes everybody behind it wait too: it gives up and is run again instead."""
STATEMENT_TIMEOUT_MS = 5_000
"""One migration may widen it for itself: `op.execute("SET LOCAL statement_timeout = '10min'")`."""
TURN_TIMEOUT_MS = 60_000
"""How long a second migrating process waits for the first."""
TURN = 0x5241_5050
"""The advisory lock's key: any number, as long as nothing else in the database uses it."""

URL = "url"
"""The name under which `upgrade` hands the database's URL to env.py."""


class NoDatabaseNamed(Exception):
    """Alembic was started by hand and neither DATABASE_ADMIN_URL nor DATABASE_URL is set."""


def upgrade(url: str, revision: str = "head") -> None:
    """Run every migration that is missing, each in a transaction of its own; nothing happens where none is.

    `url` is the owner's login (a superuser, or a plain owner with CREATEROLE or with both roles granted). Two at
    once are safe: the second waits for the first.
    Raises sqlalchemy.exc.OperationalError where a lock was not had in time; running it again is safe.
    """
    if revision == "head" and _is_current(url):
        return
    from alembic import command

    config = make_config()
    config.attributes[URL] = url
    command.upgrade(config, revision)


def _is_current(url: str) -> bool:
    engine = create_engine(sqlalchemy_url(url), poolclass=NullPool, connect_args={"connect_timeout": 5})
    with engine.connect() as connection:
        current, head = current_and_head(connection)
    return current == head


def current_and_head(connection: Connection) -> tuple[str | None, str]:
    """The revision the database stands at (None for an empty one), and the one this code needs.

    The application's own role may ask.
    """
    if connection.exec_driver_sql("SELECT to_regclass('alembic_version')").scalar() is None:
        return None, head_revision()
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar(), head_revision()


@cache
def head_revision() -> str:
    """The newest revision this code knows; their files begin with a number each, one higher than the one before."""
    files = (Path(__file__).parent / "versions").glob("[0-9]*.py")
    return max(file.name.partition("_")[0] for file in files)


def runtime_grant(login: str) -> str:
    """The statement that lets a plain login run the product (DATABASE_URL beside DATABASE_ADMIN_URL)."""
    quoted = '"' + login.replace('"', '""') + '"'
    return f"GRANT {APP_ROLE}, {DISPATCHER_ROLE} TO {quoted}"


def make_config() -> "Config":
    """Alembic's configuration, also where the code runs from a wheel and pyproject.toml is not there."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


@contextmanager
def migrating_connection(url: str) -> Iterator[Connection]:
    """A connection with the time limits of migrations, while no other process migrates the same database.

    The turn is an advisory lock in a transaction of a connection beside it, so that it outlives each migration's own
    commit and goes when the process dies.
    """
    limits = f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC"
    engine = create_engine(
        sqlalchemy_url(url),
        poolclass=NullPool,
        connect_args={"options": limits, "connect_timeout": 5, "application_name": "rapport migrate"},
    )
    with engine.connect() as turn, turn.begin():
        turn.exec_driver_sql(
            f"SET LOCAL lock_timeout = {TURN_TIMEOUT_MS}; SET LOCAL statement_timeout = {TURN_TIMEOUT_MS}; "
            "SET LOCAL idle_in_transaction_session_timeout = 0"
        )
        turn.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (TURN,))
        with engine.connect() as connection:
            yield connection
