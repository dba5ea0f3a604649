"""The weekly report: once on Friday, any week when asked for, and the rows behind each number."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from core import activities, notices, reports
from core.activities import CallInput
from core.emails import drafts
from core.emails.drafts import EmailInput
from core.enums import CallOutcome, Direction, TargetKind
from core.models import Target
from sandbox.driver import Person
from sandbox.driver.message import MessageHandle
from tests.e2e.world import World
from tests.factories import make_lead, make_objection, make_source

BERLIN = ZoneInfo("Europe/Berlin")


def friday(world: World, person: Person) -> datetime:
    """A minute after four where somebody lives."""
    return datetime(2030, 6, 7, 16, 1, tzinfo=ZoneInfo(world.member(person).tz))


def friday_in_channel(world: World) -> datetime:
    """A minute after four where the first admin lives."""
    with world.ctx() as ctx:
        return datetime(2030, 6, 7, 16, 1, tzinfo=notices.zone_of(ctx, world.sales.id))


@pytest.fixture
def world(world: World) -> World:
    """Wednesday, 5 June 2030, in a workspace whose digest channel is #sales."""
    world.jump_to(datetime(2030, 6, 5, 11, tzinfo=BERLIN))
    world.configure(digest_channel=world.sales.id)
    with world.ctx() as ctx:
        reports.begin(ctx)
    return world


def a_week(world: World) -> None:
    """Ana gets a lead from a fair, writes to it and calls it twice."""
    with world.ctx(world.ana) as ctx:
        source, price = make_source(ctx, "Trade fair"), make_objection(ctx, "Too expensive")
        lead = make_lead(
            ctx, "Lena <!channel>", owner=world.member(world.ana), email="lena@acme.example", source_id=source.id
        )
        ctx.session.flush()
        for outcome, minutes in ((CallOutcome.CONNECTED, 10), (CallOutcome.VOICEMAIL, 2)):
            call = CallInput(
                direction=Direction.OUTBOUND, outcome=outcome, duration_minutes=minutes, objections=(str(price.id),)
            )
            activities.log_call(ctx, "lead", lead.id, call)
        drafts.send(ctx, "lead", lead.id, EmailInput("Hello", "Hi"))
    world.jump(seconds=10)
    world.settle()


def told(world: World, person: Person, where: str) -> list[MessageHandle]:
    return [one for one in person.messages(where) if one.is_from_app and one.text.startswith("Week of")]


def test_it_comes_to_the_channel_on_friday_once_with_its_details_below(world: World) -> None:
    a_week(world)
    world.jump_to(friday_in_channel(world) - timedelta(minutes=5))
    world.settle()
    assert told(world, world.ana, "#sales") == []
    for _ in range(2):
        world.jump_to(friday_in_channel(world))
        world.settle()
    (message,) = told(world, world.ana, "#sales")
    shown = message.visible_text()
    for words in ("*E-mail*  1 sent (+1) · 1 delivered, 100%", "*Calls*  2 (+2) · 6", "Connected 1", "oicemail 1"):
        assert words in shown
    assert "*Objections*  Too expensive 2" in shown
    assert "*New leads*  1 (+1) · Trade fair 1" in shown
    assert "*Won*  0" in shown
    assert not message.has_button("Details")
    (details,) = [one for one in message.thread if one.is_from_app]
    for words in ("*How calls ended*\nConnected 1, Left a voicemail 1", "*Objections*\nToo expensive 2"):
        assert words in details.visible_text()
    assert "<@" not in details.visible_text(), "nobody is pinged"


def test_who_turns_pages_in_the_channel_does_it_alone_and_in_place(world: World) -> None:
    a_week(world)
    world.jump_to(friday_in_channel(world))
    world.settle()
    (message,) = told(world, world.ana, "#sales")
    before, posted = message.visible_text(), len(told(world, world.ben, "#sales"))
    message.click("◀ Before")
    own = told(world, world.ana, "#sales")[-1]
    assert "Mine" in own.visible_text(), "what all read is not hers to ask for"
    own.click("After ▶")
    own.click("◀ Before")
    assert (message.visible_text(), len(told(world, world.ana, "#sales"))) == (before, posted + 1)
    assert len(told(world, world.ben, "#sales")) == posted


def test_the_details_in_a_window_and_all_of_it_as_a_file(world: World) -> None:
    a_week(world)
    with world.ctx(world.ben) as ctx:
        make_lead(ctx, "Ben's <b>", owner=world.member(world.ben))
    message = world.mira.command("/report week")
    message.click("Details")
    assert "Ana Costa: 1 mail · 2 calls · 1 new lead" in world.mira.modal.visible_text()
    assert "Ben Okafor: 1 new lead" in world.mira.modal.visible_text()
    world.mira.modal.close()
    message.click("Export CSV")
    world.settle()
    (sent,) = [one for one in world.team.messages[world.mira.dm_with_app.id] if one.files]
    assert sent.files[0]["name"] == "week-2030-06-03-team.csv"


def test_a_quiet_week_is_not_reported(world: World) -> None:
    world.jump_to(friday_in_channel(world))
    world.settle()
    assert told(world, world.ana, "#sales") == []


def test_any_week_when_asked_for_and_the_rows_behind_a_number(world: World) -> None:
    a_week(world)
    message = world.ana.command("/report week")
    assert "*Calls*  2" in message.visible_text()
    message.choose("Show the rows of …", "Calls")
    assert "Lena &lt;!channel&gt;" in world.ana.modal.text() or "Lena <!channel>" in world.ana.modal.text()
    world.ana.modal.close()
    message.click("◀ Before")
    assert "*Calls*  0" in message.visible_text()
    message.click("After ▶")
    assert "*Calls*  2" in message.visible_text()
    assert "*Calls*  0" in world.ana.command("/report week 1").visible_text()
    assert "/report week 1 is the one before" in world.ana.command("/report week 9999").text


def test_a_manager_reads_the_teams_a_rep_their_own(world: World) -> None:
    a_week(world)
    assert "*Calls*  2" in world.mira.command("/report week").visible_text()
    assert "*Calls*  0" in world.ben.command("/report week").visible_text()
    assert not world.ben.command("/report").has_button("Team")
    assert "Did you mean /report week" in world.ben.command("/report wek").text


def test_next_weeks_goal_is_what_is_missing_of_the_month(world: World) -> None:
    a_week(world)
    with world.ctx(world.sam) as ctx:
        month, member_id = date(2030, 6, 1), world.member(world.ana).id
        ctx.add(Target(kind=TargetKind.CALLS, month=month, member_id=member_id, amount=Decimal(32), currency=""))
    assert "*Next week*  10 calls" in world.ana.command("/report week").visible_text()


def test_people_say_when_it_comes_to_them(world: World) -> None:
    a_week(world)
    world.ana.command("/report week").click("When it comes")
    world.ana.modal.fill({"Comes on": "Thursday", "At": "15:00"})
    world.ana.modal.submit("Save")
    world.jump_to(friday(world, world.ana) - timedelta(days=1))
    world.settle()
    asked_for, came = told(world, world.ana, world.ana.dm_with_app)
    assert asked_for.visible_text().replace("[Details]\n", "") == came.visible_text()
    assert len(came.thread) == 1
    came.click("When it comes")
    world.ana.modal.fill({"Comes on": "Never", "At": "15:00"})
    world.ana.modal.submit("Save")
    world.jump(days=7)
    with world.ctx(world.ana) as ctx:
        make_lead(ctx, "Zoe Lima", owner=world.member(world.ana))
    world.settle()
    assert len(told(world, world.ana, world.ana.dm_with_app)) == 2


def test_the_channels_hour_is_the_admins_to_say(world: World) -> None:
    a_week(world)
    world.jump_to(friday_in_channel(world))
    world.settle()
    told(world, world.ben, "#sales")[-1].click("When it comes")
    assert "An admin can change this for the channel." in world.ben.modal.visible_text()
    world.ben.modal.click("My own report")
    world.ben.modal.fill({"Comes on": "Monday", "At": "9:00\u202fAM"})
    world.ben.modal.submit("Save")
    with world.ctx(world.ben) as ctx:
        assert reports.chosen(ctx, world.ben.id) == reports.Comes(0, time(9))
    told(world, world.sam, "#sales")[-1].click("When it comes")
    assert "<#" in world.sam.modal.visible_text()
