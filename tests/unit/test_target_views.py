"""Targets as Slack shows them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from bot.replies import Modal
from bot.routes import SaveTargets, TargetPlace
from bot.views import targets as views
from bot.views.settings import Done, Meanwhile, Shown
from core.enums import TargetKind
from core.i18n import Viewer
from core.queries.history import FieldChange
from core.queries.metrics import Progress, Span
from core.queries.pipeline import Whose
from core.queries.records import Page
from core.queries.targets import MonthProgress, TargetDetails, TargetPage, TargetRow
from core.targets import Holder, Wanted
from tests.golden import assert_golden

EN = Viewer("en_US", "UTC")
JUNE = date(2030, 6, 1)
HOSTILE = "<!channel> *x*"
MIRA, ANA = UUID(int=1), UUID(int=2)
WON = Progress(TargetKind.VALUE_WON, "EUR", Decimal(60_000), Decimal(12_000))
CALLS = Progress(TargetKind.CALLS, "", Decimal(40), Decimal(50))
MAIL = Progress(TargetKind.MAILS, "", Decimal(1), Decimal(0))
TEAM_ROW = TargetRow(Holder(MIRA, team=True), "U0MIRA", "Mira Brandt", (WON,), (CALLS,), may_set=True)
ANA_ROW = TargetRow(Holder(ANA), "U0ANA", "Ana Costa", (), (), may_set=True)
MINE = TargetRow(Holder(ANA), "U0ANA", "Ana Costa", (WON, CALLS, MAIL), (), may_set=False)
WANTED = (Wanted(TargetKind.VALUE_WON, Decimal("60000.50"), "EUR"), Wanted(TargetKind.CALLS, Decimal(40)))
SAVING = SaveTargets(Holder(MIRA, team=True), JUNE, ("EUR", "USD"), WANTED, TargetPlace(JUNE, "mi", 1))
OTTO = Meanwhile("Otto <b>", (FieldChange("calls", None, "40"),))
ALL = TargetPage(JUNE, JUNE, "", Page((TEAM_ROW, ANA_ROW)), may_set=True, to_copy=True)
SPAN = Span(datetime(2030, 6, 1, tzinfo=UTC), datetime(2030, 7, 1, tzinfo=UTC))
PROGRESS = MonthProgress(JUNE, Whose.TEAM, SPAN, (WON, CALLS, MAIL), 9, may_set=True)
WINDOWS: dict[str, Modal] = {
    "list": views.page_modal(ALL, Done("Saved.", UUID(int=9)), "abc", EN),
    "list_own": views.page_modal(TargetPage(JUNE, JUNE, "", Page((MINE,)), may_set=False, to_copy=False), None, "", EN),
    "list_searched": views.page_modal(
        replace(ALL, words=HOSTILE, page=Page((ANA_ROW,), 1, has_more=True)), None, "abc", EN
    ),
    "list_first_month": views.page_modal(replace(ALL, month=date(2025, 1, 1), to_copy=False), None, "abc", EN),
    "list_last_month": views.page_modal(replace(ALL, month=date(2035, 12, 1), to_copy=False), None, "abc", EN),
    "list_nobody": views.page_modal(replace(ALL, words=HOSTILE, page=Page()), None, "abc", EN),
    "form": views.form_modal(
        TargetDetails(TEAM_ROW, WANTED, ("EUR", "USD")), SAVING, views.values_of(WANTED), Shown(None, "abc"), EN
    ),
    "form_new": views.form_modal(
        TargetDetails(ANA_ROW, (), ("EUR",)), replace(SAVING, holder=Holder(ANA), seen=()), {}, Shown(OTTO, "abd"), EN
    ),
    "progress": views.progress_modal(PROGRESS, EN),
    "progress_over": views.progress_modal(replace(PROGRESS, days_left=0, may_set=False), EN),
    "progress_none": views.progress_modal(replace(PROGRESS, progress=()), EN),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_windows(name: str) -> None:
    assert_golden(f"targets/{name}", WINDOWS[name])
    assert "<!channel>" not in str([block.get("text") for block in WINDOWS[name].blocks if block["type"] == "section"])


def test_it_is_said_in_the_readers_way() -> None:
    german = Viewer("de_DE", "Europe/Berlin")
    assert views.said(WON, german).startswith("12.000")
    assert views.said(CALLS, EN) == "50 of 40 calls (125%)"
    assert views.said(MAIL, EN) == "0 of 1 mail (0%)"
