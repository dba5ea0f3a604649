"""The pipeline as Slack shows it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from bot import envelopes
from bot.views import pipeline as views
from core.i18n import Viewer
from core.queries.pipeline import Board, PipelineName, Reason, StageLine, Sum, Waiting, Whose
from tests.golden import assert_golden, problems_of

EN = Viewer("en_US", "UTC")
DE = Viewer("de_DE", "Europe/Berlin")
TODAY = date(2026, 3, 16)
HOSTILE = "<!channel> *x* <https://evil|ok> " + "long " * 60
SALES = PipelineName(UUID(int=1), "Sales")


def eur(count: int, value: str, weighted: str, unvalued: int = 0, currency: str = "EUR") -> Sum:
    return Sum(currency, count, unvalued, Decimal(value), Decimal(weighted))


def waiting(number: int = 1, *reasons: Reason, **over: object) -> Waiting:
    made = Waiting(
        id=UUID(int=number),
        ref=f"D-{number}",
        name="Acme rollout",
        account="Acme GmbH",
        stage="Proposal",
        value=Decimal(12_000),
        currency="EUR",
        owner="U123",
        days_in_stage=31,
        next_follow_up=date(2026, 3, 10),
        expected_close=date(2026, 3, 1),
        reasons=reasons or tuple(Reason),
    )
    return replace(made, **over)  # type: ignore[arg-type]


def board(**over: object) -> Board:
    made = Board(
        pipeline=SALES,
        pipelines=(SALES,),
        whose=Whose.MINE,
        choices=(Whose.MINE, Whose.TEAM),
        stages=(
            StageLine(UUID(int=11), "Lead in", 10, (eur(3, "9000", "900", 1),)),
            StageLine(UUID(int=12), "Qualified", 30, ()),
            StageLine(UUID(int=13), "Proposal", 50, (eur(1, "12000", "6000"),)),
        ),
        totals=(eur(4, "21000", "6900", 1),),
        waiting=(waiting(1, Reason.CLOSE_PASSED, Reason.NO_FOLLOW_UP), waiting(2, Reason.STALE, value=None)),
        waiting_in_all=2,
        today=TODAY,
    )
    return replace(made, **over)  # type: ignore[arg-type]


def test_a_reps_pipeline() -> None:
    assert_golden("pipeline/mine", views.board(board(), EN))


def test_who_asked_for_a_team_there_is_none_of_reads_why_it_is_their_own() -> None:
    empty = board(no_team=True, totals=(), stages=(), waiting=(), waiting_in_all=0)
    for shown in (board(no_team=True), empty):
        assert "these are your own" in str(views.board(shown, EN).blocks[1])


def test_several_currencies_pipelines_and_hostile_names() -> None:
    hostile = replace(SALES, name=HOSTILE)
    stages = (
        StageLine(UUID(int=11), HOSTILE, 10, (eur(1, "5", "1"), eur(2, "900", "90", currency="JPY"))),
        StageLine(UUID(int=12), HOSTILE, 20, (eur(1, "4", "1"), eur(1, "3", "1", currency="USD"))),
    )
    totals = (eur(2, "9", "2"), eur(2, "900", "90", currency="JPY"), eur(1, "3", "1", currency="USD"))
    shown = board(
        pipeline=hostile,
        pipelines=(hostile, PipelineName(UUID(int=2), "Partners")),
        whose=Whose.ALL,
        choices=tuple(Whose),
        stages=stages,
        totals=totals,
        waiting=(waiting(1, name=HOSTILE, account=HOSTILE, stage=HOSTILE),),
        waiting_in_all=23,
    )
    message = views.board(shown, DE)

    assert_golden("pipeline/currencies_hostile", message)
    assert "<!channel>" not in message.text
    # The header, the charts and the select are plain text.
    read = [block for block in message.blocks if block["type"] in ("section", "context")]
    assert "<!channel>" not in str(read)


def test_what_needs_somebody_comes_first_and_empty_stages_share_a_line() -> None:
    message = views.board(board(), EN)
    texts = [str(block.get("text", "")) for block in message.blocks]
    assert "Needs attention" in texts[1]
    assert "*D-1* · Acme rollout, Acme GmbH" in texts[2]
    assert "No deals in: Qualified" in texts[-2]


def test_an_empty_pipeline_offers_the_next_step() -> None:
    nothing = tuple(replace(stage, sums=()) for stage in board().stages)
    assert_golden("pipeline/empty", views.board(board(stages=nothing, totals=(), waiting=(), waiting_in_all=0), EN))


def test_nothing_waits() -> None:
    message = views.board(board(waiting=(), waiting_in_all=0), EN)

    assert "No deal needs attention" in str(message.blocks)
    assert problems_of(message) == []


@pytest.mark.parametrize("count", [1, 20, 21, 60])
def test_however_many_stages_the_message_is_one_that_slack_takes(count: int) -> None:
    stages = tuple(
        StageLine(UUID(int=n), f"Stage with a long name {n}", 10, (eur(1, "10", "1"),)) for n in range(count)
    )
    message = views.board(board(stages=stages, totals=(eur(count, "10", "1"),), waiting=(waiting(),) * 5), EN)

    assert problems_of(message) == []
    assert all(f"Stage with a long name {n}*" in str(message.blocks) for n in range(count))


def test_the_text_has_every_number_of_the_charts() -> None:
    shown = board()
    without = envelopes.without_newest(views.board(shown, EN))
    text = str(without.blocks)

    charts: list[Any] = list(views.charts(shown, EN))
    amounts = [point["value"] for chart in charts for series in chart["chart"]["series"] for point in series["data"]]
    assert amounts == [9000, 12000, 900, 6000], "a stage without deals has no column"
    assert all(EN.short_money(Decimal(str(amount)), "EUR") in text for amount in amounts)
    assert ".00" not in text
    assert "data_visualization" not in text


def test_currencies_are_never_on_one_axis() -> None:
    sums = (eur(1, "5", "1"), eur(1, "900", "90", currency="JPY"), eur(1, "0", "0", currency="USD"))
    stages = tuple(replace(stage, sums=sums) for stage in board().stages)
    shown = board(stages=stages, totals=(*sums, eur(1, "7", "7", currency="CHF")))
    titles = [chart["title"] for chart in views.charts(shown, EN)]

    assert titles == ["Value by stage, EUR", "Value by stage, JPY"]


def test_a_window_shows_it_without_the_chart() -> None:
    assert problems_of(envelopes.message_modal(views.board(board(), EN), "Rapport")) == []
