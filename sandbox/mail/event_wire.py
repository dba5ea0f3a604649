"""Events in SendGrid's exact wire format: what the objects hold, and how a body is written so that it can be signed.

Compared with genuine captures: keys in the order of the alphabet, no spaces, events divided by a comma and CRLF, and
CRLF at the end of the body; both are part of what is signed.
"""

import base64
import json
import secrets
from collections.abc import Iterator, Sequence

from sandbox.jsons import JsonObject
from sandbox.mail.model import Sent

USER_ID = "19942112"
HUMAN = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
)
MACHINE = "Mozilla/5.0"
"""What Apple's privacy proxy calls itself."""
SCANNER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0 Safari/537.36"
HUMAN_IP, MACHINE_IP, SCANNER_IP, SENDING_IP = "203.0.113.24", "17.58.98.7", "198.51.100.9", "167.89.101.76"
MACHINE_KINDS = ("processed", "delivered", "bounce", "deferred", "dropped")
"""Kinds whose event id tells what they are about; those of acts of people are random."""
BOUNCE_REASON = "550 5.1.1 The email account that you tried to reach does not exist. - gsmtp"
BLOCK_REASON = (
    "552 5.2.2 The email account that you tried to reach is over quota and inactive. Please direct the recipient to "
    "https://support.google.com/mail/?p=OverQuotaPerm - gsmtp"
)


def event(sent: Sent, kind: str, at: float, **more: object) -> JsonObject:
    """One event of a mail at unix seconds; `more` are the fields of its kind, `smtp_id=False` leaves that out.

    Custom arguments come back at the top level, where a name SendGrid uses itself wins.
    """
    made: JsonObject = {**sent.custom_args}
    with_smtp_id = more.pop("smtp_id", True)
    made |= {
        "email": sent.to,
        "event": kind,
        "sg_event_id": event_id(kind, sent),
        "sg_message_id": sent.sg_message_id,
        "timestamp": int(at),
    }
    if with_smtp_id:
        made["smtp-id"] = sent.message_id
    if sent.categories:
        made["category"] = list(sent.categories)
    if sent.asm_group_id is not None:
        made["asm_group_id"] = sent.asm_group_id
    return made | more


def event_id(kind: str, sent: Sent) -> str:
    """`sg_event_id`: stable over repetitions of one event, and never that of another."""
    if kind not in MACHINE_KINDS:
        return base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
    nonce = f"{secrets.randbelow(10_000)}-" if kind == "deferred" else ""
    told = f"{kind}-{nonce}{USER_ID}-{sent.provider_id}-{sent.index}"
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def body_of(events: Sequence[JsonObject]) -> bytes:
    """A post's body, byte for byte as SendGrid writes it."""
    return ("[" + ",\r\n".join(_written(one) for one in events) + "]\r\n").encode()


def _written(one: JsonObject) -> str:
    return json.dumps(one, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


# -- the kinds ------------------------------------------------------------------------------------------------------


def processed(sent: Sent, at: float) -> JsonObject:
    """SendGrid took it and is about to deliver it."""
    return event(sent, "processed", at, send_at=sent.send_at)


def delivered(sent: Sent, at: float) -> JsonObject:
    """The recipient's server took it."""
    reply = f"250 2.0.0 OK  {int(at)} d75a77b69052e-43f0f4a6b0dsi4 - gsmtp"
    return event(sent, "delivered", at, response=reply, ip=SENDING_IP, tls=1)


def deferred(sent: Sent, at: float, attempt: int) -> JsonObject:
    """The recipient's server asked to come again; the number of the attempt is text."""
    return event(sent, "deferred", at, response="421 4.7.0 Try again later", attempt=str(attempt), ip=SENDING_IP, tls=0)


def bounce(sent: Sent, at: float, *, blocked: bool, late: bool = False) -> JsonObject:
    """It came back: for good, or blocked this time. A `late` one came as a mail, without the SMTP conversation."""
    told: JsonObject = (
        {"type": "blocked", "reason": BLOCK_REASON, "status": "5.2.2", "bounce_classification": "Mailbox Unavailable"}
        if blocked
        else {"type": "bounce", "reason": BOUNCE_REASON, "status": "5.1.1", "bounce_classification": "Invalid Address"}
    )
    if not late:
        told |= {"ip": SENDING_IP, "tls": 1}
    return event(sent, "bounce", at, smtp_id=not late, **told)


def dropped(sent: Sent, at: float, reason: str) -> JsonObject:
    """SendGrid itself did not send it."""
    return event(sent, "dropped", at, reason=reason, **({"status": "5.0.0"} if reason == "Bounced Address" else {}))


def opened(sent: Sent, at: float, *, machine: bool) -> JsonObject:
    """The picture in it was loaded, by a person's program or by a privacy proxy."""
    agent, ip = (MACHINE, MACHINE_IP) if machine else (HUMAN, HUMAN_IP)
    return event(sent, "open", at, useragent=agent, ip=ip, sg_machine_open=machine, sg_content_type="html")


def clicked(sent: Sent, at: float, url: str, index: int, *, scanner: bool = False) -> JsonObject:
    """A link in it was followed. `index`: the how-manieth link of the mail."""
    agent, ip = (SCANNER, SCANNER_IP) if scanner else (HUMAN, HUMAN_IP)
    where: JsonObject = {"index": index, "type": "html"}
    return event(sent, "click", at, url=url, url_offset=where, useragent=agent, ip=ip)


def scanned(sent: Sent, at: float, urls: Sequence[str]) -> Iterator[JsonObject]:
    """A scanner loads the picture and follows every link within a second."""
    yield event(sent, "open", at, useragent=SCANNER, ip=SCANNER_IP, sg_machine_open=False, sg_content_type="html")
    for index, url in enumerate(urls):
        yield clicked(sent, at + index * 0.2, url, index, scanner=True)


def simple(sent: Sent, kind: str, at: float) -> JsonObject:
    """`spamreport` and `unsubscribe` say nothing more than that."""
    return event(sent, kind, at)


def of_group(sent: Sent, kind: str, at: float, group: int) -> JsonObject:
    """`group_unsubscribe` and `group_resubscribe`."""
    told: JsonObject = {"asm_group_id": group, "useragent": HUMAN, "ip": HUMAN_IP, "url": "http://www.sendgrid.com/"}
    return event(sent, kind, at, **told)
