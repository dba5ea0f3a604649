"""The tables everything stands on: history, outbox, deliveries, cards, processed keys, counters."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.enums import DeliveryState
from core.models.base import Tenant, TenantModel, enum_column, tenant_fk


class History(TenantModel):
    """One change of one record, written by the flush listener (core.history) and by nothing else."""

    __tablename__ = "history"
    __table_args__ = (
        tenant_fk("actor_id", "members"),
        Index(None, "workspace_id", "entity", "entity_id", "id"),
        Index(None, "workspace_id", "change_id"),
        Index(None, "workspace_id", "at"),
        Index(None, "workspace_id", "actor_id", "at"),
        Index("ix_history_undone", "workspace_id", "undoes", postgresql_where=text("undoes IS NOT NULL")),
    )

    change_id: Mapped[UUID]
    """Groups all changes of one transaction."""
    entity: Mapped[str]
    entity_id: Mapped[UUID]
    action: Mapped[str]
    """create, update, archive or restore."""
    version: Mapped[int | None]
    """The record's version after the change, where it has one."""
    changes: Mapped[dict[str, Any]]
    """{field: [old, new]}, JSON values."""
    operation: Mapped[str]
    source: Mapped[str]
    actor_id: Mapped[UUID | None]
    at: Mapped[datetime]
    undoes: Mapped[UUID | None]
    """The change this one took back."""


class Outbox(TenantModel):
    """Something that happened and that others may have to hear of; committed with what happened."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_unrouted", "workspace_id", "id", postgresql_where=text("routed_at IS NULL")),)

    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    routed_at: Mapped[datetime | None]


class Delivery(TenantModel):
    """One call to make to the outside because of an outbox row."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        Index(
            "ix_deliveries_due",
            "workspace_id",
            "next_at",
            postgresql_where=text("state IN ('pending', 'sending')"),
        ),
        Index(
            "ix_deliveries_lane",
            "workspace_id",
            "lane",
            "id",
            postgresql_where=text("state IN ('pending', 'sending')"),
        ),
        Index("ix_deliveries_dead", "workspace_id", "id", postgresql_where=text("state = 'dead'")),
    )

    key: Mapped[str]
    """What makes this delivery one: the event and its recipient, or the card; a second insert does nothing."""
    lane: Mapped[str]
    """Deliveries of one lane (a Slack channel) leave in order and paced."""
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    state: Mapped[DeliveryState] = mapped_column(enum_column(DeliveryState, "state"), default=DeliveryState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")
    remote_id: Mapped[str] = mapped_column(default="")
    """What the other side called it: a Slack message's ts."""
    overtaken: Mapped[bool] = mapped_column(default=False)
    """What it shows changed while it was being posted: what was posted is looked at once more."""
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Lane(Tenant):
    """When a lane may send again: pacing and `Retry-After`, shared by all workers."""

    __tablename__ = "lanes"

    lane: Mapped[str] = mapped_column(primary_key=True)
    free_at: Mapped[datetime]


class Card(TenantModel):
    """A message in Slack that shows a record and is edited in place when the record changes."""

    __tablename__ = "cards"
    __table_args__ = (
        tenant_fk("member_id", "members"),
        tenant_fk("by_id", "members"),
        UniqueConstraint("workspace_id", "channel", "ts"),
        Index(None, "workspace_id", "entity", "entity_id"),
    )

    entity: Mapped[str]
    entity_id: Mapped[UUID]
    channel: Mapped[str]
    ts: Mapped[str]
    purpose: Mapped[str] = mapped_column(default="shared")
    """Why it was posted (notifications.plans.Purpose); `home` stands for a person's App Home that was opened once."""
    member_id: Mapped[UUID | None]
    """Whose rights it is rendered with: who gets it in a direct message, who shared it into a channel."""
    by_id: Mapped[UUID | None]
    """Who caused it: the colleague who assigned the record, the winner of the deal."""
    digest: Mapped[str] = mapped_column(default="")
    """Of what Slack shows (SHA-256): an edit that would change nothing is not made."""
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    """When the message was found gone; it is not edited any more."""


class Processed(Tenant):
    """A request that was handled: the second one with the same key is not."""

    __tablename__ = "processed"
    __table_args__ = (Index(None, "workspace_id", "at"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Counter(Tenant):
    """The last number given out under a name; its row lock makes numbers gapless."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]
