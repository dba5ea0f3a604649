"""What others see because somebody did something: cards, announcements, direct messages, App Home."""

from decimal import Decimal

import pytest

from core import leads, notices, quotes, tasks, undo
from core.enums import NoticeMode, QuoteStatus
from core.events import MemberJoined
from core.models import Activity, Card, Deal, Delivery, Lead, Quote
from core.notices import NoticeKind
from core.tasks import TaskInput
from tests.e2e.world import World
from tests.factories import make_deal, make_lead, make_quote, make_quote_line

HOSTILE = "<!channel> *x* <https://evil.example|ok>"


@pytest.fixture
def deal(world: World) -> Deal:
    """Ana's deal D-1."""
    with world.ctx(world.ana) as ctx:
        return make_deal(ctx, "Rollout", owner=world.member(world.ana))


def ana_lead(world: World, name: str = "Zoe Lima", **values: object) -> Lead:
    """Ana's lead L-1."""
    with world.ctx(world.ana) as ctx:
        return make_lead(ctx, name, owner=world.member(world.ana), **values)


def posts(world: World, channel: str = "#sales") -> list[str]:
    """What the app has said in a channel for everybody, as Ben sees it."""
    return [m.visible_text() for m in world.ben.messages(channel) if m.is_from_app and not m.is_ephemeral]


def test_a_shared_deal_is_kept_up_to_date_for_everybody(world: World, deal: Deal) -> None:
    shown = world.ana.command("/deal view D-1", channel="#sales")
    assert shown is not None
    shown.click("Share in this channel")
    world.settle()
    (card,) = posts(world)
    assert "Ana Costa shared D-1 Rollout" in card
    assert "Lead in" in card
    world.ana.command("/deal move D-1 proposal", channel="#sales")
    world.ana.command("/deal move D-1 negotiation", channel="#sales")
    world.settle()
    (card,) = posts(world)
    assert "Negotiation" in card


def test_a_card_in_a_channel_keeps_contact_details_and_notes_to_itself(world: World) -> None:
    ana_lead(world, HOSTILE, phone="+49301234567", email="zoe@acme.example", notes="Talks to a rival")
    shown = world.ana.command("/lead view L-1", channel="#sales")
    assert shown is not None
    assert "Talks to a rival" in shown.visible_text()
    shown.click("Share in this channel")
    world.settle()
    message = next(m for m in world.ben.messages("#sales") if m.is_from_app and not m.is_ephemeral)
    everything = message.text + str(message.blocks)
    assert all(secret not in everything for secret in ("1234567", "zoe@acme", "rival"))
    assert "<!channel>" not in message.text
    assert "not shown in channels" in message.visible_text()


def test_a_win_is_announced_and_an_undone_win_says_so(world: World, deal: Deal) -> None:
    with world.ctx(world.ana) as ctx:
        make_quote(ctx, deal, status=QuoteStatus.SENT, total=Decimal(500))
        for _ in range(3):
            make_quote(ctx, deal, total=Decimal(777))
    shown = world.ana.command("/deal view D-1", channel="#general")
    assert shown is not None
    shown.click("Won")
    world.settle()
    (announced,) = posts(world)
    assert "Won! Ana Costa closed D-1 Rollout: " in announced
    assert "not shown in channels" not in announced
    assert "500" in announced
    assert "777" not in announced, "a draft has been offered to nobody"
    world.ana.last_message("#general").click("Undo")
    world.settle()
    (announced,) = posts(world)
    assert "was announced as won and is open again" in announced
    assert "Lead in" not in announced, "and an open deal is none either"


def test_what_is_taken_back_at_once_is_never_told(world: World, deal: Deal) -> None:
    shown = world.ana.command("/deal view D-1", channel="#general")
    assert shown is not None
    shown.click("Won")
    world.ana.last_message("#general").click("Undo")
    lead = ana_lead(world)
    with world.ctx(world.mira) as ctx:
        leads.assign(ctx, lead.id, world.ben.id)
        change = ctx.change_id
    with world.ctx(world.mira) as ctx:
        undo.undo(ctx, change)
    world.settle()
    assert posts(world) == []
    assert world.ben.messages(world.ben.dm_with_app) == []


def test_a_manager_whose_record_went_on_reads_that_it_did(world: World) -> None:
    lead = ana_lead(world)
    with world.ctx(world.ana) as ctx:
        leads.assign(ctx, lead.id, world.mira.id)
    world.settle()
    with world.ctx(world.mira) as ctx:
        leads.assign(ctx, lead.id, world.ben.id)
    world.settle()
    told = world.mira.last_message(world.mira.dm_with_app)
    assert "L-1 Zoe Lima was yours; it has another owner now." in told.visible_text()


def test_a_new_owner_is_told_and_works_from_there(world: World) -> None:
    lead = ana_lead(world)
    with world.ctx(world.mira) as ctx:
        leads.assign(ctx, lead.id, world.ben.id)
    world.settle()
    told = world.ben.last_message(world.ben.dm_with_app)
    assert "Mira Brandt made you the owner of L-1 Zoe Lima." in told.visible_text()
    told.click("Log call")
    world.ben.modal.fill({"Outcome": "Connected"})
    world.ben.modal.submit()
    world.settle()
    assert "Contacted" in told.visible_text()
    assert len(world.rows(Card)) == 1


def test_a_given_task_is_told_and_done_from_there(world: World) -> None:
    world.mira.command("/crm task Book the room", "#sales")
    world.mira.modal.fill({"Who": "Ben Okafor"})
    world.mira.modal.submit()
    world.settle()
    told = world.ben.last_message(world.ben.dm_with_app)
    assert "Mira Brandt gave you a task: Book the room." in told.visible_text()
    assert told.visible_text().count("Book the room") == 1
    assert told.has_button("Notifications")
    told.click("Done")
    world.settle()
    assert "Done: Book the room." in told.visible_text()
    assert told.has_button("Not done")
    assert world.rows(Activity)[0].done_at is not None
    assert world.mira.messages(world.mira.dm_with_app) == []


def test_a_task_kept_for_the_morning_opens_from_there(world: World) -> None:
    with world.ctx(world.ben) as ctx:
        notices.choose(ctx, world.ben.id, {NoticeKind.TASK: NoticeMode.MORNING})
    lead = ana_lead(world)
    with world.ctx(world.mira) as ctx:
        leads.assign(ctx, lead.id, world.ben.id)
        tasks.create(ctx, "lead", lead.id, TaskInput("Send the deck", assignee=world.ben.id))
    world.settle()
    assert not any("Send the deck" in m.text for m in world.ben.messages(world.ben.dm_with_app))
    world.jump(days=3)
    world.settle()
    morning = world.ben.last_message(world.ben.dm_with_app)
    assert "You have a new task: Send the deck." in morning.visible_text()
    morning.click("Open")
    card = world.ben.last_message(world.ben.dm_with_app)
    assert card.has_button("Done")
    assert card.has_button("Open L-1")


def test_an_expired_quote_is_told_to_its_deals_owner_once(world: World, deal: Deal) -> None:
    with world.ctx(world.ana) as ctx:
        quote = make_quote(ctx, deal, valid_until=ctx.now.date(), status=QuoteStatus.SENT)
        make_quote_line(ctx, quote)
    world.jump(days=2)
    for _ in range(2):
        with world.ctx() as ctx:
            quotes.expire_due(ctx)
        world.settle()
    (told,) = world.ana.messages(world.ana.dm_with_app)
    ref = f"Q-{quote.year}-{quote.sequence:04d}"
    assert f"Quote {ref} for Rollout has expired" in told.visible_text()
    told.click("Open")
    assert "Expired" in world.ana.last_message(world.ana.dm_with_app).visible_text()
    told.click("Copy as new version")
    world.settle()
    assert [one.previous_id for one in world.rows(Quote)] == [None, quote.id]


def test_who_takes_a_record_for_themselves_is_not_told(world: World) -> None:
    lead = ana_lead(world)
    with world.ctx(world.mira) as ctx:
        leads.assign(ctx, lead.id, world.mira.id)
    world.settle()
    assert world.rows(Delivery) == []


def test_an_open_home_follows_what_others_do(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        deal = make_deal(ctx, "Rollout", owner=world.member(world.ana))
    assert "Rollout" in world.ana.open_home().visible_text()
    with world.ctx(world.mira) as ctx:
        make_deal(ctx, "Another", owner=world.member(world.ana))
    world.mira.command(f"/deal move D-{deal.number} proposal", channel="#sales")
    world.settle()
    assert "Proposal" in world.ana.home.visible_text()


def test_a_card_that_cannot_be_shared_is_said_and_retried_by_an_admin(world: World, deal: Deal) -> None:
    world.sam.open_home()
    shown = world.ana.command("/deal view D-1", channel="#random")
    assert shown is not None
    shown.click("Share in this channel")
    world.settle()
    sorry = world.ana.last_message(world.ana.dm_with_app).visible_text()
    assert "I could not share D-1 Rollout" in sorry
    assert "/invite" in sorry
    home = world.sam.home
    assert "Could not be sent" in home.visible_text()
    world.sandbox.channel(world.team, "#random").members.add(world.team.app.bot_user_id)
    home.click("Retry")
    world.settle()
    assert len(posts(world, "#random")) == 1
    assert "Could not be sent" not in world.sam.home.visible_text()


def test_newcomers_are_welcomed_and_the_installer_with_three_steps(world: World) -> None:
    for person, installer in ((world.sam, True), (world.ben, False)):
        with world.ctx() as ctx:
            ctx.emit(MemberJoined(world.member(person).id, installer))
    world.settle()
    long = world.sam.last_message(world.sam.dm_with_app)
    short = world.ben.last_message(world.ben.dm_with_app)
    assert "3. Convert it to a deal" in long.visible_text()
    assert "Welcome to Rapport" in short.visible_text()
    long.click("New lead")
    assert world.sam.modal.title == "New lead"


def test_guests_are_not_welcomed(world: World) -> None:
    with world.ctx() as ctx:
        ctx.emit(MemberJoined(world.member(world.guest).id, installer=False))
    world.settle()
    assert world.guest.messages(world.guest.dm_with_app) == []
