"""The database itself keeps workspaces apart: proven for every table there is, and for each new one by itself."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Table, and_, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from core.db import Database
from core.logins import APP_ROLE, DISPATCHER_ROLE
from core.models import Base
from tests.rows import ONE_OF, Values, foreign_keys, insert_row, key_of, row_values, tables

TABLES = [pytest.param(table, id=table.name) for table in tables()]
FOREIGN_KEYS = [pytest.param(*key, id=f"{key[0].name}.{key[1]}") for key in foreign_keys()]
APPEND_ONLY = {"history"}
DISPATCHER_READS = {
    "outbox": {"workspace_id", "routed_at"},
    "deliveries": {"workspace_id", "kind", "state", "next_at", "lease_until"},
    "workspaces": {"workspace_id", "uninstalled_at"},
    "held_notices": {"workspace_id", "due_at", "sent_at"},
    "bulk_jobs": {"workspace_id", "state", "lease_until"},
    "emails": {"workspace_id", "message_id", "provider_id"},
    "inbox": {"workspace_id", "kind", "state", "received_at", "last_error"},
    "schedules": {"workspace_id", "next_due_at"},
}
FORBIDDEN = "42501"
FOREIGN_KEY = "23503"


@pytest.fixture
def here() -> UUID:
    """The workspace that somebody works in."""
    return uuid4()


@pytest.fixture
def elsewhere() -> UUID:
    """Another company's workspace."""
    return uuid4()


@pytest.fixture
def nowhere(database: Database) -> Iterator[Connection]:
    """A transaction as the application, on a pooled connection, with no workspace set."""
    with database.engine.connect() as connection, connection.begin():
        yield connection


def theirs(database: Database, table: Table, workspace_id: UUID) -> Values:
    """A committed row of another workspace."""
    with database.begin(workspace_id) as session:
        return insert_row(session, table, workspace_id)


def sqlstate(act: Callable[[], object]) -> str:
    """PostgreSQL's code for why an act was refused; fails where it was not."""
    with pytest.raises(DBAPIError) as refused:
        act()
    return str(getattr(refused.value.orig, "sqlstate", ""))


@pytest.mark.parametrize("table", TABLES)
def test_their_rows_cannot_be_read(database: Database, here: UUID, elsewhere: UUID, table: Table) -> None:
    theirs(database, table, elsewhere)
    with database.begin(here) as session:
        assert session.execute(select(table).where(table.c.workspace_id == elsewhere)).all() == []
        assert session.execute(select(table)).all() == []
    with database.begin(elsewhere) as session:
        assert len(session.execute(select(table)).all()) >= 1


@pytest.mark.parametrize("table", TABLES)
def test_their_rows_cannot_be_changed(database: Database, here: UUID, elsewhere: UUID, table: Table) -> None:
    row = theirs(database, table, elsewhere)
    aim = and_(*(table.c[name] == value for name, value in key_of(table, row).items()))
    column = next(column for column in table.columns if column.computed is None and not column.primary_key)
    statements = [update(table).where(aim).values({column.name: row.get(column.name)}), delete(table).where(aim)]
    for statement in statements:
        if table.name in APPEND_ONLY:
            assert sqlstate(lambda s=statement: run(database, here, s)) == FORBIDDEN
        else:
            assert run(database, here, statement.returning(table.c.workspace_id)) == []
    with database.begin(elsewhere) as session:
        assert len(session.execute(select(table).where(aim)).all()) == 1


def run(database: Database, workspace_id: UUID, statement: object) -> list[object]:
    """Execute one statement in a transaction of its own, below the session that guards the history; gives the rows."""
    with database.begin(workspace_id) as session:
        result = session.connection().execute(statement)
        return list(result.all()) if result.returns_rows else []


@pytest.mark.parametrize("table", TABLES)
def test_nothing_can_be_inserted_for_them(database: Database, here: UUID, elsewhere: UUID, table: Table) -> None:
    row = prepared(database, table, elsewhere)
    assert sqlstate(lambda: run(database, here, insert(table).values(row))) == FORBIDDEN
    run(database, elsewhere, insert(table).values(row))


def prepared(database: Database, table: Table, workspace_id: UUID) -> Values:
    """Values that would be a good row, whatever they point at being there already."""
    with database.begin(workspace_id) as session:
        return row_values(session, table, workspace_id)


@pytest.mark.parametrize("table", [param for param in TABLES if param.id not in APPEND_ONLY])
def test_no_row_can_be_moved_to_them(database: Database, here: UUID, elsewhere: UUID, table: Table) -> None:
    row = theirs(database, table, here)
    aim = and_(*(table.c[name] == value for name, value in key_of(table, row).items()))
    move = update(table).where(aim).values(workspace_id=elsewhere)
    assert sqlstate(lambda: run(database, here, move)) == FORBIDDEN


@pytest.mark.parametrize(("table", "column", "parent"), FOREIGN_KEYS)
def test_their_rows_cannot_be_pointed_at(
    database: Database, here: UUID, elsewhere: UUID, table: Table, column: str, parent: Table
) -> None:
    target = theirs(database, parent, elsewhere)["id"]
    with database.begin(here) as session:
        mine = insert_row(session, parent, here)["id"]
    row = prepared(database, table, here)
    if column in ONE_OF and set(ONE_OF) <= set(table.columns.keys()):
        row |= dict.fromkeys(ONE_OF, None)
    if column == "merged_into_id":  # what is merged is off the list
        row |= {"archived_at": datetime.now(UTC)}
    assert sqlstate(lambda: run(database, here, insert(table).values(row | {column: target}))) == FOREIGN_KEY
    run(database, here, insert(table).values(row | {column: mine}))


@pytest.mark.parametrize("table", TABLES)
def test_without_a_workspace_nothing_is_there(
    database: Database, elsewhere: UUID, nowhere: Connection, table: Table
) -> None:
    theirs(database, table, elsewhere)
    row = prepared(database, table, elsewhere)
    assert nowhere.execute(select(table)).all() == []
    assert sqlstate(lambda: nowhere.execute(insert(table).values(row))) == FORBIDDEN


@pytest.mark.parametrize("name", sorted(APPEND_ONLY))
def test_what_is_append_only_stays_as_it_was(database: Database, here: UUID, name: str) -> None:
    table = Base.metadata.tables[name]
    theirs(database, table, here)
    for statement in (update(table).values(operation="lead.edit"), delete(table), text(f"TRUNCATE {name}")):
        assert sqlstate(lambda s=statement: run(database, here, s)) == FORBIDDEN
    with database.begin(here) as session:
        assert len(session.execute(select(table)).all()) == 1


@pytest.mark.parametrize("table", TABLES)
def test_the_dispatcher_reads_what_is_due_and_nothing_else(database: Database, elsewhere: UUID, table: Table) -> None:
    theirs(database, table, elsewhere)
    allowed = DISPATCHER_READS.get(table.name, set())
    for column in table.columns:
        if column.name in allowed:
            with database.dispatcher() as session:
                assert len(session.execute(select(column)).all()) >= 1
        else:
            assert sqlstate(lambda c=column: as_dispatcher(database, select(c))) == FORBIDDEN


@pytest.mark.parametrize("name", sorted(DISPATCHER_READS))
def test_the_dispatcher_changes_nothing(database: Database, elsewhere: UUID, name: str) -> None:
    table = Base.metadata.tables[name]
    theirs(database, table, elsewhere)
    row = prepared(database, table, elsewhere)
    changes = (
        insert(table).values(row),
        update(table).values(workspace_id=uuid4()),
        delete(table),
        select(table.c.workspace_id).with_for_update(),
    )
    for statement in changes:
        assert sqlstate(lambda s=statement: as_dispatcher(database, s)) == FORBIDDEN


def as_dispatcher(database: Database, statement: object) -> None:
    """Execute one statement as the dispatcher."""
    with database.dispatcher() as session:
        session.connection().execute(statement)


def test_no_statement_runs_as_owner_not_even_after_reset_role(database: Database, here: UUID) -> None:
    who = text("SELECT current_user, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user")
    with database.begin(here) as session:
        assert session.execute(who).one() == (APP_ROLE, False, False, False)
        session.execute(text("RESET ROLE"))
        assert session.execute(who).one() == (APP_ROLE, False, False, False)
        session.execute(text("RESET ALL"))
        assert session.execute(who).one() == (APP_ROLE, False, False, False)
    with database.dispatcher() as session:
        assert session.execute(who).one()[0] == DISPATCHER_ROLE
    with database.begin(here) as session:
        assert session.execute(who).one()[0] == APP_ROLE


def test_the_application_can_change_no_table_definition(database: Database, here: UUID) -> None:
    for statement in (
        "ALTER TABLE leads DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON leads",
        "CREATE TABLE mine (id int)",
        f"ALTER ROLE {APP_ROLE} BYPASSRLS",
    ):
        assert sqlstate(lambda s=statement: run(database, here, text(s))) == FORBIDDEN
