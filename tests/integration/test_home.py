"""What App Home reads, and what an admin does about dead letters."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from bot.views.home import home as home_view
from core import deliveries, preferences
from core.access import load, visible
from core.context import Ctx, new_id
from core.enums import ActivityKind, DeliveryState, EntityType, Role
from core.errors import Conflict, Forbidden, NotFound
from core.models import Activity, Deal, Delivery, Lead, Member
from core.queries.day import RECENT_SHOWN
from core.queries.home import DEAD_SHOWN, VIEW, Pages, home
from tests.conftest import CtxFor
from tests.factories import (
    START,
    FixedClock,
    make_activity,
    make_deal,
    make_lead,
    make_member,
    put,
    put_rows,
    the_stage,
)

TODAY = START.date()


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    return person(ctx_for, "Ana Silva")


@pytest.fixture
def ada(ctx_for: CtxFor) -> Member:
    return person(ctx_for, "Ada Admin", role=Role.ADMIN)


def person(ctx_for: CtxFor, name: str, **over: object) -> Member:
    with ctx_for() as ctx:
        member = make_member(ctx, name, **over)  # type: ignore[arg-type]  # columns by name
        ctx.session.expunge(member)
        return member


def dead(ctx: Ctx, **over: object) -> UUID:
    values: dict[str, object] = {
        "key": str(uuid4()),
        "lane": "C042",
        "kind": "card.post",
        "payload": {"channel": "C042"},
        "state": DeliveryState.DEAD,
        "attempts": 12,
        "next_at": ctx.now,
        "lease_until": ctx.now,
        "last_error": "The channel is archived.",
        "created_at": ctx.now,
    }
    return put(ctx, Delivery(**(values | over))).id


def test_a_new_person_is_new_until_there_is_a_lead_or_a_deal(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        assert home(ctx).is_new
    with ctx_for() as ctx:
        make_lead(ctx, "Somebody else's", owner=make_member(ctx, "Ben"))
    with ctx_for(ana) as ctx:
        assert home(ctx).is_new
    with ctx_for() as ctx:
        make_lead(ctx, "Nobody's")
    with ctx_for(ana) as ctx:
        assert not home(ctx).is_new


def test_due_are_mine_overdue_first_and_deals_are_mine_by_stage(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        ben = make_member(ctx, "Ben")
        make_lead(ctx, "Today", owner=ana, next_follow_up=TODAY)
        make_lead(ctx, "Tomorrow", owner=ana, next_follow_up=TODAY + timedelta(days=1))
        make_lead(ctx, "Ben's", owner=ben, next_follow_up=TODAY)
        make_deal(ctx, "Overdue", owner=ana, next_follow_up=date(2026, 1, 1), stage=the_stage(ctx, "Proposal"))
        make_deal(ctx, "Early", owner=ana)
        make_deal(ctx, "Won", owner=ana, stage=the_stage(ctx, "Won"), closed_at=ctx.now)
        make_deal(ctx, "Ben's deal", owner=ben)
    with ctx_for(ana) as ctx:
        found = home(ctx)
    assert [item.name for item in found.due.rows] == ["Overdue", "Today"]
    assert [(deal.stage, deal.name) for deal in found.deals.rows] == [("Lead in", "Early"), ("Proposal", "Overdue")]
    assert found.today == TODAY
    assert found.dead == ()


def test_today_is_the_persons_own(ctx_for: CtxFor, clock: FixedClock) -> None:
    leila = person(ctx_for, "Leila", tz="Pacific/Auckland")
    with ctx_for() as ctx:
        make_lead(ctx, "In Auckland it is due", owner=leila, next_follow_up=TODAY + timedelta(days=1))
    clock.advance(hours=4)  # 13:00 UTC: two in the morning of the next day there
    with ctx_for(leila) as ctx:
        assert [item.name for item in home(ctx).due.rows] == ["In Auckland it is due"]


def test_a_page_that_emptied_falls_back_to_the_first(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        for number in range(9):
            make_lead(ctx, f"Lead {number}", owner=ana, next_follow_up=TODAY)
            make_deal(ctx, f"Deal {number}", owner=ana)
    with ctx_for(ana) as ctx:
        first, second, beyond = home(ctx), home(ctx, Pages(1, 1, 1)), home(ctx, Pages(7, 7, 7))
    assert (len(first.due.rows), first.due.has_more) == (8, True)
    assert (len(second.due.rows), second.due.has_more, second.deals.page) == (1, False, 1)
    assert (beyond.due, beyond.deals) == (first.due, first.deals)


def test_dead_letters_are_for_admins_alone(ctx_for: CtxFor, ana: Member, ada: Member) -> None:
    with ctx_for() as ctx:
        lead = make_lead(ctx, "Zoe Lima")
        for _ in range(DEAD_SHOWN):
            dead(ctx, payload={"channel": "C042", "entity": "lead", "entity_id": str(lead.id)})
        for payload in ({"entity": "lead", "entity_id": str(new_id())}, {"entity": "?", "entity_id": "x"}, {}):
            dead(ctx, payload=payload)
        dead(ctx, state=DeliveryState.SENT)
    with ctx_for(ana) as ctx:
        assert home(ctx).dead == ()
    with ctx_for(ada) as ctx:
        found = home(ctx)
        assert (len(found.dead), found.more_dead) == (DEAD_SHOWN, True)
        first = found.dead[0]
        assert (first.kind, first.channel, first.reason) == ("card.post", "C042", "The channel is archived.")
        assert first.record is not None
        assert (first.record.entity, first.record.name) == (EntityType.LEAD, "Zoe Lima")
        for letter in found.dead:
            deliveries.dismiss(ctx, letter.id)
        rest = home(ctx).dead
        assert [letter.record for letter in rest] == [None, None, None]


def test_a_retry_starts_from_the_first_attempt(ctx_for: CtxFor, ada: Member, clock: FixedClock) -> None:
    with ctx_for() as ctx:
        letter = dead(ctx)
    clock.advance(hours=1)
    with ctx_for(ada) as ctx:
        deliveries.retry(ctx, letter)
    with ctx_for(ada) as ctx:
        row = ctx.session.scalars(visible(ctx, Delivery).where(Delivery.id == letter)).one()
        assert (row.state, row.attempts, row.lease_until) == (DeliveryState.PENDING, 0, None)
        assert row.next_at == clock.now()
        with pytest.raises(Conflict, match="delivery_not_dead"):
            deliveries.retry(ctx, letter)
        with pytest.raises(NotFound):
            deliveries.dismiss(ctx, new_id())


def test_giving_up_keeps_the_reason(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for() as ctx:
        letter = dead(ctx)
    with ctx_for(ada) as ctx:
        row = deliveries.dismiss(ctx, letter)
        assert (row.state, row.last_error) == (DeliveryState.SKIPPED, "The channel is archived.")


@pytest.mark.parametrize("act", [deliveries.retry, deliveries.dismiss])
@pytest.mark.parametrize("role", [Role.REP, Role.MANAGER])
def test_only_admins_deal_with_dead_letters(ctx_for: CtxFor, role: Role, act: object) -> None:
    mira = person(ctx_for, "Mira", role=role)
    with ctx_for() as ctx:
        letter = dead(ctx)
    with ctx_for(mira) as ctx:
        for delivery_id in (letter, new_id()):
            with pytest.raises(Forbidden, match="needs_admin"):
                act(ctx, delivery_id)  # type: ignore[operator]  # one of the two operations


def task(ctx: Ctx, record: Lead | Deal, subject: str, owner: Member, day: date, **over: object) -> None:
    values: dict[str, object] = {"kind": ActivityKind.TASK, "subject": subject, "owner_id": owner.id, "due_on": day}
    make_activity(ctx, record, **(values | over))


def test_tasks_are_mine_open_and_due_overdue_first(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        ben = make_member(ctx, "Ben")
        lead, deal = make_lead(ctx, "Zoe", owner=ana), make_deal(ctx, "Rollout", owner=ana)
        task(ctx, lead, "Today", ana, TODAY)
        task(ctx, deal, "Overdue", ana, TODAY - timedelta(days=3))
        task(ctx, deal, "Tomorrow", ana, TODAY + timedelta(days=1))
        task(ctx, deal, "Done", ana, TODAY, done_at=ctx.now)
        task(ctx, lead, "Ben's", ben, TODAY)
        task(ctx, lead, "A note", ana, TODAY, kind=ActivityKind.NOTE)
    with ctx_for(ana) as ctx:
        found = home(ctx).tasks
    assert [(item.subject, item.record.ref, item.record.name) for item in found.rows] == [
        ("Overdue", "D-1", "Rollout"),
        ("Today", "L-1", "Zoe"),
    ]
    assert not found.has_more


def test_a_managers_team_is_the_tree_below_them(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        mira = make_member(ctx, "Mira", role=Role.MANAGER)
        lea = make_member(ctx, "Lea", role=Role.MANAGER, manager=mira)
        tom = make_member(ctx, "Tom", manager=lea)
        for owner in (mira, tom, ana):
            lead = make_lead(ctx, f"Lead of {owner.name}", owner=owner, next_follow_up=TODAY)
            make_deal(ctx, f"Deal of {owner.name}", owner=owner)
            task(ctx, lead, f"Task of {owner.name}", owner, TODAY)
    with ctx_for(mira) as ctx:
        mine = home(ctx)
        preferences.remember(ctx, VIEW, {"team": True})
        team = home(ctx)
    assert (mine.has_team, mine.team) == (True, False)
    assert [item.name for item in mine.due.rows] == ["Lead of Mira"]
    assert [(item.name, item.owner) for item in team.due.rows] == [
        ("Lead of Mira", mira.slack_user_id),
        ("Lead of Tom", tom.slack_user_id),
    ]
    assert [item.subject for item in team.tasks.rows] == ["Task of Mira", "Task of Tom"]
    assert {deal.name for deal in team.deals.rows} == {"Deal of Mira", "Deal of Tom"}
    assert [one.count for one in team.totals] == [2]
    with ctx_for(ana) as ctx:
        preferences.remember(ctx, VIEW, {"team": True})
        assert not home(ctx).team, "who manages nobody has no team to look at"


def test_recent_are_the_records_i_changed_and_still_see(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        leads = [make_lead(ctx, f"Lead {number}", owner=ana) for number in range(7)]
        given_away = leads[6].id
    with ctx_for(ana) as ctx:
        load(ctx, Lead, leads[0].id).notes = "Again"
        ben = make_member(ctx, "Ben")
        load(ctx, Lead, given_away).owner_id = ben.id
    with ctx_for(ana) as ctx:
        found = home(ctx).recent
    assert found[0].name == "Lead 0"
    assert len(found) == RECENT_SHOWN
    assert given_away not in {hit.id for hit in found}


def test_five_thousand_rows_are_still_one_screen(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        deal = make_deal(ctx, "Rollout", owner=ana)
        days = [TODAY - timedelta(days=number % 90) for number in range(5_000)]
        task = {"kind": ActivityKind.TASK, "deal_id": deal.id, "owner_id": ana.id, "at": ctx.now}
        put_rows(ctx, Activity, ({**task, "subject": f"Task {n}", "due_on": day} for n, day in enumerate(days)))
    with ctx_for(ana) as ctx:
        found = home(ctx)
    assert (len(found.tasks.rows), found.tasks.has_more) == (8, True)
    assert len(home_view(found, ctx.viewer).blocks) <= 100
