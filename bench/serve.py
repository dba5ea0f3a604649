"""`python -m bench.serve product|floor|webhook PORT URL [RECORDED]`: one of them, run as `rapport web` is."""

import sys
from pathlib import Path

from bench import floor, product, webhook
from web.logs import configure_logs
from web.parts import POOL_SIZE
from web.serve import run_gunicorn


def main() -> None:
    """Entry point."""
    kind, port, url = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    configure_logs("WARNING")
    if kind == "product":
        run_gunicorn(lambda: product.make_app(url), port=port, host="127.0.0.1")
    elif kind == "webhook":
        run_gunicorn(lambda: (webhook.Floor(url, POOL_SIZE), _nothing), port=port, host="127.0.0.1")
    else:
        recorded = Path(sys.argv[4])
        run_gunicorn(lambda: floor.make_app(url, recorded, POOL_SIZE), port=port, host="127.0.0.1")


def _nothing() -> None:
    """The floor's connections end with the process."""


if __name__ == "__main__":
    main()
