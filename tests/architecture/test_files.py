"""What must not stand in any file."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, named, text_files

PUT_OFF = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b")
FEWEST = {"requirements-uv.lock": 1}
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def test_nothing_is_put_off() -> None:
    found = [
        f"{named(path)}:{number}"
        for path in text_files()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if PUT_OFF.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("lock", LOCKS, ids=named)
def test_locks_name_no_host_and_pin_by_hash(lock: Path) -> None:
    text = lock.read_text()
    assert re.search(r"https?:|index-url|find-links|trusted-host|file:| @ ", text) is None
    pins = re.findall(r"^([\w.-]+)==\S+((?:.*\\\n)*.*)", text, re.MULTILINE)
    assert len(pins) >= FEWEST.get(lock.name, 30)
    assert [name for name, rest in pins if "--hash=sha256:" not in rest] == []


def test_there_are_three_locks() -> None:
    """The product's, the tests', and that of what installs them."""
    assert [named(lock) for lock in LOCKS] == ["requirements-dev.lock", "requirements-uv.lock", "requirements.lock"]
