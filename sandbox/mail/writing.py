"""The mails people write: replies, notes of absence, notices of failed delivery, and mails out of the blue."""

import mimetypes
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses, parseaddr

from sandbox.mail.composing import DRAFT, READ
from sandbox.mail.quoting import Answered, Style, day_in_words, quoted, words_of

NOTICE = """\
Date: {date}
From: Mail Delivery System <MAILER-DAEMON@{domain}>
To: {writer}
Subject: Undelivered Mail Returned to Sender
Message-ID: {message_id}
Auto-Submitted: auto-replied
{thread}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="BA6F11C42"

--BA6F11C42
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

<{to}>: host mx.{domain} said: 550 5.1.1 unknown user

--BA6F11C42
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.{domain}

Final-Recipient: rfc822; {to}
Action: failed
Status: 5.1.1

--BA6F11C42--
"""
RE = ("re:", "aw:", "sv:", "vs:", "antw:", "odp:", "rif:")


@dataclass(frozen=True)
class Attachment:
    """A file that goes along."""

    name: str
    content: bytes
    content_type: str = ""

    @property
    def kind(self) -> tuple[str, str]:
        """Main and sub type, guessed from the name where nothing is said."""
        main, _, sub = (self.content_type or mimetypes.guess_type(self.name)[0] or "").partition("/")
        return (main, sub) if sub else ("application", "octet-stream")


@dataclass(frozen=True)
class Letter:
    """What somebody writes, before it is a mail."""

    sender: str
    """An address, or a name with one in angle brackets."""
    to: str
    subject: str
    text: str
    html: str = ""
    attachments: Sequence[Attachment] = ()
    charset: str = "utf-8"
    cc: Sequence[str] = ()
    headers: Sequence[tuple[str, str]] = ()


def read(raw: bytes) -> EmailMessage:
    """A mail as an object."""
    return message_from_bytes(raw, policy=READ)


def draft(letter: Letter, at: datetime) -> EmailMessage:
    """A mail of somebody's, with a Message-ID of their own program."""
    message = EmailMessage(policy=DRAFT)
    message["Date"] = format_datetime(at)
    message["From"] = as_address(letter.sender)
    message["To"] = as_address(letter.to)
    if letter.cc:
        message["Cc"] = [as_address(one) for one in letter.cc]
    message["Subject"] = letter.subject
    message["Message-ID"] = new_message_id(parseaddr(letter.sender)[1])
    for name, value in letter.headers:
        message[name] = value
    message.set_content(letter.text, charset=letter.charset)
    if letter.html:
        message.add_alternative(letter.html, subtype="html", charset=letter.charset)
    for one in letter.attachments:
        main, sub = one.kind
        message.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
    return message


def new_message_id(address: str) -> str:
    """A Message-ID as the sender's provider makes them."""
    domain = address.rpartition("@")[2] or "localhost"
    return f"<{secrets.token_hex(16)}@{domain}>"


def as_address(text: str) -> Address:
    """`Zoe Lima <zoe@…>` or an address alone."""
    name, address = parseaddr(text)
    return Address(display_name=name, addr_spec=address)


def reply(message: EmailMessage, sender: str, text: str, *, language: str, style: Style) -> Letter:
    """A reply to a mail: to its Reply-To, under its subject, with the thread's headers and a quote."""
    return Letter(
        sender=sender,
        to=str(message.get("Reply-To") or message["From"]),
        subject=re_subject(str(message["Subject"] or "")),
        text=quoted(text, answered(message), language, style),
        headers=thread_headers(message),
    )


def thread_headers(message: EmailMessage) -> tuple[tuple[str, str], ...]:
    """In-Reply-To and References of an answer to a mail (RFC 5322, 3.6.4)."""
    own = str(message["Message-ID"] or "").strip()
    before = str(message["References"] or message["In-Reply-To"] or "").split()
    return (("In-Reply-To", own), ("References", " ".join([*before, own])))


def re_subject(subject: str) -> str:
    """A subject as answers have it."""
    return subject if subject.lower().startswith(RE) else f"Re: {subject}"


def answered(message: EmailMessage) -> Answered:
    """What a quote tells of a mail."""
    who, mail = parseaddr(str(message["From"]))
    return Answered(
        who=who or mail,
        mail=mail,
        to=str(message["To"]),
        subject=str(message["Subject"] or ""),
        at=message["Date"].datetime,
        text=plain_text(message),
    )


def plain_text(message: EmailMessage) -> str:
    """A mail's text, empty where it has none."""
    part = message.get_body(("plain",))
    return str(part.get_content()).replace("\r\n", "\n").rstrip("\n") if part is not None else ""


def html_text(message: EmailMessage) -> str:
    """A mail's HTML, empty where it has none."""
    part = message.get_body(("html",))
    return str(part.get_content()) if part is not None else ""


def out_of_office(message: EmailMessage, sender: str, until: date | None, language: str) -> Letter:
    """What an Exchange server answers for somebody who is away. `until`: the last day, None where it names none."""
    words = words_of(language)
    body = words.away.format(until=day_in_words(until, language)) if until is not None else words.away_open
    headers = (
        *thread_headers(message),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-MS-Exchange-Inbox-Rules-Loop", parseaddr(sender)[1]),
    )
    return Letter(
        sender=sender,
        to=str(message.get("Reply-To") or message["From"]),
        subject=words.away_subject.format(subject=str(message["Subject"] or "")),
        text=body + "\n",
        headers=headers,
    )


def delivery_notice(message: EmailMessage, to: str, at: datetime) -> EmailMessage:
    """What a mail server writes when it could not deliver a mail after all (RFC 3464)."""
    domain = to.rpartition("@")[2]
    thread = "\n".join(f"{name}: {value}" for name, value in thread_headers(message))
    return read(
        NOTICE.format(
            date=format_datetime(at),
            domain=domain,
            writer=parseaddr(str(message.get("Reply-To") or message["From"]))[1],
            message_id=new_message_id(f"x@{domain}"),
            thread=thread,
            to=to,
        )
        .replace("\n", "\r\n")
        .encode()
    )


def recipients(message: EmailMessage) -> list[str]:
    """Every address a mail names as a recipient, lower case."""
    named = [str(message[name]) for name in ("To", "Cc") if message[name]]
    return [address.lower() for _, address in getaddresses(named) if address]
