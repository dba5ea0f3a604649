"""Whose something is that says nothing of it."""

from core.db import Database
from notifications import whose
from tests.factories import FixedClock, make_workspace


def test_the_only_workspace_is_the_one_that_has_rapport(own_database: Database, clock: FixedClock) -> None:
    assert whose.the_only(own_database) is None
    here = make_workspace(own_database, clock)
    make_workspace(own_database, clock, uninstalled_at=clock.now())
    assert whose.the_only(own_database) == here.id, "one that took it off again does not count"
    make_workspace(own_database, clock)
    assert whose.the_only(own_database) is None
