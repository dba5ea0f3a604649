"""`rapport demo`: PostgreSQL, the product, and a Slack of its own with a sample company, behind one address.

Everything but PostgreSQL runs in threads of this one process (cli.stage): there is nothing to lose track of.
PostgreSQL is held by a keeper (cli.keeper) that stops it when this process ends, whatever way it ends.
"""

import fcntl
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from cli.console import OUT, Stop
from cli.keeper import NotStarted, start_keeper, stop_keeper, url_from
from cli.signals import stop_event
from core.memory import settle
from core.settings import EMBEDDED_DIR, load_settings

FOLDER = EMBEDDED_DIR / "demo"
HOST = "127.0.0.1"
PORTS_TO_TRY = 50
GIVE_UP_SECONDS = 12.0
"""Ending is helped along after so long: a person who presses Ctrl-C wants the terminal back."""


def run_demo(*, fresh: bool) -> None:
    """Run until Ctrl-C, SIGTERM or SIGHUP. `fresh` forgets earlier demos. Raises Stop where it cannot start."""
    port = load_settings().port
    stop = stop_event()
    with _alone(FOLDER):
        if fresh:
            forget(FOLDER)
        keeper = start_keeper(FOLDER)
        try:
            # Imported while PostgreSQL starts: together they are most of the waiting.
            from cli.stage import on_stage

            settle()
            with on_stage(url_from(keeper), FOLDER, free_port(port)) as address:
                _greet(address, port)
                stop.wait()
                OUT.print("Stopping …")
                _help_along()
        except NotStarted as error:
            raise Stop(f"{error}. `rapport demo --fresh` starts anew, without the data in {FOLDER}.") from error
        finally:
            stop_keeper(keeper)


def free_port(wanted: int) -> int:
    """The wanted port, or the next free one. Raises Stop where a whole row of them is taken."""
    for port in range(wanted, min(wanted + PORTS_TO_TRY, 65536)):
        with socket.socket() as probe:
            # As the server will: a port that a closed connection still lingers on counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return probe.getsockname()[1] if wanted == 0 else port
    raise Stop(f"No free port from {wanted} on. Set PORT to another one.")


def forget(folder: Path) -> None:
    """Remove an earlier demo's data, and a server on it that nobody stopped."""
    pid_file = folder / "pgdata" / "postmaster.pid"
    if pid_file.exists():
        _stop_server(pid_file)
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name != LOCK:
            entry.unlink()


LOCK = "lock"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One demo in a folder at a time. Raises Stop where another one runs."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop(f"A demo is running in {folder.resolve()} already.") from None
        yield


def _stop_server(pid_file: Path) -> None:
    try:
        server = psutil.Process(int(pid_file.read_text().split()[0]))
        if "postgres" in server.name():
            server.terminate()
            server.wait(GIVE_UP_SECONDS)
    except (psutil.NoSuchProcess, ValueError, IndexError):
        return


def _greet(address: str, wanted: int) -> None:
    if not address.endswith(f":{wanted}"):
        OUT.print(f"Port {wanted} is taken, so this is another one.")
    OUT.print(f"\n  Rapport is running: [bold]{address}[/bold]\n", highlight=False)
    OUT.print(
        f"Ctrl-C stops it. The CRM's data stay in {FOLDER}; channels and messages start empty each time.\n"
        "`rapport demo --fresh` starts with new data."
    )


def _help_along() -> None:
    """End the process by force if ending it in order takes too long. The keeper stops PostgreSQL all the same."""
    timer = threading.Timer(GIVE_UP_SECONDS, lambda: os._exit(1))
    timer.daemon = True
    timer.start()
