"""Lists by their filters: pages of rows, what the selects offer, and the ids of everything that matches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from core import lists
from core.access import Verb, may, visible
from core.context import Ctx
from core.enums import EntityType, LeadStatus, QuoteStatus, StageKind
from core.lists import ListFilter, Vocabulary
from core.models import Deal, Lead, LeadSource, Member, Quote, Stage, Tag, Tagging
from core.queries import deals, leads, quotes
from core.queries.deals import DealRow
from core.queries.leads import LeadRow
from core.queries.pipeline import Whose, team, whose_choices
from core.queries.quotes import QuoteRow
from core.queries.records import Page
from core.queries.search import matching
from core.queries.stages import open_stages
from core.quotes import OPEN as UNDECIDED

CLOSING_WITHIN = timedelta(days=30)
EXPIRING_WITHIN = timedelta(days=7)
MEMBERS = 60
OPTIONS = 90
"""Words of one kind in a select; Slack shows a hundred options."""
Order = ColumnElement[Any]


@dataclass(frozen=True)
class ListChoices:
    """What the selects of a list offer, as id (or Slack user id) and name."""

    people: tuple[tuple[str, str], ...] = ()
    stages: tuple[tuple[str, str], ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    pipelines: Mapping[str, str] = field(default_factory=dict)
    """Whose a stage is, by its id: the pipeline's name, where there are several to tell apart."""
    team: bool = False
    """Whether there is a team whose records the reader sees."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The same as words that people may type; of two stages with one name the first pipeline's counts."""
        return Vocabulary(
            {name: value for value, name in reversed(self.stages)},
            {name: value for value, name in self.sources},
            {name: value for value, name in self.tags},
        )


def choices(ctx: Ctx, entity: EntityType) -> ListChoices:
    """What a list of this kind may be filtered by."""
    found = open_stages(ctx)[:OPTIONS] if entity is EntityType.DEAL else []
    return ListChoices(
        people=_people(ctx),
        stages=tuple((str(one.id), one.name) for one in found),
        sources=_names(ctx, LeadSource),
        tags=_names(ctx, Tag),
        pipelines={str(one.id): one.pipeline for one in found if one.pipeline},
        team=Whose.TEAM in whose_choices(ctx),
    )


def lead_list(ctx: Ctx, chosen: ListFilter, page: int) -> Page[LeadRow]:
    """A page of leads."""
    return leads.page_of(ctx, _leads(ctx, chosen), page, *_lead_order(chosen))


def deal_list(ctx: Ctx, chosen: ListFilter, page: int) -> Page[DealRow]:
    """A page of deals; of open and closed ones the open come first."""
    return deals.page_of(ctx, _deals(ctx, chosen), page, *_deal_order(chosen))


def quote_list(ctx: Ctx, chosen: ListFilter, page: int) -> Page[QuoteRow]:
    """A page of quotes; a quote belongs to whoever has its deal."""
    orders: dict[str, tuple[Order, ...]] = {"value": (Quote.total.desc(),), "valid": (Quote.valid_until.asc(),)}
    conditions = [_owned(ctx, Deal.owner_id, chosen.owner)]
    if chosen.state in (lists.OPEN, QuoteStatus.SENT):
        drafts = () if chosen.state == QuoteStatus.SENT else (QuoteStatus.DRAFT,)
        conditions.append(Quote.status.in_([*drafts, *UNDECIDED]))
    elif chosen.state in set(QuoteStatus):
        conditions.append(Quote.status == QuoteStatus(chosen.state))
    if chosen.when == lists.EXPIRING:
        until = ctx.today.date() + EXPIRING_WITHIN
        conditions.append(and_(Quote.status.in_(UNDECIDED), Quote.valid_until <= until))
    if chosen.words:
        conditions.append(quotes.named(ctx, chosen.words))
    return quotes.page_of(ctx, conditions, page, *orders.get(chosen.sort, ()))


def matching_ids(ctx: Ctx, entity: EntityType, chosen: ListFilter, limit: int) -> list[UUID]:
    """The ids of what a list shows on all its pages, in its order, at most `limit`."""
    if entity is EntityType.LEAD:
        query = _leads(ctx, chosen).with_only_columns(Lead.id).order_by(*_lead_order(chosen))
    else:
        query = _deals(ctx, chosen).join(Stage, _stage_of_deal()).with_only_columns(Deal.id)
        query = query.order_by(*_deal_order(chosen))
    return list(ctx.session.scalars(query.limit(limit)))


# -- the statements -----------------------------------------------------------------------------------------------


def _leads(ctx: Ctx, chosen: ListFilter) -> Select[Lead]:
    today = ctx.today.date()
    conditions = [_owned(ctx, Lead.owner_id, chosen.owner), _tagged(ctx, Lead.id, Tagging.lead_id, chosen.tag)]
    if chosen.state == lists.OPEN:
        conditions.append(Lead.status.not_in(leads.CLOSED))
    elif chosen.state in set(LeadStatus):
        conditions.append(Lead.status == LeadStatus(chosen.state))
    if chosen.when:
        conditions.append(Lead.next_follow_up < today if chosen.when == lists.OVERDUE else Lead.next_follow_up <= today)
    if _id(chosen.source) is not None:
        conditions.append(Lead.source_id == _id(chosen.source))
    query = visible(ctx, Lead).where(*conditions)
    return query.where(matching(ctx, EntityType.LEAD, chosen.words, query)) if chosen.words else query


def _deals(ctx: Ctx, chosen: ListFilter) -> Select[Deal]:
    """Deals; the conditions speak of Stage, which the caller joins."""
    conditions = [_owned(ctx, Deal.owner_id, chosen.owner), _tagged(ctx, Deal.id, Tagging.deal_id, chosen.tag)]
    if chosen.state == lists.OPEN:
        conditions.append(Deal.closed_at.is_(None))
    elif chosen.state in (lists.WON, lists.LOST):
        conditions.append(Stage.kind == StageKind(chosen.state))
    elif _id(chosen.state) is not None:
        conditions.append(Deal.stage_id == _id(chosen.state))
    if chosen.when:
        conditions.append(_deal_when(ctx, chosen.when))
    if _id(chosen.source) is not None:
        made_of = select(Lead.deal_id).where(
            Lead.workspace_id == ctx.workspace.id, Lead.source_id == _id(chosen.source), Lead.deal_id.is_not(None)
        )
        conditions.append(Deal.id.in_(made_of))
    query = visible(ctx, Deal).where(*conditions)
    if not chosen.words:
        return query
    return query.where(matching(ctx, EntityType.DEAL, chosen.words, query.join(Stage, _stage_of_deal())))


def _lead_order(chosen: ListFilter) -> tuple[Order, ...]:
    orders: dict[str, tuple[Order, ...]] = {
        "follow_up": (Lead.next_follow_up.asc().nulls_last(),),
        "name": (Lead.name_key.asc(),),
        "touched": (Lead.last_touch_at.desc().nulls_last(),),
    }
    return (*orders.get(chosen.sort, ()), Lead.number.desc())


def _deal_order(chosen: ListFilter) -> tuple[Order, ...]:
    orders: dict[str, tuple[Order, ...]] = {
        "value": (Deal.value.desc().nulls_last(),),
        "stage": (Stage.position.asc(),),
        "follow_up": (Deal.next_follow_up.asc().nulls_last(),),
        "name": (Deal.name_key.asc(),),
        "touched": (Deal.last_touch_at.desc().nulls_last(),),
    }
    keys = orders.get(chosen.sort, (Deal.expected_close.asc().nulls_last(),))
    if chosen.state == lists.ALL:
        # Only here: where all rows have the same, the key would cost the list its index.
        keys = (Deal.closed_at.is_not(None), *keys)
    return (*keys, Deal.id.asc())


def _deal_when(ctx: Ctx, when: str) -> ColumnElement[bool]:
    today, is_open = ctx.today.date(), Deal.closed_at.is_(None)
    match when:
        case lists.DUE:
            return and_(is_open, Deal.next_follow_up <= today)
        case lists.OVERDUE:
            return and_(is_open, Deal.expected_close < today)
        case lists.STALE:
            # Longer than the stage's days, counted in whole days as the card does.
            days = func.make_interval(0, 0, 0, Stage.stale_days + 1)
            return and_(is_open, Stage.stale_days.is_not(None), Deal.stage_entered_at <= ctx.now - days)
        case lists.CLOSING:
            return and_(is_open, Deal.expected_close.between(today, today + CLOSING_WITHIN))
        case _:
            return true()


def _owned(ctx: Ctx, owner: Any, chosen: str) -> ColumnElement[bool]:
    me = ctx.actor.member_id
    match chosen:
        case "":
            return true()
        case lists.MINE:
            return and_(owner == me)
        case lists.NOBODY:
            return and_(owner.is_(None))
        case lists.WORK:
            return or_(owner.is_(None), owner == me)
        case lists.TEAM:
            return and_(owner.in_(team(ctx)))
        case _:
            person = select(Member.id).where(Member.workspace_id == ctx.workspace.id, Member.slack_user_id == chosen)
            return and_(owner == person.scalar_subquery())


def _tagged(ctx: Ctx, record_id: Any, column: Any, tag: str) -> ColumnElement[bool]:
    tag_id = _id(tag)
    if tag_id is None:
        return true()
    with_tag = select(column).where(
        Tagging.workspace_id == ctx.workspace.id, Tagging.tag_id == tag_id, Tagging.archived_at.is_(None)
    )
    return and_(record_id.in_(with_tag.where(column.is_not(None))))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _stage_of_deal() -> ColumnElement[bool]:
    return and_(Stage.workspace_id == Deal.workspace_id, Stage.id == Deal.stage_id)


# -- what the selects offer ---------------------------------------------------------------------------------------


def _people(ctx: Ctx) -> tuple[tuple[str, str], ...]:
    """Colleagues whose records the actor may see, without the actor: those are "mine"."""
    query = (
        visible(ctx, Member)
        .where(Member.active, Member.guest.is_(False), Member.id != ctx.actor.member_id)
        .with_only_columns(Member.id, Member.slack_user_id, Member.name)
        .order_by(Member.name, Member.id)
    )
    seen = [row for row in ctx.session.execute(query.limit(500)) if may(ctx, Verb.SEE, row.id)]
    return tuple((row.slack_user_id, row.name or row.slack_user_id) for row in seen[:MEMBERS])


def _names(ctx: Ctx, model: type[LeadSource | Tag]) -> tuple[tuple[str, str], ...]:
    query = visible(ctx, model).with_only_columns(model.id, model.name).order_by(model.name).limit(OPTIONS)
    return tuple((str(row.id), row.name) for row in ctx.session.execute(query))
