"""`rapport log-call`: the same operation, the same rights and the same consequences as the form in Slack."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from cli.console import OUT, Stop, print_json
from core import activities
from core.activities import NEW_OBJECTION, SUBJECTS, CallInput
from core.context import Ctx
from core.enums import CallOutcome, EntityType, LeadStatus
from core.queries import activities as queries
from core.queries.records import Hit, hit_of
from core.when import When, understand


@dataclass(frozen=True)
class Logged:
    """A call that was logged, and where its record stands after it."""

    record: Hit
    outcome: CallOutcome
    objections: tuple[str, ...]
    status: LeadStatus | None
    """A lead's."""
    next_follow_up: date | None
    next_follow_up_at: time | None
    activity_id: UUID
    change_id: UUID


def log_call(ctx: Ctx, found: tuple[EntityType, UUID], values: CallInput) -> Logged:
    """Log a call on a record. Raises Stop for a record that has no calls, Invalid, NotFound, Forbidden."""
    entity, record_id = found
    if entity not in SUBJECTS:
        raise Stop("Calls are logged on leads, contacts, companies and deals. Name one of those.")
    call = activities.log_call(ctx, entity, record_id, values)
    goes_on, goes_on_id = queries.where_it_goes_on(ctx, entity, record_id)
    after = queries.standing(ctx, goes_on, goes_on_id)
    return Logged(
        record=hit_of(ctx, EntityType(goes_on), goes_on_id),
        outcome=values.outcome,
        objections=tuple(one.removeprefix(NEW_OBJECTION) for one in values.objections),
        status=after.status,
        next_follow_up=after.next_follow_up,
        next_follow_up_at=after.next_follow_up_at,
        activity_id=call.id,
        change_id=ctx.change_id,
    )


def print_logged(logged: Logged, *, as_json: bool) -> None:
    """Say what was saved; to be called after the commit, so that nothing is said that did not happen."""
    if as_json:
        print_json(logged)
        return
    said = [f"Call logged on {logged.record.ref} {logged.record.name}."]
    if logged.status is not None:
        said.append(f"Status: {logged.status.value}.")
    if logged.next_follow_up is not None:
        hour = f" {logged.next_follow_up_at:%H:%M}" if logged.next_follow_up_at else ""
        said.append(f"Next follow-up: {logged.next_follow_up.isoformat()}{hour}.")
    OUT.print(" ".join(said), markup=False, highlight=False, soft_wrap=True)


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
