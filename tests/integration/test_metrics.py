"""Each number of a digest or report beside a slow and obvious count over the rows, on random histories."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from random import Random
from statistics import median
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.context import SYSTEM, Ctx
from core.db import Database
from core.enums import EmailProgress, InboundState, MailKind, StageKind, TargetKind
from core.models import Activity, ActivityObjection, Deal, InboundEmail, Member, Objection, Target
from core.queries import metrics
from core.queries.metrics import Need, Number, Progress, Span
from core.queries.metrics.needy import AT_LEAST, ENOUGH_STAYS, QUIET, TIMES_USUAL
from core.queries.metrics.targets import Set, outermost
from core.queries.pipeline import Whose
from core.queries.report_rows import report_rows
from core.queries.reports import Week, by_person, goal_from, monday_of, report
from core.targets import Holder, TargetsInput, month_after, remove, set_targets
from core.workspaces import describe_member
from tests.factories import FixedClock, ctx_as, make_workspace
from tests.integration.metrics_by_hand import ByHand
from tests.integration.metrics_world import STEP, STEPS, THINGS, Step, Team, happen, make_team, rows

SYDNEY = ZoneInfo("Australia/Sydney")
CURRENCIES = {"EUR": 2, "JPY": 0}
Sums = dict[str, tuple[int, Decimal]]


def added(deals: Sequence[Deal]) -> Sums:
    sums: defaultdict[str, tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for deal in deals:
        count, value = sums[deal.currency]
        sums[deal.currency] = (count + 1, value + (deal.value or 0))
    return dict(sums)


def check_figures(ctx: Ctx, span: Span, hand: ByHand) -> None:
    slack = {one.id: one.slack_user_id for one in rows(ctx, Member)}
    new = [(one, one.created_by_id) for one in hand.deals if hand.inside(one.created_at)]
    for number, expected in (
        (Number.NEW_DEALS, new),
        (Number.WON, hand.closed(StageKind.WON)),
        (Number.LOST, hand.closed(StageKind.LOST)),
        (Number.MOVED, hand.moved()),
        (Number.SLIPPED, hand.slipped()),
    ):
        figure = metrics.figure(ctx, number, span)
        assert figure.count == len(expected), number
        assert {one.currency: (one.count, one.value) for one in figure.sums} == added([one for one, _ in expected])
        assert dict(figure.people) == Counter(slack[by] if by else "" for _, by in expected), number
        owners = metrics.per_person(ctx, number, span)
        for owner in {one.owner_id for one, _ in expected}:
            mine = added([one for one, _ in expected if one.owner_id == owner])
            assert {one.currency: (one.count, one.value) for one in owners[owner]} == mine
        shown = metrics.page_of(ctx, number, span, size=100).rows
        assert {one.id for one in shown} == {one.id for one, _ in expected}, number
    assert metrics.figure(ctx, Number.NEW_LEADS, span).count == len(hand.leads())


def check_talk(ctx: Ctx, span: Span, hand: ByHand) -> None:
    calls, found = hand.calls(), metrics.calls(ctx, span)
    assert found.count == len(calls)
    assert found.by_outcome == Counter(one.outcome for one in calls)
    lengths = [one.duration_minutes for one in calls if one.duration_minutes is not None]
    assert found.average == (timedelta(minutes=round(sum(lengths) / len(lengths))) if lengths else None)

    heard: Counter[str] = Counter()
    names = {one.id: one.name for one in rows(ctx, Objection)}
    talked = {
        one.id
        for one in rows(ctx, Activity)
        if one.archived_at is None and hand.inside(one.at) and hand.theirs(one.owner_id)
    }
    for one in rows(ctx, ActivityObjection):
        if one.activity_id in talked and one.archived_at is None:
            heard[names[one.objection_id]] += 1
    assert dict(metrics.by_word(ctx, Number.OBJECTIONS, span)) == heard

    sent, mails = hand.mails(), metrics.mails(ctx, span)
    arrived = {EmailProgress.DELIVERED, EmailProgress.OPENED, EmailProgress.CLICKED, EmailProgress.SPAM}
    delivered = [one for one in sent if one.progress in arrived or one.replied_at]
    assert mails.sent == len(sent)
    assert mails.delivered == len(delivered)
    assert mails.opened == sum(one.opened_at is not None for one in delivered)
    assert mails.replied == sum(one.replied_at is not None for one in sent)
    assert mails.replied_rate is None or mails.replied_rate <= 100

    waiting = [
        one
        for one in rows(ctx, InboundEmail)
        if one.state is InboundState.LINKED
        and one.kind is MailKind.HUMAN
        and one.handled_at is None
        and hand.theirs(one.owner_id)
    ]
    assert metrics.figure(ctx, Number.WAITING, span).count == len(waiting)


def check_standing(ctx: Ctx, span: Span, hand: ByHand) -> None:
    groups: defaultdict[tuple[UUID, str], list[list[Decimal]]] = defaultdict(lambda: [[], []])
    for deal in hand.deals:
        if deal.closed_at is None:
            groups[deal.stage_id, deal.currency][0].append(deal.value or Decimal(0))
    for deal in hand.all_deals:
        if hand.theirs(deal.owner_id) and hand.open_before(deal, span.since):
            stage = UUID(str(hand.as_of(deal, "stage_id", span.since)))
            value = hand.as_of(deal, "value", span.since)
            currency = str(hand.as_of(deal, "currency", span.since))
            groups[stage, currency][1].append(Decimal(str(value)) if value is not None else Decimal(0))
    expected = {}
    for (stage_id, currency), (now, then) in groups.items():
        unit, chance = Decimal(1).scaleb(-CURRENCIES[currency]), hand.stages[stage_id].probability
        weighted = [
            (sum(part, Decimal(0)) * chance / 100).quantize(unit, rounding=ROUND_HALF_UP) for part in (now, then)
        ]
        expected[stage_id, currency] = (
            len(now), sum(now, Decimal(0)), weighted[0], len(then), sum(then, Decimal(0)), weighted[1]
        )  # fmt: skip
    found = {
        (one.stage_id, currency): (
            sums.count,
            sums.value,
            sums.weighted,
            sums.count_before,
            sums.value_before,
            sums.weighted_before,
        )
        for one in metrics.standing(ctx, span.since, span)
        for currency, sums in one.by_currency.items()
    }
    assert found == expected


def check_needy(ctx: Ctx, span: Span, hand: ByHand) -> None:
    stays: defaultdict[UUID, list[float]] = defaultdict(list)
    for deal in hand.all_deals:
        if deal.archived_at is not None:
            continue
        way = hand.way(deal)
        for entered, left in pairwise(way):
            stays[entered.to_stage_id].append((left.at - entered.at).total_seconds())
    expected = {}
    for deal in hand.deals:
        if deal.closed_at is not None:
            continue
        here, ended = (ctx.now - deal.stage_entered_at).total_seconds(), stays[deal.stage_id]
        stage = hand.stages[deal.stage_id]
        if len(ended) >= ENOUGH_STAYS:
            slow = here > TIMES_USUAL * median(ended)
        else:
            slow = stage.stale_days is not None and here >= (stage.stale_days + 1) * 86_400
        needs = {
            Need.SLOW: slow and here > AT_LEAST.total_seconds(),
            Need.NO_NEXT_STEP: not deal.next_step and deal.next_follow_up is None,
            Need.QUIET: (deal.last_touch_at or deal.created_at) < ctx.now - QUIET,
        }
        if any(needs.values()):
            expected[deal.id] = {need for need, is_so in needs.items() if is_so}
    found, in_all = metrics.needy(ctx, span, limit=100)
    assert {one.id: set(one.needs) for one in found} == expected
    assert in_all == len(expected)


def check_targets(ctx: Ctx, span: Span, hand: ByHand) -> None:
    """Ana's team is Ana and Ben: what is set for the team counts instead of what is set for each of them."""
    names = {one.id: one.name.partition(" ")[0] for one in rows(ctx, Member)}
    alone = span.people is not None and len(span.people) == 1
    expected = {}
    month = metrics.month_of(day_of(span), span.zone, span.people)
    counted = ByHand(ctx, month)
    for target in rows(ctx, Target):
        key = (target.kind, target.currency)
        if target.month != day_of(span).replace(day=1) or target.archived_at is not None:
            continue
        if alone and (target.team or names[target.member_id] != "Ana"):
            continue
        if not alone and not target.team and key in {(one.kind, one.currency) for one in rows(ctx, Target) if one.team}:
            continue
        done = {
            TargetKind.VALUE_WON: sum(
                (one.value or 0 for one, _ in counted.closed(StageKind.WON) if one.currency == target.currency),
                Decimal(0),
            ),
            TargetKind.CALLS: Decimal(len(counted.calls())),
            TargetKind.MAILS: Decimal(len(counted.mails())),
        }[target.kind]
        before, _ = expected.get(key, (Decimal(0), done))
        expected[key] = (before + target.amount, done)
    found = metrics.progress(ctx, day_of(span), span)
    assert {(one.kind, one.currency): (one.target, one.done) for one in found} == expected


def day_of(span: Span) -> date:
    return span.since.astimezone(span.zone).date()


def check_people(ctx: Ctx, span: Span, hand: ByHand) -> None:
    """The week the span begins in, each person's, and what the next week has to bring."""
    week = Week(monday_of(day_of(span)), SYDNEY, Whose.ALL)
    counted = ByHand(ctx, week.span(ctx))
    slack = {one.slack_user_id: one.id for one in rows(ctx, Member)} | {"": None}
    found = by_person(ctx, week)
    for one in found:
        who = slack[one.slack_user_id]
        assert one.calls == sum(call.owner_id == who for call in counted.calls())
        assert one.mails == sum(mail.sender_id == who for mail in counted.mails())
        assert one.replies == sum(mail.sender_id == who and mail.replied_at is not None for mail in counted.mails())
        assert one.leads == sum(lead.owner_id == who for lead in counted.leads())
        for sums, kind in ((one.won, StageKind.WON), (one.lost, StageKind.LOST)):
            deals = added([deal for deal, _ in counted.closed(kind) if deal.owner_id == who])
            assert {money.currency: (money.count, money.value) for money in sums} == deals
    assert sum(one.calls for one in found) == len(counted.calls())
    assert sum(one.leads for one in found) == len(counted.leads())
    for row in report_rows(report(ctx, week), found):
        if (row.part, row.what) == ("calls", "made"):
            assert row.count == len(counted.calls())
        if (row.part, row.what) == ("mails", "sent"):
            assert row.count == len(counted.mails())


CHECKS: tuple[Callable[[Ctx, Span, ByHand], None], ...] = (
    check_figures,
    check_talk,
    check_standing,
    check_needy,
    check_targets,
    check_people,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, since=st.integers(0, 30), length=st.integers(1, 40), whose=st.integers(0, 2))
def test_each_number_is_what_counting_by_hand_gives(
    database: Database, clock: FixedClock, steps: list[Step], since: int, length: int, whose: int
) -> None:
    compare(database, clock, steps, [(since, length, whose)])


@pytest.mark.parametrize("seed", range(3))
def test_so_it_is_of_a_long_history(database: Database, clock: FixedClock, seed: int) -> None:
    chance = Random(seed)
    steps = [Step(chance.choice(THINGS), chance.randrange(9), chance.randrange(12)) for _ in range(160)]
    compare(database, clock, steps, [(chance.randrange(120), chance.randrange(20, 60), one) for one in (0, 0, 1, 2)])


def compare(
    database: Database, clock: FixedClock, steps: Sequence[Step], spans: Sequence[tuple[int, int, int]]
) -> None:
    begin, here = clock.now(), make_workspace(database, clock).id
    with ctx_as(database, clock, here, None) as ctx:
        team = make_team(ctx)
        for step in steps:
            actor = team.one(step.how + step.which)
            ctx.now, ctx.actor = clock.advance(STEP), describe_member(actor) if actor else SYSTEM
            happen(ctx, team, step)
            ctx.session.flush()
        ctx.actor = SYSTEM
        set_some_targets(ctx, team, begin.date())
    everybody = (None, frozenset({team.ana.id}), frozenset({team.ana.id, team.ben.id}))
    with ctx_as(database, clock, here, None) as ctx:
        for since, length, whose in spans:
            span = Span(begin + since * STEP, begin + (since + length) * STEP, everybody[whose], SYDNEY)
            hand = ByHand(ctx, span)
            for check in CHECKS:
                check(ctx, span, hand)


def set_some_targets(ctx: Ctx, team: Team, first: date) -> None:
    """Ben works for Ana. Of each month: what is set for both together, for each of them, and what was taken away."""
    team.ben.manager_id = team.ana.id
    months, month = [], first.replace(day=1)
    while month <= ctx.now.date() + timedelta(days=200):
        months.append(month)
        month = month_after(month)
    for number, month in enumerate(months, start=1):
        euros, yen = {"EUR": Decimal(900 * number)}, {"JPY": Decimal(50), "EUR": Decimal(7)}
        set_targets(ctx, Holder(team.ana.id, team=True), month, TargetsInput(euros), ())
        set_targets(ctx, Holder(team.ana.id), month, TargetsInput(yen, calls=number), ())
        set_targets(ctx, Holder(team.ben.id), month, TargetsInput(yen, calls=3, mails=5), ())
        if number % 2:
            remove(ctx, Holder(team.ben.id), month)


@given(
    day=st.dates(date(2024, 1, 1), date(2040, 12, 31)),
    target=st.decimals(1, 10**9, places=2),
    done=st.decimals(0, 10**9, places=2),
)
def test_a_weeks_goals_reach_the_target_and_no_more(day: date, target: Decimal, done: Decimal) -> None:
    monday = monday_of(day)
    goal = goal_from(Progress(TargetKind.VALUE_WON, "EUR", target, done), monday).amount
    days = [monday + timedelta(days=n) for n in range(31)]
    left = Decimal(max(sum(one.month == monday.month and one.weekday() < 5 for one in days), 5)) / 5
    assert goal == goal.to_integral_value() >= 0
    assert goal * left >= target - done
    assert goal == 0 or (goal - 1) * left < target - done


ADA, MIRA, ANA, BEN = (UUID(int=number) for number in range(1, 5))
ABOVE = {ADA: None, MIRA: ADA, ANA: MIRA, BEN: MIRA}


def wanted(member_id: UUID, amount: int, *, team: bool = False, currency: str = "EUR") -> Set:
    return Set(uuid4(), member_id, team, TargetKind.VALUE_WON, currency, Decimal(amount))


def test_no_target_counts_twice() -> None:
    own = [wanted(ANA, 10), wanted(BEN, 20), wanted(MIRA, 5)]
    team, dollars = wanted(MIRA, 100, team=True), wanted(ANA, 7, currency="USD")
    for people, expected in (
        (None, [100, 7]),
        (frozenset({MIRA, ANA, BEN}), [100, 7]),
        (frozenset({ANA}), [7, 10]),
        (frozenset({MIRA}), [5]),
    ):
        found = outermost([*own, team, dollars], ABOVE, people)
        assert sorted(one.amount for one in found) == sorted(map(Decimal, expected))
    assert outermost([team, wanted(ADA, 500, team=True)], ABOVE, None)[0].amount == 500
