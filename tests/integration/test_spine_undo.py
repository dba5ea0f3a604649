"""Undo and history where they are easily wrong: numbers, defaults, new colleagues, records given away."""

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from core import leads, undo
from core.context import Ctx
from core.counters import next_number
from core.enums import Role
from core.errors import Conflict, NotFound
from core.leads import LeadInput
from core.members import owner_from_slack
from core.models import History, Lead, Member
from tests import factories
from tests.conftest import CtxFor
from tests.factories import FixedClock


def changes_of(ctx: Ctx, row: Lead, action: str) -> dict[str, Any]:
    """What the history says of a record's one change of a kind."""
    query = select(History.changes).where(History.entity_id == row.id, History.action == action)
    return dict(ctx.session.scalars(query).one())


def rep(ctx_for: CtxFor, name: str) -> Member:
    with ctx_for() as ctx:
        return factories.make_member(ctx, name, role=Role.REP)


def test_an_amount_is_the_same_however_many_zeros_the_database_writes(ctx_for: CtxFor) -> None:
    ana = rep(ctx_for, "Ana")
    with ctx_for(ana) as ctx:
        deal = factories.make_deal(ctx, owner=ana, value=Decimal("1000"))
    with ctx_for(ana) as ctx:
        ctx.session.get_one(type(deal), (deal.workspace_id, deal.id)).value = Decimal("1200")
        change = ctx.change_id
    with ctx_for(ana) as ctx:
        undo.undo(ctx, change)
    with ctx_for(ana) as ctx:
        assert ctx.session.get_one(type(deal), (deal.workspace_id, deal.id)).value == Decimal("1000")


def test_an_hour_is_taken_back_with_its_day(ctx_for: CtxFor) -> None:
    ana = rep(ctx_for, "Ana")
    with ctx_for(ana) as ctx:
        lead = factories.make_lead(ctx, owner=ana, next_follow_up=date(2026, 3, 20), next_follow_up_at=time(15))
    with ctx_for(ana) as ctx:
        found = ctx.session.get_one(Lead, (lead.workspace_id, lead.id))
        found.next_follow_up, found.next_follow_up_at = date(2026, 3, 21), time(9, 30)
        change = ctx.change_id
    with ctx_for(ana) as ctx:
        undo.undo(ctx, change)
    with ctx_for(ana) as ctx:
        found = ctx.session.get_one(Lead, (lead.workspace_id, lead.id))
        assert (found.next_follow_up, found.next_follow_up_at) == (date(2026, 3, 20), time(15))


def test_how_a_record_began_includes_what_nobody_set(ctx_for: CtxFor) -> None:
    with ctx_for() as ctx:
        lead = factories.put(ctx, Lead(number=next_number(ctx, "lead"), name="Ben"))
        assert changes_of(ctx, lead, "create")["status"] == [None, "new"]


def test_what_changes_together_with_being_taken_back_is_written_too(ctx_for: CtxFor) -> None:
    ana = rep(ctx_for, "Ana")
    with ctx_for(ana) as ctx:
        lead = factories.make_lead(ctx, owner=ana, name="Before")
    with ctx_for(ana) as ctx:
        found = ctx.session.get_one(Lead, (lead.workspace_id, lead.id))
        found.name, found.archived_at = "After", ctx.now
        change = ctx.change_id
    with ctx_for(ana) as ctx:
        assert changes_of(ctx, lead, "archive") == {"name": ["Before", "After"]}
        undo.undo(ctx, change)
    with ctx_for(ana) as ctx:
        found = ctx.session.get_one(Lead, (lead.workspace_id, lead.id))
        assert (found.name, found.archived_at) == ("Before", None)


def test_a_colleague_who_became_a_member_by_being_chosen_stays_one(ctx_for: CtxFor) -> None:
    ana = rep(ctx_for, "Ana")
    with ctx_for(ana) as ctx:
        lead = factories.make_lead(ctx, owner=ana)
        lead.next_follow_up = ctx.now.date()
        newcomer = owner_from_slack(ctx, "UNEWCOMER", "owner")
        change = ctx.change_id
    with ctx_for(ana) as ctx:
        undo.undo(ctx, change)
    with ctx_for(ana) as ctx:
        assert ctx.session.get_one(Lead, (lead.workspace_id, lead.id)).archived_at is not None
        assert ctx.session.get_one(Member, (lead.workspace_id, newcomer)).archived_at is None


def test_who_gave_a_record_away_may_take_it_back(ctx_for: CtxFor) -> None:
    ana, ben = rep(ctx_for, "Ana"), rep(ctx_for, "Ben")
    with ctx_for(ana) as ctx:
        lead = factories.make_lead(ctx, owner=ana)
    with ctx_for(ana) as ctx:
        ctx.session.get_one(Lead, (lead.workspace_id, lead.id)).owner_id = ben.id
        change = ctx.change_id
    with ctx_for(rep(ctx_for, "Cleo")) as ctx, pytest.raises(NotFound):
        undo.undo(ctx, change)
    with ctx_for(ana) as ctx:
        undo.undo(ctx, change)
    with ctx_for(ana) as ctx:
        assert ctx.session.get_one(Lead, (lead.workspace_id, lead.id)).owner_id == ana.id


def test_a_record_given_away_and_given_on_stays_where_it_is(ctx_for: CtxFor) -> None:
    ana, ben, cleo = (rep(ctx_for, name) for name in ("Ana", "Ben", "Cleo"))
    with ctx_for(ana) as ctx:
        lead = factories.make_lead(ctx, owner=ana)
    with ctx_for(ana) as ctx:
        ctx.session.get_one(Lead, (lead.workspace_id, lead.id)).owner_id = ben.id
        change = ctx.change_id
    with ctx_for(ben) as ctx:
        ctx.session.get_one(Lead, (lead.workspace_id, lead.id)).owner_id = cleo.id
    with ctx_for(ana) as ctx, pytest.raises(NotFound):
        undo.undo(ctx, change)


@pytest.mark.parametrize("with_a_call", [True, False])
def test_what_became_of_a_record_made_for_somebody_else_is_not_told(ctx_for: CtxFor, *, with_a_call: bool) -> None:
    ana, ben = rep(ctx_for, "Ana"), rep(ctx_for, "Ben")
    with ctx_for(ana) as ctx:
        lead, made = leads.create(ctx, LeadInput("Zoe Lima", owner=ben.slack_user_id)), ctx.change_id
    with ctx_for(ben) as ctx:
        if with_a_call:
            factories.make_activity(ctx, lead)
        else:
            leads.edit(ctx, lead.id, LeadInput("Zoe Lima", owner=ben.slack_user_id, notes="Budget"), lead.version)
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as refused:
        undo.undo(ctx, made)
    assert (refused.value.code, refused.value.data) == ("undo_changed_since", {})


def test_what_was_taken_back_can_be_brought_back_with_all_that_hangs_on_it(ctx_for: CtxFor, clock: FixedClock) -> None:
    ana = rep(ctx_for, "Ana")
    with ctx_for(ana) as ctx:
        deal = factories.make_deal(ctx, owner=ana)
        ctx.session.flush()
        factories.make_activity(ctx, deal)
        made = ctx.change_id
    with ctx_for(ana) as ctx:
        undo.undo(ctx, made)
        taken_back = ctx.change_id
    clock.set(clock.now() + timedelta(minutes=1))
    with ctx_for(ana) as ctx:
        undo.undo(ctx, taken_back)
    with ctx_for(ana) as ctx:
        assert ctx.session.get_one(type(deal), (deal.workspace_id, deal.id)).archived_at is None
