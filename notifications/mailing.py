"""A mail as it goes over the wire: the body of SendGrid's POST /v3/mail/send (twilio.com/docs/sendgrid, Mail Send).

Plain text and HTML come from one source, the text the rep wrote. What stands in custom arguments stays with SendGrid
for good, so those hold ids alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import select

from core.context import Ctx
from core.emails.reader_words import words_for
from core.emails.tokens import reply_address, unsubscribe_url
from core.models import Email, Member, WorkspaceRow
from core.normalise import name_text

SIGNATURE_MARK = "-- "
"""RFC 3676 §4.3: what comes below is no part of what was said, and mail programs do not quote it."""
HEADER_LINE_MAX = 900
"""Characters of a header's value; RFC 5322 §2.1.1 allows lines of 998, and folding is SendGrid's."""
CRM_WORKSPACE, CRM_MESSAGE = "crm_ws", "crm_msg"
"""Custom arguments: they come back in each event, with a prefix no field of SendGrid's has."""


GRACE = timedelta(seconds=5)
"""As long as people need to see that they sent it to the wrong person."""


@dataclass(frozen=True)
class MailSettings:
    """What the installation says about mail; empty for what it does not have."""

    mail_from: str = ""
    """The sender of workspaces that have none of their own."""
    inbound_domain: str = ""
    """Where answers come to; without it they go to the rep's own address."""
    site: str = ""
    """Where the product's pages are (https://…, no slash at the end)."""
    secret: str = ""
    """Signs the links to unsubscribe; without it mails have none."""
    grace: timedelta = timedelta(0)
    """How long a mail that somebody wrote waits, so that Undo comes in time."""


class NoSender(Exception):
    """Neither the workspace nor the installation says what address mails are sent from."""


def wire_message(ctx: Ctx, email: Email, settings: MailSettings) -> dict[str, object]:
    """The request body for one mail. Raises NoSender."""
    query = select(WorkspaceRow.mail_from, WorkspaceRow.mail_footer).where(
        WorkspaceRow.workspace_id == ctx.workspace.id
    )
    own_from, footer = ctx.session.execute(query).one()
    sender = email.from_address or own_from or settings.mail_from
    if not sender:
        raise NoSender
    email.from_address = sender
    link = _unsubscribe_link(ctx.workspace.id, email.id, settings)
    language, words = words_for(ctx.workspace.locale)
    plain = plain_text(email.body, email.quoted, footer, words.link, link)
    html = html_text(email, footer, language, words.link, link)
    return {
        "personalizations": [{"to": [_address(email.to_address, email.to_name)]}],
        "from": _address(sender, email.from_name),
        **_reply_to(ctx, email, settings),
        "subject": name_text(email.subject),
        "content": [{"type": "text/plain", "value": plain}, {"type": "text/html", "value": html}],
        "headers": _headers(email, link),
        "custom_args": {CRM_WORKSPACE: str(ctx.workspace.id), CRM_MESSAGE: str(email.id)},
        "tracking_settings": {
            # Links in the text part stay as they were written: a long foreign address there looks like a fraud.
            "click_tracking": {"enable": True, "enable_text": False},
            "open_tracking": {"enable": True},
            # Ours is per workspace; SendGrid's is per account, and would keep one workspace's mail from another's.
            "subscription_tracking": {"enable": False},
        },
    }


def plain_text(body: str, quoted: str, footer: str, unsubscribe: str, link: str) -> str:
    """The text part: the new words, who writes and how to have no more of it, then the text it answers."""
    below = [*footer.splitlines(), *([f"{unsubscribe}: {link}"] if link else [])]
    parts = [body]
    if below:
        parts.append("\n".join([SIGNATURE_MARK, *below]))
    if quoted:
        parts.append(quoted)
    return "\n\n".join(parts) + "\n"


def html_text(email: Email, footer: str, language: str, unsubscribe: str, link: str) -> str:
    """The HTML part: the same words in a plain frame. Everything in it is escaped."""
    head, *quoted = email.quoted.split("\n") if email.quoted else [""]
    return _TEMPLATES.get_template("mail.html").render(
        lang=language,
        subject=email.subject,
        paragraphs=[part.split("\n") for part in email.body.split("\n\n")],
        quoted_head=head,
        quoted=[line.removeprefix(">").removeprefix(" ") for line in quoted],
        footer=footer.splitlines(),
        unsubscribe=link,
        unsubscribe_words=unsubscribe,
    )


def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.policies["urlize.rel"] = ""
    return found


_TEMPLATES = _environment()
"""Ours alone: what users write is never a template, only a value."""


def _unsubscribe_link(workspace_id: UUID, email_id: UUID, settings: MailSettings) -> str:
    if not settings.site or not settings.secret:
        return ""
    return unsubscribe_url(settings.site, settings.secret, workspace_id, email_id)


def _headers(email: Email, link: str) -> dict[str, str]:
    headers: dict[str, str] = {}
    if link:
        headers["List-Unsubscribe"] = f"<{link}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if email.in_reply_to:
        headers["In-Reply-To"] = _one_line(email.in_reply_to)
        headers["References"] = _references(email.thread_ids or [email.in_reply_to])
    return headers


def _references(ids: list[str]) -> str:
    """The first and as many of the latest as fit a line."""
    first, *later = (_one_line(one) for one in ids)
    kept: list[str] = []
    for one in reversed(later):
        if len(" ".join([first, one, *kept])) > HEADER_LINE_MAX:
            break
        kept.insert(0, one)
    return " ".join([first, *kept])


def _one_line(text: str) -> str:
    """Message-IDs come from foreign mails: nothing in one may begin another header."""
    return "".join(text.split())[:HEADER_LINE_MAX]


def _reply_to(ctx: Ctx, email: Email, settings: MailSettings) -> dict[str, object]:
    if settings.inbound_domain:
        return {"reply_to": _address(reply_address(email.token, settings.inbound_domain), email.from_name)}
    if email.sender_id is None:
        return {}
    own = ctx.session.scalar(
        select(Member.email).where(Member.workspace_id == ctx.workspace.id, Member.id == email.sender_id)
    )
    return {"reply_to": _address(own, email.from_name)} if own else {}


def _address(address: str, name: str) -> Mapping[str, str]:
    shown = name_text(name).replace('"', "'")
    if "," in shown or ";" in shown:
        shown = f'"{shown}"'  # otherwise SendGrid takes it for two people (sendgrid-python#578)
    return {"email": ascii_address(address), **({"name": shown} if shown else {})}


def ascii_address(address: str) -> str:
    """The address as SendGrid takes it: with the domain in its ASCII form (RFC 5890); a wrong one as it is."""
    try:
        checked = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return address
    return checked.ascii_email or address
