"""Whose something is that came in, where it does not say so itself: asked of all workspaces, ids alone."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from core.db import Database
from core.models import Email, WorkspaceRow
from core.params import among


def existing(database: Database, workspace_ids: Collection[UUID]) -> set[UUID]:
    """Those of them that are workspaces here."""
    if not workspace_ids:
        return set()
    with database.dispatcher() as session:
        return set(session.scalars(_EXISTING, {"workspaces": list(workspace_ids)}))


_EXISTING = select(WorkspaceRow.workspace_id).where(among(WorkspaceRow.workspace_id, "workspaces"))


def the_only(database: Database) -> UUID | None:
    """The workspace, where Rapport is installed in one alone; one that took it off again does not count."""
    here = WorkspaceRow.uninstalled_at.is_(None)
    with database.dispatcher() as session:
        found = list(session.scalars(select(WorkspaceRow.workspace_id).where(here).limit(2)))
    return found[0] if len(found) == 1 else None


def by_provider_id(database: Database, ids: Collection[str]) -> dict[str, UUID]:
    """The workspace of each mail of ours that the provider calls so."""
    return _by(database, Email.provider_id, ids)


def by_message_id(database: Database, ids: Collection[str]) -> dict[str, UUID]:
    """The workspace of each mail of ours with this Message-ID (in angle brackets)."""
    return _by(database, Email.message_id, ids)


def _by(database: Database, column: InstrumentedAttribute[str], ids: Collection[str]) -> dict[str, UUID]:
    """An id that mails of two workspaces claim is nobody's."""
    wanted = set(ids) - {""}
    if not wanted:
        return {}
    with database.dispatcher() as session:
        query = select(column, Email.workspace_id).where(column != "", column.in_(wanted)).distinct()
        rows = [(row[0], row[1]) for row in session.execute(query)]
    claimed = [key for key, _ in rows]
    return {key: workspace_id for key, workspace_id in rows if claimed.count(key) == 1}
