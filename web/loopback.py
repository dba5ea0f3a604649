"""The app on a port of this machine alone, served by threads of this process: for the demo and the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

HOST = "127.0.0.1"
STOPS_WITHIN = 0.02
"""Seconds until the server sees that it is to end; tests start and end hundreds of them."""


class _Quiet(WSGIRequestHandler):
    """Keeps connections alive, and writes no line for each request."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's own name
        """Say nothing."""


@contextmanager
def serving(app: Flask, port: int = 0) -> Iterator[str]:
    """Serve while the context is open; gives the address. Port 0 picks a free one."""
    server = make_server(HOST, port, app, threaded=True, request_handler=_Quiet)
    thread = Thread(
        target=server.serve_forever, kwargs={"poll_interval": STOPS_WITHIN}, name="product-http", daemon=True
    )
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
