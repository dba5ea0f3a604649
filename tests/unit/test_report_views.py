"""The weekly report and the rows behind its numbers, as Slack shows them."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from bot.replies import Message, Modal
from bot.routes import NumberAsked
from bot.views import kit, numbers
from bot.views import reports as views
from core.enums import CallOutcome, EntityType, TargetKind
from core.i18n import Viewer
from core.queries.metrics import Calls, Figure, Mails, Money, Need, Needy, Number, NumberRow
from core.queries.pipeline import Whose
from core.queries.records import Page
from core.queries.reports import Goal, PersonWeek, ReportData, Week
from core.queries.search import Hit
from core.reports import FRIDAY, Comes
from tests.golden import assert_golden, problems_of

EN = Viewer("en_US", "UTC")
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2030, 6, 3)
HOSTILE = "<!channel> *x* " + "long " * 20
WORDS = (("Too expensive", 4), (HOSTILE, 2), ("", 1), ("No time", 1), ("Later", 1))
FULL = ReportData(
    Week(MONDAY, BERLIN, Whose.TEAM),
    Mails(120, 118, 60, 12),
    Mails(100, 90, 50, 12),
    Calls(
        9, {CallOutcome.CONNECTED: 4, CallOutcome.VOICEMAIL: 3, None: 1, CallOutcome.NO_ANSWER: 1}, timedelta(minutes=7)
    ),
    Calls(11, {}, None),
    {
        Number.NEW_LEADS: Figure(5),
        Number.WON: Figure(3, (Money("EUR", 2, Decimal(24_000)), Money("USD", 1, Decimal("99.5")))),
        Number.LOST: Figure(1, (Money("EUR", 1, Decimal(0)),)),
    },
    {Number.NEW_LEADS: Figure(5), Number.WON: Figure(1), Number.LOST: Figure(2)},
    WORDS,
    WORDS,
    WORDS,
    (
        Goal(TargetKind.VALUE_WON, "EUR", Decimal(12_000)),
        Goal(TargetKind.CALLS, "", Decimal(1)),
        Goal(TargetKind.MAILS, "", Decimal(0)),
    ),
    MONDAY,
)
NONE = Figure()
QUIET = ReportData(
    Week(MONDAY, BERLIN, Whose.MINE),
    Mails(0, 0, 0, 0),
    Mails(0, 0, 0, 0),
    Calls(0, {}, None),
    Calls(0, {}, None),
    dict.fromkeys((Number.NEW_LEADS, Number.WON, Number.LOST), NONE),
    dict.fromkeys((Number.NEW_LEADS, Number.WON, Number.LOST), NONE),
    (),
    (),
    (),
    (),
    MONDAY + timedelta(days=14),
)
ANA = PersonWeek("U0ANA", "Ana <b>", 1, 2, 3, 1, (Money("EUR", 2, Decimal(24_000)),), (Money("EUR", 1, Decimal(0)),))
NOBODY = PersonWeek("", "", 0, 0, 0, 4, (), ())
EVERYBODY = (Whose.MINE, Whose.TEAM, Whose.ALL)
ASKED = NumberAsked(
    datetime(2030, 6, 2, 22, tzinfo=UTC),
    datetime(2030, 6, 9, 22, tzinfo=UTC),
    "Europe/Berlin",
    Whose.TEAM,
    Number.CALLS,
)
CALL = NumberRow(
    UUID(int=1), Hit(EntityType.LEAD, UUID(int=2), "L-2", HOSTILE, "Acme"), "U0ANA", "", None,
    datetime(2030, 6, 4, tzinfo=UTC), "12", CallOutcome.MEETING_BOOKED.value,
)  # fmt: skip
DEAL = replace(
    CALL,
    record=Hit(EntityType.DEAL, UUID(int=3), "D-3", "Acme rollout", "Acme"),
    currency="EUR",
    value=Decimal(12_000),
    was="2030-06-01",
    becomes="2030-07-01",
)
NEEDY = Needy(UUID(int=3), "D-3", HOSTILE, "Acme", "Proposal", Decimal(9), "EUR", "U0ANA", 30, 12, None, tuple(Need))


def details(*people: PersonWeek) -> Message:
    made = views.details(FULL, people, EN)
    assert made is not None
    return made


SHOWN: dict[str, Message | Modal] = {
    "channel": views.message(FULL, "C0SALES", (), EN, threaded=True),
    "asked": views.message(FULL, "U0MIRA", EVERYBODY, EN),
    "quiet": views.message(QUIET, "U0ANA", (Whose.MINE,), EN),
    "details": details(ANA, NOBODY),
    "details_one": details(ANA),
    "details_window": views.details_modal(FULL, (ANA, NOBODY), EN),
    "details_nothing": views.details_modal(QUIET, (), EN),
    "exporting": views.exporting(EN),
    "time": views.time_modal("C0SALES", Comes(FRIDAY, time(16)), Comes(FRIDAY, time(16)), EN),
    "time_never": views.time_modal("U0ANA", None, Comes(FRIDAY, time(16)), EN),
    "not_admin": views.not_admin(EN),
    "saved": views.saved(Comes(FRIDAY, time(16)), EN),
    "rows": numbers.window(Page((CALL, replace(CALL, becomes="")), 1, has_more=True), ASKED, EN),
    "rows_slipped": numbers.window(
        Page((DEAL, replace(DEAL, becomes=""))),
        replace(ASKED, since=datetime(2030, 6, 3, 7, tzinfo=UTC), number=Number.SLIPPED),
        EN,
    ),
    "rows_none": numbers.window(Page(), ASKED, EN),
    "rows_needy": numbers.needy_window([NEEDY], replace(ASKED, number=None), True, EN),
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_shown(name: str) -> None:
    assert_golden(f"reports/{name}", SHOWN[name])
    assert "<!channel>" not in str([block.get("text") for block in SHOWN[name].blocks if block["type"] == "section"])


def test_a_week_without_anything_has_no_details() -> None:
    assert views.details(QUIET, (), EN) is None


def test_it_is_one_screen_of_a_phone() -> None:
    for message in (SHOWN["channel"], SHOWN["asked"]):
        told = str(message.blocks[1]["text"]["text"])  # type: ignore[index]
        assert len(told) < 750
        assert len(message.blocks) == 5


def test_nothing_is_too_long_for_slack() -> None:
    many = [replace(ANA, name=f"{HOSTILE * 2}{number}") for number in range(60)]
    words = tuple((f"{HOSTILE}{number}", 1) for number in range(60))
    made = views.details(replace(FULL, objections=words, sources=words, reasons=words), many, EN)
    assert made is not None
    assert problems_of(made) == []
    assert "20 more are in the file." in str(made.blocks[-1])


def test_nobody_of_forty_is_cut_off() -> None:
    sums = (Money("EUR", 12, Decimal(1_234_567)), Money("USD", 12, Decimal(1_234_567)))
    many = [
        replace(ANA, name=f"{'Somebody of a long name':<34}{number:02}", won=sums, lost=sums) for number in range(40)
    ]
    made = views.details(FULL, many, EN)
    assert made is not None
    texts = [block["text"]["text"] for block in made.blocks]  # type: ignore[index]
    assert max(map(len, texts)) <= kit.TEXT_MAX
    assert "\n".join(texts).count("Somebody") == 40
    assert not any(text.endswith(kit.ELLIPSIS) for text in texts)
