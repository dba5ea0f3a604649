"""Whose something is that says nothing of it."""

from core.db import Database
from notifications import whose
from tests.factories import FixedClock, make_workspace


def test_the_only_workspace_is_the_one_that_has_rapport(own_url: str, clock: FixedClock) -> None:
    database = Database(own_url)
    try:
        assert whose.the_only(database) is None
        here = make_workspace(database, clock)
        make_workspace(database, clock, uninstalled_at=clock.now())
        assert whose.the_only(database) == here.id, "one that took it off again does not count"
        make_workspace(database, clock)
        assert whose.the_only(database) is None
    finally:
        database.dispose()
