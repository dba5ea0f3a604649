"""The daily digest, its thread and its windows, as Slack shows them."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from textwrap import wrap
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from bot.replies import Message, Modal
from bot.views import digests as views
from core.digests import NEWS, USUAL, DigestData
from core.enums import EntityType, TargetKind
from core.i18n import Viewer
from core.queries.metrics import (
    Figure,
    Money,
    Need,
    Needy,
    Number,
    NumberRow,
    Progress,
    Span,
    StageStanding,
    Standing,
)
from core.queries.pipeline import Whose
from core.queries.search import Hit
from core.schedules import Times
from tests.golden import assert_golden

EN, DE = Viewer("en_US", "UTC"), Viewer("de_DE", "UTC")
HOSTILE = "<!channel> *x* " + "long " * 20
PHONE_CHARACTERS, PHONE_LINES, BUTTON_LINES = 40, 29, 2
"""What a phone of 390 × 844 shows of a message at once, measured in the sandbox; a row of buttons is two lines high."""
SPAN = Span(datetime(2030, 6, 3, 7, tzinfo=UTC), datetime(2030, 6, 4, 7, tzinfo=UTC), None, ZoneInfo("Europe/Berlin"))


def standing(count: int, value: int, before: int) -> Standing:
    half = Decimal(value) / 2
    return Standing(count, Decimal(value), half, count, Decimal(before), half)


def stage(number: int, name: str, by_currency: dict[str, Standing]) -> StageStanding:
    return StageStanding(UUID(int=number), name, UUID(int=9), "Sales", by_currency)


def needy(ref: str, name: str) -> Needy:
    needs = (Need.SLOW, Need.NO_NEXT_STEP)
    return Needy(UUID(int=3), ref, name, "Acme", "Lead in", Decimal(9), "EUR", "U0ANA", 86, 14, None, needs)


FULL = DigestData(
    day=date(2030, 6, 4),
    span=SPAN,
    whose=Whose.ALL,
    figures={
        Number.WON: Figure(1, (Money("EUR", 1, Decimal("72544.78")),), (("U0MIRA", 1),)),
        Number.LOST: Figure(1, (Money("EUR", 1, Decimal(25_000)),), (("U0BEN", 1),)),
        Number.NEW_DEALS: Figure(2, (Money("EUR", 2, Decimal(13_000)),), (("U0BEN", 2),)),
        Number.NEW_LEADS: Figure(3, (), (("U0ANA", 2), ("U0BEN", 1))),
        Number.MOVED: Figure(4, (Money("EUR", 4, Decimal(108_500)),), (("U0BEN", 2), ("U0MIRA", 2))),
        Number.SLIPPED: Figure(1, (Money("EUR", 1, Decimal(9_000)),), (("U0ANA", 1),)),
    },
    stages=(
        stage(1, "Lead in", {"EUR": standing(7, 200_000, 262_000), "USD": standing(3, 95_500, 95_500)}),
        stage(2, "Proposal", {"EUR": standing(6, 557_000, 557_000), "GBP": standing(0, 0, 39_000)}),
    ),
    targets=(
        Progress(TargetKind.VALUE_WON, "EUR", Decimal(250_000), Decimal("78570.35")),
        Progress(TargetKind.CALLS, "", Decimal(160), Decimal(52)),
    ),
    waiting=Figure(2),
    needy=(
        needy("D-40", "Douro Cork: packing station"),
        needy("D-50", "Tejo Shipyards: packing station"),
        needy("D-39", "Krakow Glass: vision inspection"),
    ),
    needy_in_all=1234,
    currency="EUR",
    names={"U0ANA": "Ana Costa", "U0BEN": "Ben Okafor", "U0MIRA": "Mira Brandt"},
)
LITTLE = replace(
    FULL,
    figures=dict.fromkeys(NEWS, Figure()) | {Number.NEW_LEADS: Figure(1)},
    stages=(),
    targets=(),
    waiting=Figure(),
    needy=(),
    needy_in_all=0,
)
FOREIGN = replace(
    FULL,
    stages=(stage(1, HOSTILE, {"EUR": standing(1, 5, 4)}),),
    needy=(needy("D-1", HOSTILE),),
    names={"U0ANA": "<!channel>", "U0BEN": "<@U0SAM>"},
)
ROW = NumberRow(
    UUID(int=1), Hit(EntityType.DEAL, UUID(int=3), "D-3", HOSTILE, "Acme"), "U0ANA", "EUR", Decimal(12_000),
    datetime(2030, 6, 3, 12, tzinfo=UTC), "Lead in", "Proposal",
)  # fmt: skip
ROWS = {Number.WON: (ROW,), Number.MOVED: (ROW, replace(ROW, by=""))}

SHOWN: dict[str, Message | Modal] = {
    "channel": views.message(FULL, "C0SALES", EN),
    "own": views.message(replace(FULL, whose=Whose.TEAM), "U0MIRA", DE),
    "little": views.message(LITTLE, "C0SALES", EN),
    "foreign": views.message(FOREIGN, "C0SALES", EN),
    "thread": views.details(FULL, ROWS, EN),
    "thread_foreign": views.details(FOREIGN, ROWS, EN),
    "thread_little": views.details(LITTLE, {Number.NEW_LEADS: (replace(ROW, value=None, currency=""),)}, EN),
    "settings": views.settings("C0SALES", Times(time(7), 0b0010101), USUAL, EN),
    "settings_never": views.settings("C0SALES", None, USUAL, EN),
    "own_settings": views.own_settings(Times(time(7), 0b0001111), EN),
    "own_settings_never": views.own_settings(None, EN),
    "not_admin": views.not_admin(EN),
    "saved": views.saved("C0SALES", Times(time(7), 0b0010101), EN),
    "saved_own": views.saved("", USUAL, DE),
    "saved_never": views.saved("", None, EN),
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_shown(name: str) -> None:
    assert_golden(f"digests/{name}", SHOWN[name])
    told = str([block.get("text") for block in SHOWN[name].blocks if block["type"] == "section"])
    assert "<!channel>" not in told
    assert "<@" not in told, "nobody is pinged"


def test_no_currency_is_passed_over_in_silence() -> None:
    sums = tuple(Money(currency, 1, Decimal(1_250)) for currency in ("EUR", "GBP", "USD", "CHF"))
    won = Figure(1_234, sums, (("U0MIRA", 1_233), ("U0BEN", 1)))
    shown = views.message(replace(FULL, figures={**FULL.figures, Number.WON: won}), "C1", EN)
    assert "*Won 1,234* · €1,250 · £1,250 · 2 other currencies · Mira Brandt 1,233, Ben Okafor 1" in str(shown.blocks)


def test_a_full_one_is_one_screen_of_a_phone() -> None:
    title, *others = SHOWN["channel"].blocks
    texts = [str(block["text"]["text"]).replace("*", "") for block in others if block["type"] == "section"]  # type: ignore[index]
    lines = [row for text in texts for line in text.split("\n") for row in wrap(line, PHONE_CHARACTERS)]
    assert title["type"] == "header"
    assert len(lines) + len(texts) + 2 * BUTTON_LINES <= PHONE_LINES, "\n".join(lines)
