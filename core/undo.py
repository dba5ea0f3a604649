"""Taking a change back: within a day, as a whole, and only where nobody has built on it since."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, inspect, not_, or_, select
from sqlalchemy.orm import Mapper, aliased

from core import activities, away, channels, digests, history, invariants, own_settings, reports
from core.access import Power, Verb, load_any, load_any_of, load_given_away, load_step, may, require_power
from core.context import Ctx
from core.emails import sending
from core.enums import ActivityKind
from core.errors import Conflict, NotFound
from core.events import RecordChanged
from core.history import tracked_models
from core.models import (
    Activity,
    ChannelLink,
    Deal,
    History,
    Member,
    StageChange,
    Tagging,
    TenantModel,
    Tracked,
    WorkspaceRow,
)
from core.operations import operation
from core.params import here
from core.pointing import pointing_at
from core.prepared import Built, read

WINDOW = timedelta(days=1)
AT_A_TIME = 500
"""Records read by one statement."""
KEPT = frozenset({"objection", "tag", "member"})
"""Words of a shared vocabulary, and colleagues who were made members by being chosen as an owner, stay when the change
that brought them is taken back: others may have used them."""
DECIDED = ("word.%", "member.%")
"""Operations that change just those: they are taken back like any other, and so is their undo."""
SAYS_MORE = frozenset({"undo_changed_since", "undo_built_upon"})
"""Refusals that tell what somebody did with the record since."""


Row = TenantModel | WorkspaceRow


def can_undo(ctx: Ctx, at: datetime) -> bool:
    """Whether a change of that moment (UTC) is still young enough to be offered for undo."""
    return ctx.now - at <= WINDOW


@operation("undo")
def undo(ctx: Ctx, change_id: UUID) -> list[tuple[str, UUID]]:
    """Take back everything one change did, in one transaction, and say which records that concerns.

    Raises NotFound where the change is unknown or concerns something the actor may not see; Forbidden where it is not
    theirs to edit; Conflict with code `undo_too_late`, `undo_already`, `undo_changed_since` (entity, entity_id, field,
    who, at; without them of a record the actor does not see any more), `undo_built_upon` (entity, by), `mail_left` or
    one of core.invariants.check where it cannot be taken back.
    """
    changes = _changes(ctx, change_id)
    if not can_undo(ctx, changes[0].at):
        raise Conflict("undo_too_late")
    try:
        return _undo(ctx, change_id, changes)
    except Conflict as error:
        if error.code in SAYS_MORE and any(_out_of_sight(ctx, change) for change in changes):
            raise Conflict("undo_changed_since") from error
        raise


def _undo(ctx: Ctx, change_id: UUID, changes: Sequence[History]) -> list[tuple[str, UUID]]:
    invariants.hold(ctx, [(change.entity, change.entity_id) for change in changes])
    rows = _load_all(ctx, changes)
    # Asked after the records are locked: of two people who undo the same change, the second finds it undone.
    if _was_undone(ctx, change_id):
        raise Conflict("undo_already")
    # First: that a mail has left says more than what came of it since, such as that it was answered.
    added = [change for change in changes if change.action == history.CREATE]
    sending.refuse_left(ctx, [change.entity_id for change in added if change.entity == Activity.__entity__])
    _refuse_touched_since(ctx, changes)
    ctx.undoes = change_id
    together = set(rows)
    absences = {row.id: away.watch(row, ctx.now) for row in rows.values() if isinstance(row, Member)}
    digest_channels = [row.digest_channel for row in rows.values() if isinstance(row, WorkspaceRow)]
    # Flushed as a whole: what is asked below leaves out what belongs to the change itself.
    with ctx.session.no_autoflush:
        for change in reversed(changes):
            _take_back(ctx, change, rows[change.entity_id], together)
    ctx.session.flush()
    invariants.check(ctx, rows.values())
    _follow_up(ctx, list(rows.values()), absences)
    for before in digest_channels:
        digests.follow_channel(ctx, before)
        reports.follow_channel(ctx, before)
    return list(dict.fromkeys((change.entity, change.entity_id) for change in changes))


def brings_back(ctx: Ctx, change_id: UUID) -> bool:
    """Whether to take this change back is to do something again: it is itself an undo, and not one of an undo."""
    again = False
    undoes = select(History.undoes).where(History.workspace_id == ctx.workspace.id).limit(1)
    while (before := ctx.session.scalar(undoes.where(History.change_id == change_id))) is not None:
        change_id, again = before, not again
    return again


def _changes(ctx: Ctx, change_id: UUID) -> list[History]:
    decided = or_(*(History.operation.like(pattern) for pattern in DECIDED), History.undoes.is_not(None))
    joined = (History.entity == Member.__entity__) & (History.action == history.CREATE)
    query = select(History).where(
        History.workspace_id == ctx.workspace.id,
        History.change_id == change_id,
        or_(History.entity.not_in(KEPT), decided & not_(joined)),
    )
    changes = list(ctx.session.scalars(query.order_by(History.id)))
    if not changes:
        raise NotFound
    return changes


def _load_all(ctx: Ctx, changes: Sequence[History]) -> dict[UUID, Row]:
    """The records, locked: many at a time, and one by one what that does not find, which says why."""
    wanted: dict[type[TenantModel], set[UUID]] = {}
    for change in changes:
        model = tracked_models().get(change.entity)
        if model is not None:
            wanted.setdefault(model, set()).add(change.entity_id)
    rows: dict[UUID, Row] = {}
    for model, ids in wanted.items():
        ordered = sorted(ids)
        for start in range(0, len(ordered), AT_A_TIME):
            rows |= {row.id: row for row in load_any_of(ctx, model, ordered[start : start + AT_A_TIME])}
    # A step is looked up by its deal, so deals come first, also where the history of an undo was written in no order.
    for change in sorted(changes, key=lambda change: change.entity == StageChange.__entity__):
        if change.entity_id not in rows:
            rows[change.entity_id] = _load(ctx, change, rows)
    return rows


def _load(ctx: Ctx, change: History, loaded: Mapping[UUID, Row]) -> Row:
    if change.entity == WorkspaceRow.__entity__:
        require_power(ctx, Power.CONFIGURE)
        query = select(WorkspaceRow).where(WorkspaceRow.workspace_id == ctx.workspace.id)
        return ctx.session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()
    model = tracked_models().get(change.entity)
    if model is None:
        raise NotFound
    own = own_settings.own_change(ctx, change)
    if own is not None:
        return own
    first = _first(ctx, change)
    given_to = _given_to(ctx, first)
    row = load_given_away(ctx, model, change.entity_id, given_to) if given_to else _first_step(ctx, first, loaded)
    return row or load_any(ctx, model, change.entity_id, Verb.EDIT)


def _first(ctx: Ctx, change: History) -> History:
    """What was done before any undo and redo of it: the change itself, where it is neither."""
    while change.undoes is not None:
        undone = select(History).where(
            History.workspace_id == ctx.workspace.id,
            History.change_id == change.undoes,
            History.entity_id == change.entity_id,
        )
        before = ctx.session.scalars(undone).first()
        if before is None:
            break
        change = before
    return change


def _first_step(ctx: Ctx, change: History, loaded: Mapping[UUID, Row]) -> Row | None:
    """The step that a deal which is taken back was made with."""
    if change.entity != StageChange.__entity__ or change.action != history.CREATE:
        return None
    deal = loaded.get(UUID(change.changes["deal_id"][1]))
    return load_step(ctx, change.entity_id, deal.id) if isinstance(deal, Deal) else None


def _given_to(ctx: Ctx, change: History) -> UUID | None:
    """Whom the actor gave the record to by this very change, or made it for; they may not see it any more, and yet take
    it back.
    """
    old, new = change.changes.get("owner_id", (None, None))
    mine = ctx.actor.member_id is not None and change.actor_id == ctx.actor.member_id
    if not mine or change.action not in (history.CREATE, history.UPDATE) or new is None:
        return None
    return UUID(new) if may(ctx, Verb.EDIT, UUID(old) if old else None) else None


def _out_of_sight(ctx: Ctx, change: History) -> bool:
    """Whether it gave the record to somebody whose records the actor does not see."""
    given_to = _given_to(ctx, _first(ctx, change))
    return given_to is not None and not may(ctx, Verb.SEE, given_to)


def _was_undone(ctx: Ctx, change_id: UUID) -> bool:
    query = select(History.id).where(History.workspace_id == ctx.workspace.id, History.undoes == change_id)
    return ctx.session.scalar(query.limit(1)) is not None


def _take_back(ctx: Ctx, change: History, row: Row, together: set[UUID]) -> None:
    link = row if isinstance(row, ChannelLink) else None
    mail = row if isinstance(row, Activity) and row.kind is ActivityKind.EMAIL else None
    if not isinstance(row, Tracked):
        raise TypeError(f"{change.entity} is not tracked")
    match change.action:
        case history.CREATE:
            _refuse_if_built_upon(ctx, row, together)
            if mail is not None:
                sending.take_back(ctx, mail)
            row.archived_at = ctx.now
        case history.ARCHIVE:
            _restore_fields(ctx, change, row)
            if link is not None:
                # Another link of the same change may have given the channel back just now.
                ctx.session.flush()
                channels.refuse_if_taken(ctx, link.channel)
            row.archived_at = None
        case history.RESTORE:
            _restore_fields(ctx, change, row)
            row.archived_at = ctx.now
        case _:
            _restore_fields(ctx, change, row)


def _restore_fields(ctx: Ctx, change: History, row: Row) -> None:
    columns = _mapper(row).columns
    for name, (old, new) in change.changes.items():
        kind, nullable = columns[name].type.python_type, bool(columns[name].nullable)
        # Compared as values: one number or moment has several spellings.
        if getattr(row, name) != _from_json(kind, new, nullable=nullable):
            raise _changed_since(ctx, change, name)
        setattr(row, name, _from_json(kind, old, nullable=nullable))


def _later(ctx: Ctx, change: History) -> list[History]:
    """Changes of the same record after this one that still stand, newest first."""
    here = History.workspace_id == ctx.workspace.id
    undone = select(History.undoes).where(here, History.undoes.is_not(None))
    query = select(History).where(
        here,
        History.entity == change.entity,
        History.entity_id == change.entity_id,
        History.id > change.id,
        History.change_id != change.change_id,
        History.undoes.is_(None),
        History.change_id.not_in(undone),
    )
    return list(ctx.session.scalars(query.order_by(History.id.desc())))


def _refuse_touched_since(ctx: Ctx, changes: Sequence[History]) -> None:
    """What was created and changed since is not taken away. Asked of all at once: mostly nothing was."""
    created = [change for change in changes if change.action == history.CREATE]
    if not created:
        return
    touched = {row.entity_id for row in read(ctx, _touched, change_id=created[0].change_id)}
    for change in created:
        if change.entity_id in touched:
            last = _later(ctx, change)[0]
            raise _conflict(ctx, change, next(iter(last.changes), ""), last)


def _touched(_: Ctx) -> Built:
    """What a change created and another one that still stands changed since."""
    first, later = aliased(History), aliased(History)
    undone = select(History.undoes).where(History.workspace_id == here(), History.undoes.is_not(None))
    return (
        select(later.entity_id)
        .select_from(first)
        .join(
            later,
            (later.workspace_id == first.workspace_id)
            & (later.entity == first.entity)
            & (later.entity_id == first.entity_id)
            & (later.id > first.id)
            & (later.change_id != first.change_id),
        )
        .where(
            first.workspace_id == here(),
            first.change_id == bindparam("change_id", type_=Uuid()),
            first.action == history.CREATE,
            later.undoes.is_(None),
            later.change_id.not_in(undone),
        )
    )


def _changed_since(ctx: Ctx, change: History, field: str) -> Conflict:
    last = next((later for later in _later(ctx, change) if field in later.changes), None)
    return _conflict(ctx, change, field, last)


def _conflict(ctx: Ctx, change: History, field: str, last: History | None) -> Conflict:
    who = None
    if last is not None and last.actor_id is not None:
        who = ctx.session.scalar(
            select(Member.name).where(Member.workspace_id == ctx.workspace.id, Member.id == last.actor_id)
        )
    at = last.at if last else None
    return Conflict("undo_changed_since", entity=change.entity, entity_id=change.entity_id, field=field, who=who, at=at)


def _refuse_if_built_upon(ctx: Ctx, row: Row, together: set[UUID]) -> None:
    """A record that others point at (a quote on the deal, a call on the lead) is not pulled away under them."""
    by = pointing_at(ctx, row, together)
    if by is not None:
        raise Conflict("undo_built_upon", entity=_entity(row), by=by)


def _mapper(row: Row) -> Mapper[Any]:
    found: Mapper[Any] = inspect(type(row))
    return found


def _entity(row: Row) -> str:
    return row.__entity__ if isinstance(row, Tracked) else type(row).__name__.lower()


def _from_json(kind: type, value: Any, *, nullable: bool) -> Any:
    """A column's Python value from what the history stored (core.models.base.as_json)."""
    if value is None:
        return None if nullable or kind is not str else ""
    if issubclass(kind, StrEnum) or kind in (Decimal, UUID):
        return kind(value)
    if issubclass(kind, datetime | date | time):
        return kind.fromisoformat(value)
    return value


def _follow_up(ctx: Ctx, rows: list[Row], absences: Mapping[UUID, away.Watched]) -> None:
    for row in rows:
        if isinstance(row, Member):
            away.drop_lost_stand_in(ctx, row)
            away.settle(ctx, row, absences[row.id])
        if isinstance(row, Activity):
            activities.refresh_last_touch(ctx, row)
        ctx.emit(RecordChanged(*_subject(row)))


def _subject(row: Row) -> tuple[str, UUID]:
    """The record whose cards are out of date: a tag that was put on one stands for it."""
    if isinstance(row, Tagging):
        for entity in ("lead", "account", "contact", "deal"):
            record_id = getattr(row, f"{entity}_id")
            if record_id is not None:
                return entity, record_id
    return _entity(row), row.id
