"""What can be done about deliveries that wait, or that could not be made."""

from uuid import UUID

from sqlalchemy import update

from core.access import Power, load, require_power
from core.context import Ctx
from core.enums import DeliveryState
from core.errors import Conflict
from core.models import Delivery
from core.operations import operation


@operation("delivery.retry")
def retry(ctx: Ctx, delivery_id: UUID) -> Delivery:
    """Try a dead letter again, from the first attempt. Raises Forbidden, NotFound, Conflict("delivery_not_dead")."""
    delivery = _dead(ctx, delivery_id)
    delivery.state = DeliveryState.PENDING
    delivery.attempts = 0
    delivery.next_at = ctx.now
    delivery.lease_until = None
    delivery.last_error = ""
    return delivery


@operation("delivery.dismiss")
def dismiss(ctx: Ctx, delivery_id: UUID) -> Delivery:
    """Give a dead letter up; why it failed stays written. Raises as `retry` does."""
    delivery = _dead(ctx, delivery_id)
    delivery.state = DeliveryState.SKIPPED
    delivery.sent_at = ctx.now
    return delivery


def hurry(ctx: Ctx, lane: str) -> None:
    """What waits in a lane for a later moment is due now: what it waits for was decided."""
    ctx.session.execute(
        update(Delivery)
        .where(
            Delivery.workspace_id == ctx.workspace.id,
            Delivery.lane == lane,
            Delivery.state == DeliveryState.PENDING,
            Delivery.next_at > ctx.now,
        )
        .values(next_at=ctx.now)
    )


def _dead(ctx: Ctx, delivery_id: UUID) -> Delivery:
    require_power(ctx, Power.RETRY_DELIVERIES)
    delivery = load(ctx, Delivery, delivery_id)
    if delivery.state is not DeliveryState.DEAD:
        raise Conflict("delivery_not_dead")
    return delivery
