"""Keeps the embedded PostgreSQL running for as long as whoever started this process lives.

`python -m cli.keeper FOLDER` starts the server, migrates, prints the owner's URL and waits for the end of its standard
input. That end comes however the starter ends, even killed outright: the kernel closes the pipe. Then it stops the
server and exits, so that nothing is left behind.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STOP_SECONDS = 15


class NotStarted(Exception):
    """PostgreSQL did not come up; the keeper has said why on standard error."""


@contextmanager
def kept_postgres(folder: Path) -> Iterator[str]:
    """The owner's URL of a migrated database in `folder`, while the context is open and this process lives.

    Raises NotStarted.
    """
    keeper = start_keeper(folder)
    try:
        yield url_from(keeper)
    finally:
        stop_keeper(keeper)


def start_keeper(folder: Path) -> subprocess.Popen[str]:
    """Start the keeper without waiting for it."""
    return subprocess.Popen(  # noqa: S603 - our own module, under our own interpreter
        [sys.executable, "-m", "cli.keeper", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # Ctrl-C in a terminal goes to every process of the group: the server is wanted until the rest has ended.
        start_new_session=True,
    )


def url_from(keeper: subprocess.Popen[str]) -> str:
    """Wait until the keeper's server is up. Raises NotStarted."""
    url = keeper.stdout.readline().strip() if keeper.stdout else ""
    if not url:
        raise NotStarted(f"PostgreSQL did not start (exit code {keeper.wait(STOP_SECONDS)})")
    return url


def stop_keeper(keeper: subprocess.Popen[str]) -> None:
    """Let the keeper stop the server, and wait for it."""
    if keeper.stdin:
        keeper.stdin.close()
    keeper.wait(STOP_SECONDS)


def main() -> None:
    """Keep the server until standard input ends. A SIGTERM to the keeper itself ends it in the same way."""
    # Here, since they take a second that whoever starts a keeper need not wait for.
    from core.embedded import embedded_postgres
    from migrations.run import upgrade

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with embedded_postgres(Path(sys.argv[1])) as url:
        upgrade(url)
        print(url, flush=True)
        # From here on nobody reads what is printed; the server's own children keep no end of that pipe.
        os.close(sys.stdout.fileno())
        sys.stdin.read()


if __name__ == "__main__":
    main()
