"""A follow-up's day and hour are set together, in one place."""

import re

from tests.architecture.source import python_files


def test_one_place_sets_a_follow_up() -> None:
    sets = re.compile(r"\.next_follow_up(?:_at)?(?:, \w+\.next_follow_up_at)? = ")
    setting = {path.name for path in python_files("core") if sets.search(path.read_text())}
    assert setting == {"follow_ups.py"}


def test_one_place_sets_a_tasks_day() -> None:
    sets = re.compile(r"\.due_(?:on|time)(?:, \w+\.due_time)? = ")
    assert {path.name for path in python_files("core") if sets.search(path.read_text())} == {"tasks.py"}
