"""Reading the history of a record: names in place of ids, and only what the reader may see."""

from datetime import date, time
from decimal import Decimal

import pytest
from sqlalchemy import select

from core import leads, undo
from core.access import load
from core.enums import ActivityKind, Direction, EntityType, InboundState, LeadStatus, MailKind, Role, Visibility
from core.errors import Conflict, NotFound
from core.events import CardShared
from core.models import Deal, InboundEmail, Lead, Member, Outbox, WorkspaceRow
from core.queries.history import PAGE_SIZE, Amount, FieldChange, Unseen, Word, history_page
from core.queries.records import card_after
from core.records import share
from tests.conftest import CtxFor
from tests.factories import (
    FixedClock,
    make_account,
    make_activity,
    make_deal,
    make_lead,
    make_member,
    make_source,
    the_stage,
)
from tests.integration.mail_world import make_email


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        ana = make_member(ctx, "Ana Silva")
        ctx.session.expunge(ana)
        return ana


def fields(changes: tuple[FieldChange, ...]) -> dict[str, tuple[object, object]]:
    return {change.field: (change.old, change.new) for change in changes}


def test_ids_become_names_and_codes_words(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana, "/lead new") as ctx:
        source = make_source(ctx, "Fair")
        lead = make_lead(ctx, "Zoe Lima", owner=ana, source_id=source.id, next_follow_up=date(2026, 3, 20))
        lead.next_follow_up_at = time(15)
        lead_id = lead.id
    with ctx_for(ana, "button lead.status") as ctx:
        leads.set_status(ctx, lead_id, LeadStatus.CONTACTED)
    with ctx_for(ana) as ctx:
        newest, oldest = history_page(ctx, EntityType.LEAD, lead_id).page.rows
    assert (newest.who, newest.action, newest.source) == ("Ana Silva", "update", "button lead.status")
    assert fields(newest.fields) == {"status": (Word("new"), Word("contacted"))}
    assert (oldest.action, oldest.source) == ("create", "/lead new")
    assert fields(oldest.fields) == {
        "name": (None, "Zoe Lima"),
        "source_id": (None, "Fair"),
        "status": (None, Word("new")),
        "owner_id": (None, "Ana Silva"),
        "next_follow_up": (None, date(2026, 3, 20)),
        "next_follow_up_at": (None, time(15)),
    }


def test_money_stages_and_accounts_that_may_not_be_seen(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        secret = make_account(ctx, "Secret GmbH", owner=make_member(ctx, "Ben"))
        deal_id = make_deal(ctx, "Rollout", owner=ana, account=secret, currency="EUR", value=Decimal("99.5")).id
    with ctx_for() as ctx:
        deal = ctx.session.get_one(Deal, (ctx.workspace.id, deal_id))
        deal.stage_id = the_stage(ctx, "Proposal").id
        deal.stage_entered_at = ctx.now
    with ctx_for(ana) as ctx:
        newest, oldest = history_page(ctx, EntityType.DEAL, deal_id).page.rows
    assert fields(newest.fields) == {"stage_id": ("Lead in", "Proposal")}
    created = fields(oldest.fields)
    assert created["value"] == (None, Amount(Decimal("99.5"), "EUR"))
    assert created["account_id"] == (None, Unseen())
    assert "stage_entered_at" not in created


def test_pages(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        lead_id = make_lead(ctx, "Zoe", owner=ana).id
    for number in range(PAGE_SIZE):
        with ctx_for(ana) as ctx:
            load(ctx, Lead, lead_id).company = f"Company {number}"
    with ctx_for(ana) as ctx:
        first = history_page(ctx, EntityType.LEAD, lead_id).page
        second = history_page(ctx, EntityType.LEAD, lead_id, 1).page
    assert (len(first.rows), first.has_more) == (PAGE_SIZE, True)
    assert fields(first.rows[0].fields)["company"] == ("Company 6", "Company 7")
    assert ([row.action for row in second.rows], second.has_more) == (["create"], False)


def test_undo_is_offered_while_it_is_possible(ctx_for: CtxFor, ana: Member, clock: FixedClock) -> None:
    with ctx_for(ana) as ctx:
        lead_id = make_lead(ctx, "Zoe", owner=ana).id
    clock.advance(hours=20)
    with ctx_for(ana) as ctx:
        leads.set_status(ctx, lead_id, LeadStatus.CONTACTED)
        change_id = ctx.change_id
    with ctx_for(ana) as ctx:
        undo.undo(ctx, change_id)
    with ctx_for(ana) as ctx:
        rows = history_page(ctx, EntityType.LEAD, lead_id).page.rows
    assert [(row.takes_back, row.undone, row.can_undo) for row in rows] == [
        (True, False, True),
        (False, True, False),
        (False, False, True),
    ]
    clock.advance(hours=5)
    with ctx_for(ana) as ctx:
        assert [row.can_undo for row in history_page(ctx, EntityType.LEAD, lead_id).page.rows] == [True, False, False]


def test_who_may_look_but_not_edit_is_offered_no_undo(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        lead_id = make_lead(ctx, "Zoe", owner=make_member(ctx, "Ben")).id
    with ctx_for(ana) as ctx, pytest.raises(NotFound):
        history_page(ctx, EntityType.LEAD, lead_id)
    with ctx_for() as ctx:
        ctx.session.scalars(select(WorkspaceRow)).one().visibility = Visibility.ALL
    with ctx_for(ana) as ctx:
        assert [row.can_undo for row in history_page(ctx, EntityType.LEAD, lead_id).page.rows] == [False]


def test_kinds_without_a_history_of_their_own(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        activity = make_activity(ctx, make_lead(ctx, "Zoe", owner=ana))
        with pytest.raises(NotFound):
            history_page(ctx, EntityType.ACTIVITY, activity.id)


def test_an_undone_call_shows_the_record_it_was_about(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        account = make_account(ctx, "Acme", owner=ana)
        activity = make_activity(ctx, account)
        activity.archived_at = ctx.now
        ctx.session.flush()
        shown = card_after(ctx, [("activity_objection", activity.id), ("activity", activity.id)])
        assert shown is not None
        assert (shown.ref, shown.name) == ("A-1", "Acme")
        account.archived_at = ctx.now
        ctx.session.flush()
        assert card_after(ctx, [("activity", activity.id)]) is None


def test_sharing_names_a_channel_and_needs_sight(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        mine = make_lead(ctx, "Mine", owner=ana).id
        other = make_lead(ctx, "Other", owner=make_member(ctx, "Ben", role=Role.MANAGER)).id
        before = len(ctx.session.scalars(select(Outbox)).all())
    with ctx_for(ana) as ctx:
        assert share(ctx, EntityType.LEAD, mine, "C042").ref == "L-1"
        with pytest.raises(NotFound):
            share(ctx, EntityType.LEAD, other, "C042")
        for nowhere in ("", "D042", "U042"):
            with pytest.raises(Conflict, match="share_where"):
                share(ctx, EntityType.LEAD, mine, nowhere)
        rows = ctx.session.scalars(select(Outbox).order_by(Outbox.id)).all()[before:]
        assert [(row.kind, row.payload["channel"]) for row in rows] == [(CardShared.kind, "C042")]


def test_an_email_says_whom_it_went_to_and_who_wrote_it(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        lead = make_lead(ctx, "Lena Fischer", owner=ana)
        out = make_activity(ctx, lead, kind=ActivityKind.EMAIL, direction=Direction.OUTBOUND, subject="Your offer")
        back = make_activity(ctx, lead, kind=ActivityKind.EMAIL, direction=Direction.INBOUND, subject="Re: Your offer")
        make_email(ctx, lead, activity_id=out.id, to_name="Lena Fischer")
        ctx.add(
            InboundEmail(
                key="1",
                state=InboundState.LINKED,
                kind=MailKind.HUMAN,
                lead_id=lead.id,
                activity_id=back.id,
                from_address="lena@acme.example",
                to_addresses=[],
                received_at=ctx.now,
            )
        )
        lead_id = lead.id
    with ctx_for(ana) as ctx:
        items = history_page(ctx, EntityType.LEAD, lead_id).page.rows
    told = [part.about for item in items for part in item.parts]
    assert {(one.direction, one.other) for one in told} == {
        (Direction.OUTBOUND, "Lena Fischer"),
        (Direction.INBOUND, "lena@acme.example"),
    }
