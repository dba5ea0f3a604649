"""Posts of SendGrid's Inbound Parse, made for tests in its wire format; and the genuine ones."""

import json
from email.message import EmailMessage
from pathlib import Path

INBOUND = Path(__file__).parent / "sendgrid" / "inbound"
BOUNDARY = "xYzZY"
"""The one in every capture."""
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def genuine(name: str) -> bytes:
    """A captured post. Those kept with LF line ends get their CRLF back."""
    data = (INBOUND / name).read_bytes()
    return data if b"\r\n" in data else data.replace(b"\n", b"\r\n")


def part(name: str, value: str | bytes, charset: str = "utf-8", extra: str = "", headers: str = "") -> bytes:
    """One part of a form."""
    content = value.encode(charset) if isinstance(value, str) else value
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n{headers}\r\n'
    return head.encode() + content + b"\r\n"


def post(*parts: bytes) -> bytes:
    """A form of parts."""
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def parsed_post(
    *,
    to: str,
    sender: str = "Lena Fischer <lena@acme.example>",
    subject: str = "Re: Offer",
    text: str | None = "Dienstag passt.",
    html: str | None = None,
    headers: str = "",
    dkim: str = "{@acme.example : pass}",
    spf: str = "pass",
    envelope_from: str = "lena@acme.example",
    charsets: dict[str, str] | None = None,
    more: tuple[bytes, ...] = (),
) -> bytes:
    """A mail in parsed mode."""
    known = {"to": "UTF-8", "from": "UTF-8", "subject": "UTF-8", "text": "utf-8", "html": "utf-8", **(charsets or {})}
    head = f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <m-{len(text or '')}@acme.example>\r\n"
    parts = [
        part("headers", head + headers),
        part("dkim", dkim),
        part("to", to),
        part("from", sender),
        part("subject", subject, known["subject"]),
        part("envelope", json.dumps({"to": [to], "from": envelope_from})),
        part("charsets", json.dumps(known)),
        part("SPF", spf),
    ]
    if text is not None:
        parts.append(part("text", text, known["text"]))
    if html is not None:
        parts.append(part("html", html, known["html"]))
    return post(*parts, *more)


def raw_post(mail: EmailMessage | bytes, *, to: str, envelope_from: str = "lena@acme.example") -> bytes:
    """A mail in raw mode."""
    data = mail if isinstance(mail, bytes) else mail.as_bytes()
    return post(
        part("dkim", "{@acme.example : pass}"),
        part("email", data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")),
        part("to", to),
        part("envelope", json.dumps({"to": [to], "from": envelope_from})),
        part("charsets", '{"to":"UTF-8","subject":"UTF-8","from":"UTF-8"}'),
        part("SPF", "pass"),
    )
