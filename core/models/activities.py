"""What people did: calls, meetings, notes, e-mails, tasks; and the objections heard on calls."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from core.enums import ActivityKind, CallOutcome, Direction
from core.models.base import TenantModel, Tracked, Versioned, check, enum_column, tenant_fk


class Activity(Versioned, TenantModel):
    """One thing somebody did or has to do, on exactly one record; a task may be on none.

    A meeting is planned until `done_at` is set: with an `outcome` where it took place, without one where it did not.
    """

    __tablename__ = "activities"
    __entity__ = "activity"
    __tracked__ = (
        "kind",
        "lead_id",
        "account_id",
        "contact_id",
        "deal_id",
        "direction",
        "outcome",
        "duration_minutes",
        "subject",
        "notes",
        "next_step",
        "due_on",
        "due_time",
        "done_at",
        "owner_id",
        "starts_at",
        "attendees",
        "location",
    )
    __table_args__ = (
        tenant_fk("lead_id", "leads"),
        tenant_fk("account_id", "accounts"),
        tenant_fk("contact_id", "contacts"),
        tenant_fk("deal_id", "deals"),
        tenant_fk("owner_id", "members"),
        tenant_fk("created_by_id", "members"),
        check(
            "num_nonnulls(lead_id, account_id, contact_id, deal_id) = 1 "
            "OR (kind = 'task' AND num_nonnulls(lead_id, account_id, contact_id, deal_id) = 0)",
            "one_record",
        ),
        check("duration_minutes BETWEEN 0 AND 1440", "duration_within_a_day"),
        check("(kind = 'meeting') = (starts_at IS NOT NULL)", "a_meeting_has_its_moment"),
        Index(None, "workspace_id", "lead_id", "at"),
        Index(None, "workspace_id", "account_id", "at"),
        Index(None, "workspace_id", "contact_id", "at"),
        Index(None, "workspace_id", "deal_id", "at"),
        Index(None, "workspace_id", "owner_id", "kind", "at"),
        Index(
            "ix_activities_tasks_due",
            "workspace_id",
            "owner_id",
            "due_on",
            postgresql_where=text("kind = 'task' AND done_at IS NULL AND archived_at IS NULL"),
        ),
        Index(
            "ix_activities_meetings_planned",
            "workspace_id",
            "owner_id",
            "starts_at",
            postgresql_where=text("kind = 'meeting' AND done_at IS NULL AND archived_at IS NULL"),
        ),
    )

    kind: Mapped[ActivityKind] = mapped_column(enum_column(ActivityKind, "kind"))
    lead_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]
    deal_id: Mapped[UUID | None]
    owner_id: Mapped[UUID | None]
    """Who did it, or has to."""
    created_by_id: Mapped[UUID | None]
    """Who gave the task; None for what nobody has to do."""
    at: Mapped[datetime]
    """When it happened; of a meeting, when it begins, also while that is to come."""
    direction: Mapped[Direction | None] = mapped_column(enum_column(Direction, "direction"))
    outcome: Mapped[CallOutcome | None] = mapped_column(enum_column(CallOutcome, "outcome"))
    duration_minutes: Mapped[int | None]
    subject: Mapped[str] = mapped_column(default="")
    notes: Mapped[str] = mapped_column(default="")
    next_step: Mapped[str] = mapped_column(default="")
    link: Mapped[str] = mapped_column(default="")
    """Permalink of the Slack message it was saved from; empty where it was typed."""
    due_on: Mapped[date | None]
    due_time: Mapped[time | None]
    """The hour on that day, in the owner's zone; None for any time of it."""
    done_at: Mapped[datetime | None]
    starts_at: Mapped[datetime | None]
    """Of a meeting: one moment for all who come, wherever they live."""
    attendees: Mapped[str] = mapped_column(default="")
    """Who comes besides the owner, in words."""
    location: Mapped[str] = mapped_column(default="")
    """A place, or the link of a call."""

    @validates("starts_at")
    def _at_follows(self, _name: str, starts_at: datetime | None) -> datetime | None:
        """Here, so that neither a change nor an undo of one leaves the timeline behind."""
        if starts_at is not None:
            self.at = starts_at
        return starts_at


class Objection(Tracked, TenantModel):
    """Something prospects say against buying; the list grows from use."""

    __tablename__ = "objections"
    __entity__ = "objection"
    __tracked__ = ("name", "name_key", "merged_into_id")
    __table_args__ = (
        tenant_fk("merged_into_id", "objections"),
        UniqueConstraint("workspace_id", "name_key"),
        check("name_key = lower(name)", "key_is_lower_case"),
        check("merged_into_id IS NULL OR archived_at IS NOT NULL", "what_is_merged_is_off_the_list"),
    )

    name: Mapped[str]
    name_key: Mapped[str]
    merged_into_id: Mapped[UUID | None]
    """Which one stands for it now; whoever types its name means that one."""


class ActivityObjection(Tracked, TenantModel):
    """An objection heard in an activity."""

    __tablename__ = "activity_objections"
    __entity__ = "activity_objection"
    __tracked__ = ("activity_id", "objection_id")
    __table_args__ = (
        tenant_fk("activity_id", "activities"),
        tenant_fk("objection_id", "objections"),
        UniqueConstraint("workspace_id", "activity_id", "objection_id"),
        Index(None, "workspace_id", "objection_id"),
    )

    activity_id: Mapped[UUID]
    objection_id: Mapped[UUID]
