"""Away: nothing is said meanwhile and nothing counts, or a colleague stands in; who is back is told what waited."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import activities, members, own_settings, undo
from core.administration import people
from core.errors import Invalid
from core.models import Lead, Member, Reminder
from core.status import SlackStatus
from sandbox.driver import Person
from sandbox.driver.message import MessageHandle
from tests.e2e.test_mornings import MONDAY, lead_due, mornings, nine
from tests.e2e.world import World

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)


@pytest.fixture
def world(world: World) -> World:
    """Sunday evening before a week of June 2030."""
    world.jump_to(datetime(2030, 6, 2, 20, tzinfo=ZoneInfo("Europe/Berlin")))
    return world


def until(world: World) -> date | None:
    """The last day Ana is away."""
    member: Member = world.member(world.ana)
    return member.away_until


def dms(person: Person) -> list[MessageHandle]:
    return [one for one in person.messages(person.dm_with_app) if one.is_from_app]


def heard(person: Person) -> str:
    return "\n".join(one.visible_text() for one in dms(person))


def test_away_until_tuesday_and_all_comes_on_wednesday(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY)
    ugo = lead_due(world, world.ana, "Ugo Rossi", MONDAY)
    with world.ctx(world.ana) as ctx:
        activities.set_follow_up(ctx, "lead", ugo.id, MONDAY, time(15))
    said = world.ana.command("/crm away until tuesday")
    assert said is not None
    assert "last day away is Tue" in said.text
    for day in (MONDAY, TUESDAY):
        nine(world, world.ana, day)
        world.jump(hours=6)  # past three, when Ugo would be said
        world.settle()
    assert mornings(world.ana) == []
    assert "Ugo" not in heard(world.ana)
    assert world.rows(Reminder) == []
    nine(world, world.ana, WEDNESDAY)
    (message,) = mornings(world.ana)
    assert message.text.startswith("2 things wait for you today")
    assert heard(world.ana).count("Ugo Rossi") == 1


def test_undo_back_and_how_it_stands(world: World) -> None:
    said = world.ana.command("/crm away until friday")
    assert said is not None
    assert until(world) == MONDAY + timedelta(days=4)
    said.click("Undo")
    assert until(world) is None
    stale = world.ana.command("/crm away until friday")
    shown = world.ana.command("/crm away")
    assert shown is not None
    shown.click("I am back")
    assert until(world) is None
    assert stale is not None
    stale.click("Undo")
    assert "cannot be undone any more" in world.ana.last_message(world.ana.dm_with_app).text
    world.ana.command("/crm away until friday")
    world.ana.command("/crm back")
    assert until(world) is None
    assert "reminds you" in world.ana.command("/crm back").text


def test_a_day_that_is_over_is_refused(world: World) -> None:
    with world.ctx(world.ana) as ctx, pytest.raises(Invalid):
        own_settings.go_away(ctx, MONDAY - timedelta(days=3))
    assert until(world) is None
    said = world.ana.command("/crm away from friday until tuesday")
    assert "before the first" in said.text
    assert "write a day" in world.ana.command("/crm away until some day").text


def test_back_after_the_morning_was_kept_back_it_comes_now_and_once(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY)
    world.ana.command("/crm away until friday")
    nine(world, world.ana, MONDAY)
    assert mornings(world.ana) == []
    world.ana.command("/crm back")
    world.settle()
    assert [one.text for one in mornings(world.ana)] == ["1 thing waits for you today: Zoe Lima"]
    world.ana.command(f"/crm away until friday <@{world.ben.id}|ben>")
    world.settle()
    world.ana.command("/crm back")
    world.settle()
    assert len(mornings(world.ana)) == 1
    assert heard(world.ben).endswith("is here: you do not stand in for them any more.")


def test_what_had_its_hour_meanwhile_is_said_once_when_back_the_same_day(world: World) -> None:
    nine(world, world.ana, MONDAY)
    lead = lead_due(world, world.ana, "Zoe Lima", WEDNESDAY)
    with world.ctx(world.ana) as ctx:
        activities.set_follow_up(ctx, "lead", lead.id, MONDAY, time(11))
    lead_due(world, world.ana, "Ugo Rossi", MONDAY)
    world.settle()
    world.keep_schedules()
    world.ana.command("/crm away until monday")
    world.jump(hours=3)
    world.settle()
    assert "Zoe" not in heard(world.ana)
    world.ana.command("/crm back")
    world.settle()
    world.settle()
    assert heard(world.ana).count("Zoe Lima") == 1


def test_a_colleague_stands_in_sees_and_works_and_it_ends(world: World) -> None:
    lead = lead_due(world, world.ana, "Zoe Lima", MONDAY)
    lead_due(world, world.ana, "Ugo Rossi", MONDAY)
    lead_due(world, world.ben, "Of Ben", MONDAY)
    assert "Zoe" not in world.ben.command("/lead view L-1").visible_text()
    said = world.ana.command(f"/crm away until tuesday <@{world.ben.id}|ben>")
    assert "goes to" in said.text
    world.settle()
    assert "named you to stand in" in heard(world.ben)
    nine(world, world.ana, MONDAY)
    nine(world, world.ben, MONDAY)
    assert mornings(world.ana) == []
    (message,) = mornings(world.ben)
    shown = message.visible_text()
    assert message.text.startswith("3 things wait for you today")
    assert shown.index("Of Ben") < shown.index("away until Tue, Jun 4, 2030") < shown.index("Zoe Lima")
    home = world.ben.open_home().visible_text()
    assert home.index("Of Ben") < home.index("*For ") < home.index("Zoe Lima")
    message.click("Done", nth=1)
    (zoe,) = [one for one in world.rows(Lead) if one.id == lead.id]
    assert (zoe.next_follow_up, zoe.owner_id) == (None, world.member(world.ana).id)
    world.settle()
    assert "~L-1 · Zoe Lima" in message.visible_text()
    nine(world, world.ana, WEDNESDAY)
    (own,) = mornings(world.ana)
    assert own.text == "1 thing waits for you today: Ugo Rossi"
    assert "Ugo" not in world.ben.command("/lead view L-2").visible_text()
    assert "*For " not in world.ben.open_home().visible_text()


def test_who_is_named_may_refuse_and_both_read_what_follows(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY)
    world.ana.command(f"/crm away until tuesday <@{world.ben.id}|ben>")
    world.settle()
    dms(world.ben)[-1].click("I cannot")
    dms(world.ben)[-1].click("Undo")
    assert world.member(world.ana).delegate_id == world.member(world.ben).id
    world.settle()
    assert "cannot stand in" not in heard(world.ana)
    dms(world.ben)[-1].click("Redo")
    world.settle()
    assert "cannot stand in for you" in heard(world.ana)
    assert "cannot stand in for" in heard(world.mira)
    assert world.member(world.ana).delegate_id is None
    dms(world.ben)[-1].click("Undo")
    world.settle()
    assert "stands in for you after all" in heard(world.ana)
    assert f"stands in for <@{world.ana.id}> after all" in heard(world.mira)
    dms(world.ben)[-1].click("Redo")
    nine(world, world.ben, MONDAY)
    assert mornings(world.ben) == []


def test_nobody_away_stands_in_and_who_leaves_stands_in_for_nobody(world: World) -> None:
    world.ben.command("/crm away until friday")
    said = world.ana.command(f"/crm away until tuesday <@{world.ben.id}|ben>")
    assert "away themselves then" in said.text
    guest = next(user for user in world.team.users.values() if user.is_guest)
    said = world.ana.command(f"/crm away until tuesday <@{guest.id}|gus>")
    assert "has no access to Rapport" in said.text
    world.ben.command("/crm back")
    world.ana.command(f"/crm away until friday <@{world.ben.id}|ben>")
    assert "choose a colleague" in world.ben.command(f"/crm away until tuesday <@{world.ben.id}|ben>").text
    assert "away themselves then" in world.ben.command(f"/crm away until tuesday <@{world.ana.id}|ana>").text
    with world.ctx(world.sam) as ctx:
        people.deactivate(ctx, world.member(world.ben).id, world.mira.id)
    world.settle()
    assert "cannot stand in for" in heard(world.mira)
    assert world.member(world.ana).delegate_id is None


def friday_evening() -> int:
    return int(datetime(2030, 6, 7, 23, 59, tzinfo=ZoneInfo("Europe/Lisbon")).timestamp())


def test_a_slack_status_says_it_and_clearing_it_brings_the_day(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY)
    world.ana.set_status(":palm_tree:", "Vacationing", friday_evening())
    world.settle()
    told = dms(world.ana)[-1]
    assert "away until Fri 7 Jun 2030, as your Slack status says" in told.text
    nine(world, world.ana, MONDAY)
    assert mornings(world.ana) == []
    assert "as your Slack status says" in world.ana.command("/crm away").text
    world.ana.set_status("", "")
    world.settle()
    assert [one.text for one in mornings(world.ana)] == ["1 thing waits for you today: Zoe Lima"]


def test_who_is_here_whatever_the_status_says_and_who_wants_no_such_thing(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY)
    world.ana.set_status(":face_with_thermometer:", "Out sick")
    world.settle()
    dms(world.ana)[-1].click("I am here")
    with world.ctx(world.ana) as ctx:
        member = world.member(world.ana)
        members.sync_profile(
            ctx,
            member.id,
            name="",
            email="",
            tz=member.tz,
            locale="",
            guest=False,
            status=SlackStatus(":face_with_thermometer:", "Out sick"),
        )
    nine(world, world.ana, MONDAY)
    assert len(mornings(world.ana)) == 1
    with world.ctx(world.ana) as ctx:
        own_settings.save(ctx, replace(own_settings.standing(ctx).chosen, follows_status=False))
    world.ana.set_status(":palm_tree:", "Vacationing")
    world.settle()
    assert world.member(world.ana).status_away_until is None
    with world.ctx(world.ana) as ctx:
        own_settings.save(ctx, replace(own_settings.standing(ctx).chosen, follows_status=True))
    world.settle()
    assert world.member(world.ana).status_away_until is not None


def test_the_status_of_who_never_used_it_makes_nobody_a_member(world: World) -> None:
    before = len(world.rows(Member))
    stranger = world.driver.as_("Olga Petrova")
    stranger.set_status(":palm_tree:", "Vacationing")
    world.settle()
    assert len(world.rows(Member)) == before


def test_who_stands_in_hears_of_a_status_too(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        own_settings.save(ctx, replace(own_settings.standing(ctx).chosen, delegate=world.ben.id))
    world.settle()
    assert "stand in" not in heard(world.ben)
    world.ana.set_status(":palm_tree:", "Vacationing", friday_evening())
    world.settle()
    assert "named you to stand in" in heard(world.ben)


def test_who_stands_in_and_plans_to_be_away_too_is_no_surprise(world: World) -> None:
    world.ana.command(f"/crm away from monday until friday <@{world.ben.id}|ben>")
    world.ben.command("/crm away from thursday until friday")
    world.settle()
    assert "cannot stand in for you from Thu" in heard(world.ana)
    told = heard(world.ana)
    nine(world, world.ben, MONDAY + timedelta(days=3))
    world.ben.command("/crm away until monday")
    world.settle()
    assert heard(world.ana) == told


def test_undo_brings_back_nobody_without_access(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        own_settings.save(ctx, replace(own_settings.standing(ctx).chosen, delegate=world.ben.id))
    with world.ctx(world.ana) as ctx:
        own_settings.save(ctx, replace(own_settings.standing(ctx).chosen, delegate="", pings_on=False))
        change_id = ctx.change_id
    with world.ctx(world.sam) as ctx:
        people.deactivate(ctx, world.member(world.ben).id, world.mira.id)
    with world.ctx(world.ana) as ctx:
        undo.undo(ctx, change_id)
        assert own_settings.standing(ctx).chosen == own_settings.OwnSettings()
