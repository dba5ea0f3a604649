"""Reading mails that came in: the alert about a reply, what waits for an answer, what waits to be sorted."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased

from core.access import Power, Verb, has_power, load, may_touch, require_power, visible
from core.activities import SUBJECTS
from core.context import Ctx
from core.emails.replies import AUTOMATIC
from core.emails.tokens import is_reply_address
from core.enums import EmailState, EntityType, InboundState, MailKind
from core.errors import NotFound
from core.models import Account, Contact, Deal, Email, InboundAttachment, InboundEmail, Lead, Member, Stage
from core.queries.records import Hit, Page, hit_of
from core.refs import deal_ref

PAGE_SIZE = 8
WORDS_READ = 3000
SAID_READ = 600
"""Characters of the mail that a reply answers."""


@dataclass(frozen=True)
class MailFile:
    """A file that came with a mail. `size` in bytes; `kept` where it was small enough."""

    name: str
    content_type: str
    size: int
    kept: bool


@dataclass(frozen=True)
class DealLine:
    """The deal a reply is about, and where it stands."""

    id: UUID
    ref: str
    name: str
    stage: str
    open: bool


@dataclass(frozen=True)
class Said:
    """What was last written to them. `by` is a name, empty for the system."""

    subject: str
    words: str
    at: datetime
    by: str


@dataclass(frozen=True)
class ReplyCard:
    """A reply as its alert shows it. `email` is the address it came from."""

    id: UUID
    about: EntityType
    about_id: UUID
    ref: str
    name: str
    company: str
    deal: DealLine | None
    owner: str
    """Slack user id of who has to answer, empty for nobody."""
    who: str
    """The sender's name, or the record's where the mail tells none; empty for a stranger without a name."""
    email: str
    subject: str
    words: str
    whole: bool
    """The words are all of the mail's, as quotes could not be looked for."""
    stranger: bool
    unproven: bool
    kind: MailKind
    away_until: date | None
    received_at: datetime
    said: Said | None
    files: tuple[MailFile, ...]
    handled_at: datetime | None
    handler: str
    """Name of who dealt with it."""
    answered: bool
    follow_up: date | None
    today: date
    can_edit: bool
    entity: EntityType = EntityType.REPLY


@dataclass(frozen=True)
class ReplyRow:
    """A reply that waits, in a list. `owner` is a Slack user id where the list is of several people's."""

    id: UUID
    who: str
    ref: str
    name: str
    words: str
    received_at: datetime
    owner: str = ""


@dataclass(frozen=True)
class TriageRow:
    """A mail that waits to be sorted. `suggestion` is whom its sender's address belongs to."""

    id: UUID
    who: str
    email: str
    subject: str
    words: str
    received_at: datetime
    kind: MailKind
    unproven: bool
    suggestion: Hit | None
    files: int


@dataclass(frozen=True)
class Triage:
    """The list of what waits to be sorted: how many, since when, and a page of it."""

    rows: Page[TriageRow]
    count: int
    oldest: datetime | None


@dataclass(frozen=True)
class Original:
    """A mail with all of its text."""

    id: UUID
    who: str
    email: str
    also_to: tuple[str, ...]
    """Without the addresses that replies come to: who knows those can write into a conversation."""
    subject: str
    body: str
    received_at: datetime
    stranger: bool
    unproven: bool
    files: tuple[MailFile, ...]
    to_correct: bool = False
    """It was taken for automatic, and the reader may say that a person wrote it."""


def reply_card(ctx: Ctx, inbound_id: UUID) -> ReplyCard:
    """What the alert about a reply shows. Raises NotFound."""
    inbound = load(ctx, InboundEmail, inbound_id, Verb.SEE)
    record = subject_of(inbound)
    if inbound.state is not InboundState.LINKED or record is None:
        raise NotFound
    hit = hit_of(ctx, *record)
    deal = _deal(ctx, *record)
    people = _people(ctx, [inbound.owner_id, inbound.handled_by_id])
    owner, handler = people.get(inbound.owner_id), people.get(inbound.handled_by_id)
    return ReplyCard(
        id=inbound.id,
        about=record[0],
        about_id=record[1],
        ref=hit.ref,
        name=hit.name,
        company=hit.detail,
        deal=deal,
        owner=owner.slack_user_id if owner else "",
        who=inbound.from_name or ("" if inbound.stranger else hit.name),
        email=inbound.from_address,
        subject=inbound.subject,
        words=inbound.new_words[:WORDS_READ],
        whole=not inbound.cut,
        stranger=inbound.stranger,
        unproven=inbound.unproven,
        kind=inbound.kind,
        away_until=inbound.away_until,
        received_at=inbound.received_at,
        said=_said(ctx, inbound),
        files=files_of(ctx, inbound.id),
        handled_at=inbound.handled_at,
        handler=handler.name if handler else "",
        answered=inbound.answer_id is not None,
        follow_up=_follow_up(ctx, *record),
        today=ctx.today.date(),
        can_edit=may_touch(ctx, inbound, Verb.EDIT),
    )


def subject_of(inbound: InboundEmail) -> tuple[EntityType, UUID] | None:
    """The record a mail belongs to."""
    for entity, (_, column) in SUBJECTS.items():
        record_id: UUID | None = getattr(inbound, column.key)
        if record_id is not None:
            return EntityType(entity), record_id
    return None


def waiting(ctx: Ctx, people: Collection[UUID], limit: int, *, name_owners: bool = False) -> list[ReplyRow]:
    """Replies that these members have to answer, the oldest first."""
    query = (
        visible(ctx, InboundEmail)
        .join(Member, and_(Member.workspace_id == InboundEmail.workspace_id, Member.id == InboundEmail.owner_id))
        .where(
            InboundEmail.state == InboundState.LINKED,
            InboundEmail.kind == MailKind.HUMAN,
            InboundEmail.handled_at.is_(None),
            InboundEmail.owner_id.in_(people),
        )
        .order_by(InboundEmail.received_at, InboundEmail.id)
        .limit(limit)
        .add_columns(Member.slack_user_id)
    )
    rows = []
    for inbound, slack_user_id in ctx.session.execute(query):
        record = subject_of(inbound)
        if record is None:
            continue
        hit = hit_of(ctx, *record)
        who = inbound.from_name or (inbound.from_address if inbound.stranger else hit.name)
        words = " ".join(inbound.new_words[:SAID_READ].split())
        owner = slack_user_id if name_owners else ""
        rows.append(ReplyRow(inbound.id, who, hit.ref, hit.name, words, inbound.received_at, owner))
    return rows


def triage(ctx: Ctx, page: int = 0, size: int = PAGE_SIZE) -> Triage | None:
    """What waits to be sorted, the oldest first; None for those who do not sort."""
    if not has_power(ctx, Power.TRIAGE):
        return None
    here = (InboundEmail.workspace_id == ctx.workspace.id, InboundEmail.state == InboundState.TRIAGE)
    count, oldest = ctx.session.execute(select(func.count(), func.min(InboundEmail.received_at)).where(*here)).one()
    query = select(InboundEmail).where(*here).order_by(InboundEmail.received_at, InboundEmail.id)
    found = list(ctx.session.scalars(query.offset(page * size).limit(size + 1)))
    rows = tuple(_triage_row(ctx, inbound) for inbound in found[:size])
    return Triage(Page(rows, page, len(found) > size), count, oldest)


def triage_row(ctx: Ctx, inbound_id: UUID) -> TriageRow:
    """A mail that waits to be sorted. Raises NotFound, Forbidden."""
    require_power(ctx, Power.TRIAGE)
    return _triage_row(ctx, _any(ctx, inbound_id))


def original(ctx: Ctx, inbound_id: UUID) -> Original:
    """All of a mail's text: for those who see its record, or sort mails. Raises NotFound."""
    inbound = _any(ctx, inbound_id) if has_power(ctx, Power.TRIAGE) else None
    if inbound is None or inbound.state is InboundState.LINKED:
        inbound = load(ctx, InboundEmail, inbound_id, Verb.SEE)
    return Original(
        id=inbound.id,
        who=inbound.from_name,
        email=inbound.from_address,
        also_to=tuple(address for address in inbound.to_addresses if not is_reply_address(address)),
        subject=inbound.subject,
        body=inbound.body,
        received_at=inbound.received_at,
        stranger=inbound.stranger,
        unproven=inbound.unproven,
        files=files_of(ctx, inbound.id),
        to_correct=inbound.kind in AUTOMATIC and subject_of(inbound) is not None and may_touch(ctx, inbound, Verb.EDIT),
    )


def files_of(ctx: Ctx, inbound_id: UUID) -> tuple[MailFile, ...]:
    """The files of a mail the caller may see. They are never opened."""
    query = (
        select(
            InboundAttachment.name,
            InboundAttachment.content_type,
            InboundAttachment.size,
            InboundAttachment.content.is_not(None),
        )
        .where(InboundAttachment.workspace_id == ctx.workspace.id, InboundAttachment.inbound_email_id == inbound_id)
        .order_by(InboundAttachment.position)
    )
    return tuple(MailFile(*row) for row in ctx.session.execute(query))


def _any(ctx: Ctx, inbound_id: UUID) -> InboundEmail:
    query = select(InboundEmail).where(InboundEmail.workspace_id == ctx.workspace.id, InboundEmail.id == inbound_id)
    found = ctx.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def _triage_row(ctx: Ctx, inbound: InboundEmail) -> TriageRow:
    return TriageRow(
        id=inbound.id,
        who=inbound.from_name,
        email=inbound.from_address,
        subject=inbound.subject,
        words=" ".join(inbound.new_words[:SAID_READ].split()),
        received_at=inbound.received_at,
        kind=inbound.kind,
        unproven=inbound.unproven,
        suggestion=_suggestion(ctx, inbound),
        files=len(files_of(ctx, inbound.id)),
    )


def _suggestion(ctx: Ctx, inbound: InboundEmail) -> Hit | None:
    """Whom the sender's address belongs to, as far as the actor may see them."""
    suggested = (
        (EntityType.CONTACT, inbound.suggested_contact_id),
        (EntityType.LEAD, inbound.suggested_lead_id),
    )
    for entity, record_id in suggested:
        if record_id is None:
            continue
        try:
            return hit_of(ctx, entity, record_id)
        except NotFound:
            continue
    return None


def _deal(ctx: Ctx, entity: EntityType, record_id: UUID) -> DealLine | None:
    """The record itself, or the person's or company's open deal that was worked on last."""
    match entity:
        case EntityType.DEAL:
            query = visible(ctx, Deal).where(Deal.id == record_id)
        case EntityType.CONTACT:
            query = visible(ctx, Deal).where(Deal.contact_id == record_id, Deal.closed_at.is_(None))
        case EntityType.ACCOUNT:
            query = visible(ctx, Deal).where(Deal.account_id == record_id, Deal.closed_at.is_(None))
        case _:
            lead = aliased(Lead)
            came_of = select(lead.deal_id).where(lead.workspace_id == ctx.workspace.id, lead.id == record_id)
            query = visible(ctx, Deal).where(Deal.id.in_(came_of))
    return _deal_line(ctx, query)


def _deal_line(ctx: Ctx, query: Select[Any]) -> DealLine | None:
    newest = (
        query.join(Stage, and_(Stage.workspace_id == Deal.workspace_id, Stage.id == Deal.stage_id))
        .order_by(Deal.last_touch_at.desc().nulls_last(), Deal.id.desc())
        .limit(1)
        .with_only_columns(Deal.id, Deal.number, Deal.name, Stage.name.label("stage"), Deal.closed_at)
    )
    row = ctx.session.execute(newest).one_or_none()
    return DealLine(row.id, deal_ref(row.number), row.name, row.stage, row.closed_at is None) if row else None


def _said(ctx: Ctx, inbound: InboundEmail) -> Said | None:
    """The mail of ours it answers; where that is not known, the last one before it to the same record."""
    query = select(Email.subject, Email.body, Email.created_at, func.coalesce(Member.name, "")).outerjoin(
        Member, and_(Member.workspace_id == Email.workspace_id, Member.id == Email.sender_id)
    )
    query = query.where(Email.workspace_id == ctx.workspace.id)
    record = subject_of(inbound)
    if inbound.email_id is not None:
        query = query.where(Email.id == inbound.email_id)
    elif record is not None:
        column = getattr(Email, SUBJECTS[record[0]][1].key)
        query = query.where(column == record[1], Email.state == EmailState.SENT)
        query = query.where(Email.created_at <= inbound.received_at).order_by(Email.created_at.desc()).limit(1)
    row = ctx.session.execute(query).one_or_none()
    return Said(row[0], row[1][:SAID_READ], row[2], row[3]) if row else None


def _follow_up(ctx: Ctx, entity: EntityType, record_id: UUID) -> date | None:
    model = SUBJECTS[entity][0]
    if model is Account:
        return None
    column = {Lead: Lead.next_follow_up, Contact: Contact.next_follow_up, Deal: Deal.next_follow_up}[model]
    return ctx.session.scalar(visible(ctx, model).where(model.id == record_id).with_only_columns(column))


def _people(ctx: Ctx, member_ids: Collection[UUID | None]) -> dict[UUID | None, Member]:
    query = select(Member).where(
        Member.workspace_id == ctx.workspace.id, Member.id.in_([one for one in member_ids if one])
    )
    return {member.id: member for member in ctx.session.scalars(query)}
