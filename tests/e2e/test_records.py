"""What can be done to records of any kind: find, open, share, look back, undo."""

from threading import Thread

import pytest

from core import activities, leads, tags
from core.activities import CallInput
from core.enums import CallOutcome, Direction, EntityType, LeadStatus
from core.models import Activity, Lead
from tests.e2e.world import World
from tests.factories import make_account, make_contact, make_deal, make_lead, make_quote, make_quote_line


@pytest.fixture
def lead(world: World) -> Lead:
    with world.ctx(world.ana) as ctx:
        return make_lead(ctx, "Zoe Lima", owner=world.member(world.ana), company="Acme")


def stage_of(world: World) -> str:
    shown = world.ana.command("/deal view D-1")
    assert shown is not None
    return shown.value("Stage")


def test_a_move_is_undone_and_done_again(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        make_deal(ctx, "Rollout", owner=world.member(world.ana))
    moved = world.ana.command("/deal move D-1 proposal", channel="#sales")
    assert moved is not None
    moved.click("Undo")
    said = world.ana.last_message("#sales")
    assert "Undone. D-1 Rollout is as it was before." in said.text
    assert stage_of(world) == "Lead in"
    said.click("Redo")
    assert stage_of(world) == "Proposal"
    said = world.ana.find_message("Done again. D-1 Rollout", "#sales")
    said.click("Undo")
    assert stage_of(world) == "Lead in"


def test_what_was_created_is_taken_back(world: World) -> None:
    world.ana.command("/lead new", channel="#sales")
    world.ana.modal.fill({"Name": "Mistake"})
    world.ana.modal.submit()
    world.ana.last_message("#sales").click("Undo")
    said = world.ana.last_message("#sales")
    assert "all is as it was before" in said.text
    assert world.rows(Lead) == []
    said.click("Redo")
    assert [row.name for row in world.rows(Lead)] == ["Mistake"]


def test_an_undone_call_shows_its_record(world: World, lead: Lead) -> None:
    world.ana.command("/call log L-1", channel="#sales")
    world.ana.modal.fill({"Outcome": "Connected"})
    world.ana.modal.submit()
    assert len(world.rows(Activity)) == 1
    world.ana.last_message("#sales").click("Undo")
    said = world.ana.last_message("#sales")
    assert "Undone. L-1 Zoe Lima" in said.text
    assert world.rows(Activity) == []


def test_undo_says_why_it_cannot(world: World, lead: Lead) -> None:
    card = world.ana.command("/lead view L-1", channel="#sales")
    assert card is not None
    card.choose("Status", "Contacted")
    confirmed = world.ana.last_message("#sales")
    with world.ctx(world.mira) as ctx:
        leads.set_status(ctx, lead.id, LeadStatus.QUALIFIED)
    confirmed.click("Undo")
    assert "cannot be undone any more: Mira Brandt changed “Status”" in world.ana.last_message("#sales").text
    world.jump(days=1, minutes=1)
    confirmed.click("Undo")
    assert "that day is over" in world.ana.last_message("#sales").text


def test_two_undo_the_same_change_at_once(world: World, lead: Lead) -> None:
    card = world.ana.command("/lead view L-1", channel="#sales")
    assert card is not None
    card.choose("Status", "Contacted")
    confirmed = world.ana.last_message("#sales")
    clicks = [Thread(target=confirmed.click, args=("Undo",)) for _ in range(2)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    (row,) = world.rows(Lead)
    assert (row.status, row.version) == ("new", 3), "changed once, taken back once"


def test_history_shows_and_undoes_from_the_window(world: World, lead: Lead) -> None:
    card = world.ana.command("/lead view L-1", channel="#sales")
    assert card is not None
    card.choose("Status", "Contacted")
    card = world.ana.command("/lead view L-1", channel="#sales")
    assert card is not None
    card.click("History")
    window = world.ana.modal
    assert window.title == "History"
    for words in ("Ana Costa", "Status: New → Contacted", "created it", "Name: Zoe Lima"):
        assert words in window.text(), words
    window.click("Undo")
    assert len(world.ana.modals) == 1
    assert "Undone." in window.text()
    assert "Status: Contacted → New" in window.text()
    assert "Undone since" in window.text()
    assert world.rows(Lead)[0].status == "new"


def test_history_whose_record_is_taken_back(world: World) -> None:
    world.ana.command("/lead new Mistake", channel="#sales")
    world.ana.modal.submit()
    card = world.ana.command("/lead view L-1", channel="#sales")
    assert card is not None
    card.click("History")
    world.ana.modal.click("Undo")
    assert "The record is not here any more" in world.ana.modal.text()
    assert world.rows(Lead) == []


def test_history_has_pages(world: World, lead: Lead) -> None:
    for number in range(9):
        with world.ctx(world.ana) as ctx:
            ctx.session.get_one(Lead, (world.workspace_id, lead.id)).company = f"Company {number}"
    card = world.ana.command("/lead view L-1")
    assert card is not None
    card.click("History")
    assert "created it" not in world.ana.modal.text()
    world.ana.modal.click("Older")
    assert "created it" in world.ana.modal.text()
    world.ana.modal.click("Newer")
    assert "Company 8" in world.ana.modal.text()
    assert len(world.ana.modals) == 1


def test_a_card_is_shared_with_the_channel(world: World, lead: Lead) -> None:
    card = world.ana.command("/lead view L-1", channel="#sales")
    assert card is not None
    card.click("Share in this channel")
    assert "L-1 is being shared in" in world.ana.last_message("#sales").text
    world.settle()
    shared = world.ben.find_message("Zoe Lima", "#sales")
    assert not shared.is_ephemeral


def test_there_is_nobody_to_share_with_in_a_direct_message(world: World, lead: Lead) -> None:
    card = world.ana.command("/lead view L-1")
    assert card is not None
    card.click("Share in this channel")
    assert "in the channel you want to share it in" in world.ana.last_message().text


def test_search_fields_offer_ones_own_and_search_as_one_types(world: World, lead: Lead) -> None:
    with world.ctx(world.ana) as ctx:
        ana = world.member(world.ana)
        acme = make_account(ctx, "Acme GmbH", owner=ana)
        make_contact(ctx, "Ben Berg", account=acme, owner=ana)
        make_deal(ctx, "Rollout", account=acme, owner=ana)
        make_deal(ctx, "Closed one", owner=ana, closed_at=ctx.now)
        make_lead(ctx, "Zoe of Ben", owner=world.member(world.ben))
        make_deal(ctx, "Ben's rollout", owner=world.member(world.ben))
    world.ana.command("/call log")
    offered = world.ana.modal.options("Record")
    assert offered == ["L-1 Zoe Lima", "C-1 Ben Berg", "A-1 Acme GmbH", "D-1 Rollout"]
    assert world.ana.modal.options("Record", "zoe") == ["L-1 Zoe Lima"]
    assert world.ana.modal.options("Record", "d-1") == ["D-1 Rollout"]
    assert world.ana.modal.options("Record", "acme") == ["L-1 Zoe Lima", "C-1 Ben Berg", "A-1 Acme GmbH", "D-1 Rollout"]
    assert world.ana.modal.options("Record", "nobody") == []
    world.ana.modal.dismiss()
    world.ana.command("/quote new")
    assert world.ana.modal.options("Deal") == ["D-1 Rollout"]
    assert world.ana.modal.options("Deal", "rollout") == ["D-1 Rollout"]
    assert world.ana.modal.options("Deal", "closed") == []


def test_an_old_card_of_a_record_one_may_not_see_any_more(world: World, lead: Lead) -> None:
    card = world.ana.command("/lead view L-1", channel="#sales")
    assert card is not None
    with world.ctx(world.sam) as ctx:
        ctx.session.get_one(Lead, (world.workspace_id, lead.id)).owner_id = world.member(world.ben).id
    for button in ("History", "Share in this channel"):
        card.click(button)
        said = world.ana.last_message("#sales").text
        assert "I cannot find that" in said, button
        assert "Zoe" not in said
    assert not world.ana.has_modal


def test_a_call_a_tag_and_a_task_stand_in_the_history_and_go_back_from_there(world: World, lead: Lead) -> None:
    with world.ctx(world.ana) as ctx:
        call = CallInput(direction=Direction.OUTBOUND, outcome=CallOutcome.INTERESTED, notes="Wants a pilot")
        activities.log_call(ctx, "lead", lead.id, call)
    with world.ctx(world.ana) as ctx:
        tags.set_tags(ctx, EntityType.LEAD, lead.id, ["new:vip"])
    card = world.ana.command("/lead view L-1")
    assert card is not None
    card.click("History")
    shown = world.ana.modal.text()
    assert "changed the tags" in shown
    assert "Tag added: vip" in shown
    assert "logged a call" in shown
    assert "Call: Interested · Wants a pilot" in shown
    assert "Status: New → Qualified" in shown
    world.ana.modal.click("Undo", nth=1)
    assert "Call removed" in world.ana.modal.text()
    assert world.rows(Activity) == []
    assert world.rows(Lead)[0].status is LeadStatus.NEW


def test_what_was_changed_in_a_quotes_lines_stands_in_its_history(world: World, lead: Lead) -> None:
    with world.ctx(world.ana) as ctx:
        deal = make_deal(ctx, "Rollout", owner=world.member(world.ana))
        quote = make_quote(ctx, deal)
        make_quote_line(ctx, quote, "Robot arm")
    card = world.ana.command(f"/quote view Q-{quote.year}-{quote.sequence:04d}")
    assert card is not None
    card.click("Edit")
    world.ana.modal.fill({"Description": "Robot leg"})
    world.ana.modal.submit()
    world.ana.last_message().click("History")
    shown = world.ana.modal.text()
    assert "Line changed: Robot leg (Description: Robot arm → Robot leg" in shown


@pytest.mark.parametrize("command", ["/crm zoe", "/lead find", "/lead view", "/call log", "/crm url"])
def test_a_typo_is_asked_about_and_never_acted_upon(world: World, lead: Lead, command: str) -> None:
    said = world.ana.command(f"{command} lmia", channel="#sales")
    assert said is not None
    assert "Zoe Lima" in said.visible_text()
    assert not world.ana.has_modal
    said.click("Log call" if "call" in command else "Open")


def test_a_search_field_forgives_a_typo(world: World, lead: Lead) -> None:
    world.ana.command("/call log", channel="#sales")
    assert world.ana.modal.options("Record", "lmia") == ["L-1 Zoe Lima"]
