"""What `POST /v3/mail/send` refuses, in SendGrid's words where they are published.

Source: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors, the limits beside it, and what people were
answered (sendgrid-nodejs issues 288 and 351 for custom arguments that are no strings).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sandbox.jsons import JsonObject, as_list, as_object, as_objects, as_text

HELP = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message."
RECIPIENTS_MAX = 1000
CUSTOM_ARGS_MAX_BYTES = 10_000
CATEGORIES_MAX, CATEGORY_MAX_LENGTH = 10, 255
SEND_AT_MAX_SECONDS = 72 * 3600
RESERVED_HEADERS = frozenset(
    (
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    )
)
ADDRESS = re.compile(r"[^@\s<>,;\"]{1,64}@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]{2,}", re.ASCII)
BAD_REQUEST: JsonObject = {"message": "Bad Request", "field": None, "help": None}
TYPES: dict[str, type | tuple[type, ...]] = {
    "personalizations": list,
    "from": dict,
    "reply_to": dict,
    "reply_to_list": list,
    "subject": str,
    "content": list,
    "attachments": list,
    "template_id": str,
    "headers": dict,
    "categories": list,
    "custom_args": dict,
    "send_at": int,
    "batch_id": str,
    "asm": dict,
    "ip_pool_name": str,
    "mail_settings": dict,
    "tracking_settings": dict,
}
NAMES = {list: "array", dict: "object", str: "string", int: "integer", bool: "boolean", float: "number"}


@dataclass(frozen=True)
class Problem:
    """One entry of `errors`."""

    message: str
    field: str | None
    rule: str = ""
    """Which of the published errors it is, for the `help` link; empty gives none."""

    def wire(self) -> JsonObject:
        """As the answer shows it."""
        return {"message": self.message, "field": self.field, "help": HELP + self.rule if self.rule else None}


def problems_of(body: JsonObject, now: float) -> list[JsonObject]:
    """Everything that is wrong with a request, as the answer's `errors`; nothing where it can be sent.

    `now`: unix seconds, for `send_at`.
    """
    if _bad_strings(body):
        return [BAD_REQUEST]
    wrong_types = [problem.wire() for problem in _types(body)]
    if wrong_types:
        return wrong_types
    checks: tuple[Callable[[JsonObject], Iterator[Problem]], ...] = (
        _personalizations,
        _sender,
        _subject,
        _content,
        _headers,
        _custom_args,
        _categories,
        _reply_to,
        _attachments,
        _settings,
    )
    found = [problem for check in checks for problem in check(body)]
    return [problem.wire() for problem in (*found, *_send_at(body, now))]


def _bad_strings(body: JsonObject) -> bool:
    """Custom arguments and headers that are no strings are answered with nothing but "Bad Request"."""
    places = [body, *as_objects(body.get("personalizations"))]
    maps = [place.get(name) for place in places for name in ("custom_args", "headers")]
    return any(isinstance(found, dict) and not all(isinstance(v, str) for v in found.values()) for found in maps)


def _types(body: JsonObject) -> Iterator[Problem]:
    for name, value in body.items():
        wanted = TYPES.get(name)
        if wanted is None or (isinstance(value, wanted) and not (wanted is int and isinstance(value, bool))):
            continue
        expected = NAMES[wanted if isinstance(wanted, type) else wanted[0]]
        given = "null" if value is None else NAMES.get(type(value), "string")
        yield Problem(f"Invalid type. Expected: {expected}, given: {given}.", name, name)


def _personalizations(body: JsonObject) -> Iterator[Problem]:
    given = as_list(body.get("personalizations"))
    if not given:
        message = "The personalizations field is required and must have at least one personalization."
        yield Problem(message, "personalizations", "personalizations")
        return
    if len(given) > RECIPIENTS_MAX:
        yield Problem(
            f"The personalization block is limited to 1000 personalizations per API request. You have provided "
            f"{len(given)} personalizations. Please consider splitting this into multiple requests and resending "
            "your request.",
            "personalizations",
            "personalizations",
        )
    total = sum(len(as_list(as_object(one).get(kind))) for one in given for kind in ("to", "cc", "bcc"))
    if total > RECIPIENTS_MAX:
        message = "There is a limit of 1000 total recipients (to + cc + bcc) per request."
        yield Problem(message, "personalizations", "personalizations")
    for nth, one in enumerate(given):
        yield from _recipients(f"personalizations.{nth}", as_object(one))


def _recipients(place: str, one: JsonObject) -> Iterator[Problem]:
    if not as_list(one.get("to")):
        message = (
            "The to array is required for all personalization objects, and must have at least one email object with "
            "a valid email address."
        )
        yield Problem(message, f"{place}.to", "personalizations.to")
    seen: set[str] = set()
    for kind in ("to", "cc", "bcc"):
        for nth, found in enumerate(as_list(one.get(kind))):
            address = as_text(as_object(found).get("email"))
            if not ADDRESS.fullmatch(address):
                where = f"{place}.{kind}.{nth}.email"
                yield Problem("Does not contain a valid address.", where, f"personalizations.{kind}")
            elif address.lower() in seen:
                message = (
                    "Each email address in the personalization block should be unique between to, cc, and bcc. We "
                    f"found the first duplicate instance of [{address}] in the {place}.{kind} field."
                )
                yield Problem(message, place, "recipient-errors")
                return
            seen.add(address.lower())


def _sender(body: JsonObject) -> Iterator[Problem]:
    address = as_text(as_object(body.get("from")).get("email"))
    if not address:
        message = (
            "The from object must be provided for every email send. It is an object that requires the email "
            'parameter, but may also contain a name parameter.  e.g. {"email" : "example@example.com"}  or '
            '{"email" : "example@example.com", "name" : "Example Recipient"}.'
        )
        yield Problem(message, "from.email", "from")
    elif not ADDRESS.fullmatch(address):
        yield Problem("The from email does not contain a valid address.", "from.email", "from")


def _subject(body: JsonObject) -> Iterator[Problem]:
    per_person = as_objects(body.get("personalizations"))
    everywhere = bool(per_person) and all(as_text(one.get("subject")) for one in per_person)
    if not (as_text(body.get("subject")) or everywhere or body.get("template_id")):
        message = (
            "The subject is required. You can get around this requirement if you use a template with a subject "
            "defined or if every personalization has a subject defined."
        )
        yield Problem(message, "subject", "subject")


def _content(body: JsonObject) -> Iterator[Problem]:
    given = as_list(body.get("content"))
    if not given and not body.get("template_id"):
        message = (
            "Unless a valid template_id is provided, the content parameter is required. There must be at least one "
            "defined content block. We typically suggest both text/plain and text/html blocks are included, but only "
            "one block is required."
        )
        yield Problem(message, "content", "content")
    kinds = [as_text(as_object(one).get("type")) for one in given]
    for nth, one in enumerate(given):
        kind, value = kinds[nth], as_object(one).get("value")
        if not isinstance(value, str) or not value:
            message = "The content value must be a string at least one character in length."
            yield Problem(message, f"content.{nth}.value", "content.value")
        if not kind or ";" in kind or "\r" in kind or "\n" in kind:
            message = "The content type must be a string at least one character in length, without ';' or CRLF."
            yield Problem(message, f"content.{nth}.type", "content.type")
    order = sorted(kinds, key=lambda kind: {"text/plain": 0, "text/html": 1}.get(kind, 2))
    if kinds != order:
        message = (
            "If present, text/plain must be first, followed by text/html, followed by any other content-types that "
            "you would like to include."
        )
        yield Problem(message, "content", "content")


def _headers(body: JsonObject) -> Iterator[Problem]:
    for place, found in _both_levels(body, "headers"):
        for name in found:
            if name.lower() in RESERVED_HEADERS:
                message = f"The header {name!r} can not be one of the reserved keys."
                yield Problem(message, f"{place}.{name}", "headers")
            elif not name.isascii() or not name or any(letter in name for letter in " :\r\n"):
                yield Problem("Header names must be ASCII and without spaces.", f"{place}.{name}", "headers")
            elif "\r" in as_text(found[name]) or "\n" in as_text(found[name]):
                yield Problem("Header values must not contain line breaks.", f"{place}.{name}", "headers")


def _custom_args(body: JsonObject) -> Iterator[Problem]:
    common = as_object(body.get("custom_args"))
    for nth, one in enumerate(as_objects(body.get("personalizations"))):
        merged = {**common, **as_object(one.get("custom_args"))}
        size = sum(len(key.encode()) + len(as_text(value).encode()) for key, value in merged.items())
        if size > CUSTOM_ARGS_MAX_BYTES:
            message = "The combined total size of custom args must be less than 10,000 bytes."
            yield Problem(message, f"personalizations.{nth}.custom_args", "personalizations.custom_args")


def _categories(body: JsonObject) -> Iterator[Problem]:
    given = as_list(body.get("categories"))
    if len(given) > CATEGORIES_MAX:
        yield Problem("You cannot have more than 10 categories per request.", "categories", "categories")
    for nth, one in enumerate(given):
        if not isinstance(one, str) or len(one) > CATEGORY_MAX_LENGTH:
            message = "Each category must be a string of at most 255 characters."
            yield Problem(message, f"categories.{nth}", "categories")


def _reply_to(body: JsonObject) -> Iterator[Problem]:
    if "reply_to" in body and "reply_to_list" in body:
        message = "The reply_to and reply_to_list fields may not be used together."
        yield Problem(message, "reply_to", "reply_to")
    lists = [*as_list(body.get("reply_to_list"))] + ([body["reply_to"]] if "reply_to" in body else [])
    for one in lists:
        if not ADDRESS.fullmatch(as_text(as_object(one).get("email"))):
            yield Problem("The reply_to email does not contain a valid address.", "reply_to.email", "reply_to")


def _attachments(body: JsonObject) -> Iterator[Problem]:
    for nth, one in enumerate(as_list(body.get("attachments"))):
        found = as_object(one)
        if not as_text(found.get("content")):
            message = "The attachment content must be a base64 encoded string, at least one character in length."
            yield Problem(message, f"attachments.{nth}.content", "attachments.content")
        if not as_text(found.get("filename")):
            message = "The filename of the attachment must be a string of at least one character."
            yield Problem(message, f"attachments.{nth}.filename", "attachments.filename")


def _settings(body: JsonObject) -> Iterator[Problem]:
    for group in ("mail_settings", "tracking_settings"):
        for name, found in as_object(body.get(group)).items():
            flag = as_object(found).get("enable")
            if flag is not None and not isinstance(flag, bool):
                message = f"Invalid type. Expected: boolean, given: {NAMES.get(type(flag), 'string')}."
                yield Problem(message, f"{group}.{name}.enable", f"{group}.{name}")


def _send_at(body: JsonObject, now: float) -> Iterator[Problem]:
    at = body.get("send_at")
    if isinstance(at, int) and at > now + SEND_AT_MAX_SECONDS:
        yield Problem("The send_at time cannot be more than 72 hours in the future.", "send_at", "send_at")


def _both_levels(body: JsonObject, name: str) -> Iterator[tuple[str, JsonObject]]:
    yield name, as_object(body.get(name))
    for nth, one in enumerate(as_objects(body.get("personalizations"))):
        yield f"personalizations.{nth}.{name}", as_object(one.get(name))
