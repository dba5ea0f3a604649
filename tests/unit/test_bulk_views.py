"""Changes to many records as Slack shows them."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from bot.routes import ChooseBulk, StartBulk
from bot.views import bulk as views
from core import jobs
from core.bulk import Progress
from core.enums import BulkState, EntityType
from core.lists import ListFilter
from tests.golden import assert_golden, problems_of
from tests.unit.test_list_views import DEAL, EN, HOSTILE, LEAD

CHOOSE = ChooseBulk("lead", ListFilter(owner="mine"), 1)
DONE = Progress(UUID(int=1), jobs.STATUS, EntityType.LEAD, 40, 3, 40, BulkState.DONE)

REMOVAL = replace(DONE, kind=jobs.REMOVE_STAGE, done=250, skipped=0, total=250, name=HOSTILE)


def test_the_window_for_leads_and_for_deals() -> None:
    assert_golden("bulk/select_leads", views.select_modal(CHOOSE, [LEAD], 40, EN))
    assert_golden("bulk/select_deals", views.select_modal(replace(CHOOSE, entity="deal"), [DEAL], 1, EN))
    rows = [replace(LEAD, id=UUID(int=n), name=HOSTILE * 30) for n in range(8)]
    assert problems_of(views.select_modal(CHOOSE, rows, 500, EN)) == []
    assert "The first 500 records of the list" in str(views.select_modal(CHOOSE, rows, 500, EN, longer=True).blocks)


@pytest.mark.parametrize(
    ("kind", "value"),
    [(jobs.ASSIGN, "U0BEN"), (jobs.ASSIGN, ""), (jobs.STATUS, "lost"), (jobs.TAG, "new:vip"), (jobs.UNTAG, "x")],
)
def test_the_question_before(kind: str, value: str) -> None:
    ids = tuple(UUID(int=n) for n in range(8))
    route = StartBulk("lead", kind, value, ListFilter(words="x" * 100), ids)
    name = f"{kind}_{'some' if value else 'nobody'}"
    assert_golden(f"bulk/confirm_{name}", views.confirm_modal(route, 8, EN, "vip"))


@pytest.mark.parametrize(
    ("name", "job"),
    [
        ("running", replace(DONE, done=25, state=BulkState.RUNNING)),
        ("running_many", replace(DONE, done=1_025, total=1_228, state=BulkState.RUNNING)),
        ("done", DONE),
        ("nothing_done", replace(DONE, skipped=40)),
        ("undone", replace(DONE, kind=jobs.UNDO, skipped=0)),
        ("stopped", replace(DONE, done=0, skipped=0, state=BulkState.STOPPED, code="undo_changed_since")),
        (
            "stopped_by_somebody",
            replace(
                DONE,
                kind=jobs.UNDO,
                done=0,
                state=BulkState.STOPPED,
                code="undo_changed_since",
                why={"who": "Otto <b>", "field": "owner_id", "ref": "L-7", "at": datetime(2030, 6, 3, 9, tzinfo=UTC)},
            ),
        ),
        ("stopped_half", replace(REMOVAL, done=100, state=BulkState.STOPPED, code="target_gone")),
        ("removing_stage", replace(REMOVAL, done=100, state=BulkState.RUNNING)),
        ("removed_stage", REMOVAL),
        ("removed_pipeline", replace(REMOVAL, kind=jobs.REMOVE_PIPELINE)),
        ("handing_over", replace(REMOVAL, kind=jobs.HAND_OVER, done=100, state=BulkState.RUNNING)),
        ("handed_over", replace(REMOVAL, kind=jobs.HAND_OVER)),
        ("merged", replace(REMOVAL, kind=jobs.MERGE, done=1, total=1)),
    ],
)
def test_how_far_it_is(name: str, job: Progress) -> None:
    message = views.progress(job, EN)
    assert_golden(f"bulk/progress_{name}", message)
    assert "<!channel>" not in message.text


def test_the_new_owner_is_told() -> None:
    assert_golden("bulk/received_leads", views.received(DONE, HOSTILE, EN))
    assert_golden("bulk/received_of_leaver", views.received(replace(REMOVAL, kind=jobs.HAND_OVER), "Ana", EN))
    undone = views.progress(replace(DONE, kind=jobs.UNDO, total=1), EN)
    assert undone.text == "Undone: 1 record is as it was before."
    assert "took back the 37 leads" in views.taken_back(DONE, "Ana", EN).text
    assert_golden("bulk/received_deals", views.received(replace(DONE, entity=EntityType.DEAL), "Ana", EN))
