"""Which tests run in one process, and in which order: a file stays together, and what takes longest begins first.

A file's tests share what their first one made: module fixtures, a browser, statements that are compiled once a
process. pytest-xdist 3.8 has groups by mark for this (`--dist loadgroup`), which pytest 9.2 leaves without effect and
without a word, hence a scheduler of our own.
"""

from collections.abc import Iterable
from pathlib import PurePosixPath

import pytest
from xdist.scheduler import LoadScopeScheduling

ONE_PROCESS = ("tests/e2e/browser",)
"""Folders that stay together as a whole: they share a browser, whose start costs more than most of their tests."""

LONGEST = (
    "tests/e2e/test_mail_faults.py",
    "tests/e2e/test_demo.py",
    "tests/e2e/browser",
    "tests/e2e/test_processes.py",
    "tests/e2e/test_two_weeks.py",
    "tests/integration/test_worker.py",
    "tests/integration/test_embedded.py",
    "tests/integration/test_migrations.py",
    "tests/integration/test_relay.py",
)
"""What is waited for most; begun last, one process would work on while the others have nothing left to do. A process is
given its next unit while it is at one: of two, the first has mails and then the browser, which keep the machine busy,
and the second what mostly waits for processes to start and to end.
"""


def unit_of(nodeid: str) -> str:
    """The file or folder that a test stays together with."""
    file = nodeid.partition("::")[0]
    return next((folder for folder in ONE_PROCESS if PurePosixPath(file).is_relative_to(folder)), file)


def longest_first(items: list[pytest.Item]) -> None:
    """Order in place what was collected: the units first that take longest; within a unit nothing changes."""
    rank = {unit: place for place, unit in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(unit_of(item.nodeid), len(LONGEST)))


def by_file(items: list[pytest.Item]) -> None:
    """Order in place by file, in whichever order the files were read; within a file nothing changes."""
    items.sort(key=lambda item: item.nodeid.partition("::")[0])


def reads_from_the_end(process: str) -> bool:
    """Whether a process of a run, by pytest-xdist's name for it (`gw0`, `gw1`, …), is every second one."""
    number = process.removeprefix("gw")
    return number.isdecimal() and int(number) % 2 == 1


class FromTheEnd(pytest.Package):
    """A folder whose files are read in reverse.

    Where nothing is compiled yet, each process of a run would compile every test. Beginning at opposite ends of each
    folder, two processes do half of it each, and read what the other one left.
    """

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """What `pytest.Package` collects, the last first."""
        return reversed(list(super().collect()))


class ByUnit(LoadScopeScheduling):
    """Gives each process one unit after the other, in the order of collection."""

    def __init__(self, config: pytest.Config, log: object = None) -> None:
        config.option.loadscopereorder = False  # it would sort by the number of tests, which says little of their time
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
