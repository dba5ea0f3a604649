"""Webhook requests as they arrived, before anybody knows whose they are."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from core.enums import InboxKind, InboxState
from core.models.base import TenantModel, enum_column

HOUSE = UUID(int=0)
"""The workspace that is nobody's: what arrives is kept there until it is known whose it is."""


class InboxItem(TenantModel):
    """One verified webhook request, byte for byte. Stored before it is answered, worked on by the worker."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index("ix_inbox_due", "workspace_id", "next_at", "id", postgresql_where=text("state = 'waiting'")),
        Index(None, "workspace_id", "received_at"),
    )

    kind: Mapped[InboxKind] = mapped_column(enum_column(InboxKind, "kind"))
    headers: Mapped[dict[str, Any]]
    """The few that matter: Content-Type, the signature's timestamp."""
    body: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """None once it was worked on and its time to be kept is over."""
    size: Mapped[int]
    """Bytes."""
    state: Mapped[InboxState] = mapped_column(enum_column(InboxState, "state"), default=InboxState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    """When it is due, or when the lease of who works on it ends."""
    last_error: Mapped[str] = mapped_column(default="")
    received_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
