"""Follow-ups in words: what is understood is seen before it is saved, and saved just so."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import activities, leads, members, tasks
from core.activities import CallInput
from core.enums import CallOutcome, Direction, LeadStatus
from core.errors import Invalid
from core.leads import LeadInput
from core.models import Activity, Contact, Deal, Lead
from core.tasks import TaskInput
from sandbox.driver import Person
from sandbox.driver.message import MessageHandle
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
    ana.modal.click("More fields")
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


def pings(person: Person) -> list[MessageHandle]:
    return [one for one in person.messages(person.dm_with_app) if one.is_from_app and one.has_button("Snooze 1 hour")]


def lisbon(hour: int, minute: int = 0, days: int = 0) -> datetime:
    return datetime.combine(MONDAY + timedelta(days=days), time(hour, minute), tzinfo=ZoneInfo("Europe/Lisbon"))


def follow(world: World, at: time | None, person: Person | None = None) -> Lead:
    with world.ctx(person or world.ana) as ctx:
        lead = make_lead(ctx, "Zoe <!channel>", owner=world.member(person or world.ana))
        activities.set_follow_up(ctx, "lead", lead.id, MONDAY, at)
        return lead


def test_what_has_an_hour_is_said_once_at_that_hour_and_put_off_in_place(world: World) -> None:
    follow(world, time(15))
    world.settle()
    world.jump_to(lisbon(14, 59))
    world.settle()
    assert pings(world.ana) == []
    world.jump_to(lisbon(15, 0))
    world.settle()
    world.settle()
    (ping,) = pings(world.ana)
    assert ping.text == "15:00: Zoe &lt;!channel&gt;"
    ping.click("Snooze 1 hour")
    assert pings(world.ana) == []
    (lead,) = world.rows(Lead)
    assert (lead.next_follow_up, lead.next_follow_up_at) == (MONDAY, time(16))
    world.jump_to(lisbon(16, 1))
    world.settle()
    (ping,) = pings(world.ana)
    ping.click("Tomorrow")
    (lead,) = world.rows(Lead)
    assert lead.next_follow_up == MONDAY + timedelta(days=1)
    assert lead.next_follow_up_at is not None
    world.jump_to(lisbon(16, 5, days=1))
    world.settle()
    (ping,) = pings(world.ana)
    ping.click("Done")
    assert world.rows(Lead)[0].next_follow_up is None
    assert ping.has_button("Undo")
    assert not ping.has_button("Done")


def test_a_manager_elsewhere_plans_an_hour_that_is_still_to_come_for_the_owner(world: World) -> None:
    live_in(world, world.ana, "America/Los_Angeles")
    live_in(world, world.mira, "Australia/Sydney")
    lead = follow(world, None)
    world.jump_to(datetime.combine(MONDAY, time(17), tzinfo=ZoneInfo("America/Los_Angeles")))
    with world.ctx(world.mira) as ctx:
        connected = CallInput(direction=Direction.OUTBOUND, outcome=CallOutcome.CONNECTED, next_follow_up=MONDAY)
        with pytest.raises(Invalid):
            activities.log_call(ctx, "lead", lead.id, replace(connected, next_follow_up_at=time(16)))
        activities.log_call(ctx, "lead", lead.id, replace(connected, next_follow_up_at=time(18)))
        values = LeadInput("Zoe", owner=world.ana.id, next_follow_up=MONDAY, next_follow_up_at=time(19))
        ctx.session.flush()
        version = ctx.session.get_one(Lead, (ctx.workspace.id, lead.id)).version
        leads.edit(ctx, lead.id, values, version)
    assert world.rows(Lead)[0].next_follow_up_at == time(19)


def test_tomorrow_is_the_same_hour_of_the_clock_also_where_the_clocks_change(world: World) -> None:
    saturday = datetime(2030, 10, 26, 14, tzinfo=ZoneInfo("Europe/Lisbon"))
    world.jump_to(saturday)
    with world.ctx(world.ana) as ctx:
        lead = make_lead(ctx, "Zoe", owner=world.member(world.ana))
        activities.set_follow_up(ctx, "lead", lead.id, saturday.date(), time(15))
    world.settle()
    world.jump(hours=1)
    world.settle()
    (ping,) = pings(world.ana)
    ping.click("Tomorrow")
    assert "again tomorrow, 15:00" in ping.visible_text()
    (lead,) = world.rows(Lead)
    assert (lead.next_follow_up, lead.next_follow_up_at) == (saturday.date() + timedelta(days=1), time(15))


def live_in(world: World, person: Person, zone: str) -> None:
    """As the worker reads a profile anew."""
    with world.ctx() as ctx:
        members.sync_profile(ctx, world.member(person).id, name="", email="", tz=zone, locale="", guest=False)


def test_who_stands_in_at_the_other_end_of_the_world_puts_off_by_an_hour_and_no_more(world: World) -> None:
    live_in(world, world.ana, "America/Los_Angeles")
    live_in(world, world.ben, "Australia/Sydney")
    follow(world, time(17))
    world.ana.command(f"/crm away until friday <@{world.ben.id}|ben>")
    world.settle()
    world.jump_to(datetime.combine(MONDAY, time(17), tzinfo=ZoneInfo("America/Los_Angeles")))
    world.settle()
    (ping,) = pings(world.ben)
    assert ping.text.startswith("10:00")
    ping.click("Snooze 1 hour")
    assert "again today, 11:00" in ping.visible_text()
    world.jump(minutes=59)
    world.settle()
    assert pings(world.ben) == []
    world.jump(minutes=2)
    world.settle()
    assert len(pings(world.ben)) == 1


@pytest.mark.parametrize("change", ["another hour", "no hour", "done", "given away", "closed"])
def test_what_is_not_so_any_more_is_not_said(world: World, change: str) -> None:
    lead = follow(world, time(15))
    world.settle()
    with world.ctx(world.mira) as ctx:
        match change:
            case "another hour":
                activities.set_follow_up(ctx, "lead", lead.id, MONDAY, time(17))
            case "no hour":
                activities.set_follow_up(ctx, "lead", lead.id, MONDAY)
            case "done":
                activities.set_follow_up(ctx, "lead", lead.id, None)
            case "given away":
                leads.assign(ctx, lead.id, world.ben.id)
            case _:
                leads.set_status(ctx, lead.id, LeadStatus.LOST)
    world.jump_to(lisbon(15, 1))
    world.settle()
    assert pings(world.ana) == []
    if change == "another hour":
        world.jump_to(lisbon(17, 1))
        world.settle()
        assert len(pings(world.ana)) == 1


def test_an_hour_is_that_of_whom_it_belongs_to_and_follows_them(world: World) -> None:
    follow(world, time(15))
    world.settle()
    ana = world.member(world.ana)
    with world.ctx() as ctx:
        moved = members.sync_profile(
            ctx, ana.id, name="", email="", tz="America/New_York", locale=ana.locale.replace("_", "-"), guest=False
        )
        assert moved.tz == "America/New_York"
    world.settle()
    world.jump_to(lisbon(15, 1))
    world.settle()
    assert pings(world.ana) == []
    world.jump_to(lisbon(20, 1))
    world.settle()
    assert len(pings(world.ana)) == 1


def test_an_hour_follows_them_in_the_evening_too_and_what_was_said_is_not_said_again(world: World) -> None:
    live_in(world, world.ana, "America/Los_Angeles")
    follow(world, time(20))
    with world.ctx(world.ana) as ctx:
        tasks.create(ctx, "", None, TaskInput("Send the deck", due_on=MONDAY, due_time=time(17)))
    world.settle()
    world.jump_to(datetime.combine(MONDAY, time(17, 30), tzinfo=ZoneInfo("America/Los_Angeles")))
    world.settle()
    assert len(pings(world.ana)) == 1
    live_in(world, world.ana, "Pacific/Honolulu")
    world.settle()
    for hour, said in ((17, 1), (20, 2)):
        world.jump_to(datetime.combine(MONDAY, time(hour, 1), tzinfo=ZoneInfo("Pacific/Honolulu")))
        world.settle()
        assert len(pings(world.ana)) == said


def test_a_task_is_said_at_its_hour_and_done_there(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        tasks.create(ctx, "", None, TaskInput("Send the deck", due_on=MONDAY, due_time=time(11)))
    world.settle()
    world.jump_to(lisbon(11))
    world.settle()
    (ping,) = pings(world.ana)
    assert not ping.has_button("Log call")
    ping.click("Done")
    (task,) = world.rows(Activity)
    assert task.done_at is not None


def test_a_task_in_one_line_for_a_colleague_at_an_hour(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        make_lead(ctx, "Zoe", owner=world.member(world.ana))
    said = world.ana.command(f"/task add Call Zoe & Co about L-1 <@{world.mira.id}|mira> friday 3pm")
    (task,) = world.rows(Activity)
    assert (task.subject, task.due_on, task.due_time) == ("Call Zoe & Co about L-1", FRIDAY, time(15))
    assert (task.owner_id, task.lead_id) == (world.member(world.mira).id, world.rows(Lead)[0].id)
    assert "in 4 days, 15:00" in said.visible_text()
    world.settle()
    assert "Call Zoe" in world.mira.last_message(world.mira.dm_with_app).visible_text()
    assert "Call Zoe" in world.mira.command("/task list").visible_text()


def test_words_after_task_are_what_is_to_be_done_and_are_done_in_the_list(world: World) -> None:
    world.ana.command("/task Angebot schicken morgen 9 Uhr")
    (task,) = world.rows(Activity)
    assert (task.subject, task.due_on, task.due_time) == ("Angebot schicken", MONDAY + timedelta(days=1), time(9))
    world.ana.command("/task list").click("Done")
    assert world.rows(Activity)[0].done_at is not None
    world.ana.command("/task add")
    assert world.ana.modal.title == "New task"
    world.ana.modal.close()
    assert "today or a later day" in world.ana.command("/task add Too late yesterday").visible_text()
    assert len(world.rows(Activity)) == 1
    assert "/task add" in world.ana.command("/task help").visible_text()
    world.ana.command("/task add Call Zoe about L-1 @bob friday 3pm")
    assert "Nobody here is called @bob." in world.ana.modal.visible_text()
    assert world.ana.modal.value("What is to be done?") == "Call Zoe about L-1"
    assert "Fri" in world.ana.modal.value("Due")
    world.ana.modal.close()
    assert len(world.rows(Activity)) == 1
    world.ana.command("/task Help Ana with the deck friday @3pm")
    assert (world.rows(Activity)[-1].subject, world.rows(Activity)[-1].due_time) == ("Help Ana with the deck", time(15))


def test_a_task_is_added_by_mention_too(world: World) -> None:
    world.ana.say("#sales", f"<@{world.team.app.bot_user_id}> task add Book the room friday")
    (task,) = world.rows(Activity)
    assert (task.subject, task.due_on) == ("Book the room", FRIDAY)
