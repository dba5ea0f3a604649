"""One's own settings: one window, saved with an Undo, and the next morning keeps to it."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import own_settings, schedules
from core.enums import ScheduleKind
from core.models import Member, Schedule
from core.own_settings import OwnSettings
from tests.e2e.test_mornings import MONDAY, lead_due, mornings, nine
from tests.e2e.world import World

LISBON = ZoneInfo("Europe/Lisbon")


@pytest.fixture
def world(world: World) -> World:
    """Monday at half past eight in Lisbon, where Ana lives."""
    world.jump_to(datetime(2030, 6, 2, 20, tzinfo=LISBON))
    world.settle()  # what was due in the years before
    world.jump_to(datetime(2030, 6, 3, 8, 30, tzinfo=LISBON))
    return world


def ana(world: World) -> Member:
    return world.member(world.ana)


def next_morning(world: World) -> datetime | None:
    found = [one for one in world.rows(Schedule) if one.audience == world.ana.id and one.kind is ScheduleKind.MORNING]
    at = found[0].next_due_at
    return at.astimezone(LISBON) if at is not None else None


def test_the_window_says_what_holds_and_keeps_what_is_chosen(world: World) -> None:
    world.ana.command("/crm me")
    modal = world.ana.modal
    assert modal.title == "My settings"
    assert "Europe/Lisbon" in modal.text()
    assert modal.value("Morning message") == "09:00"
    modal.choose("Morning message", "10:00")
    modal.fill({"Last day away": "friday"})
    assert "Understood: Fri 7 Jun 2030" in modal.text()
    modal.fill({"Away from": "thursday"})
    modal.submit()
    said = world.ana.last_message(world.ana.dm_with_app)
    assert "comes at 10:00, Mon–Fri." in said.text
    assert "from Thu 6 Jun 2030 to Fri 7 Jun 2030" in said.text
    assert (ana(world).morning_at, ana(world).away_from) == (time(10), date(2030, 6, 6))
    said.click("Undo")
    assert (ana(world).morning_at, ana(world).away_from, ana(world).away_until) == (time(9), None, None)
    assert next_morning(world) == datetime(2030, 6, 3, 9, tzinfo=LISBON)


def test_what_cannot_be_is_said_below_its_field(world: World) -> None:
    world.ana.command("/crm me")
    modal = world.ana.modal
    modal.fill({"Away from": "friday", "Last day away": "tuesday"})
    modal.submit()
    assert "before the first" in modal.errors["Last day away"]
    modal.fill({"Last day away": ""})
    modal.submit()
    assert "fill this in" in modal.errors["Last day away"]
    modal.fill({"Away from": "", "Last day away": "yesterday"})
    modal.submit()
    assert "today or a later day" in modal.errors["Last day away"]
    assert ana(world).away_until is None


def test_what_was_said_elsewhere_meanwhile_is_shown_first(world: World) -> None:
    world.ana.command("/crm me")
    modal = world.ana.modal
    with world.ctx(world.ana) as ctx:
        own_settings.go_away(ctx, MONDAY + timedelta(days=3))
    modal.choose("Morning message", "08:00")
    modal.submit()
    assert "changed this meanwhile" in modal.text()
    assert "Away until: 6 Jun 2030" in modal.text()
    modal.submit()
    assert (ana(world).morning_at, ana(world).away_until) == (time(8), MONDAY + timedelta(days=3))


def test_an_earlier_hour_that_is_over_today_brings_todays_message_once(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY)
    world.settle()
    assert mornings(world.ana) == []
    with world.ctx(world.ana) as ctx:
        own_settings.save(ctx, OwnSettings(morning_at=time(8)))
    world.settle()
    assert len(mornings(world.ana)) == 1
    with world.ctx(world.ana) as ctx:
        own_settings.save(ctx, OwnSettings(morning_at=time(12)))
    assert next_morning(world) == datetime(2030, 6, 4, 12, tzinfo=LISBON)
    nine(world, world.ana, MONDAY)
    world.jump(hours=5)
    world.settle()
    assert len(mornings(world.ana)) == 1


def test_no_morning_message_and_no_word_at_its_hour(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY, next_follow_up_at=time(10))
    with world.ctx(world.ana) as ctx:
        own_settings.save(ctx, OwnSettings(morning_on=False, pings_on=False))
    assert next_morning(world) is None
    world.keep_schedules()
    nine(world, world.ana, MONDAY)
    world.jump(hours=2)
    world.settle()
    assert not [one for one in world.ana.messages(world.ana.dm_with_app) if one.is_from_app]
    world.ana.command("/crm me")
    assert world.ana.modal.value("Morning message") == "Not at all"
    world.ana.modal.choose("Morning message", "09:00")
    world.ana.modal.submit()
    assert next_morning(world) == datetime(2030, 6, 4, 9, tzinfo=LISBON)


def test_other_days_move_the_next_morning(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        own_settings.save(ctx, OwnSettings(working_days=0b0000100))
    assert next_morning(world) == datetime(2030, 6, 5, 9, tzinfo=LISBON)
    with world.ctx() as ctx:
        schedules.follow_members(ctx)
    assert next_morning(world) == datetime(2030, 6, 5, 9, tzinfo=LISBON)


def test_the_audit_shows_them_as_people_say_them(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        own_settings.save(ctx, OwnSettings(morning_at=time(7), working_days=0b0010101, pings_on=False))
    shown = world.sam.command("/crm audit member.own_settings").visible_text()
    assert "Working days: Mon–Fri → Mon, Wed, Fri" in shown
    assert "Morning hour: 9:00 am → 7:00 am" in shown.replace("\u202f", " ")
    assert "Said at its hour: Yes → No" in shown
