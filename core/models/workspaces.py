"""Workspaces, their members, and what the members share: sources, tags."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.enums import Role, Visibility
from core.models.base import Tenant, TenantModel, Tracked, check, enum_column, tenant_fk
from core.models.schedules import WEEKDAYS


class WorkspaceRow(Tracked, Tenant):
    """One Slack workspace. Its id is derived from Slack's team id (core.workspaces.workspace_id_for)."""

    __tablename__ = "workspaces"
    __tracked__ = (
        "name",
        "currency",
        "locale",
        "country",
        "visibility",
        "sales_channel",
        "replies_channel",
        "digest_channel",
        "mail_from",
        "mail_footer",
        "no_answer_days",
    )
    __entity__ = "workspace"
    __table_args__ = (
        UniqueConstraint("workspace_id", "team_id"),
        check("currency ~ '^[A-Z]{3}$'", "currency_is_iso_4217"),
        check("country ~ '^[A-Z]{2}$'", "country_is_iso_3166"),
        check("no_answer_days BETWEEN 0 AND 60", "no_answer_within_two_months"),
    )

    team_id: Mapped[str]
    name: Mapped[str]
    currency: Mapped[str] = mapped_column(default="USD")
    locale: Mapped[str] = mapped_column(default="en_US")
    country: Mapped[str] = mapped_column(default="US")
    """Region that phone numbers without a country code are read in."""
    visibility: Mapped[Visibility] = mapped_column(enum_column(Visibility, "visibility"), default=Visibility.OWN)
    sales_channel: Mapped[str] = mapped_column(default="")
    replies_channel: Mapped[str] = mapped_column(default="")
    digest_channel: Mapped[str] = mapped_column(default="")
    mail_from: Mapped[str] = mapped_column(default="")
    """The verified address mails are sent from; empty for the installation's own (MAIL_FROM)."""
    mail_footer: Mapped[str] = mapped_column(default="")
    """Who writes and from where, below each mail: in many countries the law asks for it."""
    no_answer_days: Mapped[int] = mapped_column(default=3)
    """Days after which a mail that nobody answered is followed up; 0 for never."""
    bot_user_id: Mapped[str] = mapped_column(default="")
    bot_token: Mapped[str] = mapped_column(default="")
    """Encrypted (core.secrets); empty where the token comes from the environment."""
    uninstalled_at: Mapped[datetime | None]

    @property
    def id(self) -> UUID:
        """The workspace's id, under the name every other record uses."""
        return self.workspace_id


class Member(Tracked, TenantModel):
    """A Slack user who uses Rapport."""

    __tablename__ = "members"
    __tracked__ = (
        "name",
        "role",
        "manager_id",
        "tz",
        "locale",
        "active",
        "morning_at",
        "working_days",
        "morning_on",
        "pings_on",
        "away_from",
        "away_until",
        "follows_status",
        "status_away_until",
        "delegate_id",
    )
    __entity__ = "member"
    __table_args__ = (
        UniqueConstraint("workspace_id", "slack_user_id"),
        tenant_fk("manager_id", "members"),
        tenant_fk("delegate_id", "members"),
        Index(None, "workspace_id", "manager_id"),
        Index(None, "workspace_id", "delegate_id"),
        check("manager_id <> id", "nobody_manages_themselves"),
        check("delegate_id <> id", "nobody_stands_in_for_themselves"),
        check("working_days BETWEEN 1 AND 127", "works_on_some_day"),
        check("away_from <= away_until", "leaves_before_coming_back"),
    )

    slack_user_id: Mapped[str]
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    role: Mapped[Role] = mapped_column(enum_column(Role, "role"), default=Role.REP)
    manager_id: Mapped[UUID | None]
    tz: Mapped[str] = mapped_column(default="UTC")
    locale: Mapped[str] = mapped_column(default="en_US")
    active: Mapped[bool] = mapped_column(default=True)
    guest: Mapped[bool] = mapped_column(default=False)
    """A Slack guest or an outsider from a shared channel: sees nothing."""
    synced_at: Mapped[datetime | None]
    """When name, zone and locale were last read from Slack."""
    morning_at: Mapped[time] = mapped_column(default=time(9))
    """When the day begins for them, in their zone: the one message of the morning comes then."""
    working_days: Mapped[int] = mapped_column(default=WEEKDAYS)
    """Days of the week as bits, Monday the first."""
    morning_on: Mapped[bool] = mapped_column(default=True)
    """Whether the one message of the morning comes at all."""
    pings_on: Mapped[bool] = mapped_column(default=True)
    """Whether what is due at an hour is said at that hour."""
    away_from: Mapped[date | None]
    """The first day they are away, in their zone; None for at once."""
    away_until: Mapped[date | None]
    """The last day they are away; None where they are here."""
    follows_status: Mapped[bool] = mapped_column(default=True)
    """Whether their Slack status may say that they are away."""
    status_away_until: Mapped[date | None]
    """The last day they are away as their Slack status says (core.away.OPEN: until they change it)."""
    slack_status: Mapped[str] = mapped_column(default="")
    """What their Slack status said last, so that only another one is news."""
    delegate_id: Mapped[UUID | None]
    """Who gets what is due meanwhile; nobody: it waits."""


class LeadSource(Tracked, TenantModel):
    """Where leads come from; the admin's list."""

    __tablename__ = "lead_sources"
    __tracked__ = ("name", "position")
    __entity__ = "lead_source"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)


class Tag(Tracked, TenantModel):
    """A word that records are grouped by."""

    __tablename__ = "tags"
    __tracked__ = ("name",)
    __entity__ = "tag"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    name: Mapped[str]


class Tagging(Tracked, TenantModel):
    """A tag on a record: exactly one of the record columns is set."""

    __tablename__ = "taggings"
    __tracked__ = ("tag_id", "lead_id", "account_id", "contact_id", "deal_id")
    __entity__ = "tagging"
    __table_args__ = (
        tenant_fk("tag_id", "tags"),
        tenant_fk("lead_id", "leads"),
        tenant_fk("account_id", "accounts"),
        tenant_fk("contact_id", "contacts"),
        tenant_fk("deal_id", "deals"),
        UniqueConstraint(
            "workspace_id",
            "tag_id",
            "lead_id",
            "account_id",
            "contact_id",
            "deal_id",
            name="uq_taggings_record",
            postgresql_nulls_not_distinct=True,
        ),
        Index(None, "workspace_id", "lead_id"),
        Index(None, "workspace_id", "account_id"),
        Index(None, "workspace_id", "contact_id"),
        Index(None, "workspace_id", "deal_id"),
        check("num_nonnulls(lead_id, account_id, contact_id, deal_id) = 1", "one_record"),
    )

    tag_id: Mapped[UUID]
    lead_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]
    deal_id: Mapped[UUID | None]
