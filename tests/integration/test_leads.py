"""Leads on a real database: taking in, editing, giving away, converting; alone and at the same time as others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from bot.meanwhile import with_theirs
from core import activities, leads
from core.access import Verb, load
from core.activities import CallInput
from core.db import Database
from core.enums import CallOutcome, Direction, LeadStatus, Role, Visibility
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.leads import LeadInput
from core.models import Lead, LeadSource, Member, WorkspaceRow
from core.queries import leads as queries
from core.queries.activities import timeline
from tests.conftest import CtxFor
from tests.factories import FixedClock, make_lead, make_member
from tests.integration.lead_world import LENA, at_once, conversion, created, events

TODAY = date(2026, 3, 16)


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Costa")


@pytest.fixture
def ben(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ben Okafor")


# -- taking in ----------------------------------------------------------------------------------------------------


def test_a_lead_is_stored_in_one_form_however_it_was_typed(ctx_for: CtxFor, ana: Member) -> None:
    typed = LeadInput(
        "  Lena\u200b   Fischer ", " Acme  GmbH", "LENA@Acme.Example", "+49 (30) 123 45 67", notes="a \n\n\n b"
    )
    lead_id = created(ctx_for, ana, replace(typed, owner=ana.slack_user_id, next_follow_up=TODAY))
    with ctx_for(ana) as ctx:
        card = queries.lead_card(ctx, lead_id)
    assert (card.ref, card.name, card.company) == ("L-1", "Lena Fischer", "Acme GmbH")
    assert (card.email, card.phone, card.notes) == ("lena@acme.example", "+49301234567", "a\n\n b")
    assert (card.status, card.owner, card.next_follow_up) == (LeadStatus.NEW, ana.slack_user_id, TODAY)
    assert (card.can_edit, card.can_assign, card.version) == (True, True, 1)


def test_every_problem_is_said_at_once(ctx_for: CtxFor, ana: Member) -> None:
    wrong = LeadInput(
        "\u200b ", "x" * 201, "nobody", "12", uuid4(), next_follow_up=TODAY - timedelta(days=1), notes="x" * 3001
    )
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as refused:
        leads.create(ctx, wrong)
    assert refused.value.fields == {
        "name": "name_empty",
        "company": "too_long",
        "email": "email_invalid",
        "phone": "phone_invalid",
        "source_id": "choice_invalid",
        "next_follow_up": "date_past",
        "notes": "too_long",
    }


def test_a_follow_up_may_be_today_where_the_actor_lives(ctx_for: CtxFor, ana: Member, clock: FixedClock) -> None:
    clock.advance(hours=12)  # Monday evening in UTC, Tuesday morning in Auckland
    with ctx_for() as ctx:
        away = make_member(ctx, "Kiri", tz="Pacific/Auckland")
    with ctx_for(away) as ctx, pytest.raises(Invalid):
        leads.create(ctx, replace(LENA, next_follow_up=TODAY))
    assert created(ctx_for, ana, replace(LENA, next_follow_up=TODAY))


def test_a_source_of_the_workspace_can_be_chosen(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        source = next(one for one in queries.sources(ctx) if one.name == "Referral")
    lead_id = created(ctx_for, ana, replace(LENA, source_id=source.id, owner=ana.slack_user_id))
    with ctx_for(ana) as ctx:
        assert queries.lead_card(ctx, lead_id).source == "Referral"


def test_a_source_of_another_workspace_cannot(ctx_for: CtxFor, ana: Member, database: Database) -> None:
    from tests.factories import make_workspace

    elsewhere = make_workspace(database, FixedClock())
    with database.begin(elsewhere.id) as session:
        foreign = session.scalars(select(LeadSource.id)).first()
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as refused:
        leads.create(ctx, replace(LENA, source_id=foreign))
    assert refused.value.fields == {"source_id": "choice_invalid"}


def test_a_colleague_who_gets_a_lead_hears_of_it_and_one_who_takes_it_does_not(
    ctx_for: CtxFor, ana: Member, ben: Member
) -> None:
    created(ctx_for, ana, replace(LENA, owner=ana.slack_user_id))
    assert events(ctx_for, "record.assigned") == []
    given = created(ctx_for, ana, replace(LENA, owner=ben.slack_user_id))
    assert events(ctx_for, "record.assigned") == [
        {"entity": "lead", "entity_id": str(given), "owner_id": str(ben.id), "by_id": str(ana.id)}
    ]


def test_choosing_an_owner_who_never_used_rapport_makes_them_a_member(ctx_for: CtxFor, ana: Member) -> None:
    created(ctx_for, ana, replace(LENA, owner="UNEW"))
    with ctx_for() as ctx:
        new = ctx.session.scalars(select(Member).where(Member.slack_user_id == "UNEW")).one()
    assert new.role is Role.REP


@pytest.mark.parametrize("state", [{"guest": True}, {"active": False}])
def test_guests_and_people_who_left_cannot_own_leads(ctx_for: CtxFor, ana: Member, state: dict[str, bool]) -> None:
    with ctx_for() as ctx:
        gus = make_member(ctx, "Gus", **state)
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as refused:
        leads.create(ctx, replace(LENA, owner=gus.slack_user_id))
    assert refused.value.fields == {"owner": "member_unknown"}


def test_an_exact_match_nobody_was_shown_is_asked_about_once(ctx_for: CtxFor, ana: Member) -> None:
    first = created(ctx_for, ana, LENA)
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as refused:
        leads.create(ctx, LENA, seen=())
    assert refused.value.code == "duplicate"
    with ctx_for(ana) as ctx:
        leads.create(ctx, LENA, seen=(first,))
    with ctx_for(ana) as ctx:
        assert len(ctx.session.scalars(select(Lead)).all()) == 2


def test_a_match_one_may_not_see_is_not_mentioned(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    created(ctx_for, ana, replace(LENA, owner=ana.slack_user_id))
    with ctx_for(ben) as ctx:
        assert leads.create(ctx, replace(LENA, owner=ben.slack_user_id), seen=()).number == 2


@pytest.mark.parametrize(
    "values", [LENA, LeadInput("Lena Fischer", "Acme"), LeadInput("L. F.", phone="+49 30 1234567")]
)
def test_two_people_who_save_one_person_at_once_make_one_lead(
    ctx_for: CtxFor, ana: Member, ben: Member, values: LeadInput
) -> None:
    def save(who: Member) -> Callable[[], object]:
        def act() -> None:
            with ctx_for(who) as ctx:
                leads.create(ctx, values, seen=())

        return act

    refused = at_once(save(ana), save(ben))
    assert sorted(error.code for error in refused if error) == ["duplicate"]
    with ctx_for() as ctx:
        assert len(ctx.session.scalars(select(Lead)).all()) == 1


# -- editing ------------------------------------------------------------------------------------------------------


def test_an_edit_saves_and_refreshes_the_cards(ctx_for: CtxFor, ana: Member) -> None:
    lead_id = created(ctx_for, ana, replace(LENA, owner=ana.slack_user_id))
    with ctx_for(ana) as ctx:
        leads.edit(ctx, lead_id, replace(LENA, phone="", owner=ana.slack_user_id), expected=1)
    with ctx_for(ana) as ctx:
        card = queries.lead_card(ctx, lead_id)
    assert (card.phone, card.version) == ("", 2)
    assert events(ctx_for, "record.changed") == [{"entity": "lead", "entity_id": str(lead_id)}] * 2


def test_an_owner_who_is_no_member_yet_is_not_taken_for_nobody(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        lead = make_lead(ctx, "Lena Fischer")
    with ctx_for() as ctx:
        lead_now = ctx.session.get_one(Lead, (lead.workspace_id, lead.id))
        lead_now.owner_id = ana.id
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as refused:
        leads.edit(ctx, lead.id, LeadInput("Lena Fischer", owner="UNEW"), lead.version)
    now = {"owner": ana.slack_user_id}
    with ctx_for(ana) as ctx:
        assert with_theirs(ctx, refused.value, {"owner": "UNEW"}, now) == {"owner": "UNEW"}
        assert with_theirs(ctx, refused.value, {"owner": ""}, now) == now


def test_who_edits_what_somebody_else_edited_meanwhile_is_told_what(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    lead_id = created(ctx_for, ana, LENA)
    with ctx_for(ben) as ctx:
        leads.edit(ctx, lead_id, replace(LENA, company="Acme AG", phone=""), expected=1)
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as refused:
        leads.edit(ctx, lead_id, replace(LENA, notes="mine"), expected=1)
    data = refused.value.data
    assert (refused.value.code, data["who"], data["version"]) == ("edited_meanwhile", "Ben Okafor", 2)
    assert [(one.field, one.old, one.new) for one in data["changes"]] == [  # type: ignore[attr-defined]
        ("company", "Acme GmbH", "Acme AG"),
        ("phone", "+49301234567", ""),
    ]
    with ctx_for(ana) as ctx:
        leads.edit(ctx, lead_id, replace(LENA, notes="mine"), expected=2)
    with ctx_for(ana) as ctx:
        assert queries.lead_card(ctx, lead_id).notes == "mine"


def test_what_changed_beside_the_form_is_no_conflict(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    lead_id = created(ctx_for, ana, LENA)
    with ctx_for(ben) as ctx:
        leads.set_status(ctx, lead_id, LeadStatus.QUALIFIED)
    with ctx_for(ana) as ctx:
        leads.edit(ctx, lead_id, replace(LENA, notes="mine"), expected=1)
    with ctx_for(ana) as ctx:
        card = queries.lead_card(ctx, lead_id)
    assert (card.notes, card.status) == ("mine", LeadStatus.QUALIFIED)


def test_what_was_changed_and_changed_back_is_no_conflict(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    lead_id = created(ctx_for, ana, LENA)
    with ctx_for(ben) as ctx:
        leads.edit(ctx, lead_id, replace(LENA, company="Acme AG"), expected=1)
    with ctx_for(ben) as ctx:
        leads.edit(ctx, lead_id, LENA, expected=2)
    with ctx_for(ana) as ctx:
        assert leads.edit(ctx, lead_id, replace(LENA, notes="mine"), expected=1).version == 4


def test_two_who_save_at_once_are_told_apart(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    lead_id = created(ctx_for, ana, LENA)

    def save(who: Member, company: str) -> Callable[[], object]:
        def act() -> None:
            with ctx_for(who) as ctx:
                leads.edit(ctx, lead_id, replace(LENA, company=company), expected=1)

        return act

    refused = at_once(save(ana, "Acme AG"), save(ben, "Acme Ltd"))
    assert [error.code for error in refused if error] == ["edited_meanwhile"]


def test_an_old_follow_up_does_not_stand_in_the_way_of_an_edit(ctx_for: CtxFor, ana: Member, clock: FixedClock) -> None:
    lead_id = created(ctx_for, ana, replace(LENA, next_follow_up=TODAY))
    clock.advance(days=3)
    with ctx_for(ana) as ctx:
        leads.edit(ctx, lead_id, replace(LENA, next_follow_up=TODAY, notes="later"), expected=1)
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as refused:
        leads.edit(ctx, lead_id, replace(LENA, next_follow_up=TODAY + timedelta(days=1)), expected=2)
    assert refused.value.fields == {"next_follow_up": "date_past"}


def test_giving_away_in_the_form_needs_the_right_and_tells_the_new_owner(
    ctx_for: CtxFor, ana: Member, ben: Member
) -> None:
    lead_id = created(ctx_for, ana, replace(LENA, owner=ana.slack_user_id))
    with ctx_for(ana) as ctx:
        leads.edit(ctx, lead_id, replace(LENA, owner=ben.slack_user_id), expected=1)
    assert [one["owner_id"] for one in events(ctx_for, "record.assigned")] == [str(ben.id)]


# -- owner and status ---------------------------------------------------------------------------------------------


def test_a_lead_is_given_away_and_is_then_the_others(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    lead_id = created(ctx_for, ana, replace(LENA, owner=ana.slack_user_id))
    with ctx_for(ana) as ctx:
        leads.assign(ctx, lead_id, ben.slack_user_id)
    with ctx_for(ana) as ctx, pytest.raises(NotFound):
        queries.lead_card(ctx, lead_id)
    with ctx_for(ben) as ctx:
        assert queries.lead_card(ctx, lead_id).owner == ben.slack_user_id
    with ctx_for(ben) as ctx:
        leads.assign(ctx, lead_id, "")
    with ctx_for(ana) as ctx:
        assert queries.lead_card(ctx, lead_id).owner == ""


def test_giving_a_lead_to_its_owner_changes_nothing(ctx_for: CtxFor, ana: Member) -> None:
    lead_id = created(ctx_for, ana, replace(LENA, owner=ana.slack_user_id))
    with ctx_for(ana) as ctx:
        assert leads.assign(ctx, lead_id, ana.slack_user_id).version == 1
    assert events(ctx_for, "record.assigned") == []


@pytest.mark.parametrize("status", leads.BY_HAND)
def test_every_status_but_converted_is_set_by_hand(ctx_for: CtxFor, ana: Member, status: LeadStatus) -> None:
    lead_id = created(ctx_for, ana, LENA)
    with ctx_for(ana) as ctx:
        assert leads.set_status(ctx, lead_id, status).status is status


def test_a_lead_becomes_converted_by_conversion_alone(ctx_for: CtxFor, ana: Member) -> None:
    lead_id = created(ctx_for, ana, LENA)
    with ctx_for(ana) as ctx, pytest.raises(Invalid):
        leads.set_status(ctx, lead_id, LeadStatus.CONVERTED)
    with ctx_for(ana) as ctx:
        leads.convert(ctx, lead_id, conversion())
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as refused:
        leads.set_status(ctx, lead_id, LeadStatus.NEW)
    assert refused.value.code == "lead_converted"


def test_nobody_touches_what_they_may_not(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    lead_id = created(ctx_for, ana, replace(LENA, owner=ana.slack_user_id))
    acts: list[Callable[..., object]] = [
        lambda ctx: leads.edit(ctx, lead_id, LENA, expected=1),
        lambda ctx: leads.assign(ctx, lead_id, ben.slack_user_id),
        lambda ctx: leads.set_status(ctx, lead_id, LeadStatus.LOST),
        lambda ctx: leads.convert(ctx, lead_id, conversion()),
    ]
    for act in acts:
        with ctx_for(ben) as ctx, pytest.raises(NotFound):
            act(ctx)
    with ctx_for() as ctx:
        ctx.session.scalars(select(WorkspaceRow)).one().visibility = Visibility.ALL
    for act in acts:
        with ctx_for(ben) as ctx, pytest.raises(Forbidden):
            act(ctx)


def test_a_deal_goes_on_with_what_was_said_to_the_lead(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        lead = make_lead(ctx, "Zoe Lima", company="Lima Foods", owner=ana)
        call = CallInput(direction=Direction.OUTBOUND, outcome=CallOutcome.INTERESTED, notes="Wants a pilot.")
        activities.log_call(ctx, "lead", lead.id, call)
    with ctx_for(ana) as ctx:
        deal = leads.convert(ctx, lead.id, conversion())
    with ctx_for(ana) as ctx:
        assert [item.notes for item in timeline(ctx, "deal", deal.id)] == ["Wants a pilot."]
        assert deal.last_touch_at == load(ctx, Lead, lead.id, Verb.SEE).last_touch_at
