"""A lead becomes an account, a contact and a deal: in one go, once, with what is already here."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from core import leads
from core.enums import LeadStatus, Role, Visibility
from core.errors import Invalid
from core.models import Account, Contact, Deal, Member, StageChange, WorkspaceRow
from core.queries import leads as queries
from core.queries.accounts import account_card
from core.queries.contacts import contact_card
from tests.conftest import CtxFor
from tests.factories import FixedClock, make_account, make_contact, make_member, the_stage
from tests.integration.lead_world import LENA, at_once, conversion, created

TODAY = date(2026, 3, 16)


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Costa")


@pytest.fixture
def ben(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ben Okafor")


def test_a_conversion_makes_three_records_that_belong_together(ctx_for: CtxFor, ana: Member) -> None:
    lead_id = created(ctx_for, ana, replace(LENA, owner=ana.slack_user_id, next_follow_up=TODAY))
    with ctx_for(ana) as ctx:
        stage = the_stage(ctx, "Proposal")
        deal = leads.convert(ctx, lead_id, conversion(stage_id=stage.id))
    with ctx_for(ana) as ctx:
        lead = queries.lead_card(ctx, lead_id)
        account = account_card(ctx, deal.account_id or uuid4())
        contact = contact_card(ctx, deal.contact_id or uuid4())
        steps = ctx.session.scalars(select(StageChange.to_stage_id)).all()
    assert lead.converted
    assert lead.next_follow_up is None
    assert [(link.ref, link.name) for link in lead.links] == [
        ("D-1", "Acme rollout"),
        ("C-1", "Lena Fischer"),
        ("A-1", "Acme GmbH"),
    ]
    assert (deal.value, deal.currency, deal.next_follow_up, deal.owner_id) == (Decimal(12000), "EUR", TODAY, ana.id)
    assert (account.name, account.domain, account.owner) == ("Acme GmbH", "acme.example", ana.slack_user_id)
    assert (contact.email, contact.phone, contact.account_name) == ("lena@acme.example", "+49301234567", "Acme GmbH")
    assert [one.ref for one in account.deals] == ["D-1"]
    assert [one.ref for one in account.people] == ["C-1"]
    assert list(steps) == [stage.id]


def test_existing_companies_and_people_are_used(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        chosen = make_account(ctx, "Acme Holding", owner=ana)
        known = make_contact(ctx, "L. Fischer", account=chosen, owner=ana, email="lena@acme.example")
        namesake = make_account(ctx, "ACME gmbh", owner=ana)
    for values, account_id in (
        (conversion(account_id=chosen.id, account_name="ignored"), chosen.id),
        (conversion(), namesake.id),
    ):
        lead_id = created(ctx_for, ana, replace(LENA, owner=ana.slack_user_id))
        with ctx_for(ana) as ctx:
            deal = leads.convert(ctx, lead_id, values)
        assert deal.account_id == account_id
        assert (deal.contact_id == known.id) is (account_id == chosen.id)


def test_a_namesake_with_another_address_is_somebody_else(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        acme = make_account(ctx, "Acme GmbH", owner=ana)
        make_contact(ctx, "Lena Fischer", account=acme, owner=ana, email="other@acme.example")
    lead_id = created(ctx_for, ana, LENA)
    with ctx_for(ana) as ctx:
        leads.convert(ctx, lead_id, conversion(account_id=acme.id))
    with ctx_for(ana) as ctx:
        assert len(ctx.session.scalars(select(Contact)).all()) == 2


def test_a_company_one_may_not_see_cannot_be_chosen_nor_found(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    with ctx_for(ben) as ctx:
        bens = make_account(ctx, "Acme GmbH", owner=ben)
    lead_id = created(ctx_for, ana, LENA)
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as refused:
        leads.convert(ctx, lead_id, conversion(account_id=bens.id))
    assert refused.value.fields == {"account_id": "record_unknown"}
    with ctx_for(ana) as ctx:
        assert leads.convert(ctx, lead_id, conversion()).account_id != bens.id


def test_what_a_conversion_needs_is_said_under_its_own_fields(ctx_for: CtxFor, ana: Member) -> None:
    lead_id = created(ctx_for, ana, LENA)
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as refused:
        leads.convert(ctx, lead_id, conversion(account_name=" ", contact_name="", deal_name="x" * 201))
    assert refused.value.fields == {
        "account_name": "account_required",
        "contact_name": "name_empty",
        "deal_name": "too_long",
    }
    with ctx_for(ana) as ctx:
        assert not ctx.session.scalars(select(Account)).all()


def test_a_problem_of_the_deal_takes_the_whole_conversion_back(ctx_for: CtxFor, ana: Member) -> None:
    lead_id = created(ctx_for, ana, LENA)
    with pytest.raises(Invalid) as refused, ctx_for(ana) as ctx:
        leads.convert(ctx, lead_id, conversion(value=Decimal(-1)))
    assert refused.value.fields == {"value": "amount_negative"}
    with ctx_for(ana) as ctx:
        assert not ctx.session.scalars(select(Account)).all()
        assert queries.lead_card(ctx, lead_id).status is LeadStatus.NEW


def test_an_unassigned_lead_is_converted_for_whoever_does_it(ctx_for: CtxFor, ana: Member) -> None:
    lead_id = created(ctx_for, ana, LENA)
    with ctx_for(ana) as ctx:
        assert leads.convert(ctx, lead_id, conversion()).owner_id == ana.id


def test_a_managers_conversion_stays_with_the_leads_owner(ctx_for: CtxFor) -> None:
    with ctx_for() as ctx:
        mira = make_member(ctx, "Mira", role=Role.MANAGER)
        ana = make_member(ctx, "Ana", manager=mira)
    lead_id = created(ctx_for, ana, replace(LENA, owner=ana.slack_user_id))
    with ctx_for(mira) as ctx:
        assert leads.convert(ctx, lead_id, conversion()).owner_id == ana.id


def test_an_overdue_follow_up_is_due_today_on_the_deal(ctx_for: CtxFor, ana: Member, clock: FixedClock) -> None:
    lead_id = created(ctx_for, ana, replace(LENA, next_follow_up=TODAY))
    clock.advance(days=5)
    with ctx_for(ana) as ctx:
        assert leads.convert(ctx, lead_id, conversion()).next_follow_up == TODAY + timedelta(days=5)


def test_an_hour_goes_on_where_it_is_to_come_for_its_owner(ctx_for: CtxFor, clock: FixedClock) -> None:
    with ctx_for() as ctx:
        mira = make_member(ctx, "Mira", role=Role.MANAGER, tz="Australia/Sydney")
        ana = make_member(ctx, "Ana", manager=mira, tz="America/Los_Angeles")
    tomorrow = clock.now().astimezone(ZoneInfo("America/Los_Angeles")).date() + timedelta(days=1)
    planned = replace(LENA, owner=ana.slack_user_id, next_follow_up=tomorrow, next_follow_up_at=time(9))
    kept, late = created(ctx_for, ana, planned), created(ctx_for, ana, planned)
    # Four in the morning in Los Angeles, ten at night in Sydney.
    clock.advance(seconds=(datetime.combine(tomorrow, time(11), UTC) - clock.now()).total_seconds())
    with ctx_for(mira) as ctx:
        deal = leads.convert(ctx, kept, conversion())
        assert (deal.next_follow_up, deal.next_follow_up_at) == (tomorrow, time(9))
    clock.advance(hours=10)
    with ctx_for(mira) as ctx:
        deal = leads.convert(ctx, late, conversion())
        assert (deal.next_follow_up, deal.next_follow_up_at) == (tomorrow, None)
    # A new lead for her, too, is due by her clock.
    assert created(ctx_for, mira, replace(LENA, owner=ana.slack_user_id, next_follow_up=tomorrow))


def test_two_who_convert_at_once_make_one_deal(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    with ctx_for() as ctx:
        ctx.session.scalars(select(WorkspaceRow)).one().visibility = Visibility.ALL
    lead_id = created(ctx_for, ana, LENA)

    def convert(who: Member) -> Callable[[], object]:
        def act() -> None:
            with ctx_for(who) as ctx:
                leads.convert(ctx, lead_id, conversion())

        return act

    refused = at_once(convert(ana), convert(ben))
    errors = [error for error in refused if error]
    assert [error.code for error in errors] == ["already_converted"]
    assert errors[0].data["who"] == ("Ana Costa" if refused[0] is None else "Ben Okafor")
    with ctx_for() as ctx:
        assert len(ctx.session.scalars(select(Deal)).all()) == 1
