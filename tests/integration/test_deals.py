"""Deals and their way through the stages, on real PostgreSQL."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from bot.views.deals import card
from core import deals, undo
from core.conflicts import FieldChange
from core.context import Ctx
from core.deals import DealInput, LossInput
from core.enums import Role, StageKind, Visibility
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.i18n import UTC_VIEWER
from core.models import Activity, Deal, LossReason, Member, Outbox, Pipeline, StageChange, WorkspaceRow
from core.queries import deals as queries
from core.queries import stages
from core.queries.history import anything_changed
from tests.conftest import CtxFor
from tests.factories import (
    FixedClock,
    make_account,
    make_activity,
    make_contact,
    make_deal,
    make_member,
    make_pipeline,
    make_quote,
    make_stage,
    the_stage,
)
from tests.together import at_once

TODAY = date(2026, 3, 16)


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Silva")


@pytest.fixture
def ben(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ben Okafor")


@pytest.fixture
def deal(ctx_for: CtxFor, ana: Member) -> Deal:
    with ctx_for(ana) as ctx:
        return deals.create(ctx, DealInput("Acme rollout", value=Decimal(12_000), owner=ana.slack_user_id))


def stage_id(ctx: Ctx, name: str) -> UUID:
    return the_stage(ctx, name).id


def moved(ctx_for: CtxFor, member: Member, deal: Deal, name: str) -> UUID:
    """Move a deal in a transaction of its own; the change's id."""
    with ctx_for(member) as ctx:
        deals.move(ctx, deal.id, stage_id(ctx, name))
        return ctx.change_id


def kinds(ctx: Ctx) -> list[str]:
    return list(ctx.session.scalars(select(Outbox.kind).order_by(Outbox.id)))


def reason(ctx: Ctx, name: str = "Price") -> UUID:
    return ctx.session.scalars(select(LossReason.id).where(LossReason.name == name)).one()


# -- creating and editing -----------------------------------------------------------------------------------------


def test_a_new_deal_with_everything(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        account = make_account(ctx, "Acme GmbH", owner=ana)
        contact = make_contact(ctx, "Lena", account=account, owner=ana)
        made = deals.create(
            ctx,
            DealInput(
                "  Acme \u202e rollout ",
                account.id,
                contact.id,
                Decimal("1234.567"),
                "EUR",
                stage_id(ctx, "Proposal"),
                ana.slack_user_id,
                date(2026, 6, 1),
                "Send the offer",
                TODAY,
            ),
        )
        card = queries.deal_card(ctx, made.id)

    assert (card.ref, card.name, card.value, card.currency) == ("D-1", "Acme rollout", Decimal("1234.57"), "EUR")
    assert (card.account, card.contact, card.owner) == ("Acme GmbH", "Lena", ana.slack_user_id)
    assert (card.stage, card.stage_kind, card.probability) == ("Proposal", StageKind.OPEN, 50)
    assert (card.next_step, card.next_follow_up, card.expected_close) == ("Send the offer", TODAY, date(2026, 6, 1))
    assert (card.can_edit, card.can_assign) == (True, True)
    assert [stage.name for stage in card.stages] == ["Lead in", "Qualified", "Proposal", "Negotiation", "Won", "Lost"]


def test_a_name_is_enough(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        card = queries.deal_card(ctx, deals.create(ctx, DealInput("Small")).id)
    assert (card.stage, card.value, card.currency, card.owner) == ("Lead in", None, "USD", "")


def test_a_contact_brings_its_company(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        account, other = make_account(ctx, "Acme", owner=ana), make_account(ctx, "Globex", owner=ana)
        contact = make_contact(ctx, account=account, owner=ana)
        assert deals.create(ctx, DealInput("A", contact_id=contact.id)).account_id == account.id
        assert deals.create(ctx, DealInput("B", other.id, contact.id)).account_id == other.id


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"name": "\u200b "}, "name", "name_empty"),
        ({"name": "x" * 5000}, "name", "too_long"),
        ({"value": Decimal(-1)}, "value", "amount_negative"),
        ({"value": Decimal(10) ** 16}, "value", "amount_too_large"),
        ({"currency": "XX1"}, "currency", "choice_invalid"),
        ({"account_id": uuid4()}, "account_id", "record_unknown"),
        ({"contact_id": uuid4()}, "contact_id", "record_unknown"),
        ({"stage_id": uuid4()}, "stage_id", "record_unknown"),
        ({"next_follow_up": TODAY - timedelta(days=1)}, "next_follow_up", "date_past"),
        ({"next_step": "x" * 301}, "next_step", "too_long"),
    ],
)
def test_what_cannot_be_used_is_refused(
    ctx_for: CtxFor, ana: Member, values: dict[str, object], field: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused, ctx_for(ana) as ctx:
        deals.create(ctx, DealInput(**({"name": "A"} | values)))  # type: ignore[arg-type]
    assert refused.value.fields == {field: code}


def test_a_new_deal_is_open(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx, pytest.raises(Invalid):
        deals.create(ctx, DealInput("A", stage_id=stage_id(ctx, "Won")))


def test_other_peoples_companies_cannot_be_linked(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    with ctx_for() as ctx:
        account = make_account(ctx, "Secret AG", owner=ben)
    with ctx_for(ana) as ctx, pytest.raises(Invalid):
        deals.create(ctx, DealInput("A", account.id))


def test_a_colleague_who_is_given_a_deal_hears_of_it(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    with ctx_for(ana) as ctx:
        deals.create(ctx, DealInput("Mine", owner=ana.slack_user_id))
        assert "record.assigned" not in kinds(ctx)
        deals.create(ctx, DealInput("Ben's", owner=ben.slack_user_id))
        assert kinds(ctx).count("record.assigned") == 1


def test_an_edit_is_one_change_of_one_version(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx:
        change = ctx.change_id
        made = deals.edit(
            ctx,
            deal.id,
            DealInput("Acme", value=Decimal(5), stage_id=stage_id(ctx, "Proposal"), owner=ana.slack_user_id),
            1,
        )
        assert (made.name, made.value, made.version) == ("Acme", Decimal(5), 2)
    with ctx_for(ana) as ctx:
        undo.undo(ctx, change)
    with ctx_for(ana) as ctx:
        card = queries.deal_card(ctx, deal.id)
        assert (card.name, card.value, card.stage) == ("Acme rollout", Decimal(12_000), "Lead in")
        assert [step.name for step in stages.way_of(ctx, deal.id).steps] == ["Lead in"]


def test_a_deal_without_a_recorded_move_has_no_way_to_show(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        assert stages.way_of(ctx, make_deal(ctx, owner=ana).id).steps == ()


def test_an_edit_that_changes_nothing_writes_nothing(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx:
        deals.edit(ctx, deal.id, DealInput("Acme rollout", value=Decimal(12_000), owner=ana.slack_user_id), 1)
        assert not anything_changed(ctx)


def test_who_is_overtaken_sees_what_changed(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for() as ctx:
        mira = make_member(ctx, "Mira Brandt", role=Role.ADMIN)
    with ctx_for(mira) as ctx:
        deals.edit(ctx, deal.id, DealInput("Acme", value=Decimal(9), owner=ana.slack_user_id), 1)
    typed = DealInput("Acme two", value=Decimal(12_000), owner=ana.slack_user_id)
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as conflict:
        deals.edit(ctx, deal.id, typed, 1)
    data = conflict.value.data
    assert data["who"] == "Mira Brandt"
    changes = data["changes"]
    assert isinstance(changes, list)
    assert FieldChange("name", "Acme rollout", "Acme") in changes
    assert {change.field for change in changes} == {"name", "value"}
    with ctx_for(ana) as ctx:
        assert deals.edit(ctx, deal.id, typed, int(str(data["version"]))).name == "Acme two"


def test_a_call_meanwhile_is_no_conflict(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx:
        ctx.session.get_one(Deal, (deal.workspace_id, deal.id)).last_touch_at = ctx.now
    with ctx_for(ana) as ctx:
        deals.edit(ctx, deal.id, DealInput("New name", owner=ana.slack_user_id), 1)
        assert queries.deal_card(ctx, deal.id).name == "New name"


def test_a_follow_up_that_is_over_may_stay(ctx_for: CtxFor, ana: Member, deal: Deal, clock: FixedClock) -> None:
    with ctx_for(ana) as ctx:
        deals.edit(ctx, deal.id, DealInput("A", owner=ana.slack_user_id, next_follow_up=TODAY), 1)
    clock.advance(days=3)
    with ctx_for(ana) as ctx:
        deals.edit(ctx, deal.id, DealInput("B", owner=ana.slack_user_id, next_follow_up=TODAY), 2)
    with ctx_for(ana) as ctx, pytest.raises(Invalid):
        deals.edit(ctx, deal.id, DealInput("B", owner=ana.slack_user_id, next_follow_up=TODAY + timedelta(days=1)), 3)


def test_what_a_deal_points_at_stays_though_the_editor_may_not_see_it(
    ctx_for: CtxFor, ana: Member, ben: Member
) -> None:
    with ctx_for() as ctx:
        hidden = make_account(ctx, "Globex", owner=ben)
        mine = make_deal(ctx, account=hidden, owner=ana)
    with ctx_for(ana) as ctx:
        edited = deals.edit(ctx, mine.id, DealInput("Renamed", hidden.id, owner=ana.slack_user_id), 1)
        assert edited.account_id == hidden.id


def test_assigning(ctx_for: CtxFor, ana: Member, ben: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx:
        deals.assign(ctx, deal.id, ana.slack_user_id)
        assert not anything_changed(ctx)
        deals.assign(ctx, deal.id, ben.slack_user_id)
        assert kinds(ctx).count("record.assigned") == 1
        with pytest.raises(NotFound):
            queries.deal_card(ctx, deal.id)
    with ctx_for(ana) as ctx, pytest.raises(NotFound):
        deals.assign(ctx, deal.id, ana.slack_user_id)


def test_seen_but_not_mine(ctx_for: CtxFor, ben: Member, deal: Deal) -> None:
    with ctx_for() as ctx:
        ctx.session.query(WorkspaceRow).one().visibility = Visibility.ALL
    for act in (
        lambda ctx: deals.move(ctx, deal.id, stage_id(ctx, "Proposal")),
        lambda ctx: deals.win(ctx, deal.id),
        lambda ctx: deals.lose(ctx, deal.id, LossInput(reason(ctx))),
        lambda ctx: deals.edit(ctx, deal.id, DealInput("A"), 1),
        lambda ctx: deals.assign(ctx, deal.id, ben.slack_user_id),
    ):
        with ctx_for(ben) as ctx, pytest.raises(Forbidden):
            act(ctx)
    with ctx_for(ben) as ctx:
        card = queries.deal_card(ctx, deal.id)
        assert (card.can_edit, card.can_assign) == (False, False)


# -- stages -------------------------------------------------------------------------------------------------------


def test_the_way_and_the_time_in_each_stage(ctx_for: CtxFor, ana: Member, deal: Deal, clock: FixedClock) -> None:
    clock.advance(days=3)
    moved(ctx_for, ana, deal, "Qualified")
    clock.advance(days=2)
    moved(ctx_for, ana, deal, "Proposal")
    clock.advance(days=20)
    with ctx_for(ana) as ctx:
        way, card = stages.way_of(ctx, deal.id), queries.deal_card(ctx, deal.id)
    assert [(step.name, stages.time_in(step, way.now).days, step.by) for step in way.steps] == [
        ("Proposal", 20, "Ana Silva"),
        ("Qualified", 2, "Ana Silva"),
        ("Lead in", 3, "Ana Silva"),
    ]
    assert (card.days_in_stage, card.stale) == (20, True)


def test_an_undone_move_never_was(ctx_for: CtxFor, ana: Member, deal: Deal, clock: FixedClock) -> None:
    clock.advance(days=3)
    change = moved(ctx_for, ana, deal, "Qualified")
    clock.advance(hours=1)
    with ctx_for(ana) as ctx:
        undo.undo(ctx, change)
    with ctx_for(ana) as ctx:
        card, way = queries.deal_card(ctx, deal.id), stages.way_of(ctx, deal.id)
    assert (card.stage, card.days_in_stage) == ("Lead in", 3)
    assert [(step.name, stages.time_in(step, way.now)) for step in way.steps] == [
        ("Lead in", timedelta(days=3, hours=1))
    ]


def test_to_the_stage_it_is_in_is_no_move(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx:
        deals.move(ctx, deal.id, stage_id(ctx, "Lead in"))
        assert not anything_changed(ctx)
        assert len(stages.way_of(ctx, deal.id).steps) == 1


def test_a_card_names_the_pipeline_where_there_are_several(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx:
        assert queries.deal_card(ctx, deal.id).pipeline == ""
    with ctx_for() as ctx:
        other = make_pipeline(ctx)
    with ctx_for(ana) as ctx:
        name = queries.deal_card(ctx, deal.id).pipeline
        assert name
        assert f"({name}) ·" in str(card(queries.deal_card(ctx, deal.id), UTC_VIEWER).blocks)
    with ctx_for() as ctx:
        ctx.session.get_one(Pipeline, (ctx.workspace.id, other.id)).archived_at = ctx.now
    with ctx_for(ana) as ctx:
        assert queries.deal_card(ctx, deal.id).pipeline == ""


def test_stages_of_another_pipeline_are_none(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for() as ctx:
        other = make_stage(ctx, make_pipeline(ctx))
    for unknown in (other.id, uuid4()):
        with ctx_for(ana) as ctx, pytest.raises(Invalid):
            deals.move(ctx, deal.id, unknown)


def test_won_lost_and_open_again(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx:
        won = deals.win(ctx, deal.id)
        assert won.closed_at == ctx.now
        assert kinds(ctx).count("deal.won") == 1
        assert queries.deal_card(ctx, deal.id).stage_kind is StageKind.WON
    with ctx_for(ana) as ctx:
        deals.lose(ctx, deal.id, LossInput(reason(ctx), " Globex\n", "Too dear\n\n\n\nby far"))
    with ctx_for(ana) as ctx:
        card = queries.deal_card(ctx, deal.id)
        assert (card.loss_reason, card.competitor, card.closed_at) == ("Price", "Globex", ctx.now)
        assert [item.notes for item in card.timeline] == ["Too dear\n\nby far"]
    moved(ctx_for, ana, deal, "Negotiation")
    with ctx_for(ana) as ctx:
        card = queries.deal_card(ctx, deal.id)
        assert (card.loss_reason, card.competitor, card.closed_at) == ("", "", None)


def test_undo_of_won_and_of_lost(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx:
        won = ctx.change_id
        deals.win(ctx, deal.id)
    with ctx_for(ana) as ctx:
        undo.undo(ctx, won)
    with ctx_for(ana) as ctx:
        lost = ctx.change_id
        assert queries.deal_card(ctx, deal.id).closed_at is None
        deals.lose(ctx, deal.id, LossInput(reason(ctx), "Globex", "Why"))
    with ctx_for(ana) as ctx:
        undo.undo(ctx, lost)
    with ctx_for(ana) as ctx:
        card = queries.deal_card(ctx, deal.id)
        assert (card.stage, card.closed_at, card.loss_reason, card.competitor) == ("Lead in", None, "", "")
        assert card.timeline == ()


def test_lost_asks_why(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as refused:
        deals.move(ctx, deal.id, stage_id(ctx, "Lost"))
    assert refused.value.fields == {"loss_reason_id": "loss_reason_required"}
    for values, field in (
        (LossInput(None), "loss_reason_id"),
        (LossInput(uuid4()), "loss_reason_id"),
        (LossInput(uuid4(), "x" * 301), "competitor"),
        (LossInput(uuid4(), note="x" * 3001), "note"),
    ):
        with ctx_for(ana) as ctx, pytest.raises(Invalid) as refused:
            deals.lose(ctx, deal.id, values)
        assert set(refused.value.fields) == {field}
    with ctx_for(ana) as ctx, pytest.raises(Invalid):
        deals.lose(ctx, deal.id, LossInput(reason(ctx)), stage_id(ctx, "Won"))


def test_a_pipeline_without_won(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        stage = make_stage(ctx, make_pipeline(ctx))
        deal = make_deal(ctx, stage=stage, owner=ana)
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as missing:
        deals.win(ctx, deal.id)
    assert missing.value.code == "stage_missing"


def test_undo_of_a_new_deal(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        change, made = ctx.change_id, deals.create(ctx, DealInput("Oops", owner=ana.slack_user_id))
    with ctx_for(ana) as ctx:
        undo.undo(ctx, change)
    with ctx_for(ana) as ctx, pytest.raises(NotFound):
        queries.deal_card(ctx, made.id)


def test_a_quote_on_it_keeps_a_new_deal(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        change, made = ctx.change_id, deals.create(ctx, DealInput("Quoted", owner=ana.slack_user_id))
    with ctx_for(ana) as ctx:
        make_quote(ctx, made)
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as refused:
        undo.undo(ctx, change)
    assert refused.value.code == "undo_built_upon"


# -- two at once --------------------------------------------------------------------------------------------------


def test_two_moves_at_once_are_two_steps_one_after_the_other(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    raised = at_once(
        lambda: moved(ctx_for, ana, deal, "Qualified"),
        lambda: moved(ctx_for, ana, deal, "Proposal"),
    )
    assert raised == []
    with ctx_for(ana) as ctx:
        changes = ctx.session.scalars(select(StageChange).order_by(StageChange.id)).all()
        card = queries.deal_card(ctx, deal.id)
    steps = {change.from_stage_id: change.to_stage_id for change in changes}
    assert len(changes) == 3
    second = steps[steps[None]]
    assert steps[second] == card.stage_id
    assert {second, card.stage_id} == {one.id for one in card.stages if one.name in ("Qualified", "Proposal")}


def test_two_clicks_on_won_are_one_announcement(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    def win() -> None:
        with ctx_for(ana) as ctx:
            deals.win(ctx, deal.id)

    assert at_once(win, win, win) == []
    with ctx_for(ana) as ctx:
        assert kinds(ctx).count("deal.won") == 1
        assert len(stages.way_of(ctx, deal.id).steps) == 2


# -- reading ------------------------------------------------------------------------------------------------------


def test_the_list_is_open_visible_and_by_expected_close(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    with ctx_for(ana) as ctx:
        acme = make_account(ctx, "Acme", owner=ana)
        make_deal(ctx, "Late", owner=ana, account=acme, expected_close=date(2026, 9, 1))
        make_deal(ctx, "Unknown day", owner=ana)
        make_deal(ctx, "Soon", expected_close=date(2026, 4, 1))
        make_deal(ctx, "Ben's", owner=ben)
        make_deal(ctx, "Done", owner=ana, stage=the_stage(ctx, "Won"), closed_at=ctx.now)
        page = queries.deal_page(ctx)
        assert [row.name for row in page.rows] == ["Soon", "Late", "Unknown day"]
        assert (page.rows[1].account, page.rows[1].owner) == ("Acme", ana.slack_user_id)
        assert [row.name for row in queries.deal_page(ctx, "done").rows] == ["Done"]
        assert [row.name for row in queries.deal_page(ctx, "acme").rows] == ["Late"]
        assert [row.name for row in queries.deals_meant(ctx, "ben").rows] == []


def test_pages(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        for n in range(queries.PAGE_SIZE + 2):
            make_deal(ctx, f"Deal {n}", owner=ana)
        first, second = queries.deal_page(ctx), queries.deal_page(ctx, page=1)
        mine = queries.open_deals(ctx, ana.id, 1)
    assert (len(first.rows), first.has_more) == (queries.PAGE_SIZE, True)
    assert (len(second.rows), second.has_more) == (2, False)
    assert len(mine.rows) == 2
    assert not {row.id for row in first.rows} & {row.id for row in second.rows}


def test_a_deal_is_meant_by_reference_number_or_name(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx:
        other = make_deal(ctx, "Globex pilot", owner=ana)
        for text in (f"D-{deal.number}", f"d{deal.number}", str(deal.number), "acme", "Acme roll"):
            assert [row.id for row in queries.deals_meant(ctx, text).rows] == [deal.id], text
        assert [row.id for row in queries.deals_meant(ctx, "globex").rows] == [other.id]
        for text in ("", "  ", "D-999", f"L-{deal.number}", "nothing", "99999999999999999999"):
            assert queries.deals_meant(ctx, text).rows == (), text


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Proposal", "Proposal"),
        ("proposal", "Proposal"),
        ("prop", "Proposal"),
        ("propsal", "Proposal"),
        ("neg", "Negotiation"),
        ("lead in", "Lead in"),
        ("won", "Won"),
        ("l", None),
        ("xyz", None),
        ("", None),
    ],
)
def test_a_stage_is_meant_by_name_beginning_or_nearest_word(ctx_for: CtxFor, words: str, name: str | None) -> None:
    with ctx_for() as ctx:
        choices = stages.stages_of(ctx, stages.first_pipeline(ctx))
    found = stages.stage_meant(choices, words)
    assert (found.name if found else None) == name


def test_the_card_reads_as_much_however_much_there_is(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    from sqlalchemy import event

    def statements(ctx: Ctx) -> int:
        seen: list[str] = []
        connection = ctx.session.connection()
        event.listen(connection, "before_cursor_execute", lambda *args: seen.append(args[2]))
        queries.deal_card(ctx, deal.id)
        return len(seen)

    with ctx_for(ana) as ctx:
        few = statements(ctx)
    with ctx_for(ana) as ctx:
        for _ in range(12):
            make_activity(ctx, deal)
            make_quote(ctx, deal)
    with ctx_for(ana) as ctx:
        assert statements(ctx) == few
        card = queries.deal_card(ctx, deal.id)
    assert (len(card.timeline), len(card.quotes)) == (5, 3)


def test_a_call_is_on_the_timeline_of_its_deal_only(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx:
        other = make_deal(ctx, "Other", owner=ana)
        make_activity(ctx, other)
        assert queries.deal_card(ctx, deal.id).timeline == ()
        assert ctx.session.query(Activity).count() == 1
