"""`rapport log-call` and `log-meeting`: the operations of the forms in Slack, with the same rights and consequences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from cli.console import OUT, Stop, harmless, print_json
from core import activities, meetings
from core.activities import NEW_OBJECTION, SUBJECTS, CallInput, TalkInput
from core.context import Ctx
from core.enums import CallOutcome, EntityType, LeadStatus
from core.meetings import MeetingInput
from core.models import Activity
from core.queries import activities as queries
from core.queries.records import Hit, hit_of
from core.when import When, understand

Found = tuple[EntityType, UUID]


@dataclass(frozen=True)
class Logged:
    """A call or a meeting that was logged, and where its record stands after it."""

    record: Hit
    outcome: CallOutcome
    objections: tuple[str, ...]
    status: LeadStatus | None
    """A lead's."""
    next_follow_up: date | None
    next_follow_up_at: time | None
    activity_id: UUID
    change_id: UUID


def log_call(ctx: Ctx, found: Found, values: CallInput) -> Logged:
    """Log a call on a record. Raises Stop for a record that has no calls, Invalid, NotFound, Forbidden."""
    entity, record_id = _subject(found)
    return _logged(ctx, found, values, activities.log_call(ctx, entity, record_id, values))


def log_meeting(ctx: Ctx, found: Found, subject: str, when: When | None, talk: TalkInput) -> Logged:
    """Log a meeting that took place, at a moment of the actor's or (None) just now. Raises as `log_call` does."""
    entity, record_id = _subject(found)
    held = when or When(ctx.today.date(), ctx.today.time().replace(second=0, microsecond=0))
    values = MeetingInput(subject, held.day, held.at, talk.duration_minutes)
    return _logged(ctx, found, talk, meetings.log_unplanned(ctx, entity, record_id, values, talk))


def _subject(found: Found) -> Found:
    if found[0] not in SUBJECTS:
        raise Stop("Calls and meetings are logged on leads, contacts, companies and deals. Name one of those.")
    return found


def _logged(ctx: Ctx, found: Found, talk: TalkInput, activity: Activity) -> Logged:
    entity, record_id = queries.where_it_goes_on(ctx, *found)
    after = queries.standing(ctx, entity, record_id)
    return Logged(
        record=hit_of(ctx, EntityType(entity), record_id),
        outcome=talk.outcome,
        objections=tuple(one.removeprefix(NEW_OBJECTION) for one in talk.objections),
        status=after.status,
        next_follow_up=after.next_follow_up,
        next_follow_up_at=after.next_follow_up_at,
        activity_id=activity.id,
        change_id=ctx.change_id,
    )


def print_logged(what: str, logged: Logged, *, as_json: bool) -> None:
    """Say what was saved; to be called after the commit, so that nothing is said that did not happen."""
    if as_json:
        print_json(logged)
        return
    said = [f"{what} logged on {logged.record.ref} {logged.record.name}."]
    if logged.status is not None:
        said.append(f"Status: {logged.status.value}.")
    if logged.next_follow_up is not None:
        hour = f" {logged.next_follow_up_at:%H:%M}" if logged.next_follow_up_at else ""
        said.append(f"Next follow-up: {logged.next_follow_up.isoformat()}{hour}.")
    OUT.print(harmless(" ".join(said)), markup=False, highlight=False, soft_wrap=True)


def objections_from(texts: Iterable[str]) -> tuple[str, ...]:
    """Objections as they are typed, commas between them; those that are in the list already are found by name."""
    names = (name.strip() for text in texts for name in text.split(","))
    return tuple(f"{NEW_OBJECTION}{name}" for name in dict.fromkeys(names) if name)


def when_from(ctx: Ctx, text: str) -> When | None:
    """A day and an hour in words or ISO 8601, as in Slack; None for an empty text. Raises Stop for anything else."""
    if not text.strip():
        return None
    try:
        return understand(text, ctx.viewer.locale, ctx.today)
    except ValueError:
        raise Stop(f"“{text}” is no day. Examples: 2026-03-20, friday, “tomorrow 3pm”, “in 2 weeks”") from None
