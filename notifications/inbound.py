"""A mail as SendGrid's Inbound Parse posts it, taken apart: parsed mode (a field for each thing) and raw mode (all of
the mail in one field). Every field is in a charset of its own; nothing is rendered, opened or trusted.

What cannot be read is left out and never a reason to refuse a mail: it would be lost.
"""

import hashlib
import json
import re
from codecs import lookup
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from types import MappingProxyType

from core.emails.replies import IncomingFile
from core.normalise import EMAIL_MAX, Unusable, multiline_text, name_text
from core.normalise import email as normalise_email
from notifications.mail_kinds import Facts
from notifications.multipart import PostedForm, Upload, take_apart

CRITICAL = frozenset({"envelope", "headers", "email", "spf", "dkim"})
"""Fields that say whose a mail is. One that comes twice was smuggled in by the mail's own text."""
TEXT_MAX = 100_000
"""Characters of a mail's text that are kept."""
MARKUP_BYTES = 2_000_000
HEADERS_BYTES = 256_000
SUBJECT_MAX = 500
FILES_MAX = 50
FILE_BYTES = 10 * 1024 * 1024
"""Of a file that is larger only name, type and size are kept."""
FILES_BYTES = 20 * 1024 * 1024
"""The same for all files of a mail together."""
FILE_NAME_MAX = 150
IDS_MAX = 50
PARTS_MAX = 500
RECIPIENTS_MAX = 50

_CHARSET = re.compile(
    r"(?:utf-?(?:8|16|32)(?:-?[bl]e)?|us-ascii|ascii|latin-?\d|iso[-_]?8859[-_]\d{1,2}(?:-[ei])?|(?:windows|cp)-?\d{3,4}"
    r"|koi8-[rut]|gb(?:2312|k|18030)|big5(?:-hkscs)?|shift[-_]jis|euc-(?:jp|kr)|iso-2022-(?:jp|kr)(?:-\d)?|tis-620"
    r"|mac[-_]?\w{1,12})",
    re.IGNORECASE,
)
"""Charsets that mails are in. Python knows further codecs, some of which are slow or no charsets at all."""
MEANT: Mapping[str, str] = MappingProxyType(
    {
        "iso8859-1": "windows-1252",
        "iso8859-9": "windows-1254",
        "iso8859-11": "cp874",
        "tis-620": "cp874",
        "gb2312": "gb18030",
        "gbk": "gb18030",
        "shift_jis": "cp932",
        "euc_kr": "cp949",
    }
)
"""What mail programs write under a narrower name, by Python's name of that (encoding.spec.whatwg.org, "Names and
labels"): read as they say, the euro sign and curly quotes of `iso-8859-1` are control characters.
"""
_NAMED = (re.compile("^windows-?"), re.compile("-[ei]$"))
"""What Python calls otherwise: it knows `windows-874` as cp874 alone, and Hebrew's `iso-8859-8-i`, which says in which
order the letters stand, without its ending.
"""
ADDRESSED = frozenset({"from", "to", "cc", "delivered-to", "x-original-to"})
"""Headers that hold addresses."""
_ID = re.compile(r"<[^<>\s]{1,250}>")
_LOOSE_ID = re.compile(r"<\s*([^<>]{1,250}?)\s*>")
_QUOTING = re.compile(r'["\\]')
_ANGLED = re.compile(r"<([^<>\s]{1,250}@[^<>\s]{1,250})>")
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,80}", re.IGNORECASE)


@dataclass(frozen=True)
class Arrived:
    """A mail that came in, in the form all else is read from."""

    key: str
    """What makes it one: the same mail posted again has the same."""
    facts: Facts
    recipients: tuple[str, ...]
    """The envelope's first, then those of its headers."""
    from_address: str
    from_name: str
    subject: str
    message_id: str
    thread_ids: tuple[str, ...]
    text: str
    """Empty where there is only `html`."""
    html: str
    files: tuple[IncomingFile, ...]
    dkim: str
    spf: str
    suspicious: bool
    """Some of it may not be what it says: a critical field came twice."""


@dataclass(frozen=True)
class _Content:
    text: str = ""
    html: str = ""
    files: tuple[IncomingFile, ...] = ()
    report: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    broken: bool = False


def read_mail(content_type: str, body: bytes) -> Arrived:
    """The mail in a post of the webhook. Raises multipart.NotAForm."""
    form = take_apart(content_type, body)
    charsets = _charsets(form)
    raw = form.fields.get("email")
    content = _from_raw(raw) if raw is not None else _from_fields(form, charsets)
    headers = content.headers
    envelope_to, envelope_from = _envelope(form)
    sender = headers.get("from") or _field(form, charsets, "from")
    from_name, from_address = _sender(sender, envelope_from or "")
    subject = name_text(headers.get("subject") or _field(form, charsets, "subject"))[:SUBJECT_MAX]
    message_id = _message_id(headers.get("message-id", ""))
    thread = _thread(headers)
    listed = [headers.get(name, "") for name in ("to", "cc", "delivered-to", "x-original-to")]
    recipients = _addresses([*envelope_to, *listed, _field(form, charsets, "to"), _field(form, charsets, "cc")])
    facts = Facts(headers, subject, from_address, envelope_from, content.report, answers=bool(thread))
    return Arrived(
        key=_key(envelope_to or recipients, message_id, body),
        facts=facts,
        recipients=recipients,
        from_address=from_address,
        from_name=from_name,
        subject=subject,
        message_id=message_id,
        thread_ids=thread,
        text=multiline_text(content.text[:TEXT_MAX]),
        html=content.html,
        files=content.files,
        dkim=_field(form, charsets, "dkim"),
        spf=_field(form, charsets, "spf"),
        suspicious=bool(form.repeated & CRITICAL) or form.cut or content.broken,
    )


# -- fields ---------------------------------------------------------------------------------------------------------


def _charsets(form: PostedForm) -> Mapping[str, str]:
    found = _json(form.fields.get("charsets", b""))
    return {str(name).lower(): value for name, value in found.items() if isinstance(value, str)}


def _field(form: PostedForm, charsets: Mapping[str, str], name: str, limit: int = MARKUP_BYTES) -> str:
    return decoded(form.fields.get(name, b"")[:limit], charsets.get(name, "utf-8")).strip("\r\n")


def decoded(data: bytes, charset: str) -> str:
    """Bytes as text, in the charset they say they are in; in UTF-8 or Windows' Western one where they lie."""
    tries = _readings(charset.strip())
    for candidate in [*tries, "utf-8"]:
        try:
            return data.decode(candidate)
        except UnicodeError:
            continue
    best = tries[0] if tries and tries[0] not in ("ascii", "utf-8") else "windows-1252"
    return data.decode(best, "replace")


def _readings(charset: str) -> list[str]:
    """Codecs to try for a charset, the best first; none for what is no charset, or one that Python does not know."""
    if not _CHARSET.fullmatch(charset):
        return []
    windows, ending = _NAMED
    try:
        known = lookup(ending.sub("", windows.sub("cp", charset.lower()))).name
    except LookupError:
        return []
    return [MEANT[known], known] if known in MEANT else [known]


def _envelope(form: PostedForm) -> tuple[tuple[str, ...], str | None]:
    """The SMTP recipients of our domain, and the SMTP sender; None where there is no envelope that can be read."""
    found = _json(form.fields.get("envelope", b""))
    to, sender = found.get("to"), found.get("from")
    recipients = tuple(one for one in to if isinstance(one, str)) if isinstance(to, list) else ()
    return recipients[:RECIPIENTS_MAX], sender.strip(" <>") if isinstance(sender, str) else None


def _json(data: bytes) -> dict[str, object]:
    try:
        found = json.loads(data[:HEADERS_BYTES])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


# -- headers --------------------------------------------------------------------------------------------------------


def _headers(message: Message) -> Mapping[str, str]:
    """The first of each header, decoded. Names in lower case."""
    found: dict[str, str] = {}
    for name, value in message.raw_items():
        lower = name.lower()
        found.setdefault(lower, _addressed(str(value)) if lower in ADDRESSED else _decoded_header(str(value)))
    return MappingProxyType(found)


def _addressed(value: str) -> str:
    """Addresses, each name decoded by itself: a name that holds a comma or an address stays one."""
    pairs = [(_decoded_header(name), address) for name, address in getaddresses([value]) if "@" in address]
    if not pairs:
        return _decoded_header(value)
    return ", ".join(f'"{_QUOTING.sub("", name)}" <{_decoded_header(address)}>' for name, address in pairs)


def _decoded_header(value: str) -> str:
    """RFC 2047 undone; bytes that are no ASCII read as UTF-8, as mail servers send them today."""
    try:
        parts = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    words = [
        decoded(part.encode("utf-8", "surrogateescape"), "utf-8")
        if isinstance(part, str)
        else decoded(part, charset if charset and charset != "unknown-8bit" else "utf-8")
        for part, charset in parts
    ]
    return " ".join("".join(words).split())


def _sender(header: str, envelope_from: str) -> tuple[str, str]:
    """Name and address; the address as it stands where it is no proper one."""
    named = [(name, address) for name, address in getaddresses([header[:2000]]) if "@" in address]
    if not named:  # a name with a bracket that nothing closes
        named = [(header[: found.start()], found[1]) for found in _ANGLED.finditer(header[:2000])]
    name, address = named[0] if named else ("", envelope_from)
    try:
        address = normalise_email(address)
    except Unusable:
        address = name_text(address).lower()[:EMAIL_MAX]
    return name_text(name)[:200], address


def _addresses(headers: list[str]) -> tuple[str, ...]:
    found = [name_text(address).lower() for _, address in getaddresses([one[:20_000] for one in headers if one])]
    return tuple(dict.fromkeys(one[:EMAIL_MAX] for one in found if "@" in one))[:RECIPIENTS_MAX]


def _message_id(header: str) -> str:
    found = _LOOSE_ID.search(header)
    return f"<{''.join(name_text(found[1]).split())}>" if found else ""


def _thread(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Message-IDs of the mails before it, oldest first."""
    found = _ID.findall(name_text(f"{headers.get('references', '')} {headers.get('in-reply-to', '')}"))
    return tuple(dict.fromkeys(found))[-IDS_MAX:]


def _key(recipients: tuple[str, ...], message_id: str, body: bytes) -> str:
    if not message_id:
        return hashlib.sha256(body).hexdigest()
    return hashlib.sha256("\n".join([*sorted(one.lower() for one in recipients), message_id]).encode()).hexdigest()


# -- parsed mode ----------------------------------------------------------------------------------------------------


def _from_fields(form: PostedForm, charsets: Mapping[str, str]) -> _Content:
    data = form.fields.get("headers", b"")[:HEADERS_BYTES]
    message = message_from_bytes(data.strip() + b"\r\n\r\n")
    told = _json(form.fields.get("attachment-info", b""))
    files = [_named(upload, told.get(upload.field)) for upload in form.files]
    return _Content(
        _field(form, charsets, "text"),
        _field(form, charsets, "html"),
        _kept(files),
        _report(message),
        _headers(message),
    )


def _named(upload: Upload, told: object) -> Upload:
    """A file under the name that `attachment-info` tells, which is in UTF-8 where the form's own may be garbled."""
    if not isinstance(told, dict):
        return upload
    name, kind = told.get("filename") or told.get("name"), told.get("type")
    return replace(
        upload,
        name=name if isinstance(name, str) else upload.name,
        content_type=kind if isinstance(kind, str) else upload.content_type,
    )


# -- raw mode -------------------------------------------------------------------------------------------------------


def _from_raw(raw: bytes) -> _Content:
    try:
        message = message_from_bytes(raw)
        texts, markups, files = _bodies(message)
    except (RecursionError, ValueError, AssertionError):
        # Built to break readers: what its headers say is kept, its text is not looked for.
        head = message_from_bytes(raw.partition(b"\r\n\r\n")[0][:HEADERS_BYTES] + b"\r\n\r\n")
        return _Content(headers=_headers(head), broken=True)
    return _Content("\n".join(texts).strip(), "\n".join(markups), _kept(files), _report(message), _headers(message))


def _report(message: Message) -> str:
    if message.get_content_type() != "multipart/report":
        return ""
    return str(message.get_param("report-type") or "").lower()


def _bodies(message: Message) -> tuple[list[str], list[str], list[Upload]]:
    texts: list[str] = []
    markups: list[str] = []
    files: list[Upload] = []
    for part in _leaves(message):
        kind, name = part.get_content_type(), part.get_filename()
        is_file = part.get_content_disposition() == "attachment" or name is not None
        if kind == "text/plain" and not is_file:
            texts.append(_text_of(part))
        elif kind == "text/html" and not is_file:
            markups.append(_text_of(part))
        elif is_file or part.get_content_maintype() not in ("text", "multipart", "message"):
            files.append(Upload("", _decoded_header(str(name or "")), kind, _payload(part)))
    return texts, markups, files


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something. A mail inside a mail counts as one part: its text is not the sender's."""
    waiting, seen = [message], 0
    while waiting and seen < PARTS_MAX:
        part = waiting.pop(0)
        seen += 1
        if part.is_multipart() and part.get_content_maintype() != "message":
            inner = part.get_payload()
            waiting[:0] = [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []
        else:
            yield part


def _payload(part: Message) -> bytes:
    if part.is_multipart():
        return part.as_bytes().partition(b"\n\n")[2]
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _text_of(part: Message) -> str:
    return decoded(_payload(part)[:MARKUP_BYTES], str(part.get_content_charset() or "utf-8"))


# -- files ----------------------------------------------------------------------------------------------------------


def _kept(uploads: list[Upload]) -> tuple[IncomingFile, ...]:
    """The files with names made harmless; contents as far as there is room for them."""
    kept: list[IncomingFile] = []
    room = FILES_BYTES
    for upload in uploads[:FILES_MAX]:
        size = len(upload.content)
        fits = size <= min(FILE_BYTES, room)
        room -= size if fits else 0
        kept.append(
            IncomingFile(
                file_name(upload.name),
                upload.content_type.lower() if _TYPE.fullmatch(upload.content_type) else "application/octet-stream",
                size,
                hashlib.sha256(upload.content).hexdigest(),
                upload.content if fits else None,
            )
        )
    return tuple(kept)


def file_name(name: str) -> str:
    """A file's name without folders, control characters and whatever else could mislead."""
    last = re.split(r"[/\\]", name_text(name))[-1].strip(" .")
    cleaned = re.sub(r'[<>:"|?*]', "_", last)
    if len(cleaned) > FILE_NAME_MAX:
        stem, dot, ending = cleaned.rpartition(".")
        cleaned = f"{stem[: FILE_NAME_MAX - 12]}{dot}{ending[:10]}" if dot else cleaned[:FILE_NAME_MAX]
    return cleaned or "attachment"
