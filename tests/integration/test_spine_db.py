"""What a transaction does where connections run out, die, or meet one another."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.context import Workspace
from core.db import Database
from core.errors import Busy


@pytest.fixture
def single(owner_url: str) -> Iterator[Database]:
    """A database with one connection."""
    database = Database(owner_url, pool_size=1)
    yield database
    database.dispose()


def test_no_free_connection_is_busy_and_not_our_fault(single: Database, workspace: Workspace) -> None:
    with single.begin(workspace.id), pytest.raises(Busy) as refused, single.begin(workspace.id):
        pass
    assert refused.value.code == "overloaded"


def test_a_connection_that_died_in_the_pool_is_replaced(single: Database, owner_url: str, workspace: Workspace) -> None:
    with single.begin(workspace.id) as session:
        pid = session.scalar(text("SELECT pg_backend_pid()"))
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(%s, 2000)", [pid])
    with single.begin(workspace.id) as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != pid
        assert session.scalar(text("SELECT count(*) FROM members")) == 1


def test_errors_do_not_carry_what_was_typed(database: Database, workspace: Workspace) -> None:
    with pytest.raises(DBAPIError) as failed, database.begin(workspace.id) as session:
        session.execute(text("SELECT no_such_column FROM leads WHERE name = :typed"), {"typed": "Ana Silva"})
    assert "Ana Silva" not in str(failed.value)
