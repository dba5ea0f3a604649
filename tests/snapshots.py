"""Copies of a workspace: what tests begin with is made once by the product itself, and then copied as rows.

Setting up a workspace with five people takes eighty statements, a copy of it takes one. A copy has a workspace id and
record ids of its own, so that nothing of another workspace is ever met by accident.
"""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.orm import Session

from core.models import Base

UUIDS = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
KEPT = 28
"""How much of a UUIDv7 a copy shares with the original: its time and its counter, by which ids are in order."""
HERE, FRESH = "{workspace}", "{fresh}"


@dataclass(frozen=True)
class Snapshot:
    """Everything a workspace holds."""

    rows: str
    """As JSON by table, with marks where a copy has ids of its own."""
    copy: TextClause

    def copy_into(self, session: Session, workspace_id: UUID, changed: Mapping[str, str] | None = None) -> None:
        """Insert it all into another workspace, which the session works in. `changed`: texts and what they become."""
        marks = {HERE: str(workspace_id), FRESH: secrets.token_hex((36 - KEPT) // 2)}
        rows = self.rows
        for old, new in {**(changed or {}), **marks}.items():
            rows = rows.replace(old, new)
        session.connection().execute(self.copy, {"rows": rows})


def snapshot(session: Session, workspace_id: UUID) -> Snapshot:
    """What the workspace that a session works in holds now."""
    connection = session.connection()
    found: dict[str, list[dict[str, object]]] = {}
    for table in Base.metadata.sorted_tables:
        every = text(f"SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]') FROM {table.name} t WHERE workspace_id = :here")
        if rows := connection.scalar(every, {"here": workspace_id}):
            found[table.name] = rows
    return Snapshot(_marked(json.dumps(found), workspace_id), _copying(connection, list(found)))


def _marked(rows: str, workspace_id: UUID) -> str:
    ids = {one for one in UUIDS.findall(rows) if one != str(workspace_id)}
    assert len({one[:KEPT] for one in ids}) == len(ids), "ids that differ only where copies do"
    rows = rows.replace(str(workspace_id), HERE)
    return UUIDS.sub(lambda one: one[0][:KEPT] + FRESH, rows)


def _copying(connection: Connection, tables: list[str]) -> TextClause:
    """One statement for all tables: foreign keys are looked at when it ends."""
    steps = [f"into_{table} AS (INSERT INTO {_rows_of(connection, table)})" for table in tables]
    return text(f"WITH given AS (SELECT CAST(:rows AS jsonb) AS rows), {', '.join(steps)} SELECT")


def _rows_of(connection: Connection, table: str) -> str:
    known = "SELECT column_name FROM information_schema.columns WHERE table_name = :table AND is_generated = 'NEVER'"
    columns = ", ".join(connection.scalars(text(known), {"table": table}))
    return (
        f"{table} ({columns}) SELECT {columns} "
        f"FROM given, jsonb_populate_recordset(CAST(NULL AS {table}), given.rows -> '{table}')"
    )
