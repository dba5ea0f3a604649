"""How the tests themselves are given to processes."""

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.scheduling import LONGEST, ONE_PROCESS, ByUnit, unit_of


def test_a_file_stays_together_and_the_browsers_folder_too() -> None:
    assert unit_of("tests/unit/test_refs.py::test_short_names[a@b]") == "tests/unit/test_refs.py"
    assert {unit_of(f"tests/e2e/browser/test_{one}.py::test_it") for one in ("modals", "blocks")} == {
        "tests/e2e/browser"
    }


def test_the_places_that_are_named_exist(pytestconfig: pytest.Config) -> None:
    assert [place for place in (*ONE_PROCESS, *LONGEST) if not (pytestconfig.rootpath / place).exists()] == []


def test_the_library_asks_what_is_answered_here() -> None:
    """Grouping is lost without a word where a new version of pytest-xdist asks in another way."""
    assert "_split_scope" in vars(LoadScopeScheduling)
    assert ByUnit._split_scope(None, "tests/unit/test_refs.py::test_short_names") == "tests/unit/test_refs.py"
