"""A meeting from its plan to what came of it: planned, moved, reminded of, asked after, logged."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import leads, meetings
from core.enums import ActivityKind, CallOutcome
from core.meetings import MeetingInput
from core.models import Activity, Lead
from sandbox.driver import Person
from sandbox.driver.message import MessageHandle
from tests.e2e.test_mornings import MONDAY, lead_due, mornings, nine
from tests.e2e.world import World

TUESDAY = MONDAY + timedelta(days=1)
LISBON = ZoneInfo("Europe/Lisbon")


@pytest.fixture
def world(world: World) -> World:
    """Sunday evening before a week of June 2030."""
    world.jump_to(datetime(2030, 6, 2, 20, tzinfo=ZoneInfo("Europe/Berlin")))
    return world


def at(world: World, day: date, hour: time) -> None:
    """Move the clock to an hour of Ana's, and let the worker run."""
    world.jump_to(datetime.combine(day, hour, tzinfo=LISBON))
    world.settle()


def said(person: Person) -> list[MessageHandle]:
    return [one for one in person.messages(person.dm_with_app) if one.is_from_app]


def the_meeting(world: World) -> Activity:
    (meeting,) = (one for one in world.rows(Activity) if one.kind is ActivityKind.MEETING)
    return meeting


def test_from_the_plan_to_what_came_of_it(world: World) -> None:
    lead = lead_due(world, world.ana, "Zoe <!channel> Lima", MONDAY + timedelta(days=20), company="Acme")
    world.ana.command("/meeting plan Demo for L-1 tomorrow 3pm")
    window = world.ana.modal
    assert (window.value("What is it about?"), window.value("With")) == ("Demo for L-1", "Zoe <!channel> Lima")
    window.fill({"Place or link": "https://meet.example/x"})
    window.submit()
    told = world.ana.last_message()
    assert "Meeting planned: Demo for L-1 · L-1 Zoe &lt;!channel&gt; Lima · tomorrow" in told.text
    assert the_meeting(world).starts_at == datetime(2030, 6, 3, 14, tzinfo=UTC)
    told.click("Reschedule")
    world.ana.modal.fill({"When": "tomorrow 4pm"})
    world.ana.modal.submit()
    assert the_meeting(world).starts_at == datetime(2030, 6, 3, 15, tzinfo=UTC)

    nine(world, world.ana, MONDAY)
    (morning,) = mornings(world.ana)
    assert "16:00–16:30 · with Zoe &lt;!channel&gt; Lima" in morning.visible_text()
    assert "<!channel>" not in morning.visible_text().replace("&lt;!channel&gt;", "")
    before = len(said(world.ana))
    at(world, MONDAY, time(15, 49))
    assert len(said(world.ana)) == before
    at(world, MONDAY, time(15, 51))
    assert len(said(world.ana)) == before + 1, "ten minutes before it begins, and not at the hour it had first"
    ping = said(world.ana)[-1]
    assert ping.text.startswith("16:00: Demo")

    nine(world, world.ana, TUESDAY)
    asked = mornings(world.ana)[-1]
    assert "How did it go? (yesterday, 16:00–16:30)" in asked.visible_text()
    asked.click("Log meeting")
    world.ana.modal.fill({"Outcome": "Interested", "Notes": "Wants a quote", "Next follow-up": "friday"})
    world.ana.modal.submit()
    world.settle()
    assert asked.text == "All done for today"
    (kept,) = world.rows(Lead)
    assert (kept.status, kept.next_follow_up, kept.last_touch_at) == (
        "qualified",
        MONDAY + timedelta(days=4),
        datetime(2030, 6, 3, 15, tzinfo=UTC),
    )
    card = world.ana.command(f"/lead view L-{lead.number}")
    assert card is not None
    assert "Meeting* · Interested" in card.visible_text()
    card.click("History")
    for words in ("planned a meeting", "changed a meeting", "logged a meeting"):
        assert f"Ana Costa* {words}" in world.ana.modal.text(), words
    world.ana.modal.close()
    ping.click("Log meeting")
    assert "told already what came of this meeting" in world.ana.last_message(world.ana.dm_with_app).text
    asked.click("Undo")
    assert the_meeting(world).outcome is None
    assert world.rows(Lead)[0].last_touch_at is None


def test_not_held_cancelled_and_nobody_told_of_what_is_off(world: World) -> None:
    lead = lead_due(world, world.ana, "Zoe Lima", MONDAY + timedelta(days=20))
    with world.ctx(world.ana) as ctx:
        for hour in (10, 11):
            meetings.plan(ctx, "lead", lead.id, MeetingInput(f"Talk at {hour}", MONDAY, time(hour)))
    nine(world, world.ana, MONDAY)
    (morning,) = mornings(world.ana)
    assert morning.text == "2 things wait for you today: Talk at 10, Talk at 11"
    morning.click("Did not take place")
    assert "~Talk at 10 · L-1 Zoe Lima~" in morning.visible_text()
    morning.click("Cancel the meeting")
    off = world.ana.last_message(world.ana.dm_with_app)
    assert off.text.startswith("Cancelled: Talk at 11")
    before = len(said(world.ana))
    at(world, MONDAY, time(11))
    assert len(said(world.ana)) == before
    off.click("Undo")
    world.settle()
    assert [one.outcome for one in world.rows(Activity)] == [None, None]
    nine(world, world.ana, TUESDAY)
    assert "Talk at 11" in mornings(world.ana)[-1].visible_text()


def test_who_stands_in_is_reminded_and_the_new_owner_has_the_meetings(world: World) -> None:
    lead = lead_due(world, world.ana, "Zoe Lima", MONDAY + timedelta(days=20))
    with world.ctx(world.ana) as ctx:
        meetings.plan(ctx, "lead", lead.id, MeetingInput("Demo", MONDAY, time(15), attendees="Zoe"))
    world.ana.command(f"/crm away until monday <@{world.ben.id}|ben>")
    world.settle()
    at(world, MONDAY, time(14, 51))
    assert [one for one in said(world.ana) if "Demo" in one.text] == []
    (ping,) = (one for one in said(world.ben) if one.text.startswith("7:00\u202fAM: Demo"))
    assert f"For <@{world.ana.id}>" in ping.visible_text()
    with world.ctx(world.mira) as ctx:
        leads.assign(ctx, lead.id, world.ben.id)
    assert the_meeting(world).owner_id == world.member(world.ben).id
    assert "Demo" in world.ben.command("/meeting list").visible_text()
    assert "no meetings" in world.ana.command("/meeting list").text


def test_one_that_nobody_had_planned(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY)
    world.ana.command("/meeting log Lunch with L-1")
    window = world.ana.modal
    window.fill({"When": "tomorrow 3pm", "Outcome": "Not interested"})
    window.submit()
    assert "still to come" in window.errors["When"]
    window.fill({"When": "today 12:30"})
    window.submit()
    assert the_meeting(world).outcome is CallOutcome.NOT_INTERESTED
    assert "Meeting logged on L-1 Zoe Lima: Not interested." in world.ana.last_message().text
