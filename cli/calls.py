"""`rapport log-call`: the same operation, the same rights and the same consequences as the form in Slack."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cli.console import OUT, Stop, print_json
from core import activities
from core.activities import NEW_OBJECTION, SUBJECTS, CallInput
from core.context import Ctx
from core.enums import CallOutcome, EntityType, LeadStatus
from core.queries import activities as queries
from core.queries.records import Hit, hit_of


@dataclass(frozen=True)
class Logged:
    """A call that was logged, and where its record stands after it."""

    record: Hit
    outcome: CallOutcome
    objections: tuple[str, ...]
    status: LeadStatus | None
    """A lead's."""
    next_follow_up: date | None
    activity_id: UUID
    change_id: UUID


def log_call(ctx: Ctx, found: tuple[EntityType, UUID], values: CallInput) -> Logged:
    """Log a call on a record. Raises Stop for a record that has no calls, Invalid, NotFound, Forbidden."""
    entity, record_id = found
    if entity not in SUBJECTS:
        raise Stop("Calls are logged on leads, contacts, companies and deals. Name one of those.")
    call = activities.log_call(ctx, entity, record_id, values)
    after = queries.standing(ctx, entity, record_id)
    return Logged(
        record=hit_of(ctx, entity, record_id),
        outcome=values.outcome,
        objections=tuple(one.removeprefix(NEW_OBJECTION) for one in values.objections),
        status=after.status,
        next_follow_up=after.next_follow_up,
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
        said.append(f"Next follow-up: {logged.next_follow_up.isoformat()}.")
    OUT.print(" ".join(said), markup=False, highlight=False, soft_wrap=True)


def objections_from(texts: Iterable[str]) -> tuple[str, ...]:
    """Objections as they are typed, commas between them; those that are in the list already are found by name."""
    names = (name.strip() for text in texts for name in text.split(","))
    return tuple(f"{NEW_OBJECTION}{name}" for name in dict.fromkeys(names) if name)


def day_from(text: str) -> date | None:
    """A day in ISO 8601; None for an empty text. Raises Stop for anything else."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Stop(f"“{text}” is no day. Example: 2026-03-20") from None
