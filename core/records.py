"""What can be done to records of any kind."""

from uuid import UUID

from core.context import Ctx
from core.enums import EntityType
from core.errors import Conflict
from core.events import CardShared
from core.operations import operation
from core.queries.records import Hit, hit_of


@operation("card.share")
def share(ctx: Ctx, entity: EntityType, record_id: UUID, channel: str) -> Hit:
    """Put a record's card into a channel (a Slack channel id), for everybody there.

    Raises NotFound where the actor may not see the record, Conflict("share_where") outside of channels.
    """
    hit = hit_of(ctx, entity, record_id)
    if not channel.startswith(("C", "G")):
        raise Conflict("share_where")
    ctx.emit(CardShared(entity.value, record_id, channel, ctx.actor.member_id))
    return hit
