"""The sandbox's page: kept by browsers until one of its files changes."""

import re
from pathlib import Path
from shutil import copytree

import pytest
from flask.testing import FlaskClient

from sandbox import page_files
from sandbox.server import create_app
from sandbox.simulator import Sandbox


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The sandbox with files of its own, which the test may change."""
    monkeypatch.setattr(page_files, "PAGE", copytree(page_files.PAGE, tmp_path / "page"))
    return create_app(Sandbox()).test_client()


def get(client: FlaskClient, address: str) -> tuple[str, str]:
    """How long a browser keeps what is at an address, and its text."""
    with client.get(address) as answer:
        assert answer.status_code == 200
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        return answer.headers["Cache-Control"], answer.text


def files_of(client: FlaskClient, address: str) -> list[str]:
    """The addresses of what a page loads."""
    return re.findall(r'(?:src|href)="([^"]+)"', get(client, address)[1])


@pytest.mark.parametrize("address", ["/", "/mail"])
def test_what_a_page_loads_is_kept_and_the_page_itself_is_asked_for_again(client: FlaskClient, address: str) -> None:
    assert get(client, address)[0] == "no-cache"
    loaded = files_of(client, address)
    assert len(loaded) > 5
    assert all("immutable" in get(client, file)[0] for file in loaded)


def test_a_changed_file_has_a_new_address_and_the_old_one_is_not_kept(client: FlaskClient) -> None:
    before = files_of(client, "/")[-1]
    (page_files.PAGE / "main.js").write_text("export const changed = true")
    after = files_of(client, "/")[-1]
    assert after != before
    assert "immutable" not in get(client, before)[0]
    assert get(client, after)[1] == "export const changed = true"
