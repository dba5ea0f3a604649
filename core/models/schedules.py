"""What happens at a local time: schedules and their runs, who was reminded of what, and the month's targets."""

from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.enums import RunState, ScheduleKind, TargetKind
from core.models.base import Tenant, TenantModel, Tracked, check, enum_column, tenant_fk

WEEKDAYS = 0b0011111
"""Monday to Friday, as bits: the first is Monday."""


class Schedule(TenantModel):
    """Something that comes again at a local time on some days of the week; for one person or one channel."""

    __tablename__ = "schedules"
    __table_args__ = (
        tenant_fk("member_id", "members"),
        UniqueConstraint("workspace_id", "kind", "audience"),
        Index(None, "workspace_id", "next_due_at"),
        check("days BETWEEN 1 AND 127", "on_some_day"),
    )

    kind: Mapped[ScheduleKind] = mapped_column(enum_column(ScheduleKind, "kind"))
    audience: Mapped[str]
    """A Slack user or channel id."""
    member_id: Mapped[UUID | None]
    """Whose it is, where it is a person's."""
    local_time: Mapped[time]
    tz: Mapped[str]
    """An IANA name."""
    days: Mapped[int] = mapped_column(default=WEEKDAYS)
    """Days of the week as bits, Monday the first."""
    next_due_at: Mapped[datetime | None]
    """None while it is switched off."""
    changed_at: Mapped[datetime]


class ScheduleRun(Tenant):
    """One run of a schedule: there is one for each local day at most, whoever is first to write it down."""

    __tablename__ = "schedule_runs"
    __table_args__ = (tenant_fk("schedule_id", "schedules"), Index(None, "workspace_id", "due_at"))

    schedule_id: Mapped[UUID] = mapped_column(primary_key=True)
    local_date: Mapped[date] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    ran_at: Mapped[datetime]
    state: Mapped[RunState] = mapped_column(enum_column(RunState, "state"))


class Reminder(TenantModel):
    """Who was reminded of what was due on a day, and how often: after two times their manager hears of it."""

    __tablename__ = "reminders"
    __table_args__ = (
        tenant_fk("member_id", "members"),
        UniqueConstraint("workspace_id", "member_id", "entity", "entity_id", "due_on"),
    )

    member_id: Mapped[UUID]
    entity: Mapped[str]
    entity_id: Mapped[UUID]
    due_on: Mapped[date]
    """The day it was due: a new day begins anew."""
    times: Mapped[int]
    """None (0) where a manager only heard that somebody of theirs let it lie."""
    last_on: Mapped[date]
    """The person's local day of the last reminder: one a day counts."""


class Target(Tracked, TenantModel):
    """What a person, or a manager's team, is to reach in a month."""

    __tablename__ = "targets"
    __entity__ = "target"
    __tracked__ = ("kind", "month", "member_id", "team", "amount", "currency")
    __table_args__ = (
        tenant_fk("member_id", "members"),
        UniqueConstraint("workspace_id", "member_id", "team", "month", "kind", "currency"),
        check("amount > 0", "is_something"),
        check("extract(day from month) = 1", "month_is_its_first_day"),
        check("(kind = 'value_won') = (currency <> '')", "money_has_a_currency"),
    )

    kind: Mapped[TargetKind] = mapped_column(enum_column(TargetKind, "kind"))
    month: Mapped[date]
    member_id: Mapped[UUID]
    team: Mapped[bool] = mapped_column(default=False)
    """The target of all who work for the member, not the member's own."""
    amount: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(default="")
