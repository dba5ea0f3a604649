"""What PostgreSQL's own catalogue says about tenancy: tables, keys, indexes, policies, grants."""

from collections.abc import Iterator

import psycopg
import pytest

from core.logins import APP_ROLE, DISPATCHER_ROLE
from core.models import Base

ONLY_OURS = "relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'"
TENANT = "(workspace_id = (NULLIF(current_setting('app.workspace_id'::text, true), ''::text))::uuid)"


@pytest.fixture
def owner(owner_url: str) -> Iterator[psycopg.Connection]:
    """A connection as owner, to read the catalogue."""
    with psycopg.connect(owner_url) as connection:
        yield connection


def names(owner: psycopg.Connection, query: str) -> list[object]:
    """The first column of a query's rows."""
    return [row[0] for row in owner.execute(query.encode()).fetchall()]


def test_there_are_the_tables_of_the_models_and_no_others(owner: psycopg.Connection) -> None:
    found = names(owner, f"SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND {ONLY_OURS}")
    assert set(found) == set(Base.metadata.tables)


def test_row_security_is_enabled_and_forced_everywhere(owner: psycopg.Connection) -> None:
    secured = names(
        owner,
        f"SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind = 'r' AND {ONLY_OURS}",
    )
    assert set(secured) == set(Base.metadata.tables)


def test_each_table_has_the_one_policy_for_reading_and_writing(owner: psycopg.Connection) -> None:
    policies = owner.execute(
        "SELECT tablename, permissive, roles::text[], cmd, qual, with_check FROM pg_policies "
        "WHERE policyname = 'tenant'"
    ).fetchall()
    expected = {(table, "PERMISSIVE", (APP_ROLE,), "ALL", TENANT, TENANT) for table in Base.metadata.tables}
    assert {(*row[:2], tuple(row[2]), *row[3:]) for row in policies} == expected


def test_no_other_policy_but_the_dispatchers(owner: psycopg.Connection) -> None:
    others = owner.execute(
        "SELECT tablename, roles::text[], cmd FROM pg_policies WHERE policyname <> 'tenant' ORDER BY 1"
    ).fetchall()
    readable = ("bulk_jobs", "deliveries", "emails", "held_notices", "inbox", "outbox", "schedules", "workspaces")
    assert others == [(table, [DISPATCHER_ROLE], "SELECT") for table in readable]


def test_every_index_starts_with_the_workspace(owner: psycopg.Connection) -> None:
    firsts = names(
        owner,
        f"""SELECT DISTINCT a.attname FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] WHERE t.{ONLY_OURS}""",
    )
    assert firsts == ["workspace_id"]


def test_every_foreign_key_starts_with_the_workspace_on_both_sides(owner: psycopg.Connection) -> None:
    firsts = owner.execute(
        """SELECT DISTINCT a.attname, b.attname FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1] WHERE c.contype = 'f'"""
    ).fetchall()
    assert firsts == [("workspace_id", "workspace_id")]


def test_the_roles_own_nothing_and_cannot_log_in(owner: psycopg.Connection) -> None:
    roles = owner.execute(
        "SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles "
        "WHERE rolname = ANY(%s) ORDER BY 1",
        [[APP_ROLE, DISPATCHER_ROLE]],
    ).fetchall()
    assert roles == [(role, False, False, False, False, False) for role in (APP_ROLE, DISPATCHER_ROLE)]
    owned = names(
        owner, f"SELECT relname FROM pg_class WHERE relowner::regrole::text IN ('{APP_ROLE}', '{DISPATCHER_ROLE}')"
    )
    assert owned == []


def test_the_public_is_granted_nothing(owner: psycopg.Connection) -> None:
    granted = names(
        owner,
        "SELECT table_name FROM information_schema.role_table_grants WHERE table_schema = 'public' "
        "AND grantee NOT IN (current_user, 'rapport_app')",
    )
    assert granted == []


def test_a_later_table_is_granted_to_the_application_by_default(owner: psycopg.Connection) -> None:
    with owner.transaction(force_rollback=True):
        owner.execute("CREATE TABLE later (workspace_id uuid)")
        row = owner.execute(
            "SELECT has_table_privilege(%s, 'later', 'SELECT'), has_table_privilege(%s, 'later', 'TRUNCATE')",
            [APP_ROLE, APP_ROLE],
        ).fetchone()
    assert row == (True, False)
