"""The load generator: a process of its own, one thread, so many connections that each wait for their answer.

`python -m bench.load PORT CONNECTIONS SECONDS` with the scenario on standard input prints one line of JSON.
"""

import json
import selectors
import socket
import sys
import time
from dataclasses import asdict, dataclass, field

from bench.payloads import Scenario

HOST = "127.0.0.1"
STOCK_PER_SECOND = {"command": 3000, "submission": 1200}
"""Requests made before the clock starts, since making one costs more than sending it. A round ends with its stock."""


@dataclass
class Outcome:
    """What a round came to; `latencies` in milliseconds."""

    seconds: float = 0.0
    answers: int = 0
    refused: int = 0
    latencies: list[float] = field(default_factory=list)


@dataclass
class Line:
    """One connection and what it waits for."""

    socket: socket.socket
    sent_at: float = 0.0
    received: bytes = b""

    def send(self, request: bytes) -> None:
        """Write a request; it fits the socket's buffer."""
        self.sent_at, self.received = time.perf_counter(), b""
        self.socket.setblocking(True)
        self.socket.sendall(request)
        self.socket.setblocking(False)

    def answer(self) -> bytes | None:
        """The whole answer, None while some of it is missing. Raises ConnectionError where the server hung up."""
        try:
            part = self.socket.recv(262_144)
        except BlockingIOError:
            return None
        if not part:
            raise ConnectionError("the server closed the connection")
        self.received += part
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return None
        for header in head.split(b"\r\n")[1:]:
            name, _, value = header.partition(b":")
            if name.lower() == b"content-length":
                return self.received if len(body) >= int(value) else None
        return self.received if body.endswith(b"0\r\n\r\n") else None


def run(port: int, scenario: Scenario, connections: int, seconds: float, expect: bytes) -> Outcome:
    """Keep `connections` requests in flight for `seconds`. An answer without `expect` in it counts as refused."""
    per_second = STOCK_PER_SECOND["submission" if scenario.view else "command"]
    stock = scenario.requests(connections + int(seconds * per_second), (HOST, port))
    outcome, selector = Outcome(), selectors.DefaultSelector()
    lines = [Line(socket.create_connection((HOST, port))) for _ in range(connections)]
    started = time.perf_counter()
    for line in lines:
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.send(stock.pop())
        selector.register(line.socket, selectors.EVENT_READ, line)
    waiting = len(lines)
    while waiting and stock:
        for key, _ in selector.select(timeout=5):
            line: Line = key.data
            answer = line.answer()
            if answer is None:
                continue
            now = time.perf_counter()
            outcome.latencies.append((now - line.sent_at) * 1000)
            outcome.answers += 1
            outcome.refused += expect not in answer or not answer.startswith(b"HTTP/1.1 200")
            if now - started < seconds:
                line.send(stock.pop())
            else:
                selector.unregister(line.socket)
                waiting -= 1
    outcome.seconds = time.perf_counter() - started
    for line in lines:
        line.socket.close()
    return outcome


def main() -> None:
    """Entry point."""
    port, connections, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    task = json.load(sys.stdin)
    outcome = run(port, Scenario(**task["scenario"]), connections, seconds, task["expect"].encode())
    print(json.dumps(asdict(outcome)))


if __name__ == "__main__":
    main()
