"""Targets: who sets and sees them, what is kept of them, and that two people do not overwrite one another."""

from datetime import date
from decimal import Decimal
from threading import Thread

import pytest
from sqlalchemy import select

from core import targets
from core.context import Ctx
from core.enums import ActivityKind, Role, StageKind, TargetKind, Visibility
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.models import Member, Stage, Target
from core.queries import metrics
from core.queries import targets as queries
from core.queries.pipeline import Whose
from core.queries.targets import TargetRow
from core.targets import Holder, TargetsInput, Wanted
from core.undo import undo
from tests.conftest import CtxFor
from tests.factories import FixedClock, make_activity, make_deal, make_lead, make_member

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
CALLS = TargetsInput(calls=40)
Team = tuple[Member, Member, Member, Member]


@pytest.fixture
def team(ctx_for: CtxFor) -> Team:
    """Mira, who manages Ana, who is no manager though Ben works for her; and Carl, whom nobody manages."""
    with ctx_for() as ctx:
        mira = make_member(ctx, "Mira Brandt", role=Role.MANAGER)
        ana = make_member(ctx, "Ana Costa", manager=mira)
        ben = make_member(ctx, "Ben Okafor", manager=ana)
        return mira, ana, ben, make_member(ctx, "Carl Nowak", role=Role.MANAGER)


def won(ctx: Ctx, owner: Member, value: int, currency: str = "USD") -> None:
    stage = ctx.session.scalars(select(Stage).where(Stage.kind == StageKind.WON)).first()
    make_deal(ctx, stage=stage, owner=owner, value=Decimal(value), currency=currency, closed_at=ctx.now)


def rows(ctx: Ctx, month: date = MARCH) -> list[TargetRow]:
    return list(queries.target_page(ctx, month, size=100).page.rows)


def shown(ctx: Ctx, holder: Holder, month: date = MARCH) -> dict[str, tuple[int, int]]:
    """Wanted and done, by kind or currency."""
    (row,) = (one for one in rows(ctx, month) if one.holder == holder)
    return {one.currency or one.kind.value: (int(one.target), int(one.done)) for one in row.progress}


def test_what_is_set_is_shown_with_how_far_it_is(ctx_for: CtxFor, team: Team) -> None:
    mira, ana, ben, _ = team
    with ctx_for(mira) as ctx:
        values = TargetsInput({"USD": Decimal("1000.005"), "JPY": Decimal("99.4"), "EUR": None}, calls=4, mails=0)
        targets.set_targets(ctx, Holder(ana.id), MARCH, values, ())
        targets.set_targets(ctx, Holder(mira.id, team=True), MARCH, TargetsInput({"USD": Decimal(3000)}), ())
    with ctx_for() as ctx:
        for owner, value in ((ana, 250), (ben, 500), (mira, 1)):
            won(ctx, owner, value)
        won(ctx, ana, 7, "JPY")
        for kind in (ActivityKind.CALL, ActivityKind.CALL, ActivityKind.NOTE):
            make_activity(ctx, make_lead(ctx, owner=ana), kind=kind, owner_id=ana.id)
    with ctx_for(mira) as ctx:
        assert shown(ctx, Holder(ana.id)) == {"JPY": (99, 7), "USD": (1000, 250), "calls": (4, 2)}
        assert shown(ctx, Holder(mira.id, team=True)) == {"USD": (3000, 751)}
        (team_row,) = (one for one in rows(ctx) if one.holder == Holder(mira.id, team=True))
        assert [(one.currency, int(one.target)) for one in team_row.added_up] == [("", 4), ("JPY", 99)]
        details = queries.target_details(ctx, Holder(ana.id), MARCH)
        assert details.currencies == ("USD", "JPY")
        assert sum(one.amount for one in details.wanted if one.currency == "USD") == Decimal("1000.01")


def test_each_team_comes_before_its_people_and_names_are_searched(ctx_for: CtxFor, team: Team) -> None:
    mira, ana, ben, carl = team
    with ctx_for() as ctx:
        found = [one.holder for one in rows(ctx)]
        order = [Holder(mira.id, team=True), Holder(mira.id), Holder(ana.id, team=True), Holder(ana.id), Holder(ben.id)]
        assert found[:5] == order
        assert Holder(carl.id) in found[5:]
        page = queries.target_page(ctx, MARCH, " BEN ")
        assert [one.holder for one in page.page.rows] == [Holder(ben.id)]
        assert [one.holder for one in queries.target_page(ctx, MARCH, page=1, size=2).page.rows] == order[2:4]


@pytest.mark.parametrize("visibility", Visibility)
def test_reps_read_their_own_managers_set_their_peoples(ctx_for: CtxFor, team: Team, visibility: Visibility) -> None:
    mira, ana, ben, carl = team
    with ctx_for() as ctx:
        for holder in (Holder(mira.id, team=True), Holder(ana.id), Holder(ben.id), Holder(carl.id)):
            targets.set_targets(ctx, holder, MARCH, CALLS, ())
    with ctx_for(ana) as ctx:
        assert [(one.holder, one.may_set) for one in rows(ctx)] == [(Holder(ana.id), False)]
        assert [int(one.target) for one in metrics.progress(ctx, MARCH, metrics.month_of(MARCH, ctx.actor.zone))] == [
            40
        ]
        for act in (
            lambda: targets.set_targets(ctx, Holder(ana.id), MARCH, CALLS, ()),
            lambda: targets.remove(ctx, Holder(ana.id), MARCH),
            lambda: targets.copy_last_month(ctx, APRIL),
        ):
            with pytest.raises(Forbidden, match="needs_manager"):
                act()
    with ctx_for(mira) as ctx:
        assert {one.holder.member_id for one in rows(ctx)} == {mira.id, ana.id, ben.id}
        assert all(one.may_set for one in rows(ctx))
        with pytest.raises(Forbidden, match="targets_of_others"):
            targets.remove(ctx, Holder(carl.id), MARCH)
        with pytest.raises(Forbidden, match="targets_of_others"):
            queries.target_details(ctx, Holder(carl.id), MARCH)
        assert targets.copy_last_month(ctx, APRIL) == 3
    with ctx_for() as ctx:
        assert targets.copy_last_month(ctx, APRIL) == 1, "Carl's, which Mira does not set"


@pytest.mark.parametrize(
    ("values", "month", "problem"),
    [
        (TargetsInput({"EUR": Decimal(-1)}), MARCH, {"value_EUR": "amount_negative"}),
        (TargetsInput({"EUR": Decimal(10) ** 16}), MARCH, {"value_EUR": "amount_too_large"}),
        (TargetsInput({"XYZ": Decimal(1)}), MARCH, {"value_XYZ": "choice_invalid"}),
        (
            TargetsInput(calls=-1, mails=1_000_001),
            MARCH,
            {"calls": "number_out_of_range", "mails": "number_out_of_range"},
        ),
        (CALLS, date(2026, 3, 2), {"month": "month_invalid"}),
        (CALLS, date(2036, 3, 1), {"month": "month_invalid"}),
    ],
)
def test_what_makes_no_sense_is_refused(
    ctx_for: CtxFor, team: Team, values: TargetsInput, month: date, problem: dict[str, str]
) -> None:
    with ctx_for() as ctx, pytest.raises(Invalid) as refused:
        targets.set_targets(ctx, Holder(team[1].id), month, values, ())
    assert refused.value.fields == problem


def test_emptied_fields_take_a_target_away_and_undo_brings_it_back(
    ctx_for: CtxFor, team: Team, clock: FixedClock
) -> None:
    mira, ana, *_ = team
    holder = Holder(ana.id)
    with ctx_for(mira) as ctx:
        targets.set_targets(ctx, holder, MARCH, TargetsInput({"USD": Decimal(100)}, calls=40), ())
    with ctx_for(mira) as ctx:
        seen = queries.target_details(ctx, holder, MARCH).wanted
        targets.set_targets(ctx, holder, MARCH, TargetsInput({"USD": Decimal(200)}), seen)
        first = ctx.change_id
        assert shown(ctx, holder) == {"USD": (200, 0)}
    with ctx_for(mira) as ctx:
        undo(ctx, first)
        assert shown(ctx, holder) == {"USD": (100, 0), "calls": (40, 0)}
    clock.advance(hours=1)
    with ctx_for(mira) as ctx:
        targets.remove(ctx, holder, MARCH)
        removed = ctx.change_id
        assert shown(ctx, holder) == {}
        with pytest.raises(NotFound):
            targets.remove(ctx, holder, MARCH)
    with ctx_for(ana) as ctx, pytest.raises(Forbidden):
        undo(ctx, removed)
    with ctx_for(mira) as ctx:
        undo(ctx, removed)
        assert set(shown(ctx, holder)) == {"USD", "calls"}


def test_last_months_are_copied_to_who_has_none_and_it_is_undone_as_one(ctx_for: CtxFor, team: Team) -> None:
    mira, ana, ben, carl = team
    with ctx_for() as ctx:
        targets.set_targets(ctx, Holder(ana.id), MARCH, TargetsInput({"USD": Decimal(9)}, mails=3), ())
        targets.set_targets(ctx, Holder(ben.id), MARCH, CALLS, ())
        targets.set_targets(ctx, Holder(ben.id), APRIL, TargetsInput(calls=1), ())
        targets.set_targets(ctx, Holder(carl.id), MARCH, CALLS, ())
        ctx.session.get_one(Member, (ctx.workspace.id, carl.id)).active = False
        # What was taken away comes back: there is one row for each thing.
        targets.set_targets(ctx, Holder(ana.id), APRIL, TargetsInput(mails=77), ())
        targets.remove(ctx, Holder(ana.id), APRIL)
    with ctx_for(mira) as ctx:
        assert queries.target_page(ctx, APRIL).to_copy
        assert targets.copy_last_month(ctx, APRIL) == 1
        copied = ctx.change_id
        assert shown(ctx, Holder(ana.id), APRIL) == {"USD": (9, 0), "mails": (3, 0)}
        assert shown(ctx, Holder(ben.id), APRIL) == {"calls": (1, 0)}
        assert targets.copy_last_month(ctx, APRIL) == 0
    with ctx_for(mira) as ctx:
        undo(ctx, copied)
        assert shown(ctx, Holder(ana.id), APRIL) == {}
        assert not queries.target_page(ctx, MARCH).to_copy


def test_what_somebody_else_set_meanwhile_is_not_overwritten(ctx_for: CtxFor, team: Team) -> None:
    mira, ana, *_ = team
    holder = Holder(ana.id)
    with ctx_for(mira) as ctx:
        targets.set_targets(ctx, holder, MARCH, CALLS, ())
    with ctx_for() as ctx, pytest.raises(Conflict) as stale:
        targets.set_targets(ctx, holder, MARCH, TargetsInput(calls=7), ())
    assert (stale.value.code, stale.value.data["who"]) == ("edited_meanwhile", "Mira Brandt")
    assert [(one.field, one.old, one.new) for one in stale.value.data["changes"]] == [("calls", None, "40")]  # type: ignore[attr-defined]
    with ctx_for() as ctx:
        targets.set_targets(ctx, holder, MARCH, TargetsInput(calls=7), (Wanted(TargetKind.CALLS, Decimal(40)),))
        assert shown(ctx, holder) == {"calls": (7, 0)}


def test_of_two_at_once_the_second_hears_of_the_first(ctx_for: CtxFor, team: Team) -> None:
    mira, ana, *_ = team
    refused: list[Conflict] = []

    def second() -> None:
        try:
            with ctx_for() as ctx:
                targets.set_targets(ctx, Holder(ana.id), MARCH, TargetsInput(calls=2), ())
        except Conflict as conflict:
            refused.append(conflict)

    other = Thread(target=second)
    with ctx_for(mira) as ctx:
        targets.set_targets(ctx, Holder(ana.id), MARCH, TargetsInput(calls=1), ())
        other.start()
    other.join()
    assert [one.code for one in refused] == ["edited_meanwhile"]
    with ctx_for() as ctx:
        assert [int(one.amount) for one in ctx.session.scalars(select(Target))] == [1]


def test_how_far_a_month_is(ctx_for: CtxFor, team: Team) -> None:
    mira, ana, *_ = team
    with ctx_for() as ctx:
        targets.set_targets(ctx, Holder(mira.id, team=True), MARCH, TargetsInput({"USD": Decimal(1000)}), ())
        won(ctx, ana, 250)
    with ctx_for(mira) as ctx:
        found = queries.month_progress(ctx, MARCH, Whose.ALL, ctx.actor.zone)
        assert (found.whose, found.days_left, found.may_set) == (Whose.TEAM, 12, True)
        assert [(one.target, one.done, one.percent) for one in found.progress] == [(1000, 250, 25)]
        assert queries.month_progress(ctx, APRIL, Whose.TEAM, ctx.actor.zone).days_left == 22
        assert queries.month_progress(ctx, date(2026, 2, 1), Whose.TEAM, ctx.actor.zone).days_left == 0
    with ctx_for(ana) as ctx:
        found = queries.month_progress(ctx, MARCH, Whose.ALL, ctx.actor.zone)
        assert (found.whose, found.progress, found.may_set) == (Whose.MINE, (), False)


def test_who_stands_in_for_somebody_away_neither_sees_nor_sets_what_they_are_to_reach(
    ctx_for: CtxFor, team: Team
) -> None:
    mira, ana, _, carl = team
    with ctx_for(mira) as ctx:
        targets.set_targets(ctx, Holder(ana.id), MARCH, CALLS, ())
    with ctx_for() as ctx:
        away = ctx.session.get_one(Member, (ctx.workspace.id, ana.id))
        away.delegate_id, away.away_until = carl.id, ctx.now.date()
    with ctx_for(carl) as ctx:
        assert {one.holder.member_id for one in rows(ctx)} == {carl.id}
        assert metrics.progress(ctx, MARCH, metrics.month_of(MARCH, ctx.actor.zone)) == ()
        assert not targets.may_set(ctx, ana.id)
