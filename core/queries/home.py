"""Reading what App Home shows."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select

from core.access import Power, has_power, visible
from core.context import Ctx
from core.enums import DeliveryState, EntityType
from core.errors import NotFound
from core.models import Deal, Delivery, Lead
from core.queries.activities import DueItem, due
from core.queries.deals import DealRow, open_deals
from core.queries.records import Hit, Page, hit_of

DEAD_SHOWN = 5
_ID = TypeAdapter(UUID)


@dataclass(frozen=True)
class DeadLetter:
    """A delivery that was given up. `kind` says what it was, `channel` where to, `record` what about."""

    id: UUID
    kind: str
    channel: str
    record: Hit | None
    reason: str


@dataclass(frozen=True)
class HomeData:
    """What a member's App Home shows. `today` is the day in their zone."""

    name: str
    today: date
    is_new: bool
    """There is nothing of theirs yet: no lead and no deal they may see."""
    due: Page[DueItem]
    deals: Page[DealRow]
    dead: tuple[DeadLetter, ...] = ()
    more_dead: bool = False


def home(ctx: Ctx, due_page: int = 0, deals_page: int = 0) -> HomeData:
    """The actor's App Home; pages that are empty by now fall back to the first."""
    today = ctx.today.date()
    follow_ups = due(ctx, today, due_page)
    deals = open_deals(ctx, ctx.actor.member_id, deals_page)
    dead = _dead(ctx)
    return HomeData(
        name=ctx.actor.name,
        today=today,
        is_new=_is_new(ctx),
        due=follow_ups if follow_ups.rows or not due_page else due(ctx, today),
        deals=deals if deals.rows or not deals_page else open_deals(ctx, ctx.actor.member_id),
        dead=tuple(dead[:DEAD_SHOWN]),
        more_dead=len(dead) > DEAD_SHOWN,
    )


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
        )
        for row in ctx.session.scalars(query)
    ]


def _record(ctx: Ctx, entity: object, record_id: object) -> Hit | None:
    try:
        return hit_of(ctx, EntityType(str(entity)), _ID.validate_python(record_id))
    except (ValueError, ValidationError, NotFound):
        return None
