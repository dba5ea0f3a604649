"""What the people behind the mailboxes do: open, click, answer, complain. Each act returns once it is on its way."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from email.utils import parseaddr
from html.parser import HTMLParser
from typing import Literal
from urllib.parse import urlencode, urljoin

import urllib3

from sandbox.mail import event_wire as wire
from sandbox.mail.inbound_wire import Envelope
from sandbox.mail.model import Mail, Sent
from sandbox.mail.office import PostOffice
from sandbox.mail.quoting import Style
from sandbox.mail.writing import (
    Attachment,
    Letter,
    delivery_notice,
    draft,
    html_text,
    out_of_office,
    plain_text,
    recipients,
    reply,
)

UnsubscribeWay = Literal["header", "page", "sendgrid", "group"]
HTTP_SECONDS = 10.0
DEFAULT_GROUP = 10
HREF = re.compile(r"https?://[^\s<>\"')\]]+")


class CannotDoMailError(Exception):
    """Something nobody could do with this mail, in plain words."""


@dataclass(frozen=True)
class Proof:
    """What is found out about a sender; the defaults are those of an honest one."""

    spf: str = "pass"
    dkim: str = ""


def open_mail(office: PostOffice, mail: Mail, *, machine: bool = False) -> None:
    """Open it. Where pictures are tracked, that is told: as a person's doing, or as a privacy proxy's."""
    sent = _sent(mail)
    if not machine:
        mail.read = True
    if sent.tracks_opens and html_text(mail.parsed):
        office.tell(mail, [wire.opened(sent, office.clock.unix(), machine=machine)])
    office.touch()


def click(office: PostOffice, mail: Mail, number: int = 1) -> str:
    """Follow the how-manieth link (1 is the first); returns where it leads."""
    urls, sent = links(mail), _sent(mail)
    if not 1 <= number <= len(urls):
        raise CannotDoMailError(f"this mail has {len(urls)} links")
    mail.read = True
    if sent.tracks_clicks:
        office.tell(mail, [wire.clicked(sent, office.clock.unix(), urls[number - 1], number - 1)])
    office.touch()
    return office.resolve(urls[number - 1])


def scan(office: PostOffice, mail: Mail) -> None:
    """A company's scanner opens the mail and follows every link at once."""
    sent = _sent(mail)
    office.tell(mail, list(wire.scanned(sent, office.clock.unix(), links(mail) if sent.tracks_clicks else ())))


def links(mail: Mail) -> list[str]:
    """The links of a mail from top to bottom: of its HTML, else of its text. One that says so is not tracked."""
    html = html_text(mail.parsed)
    if not html:
        return HREF.findall(plain_text(mail.parsed))
    reader = _Links()
    reader.feed(html)
    return reader.tracked


def defer(office: PostOffice, mail: Mail, attempt: int = 1) -> None:
    """The recipient's server asks to come again."""
    office.tell(mail, [wire.deferred(_sent(mail), office.clock.unix(), attempt)])


def arrive(office: PostOffice, mail: Mail) -> None:
    """A mail that was kept waiting is delivered after all."""
    mail.arrived = True
    office.tell(mail, [wire.delivered(_sent(mail), office.clock.unix())])


def bounce(office: PostOffice, mail: Mail, *, blocked: bool = False) -> None:
    """It comes back after it seemed delivered: hard, after which the account delivers there no more, or blocked."""
    sent = _sent(mail)
    mail.arrived = False
    if not blocked:
        office.account.suppressed[mail.box] = "Bounced Address"
    office.tell(mail, [wire.bounce(sent, office.clock.unix(), blocked=blocked, late=True)])


def drop(office: PostOffice, mail: Mail, reason: str = "Bounced Address") -> None:
    """SendGrid says it never sent it."""
    mail.arrived = False
    office.tell(mail, [wire.dropped(_sent(mail), office.clock.unix(), reason)])


def report_spam(office: PostOffice, mail: Mail) -> None:
    """Press "Report spam"; the account delivers there no more."""
    office.account.suppressed[mail.box] = "Spam Reporting Address"
    office.tell(mail, [wire.simple(_sent(mail), "spamreport", office.clock.unix())])


def unsubscribe(office: PostOffice, mail: Mail, way: UnsubscribeWay = "header") -> int:
    """Unsubscribe: by the mail program's button (RFC 8058), on the page, or in SendGrid's own two ways.

    Returns the status of the last answer, 0 where no page was asked.
    """
    if way in ("sendgrid", "group"):
        _unsubscribe_at_sendgrid(office, mail, way)
        return 0
    url = unsubscribe_url(mail)
    if not url:
        raise CannotDoMailError("this mail offers no address to unsubscribe at")
    status = _one_click(office, mail, url) if way == "header" else _on_the_page(office, url)
    mail.said.append(f"unsubscribed, answered {status}")
    office.touch()
    return status


def unsubscribe_url(mail: Mail) -> str:
    """The web address of List-Unsubscribe, empty where there is none."""
    offered = re.findall(r"<(https?://[^<>\s]+)>", str(mail.parsed["List-Unsubscribe"] or ""))
    return offered[0] if offered else ""


def _unsubscribe_at_sendgrid(office: PostOffice, mail: Mail, way: UnsubscribeWay) -> None:
    sent, now = _sent(mail), office.clock.unix()
    office.account.suppressed[mail.box] = "Unsubscribed Address"
    if way == "group":
        group = DEFAULT_GROUP if sent.asm_group_id is None else sent.asm_group_id
        office.tell(mail, [wire.of_group(sent, "group_unsubscribe", now, group)])
    else:
        office.tell(mail, [wire.simple(sent, "unsubscribe", now)])


def _one_click(office: PostOffice, mail: Mail, url: str) -> int:
    if "one-click" not in str(mail.parsed["List-Unsubscribe-Post"] or "").lower():
        raise CannotDoMailError("this mail does not allow to unsubscribe with one click")
    form = {"List-Unsubscribe": "One-Click"}
    return _http("POST", office.resolve(url), fields=form).status


def _on_the_page(office: PostOffice, url: str) -> int:
    address = office.resolve(url)
    page = _http("GET", address)
    reader = _Form()
    reader.feed(page.data.decode("utf-8", "replace"))
    if page.status != 200 or reader.action is None:
        raise CannotDoMailError(f"the page to unsubscribe answered {page.status} and shows no form")
    return _http("POST", office.resolve(urljoin(address, reader.action or address)), fields=reader.fields).status


def _http(method: str, url: str, fields: dict[str, str] | None = None) -> urllib3.BaseHTTPResponse:
    form = {"Content-Type": "application/x-www-form-urlencoded"} if fields is not None else {}
    body = urlencode(fields) if fields is not None else None
    return urllib3.request(method, url, body=body, headers=form, redirect=False, timeout=HTTP_SECONDS, retries=False)


# -- writing --------------------------------------------------------------------------------------------------------


def answer(
    office: PostOffice,
    mail: Mail,
    text: str,
    *,
    sender: str = "",
    language: str = "en",
    style: Style = "gmail",
    html: str = "",
    attachments: Sequence[Attachment] = (),
    charset: str = "utf-8",
    proof: Proof = Proof(),
    to: str = "",
) -> Mail:
    """Reply to a mail, from its own mailbox or from another address."""
    writer = sender or person_of(mail)
    letter = reply(mail.parsed, writer, text, language=language, style=style)
    letter = replace(letter, html=html, attachments=tuple(attachments), charset=charset, to=to or letter.to)
    mail.read = True
    mail.said.append("replied")
    return write(office, letter, proof=proof, box=mail.box if not sender else "")


def write(office: PostOffice, letter: Letter, *, proof: Proof = Proof(), box: str = "") -> Mail:
    """Send a mail as anybody, to anybody."""
    message = draft(letter, office.clock.now())
    own = parseaddr(letter.sender)[1].lower()
    return office.send(box or own, message, Envelope(recipients(message), own, proof.spf, proof.dkim))


def be_away(office: PostOffice, mail: Mail, until: date | None = None, language: str = "en") -> Mail:
    """The mailbox answers by itself that nobody is there."""
    letter = out_of_office(mail.parsed, person_of(mail), until, language)
    message = draft(letter, office.clock.now())
    mail.said.append("away")
    return office.send(mail.box, message, Envelope(recipients(message), ""))


def return_to_sender(office: PostOffice, mail: Mail) -> Mail:
    """The recipient's server writes that it could not deliver: a mail, not an event."""
    message = delivery_notice(mail.parsed, mail.box, office.clock.now())
    mail.said.append("returned")
    return office.send(mail.box, message, Envelope(recipients(message), ""))


def person_of(mail: Mail) -> str:
    """Whose mailbox a mail is in, with the name it was written to."""
    named = mail.parsed["To"].addresses if mail.parsed["To"] is not None else ()
    return next((str(one) for one in named if one.addr_spec.lower() == mail.box), mail.box)


def _sent(mail: Mail) -> Sent:
    if mail.sent is None:
        raise CannotDoMailError("this mail was not sent by the app")
    return mail.sent


class _Links(HTMLParser):
    """The links of a mail in their order, except those SendGrid is asked not to track."""

    def __init__(self) -> None:
        super().__init__()
        self.tracked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a link's address."""
        found = dict(attrs)
        url = found.get("href") or ""
        if tag == "a" and url.startswith(("http://", "https://")) and found.get("clicktracking") != "off":
            self.tracked.append(url)


class _Form(HTMLParser):
    """The first form of a page that is sent by POST: where to, and what it sends without anything typed."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the form, its hidden fields, and its first button."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None and found.get("method", "").lower() == "post":
            self.action, self._inside = found.get("action", ""), True
        elif self._inside and tag in ("input", "button") and found.get("name"):
            self.fields.setdefault(found["name"], found.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """The form ends."""
        if tag == "form":
            self._inside = False
