"""A mail as it goes over the wire, and as its reader's mail program shows it."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from core.db import Database
from core.emails import drafts
from core.emails.drafts import EmailInput
from core.emails.tokens import reply_address, token_in, unsubscribe_url
from core.enums import InboundState, MailKind
from core.models import Email, InboundEmail, Member, WorkspaceRow
from notifications.mailing import MailSettings, ascii_address, wire_message
from tests.factories import put
from tests.integration.mail_out_world import DOMAIN, LENA, MAIL, SECRET, SITE, MailWorld, mail_world


@pytest.fixture
def world(database: Database) -> Iterator[MailWorld]:
    with mail_world(database) as found:
        yield found


def wire(world: MailWorld, email_id: object, settings: MailSettings = MAIL, **changes: object) -> dict[str, object]:
    """The request's body for a mail, with some of its columns changed."""
    with world.world.ctx("sam") as ctx:
        email = ctx.session.get_one(Email, (ctx.workspace.id, email_id))
        for name, value in changes.items():
            setattr(email, name, value)
        return wire_message(ctx, email, settings)


def parts(message: dict[str, object]) -> tuple[str, str]:
    plain, html = message["content"]  # type: ignore[misc]  # two of them
    return plain["value"], html["value"]  # type: ignore[index]


def configure(world: MailWorld, **values: object) -> None:
    with world.world.ctx("sam") as ctx:
        row = ctx.session.get_one(WorkspaceRow, ctx.workspace.id)
        for name, value in values.items():
            setattr(row, name, value)


def test_what_is_sent(world: MailWorld) -> None:
    configure(world, name="Northwind")
    email_id = world.write("Your visit", "Hi Lena,\n\nthank you.")
    email = world.email(email_id)
    message = wire(world, email_id)
    link = unsubscribe_url(SITE, SECRET, email.workspace_id, email.id)
    assert message["personalizations"] == [{"to": [{"email": LENA, "name": "Lena Fischer"}]}]
    assert message["from"] == {"email": "sales@northwind.example", "name": "Ben Okafor"}
    assert message["reply_to"] == {"email": reply_address(email.token, DOMAIN), "name": "Ben Okafor"}
    assert message["subject"] == "Your visit"
    assert message["headers"] == {
        "List-Unsubscribe": f"<{link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert message["custom_args"] == {"crm_ws": str(email.workspace_id), "crm_msg": str(email.id)}
    assert message["tracking_settings"] == {
        "click_tracking": {"enable": True, "enable_text": False},
        "open_tracking": {"enable": True},
        "subscription_tracking": {"enable": False},
    }
    plain, html = parts(message)
    assert plain == f"Hi Lena,\n\nthank you.\n\n-- \nUnsubscribe: {link}\n"
    assert '<html lang="en">' in html
    assert f'<a href="{link}" clicktracking="off">Unsubscribe</a>' in html


def test_nothing_personal_stays_with_sendgrid_for_good(world: MailWorld) -> None:
    message = wire(world, world.write())
    assert "categories" not in message
    assert LENA not in str(message["custom_args"])
    assert "Lena" not in str(message["headers"])


def test_it_arrives_with_all_that_makes_it_answerable(world: MailWorld) -> None:
    email_id = world.write()
    world.settle()
    mail = world.mailbox.last(LENA)
    assert mail.header("From") == "Ben Okafor <sales@northwind.example>"
    assert token_in(mail.header("Reply-To"), DOMAIN) == world.email(email_id).token
    assert mail.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"


def test_an_answer_stands_in_its_thread_with_the_text_below(world: MailWorld) -> None:
    world.write("Your visit", "First")
    world.settle()
    first = world.mailbox.last(LENA)
    with world.world.ctx("ben") as ctx:
        inbound = put(
            ctx,
            InboundEmail(
                key="k",
                state=InboundState.LINKED,
                kind=MailKind.HUMAN,
                lead_id=world.lead_id,
                from_address=LENA,
                from_name="Lena Fischer",
                to_addresses=[],
                subject="Re: Your visit",
                message_id="<reply@acme.example>",
                thread_ids=[first.message_id],
                body="Gern <b>!\n> Alt",
                received_at=ctx.now,
            ),
        )
        email_id = drafts.answer(ctx, inbound.id, EmailInput("", "Until then!")).id
    message = wire(world, email_id)
    headers = message["headers"]
    assert isinstance(headers, dict)
    assert headers["In-Reply-To"] == "<reply@acme.example>"
    assert headers["References"] == f"{first.message_id} <reply@acme.example>"
    assert message["subject"] == "Re: Your visit"
    plain, html = parts(message)
    new, below = plain.split("\n-- \n")
    assert new == "Until then!\n"
    assert below.endswith("> Gern <b>!\n> > Alt\n")
    assert '<blockquote type="cite"' in html
    assert "Gern &lt;b&gt;!<br>" in html
    assert "&gt; Alt" in html


def test_foreign_header_values_stay_in_their_line(world: MailWorld) -> None:
    email_id = world.write()
    ids = [f"<{n}-{'x' * 80}@acme.example>" for n in range(20)]
    evil = "<a@b>\r\nBcc: evil@example.com"
    message = wire(world, email_id, in_reply_to=evil, thread_ids=[*ids, evil])
    headers = message["headers"]
    assert isinstance(headers, dict)
    assert all("\n" not in value and "\r" not in value and len(value) < 998 for value in headers.values())
    assert headers["References"].startswith(ids[0])
    assert headers["References"].endswith("<a@b>Bcc:evil@example.com")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ben Okafor", "Ben Okafor"),
        ("Okafor, Ben", '"Okafor, Ben"'),
        ("Ben; Okafor", '"Ben; Okafor"'),
        ('Ben "Bo" Okafor', "Ben 'Bo' Okafor"),
        ("Ben\r\nBcc: evil@example.com", "Ben Bcc: evil@example.com"),
        ("Ægir Þórsson", "Ægir Þórsson"),
    ],
)
def test_names_reach_sendgrid_as_one_name(world: MailWorld, name: str, shown: str) -> None:
    message = wire(world, world.write(), from_name=name)
    assert message["from"] == {"email": "sales@northwind.example", "name": shown}


@pytest.mark.parametrize(
    ("address", "wire_form"),
    [
        (LENA, LENA),
        ("lena@bücher.example", "lena@xn--bcher-kva.example"),
        ("jörg@acme.example", "jörg@acme.example"),
        ("no address", "no address"),
    ],
)
def test_domains_go_out_in_ascii(address: str, wire_form: str) -> None:
    assert ascii_address(address) == wire_form


class Reader(HTMLParser):
    """What a mail program makes of the HTML: its words, and its links."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.links, self.tags = "", list[str](), set[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Links by their address."""
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name == "href" and value]

    def handle_data(self, data: str) -> None:
        """Words."""
        self.words += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def test_what_is_written_is_text_in_the_html_too(world: MailWorld) -> None:
    configure(world, mail_footer="Northwind <Ltd>\n1 Quay St, https://northwind.example")
    body = 'Hi <script>alert("x")</script> {{ 7*7 }} {% raw %}\n\nsee https://northwind.example/a?b=1&c=2.'
    with world.world.ctx("ben") as ctx, pytest.raises(Exception, match="invalid"):
        drafts.send(ctx, "lead", world.lead_id, EmailInput("<b>", body))
    message = wire(world, world.write("<b> & co"), body=body)
    plain, html = parts(message)
    seen = read(html)
    assert "script" not in seen.tags
    assert 'Hi <script>alert("x")</script> {{ 7*7 }} {% raw %}' in seen.words
    assert "https://northwind.example/a?b=1&c=2" in seen.links
    assert "Northwind <Ltd>" in seen.words
    assert "<title>&lt;b&gt; &amp; co</title>" in html
    assert "Northwind <Ltd>\n1 Quay St, https://northwind.example\nUnsubscribe: https" in plain


def test_both_parts_say_the_same(world: MailWorld) -> None:
    body = "One\ntwo\n\nthree  https://a.example/x\n\n- four"
    plain, html = parts(wire(world, world.write("Hello", body)))
    for words in ("One", "two", "three", "https://a.example/x", "- four"):
        assert words in plain
        assert words in read(html).words


@pytest.mark.parametrize(
    ("locale", "language", "word"),
    [("de_DE", "de", "Abmelden"), ("es_MX", "es", "Darse de baja"), ("ja_JP", "en", "Unsubscribe")],
)
def test_the_frame_speaks_the_workspaces_language(world: MailWorld, locale: str, language: str, word: str) -> None:
    configure(world, locale=locale)
    plain, html = parts(wire(world, world.write()))
    assert f'<html lang="{language}">' in html
    assert f">{word}</a>" in html
    assert f"{word}: https://" in plain


def test_what_the_installation_does_not_have_is_left_out(world: MailWorld) -> None:
    with world.world.ctx("ben") as ctx:
        assert ctx.actor.member_id is not None
        ctx.session.get_one(Member, (ctx.workspace.id, ctx.actor.member_id)).email = "ben@northwind.example"
    message = wire(world, world.write(), MailSettings(mail_from="sales@northwind.example"))
    assert message["headers"] == {}
    assert message["reply_to"] == {"email": "ben@northwind.example", "name": "Ben Okafor"}
    assert "nsubscribe" not in str(message["content"])


def test_a_workspaces_own_sender_goes_before_the_installations(world: MailWorld) -> None:
    configure(world, mail_from="crm@northwind.example")
    email_id = world.write()
    configure(world, mail_from="new@northwind.example")
    message = wire(world, email_id)
    assert message["from"] == {"email": "crm@northwind.example", "name": "Ben Okafor"}
