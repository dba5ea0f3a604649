"""Transactions: they commit or roll back as a whole, stay inside their workspace, and give up in time."""

from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from core.context import Workspace
from core.db import (
    LOCK_TIMEOUT_MS,
    STATEMENT_TIMEOUT_MS,
    Database,
    PrivilegedLogin,
    _refuse_privileges,
)
from core.errors import Busy
from core.logins import sqlalchemy_url
from core.models import Counter
from tests.rows import insert_row

COUNTER = Counter.__table__


def counters(database: Database, workspace_id: UUID) -> int:
    """How many counters a workspace holds."""
    with database.begin(workspace_id) as session:
        return len(session.scalars(select(Counter)).all())


def test_the_end_of_the_block_commits(database: Database) -> None:
    here = uuid4()
    with database.begin(here) as session:
        session.add(Counter(workspace_id=here, name="lead", value=1))
    assert counters(database, here) == 1


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_exception_takes_everything_back(database: Database, error: type[BaseException]) -> None:
    here = uuid4()
    with pytest.raises(error), database.begin(here) as session:  # noqa: PT012 - the block is what is tested
        session.add(Counter(workspace_id=here, name="lead", value=1))
        session.flush()
        raise error
    assert counters(database, here) == 0


def test_an_error_of_the_database_is_passed_on_and_the_connection_is_used_again(database: Database) -> None:
    with pytest.raises(ProgrammingError), database.begin(uuid4()) as session:
        session.execute(text("SELECT nothing FROM nowhere"))
    assert counters(database, uuid4()) == 0


def test_settings_end_with_their_transaction(database: Database) -> None:
    here = uuid4()
    read = text(
        "SELECT current_setting('app.workspace_id', true), current_setting('statement_timeout'), "
        "current_setting('lock_timeout')"
    )
    single = Database(str(database.engine.url.render_as_string(hide_password=False)), pool_size=1)
    try:
        with single.begin(here, statement_timeout_ms=7_000) as session:
            assert session.execute(read).one() == (str(here), "7s", f"{LOCK_TIMEOUT_MS // 1000}s")
        with single.dispatcher() as session:
            assert session.execute(read).one() == ("", f"{STATEMENT_TIMEOUT_MS // 1000}s", "1s")
    finally:
        single.dispose()


def test_a_lock_that_is_not_had_in_time_is_busy(database: Database, workspace: Workspace) -> None:
    with database.begin(workspace.id) as session:
        row = insert_row(session, COUNTER, workspace.id)
    lock = select(Counter).where(Counter.name == row["name"]).with_for_update()
    with database.begin(workspace.id) as first:
        first.execute(lock)
        with pytest.raises(Busy), database.begin(workspace.id) as second:
            second.execute(lock)


def test_a_statement_that_takes_too_long_is_busy(database: Database) -> None:
    with pytest.raises(Busy), database.begin(uuid4(), statement_timeout_ms=20) as session:
        session.execute(text("SELECT pg_sleep(30)"))


def test_a_workspace_id_that_is_none_never_reaches_the_database(database: Database) -> None:
    with pytest.raises(ValueError, match="badly formed"), database.begin("'; DROP TABLE leads; --"):  # type: ignore[arg-type]
        pytest.fail("a transaction was opened")


def test_a_login_that_keeps_its_privileges_is_refused(owner_url: str, database: Database) -> None:
    with psycopg.connect(owner_url) as owner, pytest.raises(PrivilegedLogin, match="postgres"):
        _refuse_privileges(owner, None)  # type: ignore[arg-type]
    with database.engine.connect() as connection:
        proxied = connection.connection.dbapi_connection
        assert proxied is not None
        _refuse_privileges(proxied, None)  # type: ignore[arg-type]


def test_a_database_without_the_roles_is_not_reached_as_owner(owner_url: str) -> None:
    stranger = Database(owner_url.replace("postgres:@", "nobody:@"))
    try:
        with pytest.raises(DBAPIError, match="nobody"), stranger.begin(uuid4()):
            pytest.fail("a transaction was opened")
    finally:
        stranger.dispose()


def test_urls_name_the_driver() -> None:
    assert sqlalchemy_url("postgres://ana@db/rapport") == "postgresql+psycopg://ana@db/rapport"
    assert sqlalchemy_url("postgresql://ana:s%40@db:5433/x") == "postgresql+psycopg://ana:s%40@db:5433/x"
