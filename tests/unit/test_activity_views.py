"""Calls, timelines and follow-ups as Slack shows them."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from bot.payloads import State
from bot.replies import Modal
from bot.routes import SaveCall
from bot.views import activities as views
from bot.views.activities import CALLS, DIRECTIONS, KINDS, OUTCOMES, LoggedCall, Saved
from core.activities import CallInput
from core.enums import ActivityKind, CallOutcome, Direction, EntityType, LeadStatus
from core.errors import Invalid
from core.i18n import Viewer
from core.queries.activities import DueItem, ObjectionRow, Subject, TimelineItem
from core.queries.records import Hit
from tests.golden import assert_golden, problems_of

EN = Viewer("en_US", "UTC")
NOW = datetime(2026, 3, 16, 10, 0, tzinfo=UTC)
TODAY = date(2026, 3, 16)
CHANGE = UUID(int=99)
HOSTILE = "<!channel> *x* <https://evil|ok> " + "long " * 1000
LEAD = Subject(EntityType.LEAD, UUID(int=1), "L-42", "Lena Fischer", can_edit=True)
SAVED = Saved(LEAD, CallOutcome.INTERESTED, LeadStatus.QUALIFIED, TODAY + timedelta(days=1), TODAY, CHANGE)
DUE = DueItem(EntityType.LEAD, UUID(int=1), "L-42", "Lena Fischer", "Acme GmbH", TODAY - timedelta(days=2), TODAY)


def state(**values: object) -> State:
    return State.model_validate({"values": {name: {"typed": value} for name, value in values.items()}})


def chosen(value: str) -> dict[str, object]:
    return {"selected_option": {"value": value}}


def test_every_word_of_the_vocabularies_has_a_label() -> None:
    assert set(OUTCOMES) == set(CallOutcome)
    assert set(KINDS) == set(ActivityKind)
    assert set(DIRECTIONS) == set(CALLS) == set(Direction)


def test_the_form() -> None:
    assert_golden("activities/form", views.call_modal(EN, None))
    modal = views.call_modal(EN, LEAD)
    assert_golden("activities/form_for_lead", modal)
    assert modal.route == SaveCall()
    assert problems_of(views.call_modal(EN, replace(LEAD, name=HOSTILE))) == []


def test_what_was_typed_becomes_a_call() -> None:
    typed = state(
        record=chosen(f"lead {LEAD.id}"),
        outcome=chosen("call_back"),
        direction=chosen("inbound"),
        duration_minutes={"value": "7"},
        objections={"selected_options": [{"value": str(UUID(int=5))}, {"value": "new:Timing"}]},
        notes={"value": " Hello \n"},
        next_follow_up={"value": "Friday 3pm"},
    )
    assert views.CALL_FORM.parse(typed, EN, NOW) == LoggedCall(
        EntityType.LEAD,
        LEAD.id,
        CallInput(
            direction=Direction.INBOUND,
            outcome=CallOutcome.CALL_BACK,
            duration_minutes=7,
            objections=(str(UUID(int=5)), "new:Timing"),
            notes="Hello",
            next_follow_up=date(2026, 3, 20),
            next_follow_up_at=time(15),
        ),
    )


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("record", chosen("lead nonsense"), "record_unknown"),
        ("record", chosen(f"planet {LEAD.id}"), "record_unknown"),
        ("record", {}, "required"),
        ("outcome", chosen("exploded"), "choice_invalid"),
        ("outcome", {}, "required"),
        ("direction", chosen("sideways"), "choice_invalid"),
        ("duration_minutes", {"value": "1441"}, "number_out_of_range"),
    ],
)
def test_what_cannot_be_read_is_said_under_its_field(name: str, value: dict[str, object], code: str) -> None:
    right = {
        "record": chosen(f"lead {LEAD.id}"),
        "outcome": chosen("connected"),
        "direction": chosen("outbound"),
    }
    with pytest.raises(Invalid) as refused:
        views.CALL_FORM.parse(state(**(right | {name: value})), EN)
    assert refused.value.fields == {name: code}


@pytest.mark.parametrize("minutes", ["-5", "1441", "5x", "", None])
def test_a_number_out_of_range_does_not_stop_the_form_from_being_shown_again(minutes: str | None) -> None:
    blocks = views.CALL_FORM.blocks(EN, {"duration_minutes": minutes}, expanded=True)
    assert problems_of(Modal("Call", blocks, SaveCall(), "Save")) == []


def test_objections_to_choose_and_to_add() -> None:
    known = [ObjectionRow(UUID(int=5), "Too expensive")]
    assert [one.value for one in views.objection_choices(known, "too", EN)] == [str(UUID(int=5)), "new:too"]
    assert [one.text for one in views.objection_choices(known, "TOO  expensive ", EN)] == ["Too expensive"]
    assert views.objection_choices([], " ", EN) == []
    (new,) = views.objection_choices([], "x" * 500, EN)
    assert len(new.value) <= 150


def test_saved() -> None:
    assert_golden("activities/saved", views.call_saved(SAVED, EN))
    assert_golden("activities/saved_without_follow_up", views.call_saved(replace(SAVED, next_follow_up=None), EN))
    account = Subject(EntityType.ACCOUNT, UUID(int=2), "A-1", HOSTILE, can_edit=True)
    message = views.call_saved(replace(SAVED, subject=account, status=None, next_follow_up=None), EN)
    assert "follow-up" not in message.text
    assert "<!channel>" not in message.text
    assert problems_of(message) == []


def test_which_record() -> None:
    hits = [
        Hit(EntityType.LEAD, UUID(int=1), "L-42", "Lena Fischer", "Acme GmbH"),
        Hit(EntityType.DEAL, UUID(int=2), "D-7", "Lena's rollout", ""),
    ]
    assert_golden("activities/choose", views.choose_subject(hits, EN))
    assert_golden("activities/unknown", views.unknown_subject("zoe `<!channel>`", EN))
    assert problems_of(views.choose_subject([replace(hits[0], name=HOSTILE, detail=HOSTILE)], EN)) == []
    assert problems_of(views.unknown_subject(HOSTILE, EN)) == []


def test_a_timeline() -> None:
    at = datetime(2026, 3, 15, 8, 30, tzinfo=UTC)
    call = TimelineItem(
        UUID(int=1),
        at,
        ActivityKind.CALL,
        "Ana Silva",
        Direction.INBOUND,
        CallOutcome.VOICEMAIL,
        1,
        notes="Asked for\na call",
        next_step="Call again",
        objections=("Price", "Timing <b>"),
    )
    note = TimelineItem(UUID(int=2), at, ActivityKind.NOTE, "", notes="Only a note")
    assert_golden("activities/timeline", views.timeline_blocks([call, note], EN))
    assert views.timeline_blocks([], EN) == []


def test_due_lines() -> None:
    assert_golden("activities/due_overdue", views.due_line(DUE, EN))
    deal = replace(DUE, entity=EntityType.DEAL, ref="D-7", name="Acme rollout", detail="", day=TODAY)
    assert_golden("activities/due_today", views.due_line(deal, EN))
    assert problems_of(views.due_line(replace(DUE, name=HOSTILE, detail=HOSTILE), EN)) == []


def test_follow_up_set() -> None:
    assert_golden("activities/follow_up_done", views.follow_up_set(LEAD, None, TODAY, CHANGE, EN))
    tomorrow = TODAY + timedelta(days=1)
    assert_golden("activities/follow_up_moved", views.follow_up_set(LEAD, tomorrow, TODAY, CHANGE, EN))
