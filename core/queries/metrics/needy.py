"""Deals that need somebody, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Integer, Row, Subquery, and_, bindparam, case, cast, false, func, or_, select

from core.access import visible
from core.context import Ctx
from core.models import Account, Deal, Member, Stage, StageChange
from core.params import here, timestamp
from core.prepared import Built, read
from core.queries.metrics.span import Shape, Span
from core.refs import deal_ref

ENOUGH_STAYS = 5
"""So many deals have to have left a stage before its median says what is usual there."""
TIMES_USUAL = 2
AT_LEAST = timedelta(days=7)
"""Nothing is slow before, however fast a stage usually is."""
QUIET = timedelta(days=14)
"""Without a word to or from a person for so long, a deal is going cold."""
SECONDS_A_DAY = 86_400


class Need(StrEnum):
    """Why a deal needs somebody."""

    SLOW = "slow"
    """More than twice as long in its stage as deals usually stay there, and more than a week."""
    NO_NEXT_STEP = "no_next_step"
    """Neither a next step nor a follow-up."""
    QUIET = "quiet"
    """Nobody spoke or wrote with them for two weeks."""


@dataclass(frozen=True)
class Needy:
    """A deal that needs somebody. `usual_days` is the stage's median, None where too few deals left it yet."""

    id: UUID
    ref: str
    name: str
    account: str
    stage: str
    value: Decimal | None
    currency: str
    owner: str
    days_in_stage: int
    usual_days: int | None
    touched_at: datetime | None
    needs: tuple[Need, ...]


def needy(ctx: Ctx, span: Span, limit: int, offset: int = 0) -> tuple[tuple[Needy, ...], int]:
    """Open deals that need somebody by now, and how many there are in all.

    Those with the most reasons first, then those longest in their stage. `span` says whose.
    """
    asked = {"now": ctx.now, "quiet_since": ctx.now - QUIET, "start": offset, "at_most": limit}
    rows = read(ctx, _needy_deals, span.shape, **asked, **span.values)
    return tuple(_needy(ctx, row) for row in rows), rows[0].in_all if rows else 0


def _needy_deals(ctx: Ctx, span: Shape) -> Built:
    usual, now = _usual(), timestamp("now")
    seconds = func.extract("epoch", now - Deal.stage_entered_at)
    # Where a stage has no median yet, its own setting says what is long.
    long = func.coalesce(
        TIMES_USUAL * usual.c.seconds, (Stage.stale_days + 1) * SECONDS_A_DAY - 1, type_=usual.c.seconds.type
    )
    why = {
        Need.SLOW: and_(func.coalesce(seconds > long, false()), seconds > AT_LEAST.total_seconds()),
        Need.NO_NEXT_STEP: and_(Deal.next_step == "", Deal.next_follow_up.is_(None)),
        Need.QUIET: func.coalesce(Deal.last_touch_at, Deal.created_at) < timestamp("quiet_since"),
    }
    reasons = sum((cast(cast(one, Boolean), Integer) for one in why.values()), start=cast(0, Integer))
    return (
        visible(ctx, Deal)
        .join(Stage, and_(Stage.workspace_id == Deal.workspace_id, Stage.id == Deal.stage_id))
        .outerjoin(usual, usual.c.stage_id == Deal.stage_id)
        .outerjoin(Account, and_(Account.workspace_id == Deal.workspace_id, Account.id == Deal.account_id))
        .outerjoin(Member, and_(Member.workspace_id == Deal.workspace_id, Member.id == Deal.owner_id))
        .where(Deal.closed_at.is_(None), span.owned(Deal.owner_id), or_(*why.values()))
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
            Deal.last_touch_at,
            usual.c.seconds.label("usual"),
            func.count().over().label("in_all"),
            *(condition.label(need.value) for need, condition in why.items()),
            maintain_column_froms=True,
        )
        .order_by(reasons.desc(), Deal.stage_entered_at, Deal.id)
        .offset(bindparam("start", type_=Integer()))
        .limit(bindparam("at_most", type_=Integer()))
    )


def _needy(ctx: Ctx, row: Row[*tuple[Any, ...]]) -> Needy:
    return Needy(
        row.id,
        deal_ref(row.number),
        row.name,
        row.account,
        row.stage,
        row.value,
        row.currency,
        row.owner,
        (ctx.now - row.stage_entered_at).days,
        None if row.usual is None else round(row.usual / SECONDS_A_DAY),
        row.last_touch_at,
        tuple(need for need in Need if getattr(row, need.value)),
    )


def _usual() -> Subquery:
    """How long deals stay in each stage (the median, in seconds), of the stays that ended.

    Of all the workspace's deals, whoever asks: what is usual in a stage does not depend on the reader.
    """
    left_at = func.lead(StageChange.at).over(
        partition_by=StageChange.deal_id, order_by=(StageChange.at, StageChange.id)
    )
    stays = (
        select(StageChange.to_stage_id.label("stage_id"), StageChange.at, left_at.label("left_at"))
        .join(Deal, and_(Deal.workspace_id == StageChange.workspace_id, Deal.id == StageChange.deal_id))
        .where(
            StageChange.workspace_id == here(),
            StageChange.archived_at.is_(None),
            Deal.archived_at.is_(None),
        )
        .subquery()
    )
    median = func.percentile_cont(0.5).within_group(func.extract("epoch", stays.c.left_at - stays.c.at))
    return (
        select(stays.c.stage_id, case((func.count() >= ENOUGH_STAYS, median)).label("seconds"))
        .where(stays.c.left_at.is_not(None))
        .group_by(stays.c.stage_id)
        .subquery()
    )
