"""Channels that belong to a record: commands there need no reference."""

from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from core.models.base import TenantModel, Tracked, check, tenant_fk


class ChannelLink(Tracked, TenantModel):
    """A Slack channel and the one record it is about."""

    __tablename__ = "channel_links"
    __entity__ = "channel_link"
    __tracked__ = ("channel", "lead_id", "account_id", "contact_id", "deal_id")
    __table_args__ = (
        tenant_fk("lead_id", "leads"),
        tenant_fk("account_id", "accounts"),
        tenant_fk("contact_id", "contacts"),
        tenant_fk("deal_id", "deals"),
        tenant_fk("by_id", "members"),
        check("num_nonnulls(lead_id, account_id, contact_id, deal_id) = 1", "one_record"),
        Index(
            "uq_channel_links_channel",
            "workspace_id",
            "channel",
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
    )

    channel: Mapped[str]
    lead_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]
    deal_id: Mapped[UUID | None]
    by_id: Mapped[UUID | None]
