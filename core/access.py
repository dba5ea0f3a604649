"""Who may see and do what. One table, and the only two doors from a question or an id to rows.

A record a person may not see does not exist for them: `load` raises NotFound, never Forbidden, so that not even its
existence leaks.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, Uuid, and_, bindparam, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from core.around import scope
from core.context import Ctx
from core.enums import Role, Visibility
from core.errors import Forbidden, NotFound
from core.models import (
    Account,
    Activity,
    ActivityObjection,
    ChannelLink,
    Contact,
    Deal,
    Email,
    EmailTemplate,
    InboundEmail,
    Lead,
    LeadSource,
    LossReason,
    Member,
    Objection,
    Pipeline,
    Product,
    Quote,
    QuoteLine,
    Stage,
    StageChange,
    Tag,
    Tagging,
    Target,
    TenantModel,
)
from core.params import here


class Verb(StrEnum):
    """What may be done to a record."""

    SEE = "see"
    EDIT = "edit"
    ASSIGN = "assign"


class Relation(StrEnum):
    """How a record stands to the person: whose it is."""

    OWN = "own"
    UNASSIGNED = "unassigned"
    REPORT = "report"
    """Owned by somebody below the person in the tree of managers."""
    TEAM = "team"
    """Owned by the person's own manager or by a colleague with the same manager."""
    STANDING_IN = "standing_in"
    """Owned by somebody who is away and for whom the person stands in."""
    OTHER = "other"


class Power(StrEnum):
    """What may be done to the workspace."""

    CONFIGURE = "configure"
    RETRY_DELIVERIES = "retry_deliveries"
    TRIAGE = "triage"
    """Say what a mail belongs to that matched nothing."""
    SET_TARGETS = "set_targets"
    """Say what people are to reach: admins for everybody, managers for themselves and all below them."""


_MINE = frozenset({Relation.OWN, Relation.UNASSIGNED})
_TREE = _MINE | {Relation.REPORT}
_ALL = frozenset(Relation)
_MEANWHILE = frozenset({Relation.STANDING_IN})
"""Seen and worked on, not given away: whose it is says who is away."""

POLICY: Mapping[Role, Mapping[Verb, frozenset[Relation]]] = MappingProxyType(
    {
        Role.REP: {Verb.SEE: _MINE | _MEANWHILE, Verb.EDIT: _MINE | _MEANWHILE, Verb.ASSIGN: _MINE},
        Role.MANAGER: {Verb.SEE: _TREE | _MEANWHILE, Verb.EDIT: _TREE | _MEANWHILE, Verb.ASSIGN: _TREE},
        Role.ADMIN: {Verb.SEE: _ALL, Verb.EDIT: _ALL, Verb.ASSIGN: _ALL},
    }
)
WIDENED_SIGHT: Mapping[Visibility, frozenset[Relation]] = MappingProxyType(
    {
        Visibility.OWN: frozenset(),
        Visibility.TEAM: frozenset({Relation.TEAM, Relation.REPORT}),
        Visibility.ALL: _ALL,
    }
)
POWERS: Mapping[Role, frozenset[Power]] = MappingProxyType(
    {
        Role.REP: frozenset(),
        Role.MANAGER: frozenset({Power.TRIAGE, Power.SET_TARGETS}),
        Role.ADMIN: frozenset(Power),
    }
)

Owned = Lead | Account | Contact | Deal
Row = TypeVar("Row", bound=TenantModel)
OWNED: tuple[type[Owned], ...] = (Lead, Account, Contact, Deal)
SHARED: frozenset[type[TenantModel]] = frozenset(
    {EmailTemplate, LeadSource, LossReason, Member, Objection, Pipeline, Product, Stage, Tag}
)
"""What everybody in a workspace may see: its people and its words."""
ATTACHED: tuple[type[Activity | ChannelLink | Email | InboundEmail | Tagging], ...] = (
    Activity,
    ChannelLink,
    Email,
    InboundEmail,
    Tagging,
)
"""What hangs on one owned record, whichever of its columns is set. A mail in triage hangs on none yet: it is asked for
by `Power.TRIAGE` and not through here."""
ON_DEALS: tuple[type[Quote | StageChange], ...] = (Quote, StageChange)
GUARDED: frozenset[type[TenantModel]] = frozenset({*OWNED, *ATTACHED, *ON_DEALS, QuoteLine, ActivityObjection, Target})
"""What is seen as the record or the person it belongs to is. Whatever stands in neither set is for admins alone."""
_SUBJECTS: tuple[tuple[str, type[Owned]], ...] = (
    ("lead_id", Lead),
    ("account_id", Account),
    ("contact_id", Contact),
    ("deal_id", Deal),
)


def permits(role: Role, verb: Verb, relation: Relation, visibility: Visibility) -> bool:
    """Whether the policy lets this role do this to a record standing in this relation."""
    if relation in POLICY[role][verb]:
        return True
    return verb is Verb.SEE and relation in WIDENED_SIGHT[visibility]


def require_power(ctx: Ctx, power: Power) -> None:
    """Check a right over the workspace. Raises Forbidden."""
    if power not in POWERS[ctx.actor.role]:
        raise Forbidden("needs_manager" if power in POWERS[Role.MANAGER] else "needs_admin")


def has_power(ctx: Ctx, power: Power) -> bool:
    """Whether the actor has this right over the workspace."""
    return power in POWERS[ctx.actor.role]


def relations_to(ctx: Ctx, owner_id: UUID | None) -> frozenset[Relation]:
    """How a record with this owner stands to the actor: a colleague may be away, and of the same team."""
    if owner_id is None:
        return frozenset({Relation.UNASSIGNED})
    if owner_id == ctx.actor.member_id:
        return frozenset({Relation.OWN})
    return frozenset(one for one, who in _people(ctx).items() if owner_id in who) or frozenset({Relation.OTHER})


def _people(ctx: Ctx) -> Mapping[Relation, frozenset[UUID]]:
    around = scope(ctx)
    return {Relation.REPORT: around.reports, Relation.TEAM: around.team, Relation.STANDING_IN: around.absent}


def may(ctx: Ctx, verb: Verb, owner_id: UUID | None) -> bool:
    """Whether the actor may do this to a record of this owner."""
    if ctx.actor.role is Role.ADMIN:
        return True
    role, visibility = ctx.actor.role, ctx.workspace.visibility
    return any(permits(role, verb, one, visibility) for one in relations_to(ctx, owner_id))


Sight = tuple[bool, Role, Visibility]
"""All that the wording of a condition depends on; whose records are seen are its parameters (`seen_by`)."""


def sight(ctx: Ctx) -> Sight:
    """How the actor sees: whoever sees in the same way may share a statement (core.prepared)."""
    return (_sees_all(ctx), ctx.actor.role, ctx.workspace.visibility)


def seen_by(ctx: Ctx) -> dict[str, object]:
    """The parameters of `visible` and `sees` for this actor in this workspace."""
    values: dict[str, object] = {"here": ctx.workspace.id}
    if ctx.actor.role is not Role.ADMIN:
        values |= {"task_people": _task_people(ctx), "looked_after": mine_and_below(ctx)}
    return values if _sees_all(ctx) else values | {"seen_owners": _seen_owners(ctx)}


def _sees_all(ctx: Ctx) -> bool:
    return ctx.actor.role is Role.ADMIN or ctx.workspace.visibility is Visibility.ALL


def _here(ctx: Ctx) -> BindParameter[UUID]:
    return bindparam("here", ctx.workspace.id, type_=Uuid())


def visible(ctx: Ctx, model: type[Row]) -> Select[Row]:
    """Where each select starts: the rows of this workspace that the actor may see and that were not taken back."""
    query = select(model).where(model.workspace_id == _here(ctx), sees(ctx, model))
    archived_at = getattr(model, "archived_at", None)
    return query if archived_at is None else query.where(archived_at.is_(None))


def sees(ctx: Ctx, model: type[TenantModel], *, archived: bool = False) -> ColumnElement[bool]:
    """The condition under which the actor may see a row of this model.

    `archived`: also where the record it belongs to was taken back.
    """
    if ctx.actor.role is Role.ADMIN or model in SHARED:
        return true()
    if model not in GUARDED:
        raise TypeError(f"only admins may see a {model.__name__}")
    if model is Activity:
        return or_(_sees_attached(ctx, Activity, archived=archived), _sees_alone(ctx))
    if model is Target:
        # However far sight was widened: what somebody is to reach is between them and their managers.
        return Target.member_id.in_(bindparam("looked_after", mine_and_below(ctx), type_=Uuid(), expanding=True))
    if ctx.workspace.visibility is Visibility.ALL:
        return true()
    if model in OWNED:
        return _sees_owner(ctx, model.owner_id)
    if model in ATTACHED:
        return _sees_attached(ctx, model, archived=archived)
    if model in ON_DEALS:
        return model.deal_id.in_(_visible_ids(ctx, Deal, archived=archived))
    if model is QuoteLine:
        return QuoteLine.quote_id.in_(_seen_parents(ctx, Quote, archived=archived))
    return ActivityObjection.activity_id.in_(_seen_parents(ctx, Activity, archived=archived))


def _sees_attached(ctx: Ctx, model: type[TenantModel], *, archived: bool) -> ColumnElement[bool]:
    subjects = [(getattr(model, column), subject) for column, subject in _SUBJECTS]
    if ctx.workspace.visibility is Visibility.ALL:
        return or_(*(column.is_not(None) for column, _ in subjects))
    return or_(*(column.in_(_visible_ids(ctx, subject, archived=archived)) for column, subject in subjects))


def _sees_alone(ctx: Ctx) -> ColumnElement[bool]:
    """A task on no record stays between who has to do it, who gave it and their managers, however wide sight is."""
    people = bindparam("task_people", _task_people(ctx), type_=Uuid(), expanding=True)
    alone = (getattr(Activity, column).is_(None) for column, _ in _SUBJECTS)
    return and_(*alone, or_(Activity.owner_id.in_(people), Activity.created_by_id.in_(people)))


def _task_people(ctx: Ctx) -> list[UUID]:
    """Those whose tasks on no record the actor looks after: theirs, and meanwhile those of whom they stand in for."""
    return list({*mine_and_below(ctx), *scope(ctx).absent})


def mine_and_below(ctx: Ctx) -> list[UUID]:
    """The actor and, for managers, everybody below them: those whose own matters they look after."""
    me = [ctx.actor.member_id] if ctx.actor.member_id is not None else []
    managed = scope(ctx).reports if Relation.REPORT in POLICY[ctx.actor.role][Verb.SEE] else frozenset[UUID]()
    return [*me, *managed]


def _seen_parents(ctx: Ctx, model: type[Quote | Activity], *, archived: bool) -> Select[UUID]:
    return select(model.id).where(model.workspace_id == _here(ctx), sees(ctx, model, archived=archived))


def _sees_owner(ctx: Ctx, owner: InstrumentedAttribute[UUID | None]) -> ColumnElement[bool]:
    condition = owner.in_(bindparam("seen_owners", _seen_owners(ctx), type_=Uuid(), expanding=True))
    return or_(owner.is_(None), condition) if Relation.UNASSIGNED in _seen_relations(ctx) else condition


def _seen_owners(ctx: Ctx) -> list[UUID]:
    """The people whose records the actor sees."""
    relations = _seen_relations(ctx)
    me = frozenset({ctx.actor.member_id} if ctx.actor.member_id is not None else ())
    people = {Relation.OWN: me, **_people(ctx)}
    return list(frozenset[UUID]().union(*(who for one, who in people.items() if one in relations)))


def _seen_relations(ctx: Ctx) -> frozenset[Relation]:
    return POLICY[ctx.actor.role][Verb.SEE] | WIDENED_SIGHT[ctx.workspace.visibility]


def _visible_ids(ctx: Ctx, model: type[Owned], *, archived: bool) -> Select[UUID]:
    query = select(model.id).where(model.workspace_id == _here(ctx), sees(ctx, model))
    return query if archived else query.where(model.archived_at.is_(None))


def load(ctx: Ctx, model: type[Row], row_id: UUID, verb: Verb = Verb.EDIT) -> Row:
    """The only door from an id to a row. Locks the row unless it is only looked at.

    Raises NotFound where the record does not exist or may not be seen, Forbidden where it is seen but not allowed.
    """
    return _one(ctx, model, row_id, verb, archived=False)


def load_any(ctx: Ctx, model: type[Row], row_id: UUID, verb: Verb = Verb.EDIT) -> Row:
    """Like `load`, but also a record that was taken back (archived): for undo, which may bring it to life again."""
    return _one(ctx, model, row_id, verb, archived=True)


def load_any_of(ctx: Ctx, model: type[Row], ids: Sequence[UUID]) -> list[Row]:
    """`load_any` for many ids at once: those of them that the actor may edit, locked."""
    query = select(model).where(
        model.workspace_id == ctx.workspace.id, sees(ctx, model, archived=True), model.id.in_(ids)
    )
    query = query.order_by(model.id).with_for_update(of=model).execution_options(populate_existing=True)
    return [row for row in ctx.session.scalars(query) if may_touch(ctx, row, Verb.EDIT)]


def load_given_away(ctx: Ctx, model: type[Row], row_id: UUID, owner_id: UUID) -> Row | None:
    """A record or a meeting, locked, that the actor gave to this owner and takes back: for undo alone, which checks it.

    None where somebody else owns it by now: who, is not for the actor to read.
    """
    return _unseen(ctx, model, row_id, "owner_id", owner_id) if model in (*OWNED, Activity) else None


def load_step(ctx: Ctx, step_id: UUID, deal_id: UUID) -> StageChange | None:
    """A step, locked, of a deal that the actor takes back: for undo alone, which has the deal already."""
    return _unseen(ctx, StageChange, step_id, "deal_id", deal_id)


def _unseen(ctx: Ctx, model: type[Row], row_id: UUID, column: str, belongs_to: UUID) -> Row | None:
    here = (model.workspace_id == ctx.workspace.id, model.id == row_id, getattr(model, column) == belongs_to)
    query = select(model).where(*here).with_for_update(of=model).execution_options(populate_existing=True)
    return ctx.session.scalars(query).one_or_none()


_Door = tuple[type[TenantModel], Sight, bool, bool]
_doors: dict[_Door, Select[Any]] = {}
"""Each operation begins with one: they are built once for each model and kind of sight."""


def _door(ctx: Ctx, model: type[Row], *, archived: bool, locked: bool) -> Select[Row]:
    key: _Door = (model, sight(ctx), archived, locked)
    query: Select[Row] | None = _doors.get(key)
    if query is None:
        here = select(model).where(model.workspace_id == _here(ctx), sees(ctx, model, archived=True))
        query = (here if archived else visible(ctx, model)).where(model.id == bindparam("row_id", type_=Uuid()))
        if locked:
            query = query.with_for_update(of=model).execution_options(populate_existing=True)
        _doors[key] = query
    return query


def _one(ctx: Ctx, model: type[Row], row_id: UUID, verb: Verb, *, archived: bool) -> Row:
    query = _door(ctx, model, archived=archived, locked=verb is not Verb.SEE)
    row = ctx.session.scalars(query, {**seen_by(ctx), "row_id": row_id}).one_or_none()
    if row is None:
        raise NotFound
    if verb is not Verb.SEE and not may_touch(ctx, row, verb):
        raise Forbidden("not_yours")
    return row


def may_touch(ctx: Ctx, row: TenantModel, verb: Verb) -> bool:
    """Whether the actor may do this to a row already loaded: by its own owner, its record's, or by configuring."""
    if ctx.actor.role is Role.ADMIN:
        return True
    match row:
        case Lead() | Account() | Contact() | Deal():
            return may(ctx, verb, row.owner_id)
        case Quote() | StageChange():
            return may(ctx, verb, _owner_of(ctx, Deal, row.deal_id))
        case QuoteLine():
            return may_touch(ctx, ctx.session.get_one(Quote, (row.workspace_id, row.quote_id)), verb)
        case ActivityObjection():
            return may_touch(ctx, ctx.session.get_one(Activity, (row.workspace_id, row.activity_id)), verb)
        case Activity() | ChannelLink() | Email() | InboundEmail() | Tagging():
            for column, model in _SUBJECTS:
                subject_id = getattr(row, column)
                if subject_id is not None:
                    return may(ctx, verb, _owner_of(ctx, model, subject_id))
            return isinstance(row, Activity) and bool({row.owner_id, row.created_by_id} & set(_task_people(ctx)))
        case Target():
            return has_power(ctx, Power.SET_TARGETS) and row.member_id in mine_and_below(ctx)
        case _:
            return has_power(ctx, Power.CONFIGURE)


_OWNER_OF: Mapping[type[Owned], Select[UUID | None]] = {
    model: select(model.owner_id).where(model.workspace_id == here(), model.id == bindparam("row_id", type_=Uuid()))
    for model in OWNED
}


def _owner_of(ctx: Ctx, model: type[Owned], row_id: UUID) -> UUID | None:
    return ctx.session.scalars(_OWNER_OF[model], {"here": ctx.workspace.id, "row_id": row_id}).one()
