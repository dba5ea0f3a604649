"""The sandbox's SendGrid writes what the real one writes: compared with genuine captures."""

import base64
import json
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sandbox.jsons import JsonObject
from sandbox.mail import event_wire as wire
from sandbox.mail.composing import make_mails, new_provider_id
from sandbox.mail.inbound_wire import CONTENT_TYPE, Envelope, parsed_post, raw_post
from sandbox.mail.model import Sent
from sandbox.mail.quoting import LANGUAGES, STYLES, Answered, quoted
from sandbox.mail.send_checks import problems_of
from sandbox.mail.signing import SIGNATURE_HEADER, TIMESTAMP_HEADER, Signer
from sandbox.mail.writing import Attachment, Letter, delivery_notice, draft, out_of_office, plain_text, read, reply

SAMPLES = Path(__file__).parents[1] / "samples" / "sendgrid"
NOW = 1_790_000_000.0


def good() -> JsonObject:
    """The smallest request that is sent."""
    return {
        "personalizations": [{"to": [{"email": "zoe@limafoods.example"}]}],
        "from": {"email": "ana@northwind.example", "name": "Ana Costa"},
        "subject": "Hello",
        "content": [{"type": "text/plain", "value": "Hi Zoe"}],
    }


def sent(**changes: object) -> Sent:
    (made,) = make_mails({**good(), **changes}, new_provider_id(), datetime.now(UTC))
    return made.sent


def verify(public_key: str, signature: str, signed: bytes) -> None:
    key = serialization.load_der_public_key(base64.b64decode(public_key))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(base64.b64decode(signature), signed, ec.ECDSA(hashes.SHA256()))


def test_a_genuine_body_is_written_again_byte_for_byte() -> None:
    genuine = (SAMPLES / "signed-events" / "live_processed_blocked_multi.body").read_bytes()
    assert wire.body_of(json.loads(genuine)) == genuine


def test_our_signature_holds_as_a_genuine_one_does() -> None:
    told = json.loads((SAMPLES / "signed-events" / "live_processed_blocked_multi.json").read_text())
    body = (SAMPLES / "signed-events" / "live_processed_blocked_multi.body").read_bytes()
    verify(told["public_key"], told[SIGNATURE_HEADER], told[TIMESTAMP_HEADER].encode() + body)

    signer = Signer()
    headers = signer.headers("1619651159", body)
    verify(signer.public_key, headers[SIGNATURE_HEADER], b"1619651159" + body)
    with pytest.raises(InvalidSignature):
        verify(signer.public_key, headers[SIGNATURE_HEADER], b"1619651159" + body.rstrip())
    assert len(signer.public_key) == len(told["public_key"])


def test_events_have_the_fields_of_genuine_ones() -> None:
    genuine = json.loads((SAMPLES / "signed-events" / "live_processed_blocked_multi.body").read_bytes())
    one = sent()
    made = [wire.processed(one, NOW), wire.bounce(one, NOW, blocked=True)]
    for ours, theirs in zip(made, genuine, strict=True):
        assert set(theirs) <= set(ours)
        assert {name: type(ours[name]) for name in theirs} == {name: type(value) for name, value in theirs.items()}
    assert wire.bounce(one, NOW, blocked=True)["type"] == "blocked"
    assert wire.bounce(one, NOW, blocked=False)["type"] == "bounce"
    assert "smtp-id" not in wire.bounce(one, NOW, blocked=False, late=True)


def test_an_event_names_its_mail_and_never_another_event() -> None:
    one = sent(custom_args={"crm_msg": "m1", "email": "overwritten"})
    told = wire.delivered(one, NOW)
    assert told["crm_msg"] == "m1"
    assert told["email"] == "zoe@limafoods.example"
    assert str(told["sg_message_id"]).partition(".")[0] == one.provider_id == str(told["smtp-id"])[1:23]
    assert wire.event_id("processed", one) == wire.event_id("processed", one)
    assert len({wire.event_id(kind, one) for kind in ("processed", "delivered", "open", "open", "click")}) == 5
    assert wire.deferred(one, NOW, 5)["attempt"] == "5"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"personalizations": []}, "personalizations"),
        ({"personalizations": [{"to": []}]}, "personalizations.0.to"),
        ({"personalizations": [{"to": [{"email": "nobody"}]}]}, "personalizations.0.to.0.email"),
        (
            {"personalizations": [{"to": [{"email": "a@b.example"}], "cc": [{"email": "A@b.example"}]}]},
            "personalizations.0",
        ),
        ({"from": {}}, "from.email"),
        ({"subject": ""}, "subject"),
        ({"content": []}, "content"),
        ({"content": [{"type": "text/plain", "value": ""}]}, "content.0.value"),
        ({"content": [{"type": "text/html", "value": "x"}, {"type": "text/plain", "value": "x"}]}, "content"),
        ({"headers": {"Reply-To": "x@y.example"}}, "headers.Reply-To"),
        ({"headers": {"X-One": "a\r\nBcc: b"}}, "headers.X-One"),
        ({"custom_args": {"a": "x" * 10_001}}, "personalizations.0.custom_args"),
        ({"categories": ["x"] * 11}, "categories"),
        ({"send_at": int(NOW) + 80 * 3600}, "send_at"),
        ({"send_at": None}, "send_at"),
        ({"reply_to": None}, "reply_to"),
        ({"reply_to": {"email": "a@b.example"}, "reply_to_list": [{"email": "a@b.example"}]}, "reply_to"),
        ({"mail_settings": {"sandbox_mode": {"enable": "true"}}}, "mail_settings.sandbox_mode.enable"),
        ({"attachments": [{"filename": "a.pdf"}]}, "attachments.0.content"),
    ],
)
def test_what_is_refused_and_for_which_field(change: JsonObject, field: str) -> None:
    assert field in [problem["field"] for problem in problems_of({**good(), **change}, NOW)]


def test_a_good_request_has_no_problems_and_numbers_in_custom_args_are_a_bad_request() -> None:
    assert problems_of(good(), NOW) == []
    assert problems_of({**good(), "custom_args": {"id": 7}}, NOW) == [
        {"message": "Bad Request", "field": None, "help": None}
    ]
    many = [{"to": [{"email": f"p{n}@b.example"}]} for n in range(1001)]
    assert "1000 personalizations" in str(problems_of({**good(), "personalizations": many}, NOW)[0]["message"])


def test_a_mail_arrives_with_all_the_app_gave_it() -> None:
    long_id = f"<{'a' * 60}@{'b' * 60}.example>"
    body = good() | {
        "content": [{"type": "text/plain", "value": "Grüße\n"}, {"type": "text/html", "value": "<p>Grüße</p>"}],
        "reply_to": {"email": "r+abc@in.example"},
        "headers": {"In-Reply-To": long_id, "References": f"<first@x.example> {long_id}", "Message-ID": "<mine@x>"},
        "attachments": [
            {"content": base64.b64encode(b"%PDF").decode(), "filename": "q.pdf", "type": "application/pdf"}
        ],
    }
    (made,) = make_mails(body, "abcdefghijklmnopqrstuv", datetime.now(UTC))
    mail = read(made.raw)
    assert made.raw.count(b"\n") == made.raw.count(b"\r\n")
    assert mail["Message-ID"] == made.sent.message_id == "<abcdefghijklmnopqrstuv@geopod-ismtpd-17>"
    assert mail["References"] == f"<first@x.example> {long_id}"
    assert mail["Reply-To"] == "r+abc@in.example"
    assert plain_text(mail) == "Grüße"
    assert [part.get_filename() for part in mail.iter_attachments()] == ["q.pdf"]


# -- what comes in --------------------------------------------------------------------------------------------------


def fields_of(post: bytes) -> dict[str, EmailMessage]:
    """A form's parts by name, taken apart by the standard library."""
    whole = message_from_bytes(f"Content-Type: {CONTENT_TYPE}\r\n\r\n".encode() + post, policy=policy.HTTP)
    parts = [part for part in whole.iter_parts() if isinstance(part, EmailMessage)]
    return {str(part["Content-Disposition"].params["name"]): part for part in parts}


def value(part: EmailMessage) -> bytes:
    found = part.get_payload(decode=True)
    assert isinstance(found, bytes)
    return found


def test_raw_posts_have_the_fields_of_a_genuine_one_in_its_order() -> None:
    genuine = (SAMPLES / "inbound" / "raw_data.txt").read_bytes()
    mail = draft(Letter("Zoe <zoe@limafoods.example>", "r+t@in.example", "Re: Hello", "Gerne!"), datetime.now(UTC))
    post = raw_post(mail, Envelope(["r+t@in.example"], "zoe@limafoods.example"))
    assert list(fields_of(post)) == list(fields_of(genuine))
    found = fields_of(post)
    assert value(found["dkim"]).strip() == b"{@limafoods.example : pass}"
    assert json.loads(value(found["envelope"])) == {"to": ["r+t@in.example"], "from": "zoe@limafoods.example"}
    assert b"Gerne!" in value(found["email"])


def test_parsed_posts_keep_each_field_in_its_own_charset() -> None:
    genuine = (SAMPLES / "inbound" / "default_data.txt").read_bytes()
    letter = Letter(
        "Zoé <zoe@limafoods.example>",
        "r+t@in.example",
        "Größe",
        "Grüße",
        html="<p>Grüße</p>",
        charset="iso-8859-1",
        attachments=[Attachment("Übersicht.txt", b"1")],
    )
    post = parsed_post(draft(letter, datetime.now(UTC)), Envelope(["r+t@in.example"], "zoe@limafoods.example"))
    found = fields_of(post)
    assert set(fields_of(genuine)) <= set(found)
    charsets = json.loads(value(found["charsets"]))
    assert charsets["text"] == "iso-8859-1"
    assert b"Gr\xfc\xdfe" in value(found["text"])
    assert value(found["subject"]).decode(charsets["subject"]).strip() == "Größe"
    assert value(found["attachments"]).strip() == b"1"
    assert json.loads(value(found["attachment-info"]))["attachment1"]["type"] == "text/plain"


ANSWERED = Answered(
    "Ana Costa", "ana@northwind.example", "zoe@x.example", "Hello", datetime(2026, 11, 21, 9, 30, tzinfo=UTC), "Hi\nZoe"
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("style", STYLES)
def test_quotes_in_every_language_and_style(language: str, style: str) -> None:
    text = quoted("New words", ANSWERED, language, style)  # type: ignore[arg-type]  # each of STYLES
    assert "New words" in text
    assert ("Ana Costa" in text) is (style != "none")
    assert (text.index("New words") > text.index("Ana Costa")) if style == "below" else text.startswith("New words")


def test_a_reply_goes_where_it_is_wanted_and_carries_the_thread() -> None:
    (made,) = make_mails(good() | {"reply_to": {"email": "r+t@in.example"}}, new_provider_id(), datetime.now(UTC))
    letter = reply(read(made.raw), "zoe@limafoods.example", "Gerne", language="de", style="gmail")
    answer = draft(letter, datetime.now(UTC))
    assert letter.to == "r+t@in.example"
    assert letter.subject == "Re: Hello"
    assert answer["In-Reply-To"] == answer["References"] == made.sent.message_id
    assert "schrieb Ana Costa <ana@northwind.example>:" in letter.text


def test_absence_and_failed_delivery_say_that_a_machine_writes() -> None:
    (made,) = make_mails(good(), new_provider_id(), datetime.now(UTC))
    away = out_of_office(read(made.raw), "zoe@limafoods.example", date(2026, 12, 5), "de")
    assert ("Auto-Submitted", "auto-generated") in away.headers
    assert "bis zum 5. Dezember 2026" in away.text
    notice = delivery_notice(read(made.raw), "zoe@limafoods.example", datetime.now(UTC))
    again = read(notice.as_bytes())
    assert again.get_content_type() == "multipart/report"
    assert [part.get_content_type() for part in again.iter_parts()] == ["text/plain", "message/delivery-status"]
    assert "MAILER-DAEMON@" in str(again["From"])
