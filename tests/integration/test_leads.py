"""Leads on a real database: taking in, editing, giving away, converting; alone and at the same time as others."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from core import leads
from core.context import Workspace
from core.db import Database
from core.enums import LeadStatus, Role, Visibility
from core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from core.leads import ConversionInput, LeadInput
from core.models import Account, Contact, Deal, Lead, LeadSource, Member, Outbox, StageChange, WorkspaceRow
from core.queries import leads as queries
from core.queries.accounts import account_card
from core.queries.contacts import contact_card
from tests.conftest import CtxFor
from tests.factories import FixedClock, make_account, make_contact, make_lead, make_member, the_stage

TODAY = date(2026, 3, 16)
ANA = LeadInput("Lena Fischer", "Acme GmbH", "lena@acme.example", "+49 30 1234567")


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Costa")


@pytest.fixture
def ben(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ben Okafor")


def events(ctx_for: CtxFor, kind: str) -> list[dict[str, object]]:
    """What was put into the outbox under a kind."""
    with ctx_for() as ctx:
        return list(ctx.session.scalars(select(Outbox.payload).where(Outbox.kind == kind).order_by(Outbox.id)))


def created(ctx_for: CtxFor, by: Member, values: LeadInput) -> UUID:
    with ctx_for(by) as ctx:
        return leads.create(ctx, values).id


def conversion(**over: object) -> ConversionInput:
    values: dict[str, object] = {
        "account_id": None,
        "account_name": "Acme GmbH",
        "contact_name": "Lena Fischer",
        "deal_name": "Acme rollout",
        "value": Decimal("12000"),
        "currency": "EUR",
        "stage_id": None,
    }
    return ConversionInput(**(values | over))  # type: ignore[arg-type]


def at_once(*acts: Callable[[], object]) -> list[DomainError | None]:
    """Do things at the same time; what each was refused with, None where it went through."""
    start = threading.Barrier(len(acts))
    refused: list[DomainError | None] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        except DomainError as error:
            refused[place] = error

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


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
        leads.create(ctx, replace(ANA, next_follow_up=TODAY))
    assert created(ctx_for, ana, replace(ANA, next_follow_up=TODAY))


def test_a_source_of_the_workspace_can_be_chosen(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        source = next(one for one in queries.sources(ctx) if one.name == "Referral")
    lead_id = created(ctx_for, ana, replace(ANA, source_id=source.id, owner=ana.slack_user_id))
    with ctx_for(ana) as ctx:
        assert queries.lead_card(ctx, lead_id).source == "Referral"


def test_a_source_of_another_workspace_cannot(ctx_for: CtxFor, ana: Member, database: Database) -> None:
    from tests.factories import make_workspace

    elsewhere = make_workspace(database, FixedClock())
    with database.begin(elsewhere.id) as session:
        foreign = session.scalars(select(LeadSource.id)).first()
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as refused:
        leads.create(ctx, replace(ANA, source_id=foreign))
    assert refused.value.fields == {"source_id": "choice_invalid"}


def test_a_colleague_who_gets_a_lead_hears_of_it_and_one_who_takes_it_does_not(
    ctx_for: CtxFor, ana: Member, ben: Member
) -> None:
    created(ctx_for, ana, replace(ANA, owner=ana.slack_user_id))
    assert events(ctx_for, "record.assigned") == []
    given = created(ctx_for, ana, replace(ANA, owner=ben.slack_user_id))
    assert events(ctx_for, "record.assigned") == [
        {"entity": "lead", "entity_id": str(given), "owner_id": str(ben.id), "by_id": str(ana.id)}
    ]


def test_choosing_an_owner_who_never_used_rapport_makes_them_a_member(ctx_for: CtxFor, ana: Member) -> None:
    created(ctx_for, ana, replace(ANA, owner="UNEW"))
    with ctx_for() as ctx:
        new = ctx.session.scalars(select(Member).where(Member.slack_user_id == "UNEW")).one()
    assert new.role is Role.REP


@pytest.mark.parametrize("state", [{"guest": True}, {"active": False}])
def test_guests_and_people_who_left_cannot_own_leads(ctx_for: CtxFor, ana: Member, state: dict[str, bool]) -> None:
    with ctx_for() as ctx:
        gus = make_member(ctx, "Gus", **state)
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as refused:
        leads.create(ctx, replace(ANA, owner=gus.slack_user_id))
    assert refused.value.fields == {"owner": "member_unknown"}


def test_an_exact_match_nobody_was_shown_is_asked_about_once(ctx_for: CtxFor, ana: Member) -> None:
    first = created(ctx_for, ana, ANA)
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as refused:
        leads.create(ctx, ANA, seen=())
    assert refused.value.code == "duplicate"
    with ctx_for(ana) as ctx:
        leads.create(ctx, ANA, seen=(first,))
    with ctx_for(ana) as ctx:
        assert len(ctx.session.scalars(select(Lead)).all()) == 2


def test_a_match_one_may_not_see_is_not_mentioned(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    created(ctx_for, ana, replace(ANA, owner=ana.slack_user_id))
    with ctx_for(ben) as ctx:
        assert leads.create(ctx, replace(ANA, owner=ben.slack_user_id), seen=()).number == 2


@pytest.mark.parametrize("values", [ANA, LeadInput("Lena Fischer", "Acme"), LeadInput("L. F.", phone="+49 30 1234567")])
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
    lead_id = created(ctx_for, ana, replace(ANA, owner=ana.slack_user_id))
    with ctx_for(ana) as ctx:
        leads.edit(ctx, lead_id, replace(ANA, phone="", owner=ana.slack_user_id), expected=1)
    with ctx_for(ana) as ctx:
        card = queries.lead_card(ctx, lead_id)
    assert (card.phone, card.version) == ("", 2)
    assert events(ctx_for, "record.changed") == [{"entity": "lead", "entity_id": str(lead_id)}] * 2


def test_who_edits_what_somebody_else_edited_meanwhile_is_told_what(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    lead_id = created(ctx_for, ana, ANA)
    with ctx_for(ben) as ctx:
        leads.edit(ctx, lead_id, replace(ANA, company="Acme AG", phone=""), expected=1)
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as refused:
        leads.edit(ctx, lead_id, replace(ANA, notes="mine"), expected=1)
    data = refused.value.data
    assert (refused.value.code, data["who"], data["version"]) == ("edited_meanwhile", "Ben Okafor", 2)
    assert [(one.field, one.old, one.new) for one in data["changes"]] == [  # type: ignore[attr-defined]
        ("company", "Acme GmbH", "Acme AG"),
        ("phone", "+49301234567", ""),
    ]
    with ctx_for(ana) as ctx:
        leads.edit(ctx, lead_id, replace(ANA, notes="mine"), expected=2)
    with ctx_for(ana) as ctx:
        assert queries.lead_card(ctx, lead_id).notes == "mine"


def test_what_changed_beside_the_form_is_no_conflict(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    lead_id = created(ctx_for, ana, ANA)
    with ctx_for(ben) as ctx:
        leads.set_status(ctx, lead_id, LeadStatus.QUALIFIED)
    with ctx_for(ana) as ctx:
        leads.edit(ctx, lead_id, replace(ANA, notes="mine"), expected=1)
    with ctx_for(ana) as ctx:
        card = queries.lead_card(ctx, lead_id)
    assert (card.notes, card.status) == ("mine", LeadStatus.QUALIFIED)


def test_what_was_changed_and_changed_back_is_no_conflict(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    lead_id = created(ctx_for, ana, ANA)
    with ctx_for(ben) as ctx:
        leads.edit(ctx, lead_id, replace(ANA, company="Acme AG"), expected=1)
    with ctx_for(ben) as ctx:
        leads.edit(ctx, lead_id, ANA, expected=2)
    with ctx_for(ana) as ctx:
        assert leads.edit(ctx, lead_id, replace(ANA, notes="mine"), expected=1).version == 4


def test_two_who_save_at_once_are_told_apart(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    lead_id = created(ctx_for, ana, ANA)

    def save(who: Member, company: str) -> Callable[[], object]:
        def act() -> None:
            with ctx_for(who) as ctx:
                leads.edit(ctx, lead_id, replace(ANA, company=company), expected=1)

        return act

    refused = at_once(save(ana, "Acme AG"), save(ben, "Acme Ltd"))
    assert [error.code for error in refused if error] == ["edited_meanwhile"]


def test_an_old_follow_up_does_not_stand_in_the_way_of_an_edit(ctx_for: CtxFor, ana: Member, clock: FixedClock) -> None:
    lead_id = created(ctx_for, ana, replace(ANA, next_follow_up=TODAY))
    clock.advance(days=3)
    with ctx_for(ana) as ctx:
        leads.edit(ctx, lead_id, replace(ANA, next_follow_up=TODAY, notes="later"), expected=1)
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as refused:
        leads.edit(ctx, lead_id, replace(ANA, next_follow_up=TODAY + timedelta(days=1)), expected=2)
    assert refused.value.fields == {"next_follow_up": "date_past"}


def test_giving_away_in_the_form_needs_the_right_and_tells_the_new_owner(
    ctx_for: CtxFor, ana: Member, ben: Member
) -> None:
    lead_id = created(ctx_for, ana, replace(ANA, owner=ana.slack_user_id))
    with ctx_for(ana) as ctx:
        leads.edit(ctx, lead_id, replace(ANA, owner=ben.slack_user_id), expected=1)
    assert [one["owner_id"] for one in events(ctx_for, "record.assigned")] == [str(ben.id)]


# -- owner and status ---------------------------------------------------------------------------------------------


def test_a_lead_is_given_away_and_is_then_the_others(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    lead_id = created(ctx_for, ana, replace(ANA, owner=ana.slack_user_id))
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
    lead_id = created(ctx_for, ana, replace(ANA, owner=ana.slack_user_id))
    with ctx_for(ana) as ctx:
        assert leads.assign(ctx, lead_id, ana.slack_user_id).version == 1
    assert events(ctx_for, "record.assigned") == []


@pytest.mark.parametrize("status", leads.BY_HAND)
def test_every_status_but_converted_is_set_by_hand(ctx_for: CtxFor, ana: Member, status: LeadStatus) -> None:
    lead_id = created(ctx_for, ana, ANA)
    with ctx_for(ana) as ctx:
        assert leads.set_status(ctx, lead_id, status).status is status


def test_a_lead_becomes_converted_by_conversion_alone(ctx_for: CtxFor, ana: Member) -> None:
    lead_id = created(ctx_for, ana, ANA)
    with ctx_for(ana) as ctx, pytest.raises(Invalid):
        leads.set_status(ctx, lead_id, LeadStatus.CONVERTED)
    with ctx_for(ana) as ctx:
        leads.convert(ctx, lead_id, conversion())
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as refused:
        leads.set_status(ctx, lead_id, LeadStatus.NEW)
    assert refused.value.code == "lead_converted"


def test_nobody_touches_what_they_may_not(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    lead_id = created(ctx_for, ana, replace(ANA, owner=ana.slack_user_id))
    acts: list[Callable[..., object]] = [
        lambda ctx: leads.edit(ctx, lead_id, ANA, expected=1),
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


# -- conversion ---------------------------------------------------------------------------------------------------


def test_a_conversion_makes_three_records_that_belong_together(ctx_for: CtxFor, ana: Member) -> None:
    lead_id = created(ctx_for, ana, replace(ANA, owner=ana.slack_user_id, next_follow_up=TODAY))
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
        lead_id = created(ctx_for, ana, replace(ANA, owner=ana.slack_user_id))
        with ctx_for(ana) as ctx:
            deal = leads.convert(ctx, lead_id, values)
        assert deal.account_id == account_id
        assert (deal.contact_id == known.id) is (account_id == chosen.id)


def test_a_namesake_with_another_address_is_somebody_else(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        acme = make_account(ctx, "Acme GmbH", owner=ana)
        make_contact(ctx, "Lena Fischer", account=acme, owner=ana, email="other@acme.example")
    lead_id = created(ctx_for, ana, ANA)
    with ctx_for(ana) as ctx:
        leads.convert(ctx, lead_id, conversion(account_id=acme.id))
    with ctx_for(ana) as ctx:
        assert len(ctx.session.scalars(select(Contact)).all()) == 2


def test_a_company_one_may_not_see_cannot_be_chosen_nor_found(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    with ctx_for(ben) as ctx:
        bens = make_account(ctx, "Acme GmbH", owner=ben)
    lead_id = created(ctx_for, ana, ANA)
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as refused:
        leads.convert(ctx, lead_id, conversion(account_id=bens.id))
    assert refused.value.fields == {"account_id": "record_unknown"}
    with ctx_for(ana) as ctx:
        assert leads.convert(ctx, lead_id, conversion()).account_id != bens.id


def test_what_a_conversion_needs_is_said_under_its_own_fields(ctx_for: CtxFor, ana: Member) -> None:
    lead_id = created(ctx_for, ana, ANA)
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
    lead_id = created(ctx_for, ana, ANA)
    with pytest.raises(Invalid) as refused, ctx_for(ana) as ctx:
        leads.convert(ctx, lead_id, conversion(value=Decimal(-1)))
    assert refused.value.fields == {"value": "amount_negative"}
    with ctx_for(ana) as ctx:
        assert not ctx.session.scalars(select(Account)).all()
        assert queries.lead_card(ctx, lead_id).status is LeadStatus.NEW


def test_an_unassigned_lead_is_converted_for_whoever_does_it(ctx_for: CtxFor, ana: Member) -> None:
    lead_id = created(ctx_for, ana, ANA)
    with ctx_for(ana) as ctx:
        assert leads.convert(ctx, lead_id, conversion()).owner_id == ana.id


def test_a_managers_conversion_stays_with_the_leads_owner(ctx_for: CtxFor) -> None:
    with ctx_for() as ctx:
        mira = make_member(ctx, "Mira", role=Role.MANAGER)
        ana = make_member(ctx, "Ana", manager=mira)
    lead_id = created(ctx_for, ana, replace(ANA, owner=ana.slack_user_id))
    with ctx_for(mira) as ctx:
        assert leads.convert(ctx, lead_id, conversion()).owner_id == ana.id


def test_an_overdue_follow_up_is_due_today_on_the_deal(ctx_for: CtxFor, ana: Member, clock: FixedClock) -> None:
    lead_id = created(ctx_for, ana, replace(ANA, next_follow_up=TODAY))
    clock.advance(days=5)
    with ctx_for(ana) as ctx:
        assert leads.convert(ctx, lead_id, conversion()).next_follow_up == TODAY + timedelta(days=5)


def test_two_who_convert_at_once_make_one_deal(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    with ctx_for() as ctx:
        ctx.session.scalars(select(WorkspaceRow)).one().visibility = Visibility.ALL
    lead_id = created(ctx_for, ana, ANA)

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


# -- lists --------------------------------------------------------------------------------------------------------


def test_the_list_is_my_open_work_and_nobodys_newest_first(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, "Mine", owner=ana)
        make_lead(ctx, "Nobody's")
        make_lead(ctx, "Ben's", owner=ben)
        make_lead(ctx, "Given up", owner=ana, status=LeadStatus.LOST)
        make_lead(ctx, "Taken back", owner=ana, archived_at=ctx.now)
        ctx.session.scalars(select(WorkspaceRow)).one().visibility = Visibility.ALL
    with ctx_for(ana) as ctx:
        assert [row.name for row in queries.lead_page(ctx, "", 0).rows] == ["Nobody's", "Mine"]


def test_pages_follow_one_another_without_counting(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        for n in range(queries.PAGE_SIZE + 1):
            make_lead(ctx, f"Lead {n}", owner=ana)
    with ctx_for(ana) as ctx:
        first, second = queries.lead_page(ctx, "", 0), queries.lead_page(ctx, "", 1)
    assert (len(first.rows), first.has_more) == (queries.PAGE_SIZE, True)
    assert ([row.name for row in second.rows], second.has_more) == (["Lead 0"], False)


@pytest.mark.parametrize(
    "words",
    ["lena", "FISCHER l", "lena fischer", "acme", "fischer acme", "lena@ac", "+49 30 123", "L-1", "l1", "1"],
)
def test_a_lead_is_found_by_any_of_its_names(ctx_for: CtxFor, ana: Member, workspace: Workspace, words: str) -> None:
    created(ctx_for, ana, ANA)
    created(ctx_for, ana, LeadInput("Bo Lind", "Globex", "bo@globex.example", "+46 8 123456"))
    with ctx_for(ana) as ctx:
        assert [row.name for row in queries.lead_page(ctx, words, 0).rows] == ["Lena Fischer"]


def test_others_leads_are_not_found(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    created(ctx_for, ana, replace(ANA, owner=ana.slack_user_id))
    with ctx_for(ben) as ctx:
        assert [queries.lead_page(ctx, words, 0).rows for words in ("lena", "L-1", "1", "acme")] == [()] * 4


def test_a_card_links_only_to_what_its_reader_may_see(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    lead_id = created(ctx_for, ana, replace(ANA, owner=ana.slack_user_id))
    with ctx_for(ana) as ctx:
        deal = leads.convert(ctx, lead_id, conversion())
        ctx.session.get_one(Account, (ctx.workspace.id, deal.account_id)).owner_id = ben.id
    with ctx_for(ana) as ctx:
        assert [link.entity.value for link in queries.lead_card(ctx, lead_id).links] == ["deal", "contact"]
        assert contact_card(ctx, deal.contact_id or uuid4()).account_name == ""
