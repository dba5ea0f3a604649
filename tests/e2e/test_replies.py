"""What prospects answer, from their mailbox to the channel and back: alerts, answering, putting away, sorting."""

from datetime import date
from uuid import UUID

import pytest

from core import deals
from core.context import Ctx
from core.deals import DealInput
from core.emails import drafts
from core.emails import replies as core_replies
from core.emails.drafts import EmailInput
from core.emails.replies import IncomingMail
from core.emails.tokens import new_token, reply_address
from core.enums import InboundState, LeadStatus, MailKind, NoticeMode
from core.i18n import Viewer
from core.models import Deal, Delivery, Email, InboundEmail, Lead
from core.notices import NoticeKind, choose
from sandbox.driver.mailbox import FORGED, MailHandle
from sandbox.driver.message import MessageHandle
from sandbox.driver.person import Person
from sandbox.mail.writing import Attachment
from tests.e2e.world import MAIL, World
from tests.factories import make_account, make_contact, make_lead

LENA = "lena@acme.example"


@pytest.fixture
def lead(world: World) -> Lead:
    """Ana's lead L-1."""
    with world.ctx(world.ana) as ctx:
        return make_lead(ctx, "Lena Fischer", owner=world.member(world.ana), company="Acme GmbH", email=LENA)


@pytest.fixture
def replies(world: World) -> str:
    """The channel for replies."""
    channel = world.sandbox.channel(world.team, "#general")
    channel.members.add(world.team.app.bot_user_id)
    world.configure(replies_channel=channel.id)
    return "#general"


def mail(world: World, entity: str, entity_id: UUID, body: str = "Wann passt es Ihnen?") -> MailHandle:
    """A mail of Ana's, in the reader's mailbox."""
    with world.ctx(world.ana) as ctx:
        drafts.send(ctx, entity, entity_id, EmailInput("Angebot", f"Hallo,\n\n{body}\n\nAna"))
    world.settle()
    return world.mailbox.last()


def said(person: Person, channel: str) -> list[MessageHandle]:
    """The app's posts in a channel that everybody sees."""
    return [one for one in person.messages(channel) if one.is_from_app and not one.is_ephemeral]


def alert(world: World, channel: str) -> MessageHandle:
    """The one alert in a channel, as it looks now."""
    (found,) = said(world.ana, channel)
    return found


def dms(world: World, person: Person) -> list[str]:
    """What the app told a person in direct messages."""
    return [one.visible_text() for one in person.messages() if one.is_from_app]


# -- the alert --------------------------------------------------------------------------------------------------------


def test_a_german_answer_is_in_the_channel_and_is_answered_into_the_same_thread(
    world: World, lead: Lead, replies: str
) -> None:
    first = mail(world, "lead", lead.id)
    first.reply("Gerne, passt Dienstag?\nWir sind zu dritt.", language="de")
    world.settle()

    told = alert(world, replies)
    text = told.visible_text()
    assert f"<@{world.ana.id}>" in told.text
    assert "Lena Fischer answered about L-1." in text.replace("*", "")
    assert "Acme GmbH" in text
    assert "Gerne, passt Dienstag?\nWir sind zu dritt." in text
    assert "schrieb" not in text
    assert "Last written by Ana Costa" in text
    assert "Wann passt es Ihnen?" in text
    assert LENA not in str(told.blocks)
    assert world.rows(Lead)[0].status is LeadStatus.REPLIED

    told.click("Reply")
    modal = world.ana.modal
    assert LENA in modal.text()
    assert "Re: Angebot" in modal.text()
    assert "Gerne, passt Dienstag?" in modal.text()
    modal.fill({"Your answer": "Dienstag um zehn."})
    modal.submit("Send")
    assert "Your answer to Lena Fischer is on its way." in world.ana.last_message(replies).visible_text()
    world.settle()

    answer = world.mailbox.last(LENA)
    assert (answer.subject, answer.text.startswith("Dienstag um zehn.")) == ("Re: Angebot", True)
    assert len(answer.thread()) == 3
    (told,) = said(world.ana, replies)
    assert "Ana Costa answered Lena Fischer about L-1." in told.visible_text()
    assert not told.has_button("Reply")
    assert told.has_button("Show original")


def test_the_alert_stands_below_the_card_of_the_record(world: World, lead: Lead, replies: str) -> None:
    shown = world.ana.command("/lead view L-1", channel="#sales")
    assert shown is not None
    shown.click("Share in this channel")
    world.settle()
    mail(world, "lead", lead.id).reply("Yes please")
    world.settle()
    card = next(one for one in said(world.ben, "#sales") if "shared L-1" in one.visible_text())
    assert [one.visible_text() for one in card.thread if "Yes please" in one.visible_text()]
    assert said(world.ana, replies) == []


def test_without_a_channel_the_owner_is_told_alone(world: World, lead: Lead) -> None:
    mail(world, "lead", lead.id).reply("Yes please")
    world.settle()
    assert any("Lena Fischer answered about L-1." in text for text in dms(world, world.ana))
    assert dms(world, world.ben) == []


def test_a_channel_that_takes_nothing_does_not_swallow_a_reply(world: World, lead: Lead) -> None:
    world.configure(replies_channel="C0GONE0000")
    mail(world, "lead", lead.id).reply("Yes please")
    world.settle()
    assert any("Yes please" in text for text in dms(world, world.ana))


def test_a_deals_alert_names_its_stage_and_moves_it(world: World, replies: str) -> None:
    with world.ctx(world.ana) as ctx:
        owner = world.member(world.ana)
        account = make_account(ctx, "Globex", owner=owner)
        rosa = make_contact(ctx, "Rosa Berg", account=account, owner=owner, email="rosa@globex.example")
        values = DealInput("Globex cells", account.id, rosa.id, None, "EUR", None, world.ana.id)
        deal = deals.create(ctx, values)
    mail(world, "deal", deal.id).reply("Send the contract")
    world.settle()
    told = alert(world, replies)
    assert "Rosa Berg answered about D-1." in told.visible_text()
    assert "Stage: Lead in" in told.visible_text()
    told.click("Move stage")
    assert "Globex cells" in world.ana.modal.text()
    world.ana.modal.dismiss()
    world.ana.command("/deal move D-1 proposal", channel="#sales")
    world.settle()
    assert "Stage: Proposal" in alert(world, replies).visible_text()
    assert world.rows(Deal)[0].next_follow_up is not None


def test_hostile_words_stay_words(world: World, lead: Lead, replies: str) -> None:
    words = "<!channel> *x* <https://evil.example|ok> @here"
    mail(world, "lead", lead.id).reply(words)
    world.settle()
    told = alert(world, replies)
    assert words in told.visible_text()
    assert "<!channel>" not in told.text


def test_an_answer_of_somebody_else_without_proof_and_with_a_file_says_so(
    world: World, lead: Lead, replies: str
) -> None:
    file = Attachment("Bestellung.pdf", b"%PDF-1.7" * 200, "application/pdf")
    first = mail(world, "lead", lead.id)
    first.reply("I take over", from_address="Kim <kim@other.example>", attachment=file, proof=FORGED)
    world.settle()
    told = alert(world, replies).visible_text()
    assert "Kim answered about L-1." in told
    assert "another address than was written to" in told
    assert "kim@other.example" not in told
    assert "Nothing proves" in told
    assert "Bestellung.pdf (application/pdf, 2 KB)" in told
    alert(world, replies).click("Show original")
    original = world.ana.modal.text()
    assert "kim@other.example" in original
    assert "Wann passt es Ihnen?" in original


def test_an_out_of_office_note_is_quiet(world: World, lead: Lead, replies: str) -> None:
    back = date(2026, 12, 1)
    mail(world, "lead", lead.id).out_of_office(back, language="de")
    world.settle()
    assert said(world.ana, replies) == []
    assert dms(world, world.ana) == []
    (found,) = world.rows(InboundEmail)
    assert (found.kind, found.state) == (MailKind.AWAY, InboundState.LINKED)
    after = world.rows(Lead)[0]
    assert (after.status, after.next_follow_up) == (LeadStatus.CONTACTED, found.away_until)
    assert found.away_until is not None


def test_a_person_may_have_replies_in_the_morning(world: World, lead: Lead) -> None:
    with world.ctx(world.ana) as ctx:
        choose(ctx, world.ana.id, {NoticeKind.REPLY: NoticeMode.OFF})
    mail(world, "lead", lead.id).reply("Yes please")
    world.settle()
    assert dms(world, world.ana) == []


def test_a_reply_delivered_many_times_is_told_once(world: World, lead: Lead, replies: str) -> None:
    mail(world, "lead", lead.id).reply("Once")
    for _ in range(3):
        world.settle()
    assert len(said(world.ana, replies)) == 1
    with world.ctx() as ctx:
        told = [
            one
            for one in ctx.session.query(Delivery).filter_by(workspace_id=ctx.workspace.id)
            if one.key.startswith("reply:")
        ]
    assert len(told) == 1


# -- dealing with it --------------------------------------------------------------------------------------------------


def test_done_and_not_a_reply_can_be_taken_back(world: World, lead: Lead, replies: str) -> None:
    mail(world, "lead", lead.id).reply("Yes please")
    world.settle()
    alert(world, replies).click("Done without an answer")
    assert "Done: nobody has to answer Lena Fischer about L-1." in world.ana.last_message(replies).visible_text()
    world.settle()
    assert "Ana Costa marked the reply of Lena Fischer about L-1 as done." in alert(world, replies).visible_text()
    alert(world, replies).click("Not done yet")
    world.settle()
    assert alert(world, replies).has_button("Reply")
    alert(world, replies).click("Not a reply")
    world.settle()
    assert world.rows(Lead)[0].status is LeadStatus.CONTACTED
    assert "as no reply" in alert(world, replies).visible_text()
    undo = next(one for one in reversed(world.ana.messages(replies)) if one.is_ephemeral and one.has_button("Undo"))
    undo.click("Undo")
    world.settle()
    assert world.rows(Lead)[0].status is LeadStatus.REPLIED
    assert alert(world, replies).has_button("Reply")


def test_snooze_moves_the_follow_up(world: World, lead: Lead, replies: str) -> None:
    mail(world, "lead", lead.id).reply("Yes please")
    world.settle()
    before = world.rows(Lead)[0].next_follow_up
    alert(world, replies).choose("Snooze", "Next week")
    assert before is not None
    after = world.rows(Lead)[0].next_follow_up
    assert after is not None
    assert (after - before).days == 7
    world.settle()
    as_slack_says_it = Viewer("en_US", "UTC").slack_day(after).partition("|")[0]
    assert f"Follow-up: {as_slack_says_it}" in alert(world, replies).visible_text()


def test_who_may_not_see_the_record_may_not_answer(world: World, lead: Lead, replies: str) -> None:
    mail(world, "lead", lead.id).reply("Yes please")
    world.settle()
    (told,) = said(world.ben, replies)
    for button in ("Reply", "Done without an answer", "Not a reply", "Show original"):
        told.click(button)
        assert not world.ben.has_modal
        assert "I cannot find that" in world.ben.last_message(replies).visible_text()
    assert world.rows(InboundEmail)[0].handled_at is None


def test_two_who_answer_at_once_send_one_answer(world: World, lead: Lead, replies: str) -> None:
    mail(world, "lead", lead.id).reply("Yes please")
    world.settle()
    for person in (world.ana, world.mira):
        (told,) = said(person, replies)
        told.click("Reply")
        person.modal.fill({"Your answer": "Here it is"})
    world.ana.modal.submit()
    world.mira.modal.submit()
    assert "Ana Costa" in world.mira.modal.text()
    world.settle()
    assert len([one for one in world.rows(Email) if one.in_reply_to]) == 1


# -- App Home ---------------------------------------------------------------------------------------------------------


def test_replies_wait_in_the_owners_home(world: World, lead: Lead, replies: str) -> None:
    world.ana.open_home()
    mail(world, "lead", lead.id).reply("Yes please")
    world.settle()
    assert "Replies waiting" in world.ana.home.text()
    assert "Yes please" in world.ana.home.text()
    world.ana.home.click("Reply")
    world.ana.modal.fill({"Your answer": "Here it is"})
    world.ana.modal.submit()
    world.settle()
    assert "Replies waiting" not in world.ana.home.text()


def stray(world: World, sender: str = "Kim Park <kim@park.example>", text: str = "What does it cost?") -> None:
    """A mail to a conversation nobody knows."""
    address = reply_address(new_token(world.workspace_id), MAIL.inbound_domain)
    world.mailbox.write(sender, address, "Price?", text)
    world.settle()


def test_an_unknown_sender_is_sorted_into_a_new_lead_and_taken_back(world: World, lead: Lead, replies: str) -> None:
    world.mira.open_home()
    stray(world)
    home = world.mira.home.text()
    assert "1 mail waits to be sorted." in home
    assert "What does it cost?" in home
    assert said(world.ana, replies) == []
    assert len(world.rows(Lead)) == 1

    world.mira.home.click("New lead", nth=1)
    modal = world.mira.modal
    assert (modal.value("Name"), modal.value("Company"), modal.value("E-mail")) == (
        "Kim Park",
        "Park",
        "kim@park.example",
    )
    modal.submit("Create")
    world.settle()
    assert [one.name for one in world.rows(Lead)] == ["Lena Fischer", "Kim Park"]
    assert "Kim Park answered about L-2." in alert(world, replies).visible_text()
    assert "waits to be sorted" not in world.mira.home.text()

    undo = next(one for one in reversed(world.mira.messages()) if one.has_button("Undo"))
    undo.click("Undo")
    world.settle()
    assert [one.name for one in world.rows(Lead)] == ["Lena Fischer"]
    assert "1 mail waits to be sorted." in world.mira.home.text()
    assert "Kim Park" not in alert(world, replies).visible_text()


def test_a_known_sender_is_suggested_and_linked(world: World, lead: Lead, replies: str) -> None:
    stray(world, f"Lena Fischer <{LENA}>", "One more thing")
    world.mira.open_home()
    assert "The address belongs to L-1 Lena Fischer." in world.mira.home.text()
    world.mira.home.click("Link to…")
    assert "L-1 Lena Fischer" in world.mira.modal.value("Record")
    world.mira.modal.submit("Link")
    world.settle()
    assert "One more thing" in alert(world, replies).visible_text()
    assert len(world.rows(Lead)) == 1


def test_a_known_sender_does_not_become_a_second_lead_by_accident(world: World, lead: Lead) -> None:
    stray(world, f"Lena Fischer <{LENA}>")
    world.mira.open_home()
    world.mira.home.click("New lead", nth=1)
    assert "This may already be here." in world.mira.modal.text()
    assert world.mira.modal.submit_text == "Create anyway"


def test_not_ours_and_back(world: World, lead: Lead) -> None:
    stray(world)
    world.mira.open_home()
    world.mira.home.click("Not ours")
    assert "is none of ours" in world.mira.modal.text()
    world.settle()
    assert "waits to be sorted" not in world.mira.home.text()
    world.mira.modal.click("Undo")
    world.settle()
    assert "1 mail waits to be sorted." in world.mira.home.text()


def letter(ctx: Ctx, words: str) -> IncomingMail:
    """A mail that matches nothing, as it comes out of the webhook."""
    return IncomingMail(
        key=words,
        kind=MailKind.HUMAN,
        recipients=("info@in.northwind.example",),
        from_address="kim@park.example",
        from_name="Kim Park",
        subject="Price?",
        message_id="",
        thread_ids=(),
        body=words,
        new_words=words,
        cut=True,
        received_at=ctx.now,
    )


def test_many_mails_are_sorted_page_by_page(world: World, lead: Lead) -> None:
    with world.ctx() as ctx:
        for number in range(10):
            found = core_replies.receive(ctx, letter(ctx, f"Question {number}"), MAIL.inbound_domain)
            assert found is not None
    world.mira.open_home()
    assert "10 mails wait to be sorted." in world.mira.home.text()
    world.mira.home.click("Sort")
    assert "Question 7" in world.mira.modal.text()
    assert "Question 8" not in world.mira.modal.text()
    world.mira.modal.click("Next")
    assert "Question 8" in world.mira.modal.text()
    assert "mails wait" not in world.ana.open_home().text()
