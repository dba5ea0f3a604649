"""The end-to-end world: see tests/e2e/world.py."""

from collections.abc import Iterator

import pytest

from core.db import Database
from tests.e2e.world import Backend, Installed, World, running_backend


@pytest.fixture(scope="session")
def backend(database: Database) -> Iterator[Backend]:
    """The product and the simulator, once for all tests of this process."""
    with running_backend(database) as running:
        yield running


@pytest.fixture(scope="session")
def installed(backend: Backend) -> Installed:
    """The rows each world begins with."""
    return Installed(backend)


@pytest.fixture
def world(backend: Backend, installed: Installed) -> Iterator[World]:
    """A fresh team at their screens; the clock, the faults and the mailboxes are put right afterwards."""
    yield World(backend, installed)
    backend.sandbox.mail.forget()
    backend.sandbox.clock.reset()
    backend.sandbox.faults.clear()
