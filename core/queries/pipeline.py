"""Reading a pipeline: what stands in each stage, what it is worth, and which deals need somebody."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, Integer, Row, Select, and_, cast, false, func, or_, true

from core.access import visible
from core.around import scope
from core.context import Ctx
from core.enums import Role, StageKind, Visibility
from core.errors import NotFound
from core.models import Account, Deal, Member, Pipeline, Stage
from core.money import round_money
from core.normalise import name_text
from core.queries.stages import NEAR_ENOUGH
from core.refs import deal_ref

ATTENTION_ROWS = 5
HUNDRED = Decimal(100)


class Whose(StrEnum):
    """Whose deals are counted."""

    MINE = "mine"
    TEAM = "team"
    """The actor's, those of the people around them that they may see, and nobody's."""
    ALL = "all"
    """Everything the actor may see."""


class Reason(StrEnum):
    """Why a deal needs somebody."""

    CLOSE_PASSED = "close_passed"
    FOLLOW_UP_OVERDUE = "follow_up_overdue"
    STALE = "stale"
    NO_FOLLOW_UP = "no_follow_up"


@dataclass(frozen=True)
class Sum:
    """What deals in one currency come to; `unvalued` of them have no value yet and count as nothing."""

    currency: str
    count: int
    unvalued: int
    value: Decimal
    weighted: Decimal
    """Value times the stage's probability, rounded half up to the currency's minor unit once a stage."""


@dataclass(frozen=True)
class StageLine:
    """An open stage and what stands in it, one sum a currency. `probability` in percent."""

    id: UUID
    name: str
    probability: int
    sums: tuple[Sum, ...]

    @property
    def count(self) -> int:
        """Deals in it, whatever their currency."""
        return sum(one.count for one in self.sums)


@dataclass(frozen=True)
class Waiting:
    """A deal that needs somebody, and why."""

    id: UUID
    ref: str
    name: str
    account: str
    stage: str
    value: Decimal | None
    currency: str
    owner: str
    """Slack user id, empty for nobody."""
    days_in_stage: int
    next_follow_up: date | None
    expected_close: date | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class PipelineName:
    """A pipeline to choose."""

    id: UUID
    name: str


@dataclass(frozen=True)
class Board:
    """A pipeline as it is shown. `today` is the actor's day."""

    pipeline: PipelineName
    pipelines: tuple[PipelineName, ...]
    whose: Whose
    choices: tuple[Whose, ...]
    """Whose deals the actor may ask for."""
    stages: tuple[StageLine, ...]
    totals: tuple[Sum, ...]
    """One a currency, the workspace's own first; currencies are never added up."""
    waiting: tuple[Waiting, ...]
    waiting_in_all: int
    today: date
    no_team: bool = False
    """The team's were asked for, and there is no team whose deals the actor sees: these are their own."""

    @property
    def count(self) -> int:
        """Open deals in it."""
        return sum(one.count for one in self.totals)


def board(ctx: Ctx, whose: Whose | None = None, pipeline_id: UUID | None = None) -> Board:
    """A pipeline's open deals by stage, as far as the actor may see them.

    `whose` None is the widest for managers and admins and their own for reps. A team there is none of is their own too;
    All, where it is not theirs to ask for, is the widest there is. `pipeline_id` None is the first. Raises NotFound.
    """
    known = pipelines(ctx)
    pipeline = next((one for one in known if pipeline_id in (None, one.id)), None)
    if pipeline is None:
        raise NotFound
    choices = whose_choices(ctx)
    chosen = whose if whose in choices else _usual(ctx, choices, whose)
    deals = _open_deals(ctx, chosen, pipeline.id)
    stages = _stages(ctx, deals, pipeline.id)
    waiting, in_all = _waiting(ctx, deals)
    return Board(
        pipeline=pipeline,
        pipelines=known,
        whose=chosen,
        choices=choices,
        stages=stages,
        totals=_totals(stages, ctx.workspace.currency),
        waiting=waiting,
        waiting_in_all=in_all,
        today=ctx.today.date(),
        no_team=whose is Whose.TEAM and whose not in choices,
    )


def pipelines(ctx: Ctx) -> tuple[PipelineName, ...]:
    """The workspace's pipelines in their order."""
    query = visible(ctx, Pipeline).order_by(Pipeline.position, Pipeline.id)
    return tuple(PipelineName(*row) for row in ctx.session.execute(query.with_only_columns(Pipeline.id, Pipeline.name)))


def pipeline_meant(ctx: Ctx, words: str) -> UUID | None:
    """The pipeline somebody means, by name, its beginning or the nearest word; None for no words.

    Raises NotFound("pipeline_unknown", word, pipelines).
    """
    typed = name_text(words).casefold()
    if not typed:
        return None
    known = pipelines(ctx)
    names = [one.name.casefold() for one in known]
    if typed in names:
        return known[names.index(typed)].id
    begins = [one for one, name in zip(known, names, strict=True) if name.startswith(typed)]
    if len(begins) == 1:
        return begins[0].id
    match = process.extractOne(typed, names, scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH)
    if match is None or begins:
        raise NotFound("pipeline_unknown", word=words[:80], pipelines=", ".join(one.name for one in known)[:500])
    return known[match[2]].id


def whose_choices(ctx: Ctx) -> tuple[Whose, ...]:
    """Whose deals the actor may ask for: more than their own only where that shows more."""
    around = scope(ctx)
    widened = ctx.workspace.visibility is not Visibility.OWN
    everybody = ctx.actor.role is Role.ADMIN or ctx.workspace.visibility is Visibility.ALL
    leads = ctx.actor.role is not Role.REP and bool(around.reports)
    has_team = leads or ((everybody or widened) and bool(around.team | around.reports))
    # Who has no team in sight still sees what belongs to nobody, under All.
    return (
        Whose.MINE,
        *((Whose.TEAM,) if has_team else ()),
        *((Whose.ALL,) if everybody or not has_team else ()),
    )


def team(ctx: Ctx) -> frozenset[UUID]:
    """The actor and the people around them: who works for them, and who has the same manager."""
    around = scope(ctx)
    me = () if ctx.actor.member_id is None else (ctx.actor.member_id,)
    return frozenset((*me, *around.reports, *around.team))


def _usual(ctx: Ctx, choices: Sequence[Whose], asked: Whose | None) -> Whose:
    own = asked is Whose.TEAM or (asked is None and ctx.actor.role is Role.REP)
    return Whose.MINE if own else choices[-1]


# -- the statements -----------------------------------------------------------------------------------------------


def _open_deals(ctx: Ctx, whose: Whose, pipeline_id: UUID) -> Select[Deal]:
    """Where both statements start: the open deals that are asked for, as far as the actor may see them."""
    return visible(ctx, Deal).where(Deal.pipeline_id == pipeline_id, Deal.closed_at.is_(None), _owned(ctx, whose))


def _owned(ctx: Ctx, whose: Whose) -> ColumnElement[bool]:
    match whose:
        case Whose.MINE:
            return Deal.owner_id == ctx.actor.member_id
        case Whose.TEAM:
            return or_(Deal.owner_id.is_(None), Deal.owner_id.in_(team(ctx)))
        case Whose.ALL:
            return true()


def _stages(ctx: Ctx, deals: Select[Deal], pipeline_id: UUID) -> tuple[StageLine, ...]:
    """Every open stage with its sums, in one statement; a stage without deals comes once, without a currency."""
    found = deals.with_only_columns(Deal.stage_id, Deal.currency, Deal.value, maintain_column_froms=True).subquery()
    query = (
        visible(ctx, Stage)
        .where(Stage.pipeline_id == pipeline_id, Stage.kind == StageKind.OPEN)
        .outerjoin(found, found.c.stage_id == Stage.id)
        .with_only_columns(
            Stage.id,
            Stage.name,
            Stage.probability,
            func.coalesce(found.c.currency, "").label("currency"),
            func.count(found.c.stage_id).label("deals"),
            func.count(found.c.value).label("valued"),
            func.coalesce(func.sum(found.c.value), 0).label("value"),
            maintain_column_froms=True,
        )
        .group_by(Stage.id, Stage.name, Stage.probability, Stage.position, found.c.currency)
        .order_by(Stage.position, Stage.id, found.c.currency)
    )
    sums: dict[tuple[UUID, str, int], list[Sum]] = {}
    for row in ctx.session.execute(query):
        here = sums.setdefault((row.id, row.name, row.probability), [])
        if row.deals:
            weighted = round_money(row.value * row.probability / HUNDRED, row.currency)
            here.append(Sum(row.currency, row.deals, row.deals - row.valued, row.value, weighted))
    return tuple(StageLine(*stage, tuple(found)) for stage, found in sums.items())


def _totals(stages: Sequence[StageLine], first: str) -> tuple[Sum, ...]:
    """What the stages' sums come to, one a currency: the lines above add up to them."""
    by_currency: defaultdict[str, list[Sum]] = defaultdict(list)
    for stage in stages:
        for one in stage.sums:
            by_currency[one.currency].append(one)
    added = [
        Sum(
            currency,
            sum(one.count for one in sums),
            sum(one.unvalued for one in sums),
            sum((one.value for one in sums), Decimal(0)),
            sum((one.weighted for one in sums), Decimal(0)),
        )
        for currency, sums in by_currency.items()
    ]
    return tuple(sorted(added, key=lambda one: (one.currency != first, -one.count, one.currency)))


def _waiting(ctx: Ctx, deals: Select[Deal]) -> tuple[tuple[Waiting, ...], int]:
    """The deals with the most reasons first, then the longest overdue; and how many need somebody in all."""
    today = ctx.today.date()
    why = {
        Reason.CLOSE_PASSED: Deal.expected_close < today,
        Reason.FOLLOW_UP_OVERDUE: Deal.next_follow_up < today,
        # In hours, since a day of an interval may be shorter or longer where clocks change. A stage's days are full
        # ones, as on the deal's card.
        Reason.STALE: Deal.stage_entered_at + func.make_interval(0, 0, 0, 0, (Stage.stale_days + 1) * 24) <= ctx.now,
        Reason.NO_FOLLOW_UP: Deal.next_follow_up.is_(None),
    }
    is_so = {reason: func.coalesce(condition, false()) for reason, condition in why.items()}
    reasons: ColumnElement[int] = sum((cast(one, Integer) for one in is_so.values()), start=cast(0, Integer))
    query = (
        deals.join(Stage, and_(Stage.workspace_id == Deal.workspace_id, Stage.id == Deal.stage_id))
        .outerjoin(Account, and_(Account.workspace_id == Deal.workspace_id, Account.id == Deal.account_id))
        .outerjoin(Member, and_(Member.workspace_id == Deal.workspace_id, Member.id == Deal.owner_id))
        .where(or_(*is_so.values()))
        .with_only_columns(
            Deal.id,
            Deal.number,
            Deal.name,
            func.coalesce(Account.name, "").label("account"),
            Stage.name.label("stage"),
            Deal.value,
            Deal.currency,
            func.coalesce(Member.slack_user_id, "").label("owner"),
            Deal.stage_entered_at,
            Deal.next_follow_up,
            Deal.expected_close,
            func.count().over().label("in_all"),
            *(condition.label(reason.value) for reason, condition in is_so.items()),
            maintain_column_froms=True,
        )
        .order_by(
            reasons.desc(),
            func.least(Deal.expected_close, Deal.next_follow_up).asc().nulls_last(),
            Deal.stage_entered_at,
            Deal.id,
        )
        .limit(ATTENTION_ROWS)
    )
    rows = ctx.session.execute(query).all()
    return tuple(_row(ctx, row) for row in rows), rows[0].in_all if rows else 0


def _row(ctx: Ctx, row: Row[*tuple[Any, ...]]) -> Waiting:
    return Waiting(
        id=row.id,
        ref=deal_ref(row.number),
        name=row.name,
        account=row.account,
        stage=row.stage,
        value=row.value,
        currency=row.currency,
        owner=row.owner,
        days_in_stage=(ctx.now - row.stage_entered_at).days,
        next_follow_up=row.next_follow_up,
        expected_close=row.expected_close,
        reasons=tuple(reason for reason in Reason if getattr(row, reason.value)),
    )
