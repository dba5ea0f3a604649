"""When somebody is to come back to a record: set in one place, so that a day never keeps another's hour."""

from datetime import date, time

from core.context import Ctx
from core.models import Contact, Deal, Lead

Followed = Lead | Contact | Deal


def plan(record: Followed, day: date | None, at: time | None = None) -> None:
    """Set the day to come back, and the hour on it (in the owner's zone); None for any time of it, or for nothing."""
    record.next_follow_up, record.next_follow_up_at = day, at if day else None


def planned(record: Followed | None) -> tuple[date | None, time | None]:
    """The day and the hour a record has now."""
    return (record.next_follow_up, record.next_follow_up_at) if record is not None else (None, None)


def problem(ctx: Ctx, day: date | None, at: time | None, now: tuple[date | None, time | None] = (None, None)) -> str:
    """Why nobody can come back then: the code of a sentence, or empty. What stays as it is `now` is not asked again.

    The day and the hour are the actor's own.
    """
    if day is None or (day, at) == now:
        return ""
    today = ctx.today
    if day < today.date():
        return "date_past"
    return "hour_past" if day == today.date() and at is not None and at < today.time().replace(second=0) else ""
