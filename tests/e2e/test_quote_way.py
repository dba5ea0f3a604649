"""What becomes of a quote, through the sandbox: sent, decided, expired, offered again."""

from datetime import timedelta
from decimal import Decimal
from threading import Thread

import pytest

from core.enums import QuoteStatus
from core.models import Deal, Quote
from core.quotes import LineInput, QuoteInput, create, mark_sent
from notifications.housekeeping import Housekeeper
from sandbox.driver.message import MessageHandle
from sandbox.driver.person import Person
from tests.e2e.world import World
from tests.factories import make_deal


@pytest.fixture
def deal(world: World) -> Deal:
    with world.ctx(world.ana) as ctx:
        return make_deal(ctx, "Acme rollout", owner=world.member(world.ana), currency="EUR")


def drafted(world: World, deal: Deal, *, sent: bool = False) -> str:
    """A quote over 238 euros; gives its number."""
    with world.ctx(world.ana) as ctx:
        line = LineInput(None, "Robot <arm>", Decimal(2), Decimal(100), Decimal(0), Decimal(19))
        until = ctx.today.date() + timedelta(days=10)
        quote = create(ctx, QuoteInput(deal.id, until, "", (line,)))
        if sent:
            mark_sent(ctx, quote.id)
        return f"Q-{quote.year}-{quote.sequence:04d}"


def viewed(person: Person, number: str) -> MessageHandle:
    card = person.command(f"/quote view {number}", channel="#sales")
    assert card is not None
    return card


def test_from_the_draft_to_the_won_deal(world: World, deal: Deal) -> None:
    ana = world.ana
    card = viewed(ana, drafted(world, deal))
    assert not card.has_button("Accepted")
    card.click("Mark as sent")
    assert "marked as sent" in card.visible_text()
    assert not card.has_button("Edit")

    card.click("Accepted", confirm=True)
    assert "Deal D-1 is now worth €200.00 before tax." in card.visible_text()
    (row,) = world.rows(Deal)
    assert (row.value, row.currency) == (200, "EUR")
    assert "accepted: €238.00" in (ana.command("/deal view D-1", channel="#sales") or card).visible_text()

    card.click("Deal won")
    assert world.rows(Deal)[0].closed_at is not None


def test_each_step_can_be_undone_from_its_message(world: World, deal: Deal) -> None:
    ana = world.ana
    card = viewed(ana, drafted(world, deal, sent=True))
    card.click("Accepted", confirm=True)
    card.click("Undo")

    assert world.rows(Quote)[0].status is QuoteStatus.SENT
    assert world.rows(Deal)[0].value == deal.value
    assert card.has_button("Accepted")
    card.click("Rejected", confirm=False)
    assert world.rows(Quote)[0].status is QuoteStatus.SENT
    card.click("Rejected", confirm=True)
    assert world.rows(Quote)[0].status is QuoteStatus.REJECTED


def test_who_comes_second_reads_what_was_decided_and_by_whom(world: World, deal: Deal) -> None:
    number = drafted(world, deal, sent=True)
    cards = [viewed(person, number) for person in (world.ana, world.mira)]
    cards[1].click("Accepted", confirm=True)
    cards[0].click("Rejected", confirm=True)

    told = world.ana.last_message("#sales").visible_text()
    assert "already accepted" in told
    assert "Mira Brandt" in told
    assert world.rows(Quote)[0].status is QuoteStatus.ACCEPTED


def test_a_double_click_decides_once(world: World, deal: Deal) -> None:
    card = viewed(world.ana, drafted(world, deal, sent=True))
    world.sandbox.faults.on_delivery("interactive", "duplicate", copies=2, parallel=True)
    card.click("Accepted", confirm=True)

    assert world.rows(Quote)[0].status is QuoteStatus.ACCEPTED
    assert "already" not in world.ana.last_message("#sales").visible_text()


def test_the_day_after_it_holds_the_worker_lets_it_expire(world: World, deal: Deal) -> None:
    number = drafted(world, deal, sent=True)
    world.jump(days=11)
    Housekeeper(world.database, world.sandbox.clock).expire_quotes([world.workspace_id])

    card = viewed(world.ana, number)
    assert "Expired" in card.visible_text()
    assert not card.has_button("Accepted")
    card.click("New version")
    assert f"Version 2 of {number}" in card.visible_text()
    assert card.has_button("Edit")
    assert f"Open {number}" in card.buttons()


def test_two_who_offer_anew_at_once_make_one_version(world: World, deal: Deal) -> None:
    number = drafted(world, deal, sent=True)
    cards = [viewed(person, number) for person in (world.ana, world.mira)]
    threads = [Thread(target=card.click, args=("New version",)) for card in cards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(quote.version_number for quote in world.rows(Quote)) == [1, 2]
    said = [person.last_message("#sales").visible_text() for person in (world.ana, world.mira)]
    (late,) = [one for one, text in zip((world.ana, world.mira), said, strict=True) if "has a newer version" in text]
    late.last_message("#sales").click("Open")
    assert "Version 2 of" in late.last_message("#sales").visible_text()


def test_a_copy_goes_to_another_deal(world: World, deal: Deal) -> None:
    with world.ctx(world.ana) as ctx:
        make_deal(ctx, "Globex cells", owner=world.member(world.ana), currency="EUR")
        make_deal(ctx, "Initech", owner=world.member(world.ana), currency="USD")
    ana = world.ana
    viewed(ana, drafted(world, deal)).click("Copy")
    assert "Acme rollout" in ana.modal.value("Deal")
    ana.modal.choose("Deal", "Initech", query="init")
    ana.modal.submit()
    assert "another currency" in str(ana.modal.errors)
    ana.modal.choose("Deal", "Globex cells", query="glob")
    ana.modal.submit()

    said = ana.last_message("#sales")
    assert "Copied to the draft" in said.visible_text()
    assert "Globex cells" in said.visible_text()
    said.click("Undo")
    assert len(world.rows(Quote)) == 1


def test_who_may_only_look_gets_no_buttons_to_decide(world: World, deal: Deal) -> None:
    world.configure(visibility="all")
    card = viewed(world.ben, drafted(world, deal, sent=True))

    assert card.buttons() == ["Open deal", "Copy", "History"]


def test_a_shared_buttons_right_is_checked_when_it_is_clicked(world: World, deal: Deal) -> None:
    number = drafted(world, deal, sent=True)
    card = viewed(world.ana, number)
    with world.ctx(world.sam) as ctx:
        row = next(one for one in world.rows(Deal) if one.id == deal.id)
        ctx.session.merge(row).owner_id = world.member(world.ben).id
    card.click("Accepted", confirm=True)

    assert "cannot find" in world.ana.last_message("#sales").visible_text()
    assert world.rows(Quote)[0].status is QuoteStatus.SENT


def test_the_list_is_narrowed_down_by_words_and_by_its_filter_and_kept(world: World, deal: Deal) -> None:
    first, second = drafted(world, deal), drafted(world, deal, sent=True)
    ana = world.ana
    listed = ana.command("/quote list sent acme", channel="#sales")
    assert listed is not None
    assert second in listed.visible_text()
    assert first not in listed.visible_text()

    listed.click("Filter")
    assert (ana.modal.value("Status"), ana.modal.value("Words in it")) == ("Sent", "acme")
    ana.modal.fill({"Owner": "Mine", "Status": "Draft"})
    ana.modal.submit("Show")
    listed = ana.last_message("#sales")
    assert "Mine · Draft" in listed.visible_text()
    assert first in listed.visible_text()
    assert second not in listed.visible_text()
    listed.click("Save as mine")
    assert "`/quote list` shows you this list from now on." in listed.visible_text()
    listed = ana.command("/quote list", channel="#sales")
    assert listed is not None
    assert second not in listed.visible_text()
    listed.click("Clear")
    assert second in listed.visible_text()


def test_words_that_would_ping_are_only_read(world: World, deal: Deal) -> None:
    answer = world.ana.command("/quote list <!channel> " + "x" * 3000, channel="#sales")

    assert answer is not None
    assert "Nothing here fits this filter." in answer.visible_text()
    assert "<!channel>" not in answer.text
