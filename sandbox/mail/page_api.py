"""What the mailbox page reads and does."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from flask import Flask, Response, jsonify, request

from sandbox.jsons import JsonObject, as_int, as_objects, as_text, is_true, parse_object
from sandbox.mail import people
from sandbox.mail.composing import decoded
from sandbox.mail.model import Fate, Mail
from sandbox.mail.office import NoSuchMailError, PostOffice
from sandbox.mail.people import CannotDoMailError, UnsubscribeWay
from sandbox.mail.quoting import LANGUAGES, STYLES, Style
from sandbox.mail.threads import Thread
from sandbox.mail.writing import Attachment, Letter, html_text, plain_text, re_subject

T = TypeVar("T")
LONG_POLL_SECONDS = 20.0
SHOWN_BOXES, SHOWN_POSTS = 200, 30
HTML_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-same-origin"
)
"""No script, no form, nothing loaded from elsewhere; the page may measure it, to make room for it."""
FATES: tuple[Fate, ...] = ("deliver", "bounce", "block", "defer", "vanish")
WAYS: tuple[UnsubscribeWay, ...] = ("header", "page", "sendgrid", "group")


def mount_page_api(app: Flask, office: PostOffice) -> None:
    """Add the routes."""

    @app.get("/sandbox/mail/state")
    def mail_state() -> Response:
        office.wait_for_change(as_int(request.args.get("since"), -1), LONG_POLL_SECONDS)
        return jsonify(state_of(office, request.args.get("box", "")))

    @app.get("/sandbox/mail/html/<mail_id>")
    def mail_html(mail_id: str) -> Response:
        # Links would open in the frame; in a window of their own, the page takes the click instead.
        html = '<base target="_blank">' + html_text(office.mail(mail_id).parsed)
        response = Response(html, mimetype="text/html")
        response.headers["Content-Security-Policy"] = HTML_POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @app.post("/sandbox/mail/act")
    def mail_act() -> Response:
        return jsonify(act(office, parse_object(request.get_data()) or {}))


def state_of(office: PostOffice, box: str) -> JsonObject:
    """Every mailbox in short, and one of them with its conversations."""
    boxes = office.boxes()
    account, line, poster = office.account, office.line, office.poster
    return {
        "rev": office.rev,
        "now": office.clock.unix(),
        "boxes": [_box(name, mails) for name, mails in list(boxes.items())[:SHOWN_BOXES]],
        "box": box if box in boxes else "",
        "threads": [_thread(one) for one in office.threads(box)] if box in boxes else [],
        "elsewhere": [_mail(office, mail) for mail in boxes.get(box, []) if not mail.arrived],
        "fate": office.fates.get(box, "deliver"),
        "suppressed": account.suppressed.get(box, ""),
        "switches": {"duplicates": line.duplicates, "disorder": line.disorder, "raw": account.inbound_raw},
        "inbound_domain": account.inbound_domain,
        "sites": account.sites,
        "languages": list(LANGUAGES),
        "styles": list(STYLES),
        "posts": [
            {"kind": one.kind, "status": one.status, "what": one.what, "size": one.size, "at": one.at}
            for one in poster.posted[-SHOWN_POSTS:]
        ],
        "waiting": poster.waiting,
        "lost": len(poster.lost),
        "refused": office.refused[-10:],
    } | {"mails": {mail.id: _mail(office, mail) for mail in boxes.get(box, [])}}


def _box(name: str, mails: list[Mail]) -> JsonObject:
    unread = sum(1 for mail in mails if mail.arrived and not mail.read)
    return {"address": name, "name": _name(mails), "unread": unread, "at": mails[-1].at, "count": len(mails)}


def _name(mails: list[Mail]) -> str:
    """What others call the owner of a mailbox."""
    for mail in reversed(mails):
        field = mail.parsed["From" if mail.folder == "sent" else "To"]
        for one in field.addresses if field is not None else ():
            if one.addr_spec.lower() == mail.box and one.display_name:
                return str(one.display_name)
    return ""


def _thread(thread: Thread) -> JsonObject:
    return {
        "key": thread.mails[0].id,
        "subject": thread.subject,
        "at": thread.at,
        "mails": [mail.id for mail in thread.mails],
        "unread": any(not mail.read for mail in thread.mails),
        "snippet": " ".join(plain_text(thread.mails[-1].parsed).split())[:140],
    }


def _mail(office: PostOffice, mail: Mail) -> JsonObject:
    parsed = mail.parsed
    return {
        "id": mail.id,
        "folder": mail.folder,
        "from": str(parsed["From"] or ""),
        "to": str(parsed["To"] or ""),
        "cc": str(parsed["Cc"] or ""),
        "reply_to": str(parsed["Reply-To"] or ""),
        "subject": str(parsed["Subject"] or ""),
        "re": re_subject(str(parsed["Subject"] or "")),
        "at": mail.at,
        "read": mail.read,
        "arrived": mail.arrived,
        "said": mail.said,
        "text": plain_text(parsed),
        "has_html": bool(html_text(parsed)),
        "headers": [[name, str(value)] for name, value in parsed.items()],
        "links": [{"url": url, "goes_to": office.resolve(url)} for url in people.links(mail)],
        "files": [
            _file(part.get_filename() or "", part.get_payload(decode=True)) for part in parsed.iter_attachments()
        ],
        "from_app": mail.sent is not None,
        "unsubscribe": bool(people.unsubscribe_url(mail)),
    }


def _file(name: str, content: object) -> JsonObject:
    return {"name": name, "size": len(content) if isinstance(content, bytes) else 0}


def act(office: PostOffice, body: JsonObject) -> JsonObject:
    """Do one thing. Returns `ok` and, when it cannot be done, why in a plain sentence."""
    kind = as_text(body.get("kind"))
    if kind not in KINDS:
        return {"ok": False, "error": f"nobody can {kind!r} here; one of: {', '.join(sorted(KINDS))}"}
    try:
        done = KINDS[kind](office, body)
    except (CannotDoMailError, NoSuchMailError, ValueError, KeyError) as refusal:
        return {"ok": False, "error": str(refusal.args[0]) if refusal.args else "That cannot be done."}
    office.settle()
    return {"ok": True, **done}


def _which(office: PostOffice, body: JsonObject) -> Mail:
    return office.mail(as_text(body.get("mail")))


def _read(office: PostOffice, body: JsonObject) -> JsonObject:
    """Looking at a mail is no open that anybody hears of: pictures are loaded by the button alone."""
    mail = _which(office, body)
    if not mail.read:
        mail.read = True
        office.touch()
    return {}


def _open(office: PostOffice, body: JsonObject) -> JsonObject:
    people.open_mail(office, _which(office, body), machine=is_true(body.get("machine")))
    return {}


def _click(office: PostOffice, body: JsonObject) -> JsonObject:
    return {"url": people.click(office, _which(office, body), as_int(body.get("number"), 1))}


def _scan(office: PostOffice, body: JsonObject) -> JsonObject:
    people.scan(office, _which(office, body))
    return {}


def _bounce(office: PostOffice, body: JsonObject) -> JsonObject:
    people.bounce(office, _which(office, body), blocked=is_true(body.get("blocked")))
    return {}


def _defer(office: PostOffice, body: JsonObject) -> JsonObject:
    people.defer(office, _which(office, body))
    return {}


def _arrive(office: PostOffice, body: JsonObject) -> JsonObject:
    people.arrive(office, _which(office, body))
    return {}


def _return(office: PostOffice, body: JsonObject) -> JsonObject:
    people.return_to_sender(office, _which(office, body))
    return {}


def _spam(office: PostOffice, body: JsonObject) -> JsonObject:
    people.report_spam(office, _which(office, body))
    return {}


def _unsubscribe(office: PostOffice, body: JsonObject) -> JsonObject:
    way = _one_of(WAYS, as_text(body.get("way")) or "header")
    return {"status": people.unsubscribe(office, _which(office, body), way)}


def _reply(office: PostOffice, body: JsonObject) -> JsonObject:
    style: Style = _one_of(STYLES, as_text(body.get("style")) or "gmail")
    proof = people.Proof() if not is_true(body.get("forged")) else people.Proof("softfail", "none")
    sent = people.answer(
        office,
        _which(office, body),
        _needed(body, "text"),
        sender=as_text(body.get("sender")).strip(),
        language=as_text(body.get("language")) or "en",
        style=style,
        attachments=_attachments(body),
        proof=proof,
    )
    return {"mail": sent.id, "strayed": "strayed" in sent.said}


def _away(office: PostOffice, body: JsonObject) -> JsonObject:
    until = as_text(body.get("until"))
    day = date.fromisoformat(until) if until else None
    sent = people.be_away(office, _which(office, body), day, as_text(body.get("language")) or "en")
    return {"mail": sent.id, "strayed": "strayed" in sent.said}


def _write(office: PostOffice, body: JsonObject) -> JsonObject:
    letter = Letter(
        sender=_needed(body, "sender"),
        to=_needed(body, "to"),
        subject=as_text(body.get("subject")),
        text=as_text(body.get("text")),
        attachments=_attachments(body),
    )
    sent = people.write(office, letter)
    return {"mail": sent.id, "box": sent.box, "strayed": "strayed" in sent.said}


def _fate(office: PostOffice, body: JsonObject) -> JsonObject:
    office.fates[_needed(body, "box").lower()] = _one_of(FATES, as_text(body.get("fate")))
    office.touch()
    return {}


def _switch(office: PostOffice, body: JsonObject) -> JsonObject:
    on, name = is_true(body.get("on")), as_text(body.get("name"))
    if name == "raw":
        office.account.inbound_raw = on
    elif name in ("duplicates", "disorder"):
        setattr(office.line, name, on)
    else:
        raise ValueError(f"there is no switch {name!r}")
    office.touch()
    return {}


def _needed(body: JsonObject, key: str) -> str:
    text = as_text(body.get(key)).strip()
    if not text:
        raise ValueError(f"{key.capitalize()} is missing.")
    return text


def _one_of(allowed: tuple[T, ...], wanted: str) -> T:
    for one in allowed:
        if one == wanted:
            return one
    raise ValueError(f"{wanted!r} is none of {', '.join(str(one) for one in allowed)}")


def _attachments(body: JsonObject) -> list[Attachment]:
    files = as_objects(body.get("files"))
    return [
        Attachment(as_text(one.get("name")), decoded(as_text(one.get("content"))), as_text(one.get("type")))
        for one in files
    ]


KINDS: dict[str, Callable[[PostOffice, JsonObject], JsonObject]] = {
    "read": _read,
    "open": _open,
    "click": _click,
    "scan": _scan,
    "bounce": _bounce,
    "defer": _defer,
    "arrive": _arrive,
    "return": _return,
    "spam": _spam,
    "unsubscribe": _unsubscribe,
    "reply": _reply,
    "away": _away,
    "write": _write,
    "fate": _fate,
    "switch": _switch,
}
