"""Taking changes back: as a whole, within a day, and never over what others did since."""

import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from core import activities, deals, leads, undo
from core.activities import CallInput
from core.deals import LossInput
from core.enums import CallOutcome, Direction, LeadStatus, Role, Visibility
from core.errors import Conflict, DomainError, Forbidden, NotFound
from core.leads import ConversionInput, LeadInput
from core.models import (
    Account,
    Activity,
    Contact,
    Deal,
    History,
    Lead,
    LossReason,
    Member,
    Objection,
    Outbox,
    StageChange,
    TenantModel,
    WorkspaceRow,
)
from tests.conftest import CtxFor
from tests.factories import (
    FixedClock,
    make_account,
    make_activity,
    make_deal,
    make_lead,
    make_member,
    make_quote,
    the_stage,
)

LENA = LeadInput("Lena Fischer", "Acme GmbH", "lena@acme.example")
CONVERSION = ConversionInput(None, "Acme GmbH", "Lena Fischer", "Acme rollout", Decimal(12_000), "EUR", None)


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Costa")


@pytest.fixture
def ben(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ben Okafor")


@pytest.fixture
def lead(ctx_for: CtxFor, ana: Member) -> Lead:
    """A lead nobody owns, so that both Ana and Ben may edit it."""
    with ctx_for(ana) as ctx:
        return leads.create(ctx, LENA)


def living(ctx_for: CtxFor, *models: type[TenantModel]) -> list[int]:
    """How many records of each kind were not taken back."""
    with ctx_for() as ctx:
        return [
            len(ctx.session.scalars(select(model).where(model.archived_at.is_(None))).all())  # type: ignore[attr-defined]
            for model in models
        ]


def now(ctx_for: CtxFor, lead: Lead) -> Lead:
    with ctx_for() as ctx:
        return ctx.session.get_one(Lead, (lead.workspace_id, lead.id))


def edited(ctx_for: CtxFor, who: Member, lead: Lead, **over: object) -> UUID:
    """Somebody edits the lead's form; the change's id."""
    with ctx_for(who) as ctx:
        row = ctx.session.get_one(Lead, (lead.workspace_id, lead.id))
        values = {"name": row.name, "company": row.company, "email": row.email, "phone": row.phone, "notes": row.notes}
        leads.edit(ctx, lead.id, LeadInput(**(values | over)), row.version)  # type: ignore[arg-type]
        return ctx.change_id


def taken_back(ctx_for: CtxFor, who: Member, change_id: UUID) -> UUID:
    """Somebody undoes a change; the id of the undoing."""
    with ctx_for(who) as ctx:
        undo.undo(ctx, change_id)
        return ctx.change_id


def refusal(ctx_for: CtxFor, who: Member, change_id: UUID) -> DomainError:
    """Why somebody cannot undo a change."""
    with pytest.raises(DomainError) as refused, ctx_for(who) as ctx:
        undo.undo(ctx, change_id)
    return refused.value


def creation_of(ctx_for: CtxFor, lead: Lead) -> UUID:
    with ctx_for() as ctx:
        query = select(History.change_id).where(History.entity_id == lead.id, History.action == "create")
        return ctx.session.scalars(query).one()


# -- what comes back ----------------------------------------------------------------------------------------------


def test_an_edit_goes_back_to_what_it_was(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    change = edited(ctx_for, ana, lead, company="Globex", phone="+49 30 1234567")
    with ctx_for(ana) as ctx:
        assert undo.undo(ctx, change) == [("lead", lead.id)]
    after = now(ctx_for, lead)
    assert (after.company, after.phone, after.version) == ("Acme GmbH", "", 3)


def test_a_creation_is_removed_and_its_number_is_not_given_out_again(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    taken_back(ctx_for, ana, creation_of(ctx_for, lead))
    assert living(ctx_for, Lead) == [0]
    with ctx_for(ana) as ctx:
        assert leads.create(ctx, LENA).number == lead.number + 1


def test_every_kind_of_value_comes_back(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        deal = make_deal(ctx, owner=ana, value=Decimal("1234.5"), expected_close=ctx.now.date(), closed_at=ctx.now)
        before = {name: getattr(deal, name) for name in Deal.__tracked__}
    with ctx_for(ana) as ctx:
        row = ctx.session.get_one(Deal, (deal.workspace_id, deal.id))
        row.value, row.expected_close, row.closed_at, row.owner_id = None, None, None, None
        row.stage_id, row.name = the_stage(ctx, "Proposal").id, "x"
        ctx.session.flush()
        change = ctx.change_id
    taken_back(ctx_for, ana, change)
    with ctx_for() as ctx:
        row = ctx.session.get_one(Deal, (deal.workspace_id, deal.id))
        assert {name: getattr(row, name) for name in Deal.__tracked__} == before


def test_a_conversion_is_taken_back_as_a_whole_and_can_be_done_again(
    ctx_for: CtxFor, ana: Member, lead: Lead, clock: FixedClock
) -> None:
    edited(ctx_for, ana, lead, next_follow_up=clock.now().date())
    with ctx_for(ana) as ctx:
        deal = leads.convert(ctx, lead.id, CONVERSION)
        change = ctx.change_id
    assert living(ctx_for, Account, Contact, Deal, StageChange) == [1, 1, 1, 1]

    with ctx_for(ana) as ctx:
        touched = undo.undo(ctx, change)
    assert {entity for entity, _ in touched} == {"account", "contact", "deal", "stage_change", "lead"}
    assert living(ctx_for, Account, Contact, Deal, StageChange) == [0, 0, 0, 0]
    after = now(ctx_for, lead)
    assert (after.status, after.converted_at, after.next_follow_up) == (LeadStatus.NEW, None, clock.now().date())
    assert (after.account_id, after.contact_id, after.deal_id) == (None, None, None)
    with ctx_for(ana) as ctx:
        assert leads.convert(ctx, lead.id, CONVERSION).id != deal.id


def test_what_an_undo_did_is_one_entry_for_each_record_in_one_order(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    """Also of what was new and changed again by the same change: it is written together, when all is taken back."""
    with ctx_for(ana) as ctx:
        leads.convert(ctx, lead.id, CONVERSION)
        conversion = ctx.change_id
    with ctx_for(ana) as ctx:
        made = leads.create(ctx, replace(LENA, email="max@globex.io", company="Globex"))
        ctx.session.flush()
        made.notes = "Wants an offer."
        creation = ctx.change_id

    def written(change_id: UUID) -> list[tuple[str, str]]:
        with ctx_for() as ctx:
            rows = ctx.session.scalars(select(History).where(History.change_id == change_id).order_by(History.id))
            return [(row.entity, row.action) for row in rows]

    assert written(creation) == [("lead", "create"), ("lead", "update")]
    assert written(taken_back(ctx_for, ana, creation)) == [("lead", "archive")]
    assert written(taken_back(ctx_for, ana, conversion)) == [
        ("account", "archive"),
        ("contact", "archive"),
        ("deal", "archive"),
        ("lead", "update"),
        ("stage_change", "archive"),
    ]


def test_an_account_that_was_here_before_stays(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        make_account(ctx, "Acme GmbH")
    with ctx_for(ana) as ctx:
        leads.convert(ctx, lead.id, CONVERSION)
        change = ctx.change_id
    taken_back(ctx_for, ana, change)
    assert living(ctx_for, Account, Contact, Deal) == [1, 0, 0]


def test_a_call_goes_with_all_it_caused_but_its_new_word_stays(
    ctx_for: CtxFor, ana: Member, lead: Lead, clock: FixedClock
) -> None:
    call = CallInput(
        direction=Direction.OUTBOUND,
        outcome=CallOutcome.INTERESTED,
        objections=("new:Too expensive",),
        next_follow_up=clock.now().date() + timedelta(days=3),
    )
    with ctx_for(ana) as ctx:
        activities.log_call(ctx, "lead", lead.id, call)
        change = ctx.change_id
    taken_back(ctx_for, ana, change)
    after = now(ctx_for, lead)
    assert (after.status, after.next_follow_up, after.last_touch_at) == (LeadStatus.NEW, None, None)
    assert living(ctx_for, Activity, Objection) == [0, 1]


def test_a_lost_deal_is_open_again(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        deal = deals.create(ctx, deals.DealInput("Acme", owner=ana.slack_user_id))
    with ctx_for(ana) as ctx:
        reason = ctx.session.scalars(select(LossReason)).first()
        assert reason is not None
        deals.lose(ctx, deal.id, LossInput(reason.id, "Initech", "Too slow"))
        change = ctx.change_id
    taken_back(ctx_for, ana, change)
    with ctx_for() as ctx:
        row = ctx.session.get_one(Deal, (deal.workspace_id, deal.id))
        assert (row.stage_id, row.closed_at, row.loss_reason_id, row.competitor) == (deal.stage_id, None, None, "")
    assert living(ctx_for, StageChange, Activity) == [1, 0]


def test_the_cards_of_all_that_came_back_are_refreshed(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        leads.convert(ctx, lead.id, CONVERSION)
        change = ctx.change_id
    with ctx_for() as ctx:
        before = {row.id for row in ctx.session.scalars(select(Outbox))}
    taken_back(ctx_for, ana, change)
    with ctx_for() as ctx:
        new = [row.payload["entity"] for row in ctx.session.scalars(select(Outbox)) if row.id not in before]
    assert {"account", "contact", "deal", "lead"} <= set(new)


def test_an_undo_is_undone(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    change = edited(ctx_for, ana, lead, company="Globex")
    first = taken_back(ctx_for, ana, change)
    second = taken_back(ctx_for, ana, first)
    assert now(ctx_for, lead).company == "Globex"
    taken_back(ctx_for, ana, second)
    assert now(ctx_for, lead).company == "Acme GmbH"


def test_an_undone_creation_is_brought_back(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    removed = taken_back(ctx_for, ana, creation_of(ctx_for, lead))
    taken_back(ctx_for, ana, removed)
    assert living(ctx_for, Lead) == [1]


def test_an_older_change_goes_back_where_another_field_changed_since(
    ctx_for: CtxFor, ana: Member, ben: Member, lead: Lead
) -> None:
    change = edited(ctx_for, ana, lead, company="Globex")
    edited(ctx_for, ben, lead, notes="Call in May")
    taken_back(ctx_for, ana, change)
    after = now(ctx_for, lead)
    assert (after.company, after.notes) == ("Acme GmbH", "Call in May")


def test_what_was_changed_and_undone_since_does_not_stand_in_the_way(
    ctx_for: CtxFor, ana: Member, ben: Member, lead: Lead
) -> None:
    change = edited(ctx_for, ana, lead, company="Globex")
    taken_back(ctx_for, ben, edited(ctx_for, ben, lead, company="Initech"))
    taken_back(ctx_for, ana, change)
    taken_back(ctx_for, ana, creation_of(ctx_for, lead))
    assert living(ctx_for, Lead) == [0]


# -- what is refused ----------------------------------------------------------------------------------------------


def test_who_changed_which_field_since_is_said(
    ctx_for: CtxFor, ana: Member, ben: Member, lead: Lead, clock: FixedClock
) -> None:
    change = edited(ctx_for, ana, lead, company="Globex")
    at = clock.advance(minutes=5)
    edited(ctx_for, ben, lead, company="Initech")
    refused = refusal(ctx_for, ana, change)
    assert refused.code == "undo_changed_since"
    told = {"entity": "lead", "entity_id": lead.id, "field": "company", "who": "Ben Okafor", "at": at}
    assert refused.data == told
    assert now(ctx_for, lead).company == "Initech"


def test_a_creation_that_somebody_worked_on_stays(ctx_for: CtxFor, ana: Member, ben: Member, lead: Lead) -> None:
    edited(ctx_for, ben, lead, notes="Call in May")
    refused = refusal(ctx_for, ana, creation_of(ctx_for, lead))
    assert (refused.code, refused.data["who"], refused.data["field"]) == ("undo_changed_since", "Ben Okafor", "notes")
    assert living(ctx_for, Lead) == [1]


def test_a_record_that_others_stand_on_stays(ctx_for: CtxFor, ana: Member, ben: Member, lead: Lead) -> None:
    with ctx_for(ben) as ctx:
        make_activity(ctx, ctx.session.get_one(Lead, (lead.workspace_id, lead.id)))
    refused = refusal(ctx_for, ana, creation_of(ctx_for, lead))
    assert (refused.code, refused.data) == ("undo_built_upon", {"entity": "lead", "by": "activity"})


def test_a_conversion_with_a_quote_on_its_deal_stays_whole(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        deal = leads.convert(ctx, lead.id, CONVERSION)
        change = ctx.change_id
    with ctx_for(ana) as ctx:
        make_quote(ctx, deal)
    refused = refusal(ctx_for, ana, change)
    assert (refused.code, refused.data) == ("undo_built_upon", {"entity": "deal", "by": "quote"})
    assert living(ctx_for, Account, Contact, Deal) == [1, 1, 1]
    assert now(ctx_for, lead).status is LeadStatus.CONVERTED


def test_a_day_is_the_limit(ctx_for: CtxFor, ana: Member, lead: Lead, clock: FixedClock) -> None:
    first = edited(ctx_for, ana, lead, company="Globex")
    clock.advance(undo.WINDOW)
    taken_back(ctx_for, ana, first)
    second = edited(ctx_for, ana, lead, company="Globex")
    clock.advance(undo.WINDOW + timedelta(seconds=1))
    assert refusal(ctx_for, ana, second).code == "undo_too_late"
    assert now(ctx_for, lead).company == "Globex"


def test_a_change_is_undone_once(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    change = edited(ctx_for, ana, lead, company="Globex")
    taken_back(ctx_for, ana, change)
    assert refusal(ctx_for, ana, change).code == "undo_already"


def test_a_refused_undo_leaves_no_trace(ctx_for: CtxFor, ana: Member, ben: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        deal = leads.convert(ctx, lead.id, CONVERSION)
        change = ctx.change_id
    with ctx_for(ana) as ctx:
        make_quote(ctx, deal)
    with pytest.raises(Conflict), ctx_for(ana) as ctx:
        undo.undo(ctx, change)
    with ctx_for() as ctx:
        assert ctx.session.scalars(select(History).where(History.undoes.is_not(None))).all() == []


def test_nobody_undoes_what_they_may_not_see_or_edit(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    with ctx_for() as ctx:
        lead = make_lead(ctx, owner=ana)
    with ctx_for(ana) as ctx:
        leads.set_status(ctx, lead.id, LeadStatus.LOST)
        change = ctx.change_id
    assert isinstance(refusal(ctx_for, ben, change), NotFound)
    assert isinstance(refusal(ctx_for, ana, uuid4()), NotFound)
    with ctx_for() as ctx:
        ctx.session.scalars(select(WorkspaceRow)).one().visibility = Visibility.ALL
    assert isinstance(refusal(ctx_for, ben, change), Forbidden)
    assert now(ctx_for, lead).status is LeadStatus.LOST


def test_a_manager_undoes_what_their_report_did(ctx_for: CtxFor) -> None:
    with ctx_for() as ctx:
        mira = make_member(ctx, "Mira", role=Role.MANAGER)
        ana = make_member(ctx, "Ana", manager=mira)
        lead = make_lead(ctx, owner=ana)
    with ctx_for(ana) as ctx:
        leads.set_status(ctx, lead.id, LeadStatus.LOST)
        change = ctx.change_id
    taken_back(ctx_for, mira, change)
    assert now(ctx_for, lead).status is LeadStatus.NEW


def test_of_two_who_undo_at_once_one_is_told_it_is_done(ctx_for: CtxFor, ana: Member, ben: Member, lead: Lead) -> None:
    change = edited(ctx_for, ana, lead, company="Globex")
    start = threading.Barrier(2)
    said: list[str] = []

    def act(who: Member) -> None:
        start.wait()
        try:
            taken_back(ctx_for, who, change)
            said.append("done")
        except DomainError as error:
            said.append(error.code)

    threads = [threading.Thread(target=act, args=(who,)) for who in (ana, ben)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["done", "undo_already"]
    with ctx_for() as ctx:
        assert len(ctx.session.scalars(select(History).where(History.undoes == change)).all()) == 1
