"""Reading calls across records: the list of what was said to whom."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, String, case, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from core.access import visible
from core.activities import SUBJECTS
from core.context import Ctx
from core.enums import ActivityKind, CallOutcome, Direction, EntityType
from core.models import Activity, ActivityObjection, Member, Objection
from core.queries.records import Page
from core.queries.search import matching
from core.refs import LETTERS

PAGE_SIZE = 8
MINE = "mine"


@dataclass(frozen=True)
class CallRow:
    """A call in a list: when (UTC), about which record, by whom (a name), and what came of it."""

    id: UUID
    at: datetime
    ref: str
    name: str
    who: str
    direction: Direction | None
    outcome: CallOutcome | None
    duration_minutes: int | None
    objections: str
    """Their names, with commas between them."""
    notes: str
    next_step: str


def call_page(ctx: Ctx, words: str = "", page: int = 0) -> Page[CallRow]:
    """A page of the calls the actor may see, newest first.

    `words` narrow it down: `mine` to the actor's own, an outcome (`interested`) to calls that ended so, anything else
    to calls about records which fit the words as in a search.
    """
    query = (
        visible(ctx, Activity)
        .outerjoin(Member, (Member.workspace_id == Activity.workspace_id) & (Member.id == Activity.owner_id))
        .where(Activity.kind == ActivityKind.CALL, *_asked(ctx, words))
        .order_by(Activity.at.desc(), Activity.id.desc())
        .offset(page * PAGE_SIZE)
        .limit(PAGE_SIZE + 1)
        .with_only_columns(
            Activity.id,
            Activity.at,
            _of_subject("ref").label("ref"),
            _of_subject("name").label("name"),
            func.coalesce(Member.name, "").label("who"),
            Activity.direction,
            Activity.outcome,
            Activity.duration_minutes,
            _objections().label("objections"),
            Activity.notes,
            Activity.next_step,
        )
    )
    rows = [CallRow(**row) for row in ctx.session.execute(query).mappings()]
    return Page(tuple(rows[:PAGE_SIZE]), page, len(rows) > PAGE_SIZE)


def _asked(ctx: Ctx, words: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    rest: list[str] = []
    for word in words.split():
        key = word.casefold()
        if key == MINE:
            conditions.append(Activity.owner_id == ctx.actor.member_id)
        elif key in tuple(CallOutcome):
            conditions.append(Activity.outcome == CallOutcome(key))
        else:
            rest.append(word)
    if rest:
        conditions.append(_about(ctx, " ".join(rest)))
    return conditions


def _about(ctx: Ctx, words: str) -> ColumnElement[bool]:
    """Calls about the records which the words may mean."""
    return or_(
        *(
            column.in_(visible(ctx, model).where(matching(ctx, EntityType(kind), words)).with_only_columns(model.id))
            for kind, (model, column) in SUBJECTS.items()
        )
    )


def _of_subject(what: str) -> ColumnElement[str]:
    """The name or the reference of the one record a call is about."""
    choices = []
    for kind, (model, column) in SUBJECTS.items():
        letter = literal(f"{LETTERS[EntityType(kind)]}-", String)
        value = model.name if what == "name" else letter.concat(cast(model.number, String))
        here = select(value).where(model.workspace_id == Activity.workspace_id, model.id == column)
        choices.append((column.is_not(None), here.correlate(Activity).scalar_subquery()))
    return case(*choices, else_="")


def _objections() -> ColumnElement[str]:
    names = func.string_agg(Objection.name, aggregate_order_by(literal(", ", String), Objection.name_key))
    heard = (
        select(names)
        .join(
            ActivityObjection,
            (ActivityObjection.workspace_id == Objection.workspace_id)
            & (ActivityObjection.objection_id == Objection.id),
        )
        .where(
            ActivityObjection.workspace_id == Activity.workspace_id,
            ActivityObjection.activity_id == Activity.id,
            ActivityObjection.archived_at.is_(None),
        )
    )
    return func.coalesce(heard.correlate(Activity).scalar_subquery(), "")
