"""Reading mails that came in: what waits for an answer, what waits to be sorted, and a mail's own words."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select

from core.access import Power, Verb, has_power, load, may_touch, require_power, visible
from core.context import Ctx
from core.emails.replies import AUTOMATIC
from core.emails.tokens import is_reply_address
from core.enums import EntityType, InboundState, MailKind
from core.errors import NotFound
from core.models import InboundEmail, Member
from core.queries.records import Hit, Page, hit_of
from core.queries.reply_cards import MailFile, files_of, subject_of

PAGE_SIZE = 8
ROW_READ = 600
"""Characters of a mail in a list."""


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
        words = " ".join(inbound.new_words[:ROW_READ].split())
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
        words=" ".join(inbound.new_words[:ROW_READ].split()),
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
