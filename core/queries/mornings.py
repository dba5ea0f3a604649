"""Reading a person's morning: what waits for them, and what became of it during the day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, exists, false, func, not_, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from core import undo
from core.access import visible
from core.away import Absent
from core.context import Ctx
from core.emails.replies import REPLY
from core.enums import EntityType, InboundState, MailKind
from core.follow_ups import CLOSED_LEADS
from core.models import Account, Activity, Contact, Deal, History, InboundEmail, Lead, Member, Reminder
from core.params import among, here, timestamp
from core.prepared import Built, read
from core.queries.activities import all_due
from core.queries.day import all_tasks_due, tasks_by_id
from core.queries.kept import Kept
from core.queries.meetings import Slot, meetings_by_id, meetings_until
from core.queries.records import Hit, hit_of
from core.queries.unanswered import UnansweredMail, unanswered_mail
from core.refs import Ref
from core.schedules import ONE_DAY

READ = 200
"""So many things of each kind are looked at for one morning."""
WORDS_SHOWN = 120
PLANS = ("next_follow_up", "done_at", "due_on", "starts_at")
"""The columns by which something is done or put off."""
_LINKED = (EntityType.LEAD, EntityType.CONTACT, EntityType.DEAL, EntityType.ACCOUNT)
_MODELS: Mapping[EntityType, type[Lead | Contact | Deal]] = MappingProxyType(
    {EntityType.LEAD: Lead, EntityType.CONTACT: Contact, EntityType.DEAL: Deal}
)
_ACCOUNTS = MappingProxyType({EntityType.CONTACT: Contact.account_id, EntityType.DEAL: Deal.account_id})
_CLOSED: Mapping[EntityType, ColumnElement[bool]] = MappingProxyType(
    {
        EntityType.LEAD: Lead.status.in_(CLOSED_LEADS),
        EntityType.CONTACT: false(),
        EntityType.DEAL: Deal.closed_at.is_not(None),
    }
)


class What(StrEnum):
    """Kinds of thing that wait for somebody."""

    FOLLOW_UP = "follow_up"
    TASK = "task"
    REPLY = "reply"
    MEETING = "meeting"


@dataclass(frozen=True)
class Waiting:
    """Something that waits: a record's follow-up, a task, a reply, a meeting.

    `due_on` is the day it was due, or came in. A meeting is told of on its day; when that is over and nobody said how
    it went, that is due on the day after.
    """

    what: What
    entity: str
    """lead, contact, deal; activity for a task or a meeting; core.emails.replies.REPLY for a reply."""
    id: UUID
    due_on: date
    at: time | None = None


@dataclass(frozen=True)
class MorningLine:
    """One thing of a morning message as it stands now. `record` is what it is about, None for a task on none."""

    waiting: Waiting
    title: str
    detail: str
    record: Hit | None
    done: bool
    why: str = ""
    """Of a reply, its first words; of a follow-up, the subject of the mail nobody answered."""
    owner: str = ""
    """Slack user id of whose it is, where it is not the reader's own."""
    unanswered: UnansweredMail | None = None
    """The mail about the record that nobody answered."""
    change_id: UUID | None = None
    """What the reader did about it last, while that can be undone."""
    meeting: Slot | None = None
    """When and where a meeting is."""
    put_off_to: date | None = None
    """The later day it has by now, with `waiting.at` as its hour; it is done as far as its own day goes."""


@dataclass(frozen=True)
class MorningData:
    """What a morning message shows. `day` is the reader's; `more` is due besides and stands in App Home."""

    day: date
    lines: tuple[MorningLine, ...]
    more: int = 0
    absent: tuple[Absent, ...] = ()
    """Whom the reader stands in for: the lines with such an owner are theirs."""
    let_lie: tuple[MorningLine, ...] = ()
    """What the reader's people were reminded of twice and let lie."""
    kept: Kept = field(default_factory=Kept)
    """Notices the reader wants to hear of in the morning."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.lines or self.let_lie or self.kept.count)


def waiting(ctx: Ctx, day: date, people: Collection[UUID] | None = None) -> list[Waiting]:
    """What waits for the actor (or some members) on a day: its meetings, then replies, then the longest overdue."""
    whose = people if people is not None else _self(ctx)
    found = [
        Waiting(What.FOLLOW_UP, item.entity.value, item.id, item.day, item.at)
        for item in all_due(ctx, day, whose, limit=READ)
    ]
    found += [
        Waiting(What.TASK, EntityType.ACTIVITY.value, item.id, item.day, item.at)
        for item in all_tasks_due(ctx, day, whose, limit=READ)
    ]
    meetings = _meetings(ctx, day, whose)
    found += [one for one in meetings if one.at is None]
    found.sort(key=lambda one: (one.due_on, one.at or time.max, one.what, one.id))
    return [*(one for one in meetings if one.at is not None), *_replies(ctx, whose), *found]


def _meetings(ctx: Ctx, day: date, people: Collection[UUID]) -> list[Waiting]:
    """The day's meetings by their hour, and without one those of days before that are to be logged."""
    found = []
    for item in meetings_until(ctx, day, people, READ):
        begins = item.slot.starts_at.astimezone(ctx.actor.zone)
        today = begins.date() == day
        due_on = day if today else begins.date() + ONE_DAY
        at = begins.time() if today else None
        found.append(Waiting(What.MEETING, EntityType.ACTIVITY.value, item.id, due_on, at))
    return found


def _self(ctx: Ctx) -> Collection[UUID]:
    return [ctx.actor.member_id] if ctx.actor.member_id else []


def _replies(ctx: Ctx, people: Collection[UUID]) -> list[Waiting]:
    zone = ctx.actor.zone
    return [
        Waiting(What.REPLY, REPLY, row.id, row.received_at.astimezone(zone).date())
        for row in read(ctx, _unhandled, people=list(people))
    ]


def _unhandled(ctx: Ctx) -> Built:
    return (
        visible(ctx, InboundEmail)
        .where(
            InboundEmail.state == InboundState.LINKED,
            InboundEmail.kind == MailKind.HUMAN,
            InboundEmail.handled_at.is_(None),
            among(InboundEmail.owner_id, "people"),
        )
        .order_by(InboundEmail.received_at, InboundEmail.id)
        .limit(READ)
        .with_only_columns(InboundEmail.id, InboundEmail.received_at)
    )


def lines_of(ctx: Ctx, told: Sequence[tuple[str, UUID, date]], *, name_owners: bool = False) -> list[MorningLine]:
    """How the things that were told stand now, in the same order; those the actor may not see any more are left out."""
    ids = {entity: [one[1] for one in told if one[0] == entity] for entity, _, _ in told}
    found: dict[tuple[str, UUID], MorningLine] = {}
    for entity, of_kind in ids.items():
        match entity:
            case EntityType.LEAD | EntityType.CONTACT | EntityType.DEAL:
                found |= _records(ctx, EntityType(entity), of_kind)
            case EntityType.ACTIVITY:
                found |= _tasks(ctx, of_kind) | _met(ctx, of_kind)
            case _:
                found |= _mails(ctx, of_kind)
    lines = [_since(found[entity, one], due_on) for entity, one, due_on in told if (entity, one) in found]
    return lines if name_owners else [_own(ctx, line) for line in lines]


def still_due() -> ColumnElement[bool]:
    """The condition under which what a Reminder was about is due still, on the same day or an earlier one.

    Of a meeting only that nobody said how it went: which day it is on depends on who asks, see `lines_of`.
    """
    here = Reminder.workspace_id
    records = (
        (
            Reminder.entity == entity.value,
            exists().where(
                model.workspace_id == here,
                model.id == Reminder.entity_id,
                model.archived_at.is_(None),
                model.next_follow_up <= Reminder.due_on,
                not_(_CLOSED[entity]),
            ),
        )
        for entity, model in _MODELS.items()
    )
    task = exists().where(
        Activity.workspace_id == here,
        Activity.id == Reminder.entity_id,
        Activity.archived_at.is_(None),
        Activity.done_at.is_(None),
        or_(Activity.due_on <= Reminder.due_on, Activity.starts_at.is_not(None)),
    )
    return or_(*(and_(*one) for one in records), and_(Reminder.entity == EntityType.ACTIVITY.value, task))


def last_changes(ctx: Ctx, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The last change the actor made to when each of these is due, or whether, where it may still be undone."""
    if not ids:
        return {}
    rows = read(ctx, _last_changes, ids=list(ids), me=ctx.actor.member_id, since=ctx.now - undo.WINDOW)
    return {row.entity_id: row.change_id for row in rows if row.undoes is None}


def _last_changes(_: Ctx) -> Built:
    planned = or_(*(History.changes.has_key(name) for name in PLANS))
    return (
        select(History.entity_id, History.change_id, History.undoes)
        .where(
            History.workspace_id == here(),
            among(History.entity_id, "ids"),
            History.actor_id == bindparam("me", type_=Uuid()),
            History.at >= timestamp("since"),
            planned,
        )
        .ext(distinct_on(History.entity_id))
        .order_by(History.entity_id, History.id.desc())
    )


def _since(line: MorningLine, due_on: date) -> MorningLine:
    """A thing that was moved to a later day than it was told for is done as far as that telling goes."""
    told = replace(line.waiting, due_on=due_on)
    if line.done or line.waiting.due_on <= due_on:
        return replace(line, waiting=told)
    return replace(line, done=True, waiting=told, put_off_to=line.waiting.due_on)


def _own(ctx: Ctx, line: MorningLine) -> MorningLine:
    return replace(line, owner="") if line.owner == ctx.actor.slack_user_id else line


def _records(ctx: Ctx, entity: EntityType, ids: Collection[UUID]) -> dict[tuple[str, UUID], MorningLine]:
    unanswered = unanswered_mail(ctx, entity, ids)
    lines = {}
    for row in read(ctx, _standing, entity, ids=list(ids)):
        mail = unanswered.get(row.id)
        lines[entity.value, row.id] = MorningLine(
            Waiting(What.FOLLOW_UP, entity.value, row.id, row.day or ctx.today.date(), row.at),
            title=row.name,
            detail=row.detail,
            record=Hit(entity, row.id, str(Ref(entity, row.number)), row.name),
            done=row.closed or row.day is None,
            why=mail.subject if mail else "",
            owner=row.owner,
            unanswered=mail,
        )
    return lines


def _standing(ctx: Ctx, entity: EntityType) -> Built:
    """The records' names, owners and follow-ups, and whether they are closed."""
    model = _MODELS[entity]
    query = visible(ctx, model).where(among(model.id, "ids"))
    query = query.outerjoin(Member, and_(Member.workspace_id == model.workspace_id, Member.id == model.owner_id))
    detail: ColumnElement[str] = Lead.company.label("detail")
    if model is not Lead:
        query = query.outerjoin(
            Account, and_(Account.workspace_id == model.workspace_id, Account.id == _ACCOUNTS[entity])
        )
        detail = func.coalesce(Account.name, "").label("detail")
    return query.with_only_columns(
        model.id,
        model.number,
        model.name,
        model.next_follow_up.label("day"),
        model.next_follow_up_at.label("at"),
        func.coalesce(Member.slack_user_id, "").label("owner"),
        detail,
        _CLOSED[entity].label("closed"),
        maintain_column_froms=True,
    )


def _tasks(ctx: Ctx, ids: Collection[UUID]) -> dict[tuple[str, UUID], MorningLine]:
    entity = EntityType.ACTIVITY.value
    return {
        (entity, task.id): MorningLine(
            Waiting(What.TASK, entity, task.id, task.day, task.at),
            title=task.subject,
            detail=task.record.name if task.record else "",
            record=task.record,
            done=task.done,
            owner=task.owner,
        )
        for task in tasks_by_id(ctx, ids)
    }


def _met(ctx: Ctx, ids: Collection[UUID]) -> dict[tuple[str, UUID], MorningLine]:
    """Meetings, each due on its own day: whether it is told of or to be logged is what it was told for."""
    entity = EntityType.ACTIVITY.value
    lines = {}
    for item in meetings_by_id(ctx, ids):
        begins = item.slot.starts_at.astimezone(ctx.actor.zone)
        lines[entity, item.id] = MorningLine(
            Waiting(What.MEETING, entity, item.id, begins.date(), begins.time()),
            title=item.subject,
            detail=item.record.name,
            record=item.record,
            done=item.done,
            owner=item.owner,
            meeting=item.slot,
        )
    return lines


def _mails(ctx: Ctx, ids: Collection[UUID]) -> dict[tuple[str, UUID], MorningLine]:
    lines = {}
    for mail in read(ctx, _answers, ids=list(ids)):
        about = next((kind, getattr(mail, f"{kind.value}_id")) for kind in _LINKED if getattr(mail, f"{kind.value}_id"))
        day = mail.received_at.astimezone(ctx.actor.zone).date()
        lines[REPLY, mail.id] = MorningLine(
            Waiting(What.REPLY, REPLY, mail.id, day),
            title=mail.from_name or mail.from_address,
            detail="",
            record=hit_of(ctx, *about),
            done=mail.handled_at is not None,
            why=" ".join(mail.new_words.split())[:WORDS_SHOWN],
            owner=mail.owner,
        )
    return lines


def _answers(ctx: Ctx) -> Built:
    return (
        visible(ctx, InboundEmail)
        .outerjoin(Member, and_(Member.workspace_id == InboundEmail.workspace_id, Member.id == InboundEmail.owner_id))
        .where(among(InboundEmail.id, "ids"))
        .with_only_columns(
            InboundEmail.id,
            *(getattr(InboundEmail, f"{kind.value}_id") for kind in _LINKED),
            InboundEmail.from_name,
            InboundEmail.from_address,
            InboundEmail.new_words,
            InboundEmail.received_at,
            InboundEmail.handled_at,
            func.coalesce(Member.slack_user_id, "").label("owner"),
            maintain_column_froms=True,
        )
    )
