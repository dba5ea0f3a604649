"""Away: nothing is said meanwhile, nothing counts, and one message on the first morning back brings all."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import own_settings
from core.errors import Invalid
from core.models import Member, Reminder
from tests.e2e.test_mornings import MONDAY, lead_due, mornings, nine
from tests.e2e.world import World


@pytest.fixture
def world(world: World) -> World:
    """Sunday evening before a week of June 2030."""
    world.jump_to(datetime(2030, 6, 2, 20, tzinfo=ZoneInfo("Europe/Berlin")))
    return world


def until(world: World) -> date | None:
    """The last day Ana is away."""
    member: Member = world.member(world.ana)
    return member.away_until


def test_away_until_tuesday_and_all_comes_on_wednesday(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY)
    lead_due(world, world.ana, "Ugo Rossi", MONDAY, next_follow_up_at=time(15))
    said = world.ana.command("/crm away until tuesday")
    assert said is not None
    assert "last day away is Tue" in said.text
    for day in range(2):
        nine(world, world.ana, MONDAY + timedelta(days=day))
    assert mornings(world.ana) == []
    assert world.rows(Reminder) == []
    nine(world, world.ana, MONDAY + timedelta(days=2))
    (message,) = mornings(world.ana)
    assert message.text.startswith("2 things wait for you today")


def test_undo_back_and_how_it_stands(world: World) -> None:
    said = world.ana.command("/crm away until friday")
    assert said is not None
    assert until(world) == MONDAY + timedelta(days=4)
    said.click("Undo")
    assert until(world) is None
    world.ana.command("/crm away until friday")
    shown = world.ana.command("/crm away")
    assert shown is not None
    shown.click("I am back")
    assert until(world) is None
    world.ana.command("/crm away until friday")
    world.ana.command("/crm back")
    assert until(world) is None


def test_a_day_that_is_over_is_refused(world: World) -> None:
    with world.ctx(world.ana) as ctx, pytest.raises(Invalid):
        own_settings.change(ctx, MONDAY - timedelta(days=3))
    assert until(world) is None
