"""Reading activities: a record's timeline, follow-ups that are due, objections to choose from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Uuid,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    union_all,
)

from core import follow_ups
from core.access import Verb, may, visible
from core.activities import SUBJECTS, goes_on, load_subject
from core.context import Ctx
from core.enums import ActivityKind, CallOutcome, Direction, EntityType, LeadStatus, MailKind
from core.models import Account, Activity, ActivityObjection, Contact, Deal, Lead, Member, Objection
from core.normalise import name_text
from core.params import among, here
from core.prepared import Built, read
from core.queries.emails import MailStanding, replies, standings
from core.queries.records import Page
from core.refs import LETTERS

TIMELINE = 5
PAGE_SIZE = 8
OBJECTIONS = 20


@dataclass(frozen=True)
class TimelineItem:
    """Something somebody did on a record. `who` is a name, empty for the system."""

    id: UUID
    at: datetime
    kind: ActivityKind
    who: str
    direction: Direction | None = None
    outcome: CallOutcome | None = None
    duration_minutes: int | None = None
    subject: str = ""
    notes: str = ""
    next_step: str = ""
    objections: tuple[str, ...] = ()
    link: str = ""
    """The Slack message it was taken from."""
    due_on: date | None = None
    done: bool = False
    """Of a task; of a meeting, that it was logged or did not take place."""
    mail: MailStanding | None = None
    """Of a mail that was sent from here."""
    reply_id: UUID | None = None
    """The mail that came in."""
    automatic: bool = False
    """No person wrote it."""

    @property
    def planned(self) -> bool:
        """A meeting of which nothing is told yet."""
        return self.kind is ActivityKind.MEETING and not self.done


@dataclass(frozen=True)
class DueItem:
    """A follow-up that is due: on which record, since when. `detail` is the company."""

    entity: EntityType
    id: UUID
    ref: str
    name: str
    detail: str
    day: date
    today: date
    owner: str = ""
    """Slack user id where the list is of several people's."""
    at: time | None = None
    """The hour, where one was named."""


@dataclass(frozen=True)
class ObjectionRow:
    """An objection of the workspace's list."""

    id: UUID
    name: str


@dataclass(frozen=True)
class Subject:
    """The record a call is about, as the form names it."""

    entity: EntityType
    id: UUID
    ref: str
    name: str
    can_edit: bool


@dataclass(frozen=True)
class Standing:
    """Where a record stands, as far as a call may move it. `status` is a lead's."""

    status: LeadStatus | None
    next_follow_up: date | None
    next_follow_up_at: time | None = None
    closed: bool = False


def timeline(ctx: Ctx, entity: str, entity_id: UUID, limit: int = TIMELINE) -> list[TimelineItem]:
    """The newest activities of a record, newest first; none where the actor may not see it.

    A deal's timeline begins with its lead's.
    """
    rows = read(ctx, _newest, entity, record=entity_id, at_most=limit)
    heard = _objections_of(ctx, [row.id for row in rows if row.kind is ActivityKind.CALL])
    mailed = [row for row in rows if row.kind is ActivityKind.EMAIL]
    mails = standings(ctx, [row.id for row in mailed if row.direction is not Direction.INBOUND])
    came = replies(ctx, [row.id for row in mailed if row.direction is Direction.INBOUND])
    return [
        TimelineItem(
            id=row.id,
            at=row.at,
            kind=row.kind,
            who=row.who,
            direction=row.direction,
            outcome=row.outcome,
            duration_minutes=row.duration_minutes,
            subject=row.subject,
            notes=row.notes,
            next_step=row.next_step,
            objections=heard.get(row.id, ()),
            link=row.link,
            due_on=row.due_on,
            done=row.done,
            mail=mails.get(row.id),
            reply_id=came[row.id][0] if row.id in came else None,
            automatic=row.id in came and came[row.id][1] is not MailKind.HUMAN,
        )
        for row in rows
    ]


def _newest(ctx: Ctx, entity: str) -> Select[*tuple[Any, ...]]:
    """The newest `at_most` activities of the `record`."""
    return (
        visible(ctx, Activity)
        .outerjoin(Member, (Member.workspace_id == Activity.workspace_id) & (Member.id == Activity.owner_id))
        .where(_about(entity))
        .order_by(Activity.at.desc(), Activity.id.desc())
        .limit(bindparam("at_most", type_=Integer))
        .with_only_columns(
            Activity.id,
            Activity.at,
            Activity.kind,
            func.coalesce(Member.name, "").label("who"),
            Activity.direction,
            Activity.outcome,
            Activity.duration_minutes,
            Activity.subject,
            Activity.notes,
            Activity.next_step,
            Activity.link,
            Activity.due_on,
            Activity.done_at.is_not(None).label("done"),
        )
    )


def _about(entity: str) -> ColumnElement[bool]:
    """Which activities belong to the `record`: a deal goes on with what was said while it was still a lead."""
    record = bindparam("record", type_=Uuid)
    own = SUBJECTS[entity][1] == record
    if entity != EntityType.DEAL:
        return own
    came_from = select(Lead.id).where(Lead.workspace_id == Activity.workspace_id, Lead.deal_id == record)
    return or_(own, Activity.lead_id.in_(came_from))


def _objections_of(ctx: Ctx, activity_ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
    if not activity_ids:
        return {}
    query = (
        select(ActivityObjection.activity_id, Objection.name)
        .join(
            Objection,
            (Objection.workspace_id == ActivityObjection.workspace_id)
            & (Objection.id == ActivityObjection.objection_id),
        )
        .where(
            ActivityObjection.workspace_id == ctx.workspace.id,
            ActivityObjection.activity_id.in_(activity_ids),
            ActivityObjection.archived_at.is_(None),
        )
        .order_by(Objection.name_key)
    )
    heard: dict[UUID, tuple[str, ...]] = {}
    for activity_id, name in ctx.session.execute(query):
        heard[activity_id] = (*heard.get(activity_id, ()), name)
    return heard


def due(ctx: Ctx, until: date, page: int = 0, owners: Collection[UUID] | None = None) -> Page[DueItem]:
    """Follow-ups up to and including a day, the longest overdue first: the actor's own, or those of some members."""
    rows = all_due(ctx, until, owners, limit=PAGE_SIZE + 1, offset=page * PAGE_SIZE)
    return Page(tuple(rows[:PAGE_SIZE]), page, len(rows) > PAGE_SIZE)


def all_due(
    ctx: Ctx, until: date, owners: Collection[UUID] | None = None, *, limit: int, offset: int = 0
) -> list[DueItem]:
    """The same without pages: at most `limit` of them from `offset` on."""
    whose = list(owners) if owners is not None else _self(ctx)
    rows = read(ctx, _all_due, until=until, people=whose, at_most=limit, start=offset)
    return [
        DueItem(
            entity=EntityType(row.entity),
            id=row.id,
            ref=f"{LETTERS[EntityType(row.entity)]}-{row.number}",
            name=row.name,
            detail=row.detail,
            day=row.day,
            today=ctx.today.date(),
            owner=row.owner if owners is not None else "",
            at=row.at,
        )
        for row in rows
    ]


def _all_due(ctx: Ctx) -> Built:
    found = union_all(_due_leads(ctx), _due_contacts(ctx), _due_deals(ctx)).subquery()
    return (
        select(found, func.coalesce(Member.slack_user_id, "").label("owner"))
        .outerjoin(Member, and_(Member.workspace_id == here(), Member.id == found.c.owner_id))
        .order_by(found.c.day, found.c.at.asc().nulls_last(), found.c.entity, found.c.number)
        .offset(bindparam("start", type_=Integer()))
        .limit(bindparam("at_most", type_=Integer()))
    )


DueSelect = Select[str, UUID, int, str, str, date | None, time | None, UUID | None]


def _self(ctx: Ctx) -> list[UUID]:
    return [ctx.actor.member_id] if ctx.actor.member_id else []


def _due_leads(ctx: Ctx) -> DueSelect:
    return (
        visible(ctx, Lead)
        .where(_due_of(Lead), Lead.status.not_in(follow_ups.CLOSED_LEADS))
        .with_only_columns(
            literal(EntityType.LEAD.value).label("entity"),
            Lead.id,
            Lead.number,
            Lead.name,
            Lead.company.label("detail"),
            Lead.next_follow_up.label("day"),
            Lead.next_follow_up_at.label("at"),
            Lead.owner_id,
        )
    )


def _due_contacts(ctx: Ctx) -> DueSelect:
    return (
        visible(ctx, Contact)
        .outerjoin(Account, and_(Account.workspace_id == Contact.workspace_id, Account.id == Contact.account_id))
        .where(_due_of(Contact))
        .with_only_columns(
            literal(EntityType.CONTACT.value).label("entity"),
            Contact.id,
            Contact.number,
            Contact.name,
            func.coalesce(Account.name, "").label("detail"),
            Contact.next_follow_up.label("day"),
            Contact.next_follow_up_at.label("at"),
            Contact.owner_id,
        )
    )


def _due_deals(ctx: Ctx) -> DueSelect:
    return (
        visible(ctx, Deal)
        .outerjoin(Account, and_(Account.workspace_id == Deal.workspace_id, Account.id == Deal.account_id))
        .where(_due_of(Deal), Deal.closed_at.is_(None))
        .with_only_columns(
            literal(EntityType.DEAL.value).label("entity"),
            Deal.id,
            Deal.number,
            Deal.name,
            func.coalesce(Account.name, "").label("detail"),
            Deal.next_follow_up.label("day"),
            Deal.next_follow_up_at.label("at"),
            Deal.owner_id,
        )
    )


def _due_of(model: type[Lead | Contact | Deal]) -> ColumnElement[bool]:
    theirs = among(model.owner_id, "people")
    return and_(theirs, model.next_follow_up <= bindparam("until", type_=Date()))


def find_objections(ctx: Ctx, words: str, limit: int = OBJECTIONS) -> list[ObjectionRow]:
    """Objections that contain the words, those that begin with them first; all of them for no words."""
    start = name_text(words).lower()
    query = visible(ctx, Objection).with_only_columns(Objection.id, Objection.name)
    if start:
        query = query.where(Objection.name_key.contains(start, autoescape=True))
        query = query.order_by(Objection.name_key.startswith(start, autoescape=True).desc())
    return [ObjectionRow(*row) for row in ctx.session.execute(query.order_by(Objection.name_key).limit(limit))]


def subject(ctx: Ctx, entity: str, entity_id: UUID) -> Subject | None:
    """The record a call is about, where the actor may see it."""
    if entity not in SUBJECTS:
        return None
    model = SUBJECTS[entity][0]
    query = visible(ctx, model).where(model.id == entity_id)
    found = ctx.session.execute(
        query.with_only_columns(model.id, model.number, model.name, model.owner_id)
    ).one_or_none()
    if found is None:
        return None
    kind = EntityType(entity)
    return Subject(kind, found.id, f"{LETTERS[kind]}-{found.number}", found.name, may(ctx, Verb.EDIT, found.owner_id))


def where_it_goes_on(ctx: Ctx, entity: str, entity_id: UUID) -> tuple[str, UUID]:
    """The record on which the work goes on after a talk about this one, as core.activities.goes_on says.

    Raises Invalid, NotFound.
    """
    record = goes_on(ctx, load_subject(ctx, entity, entity_id, Verb.SEE))
    return record.__entity__, record.id


def standing(ctx: Ctx, entity: str, entity_id: UUID) -> Standing:
    """Where a record stands. Raises Invalid, NotFound."""
    record = load_subject(ctx, entity, entity_id, Verb.SEE)
    status = record.status if isinstance(record, Lead) else None
    followed = None if isinstance(record, Account) else record
    return Standing(status, *follow_ups.planned(followed), closed=follow_ups.closed(followed))
