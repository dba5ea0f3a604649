"""Deals as Slack shows them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from bot.replies import Modal
from bot.routes import LoseDeal, SaveDeal, WinDeal
from bot.views import deal_forms as forms
from bot.views import deals as views
from core.enums import ActivityKind, CallOutcome, Direction, QuoteStatus, StageKind
from core.i18n import Viewer
from core.queries.activities import TimelineItem
from core.queries.deals import DealCard, DealRow
from core.queries.history import Amount, FieldChange
from core.queries.quotes import QuoteRow
from core.queries.records import Page
from core.queries.stages import DealWay, Reason, StageRow, StageStep
from tests.golden import assert_golden, problems_of

EN = Viewer("en_US", "UTC")
DE = Viewer("de_DE", "Europe/Berlin")
NOW = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
CHANGE = UUID(int=99)
HOSTILE = "<!channel> *x* <https://evil|ok> " + "long " * 1000
STAGES = tuple(
    StageRow(UUID(int=10 + n), name, kind, probability)
    for n, (name, kind, probability) in enumerate(
        (
            ("Lead in", StageKind.OPEN, 10),
            ("Proposal", StageKind.OPEN, 50),
            ("Won", StageKind.WON, 100),
            ("Lost", StageKind.LOST, 0),
        )
    )
)
CALL = TimelineItem(
    id=UUID(int=50),
    at=NOW - timedelta(hours=2),
    kind=ActivityKind.CALL,
    who="Ana Silva",
    direction=Direction.OUTBOUND,
    outcome=CallOutcome.CALL_BACK,
    duration_minutes=12,
    notes="Wants the numbers\nby Friday",
    next_step="Send the offer",
    objections=("Too expensive",),
)
QUOTE = QuoteRow(
    UUID(int=60), "Q-2026-0001", QuoteStatus.DRAFT, "Acme rollout", Decimal(9000), "EUR", date(2026, 4, 15)
)
FULL = DealCard(
    id=UUID(int=1),
    ref="D-7",
    name="Acme rollout",
    version=3,
    stage_id=STAGES[1].id,
    stage="Proposal",
    stage_kind=StageKind.OPEN,
    probability=50,
    stage_entered_at=NOW - timedelta(days=20),
    days_in_stage=20,
    stale=True,
    value=Decimal("12500.50"),
    currency="EUR",
    account_id=UUID(int=2),
    account="Acme GmbH",
    contact_id=UUID(int=3),
    contact="Lena Fischer",
    owner="U1",
    expected_close=date(2026, 3, 1),
    next_step="Send the offer",
    next_follow_up=TODAY + timedelta(days=1),
    loss_reason="",
    competitor="",
    closed_at=None,
    last_touch_at=NOW - timedelta(days=2),
    today=TODAY,
    stages=STAGES,
    timeline=(CALL,),
    quotes=(QUOTE,),
    can_edit=True,
    can_assign=True,
)
BARE = replace(
    FULL,
    stale=False,
    value=None,
    account_id=None,
    account="",
    contact_id=None,
    contact="",
    owner="",
    expected_close=None,
    next_step="",
    next_follow_up=None,
    last_touch_at=None,
    timeline=(),
    quotes=(),
)
LOST = replace(
    FULL,
    stage_id=STAGES[3].id,
    stage="Lost",
    stage_kind=StageKind.LOST,
    stale=False,
    loss_reason="Price",
    competitor="Globex",
    closed_at=NOW,
)
WON = replace(FULL, stage_id=STAGES[2].id, stage="Won", stage_kind=StageKind.WON, stale=False, closed_at=NOW)


def row(n: int = 1, **over: object) -> DealRow:
    made = DealRow(
        id=UUID(int=n),
        ref=f"D-{n}",
        name=f"Deal {n}",
        account="Acme GmbH",
        stage="Proposal",
        stage_kind=StageKind.OPEN,
        days_in_stage=n,
        value=Decimal(1000 * n),
        currency="EUR",
        owner="U1",
        expected_close=TODAY + timedelta(days=n),
        today=TODAY,
    )
    return replace(made, **over)


def text_of(payload: object) -> str:
    return str(payload)


@pytest.mark.parametrize(
    ("name", "deal"),
    [("full", FULL), ("bare", BARE), ("won", WON), ("lost", LOST)],
    ids=["full", "bare", "won", "lost"],
)
def test_card(name: str, deal: DealCard) -> None:
    assert_golden(f"deals/card_{name}", views.card(deal, EN))


def test_card_in_german_numbers() -> None:
    assert "12.500,50\xa0€" in views.card(FULL, DE).text


def test_who_may_only_look_gets_nothing_to_change() -> None:
    shown = views.card(replace(FULL, can_edit=False, can_assign=False), EN)
    assert_golden("deals/card_read_only", shown)
    assert WinDeal.id not in text_of(shown.blocks)


def test_a_closed_deal_is_neither_won_nor_lost_again_by_button() -> None:
    for deal in (WON, LOST):
        assert WinDeal.id not in text_of(views.card(deal, EN).blocks)
        assert LoseDeal.id not in text_of(views.card(deal, EN).blocks)


def test_hostile_and_endless_text_is_cut_and_harmless() -> None:
    deal = replace(
        FULL,
        name=HOSTILE[:200],
        account=HOSTILE[:200],
        contact=HOSTILE[:200],
        next_step=HOSTILE[:300],
        stage=HOSTILE[:200],
        timeline=(replace(CALL, notes=HOSTILE, next_step=HOSTILE, who=HOSTILE, objections=(HOSTILE, HOSTILE)),) * 5,
        quotes=(QUOTE,) * 3,
    )
    message = views.card(deal, EN)
    assert problems_of(message) == []
    mrkdwn = [str(block) for block in message.blocks if block["type"] != "header"]
    assert "<!channel>" not in "".join(mrkdwn)
    assert "<https" not in message.text
    assert problems_of(views.done(views.moved_text(deal, EN), deal, CHANGE, EN)) == []
    assert problems_of(views.listing(Page((replace(row(), name=HOSTILE[:200]),)), HOSTILE, EN)) == []
    assert problems_of(views.several((replace(row(), name=HOSTILE[:200]),), HOSTILE, EN)) == []
    assert problems_of(forms.loss_modal(deal, [Reason(UUID(int=1), "Price")], None, EN)) == []
    assert problems_of(forms.edit_deal_modal(deal, forms.values_of(deal), EN)) == []
    assert problems_of(forms.owner_modal(deal, EN)) == []


@pytest.mark.parametrize("deal", [FULL, WON, LOST])
def test_what_was_done_reads_alone(deal: DealCard) -> None:
    message = views.done(views.moved_text(deal, EN), deal, CHANGE, EN)
    assert message.text.startswith("D-7 Acme rollout ")
    assert problems_of(message) == []


def test_done() -> None:
    assert_golden("deals/moved", views.done(views.moved_text(FULL, EN), FULL, CHANGE, EN))
    assert_golden("deals/unchanged", views.unchanged(views.same_stage_text(FULL, EN), FULL, EN))


def test_given_away() -> None:
    created = views.created_text("D-7", EN)
    assert_golden("deals/handed_over", views.handed_over(created, "U2", CHANGE, EN))
    assert views.owner_text("D-7", "", EN) == "Deal D-7 belongs to nobody now."
    assert views.owner_text("D-7", "U2", EN) == "Deal D-7 now belongs to <@U2>."


def test_lists() -> None:
    assert_golden("deals/list_empty", views.listing(Page(), "", EN))
    assert_golden("deals/list_no_hit", views.listing(Page(), "globex <b>", EN))
    late = row(3, expected_close=None, value=None, owner="", account="")
    assert_golden("deals/list_middle", views.listing(Page((row(1), row(2), late), 1, has_more=True), "", EN))
    done = row(4, stage="Won", stage_kind=StageKind.WON)
    assert_golden("deals/list_words", views.listing(Page((done,)), "acme", EN))
    assert_golden("deals/several", views.several((row(1), row(2)), "deal", EN))
    assert_golden("deals/which", views.which_deal("/deal view D-7", EN))


def test_the_form_of_a_new_deal() -> None:
    values = {"name": "", "currency": "SEK", "owner": "U1"}
    modal = forms.new_deal_modal(STAGES, values, EN)
    assert_golden("deals/form_new", modal)
    offered = [choice["value"] for choice in block(modal, "stage_id")["element"]["options"]]  # type: ignore[index]
    assert offered == [str(stage.id) for stage in STAGES if stage.kind is StageKind.OPEN]


def test_the_currencies_start_with_the_workspaces_and_name_none_twice() -> None:
    codes = [choice.value for choice in forms.currency_choices("SEK", "EUR")]
    assert codes[:2] == ["SEK", "EUR"]
    assert len(codes) == len(set(codes)) >= 10


def test_the_form_of_a_deal() -> None:
    assert_golden("deals/form_edit", forms.edit_deal_modal(FULL, forms.values_of(FULL), EN))


def test_a_closed_deal_keeps_its_stage_in_the_form() -> None:
    modal = forms.edit_deal_modal(WON, forms.values_of(WON), EN)
    assert block(modal, "stage_id")["element"]["initial_option"]["value"] == str(WON.stage_id)  # type: ignore[index]


def test_the_form_after_somebody_elses_edit_saves_upon_theirs() -> None:
    changes = [FieldChange("value", Amount(Decimal(5), "EUR"), Amount(Decimal(7), "EUR"))]
    meanwhile = forms.Meanwhile("Mira <Brandt>", changes, version=9)
    modal = forms.edit_deal_modal(FULL, forms.values_of(FULL), EN, meanwhile)
    assert_golden("deals/form_meanwhile", modal)
    assert modal.route == SaveDeal(FULL.id, 9, more=True)


def test_losing() -> None:
    reasons = [Reason(UUID(int=70), "Price"), Reason(UUID(int=71), "Timing")]
    assert_golden("deals/loss", forms.loss_modal(FULL, reasons, STAGES[3].id, EN))
    assert_golden("deals/owner", forms.owner_modal(FULL, EN))


def test_the_way() -> None:
    start = NOW - timedelta(days=25)
    steps = (
        StageStep("Proposal", NOW - timedelta(days=20), None, "Ana Silva"),
        StageStep("Lead in <b>", start, NOW - timedelta(days=20), ""),
    )
    assert_golden("deals/way", forms.way(DealWay(FULL.id, "D-7", "Acme rollout", steps, NOW), EN))
    assert problems_of(forms.way(DealWay(FULL.id, "D-7", "Acme", (), NOW), EN)) == []
    assert problems_of(forms.way(DealWay(FULL.id, "D-7", "Acme", steps * 50, NOW), EN)) == []


def block(modal: Modal, name: str) -> dict[str, object]:
    return next(dict(one) for one in modal.blocks if one.get("block_id") == name)
