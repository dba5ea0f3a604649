"""What was kept for an audience's morning message, as its reader sees it and as far as it still holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Text, and_, bindparam, or_, select

from core import schedules
from core.access import visible
from core.context import Ctx
from core.enums import EntityType, QuoteStatus, StageKind
from core.errors import NotFound
from core.models import Deal, HeldNotice, Lead
from core.notices import NoticeKind
from core.params import here, timestamp
from core.prepared import Built, read
from core.queries.deals import DealCard
from core.queries.quotes import QuoteCard
from core.queries.records import AnyCard, card_of
from core.queries.reply_cards import ReplyCard
from core.queries.tasks import TaskRow

GIVEN: Mapping[str, type[Lead | Deal]] = MappingProxyType({EntityType.LEAD: Lead, EntityType.DEAL: Deal})
"""What is given to somebody in hundreds."""


@dataclass(frozen=True)
class KeptNotice:
    """A notice that was kept, and the record it is about as its reader sees it."""

    id: UUID
    kind: NoticeKind
    entity: str
    entity_id: UUID
    card: AnyCard


@dataclass(frozen=True)
class Kept:
    """What a morning message takes along."""

    shown: tuple[KeptNotice, ...] = ()
    more: tuple[UUID, ...] = ()
    """Further ones, which nobody looked at more closely."""
    over: tuple[UUID, ...] = ()
    """Those that do not hold any more, or are not for these eyes."""

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.shown) + len(self.more)

    @property
    def told(self) -> tuple[UUID, ...]:
        """Those that the message tells of, shown or counted."""
        return (*(notice.id for notice in self.shown), *self.more)


def still_true(kind: NoticeKind, card: AnyCard, reader: str) -> bool:
    """Whether the reason to tell of a record still holds. `reader` is the Slack user id of who hears it."""
    match kind:
        case NoticeKind.ASSIGNED:
            return getattr(card, "owner", "") == reader
        case NoticeKind.TASK:
            return isinstance(card, TaskRow) and card.owner == reader and not card.done
        case NoticeKind.EXPIRED:
            return isinstance(card, QuoteCard) and card.status is QuoteStatus.EXPIRED
        case NoticeKind.WON:
            return isinstance(card, DealCard) and card.stage_kind is StageKind.WON
        case NoticeKind.REPLY:
            return isinstance(card, ReplyCard) and card.handled_at is None
        case NoticeKind.SHARED | NoticeKind.BOUNCED | NoticeKind.SPAM:
            return True


def kept_for(ctx: Ctx, audience: str, limit: int) -> Kept:
    """What waits for an audience's next morning message, the oldest first. At most `limit` are shown."""
    return _looked_at(ctx, read(ctx, _waiting, audience=audience, now=ctx.now), limit)


def kept_on(ctx: Ctx, day: date, limit: int) -> Kept:
    """What the actor's morning message of a day of theirs takes along: what it told of, and today what waits too."""
    since, until = (schedules.moment(one, time.min, ctx.actor.zone) for one in (day, day + timedelta(days=1)))
    which = _told_or_waiting if ctx.today.date() == day else _told
    audience = ctx.actor.slack_user_id
    return _looked_at(ctx, read(ctx, which, audience=audience, since=since, until=until, now=ctx.now), limit)


def _waits() -> ColumnElement[bool]:
    return and_(HeldNotice.sent_at.is_(None), HeldNotice.due_at <= timestamp("now"))


def _was_told() -> ColumnElement[bool]:
    return and_(HeldNotice.sent_at >= timestamp("since"), HeldNotice.sent_at < timestamp("until"))


def _waiting(_: Ctx) -> Built:
    return _notices(_waits())


def _told(_: Ctx) -> Built:
    return _notices(_was_told())


def _told_or_waiting(_: Ctx) -> Built:
    return _notices(or_(_was_told(), _waits()))


def _notices(which: ColumnElement[bool]) -> Built:
    """Those of an audience, the oldest first."""
    return (
        select(HeldNotice.id, HeldNotice.kind, HeldNotice.entity, HeldNotice.entity_id)
        .where(
            HeldNotice.workspace_id == here(),
            HeldNotice.audience == bindparam("audience", type_=Text()),
            which,
        )
        .order_by(HeldNotice.held_at, HeldNotice.id)
    )


_HeldRow = Row[*tuple[Any, ...]]


def _looked_at(ctx: Ctx, found: Sequence[_HeldRow], limit: int) -> Kept:
    gone = _not_theirs(ctx, found)
    rows = iter([row for row in found if row.id not in gone])
    shown: list[KeptNotice] = []
    over: list[UUID] = [*gone]
    while len(shown) < limit and (row := next(rows, None)) is not None:
        notice = _notice(ctx, row)
        if notice is None:
            over.append(row.id)
        else:
            shown.append(notice)
    return Kept(tuple(shown), tuple(row.id for row in rows), tuple(over))


def _not_theirs(ctx: Ctx, rows: Iterable[_HeldRow]) -> set[UUID]:
    """The notices that the reader was given a record which has another owner by now: of a change of many records that
    was undone there are hundreds, and each card takes several statements.
    """
    given: dict[EntityType, list[_HeldRow]] = {}
    for row in rows:
        if row.kind == NoticeKind.ASSIGNED and row.entity in GIVEN:
            given.setdefault(EntityType(row.entity), []).append(row)
    gone: set[UUID] = set()
    for entity, found in given.items():
        model = GIVEN[entity]
        ids = [row.entity_id for row in found]
        own = visible(ctx, model).where(model.owner_id == ctx.actor.member_id, model.id.in_(ids))
        mine = set(ctx.session.scalars(own.with_only_columns(model.id)))
        gone |= {row.id for row in found if row.entity_id not in mine}
    return gone


def _notice(ctx: Ctx, row: _HeldRow) -> KeptNotice | None:
    """None where it is not true any more, or not for these eyes."""
    kind = NoticeKind(row.kind)
    try:
        card = card_of(ctx, EntityType(row.entity), row.entity_id)
    except NotFound:
        return None
    if not still_true(kind, card, ctx.actor.slack_user_id):
        return None
    return KeptNotice(row.id, kind, row.entity, row.entity_id, card)
