"""The alert about a reply: all that it shows, read in a few statements, since each post and each edit reads it anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, and_, bindparam, func, null, select

from core.access import Verb, may, visible
from core.activities import SUBJECTS
from core.context import Ctx
from core.enums import EmailState, EntityType, InboundState, MailKind
from core.errors import NotFound
from core.models import Deal, Email, InboundAttachment, InboundEmail, Lead, Member, Stage
from core.params import here
from core.prepared import Built, read
from core.queries.search import hit, rows_of
from core.refs import deal_ref

OneRow = Row[*tuple[Any, ...]]
WORDS_READ = 3000
"""Characters of a reply in its alert."""
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


def reply_card(ctx: Ctx, inbound_id: UUID) -> ReplyCard:
    """What the alert about a reply shows. Raises NotFound."""
    inbound = _first(read(ctx, _inbound, inbound_id=inbound_id))
    record = subject_of(inbound) if inbound is not None else None
    if inbound is None or record is None or inbound.state is not InboundState.LINKED:
        raise NotFound
    about = _first(read(ctx, _about, record[0], record_id=record[1]))
    if about is None:
        raise NotFound
    shown = hit(record[0], about.id, about.number, about.name, about.detail)
    owner, handler = _member(ctx, inbound.owner_id), _member(ctx, inbound.handled_by_id)
    return ReplyCard(
        id=inbound.id,
        about=record[0],
        about_id=record[1],
        ref=shown.ref,
        name=shown.name,
        company=shown.detail,
        deal=_deal(ctx, record[0], about),
        owner=owner.slack_user_id if owner else "",
        who=inbound.from_name or ("" if inbound.stranger else shown.name),
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
        follow_up=about.next_follow_up,
        today=ctx.today.date(),
        can_edit=may(ctx, Verb.EDIT, about.owner_id),
    )


def subject_of(inbound: InboundEmail | OneRow) -> tuple[EntityType, UUID] | None:
    """The record a mail belongs to."""
    for entity, (_, column) in SUBJECTS.items():
        record_id: UUID | None = getattr(inbound, column.key)
        if record_id is not None:
            return EntityType(entity), record_id
    return None


def files_of(ctx: Ctx, inbound_id: UUID) -> tuple[MailFile, ...]:
    """The files of a mail the caller may see. They are never opened."""
    return tuple(MailFile(*row) for row in read(ctx, _files, inbound_id=inbound_id))


def _files(_ctx: Ctx) -> Built:
    return (
        select(
            InboundAttachment.name,
            InboundAttachment.content_type,
            InboundAttachment.size,
            InboundAttachment.content.is_not(None),
        )
        .where(
            InboundAttachment.workspace_id == here(),
            InboundAttachment.inbound_email_id == bindparam("inbound_id"),
        )
        .order_by(InboundAttachment.position)
    )


_ON_CARDS = (
    InboundEmail.id,
    InboundEmail.state,
    InboundEmail.kind,
    *(getattr(InboundEmail, column.key) for _, column in SUBJECTS.values()),
    InboundEmail.email_id,
    InboundEmail.owner_id,
    InboundEmail.from_address,
    InboundEmail.from_name,
    InboundEmail.subject,
    InboundEmail.new_words,
    InboundEmail.cut,
    InboundEmail.stranger,
    InboundEmail.unproven,
    InboundEmail.away_until,
    InboundEmail.received_at,
    InboundEmail.handled_at,
    InboundEmail.handled_by_id,
    InboundEmail.answer_id,
)


def _inbound(ctx: Ctx) -> Built:
    query = visible(ctx, InboundEmail).where(InboundEmail.id == bindparam("inbound_id"))
    return query.with_only_columns(*_ON_CARDS)


def _about(ctx: Ctx, entity: EntityType) -> Built:
    """The record a mail belongs to; of a lead, what it became as well."""
    model = SUBJECTS[entity][0]
    follow_up = getattr(model, "next_follow_up", null())  # an account has none
    became = Lead.deal_id if model is Lead else null()
    query = rows_of(ctx, entity).where(model.id == bindparam("record_id"))
    return query.add_columns(model.owner_id, follow_up.label("next_follow_up"), became.label("deal_id"))


def _deal(ctx: Ctx, entity: EntityType, about: OneRow) -> DealLine | None:
    """The record itself, or the person's or company's open deal that was worked on last."""
    record_id = about.deal_id if entity is EntityType.LEAD else about.id
    row = _first(read(ctx, _deals, entity, record_id=record_id)) if record_id is not None else None
    return DealLine(row.id, deal_ref(row.number), row.name, row.stage, row.closed_at is None) if row else None


def _deals(ctx: Ctx, entity: EntityType) -> Built:
    record_id = bindparam("record_id", type_=Uuid())
    match entity:
        case EntityType.CONTACT:
            which = and_(Deal.contact_id == record_id, Deal.closed_at.is_(None))
        case EntityType.ACCOUNT:
            which = and_(Deal.account_id == record_id, Deal.closed_at.is_(None))
        case _:
            which = Deal.id == record_id
    return (
        visible(ctx, Deal)
        .where(which)
        .join(Stage, and_(Stage.workspace_id == Deal.workspace_id, Stage.id == Deal.stage_id))
        .order_by(Deal.last_touch_at.desc().nulls_last(), Deal.id.desc())
        .limit(1)
        .with_only_columns(Deal.id, Deal.number, Deal.name, Stage.name.label("stage"), Deal.closed_at)
    )


def _said(ctx: Ctx, inbound: OneRow) -> Said | None:
    """The mail of ours it answers; where that is not known, the last one before it to the same record."""
    record = subject_of(inbound)
    if inbound.email_id is not None:
        row = _first(read(ctx, _answered, email_id=inbound.email_id))
    elif record is not None:
        row = _first(read(ctx, _last_before, record[0], record_id=record[1], before=inbound.received_at))
    else:
        row = None
    return Said(row[0], row[1][:SAID_READ], row[2], row[3]) if row else None


def _answered(_ctx: Ctx) -> Built:
    return _ours().where(Email.id == bindparam("email_id"))


def _last_before(_ctx: Ctx, entity: EntityType) -> Built:
    column = getattr(Email, SUBJECTS[entity][1].key)
    query = _ours().where(column == bindparam("record_id"), Email.state == EmailState.SENT)
    return query.where(Email.created_at <= bindparam("before")).order_by(Email.created_at.desc()).limit(1)


def _ours() -> Built:
    """Mails of ours and who wrote them."""
    query = select(Email.subject, Email.body, Email.created_at, func.coalesce(Member.name, "")).outerjoin(
        Member, and_(Member.workspace_id == Email.workspace_id, Member.id == Email.sender_id)
    )
    return query.where(Email.workspace_id == here())


def _member(ctx: Ctx, member_id: UUID | None) -> Member | None:
    return ctx.session.get(Member, (ctx.workspace.id, member_id)) if member_id is not None else None


def _first(rows: Sequence[OneRow]) -> OneRow | None:
    return rows[0] if rows else None
