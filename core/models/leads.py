"""Leads: people who may buy, before anything is qualified."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.enums import LeadStatus
from core.models.base import PREFIXED, TenantModel, Versioned, enum_column, lower_key, reversed_key, tenant_fk


class Lead(Versioned, TenantModel):
    """A person (and company) who may buy. Shown as `L-42`."""

    __tablename__ = "leads"
    __entity__ = "lead"
    __tracked__ = (
        "name",
        "company",
        "email",
        "phone",
        "source_id",
        "status",
        "owner_id",
        "next_follow_up",
        "next_follow_up_at",
        "notes",
        "account_id",
        "contact_id",
        "deal_id",
        "converted_at",
    )
    __table_args__ = (
        UniqueConstraint("workspace_id", "number"),
        tenant_fk("owner_id", "members"),
        tenant_fk("source_id", "lead_sources"),
        tenant_fk("created_by_id", "members"),
        tenant_fk("account_id", "accounts"),
        tenant_fk("contact_id", "contacts"),
        tenant_fk("deal_id", "deals"),
        Index(None, "workspace_id", "owner_id", "status"),
        Index(None, "workspace_id", "name_key"),
        Index(None, "workspace_id", "name_key_reversed"),
        Index(None, "workspace_id", "company_key"),
        Index(None, "workspace_id", "email"),
        Index(None, "workspace_id", "phone"),
        Index(
            "ix_leads_due",
            "workspace_id",
            "owner_id",
            "next_follow_up",
            postgresql_where=text("next_follow_up IS NOT NULL AND archived_at IS NULL"),
        ),
        Index("ix_leads_converted", "workspace_id", "deal_id", postgresql_where=text("deal_id IS NOT NULL")),
    )

    number: Mapped[int]
    name: Mapped[str]
    company: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(PREFIXED, default="")
    """Normalised by core.normalise.email; empty when unknown."""
    phone: Mapped[str] = mapped_column(PREFIXED, default="")
    """E.164; empty when unknown."""
    source_id: Mapped[UUID | None]
    status: Mapped[LeadStatus] = mapped_column(enum_column(LeadStatus, "status"), default=LeadStatus.NEW)
    owner_id: Mapped[UUID | None]
    next_follow_up: Mapped[date | None]
    next_follow_up_at: Mapped[time | None]
    """The hour on that day, in the owner's zone; None for any time of it."""
    notes: Mapped[str] = mapped_column(default="")
    last_touch_at: Mapped[datetime | None]
    account_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]
    deal_id: Mapped[UUID | None]
    converted_at: Mapped[datetime | None]
    created_by_id: Mapped[UUID | None]
    name_key: Mapped[str | None] = lower_key("name")
    name_key_reversed: Mapped[str | None] = reversed_key("name")
    company_key: Mapped[str | None] = lower_key("company")
