"""Inbound Parse's posts, raw and parsed, as SendGrid writes them: one constant boundary, each field in its charset.

Compared with genuine captures. `dkim` is not JSON; `charsets`, `envelope`, `attachment-info` and `content-ids` are.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr

from sandbox.mail.composing import WIRE
from sandbox.mail.writing import html_text, plain_text

BOUNDARY = "xYzZY"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"
SENDER_IP = "198.51.100.25"


@dataclass(frozen=True)
class Envelope:
    """What the SMTP conversation said, and what was found out about the sender."""

    to: Sequence[str]
    sender: str
    """Empty for bounces and notes of absence."""
    spf: str = "pass"
    dkim: str = ""
    """As the field has it; empty lets the sender's own domain pass."""

    def dkim_field(self, message: EmailMessage) -> str:
        """`{@example.com : pass}`, or `none`."""
        if self.dkim:
            return self.dkim
        return f"{{@{parseaddr(str(message['From']))[1].rpartition('@')[2]} : pass}}"

    def json(self) -> str:
        """The `envelope` field."""
        return json.dumps({"to": list(self.to), "from": self.sender}, separators=(",", ":"))


@dataclass(frozen=True)
class Field:
    """One part of the form. With a file name it is a file."""

    name: str
    value: bytes
    filename: str = ""
    content_type: str = ""


def raw_post(message: EmailMessage, envelope: Envelope) -> bytes:
    """A post with the whole mail in the field `email`."""
    charsets = {name: "UTF-8" for name in ("to", "cc", "subject", "from") if message[name] or name != "cc"}
    fields = [
        _field("dkim", envelope.dkim_field(message)),
        Field("email", message.as_bytes(policy=WIRE)),
        *_addressing(message),
        _field("sender_ip", SENDER_IP),
        _field("envelope", envelope.json()),
        _field("subject", str(message["Subject"] or "")),
        _field("charsets", json.dumps(charsets, separators=(",", ":"))),
        _field("SPF", envelope.spf),
    ]
    return form(fields)


def parsed_post(message: EmailMessage, envelope: Envelope) -> bytes:
    """A post with the mail taken apart; text and HTML are in the charsets the mail has them in."""
    charsets = {"to": "UTF-8", "subject": "UTF-8", "from": "UTF-8"} | ({"cc": "UTF-8"} if message["Cc"] else {})
    bodies = list(_bodies(message))
    charsets |= {name: charset for name, charset, _ in bodies}
    files = list(_files(message))
    fields = [
        _field("headers", _headers(message)),
        _field("dkim", envelope.dkim_field(message)),
        *_addressing(message),
        *(Field(name, value) for name, _, value in bodies),
        _field("sender_ip", SENDER_IP),
        _field("envelope", envelope.json()),
        _field("attachments", str(len(files))),
        _field("subject", str(message["Subject"] or "")),
        *_listing(files),
        _field("charsets", json.dumps(charsets, separators=(",", ":"))),
        _field("SPF", envelope.spf),
        *files,
    ]
    return form(fields)


def form(fields: Sequence[Field]) -> bytes:
    """A form's body with CRLF line ends and SendGrid's boundary."""
    parts = []
    for one in fields:
        disposition = f'form-data; name="{one.name}"'
        if one.filename:
            disposition += f'; filename="{one.filename}"'
        head = f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n"
        if one.content_type:
            head += f"Content-Type: {one.content_type}\r\n"
        parts.append(head.encode() + b"\r\n" + one.value + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def _field(name: str, value: str) -> Field:
    return Field(name, value.encode())


def _addressing(message: EmailMessage) -> Iterator[Field]:
    for name in ("To", "Cc", "From"):
        if message[name]:
            yield _field(name.lower(), str(message[name]))


def _headers(message: EmailMessage) -> str:
    raw = message.as_bytes(policy=WIRE).partition(b"\r\n\r\n")[0]
    return raw.decode("ascii", "replace").replace("\r\n", "\n") + "\n"


def _bodies(message: EmailMessage) -> Iterator[tuple[str, str, bytes]]:
    for name, kind, reading in (("text", "plain", plain_text), ("html", "html", html_text)):
        part = message.get_body((kind,))
        if part is not None:
            charset = str(part.get_content_charset() or "us-ascii")
            yield name, charset, (reading(message) + "\n").encode(charset, "replace")


def _files(message: EmailMessage) -> Iterator[Field]:
    for nth, part in enumerate(message.iter_attachments(), start=1):
        content = part.get_payload(decode=True)
        yield Field(
            f"attachment{nth}",
            content if isinstance(content, bytes) else b"",
            part.get_filename() or f"attachment{nth}",
            part.get_content_type(),
        )


def _listing(files: Sequence[Field]) -> Iterator[Field]:
    if files:
        info = {one.name: {"filename": one.filename, "name": one.filename, "type": one.content_type} for one in files}
        yield _field("attachment-info", json.dumps(info, ensure_ascii=False, separators=(",", ":")))
