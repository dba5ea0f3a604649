"""Which database a process works on: the one of the settings, or the one that comes along."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.embedded import embedded_postgres
from core.settings import EMBEDDED_DIR, Settings
from migrations.run import upgrade


@contextmanager
def database_for(settings: Settings, folder: Path = EMBEDDED_DIR) -> Iterator[str]:
    """The URL of the database while the context is open.

    Without DATABASE_URL that is PostgreSQL under `folder`, started here and brought to this version's tables. A
    database of its own is migrated by `rapport migrate` alone: several processes start at the same time there.
    """
    if settings.database_url:
        yield settings.database_url
        return
    with embedded_postgres(folder) as url:
        upgrade(url)
        yield url
