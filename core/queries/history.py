"""Reading the history of a record: who changed what, with names in place of ids."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, func, inspect, select

from core import schedules
from core.access import SHARED, Verb, load, may_touch, visible
from core.context import Ctx
from core.enums import EntityType
from core.errors import NotFound
from core.history import UPDATE
from core.models import (
    Account,
    Base,
    Contact,
    Deal,
    EmailTemplate,
    History,
    Lead,
    LeadSource,
    LossReason,
    Member,
    Objection,
    Pipeline,
    Product,
    Quote,
    Stage,
    Tag,
)
from core.queries import attached
from core.queries.attached import Named
from core.queries.records import Page
from core.refs import quote_ref
from core.undo import can_undo

PAGE_SIZE = 8
MODELS: Mapping[EntityType, type[Lead | Account | Contact | Deal | Quote]] = {
    EntityType.LEAD: Lead,
    EntityType.ACCOUNT: Account,
    EntityType.CONTACT: Contact,
    EntityType.DEAL: Deal,
    EntityType.QUOTE: Quote,
}
BOOKKEEPING = frozenset({"stage_entered_at", "closed_at", "converted_at", "name_key", "activity_id"})
"""Columns that follow from another change of the same moment and say nothing new."""
WEEKDAYS = frozenset({"working_days"})
"""Days of the week as bits."""
CHANNELS = frozenset({"channel", "sales_channel", "replies_channel", "digest_channel"})
"""Ids of Slack channels."""
AMOUNTS = frozenset({"value", "subtotal", "tax", "total"})
_NamedModel = (
    Member
    | LeadSource
    | Account
    | Contact
    | Deal
    | EmailTemplate
    | Lead
    | Pipeline
    | Product
    | Stage
    | LossReason
    | Objection
    | Tag
)
_NAMED: Mapping[str, type[_NamedModel]] = {
    "from_stage_id": Stage,
    "delegate_id": Member,
    "follow_up_id": EmailTemplate,
    "lead_id": Lead,
    "manager_id": Member,
    "member_id": Member,
    "merged_into_id": Objection,
    "objection_id": Objection,
    "owner_id": Member,
    "source_id": LeadSource,
    "account_id": Account,
    "contact_id": Contact,
    "deal_id": Deal,
    "pipeline_id": Pipeline,
    "product_id": Product,
    "stage_id": Stage,
    "loss_reason_id": LossReason,
    "tag_id": Tag,
    "to_stage_id": Stage,
}


@dataclass(frozen=True)
class Word:
    """A value of a fixed vocabulary: `meeting_booked`."""

    code: str


@dataclass(frozen=True)
class Amount:
    """Money. `currency` is ISO 4217."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Days:
    """Days of the week, Monday as 0."""

    days: tuple[int, ...]


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    on: bool


@dataclass(frozen=True)
class Channel:
    """A Slack channel, by its id."""

    id: str


@dataclass(frozen=True)
class Unseen:
    """A record the actor may not see."""


Value = str | date | datetime | time | Decimal | Word | Amount | Days | Flag | Channel | Unseen | None


@dataclass(frozen=True)
class FieldChange:
    """One field: what it was and what it became; None for nothing."""

    field: str
    old: Value
    new: Value


@dataclass(frozen=True)
class Part:
    """A change of something that hangs on the record: a call, a tag, a line of a quote. `entity` says of what kind."""

    entity: str
    action: str
    about: Named
    fields: tuple[FieldChange, ...] = ()


class MeetingStep(StrEnum):
    """Steps of a meeting's way: all of them are changes of one activity."""

    PLANNED = "planned"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    LOGGED = "logged"
    NOT_HELD = "not_held"


MEETING_STEPS: Mapping[str, MeetingStep] = {
    "meeting.plan": MeetingStep.PLANNED,
    "meeting.edit": MeetingStep.CHANGED,
    "meeting.cancel": MeetingStep.CANCELLED,
    "meeting.log": MeetingStep.LOGGED,
    "meeting.not_held": MeetingStep.NOT_HELD,
}
"""By the operations of core.meetings."""


@dataclass(frozen=True)
class HistoryItem:
    """One change. `who` is a name, empty for the system; `source` as core.context.Ctx has it.

    `action` is what was done to the record itself, empty where only something that hangs on it changed.
    """

    change_id: UUID
    at: datetime
    who: str
    action: str
    source: str
    fields: tuple[FieldChange, ...]
    takes_back: bool
    """It undid another change."""
    undone: bool
    can_undo: bool
    parts: tuple[Part, ...] = ()
    meeting: MeetingStep | None = None
    """What it was in a meeting's way, where it was one."""


@dataclass(frozen=True)
class RecordHistory:
    """A page of a record's history, newest first."""

    entity: EntityType
    id: UUID
    page: Page[HistoryItem]


def anything_changed(ctx: Ctx) -> bool:
    """Whether this transaction has changed a record: whether there is something to undo."""
    query = select(History.id).where(History.workspace_id == ctx.workspace.id, History.change_id == ctx.change_id)
    return ctx.session.scalar(query.limit(1)) is not None


def history_page(ctx: Ctx, entity: EntityType, record_id: UUID, page: int = 0) -> RecordHistory:
    """What changed on a record and on what hangs on it (calls, tags, lines …), newest first, one item a change.

    Raises NotFound where the actor may not see the record.
    """
    model = MODELS.get(entity)
    if model is None:
        raise NotFound
    record = load(ctx, model, record_id, Verb.SEE)
    editable = may_touch(ctx, record, Verb.EDIT)
    ids = [record_id, *attached.ids_on(ctx, entity, record_id)]
    mine = (
        History.workspace_id == ctx.workspace.id,
        History.entity.in_([entity.value, *attached.MODELS]),
        History.entity_id.in_(ids),
    )
    change_ids = _changes_of(ctx, mine, page)
    query = (
        select(History, Member.name)
        .outerjoin(Member, (Member.workspace_id == History.workspace_id) & (Member.id == History.actor_id))
        .where(*mine, History.change_id.in_(change_ids[:PAGE_SIZE]))
        .order_by(History.id)
    )
    found = [(history, who or "") for history, who in ctx.session.execute(query)]
    undone = _undone(ctx, change_ids)
    rows = [history for history, _ in found]
    named = attached.names_of(ctx, [(row.entity, row.entity_id) for row in rows if row.entity_id != record_id])
    names = _names(ctx, [row.changes for row in rows])
    currency = str(getattr(record, "currency", ctx.workspace.currency))
    items: list[HistoryItem] = []
    for change_id in change_ids[:PAGE_SIZE]:
        together = [(row, who) for row, who in found if row.change_id == change_id]
        own = [row for row, _ in together if row.entity_id == record_id]
        hanging = [row for row, _ in together if row.entity_id != record_id]
        last, who = together[-1]
        items.append(
            HistoryItem(
                change_id=change_id,
                at=last.at,
                who=who,
                # Made and filled in at once is made.
                action=own[0].action if own else "",
                source=last.source,
                fields=tuple(one for row in own for one in _fields(model, row.changes, names, currency)),
                takes_back=last.undoes is not None,
                undone=change_id in undone,
                can_undo=editable and can_undo(ctx, last.at) and change_id not in undone,
                parts=tuple(_part(row, named, names, currency) for row in hanging if row.entity_id in named),
                meeting=MEETING_STEPS.get(last.operation),
            )
        )
    return RecordHistory(entity, record_id, Page(tuple(items), page, len(change_ids) > PAGE_SIZE))


def _changes_of(ctx: Ctx, mine: Sequence[ColumnElement[bool]], page: int) -> list[UUID]:
    """The changes of a page, the newest first, and one more where there are."""
    newest = func.max(cast(History.id, String))  # ids are sorted by time, as text too
    query = (
        select(History.change_id)
        .where(*mine)
        .group_by(History.change_id)
        .order_by(newest.desc())
        .offset(page * PAGE_SIZE)
        .limit(PAGE_SIZE + 1)
    )
    return list(ctx.session.scalars(query))


def _part(row: History, named: Mapping[UUID, Named], names: Mapping[UUID, str], currency: str) -> Part:
    about = named[row.entity_id]
    # How it began is told by what it is called; after that, by what became of it.
    fields = _fields(attached.MODELS[row.entity], row.changes, names, currency) if row.action == UPDATE else ()
    return Part(row.entity, row.action, about, fields)


def changes_in_words(
    ctx: Ctx, entity: EntityType, changes: Mapping[str, Sequence[Any]], currency: str = ""
) -> tuple[FieldChange, ...]:
    """Changes as the history keeps them ({field: [old, new]}), with names in place of ids.

    Amounts are in `currency`, empty for the workspace's.
    """
    return _fields(MODELS[entity], changes, _names(ctx, [changes]), currency or ctx.workspace.currency)


def fields_of(
    ctx: Ctx, changed: Sequence[tuple[type[Base] | None, Mapping[str, Any], str]]
) -> list[tuple[FieldChange, ...]]:
    """The same for many changes of any kinds of record (None for a kind that is not there any more) at once."""
    names = _names(ctx, [changes for _, changes, _ in changed])
    here = ctx.workspace.currency
    return [
        _fields(model, changes, names, currency or here) if model is not None else ()
        for model, changes, currency in changed
    ]


def _undone(ctx: Ctx, change_ids: list[UUID]) -> set[UUID | None]:
    query = select(History.undoes).where(History.workspace_id == ctx.workspace.id, History.undoes.in_(change_ids))
    return set(ctx.session.scalars(query))


def _names(ctx: Ctx, changes: Iterable[Mapping[str, Any]]) -> dict[UUID, str]:
    """The names behind the ids in some changes, as far as the actor may see them: one statement for each kind."""
    wanted: dict[type[_NamedModel], set[UUID]] = {}
    quotes: set[UUID] = set()
    for change in changes:
        for field, pair in change.items():
            if field in _NAMED:
                wanted.setdefault(_NAMED[field], set()).update(UUID(value) for value in pair if value)
            elif field == "quote_id":
                quotes.update(UUID(value) for value in pair if value)
    names = _quote_refs(ctx, quotes) if quotes else {}
    for model, ids in wanted.items():
        # Words of a list keep their names when they are removed from it; everybody may see them.
        seen = select(model).where(model.workspace_id == ctx.workspace.id) if model in SHARED else visible(ctx, model)
        query = seen.where(model.id.in_(ids)).with_only_columns(model.id, model.name)
        names.update((found, name) for found, name in ctx.session.execute(query))
    return names


def _quote_refs(ctx: Ctx, wanted: set[UUID]) -> dict[UUID, str]:
    """A quote is called by its number: it has no other name."""
    query = visible(ctx, Quote).where(Quote.id.in_(wanted)).with_only_columns(Quote.id, Quote.year, Quote.sequence)
    return {row.id: quote_ref(row.year, row.sequence) for row in ctx.session.execute(query)}


def _fields(
    model: type[Base], changes: Mapping[str, Any], names: Mapping[UUID, str], currency: str
) -> tuple[FieldChange, ...]:
    kinds = {column.key: column.type.python_type for column in inspect(model).columns}
    return tuple(
        FieldChange(field, *(_value(field, kinds[field], value, names, currency) for value in pair))
        for field, pair in changes.items()
        if field not in BOOKKEEPING and field in kinds
    )


def _value(field: str, kind: type, value: Any, names: Mapping[UUID, str], currency: str) -> Value:
    if value is None or value == "":
        return None
    if field in _NAMED or field == "quote_id":
        return names.get(UUID(value), Unseen())
    if field in CHANNELS:
        return Channel(value)
    if field in WEEKDAYS:
        return Days(schedules.in_words_order(value))
    if kind is bool:
        return Flag(value)
    if issubclass(kind, StrEnum):
        return Word(str(value))
    if issubclass(kind, Decimal):
        return Amount(Decimal(value), currency) if field in AMOUNTS else Decimal(value)
    if issubclass(kind, datetime | date | time):
        return kind.fromisoformat(value)
    return str(value)
