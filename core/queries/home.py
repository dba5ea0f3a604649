"""Reading what App Home shows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select

from core import away, preferences
from core.access import Power, has_power, visible
from core.around import scope
from core.away import Absent
from core.context import Ctx
from core.enums import DeliveryState, EntityType, Role
from core.errors import NotFound
from core.models import Deal, Delivery, Lead, Stage
from core.queries import mornings, pipeline, replies
from core.queries.activities import DueItem, due
from core.queries.day import JustDone, TaskItem, just_done, recent_records, tasks_due
from core.queries.deals import DealRow, page_of
from core.queries.meetings import MeetingItem, meetings_until
from core.queries.mornings import MorningLine
from core.queries.pipeline import StageLine, Sum, Whose
from core.queries.records import Hit, Page, hit_of
from core.queries.replies import ReplyRow, Triage

DEAD_SHOWN = 5
REPLIES_SHOWN = 4
ABSENT_SHOWN = 2
MEETINGS_SHOWN = 5
THEIRS_SHOWN = 4
"""Things named of each person one stands in for."""
TRIAGE_SHOWN = 2
VIEW = "home"
"""The name of the preference that keeps which view a manager looks at."""
_ID = TypeAdapter(UUID)
T = TypeVar("T")


@dataclass(frozen=True)
class DeadLetter:
    """A delivery that was given up. `kind` says what it was, `channel` where to, `record` what about.

    `purpose`: why a card was to be posted (a core.notices.NoticeKind); empty for anything else.
    """

    id: UUID
    kind: str
    channel: str
    record: Hit | None
    reason: str
    purpose: str = ""


@dataclass(frozen=True)
class Pages:
    """Which page of each list is shown, counted from 0."""

    due: int = 0
    tasks: int = 0
    deals: int = 0


@dataclass(frozen=True)
class StoodFor:
    """Somebody whom the actor stands in for, and what waits for them: the first few things, and how many there are."""

    absent: Absent
    lines: tuple[MorningLine, ...] = ()
    count: int = 0


@dataclass(frozen=True)
class HomeData:
    """What a member's App Home shows. `today` is the day in their zone."""

    name: str
    today: date
    is_new: bool
    """There is nothing of theirs yet: no lead and no deal they may see."""
    due: Page[DueItem]
    deals: Page[DealRow]
    tasks: Page[TaskItem] = field(default_factory=Page)
    totals: tuple[Sum, ...] = ()
    """What stands in the first pipeline, one sum a currency."""
    stages: tuple[StageLine, ...] = ()
    recent: tuple[Hit, ...] = ()
    team: bool = False
    """It is the team's day and pipeline that are shown."""
    has_team: bool = False
    """The person manages somebody and may switch to the team's view."""
    is_admin: bool = False
    """The person may change the settings."""
    dead: tuple[DeadLetter, ...] = ()
    more_dead: bool = False
    replies: tuple[ReplyRow, ...] = ()
    """What waits for an answer, the oldest first."""
    more_replies: bool = False
    triage: Triage | None = None
    """Mails that matched nothing; None for those who do not sort them."""
    stood_for: tuple[StoodFor, ...] = ()
    """Whom the person stands in for now."""
    meetings: tuple[MeetingItem, ...] = ()
    """Today's, and those before of which nothing is told yet."""
    done: JustDone | None = None
    """What the person did last, where it can be taken back here."""


def home(ctx: Ctx, pages: Pages | None = None) -> HomeData:
    """The actor's App Home, in the view they chose last; pages that are empty by now fall back to the first."""
    pages, today = pages or Pages(), ctx.today.date()
    has_team = _has_team(ctx)
    team = has_team and bool((preferences.recall(ctx, VIEW) or {}).get("team"))
    people = _people(ctx, team=team)
    board = pipeline.board(ctx, Whose.TEAM if team else Whose.MINE)
    dead = _dead(ctx)
    waiting = replies.waiting(ctx, people, REPLIES_SHOWN + 1, name_owners=team)
    return HomeData(
        name=ctx.actor.name,
        today=today,
        is_new=_is_new(ctx),
        due=_page(lambda page: due(ctx, today, page, people if team else None), pages.due),
        tasks=_page(lambda page: tasks_due(ctx, today, people, page, name_owners=team), pages.tasks),
        deals=_page(lambda page: _deals(ctx, people, page), pages.deals),
        totals=board.totals,
        stages=tuple(stage for stage in board.stages if stage.count),
        recent=recent_records(ctx),
        team=team,
        has_team=has_team,
        is_admin=has_power(ctx, Power.CONFIGURE),
        dead=tuple(dead[:DEAD_SHOWN]),
        more_dead=len(dead) > DEAD_SHOWN,
        replies=tuple(waiting[:REPLIES_SHOWN]),
        more_replies=len(waiting) > REPLIES_SHOWN,
        triage=replies.triage(ctx, size=TRIAGE_SHOWN),
        done=just_done(ctx),
        meetings=tuple(meetings_until(ctx, today, people, MEETINGS_SHOWN)),
        stood_for=() if team else tuple(_stood_for(ctx, one, today) for one in away.stood_in_for(ctx)[:ABSENT_SHOWN]),
    )


def _stood_for(ctx: Ctx, absent: Absent, today: date) -> StoodFor:
    """What waits for somebody who is away, as it would come in their morning message."""
    found = mornings.waiting(ctx, today, [absent.member_id])
    told = [(one.entity, one.id, one.due_on) for one in found[:THEIRS_SHOWN]]
    return StoodFor(absent, tuple(mornings.lines_of(ctx, told)), len(found))


def _page(read: Callable[[int], Page[T]], page: int) -> Page[T]:
    found = read(page)
    return found if found.rows or not page else read(0)


def _has_team(ctx: Ctx) -> bool:
    return ctx.actor.role is not Role.REP and bool(scope(ctx).reports)


def _people(ctx: Ctx, *, team: bool) -> set[UUID]:
    """Whose day it is: the actor's, with everybody below them in the tree of managers for the team's view."""
    me = {ctx.actor.member_id} if ctx.actor.member_id else set[UUID]()
    return me | scope(ctx).reports if team else me


def _deals(ctx: Ctx, people: set[UUID], page: int) -> Page[DealRow]:
    query = visible(ctx, Deal).where(Deal.closed_at.is_(None), Deal.owner_id.in_(people))
    return page_of(ctx, query, page, Stage.position, Deal.expected_close.asc().nulls_last(), Deal.id)


def _is_new(ctx: Ctx) -> bool:
    return all(
        ctx.session.scalar(visible(ctx, model).with_only_columns(model.id).limit(1)) is None for model in (Lead, Deal)
    )


def _dead(ctx: Ctx) -> list[DeadLetter]:
    """The oldest dead letters, one more than is shown; none for those who cannot do anything about them."""
    if not has_power(ctx, Power.RETRY_DELIVERIES):
        return []
    query = (
        select(Delivery)
        .where(Delivery.workspace_id == ctx.workspace.id, Delivery.state == DeliveryState.DEAD)
        .order_by(Delivery.id)
        .limit(DEAD_SHOWN + 1)
    )
    return [
        DeadLetter(
            id=row.id,
            kind=row.kind,
            channel=str(row.payload.get("channel") or ""),
            record=_record(ctx, row.payload.get("entity"), row.payload.get("entity_id")),
            reason=row.last_error,
            purpose=str(row.payload.get("purpose") or ""),
        )
        for row in ctx.session.scalars(query)
    ]


def _record(ctx: Ctx, entity: object, record_id: object) -> Hit | None:
    try:
        return hit_of(ctx, EntityType(str(entity)), _ID.validate_python(record_id))
    except (ValueError, ValidationError, NotFound):
        return None
