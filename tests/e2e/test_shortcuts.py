"""Shortcuts through the sandbox: finding a record from anywhere, and making something of a message."""

import pytest

from core.enums import ActivityKind, Visibility
from core.models import Activity, Lead
from sandbox.driver import MessageHandle, Person
from tests.e2e.world import World
from tests.factories import make_deal, make_lead

HOSTILE = "<!channel> *x* <https://evil.example|ok>"


@pytest.fixture
def lead(world: World) -> Lead:
    with world.ctx(world.ana) as ctx:
        return make_lead(ctx, "Lena Fischer", company="Acme GmbH", owner=world.member(world.ana))


def told(person: Person, channel: str = "#sales") -> MessageHandle:
    """The newest message the app showed somebody."""
    return [message for message in person.messages(channel) if message.is_from_app][-1]


def test_find_a_record_and_look_at_it(world: World, lead: Lead) -> None:
    ana = world.ana
    ana.shortcut("Find a record")
    ana.modal.choose("Record", "L-1 Lena Fischer", query="lena")
    ana.modal.submit()
    assert ana.modal.title == "L-1"
    assert "Acme GmbH" in ana.modal.text()
    ana.modal.click("Log call")
    assert "Lena Fischer" in ana.modal.value("Record")


def test_a_lead_out_of_a_message(world: World) -> None:
    ana = world.ana
    said = world.ben.say("#sales", "Who takes this? anna.weber@contoso.com wants an offer, +49 30 901820")
    ana.message_shortcut("Create lead", said)
    assert ana.modal.value("Name") == "Anna Weber"
    assert ana.modal.value("E-mail") == "anna.weber@contoso.com"
    assert ana.modal.value("Phone") == "+4930901820"
    assert "Who takes this?" in ana.modal.value("Notes")
    assert f"/archives/{world.sales.id}/p" in ana.modal.value("Notes")
    ana.modal.submit()
    (made,) = world.rows(Lead)
    assert (made.name, made.email) == ("Anna Weber", "anna.weber@contoso.com")
    assert told(ana).is_ephemeral
    assert "created" in told(ana).text
    assert [one.text for one in world.ben.messages("#sales") if one.is_from_app] == []


def test_who_wrote_it_is_not_taken_for_the_lead(world: World) -> None:
    said = world.ben.say("#sales", "somebody should call them back")
    world.ana.message_shortcut("Create lead", said)
    assert world.ana.modal.value("Name") == ""
    assert "Ben" not in world.ana.modal.text()


def test_a_message_kept_on_a_record_with_a_link_back(world: World, lead: Lead) -> None:
    ana = world.ana
    said = world.ben.say("#sales", f"<@{ana.id}> Lena wants the offer by Friday {HOSTILE}")
    ana.message_shortcut("Save to record", said)
    assert ana.modal.value("Note").startswith("Ben Okafor: @Ana Costa Lena wants the offer by Friday")
    ana.modal.choose("Record", "L-1 Lena Fischer", query="lena")
    ana.modal.submit()
    (note,) = world.rows(Activity)
    assert (note.kind, note.lead_id) == (ActivityKind.NOTE, lead.id)
    assert note.link.endswith(f"/archives/{world.sales.id}/p{said.ts.replace('.', '')}")
    assert told(ana).is_ephemeral
    assert told(ana).text == "Saved to L-1 Lena Fischer."
    card = ana.command("/lead view L-1", "#sales")
    assert card is not None
    assert "offer by Friday" in card.visible_text()
    assert "<!channel>" not in card.visible_text()
    saved = next(one for one in ana.messages("#sales") if one.text.startswith("Saved to"))
    saved.click("Undo")
    assert world.rows(Activity) == []


def test_a_message_in_a_thread_is_linked_there(world: World, lead: Lead) -> None:
    said = world.ben.say("#sales", "Anything new on Lena?")
    said.reply("She called")
    world.ana.message_shortcut("Save to record", said.thread[0])
    world.ana.modal.choose("Record", "L-1 Lena Fischer", query="lena")
    world.ana.modal.submit()
    (note,) = world.rows(Activity)
    assert f"thread_ts={said.ts}" in note.link


def test_a_very_long_message_fits(world: World, lead: Lead) -> None:
    said = world.ben.say("#sales", "long story " * 600)
    for shortcut, field in (("Save to record", "Note"), ("New task", "What is to be done?"), ("Create lead", "Notes")):
        world.ana.message_shortcut(shortcut, said)
        assert "long story" in world.ana.modal.value(field)
        if shortcut != "Create lead":
            world.ana.modal.choose("Record", "L-1 Lena Fischer", query="lena")
            world.ana.modal.submit()
        else:
            world.ana.modal.close()
    assert len(world.rows(Activity)) == 2


def test_a_task_out_of_a_message_from_start_to_end(world: World) -> None:
    ana = world.ana
    with world.ctx(ana) as ctx:
        make_deal(ctx, "Rollout", owner=world.member(ana))
    said = world.ben.say("#sales", "Can you send them the deck?")
    ana.message_shortcut("New task", said)
    assert ana.modal.value("What is to be done?") == "Can you send them the deck?"
    ana.modal.choose("Record", "D-1 Rollout", query="roll")
    ana.modal.submit()
    (task,) = world.rows(Activity)
    assert (task.kind, task.owner_id) == (ActivityKind.TASK, world.member(ana).id)
    listed = ana.command("/crm tasks", "#sales")
    assert listed is not None
    assert "Can you send them the deck?" in listed.visible_text()
    listed.click("Snooze until tomorrow")
    assert "Due tomorrow" in told(ana).text
    listed.click("Done")
    assert world.rows(Activity)[0].done_at is not None
    told(ana).click("Not done")
    assert world.rows(Activity)[0].done_at is None


def test_a_task_for_somebody_who_may_not_see_the_record(world: World, lead: Lead) -> None:
    ana = world.ana
    ana.command("/crm task Call Lena", "#sales")
    ana.modal.choose("Record", "L-1 Lena Fischer", query="lena")
    ana.modal.fill({"Who": "Ben Okafor"})
    ana.modal.submit()
    assert "may not see the record" in ana.modal.errors["Who"]
    world.configure(visibility=Visibility.ALL)
    ana.modal.submit()
    (task,) = world.rows(Activity)
    assert task.owner_id == world.member(world.ben).id
    listed = world.ben.command("/crm tasks")
    assert listed is not None
    listed.click("Done")
    assert world.rows(Activity)[0].done_at is not None


@pytest.mark.parametrize("shortcut", ["Find a record", "New lead", "Log a call"])
def test_a_guest_is_refused_politely(world: World, shortcut: str) -> None:
    world.guest.shortcut(shortcut)
    assert "only for members" in world.guest.modal.text()


@pytest.mark.parametrize("shortcut", ["Create lead", "Save to record", "New task"])
def test_a_guest_is_refused_on_messages_too(world: World, shortcut: str) -> None:
    said = world.guest.say("#general", "lena@acme.example called")
    world.guest.message_shortcut(shortcut, said)
    assert "only for members" in world.guest.modal.text()
    assert world.rows(Lead) == []
