"""From what the app asked to send to a mail as it arrives: real MIME, with SendGrid's own headers."""

import base64
import binascii
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache

from sandbox.jsons import JsonObject, as_object, as_objects, as_text, is_true
from sandbox.mail.model import Sent

READ_HEADERS = 4096


class KnownHeaders(HeaderRegistry):
    """Takes a header apart once, and not anew each time a message is asked for it."""

    def __init__(self) -> None:
        super().__init__()
        self._read = lru_cache(READ_HEADERS)(super().__call__)

    def __call__(self, name: str, value: object) -> BaseHeader:
        """The header; what is not text yet (addresses) is taken apart by the library alone."""
        return self._read(name, value) if isinstance(value, str) else super().__call__(name, value)


_KNOWN = KnownHeaders()
DRAFT = policy.SMTP.clone(header_factory=_KNOWN)
WIRE = DRAFT.clone(max_line_length=998)
"""How mails travel: CRLF line ends; header lines in one piece, since folding would tear long Message-IDs."""
READ = policy.default.clone(max_line_length=998, header_factory=_KNOWN)
"""How they are read, long Message-IDs in one piece too."""
DROPPED_HEADERS = frozenset(("message-id", "date", "mime-version"))
"""SendGrid sets these itself, whatever it is given."""


@dataclass(frozen=True)
class Made:
    """A mail to one person, ready to arrive."""

    sent: Sent
    raw: bytes


def new_provider_id() -> str:
    """22 characters, as `X-Message-Id`."""
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")


def make_mails(body: JsonObject, provider_id: str, at: datetime) -> list[Made]:
    """One mail for each recipient of each personalization of a request that was found good; `at`: when it was taken."""
    made: list[Made] = []
    for one in as_objects(body.get("personalizations")):
        message = _message(body, one, provider_id, at)
        for kind in ("to", "cc", "bcc"):
            for person in as_objects(one.get(kind)):
                sent = _sent(body, one, provider_id, len(made), as_text(person.get("email")))
                made.append(Made(sent, message.as_bytes(policy=WIRE)))
    return made


def _sent(body: JsonObject, one: JsonObject, provider_id: str, index: int, to: str) -> Sent:
    tracking = as_object(body.get("tracking_settings"))
    group = as_object(body.get("asm")).get("group_id")
    return Sent(
        provider_id=provider_id,
        message_id=message_id_of(provider_id),
        sg_message_id=f"{provider_id}.recvd-7d5f8c6b9c-8x2xk-1-{provider_id.encode().hex()[:8].upper()}-{index}.0",
        index=index,
        to=to,
        custom_args={**as_object(body.get("custom_args")), **as_object(one.get("custom_args"))},
        categories=tuple(as_text(name) for name in _list(body.get("categories"))),
        # Both are on unless the account or the mail says otherwise.
        tracks_opens=_enabled(tracking, "open_tracking"),
        tracks_clicks=_enabled(tracking, "click_tracking"),
        asm_group_id=group if isinstance(group, int) else None,
        send_at=_number(one.get("send_at")) or _number(body.get("send_at")),
    )


def message_id_of(provider_id: str) -> str:
    """The Message-ID of a mail SendGrid sends: `smtp-id` of its events."""
    return f"<{provider_id}@geopod-ismtpd-{provider_id.encode()[0] % 40}>"


def _enabled(settings: JsonObject, name: str) -> bool:
    found = as_object(settings.get(name)).get("enable")
    return True if found is None else is_true(found)


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _message(body: JsonObject, one: JsonObject, provider_id: str, at: datetime) -> EmailMessage:
    message = EmailMessage(policy=DRAFT)
    message["Received"] = f"by geopod-ismtpd-1 with SMTP id {provider_id}; {format_datetime(at)}"
    message["Date"] = format_datetime(at)
    message["From"] = address(as_object(one.get("from")) or as_object(body.get("from")))
    message["Message-ID"] = message_id_of(provider_id)
    message["Subject"] = as_text(one.get("subject")) or as_text(body.get("subject"))
    message["To"] = [address(person) for person in as_objects(one.get("to"))]
    if one.get("cc"):
        message["Cc"] = [address(person) for person in as_objects(one.get("cc"))]
    reply_to = as_objects(body.get("reply_to_list")) or [as_object(body.get("reply_to"))]
    if as_text(reply_to[0].get("email")):
        message["Reply-To"] = [address(person) for person in reply_to]
    for name, value in {**as_object(body.get("headers")), **as_object(one.get("headers"))}.items():
        if name.lower() not in DROPPED_HEADERS:
            message[name] = as_text(value)
    message["X-SG-EID"] = base64.b64encode(provider_id.encode() * 3).decode()
    _contents(message, body)
    return message


def _contents(message: EmailMessage, body: JsonObject) -> None:
    parts = {as_text(one.get("type")): as_text(one.get("value")) for one in as_objects(body.get("content"))}
    plain, html = parts.pop("text/plain", None), parts.pop("text/html", None)
    if plain is not None:
        message.set_content(plain, cte="quoted-printable")
    if html is not None:
        if plain is None:
            message.set_content(html, subtype="html", cte="quoted-printable")
        else:
            message.add_alternative(html, subtype="html", cte="quoted-printable")
    for kind, text in parts.items():
        message.add_alternative(text.encode(), *kind.split("/", 1))
    for one in as_objects(body.get("attachments")):
        main, _, sub = (as_text(one.get("type")) or "application/octet-stream").partition("/")
        message.add_attachment(
            decoded(as_text(one.get("content"))),
            maintype=main,
            subtype=sub or "octet-stream",
            filename=as_text(one.get("filename")),
            disposition="inline" if as_text(one.get("disposition")) == "inline" else "attachment",
            cid=f"<{as_text(one.get('content_id'))}>" if one.get("content_id") else None,
        )


def decoded(text: str) -> bytes:
    """Base64, as far as it goes."""
    try:
        return base64.b64decode(text)
    except binascii.Error:
        return b""


def address(person: JsonObject) -> Address:
    """A person as a header names them; letters no header can hold are left out."""
    name = re.sub(r"[\r\n]", " ", as_text(person.get("name")))
    return Address(display_name=name, addr_spec=as_text(person.get("email")))
