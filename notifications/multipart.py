"""A posted form (multipart/form-data, RFC 7578) taken apart as bytes: each field is in a charset of its own.

No part is looked into: a file that says it is a mail or a form itself stays bytes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from types import MappingProxyType

PARTS_MAX = 200
"""A mail with more attachments than this is not read further."""
HEAD_MAX = 16_384
"""Bytes of a part's own headers."""


class NotAForm(Exception):
    """The body is no form with fields."""


@dataclass(frozen=True)
class Upload:
    """A file as it was posted. `name` as the sender called it."""

    field: str
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class PostedForm:
    """Fields by their names in lower case, the first of each; and which ones came more than once."""

    fields: Mapping[str, bytes]
    files: tuple[Upload, ...]
    repeated: frozenset[str]
    cut: bool = False
    """It had more parts than are read."""


def take_apart(content_type: str, body: bytes) -> PostedForm:
    """The fields and files of a form. Raises NotAForm."""
    fields: dict[str, bytes] = {}
    files: list[Upload] = []
    repeated: set[str] = set()
    parts, cut = _parts(_boundary(content_type), body)
    for head, content in parts:
        name, filename = _text(head.get_param("name", header="content-disposition")), head.get_filename()
        if filename is not None:
            files.append(Upload(name, _text(filename), head.get_content_type(), content))
        elif name.lower() in fields:
            repeated.add(name.lower())
        else:
            fields[name.lower()] = content
    if not fields:
        raise NotAForm("no field")
    return PostedForm(MappingProxyType(fields), tuple(files), frozenset(repeated), cut)


def _boundary(content_type: str) -> bytes:
    head = Message()
    head["Content-Type"] = re.sub(r"[\r\n]", " ", content_type)
    boundary = _text(head.get_param("boundary"))
    if head.get_content_type() != "multipart/form-data" or not boundary:
        raise NotAForm("no boundary")
    return boundary.encode("utf-8", "replace")


def _parts(boundary: bytes, body: bytes) -> tuple[list[tuple[Message, bytes]], bool]:
    """Each part's headers and content. What follows the closing delimiter is not read."""
    parts: list[tuple[Message, bytes]] = []
    delimiter = b"\r\n--" + boundary
    body = b"\r\n" + body
    here = _delimiter(body, delimiter, 0)
    while here is not None and not here.closing:
        if len(parts) >= PARTS_MAX:
            return parts, True
        following = _delimiter(body, delimiter, here.behind - 2)
        piece = body[here.behind : following.at if following is not None else len(body)]
        head, found, content = piece.partition(b"\r\n\r\n")
        if found and len(head) <= HEAD_MAX:
            parts.append((message_from_bytes(head + b"\r\n\r\n"), content))
        here = following
    return parts, False


@dataclass(frozen=True)
class _Delimiter:
    at: int
    behind: int
    """Where what follows it begins."""
    closing: bool


def _delimiter(body: bytes, delimiter: bytes, start: int) -> _Delimiter | None:
    at = body.find(delimiter, start)
    while at >= 0:
        behind = at + len(delimiter)
        if body[behind : behind + 2] == b"--":
            return _Delimiter(at, behind, closing=True)
        line = body.find(b"\r\n", behind)
        if line >= 0 and not body[behind:line].strip(b" \t"):
            return _Delimiter(at, line + 2, closing=False)
        # A longer line that only begins like the delimiter is somebody's text.
        at = body.find(delimiter, behind)
    return None


def _text(value: object) -> str:
    """A header's parameter, which may come as RFC 2231 has it."""
    if isinstance(value, tuple):
        charset, _, text = value
        try:
            return str(text).encode("latin-1", "replace").decode(str(charset or "utf-8"), "replace")
        except LookupError:
            return str(text)
    return str(value or "")
