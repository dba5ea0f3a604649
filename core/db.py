"""Transactions: each one runs as the plain role `rapport_app`, inside one workspace, within time limits."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import ConnectionPoolEntry

from core.errors import Busy
from core.history import RecordedSession
from core.logins import APP_ROLE, DISPATCHER_ROLE, sqlalchemy_url

STATEMENT_TIMEOUT_MS = 2_000
LOCK_TIMEOUT_MS = 1_000
"""Inside Slack's 3 seconds for an answer (docs.slack.dev, interactivity: acknowledge within 3 s)."""
LOCK_NOT_AVAILABLE = "55P03"
QUERY_CANCELED = "57014"
DEADLOCK_DETECTED = "40P01"
IN_THE_WAY = frozenset({LOCK_NOT_AVAILABLE, QUERY_CANCELED, DEADLOCK_DETECTED})
"""SQLSTATEs of having met somebody else: trying again helps."""


class PrivilegedLogin(Exception):
    """The database login bypasses row-level security even after it was dropped to the application role."""


class Database:
    """A pool of connections that can only be used through `begin` and `dispatcher`."""

    def __init__(self, url: str, *, pool_size: int = 8, statement_timeout_ms: int = STATEMENT_TIMEOUT_MS) -> None:
        self._statement_timeout_ms = statement_timeout_ms
        self.engine: Engine = create_engine(
            sqlalchemy_url(url),
            # BEGIN and its settings go out as one message (_begin); psycopg's own BEGIN would be one round trip more.
            isolation_level="AUTOCOMMIT",
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=2.0,
            pool_pre_ping=False,
            # The one used last is the warmest: it has the statements prepared that the others would prepare anew.
            pool_use_lifo=True,
            pool_recycle=1800,
            # What people typed stands in the parameters, and errors end up in the log.
            hide_parameters=True,
            # The role is dropped in the start-up packet, so that not one statement runs as the owner, and RESET ROLE
            # leads back to the application role.
            connect_args={
                "options": f"-c role={APP_ROLE} -c timezone=UTC",
                "connect_timeout": 5,
                "application_name": "rapport",
            },
        )
        event.listen(self.engine, "connect", _refuse_privileges)
        event.listen(self.engine, "begin", self._begin)

    def _begin(self, connection: Connection) -> None:
        options = connection.get_execution_options()
        workspace_id = options.get("workspace_id")
        role = options.get("role", APP_ROLE)
        settings = [
            "BEGIN",
            f"SET LOCAL statement_timeout = {options.get('statement_timeout_ms', self._statement_timeout_ms)}",
            f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}",
        ]
        if workspace_id is not None:
            # Formatted, since SET takes no parameters; UUID() makes it a literal that cannot be anything else.
            settings.append(f"SET LOCAL app.workspace_id = '{UUID(str(workspace_id))}'")
        if role == DISPATCHER_ROLE:
            settings.append(f"SET LOCAL ROLE {DISPATCHER_ROLE}")
        connection.exec_driver_sql("; ".join(settings))

    @contextmanager
    def begin(self, workspace_id: UUID, *, statement_timeout_ms: int | None = None) -> Iterator[Session]:
        """One transaction inside one workspace: commits at the end, rolls back on any exception.

        `statement_timeout_ms` (milliseconds) widens the limit for the worker's longer statements.
        Raises core.errors.Busy where a lock was not had in time or a statement took too long, and Busy("overloaded")
        where no connection came free in time.
        """
        options: dict[str, object] = {"workspace_id": workspace_id}
        if statement_timeout_ms is not None:
            options["statement_timeout_ms"] = statement_timeout_ms
        with self._session(options) as session:
            yield session

    @contextmanager
    def dispatcher(self) -> Iterator[Session]:
        """A transaction outside any workspace that may only read which workspaces have something due."""
        with self._session({"role": DISPATCHER_ROLE}) as session:
            yield session

    @contextmanager
    def _session(self, options: dict[str, object]) -> Iterator[Session]:
        session = RecordedSession(self.engine, autoflush=True, expire_on_commit=False)
        try:
            _connect(session, options)
            yield session
            session.commit()
        except NoFreeConnection as error:
            raise Busy("overloaded") from error
        except StaleDataError as error:  # a version was counted on by somebody else between reading and writing
            session.rollback()
            raise Busy from error
        except DBAPIError as error:
            session.rollback()
            if getattr(error.orig, "sqlstate", None) in IN_THE_WAY:
                raise Busy from error
            raise
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()

    def dispose(self) -> None:
        """Close all pooled connections (before a fork, and at the end)."""
        self.engine.dispose()


@contextmanager
def outside(session: Session) -> Iterator[None]:
    """For a moment a transaction reads as `dispatcher` does: a few columns of every workspace, and nothing else."""
    session.flush()
    session.execute(text(f"SET LOCAL ROLE {DISPATCHER_ROLE}"))
    yield
    # Not after an exception: the transaction ends with it, and with that the role.
    session.execute(text(f"SET LOCAL ROLE {APP_ROLE}"))


def _connect(session: Session, options: dict[str, object]) -> None:
    """Begin. A connection that died in the pool (the server was restarted) is replaced: nothing was done on it yet."""
    try:
        session.connection(execution_options=options)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        session.rollback()
        session.connection(execution_options=options)


def _refuse_privileges(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """Row-level security must hold for every statement to come; a superuser would pass it silently."""
    cursor = connection.cursor()
    try:
        cursor.execute("SELECT current_user, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        row = cursor.fetchone()
    finally:
        cursor.close()
    if row is None or row[1]:
        raise PrivilegedLogin(f"the database role {row[0] if row else '?'} bypasses row-level security")
