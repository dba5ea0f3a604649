"""`rapport demo` as its own process: one address, data that stay, and nothing left behind however it ends."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import urllib3

ADDRESS = re.compile(r"http://[^\s]+")
ENOUGH_SECONDS = 60


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A place to run demos in; its path is short and readable to all, since PostgreSQL's socket lives in it."""
    place = Path(tempfile.mkdtemp(prefix="rd-", dir="/tmp"))
    place.chmod(0o755)
    yield place
    psutil.wait_procs(processes_of(place), timeout=ENOUGH_SECONDS)
    shutil.rmtree(place)


@contextmanager
def running_demo(folder: Path, port: int = 0) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """The process, its address, and all it has said until then; ended by force if the test has not."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "DATABASE_"))}
    demo = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "demo"],
        cwd=folder,
        env=environment | {"PORT": str(port), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert demo.stdout is not None
    said = ""
    try:
        for line in demo.stdout:
            said += line
            if "starts with new data" in line:
                break
        found = ADDRESS.findall(said)
        assert len(found) == 1, said
        yield demo, found[0], said
    finally:
        demo.kill()
        demo.wait(ENOUGH_SECONDS)
        demo.stdout.close()


def processes_of(folder: Path) -> list[psutil.Process]:
    """Every process that was started on something in the folder."""
    found = []
    for process in psutil.process_iter():
        try:
            mine = str(folder) in " ".join(process.cmdline()) or process.cwd().startswith(str(folder))
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        if mine and process.status() != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def test_ctrl_c_ends_it_in_order_and_leaves_no_process(folder: Path) -> None:
    with running_demo(folder) as (demo, address, _):
        assert urllib3.request("GET", address).status == 200
        people = urllib3.request("GET", f"{address}/sandbox/people").json()["people"]
        assert "Ana Costa" in {person["real_name"] for person in people}
        assert any("postgres" in process.name() for process in processes_of(folder))
        ends_in_order(demo, signal.SIGINT, folder)


def test_data_stay_and_a_command_is_answered_from_them(folder: Path) -> None:
    with running_demo(folder) as (demo, address, _):
        ask = {"as": "U0ANA", "kind": "command", "channel": "sales", "command": "/lead", "text": "list"}
        assert urllib3.request("POST", f"{address}/sandbox/act", json=ask).json()["ok"]
        url = f"{address}/sandbox/messages?as=U0ANA&channel=C0SALES"
        messages = urllib3.request("GET", url).json()["messages"]
        assert "L-" in str(messages[-1]["blocks"])
        ends_in_order(demo, signal.SIGHUP, folder)


def test_a_taken_port_is_said_and_a_second_demo_on_the_same_data_is_refused(folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with running_demo(folder, taken) as (demo, address, said):
            assert f"Port {taken} is taken" in said
            assert not address.endswith(f":{taken}")
            command = [sys.executable, "-m", "cli.main", "demo"]
            second = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=60)
            assert second.returncode == 1
            assert "running" in second.stderr
            ends_in_order(demo, signal.SIGTERM, folder)


def test_killed_outright_it_leaves_no_process_either(folder: Path) -> None:
    with running_demo(folder) as (demo, _, _said):
        started = processes_of(folder)
        demo.kill()
        demo.wait(ENOUGH_SECONDS)
        psutil.wait_procs(started, timeout=ENOUGH_SECONDS)
        assert processes_of(folder) == []


def ends_in_order(demo: subprocess.Popen[str], number: signal.Signals, folder: Path) -> None:
    """Asked to end, the process says so with exit code 0, and all it started is gone by then."""
    demo.send_signal(number)
    assert demo.wait(ENOUGH_SECONDS) == 0
    assert processes_of(folder) == []
