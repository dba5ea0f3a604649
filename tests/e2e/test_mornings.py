"""The morning message: all that waits, in one, at everybody's own hour, worked off where it stands."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import meetings, notices, tasks
from core import mornings as core_mornings
from core.enums import NoticeMode
from core.meetings import MeetingInput
from core.models import Activity, Lead, Member, Reminder
from core.notices import NoticeKind
from core.tasks import TaskInput
from sandbox.driver import Person
from sandbox.driver.message import MessageHandle
from tests.e2e.world import World
from tests.factories import make_deal, make_lead

MONDAY = date(2030, 6, 3)


@pytest.fixture
def world(world: World) -> World:
    """Sunday evening before a week of June 2030."""
    world.jump_to(datetime(2030, 6, 2, 20, tzinfo=ZoneInfo("Europe/Berlin")))
    return world


def nine(world: World, person: Person, day: date) -> None:
    """Move everybody's clock to a minute after nine where the person lives, and let the worker run."""
    zone = ZoneInfo(world.member(person).tz)
    world.jump_to(datetime.combine(day, time(9, 1), tzinfo=zone))
    world.settle()


def mornings(person: Person) -> list[MessageHandle]:
    """The morning messages somebody got, oldest first."""
    said = [one for one in person.messages(person.dm_with_app) if one.is_from_app]
    return [one for one in said if "today" in one.text.partition(":")[0]]


def lead_due(world: World, person: Person, name: str, day: date, **values: object) -> Lead:
    with world.ctx(person) as ctx:
        return make_lead(ctx, name, owner=world.member(person), next_follow_up=day, **values)


def test_one_message_at_nine_brings_all_that_waits(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY, company="Acme")
    lead_due(world, world.ana, "Old <!channel> Friend", MONDAY - timedelta(days=10))
    lead_due(world, world.ana, "Later", MONDAY + timedelta(days=1))
    with world.ctx(world.ana) as ctx:
        make_deal(ctx, "Rollout", owner=world.member(world.ana), next_follow_up=MONDAY)
        tasks.create(
            ctx,
            "lead",
            lead_due(world, world.ana, "Mia", MONDAY + timedelta(days=9)).id,
            TaskInput("Send the deck", due_on=MONDAY),
        )
    nine(world, world.ana, MONDAY)
    (message,) = mornings(world.ana)
    shown = message.visible_text()
    assert message.text.startswith("4 things wait for you today: Old &lt;!channel&gt; Friend")
    for name in ("*L-1* · Zoe Lima, Acme", "10 days overdue", "Rollout", "Send the deck"):
        assert name in shown
    assert "Later" not in shown
    assert "<!channel>" not in message.text
    assert mornings(world.ben) == []
    nine(world, world.ana, MONDAY)
    assert len(mornings(world.ana)) == 1


@pytest.fixture
def missed(world: World) -> World:
    """Monday's message was not taken by Slack, and the worker was away since."""
    lead_due(world, world.ana, "Zoe Lima", MONDAY)
    world.sandbox.faults.on_call("chat.postMessage", "error", status=503)
    nine(world, world.ana, MONDAY)
    assert mornings(world.ana) == []
    return world


def test_what_slack_did_not_take_yesterday_is_no_second_message_today(missed: World) -> None:
    nine(missed, missed.ana, MONDAY + timedelta(days=1))
    (message,) = mornings(missed.ana)
    assert message.text == "1 thing waits for you today: Zoe Lima"


def test_where_yesterdays_would_leave_before_todays_is_planned_it_leaves_it_to_that(missed: World) -> None:
    lead_due(missed, missed.ana, "Ugo Rossi", MONDAY + timedelta(days=1))
    missed.jump(days=1)
    missed.worker._relay(missed.sandbox.clock).round({missed.workspace_id})
    assert mornings(missed.ana) == []
    missed.settle()
    (message,) = mornings(missed.ana)
    assert message.text == "2 things wait for you today: Zoe Lima, Ugo Rossi"


def test_what_comes_late_at_night_takes_nobodys_morning(missed: World) -> None:
    missed.jump(hours=17)
    missed.settle()
    assert len(mornings(missed.ana)) == 1
    nine(missed, missed.ana, MONDAY + timedelta(days=1))
    assert len(mornings(missed.ana)) == 2


def test_what_is_done_in_it_is_seen_in_it_and_can_be_taken_back(world: World) -> None:
    lead = lead_due(world, world.ana, "Zoe Lima", MONDAY)
    lead_due(world, world.ana, "Ugo Rossi", MONDAY)
    nine(world, world.ana, MONDAY)
    (message,) = mornings(world.ana)
    message.click("Done")
    assert message.text == "1 thing waits for you today: Ugo Rossi"
    world.settle()
    assert message.text == "1 thing waits for you today: Ugo Rossi"
    assert "~L-1 · Zoe Lima~" in message.visible_text()
    assert next(one for one in world.rows(Lead) if one.id == lead.id).next_follow_up is None
    message.click("Undo")
    assert message.text.startswith("2 things wait for you today")
    assert next(one for one in world.rows(Lead) if one.id == lead.id).next_follow_up == MONDAY


def test_all_done(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY)
    nine(world, world.ana, MONDAY)
    (message,) = mornings(world.ana)
    message.click("Tomorrow")
    assert message.text == "All done for today"
    assert "Next: tomorrow" in message.visible_text()
    (lead,) = world.rows(Lead)
    assert lead.next_follow_up == MONDAY + timedelta(days=1)


def test_next_week_and_a_mail_from_under_the_three_dots(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY, email="zoe@acme.example")
    lead_due(world, world.ana, "Ugo Rossi", MONDAY)
    nine(world, world.ana, MONDAY)
    (message,) = mornings(world.ana)
    message.click("Next week", nth=1)
    assert message.text == "1 thing waits for you today: Zoe Lima"
    assert {one.name: one.next_follow_up for one in world.rows(Lead)} == {
        "Zoe Lima": MONDAY,
        "Ugo Rossi": MONDAY + timedelta(days=7),
    }
    message.click("E-mail")
    assert "zoe@acme.example" in world.ana.modal.visible_text()


def test_another_day_is_picked_right_there(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY)
    nine(world, world.ana, MONDAY)
    (message,) = mornings(world.ana)
    message.pick("Another day", "2030-06-20")
    (lead,) = world.rows(Lead)
    assert lead.next_follow_up == date(2030, 6, 20)
    assert message.text == "All done for today"


def test_a_day_that_is_over_is_refused_and_nothing_is_lost(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY)
    nine(world, world.ana, MONDAY)
    (message,) = mornings(world.ana)
    message.pick("Another day", "2030-05-20")
    (lead,) = world.rows(Lead)
    assert lead.next_follow_up == MONDAY
    assert "today or a later day" in world.ana.last_message(world.ana.dm_with_app).text
    assert message.text.startswith("1 thing waits")


def test_what_is_done_elsewhere_is_done_in_it(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY)
    nine(world, world.ana, MONDAY)
    (message,) = mornings(world.ana)
    message.click("Log call")
    world.ana.modal.fill({"Outcome": "Connected"})
    world.ana.modal.submit()
    world.settle()
    assert message.text == "All done for today"


def test_what_was_done_since_hides_nothing_that_was_let_lie(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core_mornings, "LIE_READ", 1)
    ana, older = world.member(world.ana), MONDAY - timedelta(days=9)
    with world.ctx(world.ana) as ctx:
        for name, told_for, due in (("Still due", older, older), ("Done since", MONDAY, None)):
            lead = make_lead(ctx, name, owner=ana, next_follow_up=due)
            told = {"member_id": ana.id, "entity": "lead", "entity_id": lead.id, "due_on": told_for}
            ctx.add(Reminder(**told, times=core_mornings.TWICE, last_on=told_for))
    with world.ctx(world.mira) as ctx:
        assert [one.title for one in core_mornings.begin(ctx, MONDAY).let_lie] == ["Still due"]


def test_a_meeting_nobody_told_of_is_the_managers_too(world: World) -> None:
    lead = lead_due(world, world.ana, "Zoe Lima", MONDAY + timedelta(days=30))
    with world.ctx(world.ana) as ctx:
        meetings.plan(ctx, "lead", lead.id, MeetingInput("Demo", MONDAY, time(15)))
    for day in range(5):
        nine(world, world.ana, MONDAY + timedelta(days=day))
    nine(world, world.mira, MONDAY + timedelta(days=4))
    assert any("Demo" in message.visible_text() for message in mornings(world.mira))


def test_ignored_twice_it_is_the_managers(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY)
    for day in range(2):
        nine(world, world.ana, MONDAY + timedelta(days=day))
        nine(world, world.mira, MONDAY + timedelta(days=day))
    assert len(mornings(world.ana)) == 2
    assert mornings(world.mira) == []
    wednesday = MONDAY + timedelta(days=2)
    nine(world, world.ana, wednesday)
    nine(world, world.mira, wednesday)
    assert len(mornings(world.ana)) == 2
    (told,) = mornings(world.mira)
    assert "reminded of these twice" in told.visible_text()
    assert "Zoe Lima" in told.visible_text()
    nine(world, world.mira, MONDAY + timedelta(days=3))
    assert len(mornings(world.mira)) == 1, "once"


def test_what_many_let_lie_is_told_in_turn_and_each_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core_mornings, "LIE_SHOWN", 2)
    ana, due = world.member(world.ana), MONDAY - timedelta(days=9)
    with world.ctx(world.ana) as ctx:
        for number in range(3):
            lead = make_lead(ctx, f"Lead {number}", owner=ana, next_follow_up=due)
            told = {"member_id": ana.id, "entity": "lead", "entity_id": lead.id, "due_on": due}
            ctx.add(Reminder(**told, times=core_mornings.TWICE, last_on=due))
    heard = []
    for day in (0, 0, 1, 2):
        with world.ctx(world.mira) as ctx:
            heard.append([one.title for one in core_mornings.begin(ctx, MONDAY + timedelta(days=day)).let_lie])
    assert heard[0] == heard[1], "the same day is the same message"
    assert [len(one) for one in heard] == [2, 2, 1, 0]
    assert {name for one in heard for name in one} == {"Lead 0", "Lead 1", "Lead 2"}


def test_moved_to_another_day_it_begins_anew(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY)
    for day in range(2):
        nine(world, world.ana, MONDAY + timedelta(days=day))
    mornings(world.ana)[-1].click("Tomorrow")
    nine(world, world.ana, MONDAY + timedelta(days=2))
    assert len(mornings(world.ana)) == 3


def test_what_is_kept_for_the_morning_comes_in_the_same_message(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY)
    with world.ctx(world.ana) as ctx:
        notices.choose(ctx, world.ana.id, {NoticeKind.TASK: NoticeMode.MORNING})
    with world.ctx(world.mira) as ctx:
        tasks.create(ctx, "", None, TaskInput("Call the lawyer", assignee=world.ana.id))
    world.settle()
    nine(world, world.ana, MONDAY)
    (message,) = mornings(world.ana)
    assert "Zoe Lima" in message.visible_text()
    assert "Call the lawyer" in message.visible_text()
    message.click("Done")
    inline = message.visible_text()
    assert message.text == "All done for today. You have a new task: Call the lawyer."
    assert inline.endswith("[My settings]\n[Notifications]")
    world.settle()
    assert message.visible_text() == inline


def test_on_days_off_nobody_is_woken(world: World) -> None:
    lead_due(world, world.ana, "Zoe Lima", MONDAY)
    nine(world, world.ana, MONDAY + timedelta(days=5))
    # Saturday: Friday's run that nobody was there for is still owed, once.
    assert len(mornings(world.ana)) == 1
    nine(world, world.ana, MONDAY + timedelta(days=6))
    assert len(mornings(world.ana)) == 1


def test_each_at_their_own_nine(world: World) -> None:
    for person, tz in ((world.ana, "Australia/Sydney"), (world.ben, "America/Los_Angeles")):
        with world.ctx() as ctx:
            member = ctx.session.get_one(Member, (world.workspace_id, world.member(person).id))
            member.tz = tz
        lead_due(world, person, f"Of {person.user.name}", MONDAY)
    world.keep_schedules()
    nine(world, world.ana, MONDAY)
    assert len(mornings(world.ana)) == 1
    assert mornings(world.ben) == []
    nine(world, world.ben, MONDAY)
    assert len(mornings(world.ben)) == 1
    assert [one.subject for one in world.rows(Activity)] == []
