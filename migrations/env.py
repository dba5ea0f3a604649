"""How Alembic reaches the database: called by migrations.run.upgrade, or by the `alembic` command while developing."""

from alembic import context

from core.models import Base
from core.settings import load_settings
from migrations.run import URL, NoDatabaseNamed, migrating_connection


def database_url() -> str:
    """The owner's URL: what `upgrade` was given, or the environment's.

    Raises NoDatabaseNamed where there is neither.
    """
    given = context.config.attributes.get(URL)
    if isinstance(given, str):
        return given
    settings = load_settings()
    url = settings.database_admin_url or settings.database_url
    if not url:
        raise NoDatabaseNamed("set DATABASE_ADMIN_URL or DATABASE_URL to the owner's login")
    return url


def migrate() -> None:
    """Run the migrations Alembic was asked for, one transaction each."""
    with migrating_connection(database_url()) as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            compare_server_default=True,
        )
        with context.begin_transaction():
            context.run_migrations()


migrate()
