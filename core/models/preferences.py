"""What each person chose for themselves, and what each person and channel wants to hear."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.enums import NoticeMode
from core.models.base import Tenant, TenantModel, enum_column, tenant_fk


class Preference(Tenant):
    """A choice of one person that has no other home: the filter of a list, the last pipeline looked at."""

    __tablename__ = "preferences"
    __table_args__ = (tenant_fk("member_id", "members"),)

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]


class NoticeSetting(Tenant):
    """How one person or channel hears of one kind of notice; without a row, at once."""

    __tablename__ = "notice_settings"

    audience: Mapped[str] = mapped_column(primary_key=True)
    """A Slack user id (U…, W…) or channel id (C…, G…)."""
    kind: Mapped[str] = mapped_column(primary_key=True)
    mode: Mapped[NoticeMode] = mapped_column(enum_column(NoticeMode, "mode"))


class HeldNotice(TenantModel):
    """A notice that waits for its audience's morning message."""

    __tablename__ = "held_notices"
    __table_args__ = (
        Index(
            "ix_held_notices_waiting",
            "workspace_id",
            "audience",
            "id",
            postgresql_where=text("sent_at IS NULL"),
        ),
    )

    audience: Mapped[str]
    kind: Mapped[str]
    entity: Mapped[str]
    entity_id: Mapped[UUID]
    held_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """When the morning message is due that takes it along."""
    sent_at: Mapped[datetime | None]
