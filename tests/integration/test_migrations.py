"""Migrations build exactly what the models say, on an empty database, twice, at once, and without a superuser."""

import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from core.db import Database
from core.logins import APP_ROLE, DISPATCHER_ROLE, sqlalchemy_url
from core.models import Base
from migrations.run import (
    LOCK_TIMEOUT_MS,
    STATEMENT_TIMEOUT_MS,
    TURN,
    URL,
    current_and_head,
    head_revision,
    make_config,
    migrating_connection,
    runtime_grant,
    upgrade,
)
from tests.postgres import copy_database, with_database

CATALOGUE = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, co.collname,
               a.attgenerated, pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_collation co ON co.oid = a.attcollation
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
          AND NOT a.attisdropped AND c.relname <> 'alembic_version' ORDER BY 1, 2""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version' ORDER BY 1, 2""",
    "indexes": """
        SELECT tablename, indexname, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1, 2""",
}


@pytest.fixture
def empty_url(owner_url: str) -> Iterator[str]:
    """The owner's URL of an empty database, dropped afterwards."""
    name = f"rapport_{uuid4().hex[:12]}"
    yield copy_database(owner_url, name, template="template0")
    with psycopg.connect(with_database(owner_url, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def catalogue(url: str, kind: str) -> list[tuple[object, ...]]:
    """What PostgreSQL itself says about the tables."""
    with psycopg.connect(url) as connection:
        return connection.execute(CATALOGUE[kind]).fetchall()


def revisions(url: str) -> tuple[str | None, str]:
    """The database's revision and the code's."""
    engine = create_engine(sqlalchemy_url(url), poolclass=NullPool)
    with engine.connect() as connection:
        return current_and_head(connection)


def test_there_is_one_head() -> None:
    assert ScriptDirectory.from_config(make_config()).get_heads() == [head_revision()]


def test_an_empty_database_is_brought_to_head_and_a_second_run_does_nothing(empty_url: str) -> None:
    before = revisions(empty_url)
    upgrade(empty_url)
    first = [catalogue(empty_url, kind) for kind in CATALOGUE]
    upgrade(empty_url)
    assert before[0] is None
    assert revisions(empty_url) == (before[1], before[1])
    assert [catalogue(empty_url, kind) for kind in CATALOGUE] == first


def test_the_application_may_ask_where_the_database_stands(database: Database) -> None:
    with database.engine.connect() as connection:
        current, head = current_and_head(connection)
    assert current == head


def test_the_migrated_tables_hold_no_drift(owner_url: str) -> None:
    engine = create_engine(sqlalchemy_url(owner_url), poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize("kind", CATALOGUE)
def test_migrations_and_models_build_the_same_catalogue(owner_url: str, empty_url: str, kind: str) -> None:
    """Autogenerate passes over CHECKs and generated columns; PostgreSQL's own catalogue passes over nothing."""
    engine = create_engine(sqlalchemy_url(empty_url), poolclass=NullPool)
    Base.metadata.create_all(engine)
    migrated, modelled = set(catalogue(owner_url, kind)), set(catalogue(empty_url, kind))
    assert migrated - modelled == set(), "in the migrations only"
    assert modelled - migrated == set(), "in the models only"
    assert len(modelled) > len(Base.metadata.tables)


def test_two_at_once_both_succeed(empty_url: str) -> None:
    code = "import sys; from migrations.run import upgrade; upgrade(sys.argv[1])"
    runs = [subprocess.Popen([sys.executable, "-c", code, empty_url]) for _ in range(2)]
    assert [run.wait(60) for run in runs] == [0, 0]
    current, head = revisions(empty_url)
    assert current == head


def test_whoever_migrates_has_the_turn_to_itself(owner_url: str) -> None:
    with migrating_connection(owner_url), psycopg.connect(owner_url) as other:
        assert other.execute("SELECT pg_try_advisory_xact_lock(%s)", [TURN]).fetchone() == (False,)
    with psycopg.connect(owner_url) as other:
        assert other.execute("SELECT pg_try_advisory_xact_lock(%s)", [TURN]).fetchone() == (True,)


def test_it_goes_back_to_nothing_and_forward_again(empty_url: str) -> None:
    upgrade(empty_url)
    config = make_config()
    config.attributes[URL] = empty_url
    command.downgrade(config, "base")
    assert catalogue(empty_url, "columns") == []
    upgrade(empty_url)
    assert catalogue(empty_url, "columns") != []


def test_migrations_run_within_time_limits(owner_url: str) -> None:
    with migrating_connection(owner_url) as connection:
        limits = [
            connection.exec_driver_sql(
                "SELECT setting::int FROM pg_settings WHERE name = %s", (f"{name}_timeout",)
            ).scalar_one()
            for name in ("lock", "statement")
        ]
    assert limits == [LOCK_TIMEOUT_MS, STATEMENT_TIMEOUT_MS]


@pytest.fixture
def plain_logins(owner_url: str) -> Iterator[tuple[str, str]]:
    """Two logins that are no superusers: one that may make roles, one that may do nothing."""
    suffix = uuid4().hex[:8]
    names = (f"managed_admin_{suffix}", f"plain_runtime_{suffix}")
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE").format(sql.Identifier(names[0])))
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(names[1])))
        # As after a first migration by this login: whoever makes a role administers it.
        for role in (APP_ROLE, DISPATCHER_ROLE):
            connection.execute(
                sql.SQL("GRANT {} TO {} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE").format(
                    sql.Identifier(role), sql.Identifier(names[0])
                )
            )
        yield names
        for name in reversed(names):
            connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(name)))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def test_managed_postgresql_without_superuser(plain_logins: tuple[str, str], empty_url: str) -> None:
    admin, runtime = plain_logins
    database = make_url(empty_url).database or ""
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(database), sql.Identifier(admin))
        )
    admin_url = make_url(empty_url).set(username=admin).render_as_string(hide_password=False)
    upgrade(admin_url)
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(runtime_grant(runtime).encode())
    product = Database(make_url(empty_url).set(username=runtime).render_as_string(hide_password=False))
    try:
        with product.begin(uuid4()) as session:
            assert session.connection().exec_driver_sql("SELECT current_user").scalar_one() == APP_ROLE
            assert session.connection().exec_driver_sql("SELECT count(*) FROM leads").scalar_one() == 0
        with product.dispatcher() as session:
            assert session.connection().exec_driver_sql("SELECT workspace_id FROM deliveries").all() == []
    finally:
        product.dispose()
