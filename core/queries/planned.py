"""Reading what is planned, tasks and meetings, together with whose it is and the record it is about."""

from typing import Any

from sqlalchemy import Row, Select, String, and_, case, cast, func

from core.access import visible
from core.context import Ctx
from core.enums import ActivityKind, EntityType
from core.models import Account, Activity, Contact, Deal, Lead, Member
from core.params import among
from core.prepared import Built
from core.queries.records import Hit
from core.refs import Ref

_SUBJECTS = (
    (EntityType.LEAD, Lead),
    (EntityType.CONTACT, Contact),
    (EntityType.ACCOUNT, Account),
    (EntityType.DEAL, Deal),
)


def planned(ctx: Ctx, kind: ActivityKind) -> Select[*tuple[Any, ...]]:
    """What is planned of a kind and the actor may see, to be narrowed further: all columns of the activity, its
    owner's Slack user id (empty for nobody), and what `hit` reads.
    """
    # At most one of the four records is there: a task is about one or none.
    about = case(*((model.id.is_not(None), entity.value) for entity, model in _SUBJECTS), else_="")
    query = visible(ctx, Activity).outerjoin(
        Member, and_(Member.workspace_id == Activity.workspace_id, Member.id == Activity.owner_id)
    )
    for entity, model in _SUBJECTS:
        column = getattr(Activity, f"{entity.value}_id")
        query = query.outerjoin(model, and_(model.workspace_id == Activity.workspace_id, model.id == column))
    return query.where(Activity.kind == kind).with_only_columns(
        Activity.id,
        Activity.subject,
        Activity.due_on,
        Activity.due_time,
        Activity.starts_at,
        Activity.duration_minutes,
        Activity.attendees,
        Activity.location,
        Activity.done_at,
        cast(about, String).label("entity"),
        func.coalesce(Lead.id, Contact.id, Account.id, Deal.id).label("record_id"),
        func.coalesce(Lead.number, Contact.number, Account.number, Deal.number).label("number"),
        func.coalesce(Lead.name, Contact.name, Account.name, Deal.name).label("name"),
        func.coalesce(Member.slack_user_id, "").label("owner"),
        maintain_column_froms=True,
    )


def planned_by_id(ctx: Ctx, kind: ActivityKind) -> Built:
    """The same for `read`: those with the ids in the list it is given."""
    return planned(ctx, kind).where(among(Activity.id, "ids"))


def hit(row: Row[*tuple[Any, ...]]) -> Hit | None:
    """The record a row of `planned` is about; None for a task on none."""
    if not row.entity:
        return None
    entity = EntityType(row.entity)
    return Hit(entity, row.record_id, str(Ref(entity, row.number)), row.name)
