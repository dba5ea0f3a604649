"""When somebody is to come back to a record: set in one place, so that a day never keeps another's hour."""

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from core.context import Ctx
from core.enums import LeadStatus
from core.i18n import Viewer
from core.models import Contact, Deal, Lead, Member

Followed = Lead | Contact | Deal
CLOSED_LEADS = (LeadStatus.CONVERTED, LeadStatus.LOST)


def plan(record: Followed, day: date | None, at: time | None = None) -> None:
    """Set the day to come back, and the hour on it (in the owner's zone); None for any time of it, or for nothing."""
    record.next_follow_up, record.next_follow_up_at = day, at if day else None


def closed(record: Followed | None) -> bool:
    """Whether nothing is to be done on a record any more, so that nobody is reminded of it."""
    if isinstance(record, Lead):
        return record.status in CLOSED_LEADS
    return isinstance(record, Deal) and record.closed_at is not None


def planned(record: Followed | None) -> tuple[date | None, time | None]:
    """The day and the hour a record has now."""
    return (record.next_follow_up, record.next_follow_up_at) if record is not None else (None, None)


def carried_on(ctx: Ctx, record: Followed) -> tuple[date | None, time | None]:
    """The day and the hour with which a record's follow-up goes on elsewhere, by its owner's clock: what is overdue is
    still due, today and at any time.
    """
    day, at = planned(record)
    if day is None:
        return None, None
    clock = ctx.now.astimezone(zone_of(ctx, record.owner_id))
    return (clock.date(), None) if _over(day, at, clock) else (day, at)


def problem(
    ctx: Ctx,
    day: date | None,
    at: time | None,
    now: tuple[date | None, time | None] = (None, None),
    *,
    owner_id: UUID | None = None,
    closed: bool = False,
) -> str:
    """Why nobody can come back then: the code of a sentence, or empty. What stays as it is `now` is not asked again.

    A day or an hour is over where it is over for the actor, and for the owner too where they live in another zone. Of
    what is `closed` nobody is reminded.
    """
    if day is None or (day, at) == now:
        return ""
    if closed:
        return "follow_up_closed"
    zones = {ctx.actor.zone, zone_of(ctx, owner_id)}
    over = [_over(day, at, ctx.now.astimezone(zone)) for zone in zones]
    return over[0] if all(over) else ""


def zone_of(ctx: Ctx, owner_id: UUID | None) -> ZoneInfo:
    """The zone that the hours of an owner's records are in; the actor's where they are nobody's."""
    if owner_id is None or owner_id == ctx.actor.member_id:
        return ctx.actor.zone
    return Viewer("", ctx.session.get_one(Member, (ctx.workspace.id, owner_id)).tz).zone


def _over(day: date, at: time | None, clock: datetime) -> str:
    if day < clock.date():
        return "date_past"
    return "hour_past" if day == clock.date() and at is not None and at < clock.time().replace(second=0) else ""
