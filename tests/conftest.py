"""What tests stand on: a migrated PostgreSQL, and a workspace of its own for each test.

Isolation is the product's own: a test works in a fresh workspace, which sees no other's rows. Nothing is truncated or
rolled back, so code under test commits as it does in production.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql

from core import workspaces
from core.context import Ctx, Workspace
from core.db import Database
from core.models import Member
from tests import factories
from tests.factories import FixedClock
from tests.postgres import copy_database, database_server, folder_of, with_database
from tests.scheduling import ByUnit, FromTheEnd, by_file, longest_first, reads_from_the_end
from tests.snapshots import Snapshot, snapshot

# The same examples in each run, half the default's number for the same kinds of surprise, and never a verdict on how
# long one took.
settings.register_profile("rapport", max_examples=50, deadline=None, derandomize=True, database=None)
settings.load_profile("rapport")
# Fewer rounds of the collector over what never goes away.
gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(optionalhook=True)  # pytest-xdist may be switched off
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByUnit:
    """A file's tests run in one process."""
    return ByUnit(config, log)


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Every second process of a run reads each folder below from its end; the order of tests is one all the same."""
    if reads_from_the_end(os.environ.get("PYTEST_XDIST_WORKER", "")) and (path / "__init__.py").exists():
        return FromTheEnd.from_parent(parent, path=path)
    return None  # as pytest does it


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first. Where one process runs, files named in some order are run in that order."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        by_file(items)
    longest_first(items)


def pytest_collection_finish() -> None:
    """Whoever looks for garbage from here on (Hypothesis does) need not look among modules and tests."""
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """pytest looks for garbage five times at the end, for warnings in it; all of it is found the first time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def owner_url() -> Iterator[str]:
    """The owner's URL of this test process's database; only migrations, catalogue checks and set-up use it."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid4().hex
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    # Short and outside pytest's own folder: a socket's path may have 107 characters, and the server's user reads it.
    with database_server(folder_of(f"rapport-tests-{run[:12]}"), f"rapport_{worker}") as url:
        yield url


@pytest.fixture(scope="session")
def database(owner_url: str) -> Iterator[Database]:
    """The database as the product uses it: as the application role, by transactions inside a workspace."""
    database = Database(owner_url)
    yield database
    database.dispose()


@pytest.fixture
def own_url(owner_url: str) -> Iterator[str]:
    """A migrated database of the test's own: a process of the product looks at every workspace there is."""
    name = f"rapport_{uuid4().hex[:12]}"
    yield copy_database(owner_url, name, template="rapport")
    with psycopg.connect(with_database(owner_url, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def own_database(own_url: str) -> Iterator[Database]:
    """A database of the test's own, as the product uses it; however the test ends, no connection stays open."""
    database = Database(own_url)
    yield database
    database.dispose()


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands still until the test moves it."""
    return FixedClock()


@pytest.fixture(scope="session")
def first_workspace(database: Database) -> tuple[Workspace, Snapshot]:
    """The workspace that tests begin with, as its first start leaves it."""
    made = factories.make_workspace(database, FixedClock())
    with database.begin(made.id) as session:
        return made, snapshot(session, made.id)


@pytest.fixture
def workspace(database: Database, first_workspace: tuple[Workspace, Snapshot]) -> Workspace:
    """A fresh workspace with a pipeline, stages, sources and an admin."""
    first, rows = first_workspace
    team_id = factories.new_team_id()
    copy = replace(first, id=workspaces.workspace_id_for(team_id), team_id=team_id)
    with database.begin(copy.id) as session:
        rows.copy_into(session, copy.id, {first.team_id: team_id})
    return copy


class CtxFor(Protocol):
    """Opens one transaction in which a member acts; commits at its end."""

    def __call__(self, member: Member | None = None, source: str = "test") -> AbstractContextManager[Ctx]:
        """`member` None stands for the system."""
        ...


@pytest.fixture
def ctx_for(database: Database, workspace: Workspace, clock: FixedClock) -> CtxFor:
    """`with ctx_for(ana) as ctx:` is one transaction in which Ana acts."""

    def open_ctx(member: Member | None = None, source: str = "test") -> AbstractContextManager[Ctx]:
        return factories.ctx_as(database, clock, workspace.id, member.id if member else None, source)

    return open_ctx
