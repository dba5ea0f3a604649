"""Whether the process lives, and whether it can serve."""

import structlog
from flask import Flask, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from core.db import Database, PrivilegedLogin
from migrations.run import current_and_head

log = structlog.get_logger()


def mount(app: Flask, database: Database) -> None:
    """Serve `GET /healthz` (alive) and `GET /readyz` (the database answers and has the tables of this version)."""

    @app.get("/healthz")
    def alive() -> Response:
        return jsonify({"ok": True})

    @app.get("/readyz")
    def ready() -> tuple[Response, int]:
        problem = readiness_problem(database)
        return jsonify({"ok": not problem, "problem": problem}), 503 if problem else 200


def readiness_problem(database: Database) -> str:
    """Why the process cannot serve, in words; empty where it can."""
    try:
        with database.engine.connect() as connection:
            current, head = current_and_head(connection)
    except PrivilegedLogin as error:
        return str(error)
    except SQLAlchemyError:
        log.exception("database_unreachable")
        return "the database does not answer"
    return "" if current == head else f"the database is at revision {current or 'none'}, this version needs {head}"
