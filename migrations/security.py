"""Roles, grants and row-level security: what every tenant table gets, written once for all migrations.

The two roles cannot log in. The runtime's login becomes `rapport_app` as soon as it connects (core.db); the worker asks
as `rapport_dispatcher` which workspaces have something due. Neither owns anything, so neither can lift a policy.
"""

from alembic import op

from core.logins import APP_ROLE, DISPATCHER_ROLE

TENANT = "workspace_id = nullif(current_setting('app.workspace_id', true), '')::uuid"
"""No subquery (Citus refuses those) and only a leakproof operator, so that the policy can use an index.

After `SET LOCAL` the setting stays behind as an empty string, hence the nullif: unset and empty both see nothing.
"""


def create_roles() -> None:
    """Make the two roles where they are missing, and let the migrating login become either.

    Works for a superuser, for a login with CREATEROLE (managed PostgreSQL), and for any owner to whom both roles were
    granted before. Another database of the same server may have made the roles already, even at this moment.
    """
    for role in (APP_ROLE, DISPATCHER_ROLE):
        op.execute(f"""
            DO $$
            BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                    CREATE ROLE {role} NOLOGIN;
                END IF;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;  -- made meanwhile by a migration of another database
            END $$
        """)
        # Since PostgreSQL 16 whoever creates a role is its member but may not become it until granted so.
        op.execute(f"""
            DO $$
            DECLARE
                ability text := CASE WHEN current_setting('server_version_num')::int >= 160000
                                THEN 'SET' ELSE 'MEMBER' END;
            BEGIN
                IF NOT pg_has_role(current_user, '{role}', ability) THEN
                    GRANT {role} TO CURRENT_USER;
                END IF;
            END $$
        """)
    op.execute(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}, {DISPATCHER_ROLE}")
    op.execute(
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP_ROLE}"
    )
    op.execute(f"GRANT SELECT ON alembic_version TO {APP_ROLE}")


def enable_tenant_security(table: str, *, append_only: bool = False) -> None:
    """Force row-level security on a tenant table and grant it to the application.

    `append_only`: rows can be read and added, never changed or removed.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} TO {APP_ROLE} USING ({TENANT}) WITH CHECK ({TENANT})")
    op.execute(f"REVOKE ALL ON {table} FROM {APP_ROLE}")
    rights = "SELECT, INSERT" if append_only else "SELECT, INSERT, UPDATE, DELETE"
    op.execute(f"GRANT {rights} ON {table} TO {APP_ROLE}")


def let_dispatcher_read(table: str, *columns: str) -> None:
    """Let the worker's first question, asked outside any workspace, read these columns of every row, and no others."""
    op.execute(f"GRANT SELECT ({', '.join(columns)}) ON {table} TO {DISPATCHER_ROLE}")
    op.execute(f"CREATE POLICY dispatcher ON {table} FOR SELECT TO {DISPATCHER_ROLE} USING (true)")
