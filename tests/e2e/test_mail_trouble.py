"""A mail that did not go as it should, as its writer and its reader live it."""

import pytest
import urllib3

from core.emails.templates import TemplateInput, create
from core.enums import EmailState, SuppressionReason
from core.models import Email, Suppression
from sandbox.driver import MessageHandle
from tests.e2e.world import World

ZOE = "zoe@limafoods.example"


@pytest.fixture
def world(world: World) -> World:
    """A team with a template."""
    with world.ctx(world.sam) as ctx:
        create(ctx, TemplateInput("First contact", "Robots for {{company}}", "Hello {{first_name}},\n\na call?"))
    return world


def write(world: World) -> None:
    """Ana writes to Zoe, a new lead."""
    world.ana.command(f"/lead new Zoe Lima, Lima Foods, {ZOE}", channel="#sales")
    world.ana.modal.submit()
    world.ana.last_message("#sales").click("E-mail")
    world.ana.modal.choose("Template", "First contact", query="First")
    world.ana.modal.submit("Send")


def told(world: World) -> list[MessageHandle]:
    """What Ana is told in direct messages of her mail."""
    return [one for one in world.ana.messages(world.ana.dm_with_app) if "our e-mail “" in one.text]


def state(world: World) -> EmailState:
    return world.rows(Email)[0].state


def test_a_lost_answer_is_asked_about_and_the_writer_says_it_arrived(world: World) -> None:
    world.sandbox.faults.on_call("mail/send", "drop_before")
    write(world)
    world.settle()
    assert (state(world), told(world)) == (EmailState.UNKNOWN, [])
    world.jump(minutes=11)
    world.settle()
    (asked,) = told(world)
    assert "I do not know whether your e-mail “Robots for Lima Foods” to Zoe Lima (L-1) was sent." in asked.text
    asked.click("It arrived")
    world.settle()
    assert state(world) is EmailState.SENT
    assert world.mailbox.mails(ZOE) == []


def test_a_lost_answer_is_asked_about_and_the_mail_is_sent_again(world: World) -> None:
    world.sandbox.faults.on_call("mail/send", "drop_before")
    write(world)
    world.settle()
    world.jump(minutes=11)
    world.settle()
    told(world)[0].click("Send again")
    world.settle()
    assert state(world) is EmailState.SENT
    assert len(world.mailbox.mails(ZOE)) == 1


def test_events_spare_the_question(world: World) -> None:
    world.sandbox.faults.on_call("mail/send", "drop_after")
    write(world)
    world.settle()
    world.jump(minutes=11)
    world.settle()
    assert (state(world), told(world)) == (EmailState.SENT, [])
    assert len(world.mailbox.mails(ZOE)) == 1


def test_a_refusal_is_told_with_what_sendgrid_says(world: World) -> None:
    senders = world.sandbox.mail.account.senders
    world.sandbox.mail.account.senders = ("elsewhere.example",)
    try:
        write(world)
        world.settle()
    finally:
        world.sandbox.mail.account.senders = senders
    (word,) = told(world)
    assert "was not sent. SendGrid says: The from address does not match a verified Sender Identity." in word.text
    word.click("Send again")
    world.settle()
    assert state(world) is EmailState.SENT
    assert [one.text for one in told(world)] == [], "what was mended does not stand there as failed"


@pytest.mark.parametrize("way", ["header", "link"])
def test_a_reader_unsubscribes_and_the_next_mail_is_not_written(world: World, way: str) -> None:
    write(world)
    world.settle()
    mail = world.mailbox.last(ZOE)
    assert mail.unsubscribe(way) == 200  # type: ignore[arg-type]  # one of its ways
    world.settle()
    assert [(one.address, one.reason) for one in world.rows(Suppression)] == [(ZOE, SuppressionReason.UNSUBSCRIBED)]
    world.ana.command("/email L-1", channel="#sales")
    assert "does not want" in world.ana.modal.text()


def test_who_unsubscribes_before_the_mail_leaves_does_not_get_it(world: World) -> None:
    write(world)
    world.settle()
    first = world.mailbox.last(ZOE)
    world.ana.command("/email L-1", channel="#sales")
    world.ana.modal.fill({"Subject": "Once more", "Text": "Hello again"})
    world.ana.modal.submit("Send anyway")
    first.unsubscribe("header")
    world.settle()
    assert len(world.mailbox.mails(ZOE)) == 1
    (word,) = told(world)
    assert (
        "“Once more” to Zoe Lima (L-1) was not sent. This person does not want e-mail from you any more." in word.text
    )


def test_the_page_is_reached_at_the_products_own_address(world: World) -> None:
    write(world)
    world.settle()
    link = world.mailbox.last(ZOE).header("List-Unsubscribe").strip("<>")
    path = link.split("/u/")[1]
    page = urllib3.request("GET", f"{world.backend.url}/u/{path}", headers={"Accept-Language": "de"}, retries=False)
    assert page.status == 200
    assert "Keine E-Mails mehr von" in page.data.decode()
    assert world.rows(Suppression) == []
