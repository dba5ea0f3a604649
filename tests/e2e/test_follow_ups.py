"""Follow-ups in words: what is understood is seen before it is saved, and saved just so."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.models import Activity, Contact, Deal, Lead
from tests.e2e.world import World
from tests.factories import make_contact, make_deal, make_lead

MONDAY = date(2030, 6, 3)
FRIDAY = MONDAY + timedelta(days=4)


@pytest.fixture
def world(world: World) -> World:
    """Monday at ten in Lisbon, where Ana lives."""
    world.jump_to(datetime(2030, 6, 3, 10, tzinfo=ZoneInfo("Europe/Lisbon")))
    return world


def test_what_is_typed_is_shown_as_it_is_understood_and_saved_with_its_hour(world: World) -> None:
    ana = world.ana
    ana.command("/lead new Zoe Lima, Acme")
    ana.modal.click("More fields")
    ana.modal.fill({"Next follow-up": "fri 3pm"})
    assert "Understood: Fri 7 Jun 2030, 15:00" in ana.modal.text()
    assert ana.modal.value("Name") == "Zoe Lima"
    ana.modal.fill({"Next follow-up": "some day"})
    assert "Not understood yet" in ana.modal.text()
    ana.modal.submit()
    assert "tomorrow 3pm" in ana.modal.errors["Next follow-up"]
    ana.modal.fill({"Next follow-up": "yesterday"})
    assert "That is over: Sun 2 Jun 2030" in ana.modal.text()
    ana.modal.submit()
    assert "today or a later day" in ana.modal.errors["Next follow-up"]
    ana.modal.fill({"Next follow-up": "today 9:00"})
    ana.modal.submit()
    assert "hour is over" in ana.modal.errors["Next follow-up"]
    ana.modal.fill({"Next follow-up": "próximo viernes a las 15"})
    ana.modal.submit()
    (lead,) = world.rows(Lead)
    assert (lead.next_follow_up, lead.next_follow_up_at) == (FRIDAY, time(15))
    ana.command("/lead view L-1").click("Edit")
    assert ana.modal.value("Next follow-up") == "Fri 7 Jun 2030, 15:00"
    ana.modal.submit()
    (lead,) = world.rows(Lead)
    assert (lead.next_follow_up, lead.next_follow_up_at) == (FRIDAY, time(15))


def test_only_the_hint_changes_while_a_day_is_typed(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        make_lead(ctx, "Zoe Lima", owner=world.member(world.ana), next_follow_up=FRIDAY)
    world.ana.command("/lead view L-1").click("Edit")
    modal = world.ana.modal
    before = [one.get("block_id") for one in modal.blocks if one["type"] == "input"]
    modal.fill({"Notes": "Typed before", "Next follow-up": "in 2 weeks"})
    assert [one.get("block_id") for one in modal.blocks if one["type"] == "input"] == before
    assert "Understood: Mon 17 Jun 2030" in modal.text()
    assert "More fields" in modal.text()
    modal.submit()
    (lead,) = world.rows(Lead)
    assert (lead.next_follow_up, lead.notes) == (MONDAY + timedelta(days=14), "Typed before")


def test_every_form_understands_words_and_a_day_never_keeps_anothers_hour(world: World) -> None:
    ana = world.ana
    with world.ctx(ana) as ctx:
        make_deal(ctx, "Rollout", owner=world.member(ana))
        make_contact(ctx, "Ben Rossi", owner=world.member(ana))
    for ref in ("D-1", "C-1"):
        ana.command(f"/crm {ref}").click("Edit")
        ana.modal.click("More fields")
        ana.modal.fill({"Next follow-up": "morgen 15 Uhr"})
        assert "Understood: Tue 4 Jun 2030, 15:00" in ana.modal.text()
        ana.modal.submit()
    planned = [*world.rows(Deal), *world.rows(Contact)]
    assert [(one.next_follow_up, one.next_follow_up_at) for one in planned] == [
        (MONDAY + timedelta(days=1), time(15))
    ] * 2
    ana.command("/call log D-1")
    ana.modal.choose("Outcome", "Connected")
    ana.modal.fill({"Next follow-up": "friday"})
    assert "Understood: Fri 7 Jun 2030" in ana.modal.text()
    ana.modal.submit()
    (deal,) = world.rows(Deal)
    assert (deal.next_follow_up, deal.next_follow_up_at) == (FRIDAY, None)
    ana.command("/crm task")
    ana.modal.fill({"What is to be done?": "Send the deck", "Due": "30.11. 9:00"})
    assert "Understood: Sat 30 Nov 2030, 09:00" in ana.modal.text()
    ana.modal.submit()
    (task,) = [one for one in world.rows(Activity) if one.subject]
    assert (task.due_on, task.due_time) == (date(2030, 11, 30), time(9))
