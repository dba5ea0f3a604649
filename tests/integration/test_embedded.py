"""The embedded server: shared while somebody uses it, stopped by the last one, and killed owners are noticed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from core.embedded import DATABASE

OWNER = """
import shutil, sys
from pathlib import Path
from core.embedded import embedded_postgres
with embedded_postgres(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
if sys.argv[2:] == ["forget"]:
    shutil.rmtree(sys.argv[1])
"""


class Owner:
    """A process that uses the embedded server until it is told to leave."""

    def __init__(self, folder: Path, *then: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", OWNER, str(folder), *then],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"TMPDIR": str(shared_by_all(folder))},
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()

    def leave(self) -> int:
        """End in an orderly way; gives the exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self._ended()

    def kill(self) -> int:
        """End without a chance to clean up."""
        self.process.send_signal(signal.SIGKILL)
        return self._ended()

    def _ended(self) -> int:
        code = self.process.wait(30)
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()
        return code


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for the data; its path is short, since a socket's may have 107 characters."""
    path = Path(tempfile.mkdtemp(prefix="rapport-embedded-"))
    yield path
    if path.exists():
        shutil.rmtree(path)


def shared_by_all(folder: Path) -> Path:
    """A folder for what belongs to no user of the machine in particular, as /tmp is one."""
    place = folder / "tmp"
    place.mkdir(exist_ok=True)
    place.chmod(0o1777)
    return place


def server_of(folder: Path) -> psutil.Process:
    """The server's main process."""
    return psutil.Process(int((folder / "pgdata" / "postmaster.pid").read_text().splitlines()[0]))


def serves(server: psutil.Process) -> bool:
    """Whether the process lives; one that only waits to be reaped does not."""
    return server.is_running() and server.status() != psutil.STATUS_ZOMBIE


def test_owners_share_one_server_and_the_last_one_stops_it(folder: Path) -> None:
    first, second = Owner(folder), Owner(folder)
    server = server_of(folder)
    assert first.url == second.url
    assert f"/{DATABASE}?" in first.url
    with psycopg.connect(first.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (id int)")
    assert first.leave() == 0
    assert serves(server)
    with psycopg.connect(second.url) as connection:
        assert connection.execute("SELECT * FROM kept").fetchall() == []

    assert second.kill() == -signal.SIGKILL
    assert serves(server), "nobody was left to stop it"
    third = Owner(folder)
    assert server_of(folder) == server, "the next one joins the server that was left behind"
    with psycopg.connect(third.url) as connection:
        assert connection.execute("SELECT * FROM kept").fetchall() == []
    assert third.leave() == 0
    assert not serves(server), "the killed one does not count any more"
    assert list(shared_by_all(folder).iterdir()) == [], "the machine's next user could not open it"


def test_an_id_that_was_given_out_again_is_no_user(folder: Path) -> None:
    (folder / "postgres.users").write_text(f"{os.getpid()}:1 99999999:1 nonsense")
    owner = Owner(folder, "forget")
    server = server_of(folder)
    assert owner.leave() == 0
    assert not serves(server)
    assert not folder.exists(), "what was removed by the last owner does not come back when its process ends"
