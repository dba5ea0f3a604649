"""One template to many leads, through the sandbox: who gets it, how quickly, and stopping it."""

from collections.abc import Sequence

import pytest

from core import bulk
from core.emails import sending, suppressions
from core.emails.drafts import EmailInput, send
from core.emails.templates import TemplateInput, create
from core.enums import EmailState, LeadStatus, SuppressionReason
from core.models import BulkJob, Email, Lead
from notifications.bulk import BulkRunner
from notifications.slack import SlackSender
from sandbox.driver.person import Person
from tests.e2e.world import World
from tests.factories import make_lead, together

TEXT = "Hello {{first_name}},\n\nnews for {{company}}."


@pytest.fixture
def leads(world: World) -> None:
    """Ten of Ana's: six to be written to, one without an address, company, wish, or an address of its own."""
    with world.ctx(world.ana) as ctx:
        owner = world.member(world.ana)
        for n in range(6):
            make_lead(ctx, f"Lena {n}", owner=owner, company="Acme", email=f"lena{n}@acme.example")
        make_lead(ctx, "No Address", owner=owner, company="Acme")
        make_lead(ctx, "No Company", owner=owner, email="alone@x.example")
        make_lead(ctx, "Opted Out", owner=owner, company="Acme", email="out@x.example")
        make_lead(ctx, "Same Again", owner=owner, company="Acme", email="lena0@acme.example")
        suppressions.suppress(ctx, "out@x.example", SuppressionReason.UNSUBSCRIBED)
    with world.ctx(world.sam) as ctx:
        create(ctx, TemplateInput("News", "News, {{first_name}}", TEXT))


def open_window(person: Person, which: str = "All 10 records of the list") -> None:
    listed = person.command("/lead list mine", channel="#sales")
    assert listed is not None
    listed.click("Select…")
    person.modal.choose("Which", which)
    person.modal.choose("What to do", "Send an e-mail")
    person.modal.submit("Next")


def work(world: World, seconds: float) -> None:
    """The worker for so long, its rounds some seconds apart."""
    for _ in range(int(seconds // 10)):
        world.jump(seconds=10)
        runner = BulkRunner(world.database, world.sandbox.clock, sender(world))
        runner.round(only={world.workspace_id})


def sender(world: World) -> SlackSender:
    return SlackSender(world.backend.parts.slack, world.backend.parts.tokens)


def mails(world: World) -> Sequence[Email]:
    return world.rows(Email)


@pytest.mark.usefixtures("leads")
def test_who_gets_it_is_counted_and_shown_before(world: World) -> None:
    ana = world.ana
    open_window(ana)
    assert "To 10 leads, each by itself." in ana.modal.text()
    ana.modal.choose("Template", "News", query="ne")
    text = ana.modal.text()
    for words in (
        "6 leads get it.",
        "1 · no e-mail address",
        "1 · does not want e-mail",
        "1 · `{{company}}` is not known",
        "1 · same address as another one",
        "L-7 No Address",
    ):
        assert words in text, words
    with world.ctx(ana) as ctx:
        lead = next(one for one in world.rows(Lead) if one.name == "Lena 3")
        send(ctx, "lead", lead.id, EmailInput("Before", "Hello"))
    ana.modal.choose("Template", "News", query="ne")
    assert "6 leads get it.* (1 was written to today)" in ana.modal.text()
    ana.modal.click("Preview")
    assert "1 of 6" in ana.modal.text()
    ana.modal.click("Next")
    shown = ana.modal.text()
    assert "2 of 6" in shown
    assert "News, Lena" in shown
    assert "news for Acme." in shown
    ana.modal.close()
    assert "6 leads get it." in ana.modal.text()


@pytest.mark.usefixtures("leads")
def test_they_leave_one_by_one_and_everybody_once(world: World) -> None:
    ana = world.ana
    open_window(ana)
    ana.modal.choose("Template", "News", query="ne")
    ana.modal.choose("How quickly", "100 an hour")
    ana.modal.submit("Send")
    assert "The first one leaves now." in ana.last_message("#sales").visible_text()

    work(world, 60)
    assert len(mails(world)) == 2, "one each 36 seconds"
    told = ana.last_message(ana.dm_with_app)
    assert "“News”: 2 sent" in told.visible_text()
    work(world, 240)
    assert sorted(mail.to_address for mail in mails(world)) == [f"lena{n}@acme.example" for n in range(6)]
    said = told.visible_text()
    assert "“News” is sent: 6 of 10 leads get it." in said
    for words in ("1 · no e-mail address", "1 · does not want e-mail", "1 · same address as another one"):
        assert words in said, words
    assert not told.buttons()
    contacted = [lead for lead in world.rows(Lead) if lead.status is LeadStatus.CONTACTED]
    assert len(contacted) == 6


@pytest.mark.usefixtures("leads")
def test_stop_keeps_the_others_from_getting_it(world: World) -> None:
    ana = world.ana
    open_window(ana)
    ana.modal.choose("Template", "News", query="ne")
    ana.modal.submit("Send")
    work(world, 50)
    told = ana.last_message(ana.dm_with_app)
    told.click("Stop", confirm=True)
    assert "“News” is stopped: 0 of 10 leads got it." in told.visible_text()
    assert "2 · stopped before it left" in told.visible_text()
    work(world, 300)
    assert len(mails(world)) == 2
    assert {mail.state for mail in mails(world)} == {EmailState.STOPPED}, "what had not left stays here"
    assert "is stopped" in told.visible_text()


@pytest.mark.usefixtures("leads")
def test_who_opts_out_meanwhile_is_left_out(world: World) -> None:
    ana = world.ana
    open_window(ana)
    ana.modal.choose("Template", "News", query="ne")
    ana.modal.submit("Send")
    work(world, 10)
    (first,) = mails(world)
    later = next(one for one in range(6) if f"lena{one}@acme.example" != first.to_address)
    with world.ctx() as ctx:
        suppressions.suppress(ctx, f"lena{later}@acme.example", SuppressionReason.SPAM)
    work(world, 300)
    assert len(mails(world)) == 5
    assert "1 · marked a mail as spam" in ana.last_message(ana.dm_with_app).visible_text()


@pytest.mark.usefixtures("leads")
def test_a_worker_that_is_killed_sends_nothing_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = world.ana
    open_window(ana)
    ana.modal.choose("Template", "News", query="ne")
    ana.modal.submit("Send")

    class Killed(BaseException):
        """What no handler catches."""

    done = bulk.mailings.go_on

    def killed(*args: object) -> bool:
        done(*args)  # type: ignore[arg-type]  # as it is called
        raise Killed

    for _ in range(3):
        world.jump(seconds=40)
        monkeypatch.setattr(bulk.mailings, "go_on", killed)
        with pytest.raises(Killed):
            work(world, 10)
        monkeypatch.setattr(bulk.mailings, "go_on", done)
        work(world, 10)
    work(world, 300)
    addresses = [mail.to_address for mail in mails(world)]
    assert len(addresses) == len(set(addresses)) == 6
    assert world.rows(BulkJob)[0].done == 10


@pytest.mark.usefixtures("leads")
def test_nobody_and_too_many_are_refused(world: World) -> None:
    ana = world.ana
    open_window(ana, "Those ticked below")
    assert ana.modal.errors
    ana.modal.choose("On this page", "L-7 No Address")
    ana.modal.submit("Next")
    ana.modal.choose("Template", "News", query="ne")
    assert "0 leads get it." in ana.modal.text()
    ana.modal.submit("Send")
    assert "Nobody of them would get it" in ana.modal.errors["Template"]
    ana.modal.dismiss()

    owner = world.member(ana)
    with world.ctx(ana) as ctx, together(ctx):
        for n in range(200):
            make_lead(ctx, f"Many {n}", owner=owner, email=f"m{n}@x.example")
    open_window(ana, "All 210 records of the list")
    assert "At most two hundred leads" in str(ana.modal.errors)


@pytest.mark.usefixtures("leads")
def test_each_of_them_has_a_mail_of_their_own_in_the_mailbox(world: World) -> None:
    ana = world.ana
    open_window(ana)
    ana.modal.choose("Template", "News", query="ne")
    ana.modal.submit("Send")
    for _ in range(6):
        world.jump(seconds=40)
        world.settle()
    for n in range(1, 6):
        mail = world.mailbox.last(f"lena{n}@acme.example")
        assert mail.header("To") == f"Lena {n} <lena{n}@acme.example>"
        assert "Hello Lena,\n\nnews for Acme." in mail.text.replace("\r\n", "\n")
    world.mailbox.last("lena1@acme.example").unsubscribe()
    world.settle()
    ana.command("/email lena1@acme.example", channel="#sales")
    assert "does not want e-mail from you" in ana.modal.text()
    assert {mail.state for mail in mails(world)} == {EmailState.SENT}
    # What is learnt of a mail after the end is told in the same message.
    work(world, 60)
    with world.ctx() as ctx:
        sending.refused(ctx, ctx.session.merge(mails(world)[0]), "mail_not_taken")
    work(world, 10)
    (told,) = [one for one in world.team.messages[ana.dm_with_app.id] if "is sent" in one.text]
    assert "“News” is sent: 5 of 10 leads get it." in told.text
    assert "1 · refused when it was to leave" in str(told.blocks)


@pytest.mark.usefixtures("leads")
def test_a_mailing_of_which_nothing_leaves_stops_by_itself(world: World) -> None:
    ana = world.ana
    open_window(ana)
    ana.modal.choose("Template", "News", query="ne")
    ana.modal.submit("Send")
    work(world, 100)
    assert len(mails(world)) == 3
    with world.ctx() as ctx:
        for mail in mails(world):
            ctx.session.merge(mail).state = EmailState.FAILED
    work(world, 300)
    assert len(mails(world)) == 3
    assert "Its first mails were refused" in ana.last_message(ana.dm_with_app).visible_text()
