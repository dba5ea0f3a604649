"""What became of mails, as people see it in Slack: the owner is told what came back, managers see how e-mail does."""

from datetime import timedelta

import pytest

from core.emails import suppressions
from core.emails.drafts import EmailInput, send
from core.enums import EmailProgress, EntityType, NoticeMode, SuppressionReason
from core.models import Email, Lead
from core.notices import NoticeKind, choose
from notifications.housekeeping import Housekeeper
from sandbox.driver.mailbox import MailHandle
from tests.e2e.world import World
from tests.factories import make_lead

LENA = "lena@acme.example"


@pytest.fixture
def mail(world: World) -> MailHandle:
    """Ana's mail to a lead of Ben's, in its reader's mailbox."""
    with world.ctx(world.ana) as ctx:
        lead = make_lead(ctx, "Lena Fischer", owner=world.member(world.ana), email=LENA)
        send(ctx, EntityType.LEAD, lead.id, EmailInput("Our call", "Hello Lena"))
        lead.owner_id = world.member(world.ben).id
    world.settle()
    return world.mailbox.last(LENA)


def standing(world: World) -> SuppressionReason | None:
    with world.ctx() as ctx:
        return suppressions.standing(ctx, [LENA]).get(LENA)


def told(world: World, words: str) -> int:
    """How often Ben was told something."""
    return sum(words in message.visible_text() for message in world.ben.messages(world.ben.dm_with_app))


def test_a_dead_address_is_told_to_the_records_owner_once(world: World, mail: MailHandle) -> None:
    mail.bounce()
    world.settle()
    mail.bounce()
    world.settle()
    (row,) = world.rows(Email)
    assert row.progress is EmailProgress.BOUNCED
    assert standing(world) is SuppressionReason.BOUNCED
    assert told(world, "came back without reaching anybody. Correct the address with Edit, or call.") == 1
    shown = world.ben.command("/lead view L-1", channel="#sales")
    assert shown is not None
    assert f"{LENA}> _(bounced: mail does not reach it)_" in shown.visible_text()
    card = world.ben.messages(world.ben.dm_with_app)[-1]
    card.click("Log call")
    assert "Lena Fischer" in world.ben.modal.text()


def test_a_complaint_is_told_and_the_address_closed(world: World, mail: MailHandle) -> None:
    mail.spam()
    world.settle()
    assert standing(world) is SuppressionReason.SPAM
    assert told(world, "was reported as spam. Rapport does not write to that address any more.") == 1


def test_a_full_mailbox_is_no_dead_address(world: World, mail: MailHandle) -> None:
    mail.bounce(blocked=True)
    world.settle()
    assert world.rows(Email)[0].progress is EmailProgress.BLOCKED
    assert standing(world) is None
    assert told(world, "came back") == 0


def test_who_does_not_want_to_hear_of_it_does_not(world: World, mail: MailHandle) -> None:
    with world.ctx(world.ben) as ctx:
        choose(ctx, world.ben.id, {NoticeKind.BOUNCED: NoticeMode.OFF})
    mail.bounce()
    world.settle()
    assert told(world, "came back") == 0


def test_opens_and_clicks_are_on_the_card_and_change_no_status(world: World, mail: MailHandle) -> None:
    before = world.rows(Lead)[0].status
    world.jump(minutes=5)
    mail.open(machine=True)
    world.settle()
    assert (world.rows(Email)[0].opens, world.rows(Email)[0].machine_opens) == (0, 1)
    mail.open()
    world.settle()
    card = world.ben.command("/lead view L-1", channel="#sales")
    assert card is not None
    assert "opened" in card.visible_text()
    assert world.rows(Lead)[0].status is before


def test_the_health_of_email_is_for_managers_and_admins(world: World, mail: MailHandle) -> None:
    mail.reply("Gladly!")
    world.settle()
    for person in (world.mira, world.sam):
        page = person.command("/crm health", channel="#sales")
        assert page is not None
        text = page.visible_text().replace("*", "")
        assert "Written: 1 = 1 sent" in text
        assert "Sent: 1 = 1 delivered + 0 not delivered + 0 without word yet" in text
        assert "Came in: 1 = 1 reply captured" in text
        assert "All of it adds up" in text
    refused = world.ana.command("/crm health", channel="#sales")
    assert refused is not None
    assert "E-mail health" not in refused.visible_text()


def test_the_weekly_line_stands_where_replies_are_told(world: World, mail: MailHandle) -> None:
    world.configure(replies_channel=world.sales.id)
    while world.sandbox.clock.now().weekday() != 0 or world.sandbox.clock.now().hour != 20:
        world.jump(timedelta(hours=1))
    only = [world.workspace_id]
    for _ in range(2):
        Housekeeper(world.database, world.sandbox.clock).tell_health(only)
        world.settle()
    week = "E-mail last week:* 1 sent, 1 delivered, 0 bounced"
    lines = [one for one in world.sam.messages("#sales") if week in one.visible_text()]
    assert len(lines) == 1
    lines[0].click("Details")
    assert "E-mail health" in world.sam.last_message("#sales").visible_text()
