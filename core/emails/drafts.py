"""Writing to somebody: what a mail starts with, what speaks against it, and putting it on its way."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from typing import TypeVar
from uuid import UUID

from babel import dates
from sqlalchemy import select

from core.access import Verb, load
from core.activities import SUBJECTS, load_subject
from core.context import Ctx
from core.emails import suppressions
from core.emails.queueing import known_template, make, put, thread
from core.emails.reader_words import words_for
from core.emails.templates import BODY_MAX, SUBJECT_MAX, Filled, fill
from core.enums import (
    EmailState,
    EntityType,
    InboundState,
    QuoteStatus,
    SuppressionReason,
)
from core.errors import Conflict, Invalid
from core.i18n import Viewer
from core.models import (
    Account,
    Contact,
    Deal,
    Email,
    EmailTemplate,
    InboundEmail,
    Lead,
    Member,
    Quote,
    TenantModel,
)
from core.normalise import multiline_text, name_text
from core.operations import operation
from core.quotes import mark_sent
from core.refs import quote_ref

QUOTED_MAX = 20_000
"""Characters of the text below an answer."""
UNDONE = (EmailState.HELD, EmailState.FAILED, EmailState.STOPPED)
"""Mails that never left."""
WHY_SUPPRESSED: Mapping[SuppressionReason, str] = {
    SuppressionReason.UNSUBSCRIBED: "opted_out",
    SuppressionReason.SPAM: "spam_before",
    SuppressionReason.BOUNCED: "bounced_before",
    SuppressionReason.MANUAL: "written_off",
}
"""The warning, and the reason a mail is held back for."""
_ANSWERED = re.compile(r"^(?:(?:re|aw|antw|sv|vs|odp|rif|rv|ref)(?: ?\[\d+\])? ?: ?)+", re.IGNORECASE)
"""What mail programs put before the subject of an answer."""
Row = TypeVar("Row", bound=TenantModel)


@dataclass(frozen=True)
class EmailInput:
    """A mail as it is typed: plain text, placeholders allowed. `follows_id`: the mail of ours whose thread it is in.

    `reader_id`: the contact who gets it, of a deal; None for the deal's own.
    """

    subject: str
    body: str
    template_id: UUID | None = None
    follows_id: UUID | None = None
    reader_id: UUID | None = None


@dataclass(frozen=True)
class Recipient:
    """Who gets it: the lead or the contact whose address it is. `address` is empty where none is known."""

    name: str
    address: str
    entity: str
    entity_id: UUID


@dataclass(frozen=True)
class Warning:  # noqa: A001 - the word everybody has for it
    """Something to know before sending: a code, and what it is about.

    Codes: `no_address`, `no_contact` (a deal of nobody), `missing_field` and `unknown_field` (`field`), `opted_out`,
    `spam_before`, `bounced_before`, `written_off`, `mailed_today` (`who`, `at`).
    """

    code: str
    data: Mapping[str, object] = field(default_factory=dict)

    @property
    def blocks(self) -> bool:
        """Whether sending is refused as long as it stands."""
        return self.code != "mailed_today"


@dataclass(frozen=True)
class Draft:
    """A mail to start from."""

    recipient: Recipient | None
    subject: str
    body: str
    warnings: tuple[Warning, ...] = ()
    quoted: str = ""
    """The text that goes below an answer."""


def draft(
    ctx: Ctx,
    entity: str,
    entity_id: UUID,
    template_id: UUID | None = None,
    *,
    quote_id: UUID | None = None,
    reader_id: UUID | None = None,
) -> Draft:
    """A mail about a record, from a template or empty, filled with what is known of the person.

    Raises Invalid for a kind of record that is not written to, NotFound, Forbidden.
    """
    template = load(ctx, EmailTemplate, template_id, Verb.SEE) if template_id else None
    subject, body = (template.subject, template.body) if template else ("", "")
    values = EmailInput(subject, body, reader_id=reader_id)
    return preview(ctx, entity, entity_id, values, quote_id=quote_id)


def preview(ctx: Ctx, entity: str, entity_id: UUID, values: EmailInput, *, quote_id: UUID | None = None) -> Draft:
    """What a typed mail becomes for this record's person, and what speaks against sending it. Raises as `draft`."""
    record = _subject(ctx, entity, entity_id, Verb.SEE)
    recipient = _recipient(ctx, record, values.reader_id)
    subject, body = _filled(ctx, record, recipient, values, _quote(ctx, record, quote_id, Verb.SEE))
    return Draft(recipient, subject.text, body.text, (*_of_fields(subject, body), *_of_person(ctx, recipient)))


def warnings_for(
    ctx: Ctx, entity: str, entity_id: UUID, values: EmailInput, *, quote_id: UUID | None = None
) -> tuple[Warning, ...]:
    """What speaks against sending this mail. Raises as `draft`."""
    return preview(ctx, entity, entity_id, values, quote_id=quote_id).warnings


def field_values(
    ctx: Ctx, record: Lead | Contact | Deal, recipient: Recipient | None, quote: Quote | None = None
) -> dict[str, str]:
    """What is known for each field (core.emails.templates.FIELDS); empty for what is not."""
    name = name_text(recipient.name) if recipient else ""
    first, _, last = name.partition(" ")
    sender = "" if ctx.actor.member_id is None else ctx.actor.name
    known = {
        "first_name": first,
        "last_name": last.strip(),
        "name": name,
        "company": _company(ctx, record),
        "deal": record.name if isinstance(record, Deal) else "",
        "quote": quote_ref(quote.year, quote.sequence) if quote else "",
        "quote_total": Viewer(ctx.workspace.locale, "UTC").money(quote.total, quote.currency) if quote else "",
        "sender_name": sender,
        "sender_first_name": sender.partition(" ")[0],
        "our_company": ctx.workspace.name,
    }
    return {field: name_text(value) for field, value in known.items()}


@operation("email.send")
def send(
    ctx: Ctx,
    entity: str,
    entity_id: UUID,
    values: EmailInput,
    *,
    quote_id: UUID | None = None,
    bulk_job_id: UUID | None = None,
) -> Email:
    """Put a mail to a record's person on its way, and onto the record's timeline. A draft quote that goes with it is
    sent by that.

    Raises Invalid (also for placeholders nothing is known for), Conflict("mail_no_address"),
    Conflict("mail_suppressed", reason), what core.quotes.mark_sent raises, NotFound, Forbidden.
    """
    record = _subject(ctx, entity, entity_id, Verb.EDIT)
    quote = _quote(ctx, record, quote_id, Verb.EDIT)
    recipient = _reachable(ctx, _recipient(ctx, record, values.reader_id))
    subject, body = _checked(*_filled(ctx, record, recipient, values, quote))
    if quote is not None and quote.status is QuoteStatus.DRAFT:
        mark_sent(ctx, quote.id)
    before = load(ctx, Email, values.follows_id, Verb.SEE) if values.follows_id else None
    email = make(ctx, recipient.name, recipient.address, subject, body)
    email.template_id = known_template(ctx, values.template_id)
    email.quote_id, email.bulk_job_id = quote_id, bulk_job_id
    if before is not None:
        thread(email, before.message_id, before.thread_ids)
    put(ctx, record, email)
    return email


def draft_answer(ctx: Ctx, inbound_id: UUID) -> Draft:
    """An answer to a mail that came in: its subject, nothing yet, and the text it answers below. Raises NotFound."""
    inbound = load(ctx, InboundEmail, inbound_id, Verb.SEE)
    recipient = _writer(inbound)
    warnings = () if recipient is None else _of_person(ctx, recipient, today=False)
    return Draft(recipient, _answer_subject(inbound.subject), "", warnings, _quoted(ctx, inbound))


@operation("email.answer")
def answer(ctx: Ctx, inbound_id: UUID, values: EmailInput) -> Email:
    """Answer a mail that came in: into the same thread, with its text below; then nobody has to answer it any more.

    It goes to whoever wrote. Raises Conflict("mail_answered", who) where somebody was quicker, and as `send` does.
    """
    inbound = load(ctx, InboundEmail, inbound_id)
    if inbound.answer_id is not None:
        raise Conflict("mail_answered", who=_name_of(ctx, inbound.handled_by_id))
    record = _record_of(ctx, inbound)
    recipient = _reachable(ctx, _writer(inbound))
    typed = replace(values, subject=values.subject or _answer_subject(inbound.subject))
    subject, body = _checked(*_filled(ctx, record, recipient, typed, None))
    email = make(ctx, recipient.name, recipient.address, subject, body)
    email.template_id, email.quoted = known_template(ctx, values.template_id), _quoted(ctx, inbound)
    thread(email, inbound.message_id, inbound.thread_ids)
    put(ctx, record, email)
    inbound.answer_id, inbound.handled_at, inbound.handled_by_id = email.id, ctx.now, ctx.actor.member_id
    inbound.seen_at = inbound.seen_at or ctx.now
    return email


# -- whom, and what is known of them -----------------------------------------------------------------------------------


def _subject(ctx: Ctx, entity: str, entity_id: UUID, verb: Verb) -> Lead | Contact | Deal:
    record = load_subject(ctx, entity, entity_id, verb)
    if isinstance(record, Account):
        raise Invalid({"record": "account_has_no_address"})
    return record


def _recipient(ctx: Ctx, record: Lead | Contact | Deal, reader_id: UUID | None) -> Recipient | None:
    """None for a deal without a contact. Raises NotFound for a reader the actor may not see."""
    match record:
        case Lead():
            return Recipient(record.name, record.email, EntityType.LEAD, record.id)
        case Contact():
            return Recipient(record.name, record.email, EntityType.CONTACT, record.id)
        case Deal() if reader_id is not None and reader_id != record.contact_id:
            chosen = load(ctx, Contact, reader_id, Verb.SEE)
            return Recipient(chosen.name, chosen.email, EntityType.CONTACT, chosen.id)
        case Deal():
            # The deal's own person, also where somebody else owns the contact: whose deal it is writes to them.
            person = _maybe(ctx, Contact, record.contact_id)
            if person is None or person.archived_at is not None:
                return None
            return Recipient(person.name, person.email, EntityType.CONTACT, person.id)


def _company(ctx: Ctx, record: Lead | Contact | Deal) -> str:
    if isinstance(record, Lead):
        return record.company
    account = _maybe(ctx, Account, record.account_id)
    return account.name if account else ""


def _writer(inbound: InboundEmail) -> Recipient | None:
    for entity in (EntityType.LEAD, EntityType.CONTACT, EntityType.DEAL, EntityType.ACCOUNT):
        record_id = getattr(inbound, f"{entity.value}_id")
        if record_id is not None:
            return Recipient(inbound.from_name, inbound.from_address, entity, record_id)
    return None


def _record_of(ctx: Ctx, inbound: InboundEmail) -> Lead | Contact | Deal | Account:
    if inbound.state is InboundState.LINKED:
        for entity, (_, column) in SUBJECTS.items():
            record_id = getattr(inbound, column.key)
            if record_id is not None:
                return load_subject(ctx, entity, record_id)
    raise Conflict("mail_not_linked")


def _maybe(ctx: Ctx, model: type[Row], row_id: UUID | None) -> Row | None:
    return ctx.session.get(model, (ctx.workspace.id, row_id)) if row_id else None


def _quote(ctx: Ctx, record: Lead | Contact | Deal, quote_id: UUID | None, verb: Verb) -> Quote | None:
    if quote_id is None:
        return None
    quote = load(ctx, Quote, quote_id, verb)
    if quote.deal_id != record.id:
        raise Invalid({"quote": "choice_invalid"})
    return quote


# -- what speaks against it --------------------------------------------------------------------------------------------


def _filled(
    ctx: Ctx,
    record: Lead | Contact | Deal | Account,
    recipient: Recipient | None,
    values: EmailInput,
    quote: Quote | None,
) -> tuple[Filled, Filled]:
    known = {} if isinstance(record, Account) else field_values(ctx, record, recipient, quote)
    return fill(name_text(values.subject), known), fill(multiline_text(values.body), known)


def _of_fields(*texts: Filled) -> tuple[Warning, ...]:
    missing = dict.fromkeys(name for text in texts for name in text.missing)
    unknown = dict.fromkeys(name for text in texts for name in text.unknown)
    return (
        *(Warning("missing_field", {"field": name}) for name in missing),
        *(Warning("unknown_field", {"field": name}) for name in unknown),
    )


def _of_person(ctx: Ctx, recipient: Recipient | None, *, today: bool = True) -> tuple[Warning, ...]:
    if recipient is None:
        return (Warning("no_contact"),)
    if not recipient.address:
        return (Warning("no_address"),)
    found: list[Warning] = []
    reason = suppressions.standing(ctx, [recipient.address]).get(recipient.address)
    if reason is not None:
        found.append(Warning(WHY_SUPPRESSED[reason]))
    if today:
        found += _mailed_today(ctx, recipient.address)
    return tuple(found)


def midnight(ctx: Ctx) -> datetime:
    """When the actor's day began (aware, UTC)."""
    return datetime.combine(ctx.today.date(), time(), tzinfo=ctx.actor.zone).astimezone(UTC)


def _mailed_today(ctx: Ctx, address: str) -> list[Warning]:
    """The latest mail to an address since the actor's midnight, whoever sent it: only who and when is said."""
    query = (
        select(Email.created_at, Member.name)
        .outerjoin(Member, (Member.workspace_id == Email.workspace_id) & (Member.id == Email.sender_id))
        .where(
            Email.workspace_id == ctx.workspace.id,
            Email.to_address == address,
            Email.created_at >= midnight(ctx),
            Email.state.not_in(UNDONE),
        )
        .order_by(Email.created_at.desc())
        .limit(1)
    )
    return [Warning("mailed_today", {"who": name or "", "at": at}) for at, name in ctx.session.execute(query)]


def _reachable(ctx: Ctx, recipient: Recipient | None) -> Recipient:
    """The person, where there is an address that may be written to."""
    if recipient is None or not recipient.address:
        raise Conflict("mail_no_address")
    reason = suppressions.standing(ctx, [recipient.address]).get(recipient.address)
    if reason is not None:
        raise Conflict("mail_suppressed", reason=reason)
    return recipient


def _checked(subject: Filled, body: Filled) -> tuple[str, str]:
    problems: dict[str, str] = {}
    for name, text, limit in (("subject", subject, SUBJECT_MAX), ("body", body, BODY_MAX)):
        if not text.text:
            problems[name] = "required"
        elif len(text.text) > limit:
            problems[name] = "too_long"
        elif text.unknown:
            problems[name] = "placeholder_unknown"
        elif text.missing:
            problems[name] = "placeholder_unfilled"
    if problems:
        raise Invalid(problems)
    return subject.text, body.text


def _answer_subject(subject: str) -> str:
    """One "Re:", whatever the mail programs of other countries made of ours."""
    return f"Re: {_ANSWERED.sub('', name_text(subject), count=1)[: SUBJECT_MAX - 4]}".strip()


def _quoted(ctx: Ctx, inbound: InboundEmail) -> str:
    """What an answer repeats: who wrote and when, in the workspace's language, and their words behind marks."""
    language, reader = words_for(ctx.workspace.locale)
    when = dates.format_datetime(inbound.received_at, "d MMM yyyy, HH:mm", ctx.actor.zone, locale=language)
    head = reader.wrote.format(who=name_text(inbound.from_name) or inbound.from_address, when=when)
    words = multiline_text(inbound.body or inbound.new_words)[:QUOTED_MAX]
    return "\n".join([head, *(f"> {line}".rstrip() for line in words.split("\n"))])


def _name_of(ctx: Ctx, member_id: UUID | None) -> str | None:
    member = _maybe(ctx, Member, member_id)
    return member.name if member else None
