"""The folder in which several web processes add up their metrics."""

import os
import tempfile
from pathlib import Path

import pytest

from web.serve import METRICS_FOLDER, shared_metrics


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv(METRICS_FOLDER, "")  # so that it is put back, whatever a test leaves
    monkeypatch.delenv(METRICS_FOLDER)
    return tmp_path


def test_it_goes_away_where_nothing_could_be_served(folder: Path) -> None:
    def fail() -> None:
        with shared_metrics(2):
            assert os.environ[METRICS_FOLDER] == str(next(folder.iterdir()))
            raise SystemExit(1)  # as gunicorn ends where the port is taken

    with pytest.raises(SystemExit):
        fail()
    assert METRICS_FOLDER not in os.environ
    assert list(folder.iterdir()) == []


def test_a_forked_worker_that_ends_leaves_it_to_the_others(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with shared_metrics(2):
        monkeypatch.setattr(os, "getpid", lambda: -1)
    assert len(list(folder.iterdir())) == 1


def test_one_process_needs_none(folder: Path) -> None:
    with shared_metrics(1):
        assert list(folder.iterdir()) == []
