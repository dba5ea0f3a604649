"""Mails as SendGrid posts them: every genuine sample, both modes, all charsets, and what is built to mislead."""

import json
from email.message import EmailMessage
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.enums import MailKind
from notifications.inbound import FILE_BYTES, FILES_BYTES, Arrived, decoded, file_name, read_mail
from notifications.mail_kinds import kind_of, speaks_for
from notifications.multipart import NotAForm, take_apart
from tests.samples.posts import CONTENT_TYPE, genuine, parsed_post, part, post, raw_post

TO = "r+abc@reply.example"


def read(body: bytes) -> Arrived:
    return read_mail(CONTENT_TYPE, body)


# -- the genuine samples ----------------------------------------------------------------------------------------------


def test_a_parsed_mail() -> None:
    mail = read(genuine("default_data.txt"))
    assert (mail.from_name, mail.from_address) == ("Example User", "test@example.com")
    assert mail.recipients == ("inbound@inbound.example.com",)
    # The real header is trusted more than the field beside it.
    assert mail.subject == "Inbound Parse Test Data"
    assert mail.text == "Hello Twilio SendGrid!"
    assert "<strong>Hello" in mail.html
    assert (mail.dkim, mail.spf, mail.suspicious) == ("{@sendgrid.com : pass}", "pass", False)
    assert kind_of(mail.facts) is MailKind.HUMAN


def test_a_raw_mail() -> None:
    mail = read(genuine("raw_data.txt"))
    assert (mail.from_address, mail.subject) == ("test@example.com", "Inbound Parse Test Raw Data")
    assert mail.text == "Hello Twilio SendGrid!"
    assert mail.files == ()


def test_a_raw_mail_with_an_attachment() -> None:
    mail = read(genuine("raw_data_with_attachments.txt"))
    assert mail.text == "Hello Twilio SendGrid!"
    [file] = mail.files
    assert (file.name, file.content_type) == ("SendGrid.jpg", "image/jpeg")
    assert file.content is not None
    assert file.content[:2] == b"\xff\xd8"
    assert (file.size, file.sha256) == (len(file.content), sha256(file.content).hexdigest())


def test_each_field_is_in_a_charset_of_its_own() -> None:
    mail = read(genuine("test_inbound_charsets.multipart"))
    assert mail.text == "Test the ESP\u2019s inbound charset handling\u2026"
    assert mail.html == "<p>\u00bfEsto se ve como esperabas?</p>"
    assert mail.subject == "Como usted pidió"
    assert (mail.from_name, mail.from_address) == ("Opérateur de test", "sender@example.com")
    assert mail.recipients == ("inbound@sg.example.com",)


def test_a_mail_of_outlook() -> None:
    mail = read(genuine("inbound_email_webhook.multipart"))
    assert (mail.from_name, mail.from_address) == ("Bob Smith", "bob@example.com")
    assert mail.recipients[0] == "test@api.yourdomain.com"
    assert mail.text == "Test #1"
    assert mail.message_id == "<BY2PR04MB19890F956D5521DA3B25F85BCD440@BY2PR04MB1989.namprd04.prod.outlook.com>"
    assert mail.spf == "softfail"


def test_a_mail_whose_parts_lie_about_their_bytes() -> None:
    mail = read(raw_post(genuine("invalid_utf.eml"), to=TO))
    assert mail.text.startswith("Vážený zákazníku,\n\nv příloze zasíláme aktuální informace o skladových zásobách.")
    assert "příloze" in mail.html
    assert mail.from_address == "info@sender.com"
    assert mail.message_id == "<05988AA6EC0D44318855A5E39E3B6F9E@jansterba.com>"


# -- charsets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("charset", "words"),
    [
        ("windows-1252", "Grüße – “ja”…"),
        ("iso-8859-2", "Vážený zákazníku"),
        ("koi8-r", "Добрый день"),
        ("shift_jis", "こんにちは"),
        ("gb18030", "你好"),
        ("utf-16", "Grüße"),
        ("utf-8", "Tak 🙂"),
    ],
)
def test_a_field_in_any_charset(charset: str, words: str) -> None:
    assert read(parsed_post(to=TO, text=words, charsets={"text": charset})).text == words


@pytest.mark.parametrize(
    ("data", "charset", "words"),
    [
        ("Grüße".encode(), "us-ascii", "Grüße"),
        ("Grüße".encode("cp1252"), "us-ascii", "Grüße"),
        ("Grüße".encode("cp1252"), "utf-8", "Grüße"),
        ("Grüße".encode(), "no-such-charset", "Grüße"),
        ("Grüße".encode(), "punycode", "Grüße"),
        ("Grüße".encode(), "unicode_escape", "Grüße"),
        (b"aGk=", "base64", "aGk="),
        (b"a\xff\xfe\x81b", "utf-8", "aÿþ�b"),
    ],
)
def test_bytes_that_are_not_what_they_say(data: bytes, charset: str, words: str) -> None:
    assert decoded(data, charset) == words


# -- what is built to mislead -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["envelope", "headers", "SPF", "dkim"])
def test_a_critical_field_that_comes_twice_makes_a_mail_suspicious_and_the_first_one_counts(name: str) -> None:
    smuggled = part(name, json.dumps({"to": ["r+evil@reply.example"], "from": "x@evil.example"}))
    mail = read(parsed_post(to=TO, more=(smuggled,)))
    assert mail.suspicious
    assert mail.recipients == (TO,)
    assert mail.spf == "pass"


def test_a_raw_mail_that_comes_twice_is_suspicious() -> None:
    body = post(part("email", b"From: a@b.example\r\n\r\none"), part("email", b"From: c@d.example\r\n\r\ntwo"))
    mail = read(body)
    assert mail.suspicious
    assert (mail.from_address, mail.text) == ("a@b.example", "one")


def test_a_line_that_only_begins_like_the_boundary_is_text() -> None:
    mail = read(parsed_post(to=TO, text="Look:\r\n--xYzZYnot\r\nthe end"))
    assert mail.text == "Look:\n--xYzZYnot\nthe end"


def test_binary_files_keep_every_byte() -> None:
    content = bytes(range(256)) * 40 + b"\r\n--xYz\r\n\r"
    head = "Content-Type: application/pdf\r\n"
    info = {"attachment1": {"filename": "Angebot – Größe.pdf", "type": "application/pdf"}}
    mail = read(
        parsed_post(
            to=TO,
            more=(
                part("attachments", "1"),
                part("attachment-info", json.dumps(info)),
                part("attachment1", content, extra='; filename="Angebot_.pdf"', headers=head),
            ),
        )
    )
    [file] = mail.files
    assert (file.name, file.content_type, file.content) == ("Angebot – Größe.pdf", "application/pdf", content)


@pytest.mark.parametrize("kind", ["message/rfc822", "multipart/mixed; boundary=b", "multipart/form-data"])
def test_a_file_that_says_it_is_a_mail_or_a_form_stays_bytes(kind: str) -> None:
    content = b"--b\r\n\r\nFrom: x@y.example\r\n\r\nhi\r\n--b--"
    upload = part("attachment1", content, extra='; filename="mail.eml"', headers=f"Content-Type: {kind}\r\n")
    [file] = read(parsed_post(to=TO, more=(upload,))).files
    assert file.content == content


def test_large_files_are_listed_and_not_kept() -> None:
    def upload(number: int, size: int) -> bytes:
        return part(f"attachment{number}", b"x" * size, extra=f'; filename="{number}.bin"')

    mail = read(
        parsed_post(to=TO, more=(upload(1, FILE_BYTES + 1), *(upload(n, FILES_BYTES // 3) for n in (2, 3, 4, 5))))
    )
    assert [file.content is not None for file in mail.files] == [False, True, True, True, False]
    assert mail.files[0].size == FILE_BYTES + 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\offer.pdf", "offer.pdf"),
        ("in\u202evoice\x00.exe", "invoice.exe"),
        ('a<b>"c".txt', "a_b__c_.txt"),
        ("", "attachment"),
        ("...", "attachment"),
        ("x" * 300 + ".pdf", "x" * 138 + ".pdf"),
    ],
)
def test_names_of_files_are_made_harmless(name: str, shown: str) -> None:
    assert file_name(name) == shown


@pytest.mark.parametrize(
    "envelope",
    [
        "",
        "[]",
        "null",
        '"x"',
        '{"to":"a@b.example"}',
        '{"to":[1,null],"from":{}}',
        "{" * 5000,
        '{"from":"a@b.example"}',
    ],
)
def test_envelopes_of_any_shape_lose_no_mail(envelope: str) -> None:
    mail = read(post(part("envelope", envelope), part("to", TO), part("from", "a@b.example"), part("text", "Hi")))
    assert (mail.recipients, mail.text) == ((TO,), "Hi")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", post(part("text", "x"))),
        (CONTENT_TYPE, b""),
        (CONTENT_TYPE, b"no form at all"),
    ],
)
def test_what_is_no_form_is_said_to_be_none(kind: str, body: bytes) -> None:
    with pytest.raises(NotAForm):
        take_apart(kind, body)


def test_a_form_of_too_many_parts_is_read_as_far_as_it_goes() -> None:
    mail = read(parsed_post(to=TO, more=tuple(part(f"f{n}", "x") for n in range(500))))
    assert mail.suspicious
    assert mail.text == "Dienstag passt."


def test_a_mail_nested_without_end_is_kept() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000))
    mail = read(raw_post(b"From: Lena <lena@acme.example>\r\nSubject: Hi\r\n" + nested, to=TO))
    assert (mail.from_address, mail.subject, mail.recipients[0]) == ("lena@acme.example", "Hi", TO)


def test_a_mail_inside_a_mail_is_a_file_and_not_the_senders_words() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Lena <lena@acme.example>", TO, "Fwd"
    mail.set_content("See below.")
    inner = EmailMessage()
    inner["Subject"] = "Secret"
    inner.set_content("The words of somebody else")
    mail.add_attachment(inner)
    found = read(raw_post(mail, to=TO))
    assert found.text == "See below."
    assert [file.content_type for file in found.files] == ["message/rfc822"]


def test_ids_and_headers() -> None:
    headers = "References: <one@x.example>\r\n <two@x.example>\r\nIn-Reply-To: <two@x.example>\r\n"
    headers += "Cc: Ana <ana@us.example>\r\n"
    mail = read(parsed_post(to=f'"Ana" <{TO}>', headers=headers))
    assert mail.thread_ids == ("<one@x.example>", "<two@x.example>")
    assert mail.recipients == (TO, "ana@us.example")
    assert mail.facts.answers


def test_the_same_mail_has_the_same_key_and_another_one_another() -> None:
    one, again = read(parsed_post(to=TO)), read(parsed_post(to=TO))
    other = read(parsed_post(to=TO, text="Mittwoch"))
    elsewhere = read(parsed_post(to="r+def@reply.example"))
    assert one.key == again.key
    assert len({one.key, other.key, elsewhere.key}) == 3
    bare = post(part("to", TO), part("text", "No Message-ID"))
    assert read(bare).key == read(bare).key


def storable(mail: Arrived) -> bool:
    """Whether PostgreSQL takes all of it: no NUL, nothing that is no Unicode."""
    ids = [mail.message_id, *mail.thread_ids, *mail.recipients, *(file.name for file in mail.files)]
    texts = [mail.from_address, mail.from_name, mail.subject, mail.text, *ids]
    return all("\x00" not in text and text.encode() for text in texts if text)


@given(st.binary(max_size=60), st.integers(0, 5), st.integers(0, 20_000), st.booleans())
def test_no_bytes_lose_a_mail(noise: bytes, sample: int, at: int, instead: bool) -> None:
    """Noise put into a genuine post, anywhere behind its first field, leaves a mail that can be stored."""
    names = ["default_data.txt", "raw_data.txt", "raw_data_with_attachments.txt", "test_inbound_charsets.multipart"]
    posts = [*(genuine(name) for name in names), genuine("inbound_email_webhook.multipart")]
    posts.append(raw_post(genuine("invalid_utf.eml"), to=TO))
    body = posts[sample]
    start = body.index(b"\r\n\r\n") + 4
    cut = start + at % (len(body) - start)
    noisy = body[:cut] + noise + body[cut + (len(noise) if instead else 0) :]
    assert storable(read(noisy))


@pytest.mark.parametrize("noise", ["\x00", "\ud800", "=?x?q?=00?=", "=?utf-16?b?2AA=?=", "=?utf-8?b?!?=", "\x80\xff"])
def test_headers_of_any_bytes_can_be_stored(noise: str) -> None:
    raw = noise.encode("utf-8", "surrogatepass") if noise != "\x80\xff" else b"\x80\xff"
    lines = (
        b"From: A%s <a%s@b.example>",
        b"Subject: S%s",
        b"Message-ID: <m%s@x.example>",
        b"References: <r%s@x.example>",
    )
    mail = read(raw_post(b"\r\n".join(line.replace(b"%s", raw) for line in lines) + b"\r\n\r\nHi" + raw, to=TO))
    assert storable(mail)
    assert mail.text.startswith("Hi")


# -- kinds ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ("", MailKind.HUMAN),
        ("Auto-Submitted: auto-replied\r\n", MailKind.AWAY),
        ("Auto-Submitted: auto-generated; x=1\r\n", MailKind.AWAY),
        ("Auto-Submitted: no\r\n", MailKind.HUMAN),
        ("X-Autoreply: yes\r\n", MailKind.AWAY),
        ("X-Autorespond: x\r\n", MailKind.AWAY),
        ("Precedence: auto_reply\r\n", MailKind.AWAY),
        ("Precedence: bulk\r\n", MailKind.AWAY),
        ("Precedence: bulk\r\nList-Id: <news.x.example>\r\n", MailKind.LIST),
        ("Precedence: list\r\n", MailKind.LIST),
        ("List-Unsubscribe: <https://x.example>\r\n", MailKind.LIST),
        ("Feedback-ID: 1:x\r\n", MailKind.LIST),
        # A team's shared inbox is a list, and an answer from there is an answer.
        ("List-Id: <sales.acme.example>\r\nIn-Reply-To: <a@b.example>\r\n", MailKind.HUMAN),
        # It asks others not to answer, and says nothing about itself.
        ("X-Auto-Response-Suppress: All\r\n", MailKind.HUMAN),
        ("X-Failed-Recipients: ana@x.example\r\n", MailKind.BOUNCE),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n", MailKind.BOUNCE),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n", MailKind.AWAY),
    ],
)
def test_kinds_by_headers(headers: str, kind: MailKind) -> None:
    assert kind_of(read(parsed_post(to=TO, headers=headers)).facts) is kind


@pytest.mark.parametrize(
    ("sender", "envelope_from", "kind"),
    [
        ("Mail Delivery Subsystem <MAILER-DAEMON@mx.example>", "", MailKind.BOUNCE),
        ("postmaster@mx.example", "", MailKind.BOUNCE),
        ("Lena <lena@acme.example>", "", MailKind.AWAY),
        ("postmaster@mx.example", "postmaster@mx.example", MailKind.HUMAN),
    ],
)
def test_kinds_by_the_envelope(sender: str, envelope_from: str, kind: MailKind) -> None:
    assert kind_of(read(parsed_post(to=TO, sender=sender, envelope_from=envelope_from)).facts) is kind


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("Automatic reply: Offer", MailKind.AWAY),
        ("Out of office: Offer", MailKind.AWAY),
        ("Automatische Antwort: Angebot", MailKind.AWAY),
        ("Abwesenheitsnotiz", MailKind.AWAY),
        ("Réponse automatique : Offre", MailKind.AWAY),
        ("Respuesta automática: Oferta", MailKind.AWAY),
        ("Autosvar: Tilbud", MailKind.AWAY),
        ("Re: Out of office solutions", MailKind.HUMAN),
        ("Auto: 20 vehicles", MailKind.HUMAN),
    ],
)
def test_kinds_by_the_subject(subject: str, kind: MailKind) -> None:
    assert kind_of(read(parsed_post(to=TO, subject=subject)).facts) is kind


def test_the_body_never_decides() -> None:
    text = "I was out of the office, sorry. This is an automatic reply machine's worst day."
    assert kind_of(read(parsed_post(to=TO, text=text)).facts) is MailKind.HUMAN


# -- who stands for it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dkim", "spf", "envelope_from", "proven"),
    [
        ("{@acme.example : pass}", "none", "", True),
        ("{@mail.acme.example : pass}", "none", "", True),
        ("{@sendgrid.info : pass, @acme.example : fail}", "none", "", False),
        ("{@evil.example : temperror}{@acme.example : pass}", "fail", "", True),
        ("none", "pass", "lena@acme.example", True),
        ("none", "pass", "bounce@mail.acme.example", True),
        ("none", "pass", "x@evil.example", False),
        ("{@notacme.example : pass}", "softfail", "lena@acme.example", False),
        ("{@example : pass}", "none", "", False),
        ("", "", "", False),
    ],
)
def test_who_stands_for_a_sender(dkim: str, spf: str, envelope_from: str, proven: bool) -> None:
    assert speaks_for("lena@acme.example", dkim, spf, envelope_from) is proven
