"""A person's morning: what is due is written down once a day, so that what lies too long is known.

Somebody is reminded of one thing due on one day on two mornings. Whoever lets it lie then is not told again: their
manager is, once. Moved to another day, it begins anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Date, Row, Uuid, bindparam, exists, func, not_, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from core import activities, away, follow_ups, meetings, schedules, tasks
from core.access import load
from core.around import scope
from core.context import Ctx, new_id
from core.emails import replies
from core.models import Activity, Reminder
from core.params import among, here
from core.prepared import Built, read
from core.queries import mornings as queries
from core.queries.kept import kept_on
from core.queries.mornings import MorningData, Waiting, What

MORNING = "morning"
"""The `entity` of the card that stands for somebody's morning message."""
TWICE = 2
"""So often somebody is reminded of the same thing."""
SHOWN = 13
"""Things in one message: with two blocks each they fit Slack's fifty, and a person's morning."""
FOR_OTHERS = 4
"""So many of these are kept for those whom somebody stands in for."""
LIE_SHOWN = 5
"""So many of what people let lie a manager hears of on one morning; the others come on the next ones."""
LIE_READ = 50
"""So many of the latest are looked at for those the manager may see."""
KEPT_SHOWN = 5
"""So many of the notices that were kept: each takes a block."""
HEARD = 0
"""The `times` of a Reminder of what a manager only heard of: they were not reminded of anything of their own."""

Told = tuple[str, UUID, date]
"""Entity, id, and the day it was due."""
_Reminders = Sequence[Row[*tuple[Any, ...]]]
"""What `_read_reminders` reads."""


class _ToldOn(NamedTuple):
    """What was told on one day: what came in first, then the longest overdue."""

    reminded: list[Told]
    """Of what the actor was reminded."""
    heard: list[Told]
    """What they heard of that others let lie."""


def begin(ctx: Ctx, day: date) -> MorningData:
    """Write down what the actor is reminded of on this day of theirs, and say how it stands.

    Asked again on the same day, nothing counts twice. What does not fit into the message is not counted as told: it
    comes on another morning.
    """
    known = _reminders(ctx)
    own, others = _fresh(ctx, day, known)
    mine = own[: SHOWN - min(FOR_OTHERS, len(others))]
    told = _told_on(known, day)
    if _count(ctx, [*mine, *others[: SHOWN - len(mine)]], day):
        told = _told_on(_reminders(ctx, since=day), day)
    if not told.heard and _hear(ctx, _let_lie(ctx, day)[:LIE_SHOWN], day):
        told = _told_on(_reminders(ctx, since=day), day)
    return _standing(ctx, day, told, [*own, *others])


def standing(ctx: Ctx, day: date) -> MorningData:
    """How the things stand now that the actor was reminded of on this day of theirs."""
    known = _reminders(ctx)
    own, others = _fresh(ctx, day, known)
    return _standing(ctx, day, _told_on(known, day), [*own, *others])


def _standing(ctx: Ctx, day: date, told: _ToldOn, fresh: Sequence[Waiting]) -> MorningData:
    """The same where it is known what waits and what was told; a count changes nothing about either on its day."""
    lines = queries.lines_of(ctx, told.reminded)
    changes = queries.last_changes(ctx, [line.waiting.id for line in lines if line.done])
    lines = [replace(line, change_id=changes.get(line.waiting.id)) for line in lines]
    named = {(entity, entity_id) for entity, entity_id, _ in told.reminded}
    more = [one for one in fresh if (one.entity, one.id) not in named]
    lie = queries.lines_of(ctx, told.heard)
    lying = tuple(line for line in lie if not line.done)
    kept = kept_on(ctx, day, KEPT_SHOWN)
    absent = away.stood_in_for(ctx) if scope(ctx).absent else ()
    return MorningData(day, tuple(lines), len(more), absent, lying, kept)


def finish(ctx: Ctx, what: What, entity: str, item_id: UUID) -> None:
    """Something that was due is done; a meeting did not take place (what came of one has a window of its own).

    Raises NotFound, Forbidden, Conflict where a reply was handled already, a meeting logged.
    """
    match what:
        case What.FOLLOW_UP:
            activities.set_follow_up(ctx, entity, item_id, None)
        case What.TASK:
            tasks.done(ctx, item_id)
        case What.MEETING:
            meetings.not_held(ctx, item_id)
        case What.REPLY:
            replies.done(ctx, item_id)


def put_off(ctx: Ctx, what: What, entity: str, item_id: UUID, day: date, *, at: time | None = None) -> None:
    """Something that was due is due on another day, and at an hour on it.

    Raises Invalid for one that is over, NotFound, Forbidden.
    """
    if what is What.TASK:
        tasks.snooze(ctx, item_id, day, at)
    else:
        activities.set_follow_up(ctx, entity, item_id, day, at)


def later(ctx: Ctx, what: What, entity: str, item_id: UUID, hours: int) -> datetime:
    """Something that was due is due again so many hours from now; whole days keep the hour of the clock.

    The day and the hour are those of its owner, whoever acts. The moment (aware). Raises NotFound, Forbidden.
    """
    item = load(ctx, Activity, item_id) if what is What.TASK else activities.load_subject(ctx, entity, item_id)
    zone = follow_ups.zone_of(ctx, item.owner_id)
    days, rest = divmod(hours, 24)
    then = (ctx.now + timedelta(hours=rest)).astimezone(zone)
    day, at = then.date() + timedelta(days=days), then.time().replace(second=0, microsecond=0, fold=0)
    put_off(ctx, what, entity, item_id, day, at=at)
    return schedules.moment(day, at, zone)


def _fresh(ctx: Ctx, day: date, known: _Reminders) -> tuple[list[Waiting], list[Waiting]]:
    """What waits and was not told of on two earlier mornings: the actor's own, and that of whom they stand in for."""
    counted = _told_before(known, day)
    absent = scope(ctx).absent
    own, others = queries.waiting(ctx, day), queries.waiting(ctx, day, absent) if absent else []

    def fresh(waiting: list[Waiting]) -> list[Waiting]:
        return [one for one in waiting if counted.get((one.entity, one.id, one.due_on), 0) < TWICE]

    return fresh(own), fresh(others)


def _reminders(ctx: Ctx, since: date = date.min) -> _Reminders:
    """What the actor was told of, the last time on a day of theirs or later: what came in first, then by the day."""
    return read(ctx, _read_reminders, me=ctx.actor.member_id, since=since)


def _read_reminders(_: Ctx) -> Built:
    return (
        select(Reminder.entity, Reminder.entity_id, Reminder.due_on, Reminder.times, Reminder.last_on)
        .where(
            Reminder.workspace_id == here(),
            Reminder.member_id == bindparam("me", type_=Uuid()),
            Reminder.last_on >= bindparam("since", type_=Date()),
        )
        .order_by((Reminder.entity == replies.REPLY).desc(), Reminder.due_on, Reminder.id)
    )


def _told_before(known: _Reminders, day: date) -> dict[Told, int]:
    """How often the actor was told of each thing on earlier days."""
    return {(row.entity, row.entity_id, row.due_on): row.times - (1 if row.last_on == day else 0) for row in known}


def _count(ctx: Ctx, told: Iterable[Waiting], day: date) -> bool:
    """False where there was nothing to count."""
    rows = [_row(ctx, (one.entity, one.id, one.due_on), 1, day) for one in told]
    if rows:
        _write(ctx, rows, {"times": Reminder.times + 1, "last_on": day}, day)
    return bool(rows)


def _hear(ctx: Ctx, lie: Iterable[Told], day: date) -> bool:
    """False where there was nothing to hear of."""
    rows = [_row(ctx, one, HEARD, day) for one in lie]
    if rows:
        _write(ctx, rows, {"times": HEARD, "last_on": day}, day)
    return bool(rows)


def _write(ctx: Ctx, rows: list[dict[str, object]], known: Mapping[str, object], day: date) -> None:
    """Write down what is new; what is known becomes as `known`, once a day."""
    statement = insert(Reminder).values(rows)
    ctx.session.execute(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "member_id", "entity", "entity_id", "due_on"],
            set_=dict(known),
            where=Reminder.last_on < day,
        )
    )


def _row(ctx: Ctx, told: Told, times: int, day: date) -> dict[str, object]:
    entity, entity_id, due_on = told
    return {
        "workspace_id": ctx.workspace.id,
        "id": new_id(),
        "member_id": ctx.actor.member_id,
        "entity": entity,
        "entity_id": entity_id,
        "due_on": due_on,
        "times": times,
        "last_on": day,
    }


def _told_on(known: _Reminders, day: date) -> _ToldOn:
    found = _ToldOn([], [])
    for row in known:
        if row.last_on == day:
            (found.heard if row.times == HEARD else found.reminded).append((row.entity, row.entity_id, row.due_on))
    return found


def _let_lie(ctx: Ctx, day: date) -> list[Told]:
    """What the actor's people were reminded of twice, is still due, and the actor has not heard of by this day."""
    people = scope(ctx).reports
    if not people:
        return []
    rows = read(ctx, _lain, people=list(people), me=ctx.actor.member_id, day=day)
    lies = [(row.entity, row.entity_id, row.due_on) for row in rows]
    shown = {(line.waiting.entity, line.waiting.id) for line in queries.lines_of(ctx, lies) if not line.done}
    return [one for one in lies if one[:2] in shown]


def _lain(_: Ctx) -> Built:
    mine = aliased(Reminder)
    heard = exists().where(
        mine.workspace_id == here(),
        mine.member_id == bindparam("me", type_=Uuid()),
        mine.entity == Reminder.entity,
        mine.entity_id == Reminder.entity_id,
        mine.due_on == Reminder.due_on,
        or_(mine.times == HEARD, mine.last_on >= bindparam("day", type_=Date())),
    )
    return (
        select(Reminder.entity, Reminder.entity_id, func.max(Reminder.due_on).label("due_on"))
        .where(
            Reminder.workspace_id == here(),
            among(Reminder.member_id, "people"),
            Reminder.times >= TWICE,
            queries.still_due(),
            not_(heard),
        )
        .group_by(Reminder.entity, Reminder.entity_id)
        .order_by(func.max(Reminder.due_on).desc(), Reminder.entity_id)
        .limit(LIE_READ)
    )
