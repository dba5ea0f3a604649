"""`make bench`: each hot path under gunicorn with 64 in flight, beside its floor, interleaved in one run."""

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from bench import webhook
from bench.load import HOST, Outcome
from bench.prepare import HotPath, hot_paths
from cli.keeper import kept_postgres

IN_FLIGHT = 64
WARM_SECONDS = 1.0
STARTED_SECONDS = 20.0


@dataclass
class Measured:
    """All rounds of one server."""

    rates: list[float] = field(default_factory=list)
    """Answers per second."""
    cpu: list[float] = field(default_factory=list)
    """Microseconds of the server's processor time per answer, without PostgreSQL's."""
    latencies: list[float] = field(default_factory=list)
    """Milliseconds."""
    refused: int = 0


@dataclass(frozen=True)
class Served:
    """A server under measurement."""

    port: int
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """What it and its workers have used."""
        family = [self.process, *self.process.children(recursive=True)]
        return sum(one.cpu_times().user + one.cpu_times().system for one in family)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="of each server and path, taking turns")
    parser.add_argument("--seconds", type=float, default=3.0, help="that a round lasts")
    options = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="rb-", dir="/tmp") as folder:
        place = Path(folder)
        place.chmod(0o755)  # PostgreSQL runs as a user of its own where this runs as root
        with kept_postgres(place) as url:
            for path in hot_paths(url, place):
                console.print(_table(path, _measure(url, path, options.rounds, options.seconds)))
            console.print(_webhook_table(_measure_webhook(url, options.rounds)))
    console.print(
        f"{IN_FLIGHT} in flight, one process of 128 threads each, {os.cpu_count()} processors shared with PostgreSQL "
        "and the load.\nThe floor is a bare WSGI function: signature check, and the same SQL through psycopg in one "
        "transaction.\nNeither calls Slack. CPU is the server's own and varies least."
    )


def _measure(url: str, path: HotPath, rounds: int, seconds: float) -> dict[str, Measured]:
    results = {"product": Measured(), "floor": Measured()}
    with ExitStack() as stack:
        servers = {
            "product": stack.enter_context(_serving("product", url)),
            "floor": stack.enter_context(_serving("floor", url, str(path.recorded))),
        }
        for server in servers.values():
            _round(server, path, WARM_SECONDS)
        for _ in range(rounds):
            for name, server in servers.items():
                before = server.cpu_seconds()
                outcome = _round(server, path, seconds)
                result = results[name]
                result.rates.append(outcome.answers / outcome.seconds)
                result.cpu.append((server.cpu_seconds() - before) / max(outcome.answers, 1) * 1e6)
                result.latencies += outcome.latencies
                result.refused += outcome.refused
    return results


def _measure_webhook(url: str, rounds: int) -> webhook.Times:
    with _serving("product", url) as product, _serving("webhook", url) as floor:
        return webhook.measure(url, {"product": product.port, "floor": floor.port}, 20 * rounds)


def _webhook_table(times: webhook.Times) -> Table:
    title = f"event webhook, {webhook.EVENTS_A_POST:,} events a post, one post in flight, {len(times.floor)} posts each"
    table = Table(title=title, title_justify="left")
    for column in ("", "p50 ms", "p99 ms", "highest ms"):
        table.add_column(column, justify="left" if not column else "right")
    for name, values in (("product", times.product), ("floor", times.floor), ("worker, later", times.applied)):
        cuts = statistics.quantiles(values, n=100)
        table.add_row(name, f"{cuts[49]:.1f}", f"{cuts[98]:.1f}", f"{max(values):.1f}")
    ratio = statistics.median(times.product) / statistics.median(times.floor)
    table.add_row("times the floor", f"{ratio:.2f}", "", "", style="bold")
    return table


def _round(server: Served, path: HotPath, seconds: float) -> Outcome:
    task = json.dumps({"scenario": asdict(path.scenario), "expect": path.expect})
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", str(server.port), str(IN_FLIGHT), str(seconds)],
        input=task,
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 60,
    )
    return Outcome(**json.loads(done.stdout))


@contextmanager
def _serving(*what: str) -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    kind, *rest = what
    process = subprocess.Popen([sys.executable, "-m", "bench.serve", kind, str(port), *rest])
    try:
        _wait_for(port)
        yield Served(port, psutil.Process(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + STARTED_SECONDS
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _table(path: HotPath, results: dict[str, Measured]) -> Table:
    rounds = len(results["floor"].rates)
    table = Table(title=f"{path.scenario.name}, medians of {rounds} rounds (lowest to highest)", title_justify="left")
    for column in ("", "answers/s", "p50 ms", "p99 ms", "CPU µs/answer", "wrong answers"):
        table.add_column(column, justify="left" if not column else "right")
    for name, result in results.items():
        cuts = statistics.quantiles(result.latencies, n=100)
        row = (_spread(result.rates, 0), f"{cuts[49]:.0f}", f"{cuts[98]:.0f}", _spread(result.cpu, 0))
        table.add_row(name, *row, str(result.refused))
    product, floor = results["product"], results["floor"]
    rates = [fast / slow for fast, slow in zip(floor.rates, product.rates, strict=True)]
    cpu = [more / less for more, less in zip(product.cpu, floor.cpu, strict=True)]
    table.add_row("times the floor", _spread(rates, 2), "", "", _spread(cpu, 2), "", style="bold")
    return table


def _spread(values: list[float], digits: int) -> str:
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


if __name__ == "__main__":
    main()
