"""What all kinds of record share on the screen."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest

from bot.routes import UndoInHistory
from bot.views import kit
from bot.views import records as views
from bot.views.history import history_modal
from core import history
from core.enums import ActivityKind, CallOutcome, Direction, EntityType
from core.i18n import Viewer
from core.queries.attached import Named
from core.queries.history import Amount, FieldChange, HistoryItem, Part, RecordHistory, Unseen, Word
from core.queries.records import Hit, Page
from tests.golden import assert_golden

VIEWER = Viewer("en_US", "Europe/Berlin")
HOSTILE = "<!channel> *x* <https://evil|ok>"
AT = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
DEAL = Hit(EntityType.DEAL, UUID(int=7), "D-7", "Rollout", "Acme GmbH")


def item(number: int, action: str = history.UPDATE, *fields: FieldChange, **over: object) -> HistoryItem:
    values: dict[str, object] = {
        "change_id": UUID(int=number),
        "at": AT,
        "who": "Ana Silva",
        "action": action,
        "source": "button deal.move",
        "fields": fields,
        "takes_back": False,
        "undone": False,
        "can_undo": False,
    }
    return HistoryItem(**(values | over))  # type: ignore[arg-type]  # a test's own defaults


def pages(*items: HistoryItem, page: int = 0, has_more: bool = False) -> RecordHistory:
    return RecordHistory(EntityType.DEAL, DEAL.id, Page(items, page, has_more))


def test_history_of_all_kinds() -> None:
    shown = pages(
        item(6, history.UPDATE, FieldChange("stage_id", "Qualified", "Proposal"), takes_back=True, can_undo=True),
        item(5, history.UPDATE, FieldChange("stage_id", "Proposal", "Qualified"), undone=True),
        item(
            4,
            history.UPDATE,
            FieldChange("value", Amount(Decimal(12000), "EUR"), Amount(Decimal("12500.5"), "EUR")),
            FieldChange("expected_close", None, date(2026, 4, 1)),
            FieldChange("next_follow_up_at", time(9, 30), time(15)),
            FieldChange("account_id", Unseen(), None),
            FieldChange("next_step", "Call", HOSTILE * 300),
            can_undo=True,
            source="form deal.save",
        ),
        item(3, history.RESTORE, source="terminal"),
        item(2, history.ARCHIVE, who=""),
        item(
            1,
            history.CREATE,
            FieldChange("name", None, HOSTILE),
            FieldChange("status", None, Word("meeting_booked")),
            FieldChange("probability", None, Decimal("7.5")),
            FieldChange("converted_on", None, AT),
            source="/deal new",
            who=HOSTILE,
        ),
    )
    assert_golden("records/history", history_modal(DEAL, shown, VIEWER))


def test_history_of_what_hangs_on_a_record() -> None:
    call = Named(HOSTILE, ActivityKind.CALL, CallOutcome.INTERESTED)
    task = Named("Send the deck", ActivityKind.TASK)
    tags = (Part("tagging", history.CREATE, Named("vip")), Part("tagging", history.ARCHIVE, Named("x")))
    sent = Named("Your offer", ActivityKind.EMAIL, direction=Direction.OUTBOUND, other=HOSTILE)
    came = Named("Re: Your offer", ActivityKind.EMAIL, direction=Direction.INBOUND, other="Lena Fischer")
    shown = pages(
        item(7, "", parts=(Part("activity", history.CREATE, came),)),
        item(6, "", parts=(Part("activity", history.CREATE, sent),)),
        item(5, "", parts=tags),
        item(
            4,
            history.UPDATE,
            FieldChange("status", Word("new"), Word("qualified")),
            parts=(Part("activity", history.CREATE, call),),
            can_undo=True,
        ),
        item(3, "", parts=(Part("activity", history.UPDATE, task, (FieldChange("done_at", None, AT),)),)),
        item(2, "", parts=(Part("channel_link", history.CREATE, Named("C042")),)),
        item(
            1,
            history.UPDATE,
            parts=(
                *(Part("quote_line", history.CREATE, Named(f"Line {number}")) for number in range(7)),
                Part("activity", history.ARCHIVE, call),
            ),
            takes_back=True,
        ),
    )
    made = history_modal(DEAL, shown, VIEWER)
    assert_golden("records/history_parts", made)
    assert "<!channel>" not in str(made.blocks)


def test_history_pages_and_notice() -> None:
    middle = pages(item(1, can_undo=True), page=1, has_more=True)
    assert_golden("records/history_middle", history_modal(DEAL, middle, VIEWER, "Undone."))
    modal = history_modal(DEAL, middle, VIEWER)
    undo = UndoInHistory("deal", DEAL.id, UUID(int=1), 1)
    assert undo.pack() in str(modal.blocks), "after an undo the same page is shown"


def test_history_of_nothing() -> None:
    assert_golden("records/history_empty", history_modal(DEAL, pages(), VIEWER))


def test_a_record_that_is_gone() -> None:
    assert_golden("records/undone_gone", views.undone(None, UUID(int=3), VIEWER))
    assert views.undone(None, UUID(int=3), VIEWER, again=True).text == "Done again."
    assert_golden("records/gone_modal", views.gone_modal(VIEWER))


@pytest.mark.parametrize("again", [False, True])
def test_a_confirmation_offers_the_way_back(again: bool) -> None:
    text = "Deal D-7 moved to *Proposal*."
    name = "records/confirmation_again" if again else "records/confirmation"
    assert_golden(name, views.confirmation(VIEWER, text, UUID(int=3), was_undo=again))


def test_found_records_open_with_a_click() -> None:
    found = [DEAL, Hit(EntityType.LEAD, UUID(int=8), "L-8", HOSTILE * 100, HOSTILE)]
    assert_golden("records/hits", views.hits(found, HOSTILE * 20, VIEWER))


@pytest.mark.parametrize(
    ("name", "beside", "line"),
    [
        ("Ana Silva", "Acme GmbH", "*L-1* · Ana Silva, Acme GmbH"),
        ("Ana Silva", "", "*L-1* · Ana Silva"),
        ("Acme GmbH: rollout", "ACME GmbH", "*L-1* · Acme GmbH: rollout"),
        ("Acme's rollout", "Acme", "*L-1* · Acme's rollout"),
        ("Ingrid Larsen", "ING", "*L-1* · Ingrid Larsen, ING"),
        ("Magda Weiß", "AG", "*L-1* · Magda Weiß, AG"),
        ("A.C.", "(C++ & Co", "*L-1* · A.C., (C++ &amp; Co"),
    ],
)
def test_a_company_is_left_out_where_words_of_the_name_say_it(name: str, beside: str, line: str) -> None:
    assert kit.record_line("L-1", name, beside) == line


def test_choices_are_grouped_and_carry_kind_and_id() -> None:
    found = [DEAL, Hit(EntityType.LEAD, UUID(int=8), "L-8", HOSTILE * 100)]
    groups = views.grouped_choices(found, VIEWER)
    assert [(group.label, [choice.value for choice in group.choices]) for group in groups] == [
        ("Leads", [f"lead {UUID(int=8)}"]),
        ("Deals", [f"deal {UUID(int=7)}"]),
    ]
    assert [choice.value for choice in views.choices(found)] == [str(UUID(int=7)), str(UUID(int=8))]


def test_sharing_is_confirmed() -> None:
    assert_golden("records/shared", views.shared(DEAL, "C042", VIEWER))
