"""Calls and what follows from them, follow-ups, what is due; on real PostgreSQL."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from core import activities, undo
from core.activities import PROGRESS, CallInput, status_after
from core.context import Ctx
from core.enums import CallOutcome, Direction, EntityType, LeadStatus
from core.errors import Forbidden, Invalid, NotFound
from core.models import Activity, Deal, Lead, Member, Objection, Outbox
from core.queries import activities as queries
from tests.conftest import CtxFor
from tests.factories import (
    FixedClock,
    make_account,
    make_activity,
    make_contact,
    make_deal,
    make_lead,
    make_member,
    make_objection,
    the_stage,
)
from tests.together import at_once

TODAY = date(2026, 3, 16)


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Silva")


@pytest.fixture
def lead(ctx_for: CtxFor, ana: Member) -> Lead:
    with ctx_for() as ctx:
        return make_lead(ctx, owner=ana)


def call(outcome: CallOutcome = CallOutcome.CONNECTED, **over: object) -> CallInput:
    return CallInput(**({"direction": Direction.OUTBOUND, "outcome": outcome} | over))  # type: ignore[arg-type]


def fresh(ctx: Ctx, row: Lead | Deal) -> Lead | Deal:
    return ctx.session.get_one(type(row), (row.workspace_id, row.id))


# -- calls --------------------------------------------------------------------------------------------------------


def test_a_call_is_an_activity_with_everything_typed(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        made = activities.log_call(
            ctx,
            "lead",
            lead.id,
            call(
                CallOutcome.CALL_BACK,
                direction=Direction.INBOUND,
                duration_minutes=12,
                notes="Line one\nline two",
                next_step="Send the deck",
                objections=("new:Too expensive",),
            ),
        )
        (item,) = queries.timeline(ctx, "lead", lead.id)
        changed = [row.payload for row in ctx.session.query(Outbox).filter_by(kind="record.changed")]

    assert made.owner_id == ana.id
    assert item.who == "Ana Silva"
    assert (item.direction, item.outcome, item.duration_minutes) == (Direction.INBOUND, CallOutcome.CALL_BACK, 12)
    assert (item.notes, item.next_step, item.objections) == ("Line one\nline two", "Send the deck", ("Too expensive",))
    assert {"entity": "lead", "entity_id": str(lead.id)} in changed


def test_a_call_touches_the_record_and_undo_takes_that_back(
    ctx_for: CtxFor, ana: Member, lead: Lead, clock: FixedClock
) -> None:
    with ctx_for(ana) as ctx:
        activities.log_call(ctx, "lead", lead.id, call())
    first = clock.now()
    clock.advance(hours=2)
    with ctx_for(ana) as ctx:
        change = ctx.change_id
        activities.log_call(ctx, "lead", lead.id, call(CallOutcome.INTERESTED, next_follow_up=TODAY))
    with ctx_for(ana) as ctx:
        assert fresh(ctx, lead).last_touch_at == clock.now()
        assert fresh(ctx, lead).status is LeadStatus.QUALIFIED
        undo.undo(ctx, change)
    with ctx_for(ana) as ctx:
        row = fresh(ctx, lead)
        assert row.last_touch_at == first
        assert row.status is LeadStatus.CONTACTED
        assert row.next_follow_up is None
        assert len(queries.timeline(ctx, "lead", lead.id)) == 1


def test_what_follows_a_call_on_a_converted_lead_is_the_deals(
    ctx_for: CtxFor, ana: Member, lead: Lead, clock: FixedClock
) -> None:
    with ctx_for() as ctx:
        deal = make_deal(ctx, owner=ana)
        ctx.session.get_one(Lead, (ctx.workspace.id, lead.id)).deal_id = deal.id
    with ctx_for(ana) as ctx:
        activities.log_call(ctx, "lead", lead.id, call())
    first = clock.now()
    clock.advance(hours=2)
    with ctx_for(ana) as ctx:
        activities.log_call(ctx, "lead", lead.id, call(next_follow_up=TODAY + timedelta(days=2), next_step="Offer"))
        assert queries.where_it_goes_on(ctx, "lead", lead.id) == ("deal", deal.id)
        change_id = ctx.change_id
    with ctx_for(ana) as ctx:
        after = fresh(ctx, deal)
        assert (after.next_follow_up, after.next_step) == (TODAY + timedelta(days=2), "Offer")
        assert fresh(ctx, lead).next_follow_up is None
        assert after.last_touch_at == fresh(ctx, lead).last_touch_at == clock.now()
        undo.undo(ctx, change_id)
        before = fresh(ctx, deal)
        assert (before.next_follow_up, before.next_step) == (None, "")
        assert before.last_touch_at == fresh(ctx, lead).last_touch_at == first
    with ctx_for() as ctx:
        ctx.session.get_one(Deal, (ctx.workspace.id, deal.id)).owner_id = make_member(ctx, "Carl Boe").id
    with ctx_for(ana) as ctx, pytest.raises(Invalid):
        activities.log_call(ctx, "lead", lead.id, call(next_follow_up=TODAY + timedelta(days=2)))
    with ctx_for(ana) as ctx:
        activities.log_call(ctx, "lead", lead.id, call())
        assert queries.where_it_goes_on(ctx, "lead", lead.id) == ("lead", lead.id)


def test_no_follow_up_is_promised_on_what_is_closed(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        deal = make_deal(ctx, owner=ana, closed_at=ctx.now)
        ctx.session.get_one(Lead, (ctx.workspace.id, lead.id)).status = LeadStatus.LOST
        assert queries.standing(ctx, "deal", deal.id).closed
    for entity, record in (("lead", lead), ("deal", deal)):
        with ctx_for(ana) as ctx:
            activities.log_call(ctx, entity, record.id, call())
        with ctx_for(ana) as ctx, pytest.raises(Invalid) as refused:
            activities.log_call(ctx, entity, record.id, call(next_follow_up=TODAY))
        assert refused.value.fields == {"next_follow_up": "follow_up_closed"}
        with ctx_for(ana) as ctx, pytest.raises(Invalid):
            activities.set_follow_up(ctx, entity, record.id, TODAY)


def test_undo_of_the_first_call_leaves_no_touch(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        change = ctx.change_id
        activities.log_call(ctx, "lead", lead.id, call(objections=("new:Timing",)))
    with ctx_for(ana) as ctx:
        undo.undo(ctx, change)
    with ctx_for(ana) as ctx:
        assert fresh(ctx, lead).last_touch_at is None
        # The word stays in the list: others may use it.
        assert [one.name for one in queries.find_objections(ctx, "tim")] == ["Timing"]


def test_a_note_is_no_touch(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        note = make_activity(ctx, lead)
        activities.refresh_last_touch(ctx, note)
        assert fresh(ctx, lead).last_touch_at is None


@pytest.mark.parametrize("status", list(LeadStatus))
@pytest.mark.parametrize("outcome", list(CallOutcome))
def test_a_call_never_moves_a_lead_back(status: LeadStatus, outcome: CallOutcome) -> None:
    after = status_after(status, outcome)
    if status in PROGRESS:
        assert PROGRESS.index(after) >= PROGRESS.index(status)
    else:
        assert after is status
    assert after not in (LeadStatus.LOST, LeadStatus.CONVERTED) or after is status


@pytest.mark.parametrize(
    ("status", "outcome", "after"),
    [
        (LeadStatus.NEW, CallOutcome.CONNECTED, LeadStatus.CONTACTED),
        (LeadStatus.NEW, CallOutcome.VOICEMAIL, LeadStatus.CONTACTED),
        (LeadStatus.NEW, CallOutcome.NOT_INTERESTED, LeadStatus.CONTACTED),
        (LeadStatus.NEW, CallOutcome.NO_ANSWER, LeadStatus.NEW),
        (LeadStatus.NEW, CallOutcome.WRONG_NUMBER, LeadStatus.NEW),
        (LeadStatus.PROSPECT, CallOutcome.INTERESTED, LeadStatus.QUALIFIED),
        (LeadStatus.REPLIED, CallOutcome.MEETING_BOOKED, LeadStatus.QUALIFIED),
        (LeadStatus.REPLIED, CallOutcome.CONNECTED, LeadStatus.REPLIED),
        (LeadStatus.LOST, CallOutcome.INTERESTED, LeadStatus.LOST),
        (LeadStatus.CONVERTED, CallOutcome.INTERESTED, LeadStatus.CONVERTED),
    ],
)
def test_the_outcome_says_how_far_a_lead_is(status: LeadStatus, outcome: CallOutcome, after: LeadStatus) -> None:
    assert status_after(status, outcome) is after


@pytest.mark.parametrize(
    ("planned", "outcome", "typed", "left"),
    [
        (TODAY, CallOutcome.CONNECTED, None, None),
        (TODAY - timedelta(days=4), CallOutcome.NOT_INTERESTED, None, None),
        (TODAY, CallOutcome.NO_ANSWER, None, TODAY),
        (TODAY, CallOutcome.VOICEMAIL, None, TODAY),
        (TODAY + timedelta(days=3), CallOutcome.CONNECTED, None, TODAY + timedelta(days=3)),
        (TODAY, CallOutcome.NO_ANSWER, TODAY + timedelta(days=1), TODAY + timedelta(days=1)),
        (None, CallOutcome.CONNECTED, TODAY, TODAY),
    ],
)
def test_what_becomes_of_the_follow_up(
    ctx_for: CtxFor, ana: Member, planned: date | None, outcome: CallOutcome, typed: date | None, left: date | None
) -> None:
    with ctx_for(ana) as ctx:
        row = make_lead(ctx, owner=ana, next_follow_up=planned)
        activities.log_call(ctx, "lead", row.id, call(outcome, next_follow_up=typed))
        assert row.next_follow_up == left


def test_the_next_step_is_written_on_the_deal(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        deal = make_deal(ctx, owner=ana, next_step="Call")
        activities.log_call(ctx, "deal", deal.id, call(next_step="Send the offer"))
        assert deal.next_step == "Send the offer"
        activities.log_call(ctx, "deal", deal.id, call(next_step=""))
        assert deal.next_step == "Send the offer"


def test_calls_on_contacts_and_accounts(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        account, contact = make_account(ctx, owner=ana), make_contact(ctx, owner=ana)
        activities.log_call(ctx, "account", account.id, call())
        activities.log_call(ctx, "contact", contact.id, call(next_follow_up=TODAY))
        assert account.last_touch_at == ctx.now
        assert contact.next_follow_up == TODAY
        with pytest.raises(Invalid) as refused:
            activities.log_call(ctx, "account", account.id, call(next_follow_up=TODAY))
    assert refused.value.fields == {"next_follow_up": "no_follow_up_here"}


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"next_follow_up": TODAY - timedelta(days=1)}, {"next_follow_up": "date_past"}),
        ({"duration_minutes": -1}, {"duration_minutes": "number_out_of_range"}),
        ({"duration_minutes": 1441}, {"duration_minutes": "number_out_of_range"}),
        ({"notes": "x" * 5000}, {"notes": "too_long"}),
        ({"next_step": "x" * 301}, {"next_step": "too_long"}),
        ({"objections": ("new:" + "x" * 101,)}, {"objections": "too_long"}),
        ({"objections": ("nonsense",)}, {"objections": "choice_invalid"}),
        ({"objections": (str(uuid4()),)}, {"objections": "record_unknown"}),
    ],
)
def test_what_cannot_be_used_is_refused(
    ctx_for: CtxFor, ana: Member, lead: Lead, values: dict[str, object], problem: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused, ctx_for(ana) as ctx:
        activities.log_call(ctx, "lead", lead.id, call(**values))
    assert refused.value.fields == problem
    with ctx_for() as ctx:
        assert ctx.session.query(Activity).count() == 0


def test_a_record_of_no_such_kind(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx, pytest.raises(Invalid):
        activities.log_call(ctx, "quote", uuid4(), call())


def test_not_mine_is_not_there_and_seen_is_not_mine(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for() as ctx:
        boss = make_member(ctx, "Mo")
        ben = make_member(ctx, "Ben")
        theirs = make_lead(ctx, owner=boss)
    with ctx_for(ben) as ctx:
        with pytest.raises(NotFound):
            activities.log_call(ctx, "lead", lead.id, call())
        assert queries.timeline(ctx, "lead", lead.id) == []
        assert queries.subject(ctx, "lead", lead.id) is None
        assert queries.subject(ctx, "quote", lead.id) is None
        with pytest.raises(NotFound):
            activities.set_follow_up(ctx, "lead", theirs.id, TODAY)


def test_seen_by_all_but_not_theirs_to_log(database: object, ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    from core.enums import Visibility
    from core.models import WorkspaceRow

    with ctx_for() as ctx:
        ctx.session.query(WorkspaceRow).one().visibility = Visibility.ALL
        ben = make_member(ctx, "Ben")
    with ctx_for(ben) as ctx:
        subject = queries.subject(ctx, "lead", lead.id)
        assert subject is not None
        assert not subject.can_edit
        with pytest.raises(Forbidden):
            activities.log_call(ctx, "lead", lead.id, call())


# -- objections ---------------------------------------------------------------------------------------------------


def test_objections_are_one_whatever_their_case(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        known = make_objection(ctx, "Too expensive")
        activities.log_call(
            ctx,
            "lead",
            lead.id,
            call(objections=(str(known.id), "new:TOO EXPENSIVE", "new: no   budget ", "new:No budget", "new:")),
        )
    with ctx_for(ana) as ctx:
        (item,) = queries.timeline(ctx, "lead", lead.id)
        assert item.objections == ("no budget", "Too expensive")
        assert [one.name for one in queries.find_objections(ctx, "")] == ["no budget", "Too expensive"]


def test_letters_that_python_and_the_database_lower_differently(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        activities.log_call(ctx, "lead", lead.id, call(objections=("new:İSTANBUL ẞ",)))
    with ctx_for(ana) as ctx:
        activities.log_call(ctx, "lead", lead.id, call(objections=("new:İSTANBUL ẞ",)))
        assert ctx.session.query(Objection).count() == 1


def test_beginnings_come_first(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        for name in ("No budget", "Budget cut", "100%_sure"):
            make_objection(ctx, name)
        assert [one.name for one in queries.find_objections(ctx, "BUD")] == ["Budget cut", "No budget"]
        assert [one.name for one in queries.find_objections(ctx, "%_")] == ["100%_sure"]


def test_the_same_new_objection_from_two_calls_at_once(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        leads = [make_lead(ctx, f"Lead {n}", owner=ana) for n in range(4)]

    def log(lead_id: UUID, *names: str) -> Callable[[], None]:
        def work() -> None:
            with ctx_for(ana) as ctx:
                activities.log_call(ctx, "lead", lead_id, call(objections=tuple(f"new:{name}" for name in names)))

        return work

    raised = at_once(
        log(leads[0].id, "Too slow", "Too dear"),
        log(leads[1].id, "TOO DEAR", "too slow"),
        log(leads[2].id, "too slow"),
        log(leads[3].id, "too dear", "Too Slow"),
    )
    assert raised == []
    with ctx_for(ana) as ctx:
        assert ctx.session.query(Objection).count() == 2
        for lead in leads:
            (item,) = queries.timeline(ctx, "lead", lead.id)
            assert {one.lower() for one in item.objections} <= {"too slow", "too dear"}
            assert item.objections


# -- follow-ups ---------------------------------------------------------------------------------------------------


def test_done_and_snoozed(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        deal = make_deal(ctx, owner=ana, next_follow_up=TODAY)
        activities.set_follow_up(ctx, "deal", deal.id, TODAY + timedelta(days=1))
        assert deal.next_follow_up == TODAY + timedelta(days=1)
        activities.set_follow_up(ctx, "deal", deal.id, None)
        assert deal.next_follow_up is None
        with pytest.raises(Invalid):
            activities.set_follow_up(ctx, "deal", deal.id, TODAY - timedelta(days=1))
        account = make_account(ctx, owner=ana)
        with pytest.raises(Invalid):
            activities.set_follow_up(ctx, "account", account.id, TODAY)


def test_what_is_due_is_mine_open_and_longest_overdue_first(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        ben = make_member(ctx, "Ben")
        account = make_account(ctx, "Acme", owner=ana)
        yesterday = TODAY - timedelta(days=1)
        make_lead(ctx, "Today", owner=ana, company="Globex", next_follow_up=TODAY)
        make_contact(ctx, "Yesterday", account=account, owner=ana, next_follow_up=yesterday)
        make_deal(ctx, "Long ago", account=account, owner=ana, next_follow_up=date(2026, 1, 1))
        make_lead(ctx, "Tomorrow", owner=ana, next_follow_up=TODAY + timedelta(days=1))
        make_lead(ctx, "Ben's", owner=ben, next_follow_up=yesterday)
        make_lead(ctx, "Nobody's", next_follow_up=yesterday)
        make_lead(ctx, "Lost", owner=ana, status=LeadStatus.LOST, next_follow_up=yesterday)
        won = the_stage(ctx, "Won")
        make_deal(ctx, "Won", owner=ana, stage=won, closed_at=ctx.now, next_follow_up=yesterday)

        page = queries.due(ctx, TODAY)

    assert [(item.name, item.detail) for item in page.rows] == [
        ("Long ago", "Acme"),
        ("Yesterday", "Acme"),
        ("Today", "Globex"),
    ]
    assert [item.entity for item in page.rows] == [EntityType.DEAL, EntityType.CONTACT, EntityType.LEAD]
    assert page.rows[0].ref.startswith("D-")
    assert not page.has_more


def test_due_pages(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        for n in range(queries.PAGE_SIZE + 1):
            make_lead(ctx, f"Lead {n}", owner=ana, next_follow_up=TODAY)
        first, second = queries.due(ctx, TODAY), queries.due(ctx, TODAY, 1)
    assert (len(first.rows), first.has_more) == (queries.PAGE_SIZE, True)
    assert (len(second.rows), second.has_more) == (1, False)
    assert not {item.id for item in first.rows} & {item.id for item in second.rows}
