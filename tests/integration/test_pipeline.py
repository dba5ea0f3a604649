"""A pipeline's sums and the deals that need somebody, on a real database."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from core.context import Ctx
from core.enums import Role, StageKind, Visibility
from core.errors import NotFound
from core.models import Deal, Member, WorkspaceRow
from core.queries.pipeline import Board, Reason, Whose, board, pipeline_meant
from core.undo import undo
from tests.conftest import CtxFor
from tests.factories import FixedClock, make_deal, make_member, make_pipeline, make_stage, the_stage

TODAY = date(2026, 3, 16)
CURRENCIES = {"EUR": 2, "JPY": 0, "KWD": 3}
STAGES = ("Lead in", "Qualified", "Proposal", "Negotiation", "Won", "Lost")


@dataclass(frozen=True)
class People:
    """Mira manages Ana and Ben; Cleo has no manager; Ada administers."""

    ana: Member
    ben: Member
    mira: Member
    cleo: Member
    ada: Member


@pytest.fixture
def people(ctx_for: CtxFor) -> People:
    with ctx_for() as ctx:
        mira = make_member(ctx, "Mira Brandt", role=Role.MANAGER)
        ana, ben = (make_member(ctx, name, manager=mira) for name in ("Ana Costa", "Ben Okafor"))
        cleo = make_member(ctx, "Cleo Marin")
        return People(ana, ben, mira, cleo, make_member(ctx, "Ada Admin", role=Role.ADMIN))


def set_visibility(ctx_for: CtxFor, visibility: Visibility) -> None:
    with ctx_for() as ctx:
        ctx.session.scalars(select(WorkspaceRow)).one().visibility = visibility


def seen(ctx_for: CtxFor, who: Member, whose: Whose | None = None) -> Board:
    with ctx_for(who) as ctx:
        return board(ctx, whose)


@dataclass(frozen=True)
class Drawn:
    """A deal as hypothesis draws it."""

    stage: str
    currency: str
    amount: int | None
    """In minor units."""
    owner: str
    gone: bool


DEALS = st.lists(
    st.builds(
        Drawn,
        st.sampled_from(STAGES),
        st.sampled_from(sorted(CURRENCIES)),
        st.none() | st.integers(0, 10**9),
        st.sampled_from(("ana", "ben", "nobody")),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=DEALS)
def test_the_sums_are_those_of_adding_up_by_hand(ctx_for: CtxFor, people: People, drawn: list[Drawn]) -> None:
    owners = {"ana": people.ana, "ben": people.ben, "nobody": None}
    with ctx_for() as ctx:
        stages = {name: the_stage(ctx, name) for name in STAGES}
        for old in ctx.session.scalars(select(Deal).where(Deal.workspace_id == ctx.workspace.id)):
            old.archived_at = ctx.now
        for one in drawn:
            stage = stages[one.stage]
            deal = make_deal(
                ctx,
                stage=stage,
                owner=owners[one.owner],
                currency=one.currency,
                value=None if one.amount is None else Decimal(one.amount).scaleb(-CURRENCIES[one.currency]),
                closed_at=None if stage.kind is StageKind.OPEN else ctx.now,
            )
            if one.gone:
                deal.archived_at = ctx.now
        chances = {name: stage.probability for name, stage in stages.items()}
    for whose, owned in ((Whose.MINE, {"ana"}), (Whose.ALL, {"ana", "nobody"})):
        shown = seen(ctx_for, people.ana, whose)
        counted = [one for one in drawn if one.owner in owned and not one.gone and one.stage in STAGES[:4]]
        assert _as_numbers(shown) == _by_hand(counted, chances)


Numbers = dict[tuple[str, str], tuple[int, int, Decimal, Decimal]]


def _as_numbers(shown: Board) -> Numbers:
    found = {
        (stage.name, one.currency): (one.count, one.unvalued, one.value, one.weighted)
        for stage in shown.stages
        for one in stage.sums
    }
    totals = {("", one.currency): (one.count, one.unvalued, one.value, one.weighted) for one in shown.totals}
    return found | totals


def _by_hand(deals: Sequence[Drawn], chances: dict[str, int]) -> Numbers:
    """The slow way: deal by deal, stage by stage."""
    groups: defaultdict[tuple[str, str], list[Drawn]] = defaultdict(list)
    for one in deals:
        groups[one.stage, one.currency].append(one)
    found: Numbers = {}
    totals: dict[tuple[str, str], tuple[int, int, Decimal, Decimal]] = {}
    for (stage, currency), group in groups.items():
        unit = Decimal(1).scaleb(-CURRENCIES[currency])
        value = Decimal(sum(one.amount or 0 for one in group)) * unit
        weighted = (value * chances[stage] / 100).quantize(unit, rounding=ROUND_HALF_UP)
        numbers = (len(group), sum(one.amount is None for one in group), value, weighted)
        found[stage, currency] = numbers
        before = totals.get(("", currency), (0, 0, Decimal(0), Decimal(0)))
        totals["", currency] = (
            before[0] + numbers[0],
            before[1] + numbers[1],
            before[2] + numbers[2],
            before[3] + numbers[3],
        )
    return found | totals


def test_every_open_stage_is_there_in_order_also_without_deals(ctx_for: CtxFor, people: People) -> None:
    shown = seen(ctx_for, people.ana)

    assert [stage.name for stage in shown.stages] == list(STAGES[:4])
    assert all(stage.count == 0 for stage in shown.stages)
    assert (shown.count, shown.totals, shown.waiting) == (0, (), ())


def test_the_workspaces_currency_comes_first(ctx_for: CtxFor, people: People) -> None:
    with ctx_for(people.ana) as ctx:
        for currency in ("EUR", "EUR", "JPY", "USD"):
            make_deal(ctx, owner=people.ana, currency=currency)
    assert [one.currency for one in seen(ctx_for, people.ana).totals] == ["USD", "EUR", "JPY"]


# -- whose --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "visibility", "choices", "usual"),
    [
        ("ana", Visibility.OWN, "mine all", "mine"),
        ("ana", Visibility.TEAM, "mine team", "mine"),
        ("ana", Visibility.ALL, "mine team all", "mine"),
        ("cleo", Visibility.TEAM, "mine all", "mine"),
        ("mira", Visibility.OWN, "mine team", "team"),
        ("mira", Visibility.ALL, "mine team all", "all"),
        ("ada", Visibility.OWN, "mine all", "all"),
    ],
)
def test_people_may_ask_for_what_shows_them_more(
    ctx_for: CtxFor, people: People, who: str, visibility: Visibility, choices: str, usual: str
) -> None:
    set_visibility(ctx_for, visibility)
    shown = seen(ctx_for, getattr(people, who))

    assert " ".join(shown.choices) == choices
    assert shown.whose == usual


def test_nobodys_deal_is_in_nobodys_own_pipeline_and_within_everybodys_reach(ctx_for: CtxFor, people: People) -> None:
    with ctx_for() as ctx:
        make_deal(ctx, owner=people.ana)
        make_deal(ctx, owner=people.ben)
        make_deal(ctx, owner=people.cleo)
        make_deal(ctx, owner=None)

    counted = {
        (name, whose): seen(ctx_for, getattr(people, name), whose).count
        for name, whose in (
            ("ana", Whose.MINE),
            ("ana", Whose.ALL),
            ("mira", Whose.MINE),
            ("mira", Whose.TEAM),
            ("ada", Whose.ALL),
        )
    }
    assert list(counted.values()) == [1, 2, 0, 3, 4]
    # Who has no team in sight is told so, above their own deals.
    alone, widest = seen(ctx_for, people.ana, Whose.TEAM), seen(ctx_for, people.mira, Whose.ALL)
    assert (alone.whose, alone.no_team, alone.count) == (Whose.MINE, True, 1)
    assert (widest.whose, widest.no_team) == (Whose.TEAM, False)
    set_visibility(ctx_for, Visibility.TEAM)
    team = seen(ctx_for, people.ana, Whose.TEAM)
    assert (team.count, team.no_team) == (3, False)


def test_an_undone_deal_counts_no_more(ctx_for: CtxFor, people: People) -> None:
    with ctx_for(people.ana) as ctx:
        make_deal(ctx, owner=people.ana)
        change = ctx.change_id
    assert seen(ctx_for, people.ana).count == 1
    with ctx_for(people.ana) as ctx:
        undo(ctx, change)
    assert seen(ctx_for, people.ana).count == 0


# -- who waits ----------------------------------------------------------------------------------------------------


def test_a_deal_is_named_with_every_reason_it_waits_for(ctx_for: CtxFor, people: People, clock: FixedClock) -> None:
    with ctx_for(people.ana) as ctx:
        stage = the_stage(ctx, "Proposal")
        stage.stale_days = 14
        tomorrow, yesterday = TODAY + timedelta(days=1), TODAY - timedelta(days=1)

        def put(name: str, **over: object) -> None:
            values: dict[str, object] = {"stage": stage, "next_follow_up": tomorrow, "expected_close": tomorrow}
            make_deal(ctx, name, owner=people.ana, **(values | over))  # type: ignore[arg-type]

        put("fine")
        put("due today", next_follow_up=TODAY, expected_close=TODAY)
        put("almost stale", stage_entered_at=ctx.now - timedelta(days=15) + timedelta(seconds=1))
        put("without dates", next_follow_up=None, expected_close=None)
        put("overdue", next_follow_up=yesterday)
        put("should be closed", expected_close=yesterday)
        put("stale", stage_entered_at=ctx.now - timedelta(days=15))
        put("everything", next_follow_up=yesterday, expected_close=yesterday, stage_entered_at=ctx.now - timedelta(90))
    shown = seen(ctx_for, people.ana)

    assert {row.name: row.reasons for row in shown.waiting} == {
        "everything": (Reason.CLOSE_PASSED, Reason.FOLLOW_UP_OVERDUE, Reason.STALE),
        "overdue": (Reason.FOLLOW_UP_OVERDUE,),
        "should be closed": (Reason.CLOSE_PASSED,),
        "stale": (Reason.STALE,),
        "without dates": (Reason.NO_FOLLOW_UP,),
    }
    assert shown.waiting[0].name == "everything"
    assert shown.waiting[0].days_in_stage == 90
    assert shown.waiting_in_all == 5


def test_five_are_shown_and_the_others_counted(ctx_for: CtxFor, people: People) -> None:
    with ctx_for() as ctx:
        for number in range(8):
            day = TODAY - timedelta(days=number)
            make_deal(ctx, f"Deal {number}", owner=people.ana, expected_close=day, next_follow_up=None)
        make_deal(ctx, "Closed", owner=people.ana, closed_at=ctx.now, stage=the_stage(ctx, "Won"))
        make_deal(ctx, "Not hers", owner=people.ben)
    shown = seen(ctx_for, people.ana)

    assert [row.name for row in shown.waiting] == [f"Deal {number}" for number in (7, 6, 5, 4, 3)]
    assert shown.waiting_in_all == 8


def test_days_are_those_of_the_person_who_looks(ctx_for: CtxFor, people: People, clock: FixedClock) -> None:
    with ctx_for() as ctx:
        make_deal(ctx, owner=people.ana, next_follow_up=TODAY)
        ctx.session.scalars(select(Member).where(Member.id == people.ana.id)).one().tz = "Pacific/Auckland"
    assert seen(ctx_for, people.ana).waiting == ()
    clock.advance(hours=3)  # Tuesday in Auckland, Monday in London
    assert [row.reasons for row in seen(ctx_for, people.ana).waiting] == [(Reason.FOLLOW_UP_OVERDUE,)]
    assert seen(ctx_for, people.mira).waiting == ()


# -- several pipelines --------------------------------------------------------------------------------------------


def test_each_pipeline_has_its_own_deals(ctx_for: CtxFor, people: People) -> None:
    with ctx_for() as ctx:
        partners = make_pipeline(ctx, "Partners")
        make_deal(ctx, owner=people.ana, stage=make_stage(ctx, partners, probability=50))
        make_pipeline(ctx, "Gone", archived_at=ctx.now)
    with ctx_for(people.ana) as ctx:
        first, other = board(ctx), board(ctx, None, pipeline_meant(ctx, "partner"))

    assert [one.name for one in first.pipelines] == ["Sales", "Partners"]
    assert (first.count, other.count) == (0, 1)
    assert [stage.name for stage in other.stages] == ["Talking"]


@pytest.mark.parametrize("words", ["Partners", "PARTNERS ", "part", "partnrs"])
def test_a_pipeline_is_meant_by_its_name(ctx_for: CtxFor, people: People, words: str) -> None:
    with ctx_for() as ctx:
        partners = make_pipeline(ctx, "Partners")
        make_pipeline(ctx, "Parties")
    with ctx_for(people.ana) as ctx:
        if words == "part":
            with pytest.raises(NotFound, match="pipeline_unknown"):
                pipeline_meant(ctx, words)
        else:
            assert pipeline_meant(ctx, words) == partners.id


def test_a_name_that_fits_nothing_is_answered_with_the_names_there_are(ctx_for: CtxFor, people: People) -> None:
    with ctx_for(people.ana) as ctx:
        with pytest.raises(NotFound, match="pipeline_unknown") as refused:
            pipeline_meant(ctx, "x" * 5_000)
        assert pipeline_meant(ctx, "  ") is None
    assert refused.value.data["pipelines"] == "Sales"


def test_a_pipeline_of_nobody_is_not_found(ctx_for: CtxFor, people: People) -> None:
    with pytest.raises(NotFound), ctx_for(people.ana) as ctx:
        board(ctx, None, people.ana.id)


def test_the_sums_are_one_statement_however_many_deals_there_are(ctx_for: CtxFor, people: People) -> None:
    def statements() -> int:
        with ctx_for(people.mira) as ctx:
            return _counted(ctx)

    few = statements()
    with ctx_for() as ctx:
        for number in range(20):
            make_deal(ctx, owner=people.ana, currency=sorted(CURRENCIES)[number % 3], next_follow_up=None)
    assert statements() == few <= 6


def _counted(ctx: Ctx) -> int:
    sent: list[str] = []
    connection = ctx.session.connection()

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        sent.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    board(ctx)
    event.remove(connection, "before_cursor_execute", note)
    return len(sent)
