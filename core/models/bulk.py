"""Changes to many records at once, done in the background and undone as one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.enums import BulkState
from core.models.base import TenantModel, check, enum_column, tenant_fk


class BulkJob(TenantModel):
    """One bulk change: what to do to which records, how far it is, and where its progress is shown."""

    __tablename__ = "bulk_jobs"
    __table_args__ = (
        tenant_fk("member_id", "members"),
        Index(
            "ix_bulk_jobs_open",
            "workspace_id",
            "id",
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
        check("total >= 1", "concerns_a_record"),
    )

    kind: Mapped[str]
    """core.jobs: assign, status, tag, remove_stage …"""
    entity: Mapped[str]
    params: Mapped[dict[str, Any]]
    ids: Mapped[list[str]]
    """The records that were chosen; empty where it is about all that something has."""
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    """Records the person may not change, or that are gone."""
    state: Mapped[BulkState] = mapped_column(enum_column(BulkState, "state"), default=BulkState.WAITING)
    change_id: Mapped[UUID]
    """The change all of it belongs to, so that it is undone as one."""
    undoes: Mapped[UUID | None]
    member_id: Mapped[UUID]
    channel: Mapped[str] = mapped_column(default="")
    ts: Mapped[str] = mapped_column(default="")
    """The message that shows the progress."""
    created_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
