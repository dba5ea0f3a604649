"""Meetings in the database: what may be planned, moved, logged and undone, by whom, and when one is reminded."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from core import leads, meetings, mornings, undo
from core.activities import TalkInput
from core.context import Ctx
from core.enums import ActivityKind, CallOutcome, LeadStatus
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.meetings import REMINDED_BEFORE, MeetingInput
from core.models import Activity, Lead, Member
from core.queries import mornings as queries
from core.queries.activities import timeline
from core.queries.meetings import meeting_card, planned_meetings
from core.queries.mornings import What
from core.queries.timed import timed, timed_of
from tests.conftest import CtxFor
from tests.factories import START, FixedClock, make_deal, make_lead, make_member

TODAY = START.date()
TOMORROW = TODAY + timedelta(days=1)
TALK = TalkInput(outcome=CallOutcome.INTERESTED, notes="Wants a quote", next_follow_up=TOMORROW + timedelta(days=3))


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        member = make_member(ctx, "Ana Silva", tz="Europe/Berlin")
        ctx.session.expunge(member)
        return member


@pytest.fixture
def lead(ctx_for: CtxFor, ana: Member) -> Lead:
    with ctx_for() as ctx:
        made = make_lead(ctx, "Zoe Lima", owner=ana)
        ctx.session.flush()
        ctx.session.expunge(made)
        return made


def planned(ctx: Ctx, lead: Lead, day: date = TOMORROW, at: time | None = time(15), **over: object) -> Activity:
    return meetings.plan(ctx, "lead", lead.id, MeetingInput("Demo", day, at, **over))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "at", "over", "problems"),
    [
        (TOMORROW, None, {}, {"day": "hour_required"}),
        (TODAY - timedelta(days=1), time(9), {}, {"day": "date_past"}),
        (TODAY, time(0), {}, {"day": "hour_past"}),
        (TOMORROW, time(9), {"duration_minutes": 0}, {"duration_minutes": "number_out_of_range"}),
        (TOMORROW, time(9), {"location": "x" * 301}, {"location": "too_long"}),
    ],
)
def test_what_cannot_be_planned(
    ctx_for: CtxFor,
    ana: Member,
    lead: Lead,
    day: date,
    at: time | None,
    over: dict[str, object],
    problems: dict[str, str],
) -> None:
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as found:
        planned(ctx, lead, day, at, **over)
    assert found.value.fields == problems


def test_it_is_one_moment_wherever_its_people_live(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        meeting = planned(ctx, lead)
        begins = datetime.combine(TOMORROW, time(15), ZoneInfo("Europe/Berlin")).astimezone(UTC)
        assert (meeting.starts_at, meeting.at) == (begins, begins)
    with ctx_for() as ctx:
        ctx.session.get_one(Member, (ctx.workspace.id, ana.id)).tz = "Asia/Tokyo"
        found = timed(ctx, "activity", meeting.id)
    assert found is not None
    assert found.due_at == begins - REMINDED_BEFORE
    assert found.day == begins.astimezone(ZoneInfo("Asia/Tokyo")).date()


def test_an_hour_that_the_clocks_leave_out_is_shifted(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        meeting = planned(ctx, lead, date(2027, 3, 28), time(2, 30))
        assert meeting.starts_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # 03:30 in Berlin


def test_planning_touches_nobody_and_taking_place_does(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        meeting = planned(ctx, lead, notes="Bring the plan")
    with ctx_for(ana) as ctx:
        record = ctx.session.get_one(Lead, (ctx.workspace.id, lead.id))
        assert record.last_touch_at is None
        (item,) = timeline(ctx, "lead", lead.id)
        assert item.planned
        meetings.log(ctx, meeting.id, TALK)
        assert meetings_of(ctx)[0].starts_at == ctx.now, "before its hour: it took place now"
        assert (record.status, record.last_touch_at) == (LeadStatus.QUALIFIED, ctx.now)
        assert record.next_follow_up == TALK.next_follow_up
        change = ctx.change_id
    with ctx_for(ana) as ctx, pytest.raises(Conflict, match="meeting_over"):
        meetings.log(ctx, meeting.id, TALK)
    with ctx_for(ana) as ctx:
        undo.undo(ctx, change)
        record = ctx.session.get_one(Lead, (ctx.workspace.id, lead.id))
        assert (record.last_touch_at, record.next_follow_up) == (None, None)
        (again,) = meetings_of(ctx)
        assert (again.outcome, again.done_at, again.at) == (None, None, again.starts_at)
        assert again.notes == "Bring the plan"


def test_one_that_did_not_take_place_touches_nobody_and_cannot_be_logged(
    ctx_for: CtxFor, ana: Member, lead: Lead
) -> None:
    with ctx_for(ana) as ctx:
        meeting = planned(ctx, lead)
        meetings.not_held(ctx, meeting.id)
        meetings.not_held(ctx, meeting.id)
        for act in (lambda: meetings.log(ctx, meeting.id, TALK), lambda: meetings.cancel(ctx, meeting.id)):
            with pytest.raises(Conflict, match="meeting_over"):
                act()
        change = ctx.change_id
    with ctx_for(ana) as ctx:
        undo.undo(ctx, change)
        assert ctx.session.get_one(Lead, (ctx.workspace.id, lead.id)).last_touch_at is None


def test_who_edits_meanwhile_is_told_what_changed(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        meeting = planned(ctx, lead)
    with ctx_for(ana) as ctx:
        seen = meeting_card(ctx, meeting.id).version
        meetings.edit(ctx, meeting.id, MeetingInput("Demo", TOMORROW, time(16)), seen)
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as found:
        meetings.edit(ctx, meeting.id, MeetingInput("Demo", TOMORROW, time(17)), seen)
    assert [one.field for one in found.value.data["changes"]] == ["starts_at"]  # type: ignore[attr-defined]
    with ctx_for(ana) as ctx:
        meetings.edit(ctx, meeting.id, MeetingInput("Long demo", TOMORROW, time(16)), seen + 1)


def test_what_is_over_keeps_its_moment_in_an_edit(ctx_for: CtxFor, clock: FixedClock, ana: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        meeting = planned(ctx, lead)
    clock.advance(days=2)
    with ctx_for(ana) as ctx:
        meetings.edit(ctx, meeting.id, MeetingInput("The demo", TOMORROW, time(15)), 1)
        with pytest.raises(Invalid):
            meetings.edit(ctx, meeting.id, MeetingInput("The demo", TOMORROW, time(16)), 2)


def test_who_may_not_change_the_record_may_not_plan_on_it(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for() as ctx:
        ben = make_member(ctx, "Ben")
        ctx.session.flush()
        ctx.session.expunge(ben)
    with ctx_for(ana) as ctx:
        meeting = planned(ctx, lead)
    with ctx_for(ben) as ctx:
        for act in (lambda: planned(ctx, lead), lambda: meetings.cancel(ctx, meeting.id)):
            with pytest.raises((NotFound, Forbidden)):
                act()


def test_the_meetings_go_with_the_record_and_come_back_with_it(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for() as ctx:
        ben = make_member(ctx, "Ben")
        ctx.session.flush()
        ctx.session.expunge(ben)
    with ctx_for(ana) as ctx:
        held, to_come = planned(ctx, lead), planned(ctx, lead, TOMORROW + timedelta(days=1))
        meetings.not_held(ctx, held.id)
    with ctx_for(ana) as ctx:
        leads.assign(ctx, lead.id, ben.slack_user_id)
        change = ctx.change_id
    owners = {held.id: ana.id, to_come.id: ben.id}
    with ctx_for() as ctx:
        assert {one.id: one.owner_id for one in meetings_of(ctx)} == owners
    with ctx_for(ana) as ctx:
        undo.undo(ctx, change)
    with ctx_for() as ctx:
        assert {one.owner_id for one in meetings_of(ctx)} == {ana.id}


def test_of_a_lead_that_became_a_deal_what_follows_is_the_deals(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        meeting = planned(ctx, lead)
        deal = make_deal(ctx, "Rollout", owner=ana)
        record = ctx.session.get_one(Lead, (ctx.workspace.id, lead.id))
        record.status, record.deal_id, record.converted_at = LeadStatus.CONVERTED, deal.id, ctx.now
        ctx.session.flush()
        meetings.log(ctx, meeting.id, TALK)
        assert (deal.next_follow_up, deal.last_touch_at) == (TALK.next_follow_up, ctx.now)
        assert record.next_follow_up is None


def test_a_morning_tells_of_todays_and_asks_after_those_before(
    ctx_for: CtxFor, clock: FixedClock, ana: Member, lead: Lead
) -> None:
    with ctx_for(ana) as ctx:
        meeting = planned(ctx, lead)
        assert queries.waiting(ctx, TODAY) == []
        assert planned_meetings(ctx).rows[0].id == meeting.id
        assert [one.entity_id for one in timed_of(ctx, ana.id, TODAY)] == [meeting.id]
    told = []
    for days in range(1, 5):
        clock.advance(days=1)
        with ctx_for(ana) as ctx:
            data = mornings.begin(ctx, TODAY + timedelta(days=days))
        told.append([(one.waiting.due_on - TODAY, one.meeting and one.meeting.over) for one in data.lines])
        assert {one.waiting.what for one in data.lines} <= {What.MEETING}
    day, next_day = timedelta(days=1), timedelta(days=2)
    assert told[0] == [(day, False)], "it is told of on its day, which counts as no reminder"
    assert told[1] == told[2] == [(next_day, True)], "and asked after twice"
    assert told[3] == [], "then it is the manager's"


def test_on_the_evening_of_its_day_it_is_not_done_though_it_is_over(
    ctx_for: CtxFor, clock: FixedClock, ana: Member, lead: Lead
) -> None:
    with ctx_for(ana) as ctx:
        planned(ctx, lead)
    clock.advance(days=1)
    with ctx_for(ana) as ctx:
        mornings.begin(ctx, TOMORROW)
    clock.advance(days=1)
    with ctx_for(ana) as ctx:
        (line,) = mornings.standing(ctx, TOMORROW).lines
    assert (line.done, line.meeting is not None and line.meeting.over) == (False, True)


def meetings_of(ctx: Ctx) -> list[Activity]:
    query = select(Activity).where(Activity.workspace_id == ctx.workspace.id, Activity.kind == ActivityKind.MEETING)
    return list(ctx.session.scalars(query.order_by(Activity.id)))
