"""Activities: logging calls, what follows from a talk, and follow-ups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from core import follow_ups
from core.access import Owned, Verb, load, load_any
from core.context import Ctx
from core.enums import ActivityKind, CallOutcome, Direction, EntityType, LeadStatus
from core.errors import Forbidden, Invalid, NotFound
from core.events import RecordChanged
from core.models import Account, Activity, ActivityObjection, Contact, Deal, Lead, Objection
from core.normalise import NOTES_MAX, SHORT_TEXT_MAX, multiline_text, name_text
from core.operations import operation

MINUTES_MAX = 1440
"""A day; the table has the same limit."""
OBJECTION_MAX = 100
"""Characters of an objection, so that it fits an option's value with its mark (Slack's limit is 150)."""
NEW_OBJECTION = "new:"
"""Marks an objection that was typed and is not in the list yet."""

SUBJECTS: Mapping[str, tuple[type[Owned], InstrumentedAttribute[UUID | None]]] = MappingProxyType(
    {
        EntityType.LEAD: (Lead, Activity.lead_id),
        EntityType.ACCOUNT: (Account, Activity.account_id),
        EntityType.CONTACT: (Contact, Activity.contact_id),
        EntityType.DEAL: (Deal, Activity.deal_id),
    }
)
"""What an activity can be about, and the column that says so."""
TOUCHES = frozenset({ActivityKind.CALL, ActivityKind.MEETING, ActivityKind.EMAIL})
"""Activities that reach the other side; a note or a task is no touch."""

STATUS_AFTER: Mapping[CallOutcome, LeadStatus] = MappingProxyType(
    {
        CallOutcome.CONNECTED: LeadStatus.CONTACTED,
        CallOutcome.CALL_BACK: LeadStatus.CONTACTED,
        CallOutcome.VOICEMAIL: LeadStatus.CONTACTED,
        CallOutcome.NOT_INTERESTED: LeadStatus.CONTACTED,
        CallOutcome.INTERESTED: LeadStatus.QUALIFIED,
        CallOutcome.MEETING_BOOKED: LeadStatus.QUALIFIED,
    }
)
"""How far a call brings a lead at least. Nobody heard anything after `no_answer` and `wrong_number`; "not interested"
is a reason to think, not a loss: only a person gives a lead up."""
PROGRESS = (
    LeadStatus.PROSPECT,
    LeadStatus.NEW,
    LeadStatus.CONTACTED,
    LeadStatus.REPLIED,
    LeadStatus.QUALIFIED,
)
"""The way forward. A lead only moves to the right on it; lost and converted leads are left where they are."""
REACHED = frozenset(
    {CallOutcome.CONNECTED, CallOutcome.INTERESTED, CallOutcome.MEETING_BOOKED, CallOutcome.NOT_INTERESTED}
)
"""Somebody was spoken to: a follow-up that was due is done by such a call."""


@dataclass(frozen=True, kw_only=True)
class TalkInput:
    """What came of a call or a meeting, as it is typed.

    `objections` are ids, or `new:` and the words of one that is not in the list.
    """

    outcome: CallOutcome
    duration_minutes: int | None = None
    objections: tuple[str, ...] = ()
    notes: str = ""
    next_step: str = ""
    next_follow_up: date | None = None
    next_follow_up_at: time | None = None


@dataclass(frozen=True, kw_only=True)
class CallInput(TalkInput):
    """A call as it is typed."""

    direction: Direction


def status_after(status: LeadStatus, outcome: CallOutcome) -> LeadStatus:
    """The status a lead has after a talk that ended like this; never an earlier one."""
    goal = STATUS_AFTER.get(outcome)
    if goal is None or status not in PROGRESS:
        return status
    return max(status, goal, key=PROGRESS.index)


@operation("call.log")
def log_call(ctx: Ctx, entity: str, entity_id: UUID, values: CallInput) -> Activity:
    """Log a call that just took place on a record, and what follows from it: status, follow-up, next step, last touch.

    Without a next follow-up, one that is due by today is done where somebody was spoken to; a later one stays. What
    follows concerns the record that `goes_on` names.
    Raises Invalid, NotFound, Forbidden.
    """
    record = load_subject(ctx, entity, entity_id)
    check_talk(ctx, record, values)
    activity = Activity(kind=ActivityKind.CALL, at=ctx.now, owner_id=ctx.actor.member_id, direction=values.direction)
    setattr(activity, SUBJECTS[entity][1].key, record.id)
    ctx.add(activity)
    keep_talk(ctx, record, activity, values)
    return activity


def goes_on(ctx: Ctx, record: Owned) -> Owned:
    """The record on which the work goes on after a talk about this one, locked: of a converted lead its deal.

    The lead itself where the deal is not the actor's to change: what was said is kept there, and nothing is planned.
    """
    if not isinstance(record, Lead) or record.deal_id is None:
        return record
    try:
        return load(ctx, Deal, record.deal_id)
    except (NotFound, Forbidden):
        return record


def check_talk(ctx: Ctx, subject: Owned, values: TalkInput) -> None:
    """Whether what came of a talk about a record can be kept. Raises Invalid."""
    record = goes_on(ctx, subject)
    problems: dict[str, str] = {}
    if values.duration_minutes is not None and not 0 <= values.duration_minutes <= MINUTES_MAX:
        problems["duration_minutes"] = "number_out_of_range"
    if len(values.notes) > NOTES_MAX:
        problems["notes"] = "too_long"
    if len(values.next_step) > SHORT_TEXT_MAX:
        problems["next_step"] = "too_long"
    if values.next_follow_up is not None:
        if isinstance(record, Account):
            problems["next_follow_up"] = "no_follow_up_here"
        elif isinstance(record, Lead) and record.deal_id is not None:
            problems["next_follow_up"] = "follow_up_on_deal"
        else:
            then = (values.next_follow_up, values.next_follow_up_at)
            past = follow_ups.problem(ctx, *then, owner_id=record.owner_id, closed=follow_ups.closed(record))
            problems |= {"next_follow_up": past} if past else {}
    if problems:
        raise Invalid(problems)


def keep_talk(ctx: Ctx, subject: Owned, activity: Activity, values: TalkInput) -> None:
    """What came of a talk about a record, checked before, on its activity; and what follows where the work `goes_on`:
    status, follow-up, next step, last touch. Raises Invalid for an objection nobody knows.
    """
    record = goes_on(ctx, subject)
    activity.outcome, activity.duration_minutes = values.outcome, values.duration_minutes
    activity.notes, activity.next_step = multiline_text(values.notes), name_text(values.next_step)
    ctx.session.flush()
    for objection_id in _objection_ids(ctx, values.objections):
        ctx.add(ActivityObjection(activity_id=activity.id, objection_id=objection_id))
    _follow_from(ctx, record, activity, values)
    for touched in dict.fromkeys((subject, record)):
        touched.last_touch_at = max(touched.last_touch_at or activity.at, activity.at)
        ctx.emit(RecordChanged(touched.__entity__, touched.id))


@operation("follow_up.set")
def set_follow_up(ctx: Ctx, entity: str, entity_id: UUID, day: date | None, at: time | None = None) -> Owned:
    """Plan when to come back to a lead, contact or deal, or that nothing is planned.

    `at` is an hour in the owner's zone, None for any time of the day.

    Raises Invalid for a day that is over, for what is closed, and for an account, which carries no follow-up; NotFound,
    Forbidden.
    """
    record = load_subject(ctx, entity, entity_id)
    if isinstance(record, Account):
        raise Invalid({"next_follow_up": "no_follow_up_here"})
    past = follow_ups.problem(ctx, day, at, owner_id=record.owner_id, closed=follow_ups.closed(record))
    if past:
        raise Invalid({"next_follow_up": past})
    follow_ups.plan(record, day, at)
    ctx.emit(RecordChanged(entity, record.id))
    return record


def refresh_last_touch(ctx: Ctx, activity: Activity) -> None:
    """Set the last touch of an activity's record, and of where the work `goes_on`, anew from the activities that stand
    (one was taken back).
    """
    for model, column in SUBJECTS.values():
        subject_id = getattr(activity, column.key)
        if subject_id is not None:
            record = load_any(ctx, model, subject_id)
            for touched in dict.fromkeys((record, goes_on(ctx, record))):
                touched.last_touch_at = _last_touch(ctx, touched)
                ctx.emit(RecordChanged(touched.__entity__, touched.id))


def _last_touch(ctx: Ctx, record: Owned) -> datetime | None:
    """When the other side was last reached; a deal goes on with what was said while it was still a lead."""
    about = SUBJECTS[record.__entity__][1] == record.id
    if isinstance(record, Deal):
        came_from = select(Lead.id).where(Lead.workspace_id == ctx.workspace.id, Lead.deal_id == record.id)
        about = or_(about, Activity.lead_id.in_(came_from))
    query = select(func.max(Activity.at)).where(
        Activity.workspace_id == ctx.workspace.id,
        about,
        Activity.kind.in_(TOUCHES),
        Activity.archived_at.is_(None),
        # A meeting that is to come, or did not take place, touched nobody.
        or_(Activity.kind != ActivityKind.MEETING, Activity.outcome.is_not(None)),
    )
    return ctx.session.scalar(query)


def load_subject(ctx: Ctx, entity: str, entity_id: UUID, verb: Verb = Verb.EDIT) -> Owned:
    """The record an activity is about. Raises Invalid for a kind that has no activities, NotFound, Forbidden."""
    if entity not in SUBJECTS:
        raise Invalid({"record": "record_unknown"})
    return load(ctx, SUBJECTS[entity][0], entity_id, verb)


def _follow_from(ctx: Ctx, record: Owned, talk: Activity, values: TalkInput) -> None:
    if isinstance(record, Lead) and talk.outcome is not None:
        record.status = status_after(record.status, talk.outcome)
    if isinstance(record, Deal) and talk.next_step:
        record.next_step = talk.next_step
    if isinstance(record, Account):
        return
    if values.next_follow_up is not None:
        follow_ups.plan(record, values.next_follow_up, values.next_follow_up_at)
    elif record.next_follow_up and record.next_follow_up <= ctx.today.date() and talk.outcome in REACHED:
        follow_ups.plan(record, None)


def _objection_ids(ctx: Ctx, chosen: Sequence[str]) -> list[UUID]:
    """The ids of what was chosen and typed, each once."""
    typed = [name_text(one.removeprefix(NEW_OBJECTION)) for one in chosen if one.startswith(NEW_OBJECTION)]
    if any(len(name) > OBJECTION_MAX for name in typed):
        raise Invalid({"objections": "too_long"})
    known = _known_objections(ctx, [one for one in chosen if not one.startswith(NEW_OBJECTION)])
    # In one order everywhere, so that two calls which bring the same new words do not wait for each other in a circle.
    made = [_find_or_add_objection(ctx, name) for name in sorted(filter(None, typed), key=str.lower)]
    return list(dict.fromkeys([*known, *made]))


def _known_objections(ctx: Ctx, chosen: Sequence[str]) -> list[UUID]:
    """Those that were chosen; in place of one that was merged while the form was open, the one it became."""
    try:
        wanted = [UUID(one) for one in chosen]
    except ValueError as error:
        raise Invalid({"objections": "choice_invalid"}) from error
    if not wanted:
        return []
    query = select(Objection).where(Objection.workspace_id == ctx.workspace.id, Objection.id.in_(wanted))
    found = {one.id: _standing(ctx, one) for one in ctx.session.scalars(query)}
    if any(one not in found or found[one].archived_at for one in wanted):
        raise Invalid({"objections": "record_unknown"})
    return [found[one].id for one in wanted]


def _find_or_add_objection(ctx: Ctx, name: str) -> UUID:
    """The objection with this name, whatever its case, or the one it was merged into; added where there is none.

    The unique key decides between two who add it at the same moment: the second waits and then finds the first's.
    """
    key = ctx.session.execute(select(func.lower(name))).scalar_one()
    found = _objection_by_key(ctx, key)
    if found is None:
        added = Objection(name=name, name_key=key)
        try:
            with ctx.session.begin_nested():
                ctx.add(added)
        except IntegrityError:
            found = _objection_by_key(ctx, key)
            if found is None:
                raise
        else:
            return added.id
    standing = _standing(ctx, found)
    standing.archived_at = standing.merged_into_id = None
    return standing.id


def _standing(ctx: Ctx, objection: Objection) -> Objection:
    """The objection that stands for this one: at the end of its merges, which may have been several in a row."""
    seen = {objection.id}
    # Undoing some of several merges can leave a circle behind; then the last one before it counts.
    while objection.merged_into_id is not None and objection.merged_into_id not in seen:
        objection = ctx.session.get_one(Objection, (ctx.workspace.id, objection.merged_into_id))
        seen.add(objection.id)
    return objection


def _objection_by_key(ctx: Ctx, key: str) -> Objection | None:
    return ctx.session.scalars(
        select(Objection).where(Objection.workspace_id == ctx.workspace.id, Objection.name_key == key)
    ).one_or_none()
