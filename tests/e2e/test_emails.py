"""Writing e-mail, through the sandbox: the window, its warnings, templates, quotes, and what becomes of a mail."""

from decimal import Decimal

import pytest

from core.emails import suppressions
from core.emails.templates import TemplateInput, create
from core.enums import EmailState, LeadStatus, QuoteStatus, SuppressionReason, Visibility
from core.models import Deal, Email, Lead, Quote
from core.quotes import LineInput, QuoteInput, accept, mark_sent
from core.quotes import create as create_quote
from sandbox.driver.mailbox import MailHandle
from tests.e2e.world import World
from tests.factories import make_account, make_contact, make_deal, make_lead

WORDS = "Hello {{first_name}},\n\nhow is {{company}}?"


@pytest.fixture
def lead(world: World) -> Lead:
    with world.ctx(world.ana) as ctx:
        owner = world.member(world.ana)
        return make_lead(ctx, "Lena Fischer", owner=owner, company="Acme GmbH", email="lena@acme.example")


@pytest.fixture
def deal(world: World) -> Deal:
    with world.ctx(world.ana) as ctx:
        owner = world.member(world.ana)
        account = make_account(ctx, "Globex", owner=owner)
        rosa = make_contact(ctx, "Rosa Berg", account=account, owner=owner, email="rosa@globex.example")
        make_contact(ctx, "Tom Weiss", account=account, owner=owner, email="tom@globex.example")
        return make_deal(ctx, "Globex cells", owner=owner, account=account, contact_id=rosa.id, currency="EUR")


def template(world: World, name: str, body: str = WORDS) -> None:
    with world.ctx(world.sam) as ctx:
        create(ctx, TemplateInput(name, f"{name} for {{{{name}}}}", body))


def states(world: World) -> list[EmailState]:
    return [mail.state for mail in world.rows(Email)]


# -- writing ------------------------------------------------------------------------------------------------------


def test_a_mail_is_written_from_the_leads_card(world: World, lead: Lead) -> None:
    ana = world.ana
    card = ana.command("/lead view L-1", channel="#sales")
    assert card is not None
    card.click("E-mail")
    assert "Lena Fischer · lena@acme.example" in ana.modal.text()
    ana.modal.fill({"Subject": "Our call", "Text": "Hello Lena"})
    ana.modal.submit("Send")

    said = ana.last_message("#sales")
    assert "The e-mail to Lena Fischer is on its way: “Our call”." in said.visible_text()
    assert "Status is now Contacted." in said.visible_text()
    (mail,) = world.rows(Email)
    assert (mail.to_address, mail.subject, mail.body) == ("lena@acme.example", "Our call", "Hello Lena")
    card = ana.command("/lead view L-1", channel="#sales")
    assert card is not None
    assert "E-mail · waiting to be sent · Ana Costa" in card.visible_text().replace("*", "")


def test_undo_keeps_it_from_leaving(world: World, lead: Lead) -> None:
    ana = world.ana
    ana.command("/email L-1", channel="#sales")
    ana.modal.fill({"Subject": "Our call", "Text": "Hello Lena"})
    ana.modal.submit()
    ana.last_message("#sales").click("Undo")

    assert states(world) == [EmailState.STOPPED]
    assert world.rows(Lead)[0].status is LeadStatus.NEW


def test_stop_and_send_again_in_the_mails_own_window(world: World, lead: Lead) -> None:
    ana = world.ana
    ana.command("/email L-1", channel="#sales")
    ana.modal.fill({"Subject": "Our <call>", "Text": "Hello *Lena*\n\nBye"})
    ana.modal.submit()
    said = ana.last_message("#sales")
    said.click("Show e-mail")
    assert "Hello *Lena*\n\nBye" in ana.modal.text()
    assert "Written by Ana Costa" in ana.modal.text()
    ana.modal.click("Stop")
    assert "Stopped: the e-mail to Lena Fischer does not leave." in ana.modal.text()
    assert states(world) == [EmailState.STOPPED]
    ana.modal.click("Send again")
    assert "is on its way again" in ana.modal.text()
    assert states(world) == [EmailState.QUEUED]


def test_a_double_submit_is_one_mail(world: World, lead: Lead) -> None:
    ana = world.ana
    ana.command("/email L-1", channel="#sales")
    ana.modal.fill({"Subject": "Our call", "Text": "Hello Lena"})
    world.sandbox.faults.on_delivery("interactive", "duplicate", copies=2, parallel=True)
    ana.modal.submit()

    assert len(world.rows(Email)) == 1


def test_a_mention_and_the_channel_of_a_record(world: World, lead: Lead) -> None:
    ana = world.ana
    ana.say("#sales", f"<@{world.team.app.bot_user_id}> email L-1")
    answer = ana.last_message("#sales")
    answer.click(answer.buttons()[0])
    assert "lena@acme.example" in ana.modal.text()
    ana.modal.close()

    template(world, "Intro")
    ana.command("/crm link L-1", channel="#sales")
    ana.command("/email intro", channel="#sales")
    assert ana.modal.value("Subject") == "Intro for Lena Fischer"


def test_names_and_templates_after_the_command(world: World, lead: Lead, deal: Deal) -> None:
    ana = world.ana
    template(world, "First mail")
    ana.command("/email lena fischer first", channel="#sales")
    assert ana.modal.value("Text") == "Hello Lena,\n\nhow is Acme GmbH?"
    ana.modal.close()
    ana.command("/email D-1 nonsense", channel="#sales")
    assert "There is no template “nonsense”" in ana.modal.text()
    ana.modal.close()
    assert "To whom?" in (ana.command("/email", channel="#sales") or ana.last_message("#sales")).visible_text()
    said = ana.command("/email zzzz", channel="#sales")
    assert said is not None
    assert "cannot find “zzzz”" in said.visible_text()
    said = ana.command("/email help", channel="#sales")
    assert said is not None
    assert "/email REF" in said.visible_text()


# -- templates ----------------------------------------------------------------------------------------------------


def test_a_template_is_filled_for_the_person_and_takes_nothing_away(world: World, lead: Lead) -> None:
    ana = world.ana
    template(world, "First mail")
    template(world, "Reminder", "{{first_name}}?")
    ana.command("/email L-1", channel="#sales")
    ana.modal.choose("Template", "First mail", query="fir")
    assert ana.modal.value("Subject") == "First mail for Lena Fischer"
    assert ana.modal.value("Text") == "Hello Lena,\n\nhow is Acme GmbH?"
    ana.modal.choose("Template", "Reminder", query="rem")
    assert ana.modal.value("Text") == "Lena?", "a text nobody changed makes place"

    ana.modal.fill({"Text": "My own words"})
    ana.modal.choose("Template", "First mail", query="fir")
    assert "You have changed the text. Replace it with “First mail”?" in ana.modal.text()
    assert ana.modal.value("Text") == "My own words"
    ana.modal.click("Keep my text")
    assert ana.modal.value("Text") == "My own words"
    assert "Replace it" not in ana.modal.text()
    ana.modal.choose("Template", "First mail", query="fir")
    ana.modal.click("Replace my text")
    assert ana.modal.value("Text") == "Hello Lena,\n\nhow is Acme GmbH?"
    ana.modal.submit()
    assert world.rows(Email)[0].template_id is not None


def test_what_is_not_known_is_said_and_refused(world: World) -> None:
    ana = world.ana
    template(world, "First mail")
    with world.ctx(ana) as ctx:
        make_lead(ctx, "Kim", owner=world.member(ana), email="kim@x.example")
    ana.command("/email L-1 first", channel="#sales")
    assert "Nothing is known for `{{company}}`" in ana.modal.text()
    ana.modal.submit()
    assert "A placeholder is still open" in ana.modal.errors["Text"]
    ana.modal.fill({"Text": "Hello {{frst_name}}"})
    ana.modal.submit()
    assert ana.modal.errors["Text"] == "There is no {{frst_name}}. Did you mean {{first_name}}?"
    ana.modal.fill({"Text": "Hello {{first_name}}"})
    ana.modal.click("Preview")
    assert "Hello Kim" in ana.modal.text()
    ana.modal.close()
    ana.modal.submit()
    assert world.rows(Email)[0].body == "Hello Kim"


def test_the_preview_is_what_the_person_gets(world: World, lead: Lead) -> None:
    world.configure(mail_from="sales@acme.example", mail_footer="Acme Sales Ltd\nMain St 1")
    ana = world.ana
    ana.command("/email L-1", channel="#sales")
    ana.modal.fill({"Subject": "For {{company}}", "Text": "Hello {{first_name|there}}"})
    ana.modal.click("Preview")
    text = ana.modal.text()
    for words in ("Ana Costa &lt;sales@acme.example&gt;", "For Acme GmbH", "Hello Lena", "Main St 1", "unsubscribe"):
        assert words in text.replace("<", "&lt;").replace(">", "&gt;"), words
    ana.modal.close()
    assert ana.modal.value("Subject") == "For {{company}}"


# -- what speaks against it ---------------------------------------------------------------------------------------


def test_who_opted_out_is_not_written_to(world: World, lead: Lead) -> None:
    ana = world.ana
    ana.command("/email L-1", channel="#sales")
    ana.modal.fill({"Subject": "Our call", "Text": "Hello Lena"})
    with world.ctx() as ctx:
        suppressions.suppress(ctx, "lena@acme.example", SuppressionReason.UNSUBSCRIBED)
    ana.modal.submit()
    assert "does not want e-mail from you" in ana.modal.text()
    assert ana.modal.value("Text") == "Hello Lena"
    ana.modal.submit()
    assert world.rows(Email) == []
    ana.modal.close()
    ana.command("/email L-1", channel="#sales")
    assert not ana.modal.submit_text
    assert "Allow again" not in ana.modal.text()


def test_an_address_that_came_back_can_be_allowed_again(world: World, lead: Lead) -> None:
    with world.ctx() as ctx:
        suppressions.suppress(ctx, "lena@acme.example", SuppressionReason.BOUNCED)
    ana = world.ana
    ana.command("/email L-1", channel="#sales")
    assert "came back before" in ana.modal.text()
    ana.modal.click("Allow again")
    assert ana.modal.submit_text == "Send"


def test_a_colleague_who_wrote_a_minute_ago_is_told(world: World, lead: Lead) -> None:
    ana, mira = world.ana, world.mira
    for person in (ana, mira):
        person.command("/email L-1", channel="#sales")
        person.modal.fill({"Subject": "Our call", "Text": f"From {person.user.real_name}"})
    mira.modal.submit("Send")
    ana.modal.submit("Send")
    assert "Mira Brandt wrote to this address today at" in ana.modal.text()
    assert ana.modal.value("Text") == "From Ana Costa"
    assert len(world.rows(Email)) == 1
    ana.modal.submit("Send anyway")
    assert len(world.rows(Email)) == 2


def test_without_an_address_it_says_what_to_do(world: World) -> None:
    ana = world.ana
    with world.ctx(ana) as ctx:
        make_lead(ctx, "Kim", owner=world.member(ana))
    ana.command("/email L-1", channel="#sales")
    assert "No e-mail address is known" in ana.modal.text()
    ana.modal.click("Edit")
    ana.modal.fill({"E-mail": "kim@x.example"})
    ana.modal.submit()
    ana.last_message("#sales").click("E-mail")
    assert "kim@x.example" in ana.modal.text()


def test_what_one_may_not_change_one_does_not_write_about(world: World, lead: Lead) -> None:
    said = world.ben.command("/email L-1", channel="#sales")
    assert said is not None
    assert "cannot find" in said.visible_text()
    assert "Lena" not in said.visible_text()
    world.configure(visibility=Visibility.ALL)
    said = world.ben.command("/email L-1", channel="#sales")
    assert said is not None
    assert "look at this record but not change it" in said.visible_text()

    ana = world.ana
    ana.command("/email L-1", channel="#sales")
    ana.modal.fill({"Subject": "Our call", "Text": "Hello"})
    world.configure(visibility=Visibility.OWN)
    with world.ctx(world.sam) as ctx:
        ctx.session.merge(world.rows(Lead)[0]).owner_id = world.member(world.ben).id
    ana.modal.submit()
    assert "cannot find" in str(ana.modal.errors)
    assert world.rows(Email) == []


# -- deals and quotes ---------------------------------------------------------------------------------------------


def test_a_deals_mail_goes_to_whom_one_chooses(world: World, deal: Deal) -> None:
    ana = world.ana
    template(world, "First mail")
    ana.command("/email D-1 first", channel="#sales")
    assert "Rosa Berg · rosa@globex.example" in ana.modal.text()
    ana.modal.choose("To", "Tom Weiss", query="tom")
    assert "Tom Weiss · tom@globex.example" in ana.modal.text()
    assert ana.modal.value("Text") == "Hello Tom,\n\nhow is Globex?"
    ana.modal.submit()
    (mail,) = world.rows(Email)
    assert (mail.to_address, mail.deal_id) == ("tom@globex.example", deal.id)


def quoted(world: World, deal: Deal) -> str:
    with world.ctx(world.ana) as ctx:
        lines = (LineInput(None, "Robot <arm> {{name}}", Decimal(2), Decimal(100), Decimal(0), Decimal(19)),)
        quote = create_quote(ctx, QuoteInput(deal.id, ctx.today.date().replace(year=2030), "Thanks", lines))
        return f"Q-{quote.year}-{quote.sequence:04d}"


def test_a_quote_is_mailed_and_marked_as_sent_at_once(world: World, deal: Deal) -> None:
    ana = world.ana
    card = ana.command(f"/quote view {(number := quoted(world, deal))}", channel="#sales")
    assert card is not None
    card.click("Send")
    text = ana.modal.value("Text")
    for words in (
        "Hello Rosa,",
        "Robot <arm> { {name}}: 2 × €100.00 = €200.00",
        "Total: €238.00",
        "valid until",
        "Thanks",
    ):
        assert words in text, words
    ana.modal.choose("To", "Tom Weiss", query="tom")
    assert "Hello Tom," in ana.modal.value("Text")
    ana.modal.submit("Send")

    said = ana.last_message("#sales")
    assert f"Quote {number} is marked as sent." in said.visible_text()
    (mail,) = world.rows(Email)
    (quote,) = world.rows(Quote)
    assert (mail.quote_id, quote.status) == (quote.id, QuoteStatus.SENT)
    said.click("Open quote")
    assert f"Quote {number}" in ana.last_message("#sales").text
    said.click("Undo")
    assert world.rows(Quote)[0].status is QuoteStatus.DRAFT
    assert states(world) == [EmailState.STOPPED]


def test_a_quote_and_a_company_after_the_command(world: World, deal: Deal) -> None:
    ana = world.ana
    ana.command(f"/email {quoted(world, deal)}", channel="#sales")
    assert ana.modal.title == "Send quote"
    ana.modal.close()
    said = ana.command("/email A-1", channel="#sales")
    assert said is not None
    assert said.text == "A company has no address of its own. Write to one of its people."


def test_a_decided_quote_is_not_mailed_and_one_with_the_customer_is_mailed_again(world: World, deal: Deal) -> None:
    ana = world.ana
    number = quoted(world, deal)
    with world.ctx(ana) as ctx:
        mark_sent(ctx, world.rows(Quote)[0].id)
    card = ana.command(f"/quote view {number}", channel="#sales")
    assert card is not None
    card.click("Send again by e-mail")
    ana.modal.submit("Send")
    assert f"Quote {number} is marked as sent" not in ana.last_message("#sales").visible_text()
    assert len(world.rows(Email)) == 1
    with world.ctx(ana) as ctx:
        accept(ctx, world.rows(Quote)[0].id)
    said = ana.command(f"/email {number}", channel="#sales")
    assert said is not None
    assert "already accepted" in said.text


def test_a_quote_nobody_can_be_mailed_is_marked_by_hand(world: World, deal: Deal) -> None:
    ana = world.ana
    with world.ctx(ana) as ctx:
        ctx.session.merge(world.rows(Deal)[0]).contact_id = None
    card = ana.command(f"/quote view {quoted(world, deal)}", channel="#sales")
    assert card is not None
    card.click("Send")
    assert "This deal has no contact. Choose who gets it." in ana.modal.text()
    ana.modal.submit()
    assert "To" in ana.modal.errors
    ana.modal.close()
    card.click("Mark as sent")
    assert world.rows(Quote)[0].status is QuoteStatus.SENT


# -- what becomes of it -------------------------------------------------------------------------------------------


def written(world: World, body: str = "Hello Lena, see https://acme.example/offer") -> MailHandle:
    """A mail of Ana's to the lead, in its mailbox."""
    world.ana.command("/email L-1", channel="#sales")
    world.ana.modal.fill({"Subject": "Our call", "Text": body})
    world.ana.modal.submit()
    world.settle()
    return world.mailbox.last("lena@acme.example")


def card_text(world: World) -> str:
    card = world.ana.command("/lead view L-1", channel="#sales")
    assert card is not None
    return card.visible_text().replace("*", "")


@pytest.mark.usefixtures("lead")
def test_the_timeline_says_how_far_a_mail_got(world: World) -> None:
    mail = written(world)
    assert "E-mail · delivered · Ana Costa" in card_text(world)
    mail.open(machine=True)
    world.settle()
    assert "E-mail · delivered, opened by a mail program · Ana Costa" in card_text(world)
    mail.open()
    world.settle()
    assert "E-mail · opened · Ana Costa" in card_text(world)
    world.jump(minutes=5)  # who follows a link in the second it arrives is a scanner
    mail.click()
    world.settle()
    assert "E-mail · link clicked · Ana Costa" in card_text(world)
    mail.reply("Sounds good")
    world.settle()
    assert "E-mail · link clicked, answered · Ana Costa" in card_text(world)

    card = world.ana.last_message("#sales")
    card.click("Show")
    assert "Sounds good" in world.ana.modal.text(), "the newest entry is the answer itself"
    world.ana.modal.close()
    card.click("Show", 1)
    text = world.ana.modal.text()
    for words in (
        "Delivered",
        "Opened",
        "Opened by a mail program",
        "Link clicked (https://acme.example/offer)",
        "Answered",
    ):
        assert words in text, words


@pytest.mark.usefixtures("lead")
def test_a_mail_that_bounced_says_so_and_the_next_is_refused(world: World) -> None:
    mail = written(world)
    mail.bounce()
    world.settle()
    assert "E-mail · bounced · Ana Costa" in card_text(world)
    world.ana.command("/email L-1", channel="#sales")
    assert "came back before" in world.ana.modal.text()


@pytest.mark.usefixtures("lead")
def test_the_mail_arrives_as_it_was_written(world: World) -> None:
    world.configure(mail_from="sales@northwind.example", mail_footer="Northwind Ltd, Main St 1")
    mail = written(world, "Hello {{first_name}}\n\nBye")
    assert "Hello Lena\n\nBye" in mail.text.replace("\r\n", "\n")
    assert "Northwind Ltd, Main St 1" in mail.text
    assert mail.header("From") == "Ana Costa <sales@northwind.example>"
    assert mail.subject == "Our call"


@pytest.mark.usefixtures("lead")
def test_writing_again_goes_on_with_the_thread(world: World) -> None:
    written(world)
    card_text(world)
    ana = world.ana
    ana.last_message("#sales").click("Show")
    ana.modal.click("Write again")
    assert ana.modal.value("Subject") == "Re: Our call"
    assert "Ana Costa wrote to this address today" in ana.modal.text()
    ana.modal.fill({"Text": "One more thing"})
    ana.modal.submit("Send anyway")
    world.settle()
    assert len(world.mailbox.last("lena@acme.example").thread()) == 2


@pytest.mark.usefixtures("lead")
def test_undo_after_it_left_says_so(world: World) -> None:
    written(world)
    said = world.ana.last_message("#sales")
    said.click("Undo")
    assert "has left already" in world.ana.last_message("#sales").visible_text()
    assert states(world) == [EmailState.SENT]
