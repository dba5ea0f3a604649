"""Accounts: the companies."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import PREFIXED, TenantModel, Versioned, lower_key, tenant_fk


class Account(Versioned, TenantModel):
    """A company we sell to. Shown as `A-7`."""

    __tablename__ = "accounts"
    __entity__ = "account"
    __tracked__ = ("name", "domain", "phone", "owner_id", "notes")
    __table_args__ = (
        UniqueConstraint("workspace_id", "number"),
        tenant_fk("owner_id", "members"),
        tenant_fk("created_by_id", "members"),
        Index(None, "workspace_id", "name_key"),
        Index(None, "workspace_id", "domain"),
        Index(None, "workspace_id", "owner_id"),
    )

    number: Mapped[int]
    name: Mapped[str]
    domain: Mapped[str] = mapped_column(PREFIXED, default="")
    """Mail domain, lower case, never a public provider's; empty when unknown."""
    phone: Mapped[str] = mapped_column(default="")
    owner_id: Mapped[UUID | None]
    notes: Mapped[str] = mapped_column(default="")
    last_touch_at: Mapped[datetime | None]
    created_by_id: Mapped[UUID | None]
    name_key: Mapped[str | None] = lower_key("name")
