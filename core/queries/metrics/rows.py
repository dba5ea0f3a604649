"""Which rows a number counts. One statement a number: its count, its sums and its list all come from the same rows."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Numeric,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy import Uuid as UuidType
from sqlalchemy.orm import aliased

from core.access import visible
from core.context import Ctx
from core.enums import ActivityKind, EmailProgress, EmailState, EntityType, InboundState, MailKind, StageKind
from core.models import (
    Activity,
    ActivityObjection,
    Deal,
    Email,
    History,
    InboundEmail,
    Lead,
    LeadSource,
    LossReason,
    Objection,
    Stage,
    StageChange,
)
from core.params import here
from core.queries.metrics.span import Shape

Rows = Select[*tuple[Any, ...]]
"""Columns: id, entity, record_id, by_id, owner_id, currency, value, at, was, becomes (see `_row`)."""


class Number(StrEnum):
    """What is counted. Each is defined in docs/metrics.md."""

    NEW_LEADS = "new_leads"
    NEW_DEALS = "new_deals"
    MOVED = "moved"
    WON = "won"
    LOST = "lost"
    SLIPPED = "slipped"
    CALLS = "calls"
    OBJECTIONS = "objections"
    MAILS = "mails"
    DELIVERED = "delivered"
    OPENED = "opened"
    REPLIED = "replied"
    WAITING = "waiting"
    """Replies that wait for an answer: of this moment, whatever the span's time."""


ARRIVED = (EmailProgress.DELIVERED, EmailProgress.OPENED, EmailProgress.CLICKED, EmailProgress.SPAM)


def rows_of(ctx: Ctx, number: Number, span: Shape) -> Rows:
    """The rows a number counts, as far as the actor may see them: for `read`, with the parameters `Span.values`."""
    return _ROWS[number](ctx, span)


def _row(
    query: Select[Any],
    *,
    row_id: ColumnElement[Any],
    record: tuple[ColumnElement[str], ColumnElement[Any]],
    by: ColumnElement[Any],
    owner: ColumnElement[Any] | None = None,
    at: ColumnElement[Any],
    worth: tuple[ColumnElement[Any], ColumnElement[Any]] | None = None,
    was: ColumnElement[Any] | None = None,
    becomes: ColumnElement[Any] | None = None,
) -> Rows:
    """The columns all numbers share. `by` did it and `owner` has it, who is the same where nothing else is said;
    `worth` is currency and value; `was` and `becomes` are text.
    """
    currency, value = worth or (literal(""), cast(null(), Numeric))
    entity, record_id = record
    return query.with_only_columns(
        row_id.label("id"),
        entity.label("entity"),
        record_id.label("record_id"),
        by.label("by_id"),
        (by if owner is None else owner).label("owner_id"),
        currency.label("currency"),
        value.label("value"),
        at.label("at"),
        (literal("") if was is None else func.coalesce(was, "")).label("was"),
        (literal("") if becomes is None else func.coalesce(becomes, "")).label("becomes"),
        maintain_column_froms=True,
    )


def _deal_row(
    query: Select[Any],
    by: ColumnElement[Any],
    at: ColumnElement[Any],
    was: ColumnElement[Any] | None = None,
    becomes: ColumnElement[Any] | None = None,
) -> Rows:
    return _row(
        query,
        row_id=Deal.id.expression,
        record=(literal(EntityType.DEAL.value), Deal.id.expression),
        by=by,
        owner=Deal.owner_id.expression,
        at=at,
        worth=(Deal.currency.expression, Deal.value.expression),
        was=was,
        becomes=becomes,
    )


# -- leads and deals ----------------------------------------------------------------------------------------------


def _new_leads(ctx: Ctx, span: Shape) -> Rows:
    return _row(
        visible(ctx, Lead)
        .outerjoin(LeadSource, and_(LeadSource.workspace_id == Lead.workspace_id, LeadSource.id == Lead.source_id))
        .where(span.within(Lead.created_at), span.owned(Lead.owner_id)),
        row_id=Lead.id.expression,
        record=(literal(EntityType.LEAD.value), Lead.id.expression),
        by=Lead.created_by_id.expression,
        owner=Lead.owner_id.expression,
        at=Lead.created_at.expression,
        becomes=LeadSource.name.expression,
    )


def _new_deals(ctx: Ctx, span: Shape) -> Rows:
    query = visible(ctx, Deal).where(span.within(Deal.created_at), span.owned(Deal.owner_id))
    return _deal_row(query, Deal.created_by_id.expression, Deal.created_at.expression)


def _closed(ctx: Ctx, span: Shape, kind: StageKind) -> Select[Any]:
    return (
        visible(ctx, Deal)
        .join(Stage, and_(Stage.workspace_id == Deal.workspace_id, Stage.id == Deal.stage_id))
        .where(Stage.kind == kind, span.within(Deal.closed_at), span.owned(Deal.owner_id))
    )


def _closer() -> ColumnElement[Any]:
    """Who moved the deal to where it is."""
    return (
        select(StageChange.by_id)
        .where(
            StageChange.workspace_id == Deal.workspace_id,
            StageChange.deal_id == Deal.id,
            StageChange.archived_at.is_(None),
        )
        .order_by(StageChange.at.desc(), StageChange.id.desc())
        .limit(1)
        .correlate(Deal)
        .scalar_subquery()
    )


def _won(ctx: Ctx, span: Shape) -> Rows:
    return _deal_row(_closed(ctx, span, StageKind.WON), _closer(), Deal.closed_at.expression)


def _lost(ctx: Ctx, span: Shape) -> Rows:
    query = _closed(ctx, span, StageKind.LOST).outerjoin(
        LossReason, and_(LossReason.workspace_id == Deal.workspace_id, LossReason.id == Deal.loss_reason_id)
    )
    return _deal_row(query, _closer(), Deal.closed_at.expression, becomes=LossReason.name.expression)


def _moved(ctx: Ctx, span: Shape) -> Rows:
    """Of all the steps a deal took, where the first began and where the last ended."""
    order = (StageChange.at, StageChange.id)
    steps = (
        visible(ctx, StageChange)
        .where(span.within(StageChange.at))
        .with_only_columns(
            StageChange.workspace_id,
            StageChange.deal_id,
            StageChange.to_stage_id,
            StageChange.by_id,
            StageChange.at,
            func.first_value(StageChange.from_stage_id)
            .over(partition_by=StageChange.deal_id, order_by=order)
            .label("from_stage_id"),
            func.row_number()
            .over(partition_by=StageChange.deal_id, order_by=[one.desc() for one in order])
            .label("back"),
        )
        .subquery()
    )
    old, new = aliased(Stage), aliased(Stage)
    query = (
        visible(ctx, Deal)
        .join(steps, and_(steps.c.workspace_id == Deal.workspace_id, steps.c.deal_id == Deal.id))
        .join(old, and_(old.workspace_id == Deal.workspace_id, old.id == steps.c.from_stage_id))
        .join(new, and_(new.workspace_id == Deal.workspace_id, new.id == steps.c.to_stage_id))
        .where(steps.c.back == 1, old.id != new.id, new.kind == StageKind.OPEN, span.owned(Deal.owner_id))
    )
    return _deal_row(query, steps.c.by_id, steps.c.at, old.name.expression, new.name.expression)


def _slipped(ctx: Ctx, span: Shape) -> Rows:
    """Open deals whose day was put off, and those whose day went by."""
    pair = History.changes["expected_close"]
    order = (History.at, History.id)
    shifts = (
        select(
            History.entity_id,
            History.actor_id,
            History.at,
            func.first_value(pair[0].astext).over(partition_by=History.entity_id, order_by=order).label("was"),
            pair[1].astext.label("becomes"),
            func.row_number()
            .over(partition_by=History.entity_id, order_by=[one.desc() for one in order])
            .label("back"),
        )
        .where(
            History.workspace_id == here(),
            History.entity == EntityType.DEAL.value,
            span.within(History.at),
            History.changes.has_key("expected_close"),
        )
        .subquery()
    )
    later = cast(shifts.c.becomes, Date) > cast(shifts.c.was, Date)
    query = (
        visible(ctx, Deal)
        .outerjoin(shifts, and_(shifts.c.entity_id == Deal.id, shifts.c.back == 1, later))
        .where(
            Deal.closed_at.is_(None),
            span.owned(Deal.owner_id),
            or_(shifts.c.entity_id.is_not(None), span.of_its_days(Deal.expected_close)),
        )
    )
    was = func.coalesce(shifts.c.was, cast(Deal.expected_close, Text))
    by = func.coalesce(shifts.c.actor_id, Deal.owner_id, type_=UuidType())
    return _deal_row(query, by, func.coalesce(shifts.c.at, span.until), was, shifts.c.becomes)


def in_stage(ctx: Ctx, span: Shape) -> Rows:
    """The open deals right now of the stage that is the parameter `stage_id`."""
    in_it = Deal.stage_id == bindparam("stage_id", type_=UuidType())
    query = visible(ctx, Deal).where(in_it, Deal.closed_at.is_(None), span.owned(Deal.owner_id))
    return _deal_row(query, Deal.owner_id.expression, Deal.stage_entered_at.expression)


# -- what people did ----------------------------------------------------------------------------------------------


def _record_of(model: type[Activity | Email | InboundEmail]) -> tuple[ColumnElement[str], ColumnElement[Any]]:
    """The record something hangs on: its kind and id."""
    kinds = {
        EntityType.LEAD: model.lead_id,
        EntityType.ACCOUNT: model.account_id,
        EntityType.CONTACT: model.contact_id,
        EntityType.DEAL: model.deal_id,
    }
    entity = case(*((column.is_not(None), kind.value) for kind, column in kinds.items()), else_="")
    return entity, func.coalesce(*kinds.values(), type_=UuidType())


def _calls_of(ctx: Ctx, span: Shape) -> Select[Any]:
    return visible(ctx, Activity).where(
        Activity.kind == ActivityKind.CALL, span.within(Activity.at), span.owned(Activity.owner_id)
    )


def _calls(ctx: Ctx, span: Shape) -> Rows:
    return _row(
        _calls_of(ctx, span),
        row_id=Activity.id.expression,
        record=_record_of(Activity),
        by=Activity.owner_id.expression,
        at=Activity.at.expression,
        was=cast(Activity.duration_minutes, Text),
        becomes=cast(Activity.outcome, Text),
    )


def _objections(ctx: Ctx, span: Shape) -> Rows:
    """One row an objection and activity: heard twice in one call it counts once."""
    query = (
        visible(ctx, Activity)
        .join(
            ActivityObjection,
            and_(
                ActivityObjection.workspace_id == Activity.workspace_id,
                ActivityObjection.activity_id == Activity.id,
                ActivityObjection.archived_at.is_(None),
            ),
        )
        .join(
            Objection,
            and_(
                Objection.workspace_id == ActivityObjection.workspace_id, Objection.id == ActivityObjection.objection_id
            ),
        )
        .where(span.within(Activity.at), span.owned(Activity.owner_id))
    )
    return _row(
        query,
        row_id=ActivityObjection.id.expression,
        record=_record_of(Activity),
        by=Activity.owner_id.expression,
        at=Activity.at.expression,
        becomes=Objection.name.expression,
    )


def _mails(*and_also: ColumnElement[bool]) -> Callable[[Ctx, Shape], Rows]:
    """Mails the provider took within the span, and of those the ones of which more is true by now."""

    def rows(ctx: Ctx, span: Shape) -> Rows:
        sent = (Email.state == EmailState.SENT, span.within(Email.sent_at), span.owned(Email.sender_id))
        return _row(
            visible(ctx, Email).where(*sent, *and_also),
            row_id=Email.id.expression,
            record=_record_of(Email),
            by=Email.sender_id.expression,
            at=Email.sent_at.expression,
            becomes=Email.subject.expression,
        )

    return rows


_HAS_REPLY = Email.replied_at.is_not(None)
_HAS_ARRIVED = or_(Email.progress.in_(ARRIVED), _HAS_REPLY)


def _waiting(ctx: Ctx, span: Shape) -> Rows:
    query = visible(ctx, InboundEmail).where(
        InboundEmail.state == InboundState.LINKED,
        InboundEmail.kind == MailKind.HUMAN,
        InboundEmail.handled_at.is_(None),
        span.owned(InboundEmail.owner_id),
    )
    return _row(
        query,
        row_id=InboundEmail.id.expression,
        record=_record_of(InboundEmail),
        by=InboundEmail.owner_id.expression,
        at=InboundEmail.received_at.expression,
        becomes=InboundEmail.subject.expression,
    )


_ROWS: Mapping[Number, Callable[[Ctx, Shape], Rows]] = MappingProxyType(
    {
        Number.NEW_LEADS: _new_leads,
        Number.NEW_DEALS: _new_deals,
        Number.MOVED: _moved,
        Number.WON: _won,
        Number.LOST: _lost,
        Number.SLIPPED: _slipped,
        Number.CALLS: _calls,
        Number.OBJECTIONS: _objections,
        Number.MAILS: _mails(),
        Number.DELIVERED: _mails(_HAS_ARRIVED),
        Number.OPENED: _mails(_HAS_ARRIVED, Email.opened_at.is_not(None)),
        Number.REPLIED: _mails(_HAS_REPLY),
        Number.WAITING: _waiting,
    }
)
