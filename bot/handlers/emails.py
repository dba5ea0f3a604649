"""E-mail: writing to a lead, a contact or a deal's people, and what becomes of a mail."""

import hashlib
import html
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from bot.commands import CommandCall
from bot.dispatch import Request, command, on, on_submit
from bot.handlers.home import help_reply
from bot.labels import word
from bot.replies import Choices, CloseModal, FieldErrors, Modal, OpenModal, Reply, Say, UpdateModal
from bot.resolving import record_here
from bot.routes import (
    AllowAddress,
    ChooseReader,
    ChooseTemplate,
    ComposeEmail,
    FindTemplate,
    KeepText,
    PreviewEmail,
    SendEmail,
    SendQuote,
    UnknownRoute,
    UseTemplate,
)
from bot.views import emails as views
from bot.views import mail_warnings, mails, quote_mail, settings_mail
from bot.views import quotes as quote_views
from bot.views.emails import Compose, TypedEmail
from bot.views.forms import as_id
from core import quotes
from core.activities import load_subject
from core.context import Ctx
from core.emails import drafts, suppressions
from core.emails.drafts import Draft, EmailInput
from core.emails.drafts import Warning as MailWarning
from core.emails.templates import fill
from core.enums import EntityType, QuoteStatus
from core.errors import Forbidden, Invalid, NotFound
from core.i18n import Viewer
from core.queries import activities as activity_queries
from core.queries import emails as queries
from core.queries import quotes as queries_of_quotes
from core.queries.emails import TemplateRow
from core.queries.records import Hit, find_by_ref, hit_of, search
from core.refs import parse_ref

WRITTEN_TO = (EntityType.LEAD, EntityType.CONTACT, EntityType.DEAL)
HITS = 6
DIGEST_LENGTH = 16


# -- the command --------------------------------------------------------------------------------------------------


@command("email", "", arguments="REF [TEMPLATE]", summary="Write an e-mail to a lead, a contact or a deal's contact")
def email_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/email L-42`, `/email D-7 first mail`, `/email lena intro`; in a record's channel `/email` or `/email intro`."""
    words = html.unescape(call.text).strip()
    quote_id = _quote_named(ctx, words)
    if quote_id is not None:
        return OpenModal(_quote_window(ctx, quote_id))
    here = record_here(ctx, call.channel_id, *WRITTEN_TO)
    if not words:
        return OpenModal(_window(ctx, here)) if here else Say(views.write_to_whom(ctx.viewer))
    found, rest = _meant(ctx, words)
    if not found and here is not None:
        found, rest = [here], words
    if not found:
        return Say(views.nobody_called(words, ctx.viewer))
    template = queries.template_named(ctx, rest) if rest else None
    if len(found) > 1:
        return Say(views.which_one(found, ctx.viewer, template.id if template else None))
    notice = views.unknown_template(rest, ctx.viewer) if rest and template is None else ""
    return OpenModal(_window(ctx, found[0], template, notice=notice))


@command("email", "help", summary="Show what is possible")
def email_help(ctx: Ctx, call: CommandCall) -> Reply:
    """What the command can do; words that are no subcommand end up here too, and here they name a record."""
    return email_command(ctx, call) if call.text else help_reply(ctx, "email")


def _meant(ctx: Ctx, words: str) -> tuple[list[Hit], str]:
    """The records a text may name, and the words behind that name a template.

    A name and a template are told apart where the shortest ending leaves words that name somebody.
    """
    first, _, rest = words.partition(" ")
    ref = parse_ref(first)
    if ref is not None:
        found = find_by_ref(ctx, ref)
        if found is None:
            raise NotFound
        if found[0] not in WRITTEN_TO:
            raise Invalid({"record": "account_has_no_address"})
        return [hit_of(ctx, *found)], rest.strip()
    parts = words.split()
    for cut in range(len(parts), 0, -1):
        hits = [hit for hit in search(ctx, " ".join(parts[:cut]), WRITTEN_TO, HITS) if hit.entity in WRITTEN_TO]
        if hits:
            return hits, " ".join(parts[cut:])
    return [], ""


def _quote_named(ctx: Ctx, words: str) -> UUID | None:
    """The quote a reference names. Raises NotFound."""
    ref = parse_ref(words)
    if ref is None or ref.kind is not EntityType.QUOTE:
        return None
    found = find_by_ref(ctx, ref)
    if found is None:
        raise NotFound
    return found[1]


# -- the window ---------------------------------------------------------------------------------------------------


@on(ComposeEmail)
def compose(ctx: Ctx, route: ComposeEmail, _request: Request) -> Reply:
    """The button on a record."""
    about = hit_of(ctx, EntityType(route.entity), route.entity_id)
    template = queries.template_row(ctx, route.template_id) if route.template_id else None
    return OpenModal(_window(ctx, about, template, follows_id=route.follows_id))


def _window(
    ctx: Ctx, about: Hit, template: TemplateRow | None = None, *, notice: str = "", follows_id: UUID | None = None
) -> Modal:
    """A new mail; a window that says why where none can be written. Raises Forbidden, NotFound."""
    _refuse_looking_on(ctx, about)
    draft = drafts.draft(ctx, about.entity, about.id, template.id if template else None)
    against = mail_warnings.lasting(draft.warnings)
    if about.entity is not EntityType.DEAL and any(one.code != "mailed_today" for one in against):
        return views.cannot_write(about, against, ctx.viewer)
    subject = draft.subject
    if follows_id is not None and not subject:
        subject = views.follow_up_subject(queries.mail_view(ctx, follows_id).subject)
    route = SendEmail(about.entity, about.id, follows_id=follows_id)
    return _filled(ctx, about, route, replace(draft, subject=subject), template, notice=notice)


@on(SendQuote)
def send_quote(ctx: Ctx, route: SendQuote, _request: Request) -> Reply:
    """The button on a quote."""
    return OpenModal(_quote_window(ctx, route.quote_id))


def _quote_window(ctx: Ctx, quote_id: UUID) -> Modal:
    """A mail to the deal's contact with what the quote says, to be read and changed before it leaves."""
    quote = queries_of_quotes.quote_card(ctx, quote_id)
    about = hit_of(ctx, EntityType.DEAL, quote.deal_id)
    _refuse_looking_on(ctx, about)
    quotes.refuse_to_send(ctx, quote_id)
    mail = SendEmail(about.entity, about.id, quote_id=quote_id)
    return _filled(ctx, about, mail, _fresh(ctx, mail, None, None), None)


def _fresh(ctx: Ctx, route: SendEmail, template_id: UUID | None, reader_id: UUID | None) -> Draft:
    """What the window starts with for this reader: what the quote says, or a template."""
    if route.quote_id is None:
        return drafts.draft(ctx, route.entity, route.entity_id, template_id, reader_id=reader_id)
    quote = queries_of_quotes.quote_card(ctx, route.quote_id)
    customer = Viewer(ctx.workspace.locale, "UTC")
    text = EmailInput(
        quote_mail.subject(quote, customer), quote_mail.body(quote, ctx.actor.name, customer), reader_id=reader_id
    )
    return drafts.preview(ctx, route.entity, route.entity_id, text, quote_id=route.quote_id)


def _filled(
    ctx: Ctx, about: Hit, route: SendEmail, draft: Draft, template: TemplateRow | None, *, notice: str = ""
) -> Modal:
    """The window with a text that nobody has changed yet."""
    route = replace(route, filled=_digest(draft.subject, draft.body), seen=_seen(draft.warnings))
    values = {
        "reader_id": views.reader_choice(draft.recipient),
        "template_id": views.template_choice(template) if template else None,
        "subject": draft.subject,
        "body": draft.body,
    }
    return views.compose_modal(
        Compose(route, about, draft.recipient, _sender(ctx), values, draft.warnings, notice=notice), ctx.viewer
    )


def _again(
    ctx: Ctx, route: SendEmail, typed: TypedEmail, *, asked: TemplateRow | None = None, notice: str = ""
) -> Modal:
    """The window as it stands, with what now speaks against the mail above it."""
    about = hit_of(ctx, EntityType(route.entity), route.entity_id)
    draft = _preview(ctx, route, typed)
    template = queries.template_row(ctx, typed.template_id) if typed.template_id and asked is None else None
    values = {
        "reader_id": views.reader_choice(draft.recipient),
        "template_id": views.template_choice(template) if template else None,
        "subject": typed.subject,
        "body": typed.body,
    }
    route = replace(route, seen=tuple(dict.fromkeys((*route.seen, *_seen(draft.warnings)))))
    data = Compose(route, about, draft.recipient, _sender(ctx), values, draft.warnings, asked, notice)
    return views.compose_modal(data, ctx.viewer)


@on(FindTemplate)
def find_template(ctx: Ctx, _route: FindTemplate, request: Request) -> Reply:
    """Templates by name."""
    return Choices(views.template_choices(queries.find_templates(ctx, request.query)))


@on(ChooseTemplate)
def choose_template(ctx: Ctx, _route: ChooseTemplate, request: Request) -> Reply:
    """Its text, filled for this person; where somebody has changed the text, they are asked first."""
    route, typed = _open(ctx, request)
    if not request.chosen:
        return UpdateModal(_again(ctx, route, typed))
    template = queries.template_row(ctx, as_id(request.chosen))
    if _changed(route, typed):
        return UpdateModal(_again(ctx, route, typed, asked=template))
    return UpdateModal(_with_template(ctx, route, typed, template))


@on(UseTemplate)
def use_template(ctx: Ctx, use: UseTemplate, request: Request) -> Reply:
    """The template's text instead of what was typed."""
    route, typed = _open(ctx, request)
    return UpdateModal(_with_template(ctx, route, typed, queries.template_row(ctx, use.template_id)))


@on(KeepText)
def keep_text(ctx: Ctx, _route: KeepText, request: Request) -> Reply:
    """What was typed, and no template any more."""
    route, typed = _open(ctx, request)
    route = replace(route, revision=route.revision + 1)
    return UpdateModal(_again(ctx, route, replace(typed, template_id=None)))


@on(ChooseReader)
def choose_reader(ctx: Ctx, _route: ChooseReader, request: Request) -> Reply:
    """Another of the deal's people gets it: a template's text is filled in for them."""
    route, typed = _open(ctx, request)
    if (typed.template_id is None and route.quote_id is None) or _changed(route, typed):
        return UpdateModal(_again(ctx, route, typed))
    template = queries.template_row(ctx, typed.template_id) if typed.template_id else None
    return UpdateModal(_with_template(ctx, route, typed, template))


def _with_template(ctx: Ctx, route: SendEmail, typed: TypedEmail, template: TemplateRow | None) -> Modal:
    about = hit_of(ctx, EntityType(route.entity), route.entity_id)
    draft = _fresh(ctx, route, template.id if template else None, typed.reader_id)
    return _filled(ctx, about, replace(route, revision=route.revision + 1), draft, template)


@on(PreviewEmail)
def preview_email(ctx: Ctx, _route: PreviewEmail, request: Request) -> Reply:
    """The mail as it will arrive."""
    route, typed = _open(ctx, request)
    draft = _preview(ctx, route, typed)
    to = f"{draft.recipient.name} <{draft.recipient.address}>" if draft.recipient else ""
    mail = views.Preview(
        _sender(ctx), to, draft.subject, draft.body, queries.mail_settings(ctx).mail_footer, tuple(draft.warnings)
    )
    return OpenModal(views.preview_modal(mail, ctx.viewer))


@on_submit(SendEmail, lambda _ctx, route: views.email_form(route))
def send_email(ctx: Ctx, route: SendEmail, typed: TypedEmail) -> Reply:
    """Put it on its way; what was not said before (somebody has just written, they opted out) is said first."""
    # Locked before it is asked who wrote last: of two people who send at once, the second is told of the first.
    load_subject(ctx, route.entity, route.entity_id)
    problems = _placeholder_problems(ctx, typed)
    if problems:
        return FieldErrors(problems)
    against = mail_warnings.lasting(_preview(ctx, route, typed).warnings)
    if any(one.blocks or mail_warnings.key(one) not in route.seen for one in against):
        return UpdateModal(_again(ctx, route, typed))
    quote = queries_of_quotes.quote_card(ctx, route.quote_id) if route.quote_id else None
    before = activity_queries.standing(ctx, route.entity, route.entity_id).status
    mail = drafts.send(ctx, route.entity, route.entity_id, _input(route, typed), quote_id=route.quote_id)
    ctx.session.flush()
    after = activity_queries.standing(ctx, route.entity, route.entity_id).status
    also = ""
    if after is not None and after is not before:
        also = ctx.viewer.t("Status is now {status}.", status=word(after, ctx.viewer))
    if quote is not None and quote.status is QuoteStatus.DRAFT:
        also = quote_views.step_text(queries_of_quotes.quote_card(ctx, quote.id), ctx.viewer)
    shown = queries.mail_view(ctx, mail.id)
    where = queries.mail_settings(ctx).replies_channel
    return CloseModal(mails.sent(shown, ctx.change_id, ctx.viewer, also=also, where=where, quote_id=route.quote_id))


def _placeholder_problems(ctx: Ctx, typed: TypedEmail) -> dict[str, str]:
    """Under which field a placeholder stands that there is none of, with the nearest one."""
    unknown = {name: fill(getattr(typed, name), {}).unknown for name in ("subject", "body")}
    return {name: settings_mail.unknown_placeholder(found, ctx.viewer) for name, found in unknown.items() if found}


def _preview(ctx: Ctx, route: SendEmail, typed: TypedEmail) -> Draft:
    return drafts.preview(ctx, route.entity, route.entity_id, _input(route, typed), quote_id=route.quote_id)


def _input(route: SendEmail, typed: TypedEmail) -> EmailInput:
    return EmailInput(typed.subject, typed.body, typed.template_id, route.follows_id, typed.reader_id)


def _open(ctx: Ctx, request: Request) -> tuple[SendEmail, TypedEmail]:
    """The window that is open, and what is in it so far."""
    route = request.modal
    if not isinstance(route, SendEmail):
        raise UnknownRoute(SendEmail.id)
    _refuse_looking_on(ctx, hit_of(ctx, EntityType(route.entity), route.entity_id))
    found: Mapping[str, Any] = views.email_form(route).typed(request.state)
    reader, template = found.get("reader_id"), found.get("template_id")
    return route, TypedEmail(
        as_id(reader) if reader else None,
        as_id(template) if template else None,
        str(found.get("subject") or ""),
        str(found.get("body") or ""),
    )


def _changed(route: SendEmail, typed: TypedEmail) -> bool:
    """Whether there is a text that was not simply filled in."""
    return bool(typed.subject.strip() or typed.body.strip()) and _digest(typed.subject, typed.body) != route.filled


def _digest(subject: str, body: str) -> str:
    """A text whatever its white space, which Slack may trim."""
    words = "\n".join(" ".join(part.split()) for part in (subject, body))
    return hashlib.sha256(words.encode()).hexdigest()[:DIGEST_LENGTH]


def _seen(warnings: Sequence[MailWarning]) -> tuple[str, ...]:
    return tuple(mail_warnings.key(one) for one in mail_warnings.lasting(warnings))


def _sender(ctx: Ctx) -> str:
    address = queries.mail_settings(ctx).mail_from
    return f"{ctx.actor.name} <{address}>" if address else ctx.actor.name


def _refuse_looking_on(ctx: Ctx, about: Hit) -> None:
    """Refused before anything is typed. Raises Invalid, NotFound, Forbidden."""
    if about.entity not in WRITTEN_TO:
        raise Invalid({"record": "account_has_no_address"})
    subject = activity_queries.subject(ctx, about.entity, about.id)
    if subject is None:
        raise NotFound
    if not subject.can_edit:
        raise Forbidden("not_yours")


@on(AllowAddress)
def allow_address(ctx: Ctx, route: AllowAddress, _request: Request) -> Reply:
    """Off the list of those that are not written to; then the window opens."""
    about = hit_of(ctx, EntityType(route.entity), route.entity_id)
    _refuse_looking_on(ctx, about)
    to = drafts.draft(ctx, about.entity, about.id).recipient
    if to is None:
        raise NotFound
    for reason in suppressions.BY_PEOPLE:
        suppressions.lift(ctx, to.address, reason)
    return UpdateModal(_window(ctx, about))
