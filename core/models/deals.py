"""Pipelines, stages, deals, and the way each deal took through the stages."""

from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.enums import StageKind
from core.models.base import TenantModel, Tracked, Versioned, check, enum_column, lower_key, tenant_fk


class Pipeline(Tracked, TenantModel):
    """A sales process with its own stages."""

    __tablename__ = "pipelines"
    __entity__ = "pipeline"
    __tracked__ = ("name", "position")
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)


class Stage(Tracked, TenantModel):
    """A step of a pipeline."""

    __tablename__ = "stages"
    __entity__ = "stage"
    __tracked__ = ("name", "position", "probability", "stale_days", "required_fields")
    __table_args__ = (
        tenant_fk("pipeline_id", "pipelines"),
        UniqueConstraint("workspace_id", "pipeline_id", "name"),
        check("probability BETWEEN 0 AND 100", "probability_is_percent"),
        check("stale_days > 0", "stale_days_positive"),
    )

    pipeline_id: Mapped[UUID]
    name: Mapped[str]
    position: Mapped[int]
    kind: Mapped[StageKind] = mapped_column(enum_column(StageKind, "kind"), default=StageKind.OPEN)
    probability: Mapped[int] = mapped_column(default=0)
    """Chance to win a deal in this stage, in percent."""
    stale_days: Mapped[int | None]
    """Days in this stage after which a deal needs attention; None for never."""
    required_fields: Mapped[list[str]] = mapped_column(default=list)


class LossReason(Tracked, TenantModel):
    """Why deals are lost; the admin's list."""

    __tablename__ = "loss_reasons"
    __entity__ = "loss_reason"
    __tracked__ = ("name", "position")
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)


class Deal(Versioned, TenantModel):
    """Something that may be sold. Shown as `D-7`."""

    __tablename__ = "deals"
    __entity__ = "deal"
    __tracked__ = (
        "name",
        "account_id",
        "contact_id",
        "pipeline_id",
        "stage_id",
        "stage_entered_at",
        "value",
        "currency",
        "owner_id",
        "expected_close",
        "next_step",
        "next_follow_up",
        "next_follow_up_at",
        "loss_reason_id",
        "competitor",
        "closed_at",
    )
    __table_args__ = (
        UniqueConstraint("workspace_id", "number"),
        tenant_fk("account_id", "accounts"),
        tenant_fk("contact_id", "contacts"),
        tenant_fk("pipeline_id", "pipelines"),
        tenant_fk("stage_id", "stages"),
        tenant_fk("owner_id", "members"),
        tenant_fk("created_by_id", "members"),
        tenant_fk("loss_reason_id", "loss_reasons"),
        Index(None, "workspace_id", "name_key"),
        Index(None, "workspace_id", "account_id"),
        Index(
            "ix_deals_open_by_owner",
            "workspace_id",
            "owner_id",
            "stage_id",
            postgresql_include=["value", "currency"],
            postgresql_where=text("closed_at IS NULL AND archived_at IS NULL"),
        ),
        Index(
            "ix_deals_due",
            "workspace_id",
            "owner_id",
            "next_follow_up",
            postgresql_where=text("next_follow_up IS NOT NULL AND archived_at IS NULL"),
        ),
        Index("ix_deals_closed", "workspace_id", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
        check("currency ~ '^[A-Z]{3}$'", "currency_is_iso_4217"),
        check("value >= 0", "value_not_negative"),
    )

    number: Mapped[int]
    name: Mapped[str]
    account_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]
    pipeline_id: Mapped[UUID]
    stage_id: Mapped[UUID]
    stage_entered_at: Mapped[datetime]
    value: Mapped[Decimal | None]
    """In `currency`; None while nobody knows."""
    currency: Mapped[str]
    owner_id: Mapped[UUID | None]
    expected_close: Mapped[date | None]
    next_step: Mapped[str] = mapped_column(default="")
    next_follow_up: Mapped[date | None]
    next_follow_up_at: Mapped[time | None]
    """The hour on that day, in the owner's zone; None for any time of it."""
    loss_reason_id: Mapped[UUID | None]
    competitor: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]
    last_touch_at: Mapped[datetime | None]
    created_by_id: Mapped[UUID | None]
    name_key: Mapped[str | None] = lower_key("name")


class StageChange(Tracked, TenantModel):
    """One step of a deal's way; archived when the move is undone, so that time in stage stays true."""

    __tablename__ = "stage_changes"
    __entity__ = "stage_change"
    __tracked__ = ("deal_id", "from_stage_id", "to_stage_id")
    __table_args__ = (
        tenant_fk("deal_id", "deals"),
        tenant_fk("from_stage_id", "stages"),
        tenant_fk("to_stage_id", "stages"),
        tenant_fk("by_id", "members"),
        Index(None, "workspace_id", "deal_id", "at"),
        Index(None, "workspace_id", "at"),
    )

    deal_id: Mapped[UUID]
    from_stage_id: Mapped[UUID | None]
    to_stage_id: Mapped[UUID]
    at: Mapped[datetime]
    by_id: Mapped[UUID | None]
