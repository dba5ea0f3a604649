"""E-mail from start to end, as a rep and a prospect live it: written, read, answered, told, answered again; and quiet
or loud where it has to be.

The single steps have tests of their own; this one proves that they hold together, with webhooks that come repeated and
out of order.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.emails.templates import TemplateInput, create
from core.emails.tokens import new_token, reply_address
from core.enums import EmailProgress, EmailState, InboundState, LeadStatus, MailKind
from core.models import Activity, Email, EmailEvent, InboundEmail, Lead, Suppression
from sandbox.driver import MailHandle, MessageHandle
from sandbox.mail.writing import Attachment
from tests.e2e.world import MAIL, World

ZOE = "zoe@limafoods.example"
GERMAN = "Guten Tag Frau Costa,\n\ngerne, Dienstag um 10 Uhr passt mir gut. Bringen Sie den Hallenplan mit?"


@pytest.fixture
def world(world: World) -> World:
    """A team whose replies are told in #sales, with a template."""
    world.configure(replies_channel=world.sales.id)
    with world.ctx(world.sam) as ctx:
        create(ctx, TemplateInput("First contact", "Robots for {{company}}", "Hello {{first_name}},\n\na call?"))
    return world


def written_to(world: World) -> MailHandle:
    """Zoe, a new lead, is written to from the template; her mail."""
    world.ana.command(f"/lead new Zoe Lima, Lima Foods, {ZOE}", channel="#sales")
    world.ana.modal.submit()
    world.ana.last_message("#sales").click("E-mail")
    world.ana.modal.choose("Template", "First contact", query="First")
    world.ana.modal.submit("Send")
    world.settle()
    return world.mailbox.last(ZOE)


def told(world: World, text: str) -> list[MessageHandle]:
    """What the whole channel reads of it."""
    found = world.ben.messages("#sales")
    return [one for one in found if not one.is_ephemeral and text in one.visible_text()]


@pytest.mark.parametrize("raw", [True, False], ids=["whole mails", "taken apart"])
def test_from_a_new_lead_to_one_thread_in_the_prospects_mailbox(world: World, raw: bool) -> None:
    world.mailbox.office.account.inbound_raw = raw
    mail = written_to(world)
    assert mail.subject == "Robots for Lima Foods"
    assert mail.text.startswith("Hello Zoe,")
    assert mail.header("From") == "Ana Costa <sales@northwind.example>"
    assert mail.header("Reply-To").endswith("@in.northwind.example>")
    (sent,) = world.rows(Email)
    assert (sent.state, sent.progress, sent.message_id) == (EmailState.SENT, EmailProgress.DELIVERED, mail.message_id)

    # She opens it, some minutes later; nothing is concluded from that.
    world.jump(minutes=7)
    mail.open()
    world.settle()
    assert world.rows(Email)[0].opens == 1
    assert world.rows(Lead)[0].status is LeadStatus.CONTACTED

    # She answers in German, above the quote: the channel hears of it once, with her new words alone.
    world.jump(minutes=3)
    mail.reply(GERMAN, language="de", attachment=Attachment("Hallenplan.pdf", b"%PDF-1.7"))
    world.settle()
    (alert,) = told(world, "Dienstag um 10 Uhr")
    assert f"<@{world.ana.id}>" in alert.visible_text()
    for words in ("Zoe Lima", "Lima Foods", "Hallenplan.pdf"):
        assert words in alert.visible_text()
    assert "schrieb Ana Costa" not in alert.visible_text()
    (lead,) = world.rows(Lead)
    assert lead.status is LeadStatus.REPLIED
    assert lead.next_follow_up == world.sandbox.clock.now().astimezone(ZoneInfo(world.ana.user.tz)).date()
    (inbound,) = world.rows(InboundEmail)
    assert (inbound.kind, inbound.state, inbound.new_words) == (MailKind.HUMAN, InboundState.LINKED, GERMAN)
    assert inbound.owner_id == world.member(world.ana).id

    # Ana answers from the alert; in Zoe's mailbox all of it is one conversation.
    alert = next(one for one in world.ana.messages("#sales") if one.ts == alert.ts)
    alert.click("Reply")
    assert "Dienstag um 10 Uhr" in world.ana.modal.text()
    world.ana.modal.fill({"Your answer": "Sehr gern, bis Dienstag!"})
    world.ana.modal.submit("Send")
    world.settle()
    answer = world.mailbox.last(ZOE)
    assert answer.subject == "Re: Robots for Lima Foods"
    assert answer.text.startswith("Sehr gern, bis Dienstag!")
    assert "> gerne, Dienstag um 10 Uhr" in answer.text
    ((first, second, third),) = world.mailbox.threads(ZOE)
    assert [first.message_id, third.message_id] == [mail.message_id, answer.message_id]
    assert second.box == ZOE
    assert world.rows(InboundEmail)[0].handled_at is not None

    # She goes on, and that is told too, in the same place.
    answer.reply("Bis dann.", language="de", style="outlook")
    world.settle()
    assert [one.new_words for one in world.rows(InboundEmail)] == [GERMAN, "Bis dann."]
    assert len(world.mailbox.threads(ZOE)) == 1

    # However often SendGrid said it, everything happened once, and nothing was turned away.
    assert len(world.rows(Activity)) == 4
    events = [(one.kind, one.key) for one in world.rows(EmailEvent)]
    assert sorted(kind for kind, _ in events) == ["delivered", "delivered", "open", "processed", "processed"]
    assert (world.mailbox.lost, world.mailbox.refused) == ([], [])


def test_an_absence_stays_quiet_and_moves_the_follow_up(world: World) -> None:
    mail = written_to(world)
    before = [one.ts for one in world.ana.messages("#sales")]
    last = date(2027, 3, 5)
    mail.out_of_office(last, "de")
    world.settle()
    assert [one.ts for one in world.ana.messages("#sales")] == before
    back = last + timedelta(days=1)
    (note,) = world.rows(InboundEmail)
    assert (note.kind, note.away_until) == (MailKind.AWAY, back)
    (lead,) = world.rows(Lead)
    assert (lead.status, lead.next_follow_up) == (LeadStatus.CONTACTED, back)


def test_a_bounce_tells_the_owner_once_and_what_to_do(world: World) -> None:
    world.mailbox.set_fate(ZOE, "bounce")
    written_to(world)
    assert world.rows(Email)[0].progress is EmailProgress.BOUNCED
    notices = [one for one in world.ana.messages() if "Zoe" in one.visible_text()]
    assert len(notices) == 1
    assert ZOE in notices[0].visible_text()
    assert [one.address for one in world.rows(Suppression)] == [ZOE]

    # The address is not written to again, unless somebody says so.
    world.ana.command("/email L-1", channel="#sales")
    assert "came back before" in world.ana.modal.text()
    assert world.ana.modal.submit_text == ""


def test_a_complaint_tells_the_owner_and_ends_the_writing(world: World) -> None:
    mail = written_to(world)
    mail.spam()
    world.settle()
    assert len([one for one in world.ana.messages() if "Zoe" in one.visible_text()]) == 1
    assert [one.address for one in world.rows(Suppression)] == [ZOE]


def test_one_click_is_enough_not_to_be_written_to_any_more(world: World) -> None:
    mail = written_to(world)
    assert mail.unsubscribe() == 200
    assert mail.unsubscribe("page") == 200
    assert [one.address for one in world.rows(Suppression)] == [ZOE]


def test_a_mail_that_answers_nothing_waits_to_be_sorted(world: World) -> None:
    unknown = reply_address(new_token(world.workspace_id), MAIL.inbound_domain)
    world.mailbox.write("Kim Berg <kim@other.example>", unknown, "Robots", "Do you ship to Norway?")
    world.settle()
    assert [one.state for one in world.rows(InboundEmail)] == [InboundState.TRIAGE]
    assert world.rows(Lead) == []
    assert "Mails to sort" in world.sam.open_home().text()
