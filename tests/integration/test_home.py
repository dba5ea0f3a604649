"""What App Home reads, and what an admin does about dead letters."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from core import deliveries
from core.access import visible
from core.context import Ctx, new_id
from core.enums import DeliveryState, EntityType, Role
from core.errors import Conflict, Forbidden, NotFound
from core.models import Delivery, Member
from core.queries.home import DEAD_SHOWN, home
from tests.conftest import CtxFor
from tests.factories import START, FixedClock, make_deal, make_lead, make_member, put, the_stage

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
        first, second, beyond = home(ctx), home(ctx, 1, 1), home(ctx, 7, 7)
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
