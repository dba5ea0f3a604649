"""Contacts: the people at the companies."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import PREFIXED, TenantModel, Versioned, lower_key, reversed_key, tenant_fk


class Contact(Versioned, TenantModel):
    """A person at an account. Shown as `C-19`."""

    __tablename__ = "contacts"
    __entity__ = "contact"
    __tracked__ = (
        "name",
        "account_id",
        "email",
        "phone",
        "title",
        "owner_id",
        "next_follow_up",
        "next_follow_up_at",
        "notes",
    )
    __table_args__ = (
        UniqueConstraint("workspace_id", "number"),
        tenant_fk("account_id", "accounts"),
        tenant_fk("owner_id", "members"),
        tenant_fk("created_by_id", "members"),
        Index(None, "workspace_id", "name_key"),
        Index(None, "workspace_id", "name_key_reversed"),
        Index(None, "workspace_id", "email"),
        Index(None, "workspace_id", "phone"),
        Index(None, "workspace_id", "account_id"),
        Index(
            "ix_contacts_due",
            "workspace_id",
            "owner_id",
            "next_follow_up",
            postgresql_where=text("next_follow_up IS NOT NULL AND archived_at IS NULL"),
        ),
    )

    number: Mapped[int]
    name: Mapped[str]
    account_id: Mapped[UUID | None]
    email: Mapped[str] = mapped_column(PREFIXED, default="")
    phone: Mapped[str] = mapped_column(PREFIXED, default="")
    title: Mapped[str] = mapped_column(default="")
    owner_id: Mapped[UUID | None]
    next_follow_up: Mapped[date | None]
    next_follow_up_at: Mapped[time | None]
    """The hour on that day, in the owner's zone; None for any time of it."""
    notes: Mapped[str] = mapped_column(default="")
    last_touch_at: Mapped[datetime | None]
    created_by_id: Mapped[UUID | None]
    name_key: Mapped[str | None] = lower_key("name")
    name_key_reversed: Mapped[str | None] = reversed_key("name")
