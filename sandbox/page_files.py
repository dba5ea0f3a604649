"""The page's files, each under an address that changes when one of them does: a browser asks for each only once."""

import hashlib
from pathlib import Path

from flask import Flask, Response, send_from_directory

PAGE = Path(__file__).parent / "page"
CONTENT_POLICY = "default-src 'self'; img-src 'self' https: data:; style-src 'self' 'unsafe-inline'"
KEPT_SECONDS = 365 * 24 * 3600


def mount_page_files(app: Flask) -> None:
    """Serve the two pages, and what they load."""

    @app.get("/")
    def index() -> Response:
        return _page("index.html")

    @app.get("/mail")
    def mailboxes() -> Response:
        return _page("mail.html")

    @app.get("/page/<version>/<path:name>")
    def file(version: str, name: str) -> Response:
        known = version == _version()
        response = send_from_directory(PAGE, name, max_age=KEPT_SECONDS if known else 0)
        response.cache_control.immutable = known
        response.headers["Content-Security-Policy"] = CONTENT_POLICY
        return response


def _page(name: str) -> Response:
    """A page whose scripts and styles are asked for as they are now; the page itself is asked for each time."""
    text = (PAGE / name).read_text("utf-8").replace('"/page/', f'"/page/{_version()}/')
    response = Response(text, mimetype="text/html")
    response.cache_control.no_cache = True
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    return response


def _version() -> str:
    """Changes with each change of a file, so that a page whose sources are edited shows it when it is loaded again."""
    stamps = [(path.name, path.stat().st_mtime_ns) for path in sorted(PAGE.iterdir())]
    return hashlib.blake2b(repr(stamps).encode(), digest_size=6).hexdigest()
