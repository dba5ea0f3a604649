"""What hangs on a record and belongs to its history: what was done on it, its tags, its channels, a quote's lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select, union_all

from core.context import Ctx
from core.enums import ActivityKind, CallOutcome, Direction, EntityType
from core.models import Activity, ChannelLink, Email, InboundEmail, QuoteLine, Tag, Tagging

Hanging = Activity | Tagging | ChannelLink | QuoteLine
_ON_A_RECORD: tuple[type[Activity | Tagging | ChannelLink], ...] = (Activity, Tagging, ChannelLink)
_HANGING: Mapping[EntityType, tuple[type[Hanging], ...]] = MappingProxyType(
    {
        EntityType.LEAD: _ON_A_RECORD,
        EntityType.ACCOUNT: _ON_A_RECORD,
        EntityType.CONTACT: _ON_A_RECORD,
        EntityType.DEAL: _ON_A_RECORD,
        EntityType.QUOTE: (QuoteLine,),
    }
)
MODELS: Mapping[str, type[Hanging]] = MappingProxyType(
    {model.__entity__: model for model in (*_ON_A_RECORD, QuoteLine)}
)


@dataclass(frozen=True)
class Named:
    """What something that hangs on a record is called: an activity's words, a tag's name, a channel's Slack id."""

    what: str
    kind: ActivityKind | None = None
    outcome: CallOutcome | None = None
    direction: Direction | None = None
    other: str = ""
    """Of an e-mail: whom it went to, or who wrote it; a name, else an address."""


def ids_on(ctx: Ctx, entity: EntityType, record_id: UUID) -> list[UUID]:
    """The ids of all that hangs or ever hung on a record the caller sees."""
    found: list[UUID] = []
    for model in _HANGING[entity]:
        column = getattr(model, f"{entity.value}_id")
        query = select(model.id).where(model.workspace_id == ctx.workspace.id, column == record_id)
        found += ctx.session.scalars(query)
    return found


def names_of(ctx: Ctx, wanted: Sequence[tuple[str, UUID]]) -> dict[UUID, Named]:
    """What some of them (kind and id) are called, also those that were taken back."""
    named: dict[UUID, Named] = {}
    ids = {kind: [row_id for entity, row_id in wanted if entity == kind] for kind in MODELS}
    here = ctx.workspace.id
    if ids["activity"]:
        done = select(Activity).where(Activity.workspace_id == here, Activity.id.in_(ids["activity"]))
        for one in ctx.session.scalars(done):
            named[one.id] = Named(one.subject or one.notes, one.kind, one.outcome, one.direction)
        mails = [row_id for row_id, one in named.items() if one.kind is ActivityKind.EMAIL]
        for row_id, other in _others(ctx, mails).items():
            named[row_id] = replace(named[row_id], other=other)
    if ids["tagging"]:
        tags = select(Tagging.id, Tag.name).join(
            Tag, (Tag.workspace_id == Tagging.workspace_id) & (Tag.id == Tagging.tag_id)
        )
        for row in ctx.session.execute(tags.where(Tagging.workspace_id == here, Tagging.id.in_(ids["tagging"]))):
            named[row.id] = Named(row.name)
    if ids["channel_link"]:
        links = select(ChannelLink.id, ChannelLink.channel).where(ChannelLink.workspace_id == here)
        for row in ctx.session.execute(links.where(ChannelLink.id.in_(ids["channel_link"]))):
            named[row.id] = Named(row.channel)
    if ids["quote_line"]:
        lines = select(QuoteLine.id, QuoteLine.description).where(QuoteLine.workspace_id == here)
        for row in ctx.session.execute(lines.where(QuoteLine.id.in_(ids["quote_line"]))):
            named[row.id] = Named(row.description)
    return named


def _others(ctx: Ctx, activity_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Whom the mails behind these activities went to, or who wrote them."""
    if not activity_ids:
        return {}
    here = ctx.workspace.id
    went = select(Email.activity_id, Email.to_name, Email.to_address).where(
        Email.workspace_id == here, Email.activity_id.in_(activity_ids)
    )
    came = select(InboundEmail.activity_id, InboundEmail.from_name, InboundEmail.from_address).where(
        InboundEmail.workspace_id == here, InboundEmail.activity_id.in_(activity_ids)
    )
    found = ctx.session.execute(union_all(went, came))
    return {activity_id: name or address for activity_id, name, address in found if activity_id is not None}
