"""Tasks, notes and the window that finds a record, as Slack shows them."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from bot.views import tasks as views
from bot.views.activities import timeline_line
from bot.views.tasks import Draft
from core.enums import ActivityKind, EntityType
from core.i18n import Viewer
from core.queries.activities import TimelineItem
from core.queries.records import Hit, Page
from core.queries.tasks import TaskRow
from tests.factories import START
from tests.golden import assert_golden, problems_of

EN = Viewer("en_US", "UTC")
TODAY = date(2026, 3, 16)
CHANGE = UUID(int=99)
LINK = "https://northwind.slack.com/archives/C1/p1773651600000100"
HOSTILE = "<!channel> *x* <https://evil|ok> " + "long " * 1000
DEAL = Hit(EntityType.DEAL, UUID(int=7), "D-7", "Rollout", "Acme GmbH")
TASK = TaskRow(
    UUID(int=1), "Send the deck", DEAL, "UANA", TODAY + timedelta(days=1), done=False, link=LINK, today=TODAY
)
LATE = replace(TASK, id=UUID(int=2), subject="Call back", due_on=TODAY - timedelta(days=2), link="")
BARE = replace(TASK, id=UUID(int=3), subject="Some day", due_on=None, link="")
STRANGE = replace(TASK, subject=HOSTILE, record=replace(DEAL, name=HOSTILE))


def test_the_windows() -> None:
    assert_golden("tasks/find", views.find_modal(EN))
    assert_golden("tasks/form_empty", views.task_modal(Draft(assignee="UANA"), EN))
    assert_golden("tasks/form_from_message", views.task_modal(Draft("Send the deck", LINK, DEAL, "UANA"), EN))
    assert_golden("tasks/note", views.note_modal(Draft("Ben: She said yes", LINK, DEAL), EN))
    assert_golden("tasks/assign", views.assign_modal(TASK, EN))


def test_what_was_done() -> None:
    assert_golden("tasks/created", views.created(TASK, CHANGE, EN))
    assert_golden("tasks/finished", views.finished(replace(TASK, done=True), CHANGE, EN))
    assert_golden("tasks/handed_over", views.handed_over(replace(BARE, owner="UBEN"), CHANGE, EN))
    assert_golden("tasks/note_saved", views.note_saved(DEAL, CHANGE, EN))
    assert views.reopened(LATE, CHANGE, EN).text == "Open again: Call back. 2 days overdue."
    assert views.put_off(TASK, CHANGE, EN).text == "Put off: Send the deck. Due tomorrow."


def test_lists() -> None:
    assert_golden("tasks/list", views.listing(Page((LATE, TASK, BARE), 1, has_more=True), EN))
    assert_golden("tasks/list_empty", views.listing(Page(), EN))


def test_what_somebody_was_told_of_stays_right_as_days_pass() -> None:
    assert_golden("tasks/told", views.told(TASK, EN))
    later = replace(TASK, today=TODAY + timedelta(days=5))
    assert views.told(later, EN) == views.told(TASK, EN)


def test_foreign_text_is_harmless_and_fits() -> None:
    shown = (
        views.task_modal(Draft(HOSTILE[:300], LINK, STRANGE.record), EN),
        views.note_modal(Draft(HOSTILE[:3000], LINK, STRANGE.record), EN),
        views.created(STRANGE, CHANGE, EN),
        views.finished(replace(STRANGE, done=True), CHANGE, EN),
        views.listing(Page((STRANGE,) * 8, 0, has_more=True), EN),
        views.assign_modal(STRANGE, EN),
    )
    for one in shown:
        assert problems_of(one) == []
    assert "<!channel>" not in views.created(STRANGE, CHANGE, EN).text


def test_timelines_say_where_a_note_is_from_and_how_a_task_stands() -> None:
    note = TimelineItem(UUID(int=1), START, ActivityKind.NOTE, "Ana", notes="She said yes", link=LINK)
    assert f"<{LINK}|Message>" in timeline_line(note, EN)
    task = TimelineItem(UUID(int=2), START, ActivityKind.TASK, "Ana", subject="Send the deck", due_on=TODAY)
    assert "due Mar 16, 2026" in timeline_line(task, EN)
    assert timeline_line(replace(task, done=True), EN).splitlines()[0].endswith("done")
    assert timeline_line(replace(task, due_on=None), EN).splitlines()[0].endswith("open")
