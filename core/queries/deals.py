"""Reading deals: the card, lists, stages, the way through them."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, case, exists, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, aliased

from core.access import Verb, may, visible
from core.context import Ctx
from core.enums import EntityType, StageKind
from core.errors import NotFound
from core.models import Account, Contact, Deal, Lead, LossReason, Member, Pipeline, Stage
from core.normalise import name_text
from core.prepared import read
from core.queries.activities import TimelineItem, timeline
from core.queries.quotes import QuoteRow, quotes_of_deal
from core.queries.records import Hit, Page
from core.queries.search import matching
from core.queries.stages import StageRow, first_pipeline, stages_of
from core.queries.tags import TagRow, tags_of
from core.refs import Ref, deal_ref, parse_ref

__all__ = [
    "DealCard",
    "DealRow",
    "deal_card",
    "deal_page",
    "deals_meant",
    "first_pipeline",
    "open_deals",
    "page_of",
    "stages_of",
]

PAGE_SIZE = 8
CARD_QUOTES = 3
RELATED = (EntityType.ACCOUNT, EntityType.CONTACT, EntityType.LEAD)
Order = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True)
class DealCard:
    """A deal as its card shows it. `value` is in `currency`; names of account and contact come with the deal."""

    id: UUID
    ref: str
    name: str
    version: int
    stage_id: UUID
    stage: str
    stage_kind: StageKind
    probability: int
    stage_entered_at: datetime
    days_in_stage: int
    stale: bool
    value: Decimal | None
    currency: str
    account_id: UUID | None
    account: str
    contact_id: UUID | None
    contact: str
    owner: str
    """Slack user id, empty for nobody."""
    expected_close: date | None
    next_step: str
    next_follow_up: date | None
    loss_reason: str
    competitor: str
    closed_at: datetime | None
    last_touch_at: datetime | None
    today: date
    stages: tuple[StageRow, ...]
    timeline: tuple[TimelineItem, ...]
    quotes: tuple[QuoteRow, ...]
    can_edit: bool
    can_assign: bool
    tags: tuple[TagRow, ...] = ()
    related: tuple[Hit, ...] = ()
    """Its account, its contact and the lead it was, as far as the reader may see them."""
    entity: EntityType = EntityType.DEAL
    next_follow_up_at: time | None = None
    """The hour of the follow-up, in the owner's zone."""
    pipeline: str = ""
    """The name of its pipeline, where there are several to tell apart."""


@dataclass(frozen=True)
class DealRow:
    """A deal in a list. `value` is in `currency`."""

    id: UUID
    ref: str
    name: str
    account: str
    stage: str
    stage_kind: StageKind
    days_in_stage: int
    value: Decimal | None
    currency: str
    owner: str
    expected_close: date | None
    today: date


def deal_card(ctx: Ctx, deal_id: UUID) -> DealCard:
    """The deal's card. Raises NotFound where there is none or the actor may not see it."""
    query = (
        _with_names(visible(ctx, Deal).where(Deal.id == deal_id))
        .outerjoin(Contact, _same(Contact, Deal.contact_id))
        .outerjoin(LossReason, _same(LossReason, Deal.loss_reason_id))
        .add_columns(
            Stage,
            func.coalesce(Account.name, ""),
            func.coalesce(Member.slack_user_id, ""),
            func.coalesce(Contact.name, ""),
            func.coalesce(LossReason.name, ""),
            _pipeline_told_apart(),
        )
    )
    found = ctx.session.execute(query).one_or_none()
    if found is None:
        raise NotFound
    deal, stage, account, owner, contact, loss_reason, pipeline = found
    days = _days(ctx, deal.stage_entered_at)
    return DealCard(
        id=deal.id,
        ref=deal_ref(deal.number),
        name=deal.name,
        version=deal.version,
        stage_id=stage.id,
        stage=stage.name,
        pipeline=pipeline,
        stage_kind=stage.kind,
        probability=stage.probability,
        stage_entered_at=deal.stage_entered_at,
        days_in_stage=days,
        stale=stage.stale_days is not None and stage.kind is StageKind.OPEN and days > stage.stale_days,
        value=deal.value,
        currency=deal.currency,
        account_id=deal.account_id,
        account=account,
        contact_id=deal.contact_id,
        contact=contact,
        owner=owner,
        expected_close=deal.expected_close,
        next_step=deal.next_step,
        next_follow_up=deal.next_follow_up,
        next_follow_up_at=deal.next_follow_up_at,
        loss_reason=loss_reason,
        competitor=deal.competitor,
        closed_at=deal.closed_at,
        last_touch_at=deal.last_touch_at,
        today=ctx.today.date(),
        stages=tuple(stages_of(ctx, deal.pipeline_id)),
        timeline=tuple(timeline(ctx, EntityType.DEAL, deal.id)),
        tags=tags_of(ctx, EntityType.DEAL, deal.id),
        quotes=tuple(quotes_of_deal(ctx, deal.id, CARD_QUOTES)),
        related=_related(ctx, deal),
        can_edit=may(ctx, Verb.EDIT, deal.owner_id),
        can_assign=may(ctx, Verb.ASSIGN, deal.owner_id),
    )


@cache
def _pipeline_told_apart() -> ColumnElement[str]:
    """The name of a deal's pipeline where the workspace has another one, else empty."""
    other = aliased(Pipeline)
    others = exists().where(
        other.workspace_id == Deal.workspace_id, other.id != Deal.pipeline_id, other.archived_at.is_(None)
    )
    name = select(Pipeline.name).where(Pipeline.workspace_id == Deal.workspace_id, Pipeline.id == Deal.pipeline_id)
    return case((others, name.correlate(Deal).scalar_subquery()), else_="")


def _related(ctx: Ctx, deal: Deal) -> tuple[Hit, ...]:
    rows = read(ctx, _related_rows, account=deal.account_id, contact=deal.contact_id, deal=deal.id)
    found = [Hit(EntityType(row.kind), row.id, str(Ref(EntityType(row.kind), row.number)), row.name) for row in rows]
    return tuple(sorted(found, key=lambda hit: RELATED.index(hit.entity)))


def _related_rows(ctx: Ctx) -> Select[*tuple[Any, ...]]:
    wanted: tuple[tuple[EntityType, type[Account | Contact | Lead], ColumnElement[bool]], ...] = (
        (EntityType.ACCOUNT, Account, Account.id == bindparam("account", type_=Uuid)),
        (EntityType.CONTACT, Contact, Contact.id == bindparam("contact", type_=Uuid)),
        (EntityType.LEAD, Lead, Lead.deal_id == bindparam("deal", type_=Uuid)),
    )
    parts = [
        visible(ctx, model)
        .where(condition)
        .with_only_columns(literal(kind.value).label("kind"), model.id, model.number, model.name)
        for kind, model, condition in wanted
    ]
    found = union_all(*parts).subquery()
    return select(found.c.kind, found.c.id, found.c.number, found.c.name)


def deal_page(ctx: Ctx, words: str = "", page: int = 0) -> Page[DealRow]:
    """A page of the open deals the actor may see, by expected close; with words, of all deals that match them."""
    query = visible(ctx, Deal)
    by_close = (Deal.expected_close.asc().nulls_last(), Deal.id)
    if not name_text(words):
        return page_of(ctx, query.where(Deal.closed_at.is_(None)), page, *by_close)
    query = query.where(matching(ctx, EntityType.DEAL, words))
    return page_of(ctx, query, page, Deal.closed_at.is_not(None), *by_close)  # as deals_meant orders its first page


def open_deals(ctx: Ctx, owner_id: UUID | None, page: int = 0) -> Page[DealRow]:
    """A page of one member's open deals, by stage and expected close."""
    query = visible(ctx, Deal).where(Deal.closed_at.is_(None), Deal.owner_id == owner_id)
    return page_of(ctx, query, page, Stage.position, Deal.expected_close.asc().nulls_last(), Deal.id)


def deals_meant(ctx: Ctx, text: str) -> Page[DealRow]:
    """The deals somebody means: `D-7`, `d7`, `7`, or words of the name or of the account; open ones first."""
    plain = text.strip()
    ref = parse_ref(f"D-{plain}" if plain.isdecimal() else plain)
    if ref is not None:
        right_kind = ref.kind is EntityType.DEAL
        query = visible(ctx, Deal).where(Deal.number == (ref.number if right_kind else 0))
        return page_of(ctx, query, 0, Deal.id)
    if not name_text(plain):
        return Page()
    query = visible(ctx, Deal).where(matching(ctx, EntityType.DEAL, plain))
    return page_of(ctx, query, 0, Deal.closed_at.is_not(None), Deal.expected_close.asc().nulls_last(), Deal.id)


def _same(
    model: type[Account | Contact | LossReason | Member | Stage],
    column: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None],
) -> ColumnElement[bool]:
    return and_(model.workspace_id == Deal.workspace_id, model.id == column)


def _with_names(query: Select[Deal]) -> Select[Deal]:
    return (
        query.join(Stage, _same(Stage, Deal.stage_id))
        .outerjoin(Account, _same(Account, Deal.account_id))
        .outerjoin(Member, _same(Member, Deal.owner_id))
    )


def page_of(ctx: Ctx, query: Select[Deal], page: int, *order: Order) -> Page[DealRow]:
    """A page of the deals a query finds (one that starts with `visible`), in an order; both may speak of stages."""
    page = max(page, 0)
    query = _with_names(query).order_by(*order).offset(page * PAGE_SIZE).limit(PAGE_SIZE + 1)
    columns = query.with_only_columns(
        Deal.id,
        Deal.number,
        Deal.name,
        func.coalesce(Account.name, "").label("account"),
        Stage.name.label("stage"),
        Stage.kind,
        Deal.stage_entered_at,
        Deal.value,
        Deal.currency,
        func.coalesce(Member.slack_user_id, "").label("owner"),
        Deal.expected_close,
        maintain_column_froms=True,
    )
    rows = [
        DealRow(
            id=row.id,
            ref=deal_ref(row.number),
            name=row.name,
            account=row.account,
            stage=row.stage,
            stage_kind=row.kind,
            days_in_stage=_days(ctx, row.stage_entered_at),
            value=row.value,
            currency=row.currency,
            owner=row.owner,
            expected_close=row.expected_close,
            today=ctx.today.date(),
        )
        for row in ctx.session.execute(columns)
    ]
    return Page(tuple(rows[:PAGE_SIZE]), page, len(rows) > PAGE_SIZE)


def _days(ctx: Ctx, since: datetime) -> int:
    return (ctx.now - since).days
