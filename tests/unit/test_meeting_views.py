"""Meetings, and the morning message around them, as Slack shows them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from bot.replies import Message, Modal
from bot.views import meetings as views
from bot.views import mornings, pings
from bot.views.activities import timeline_line
from bot.views.history import Meanwhile
from bot.views.meetings import MeetingDraft
from core.away import Absent
from core.enums import ActivityKind, CallOutcome, EntityType
from core.i18n import Viewer
from core.queries.activities import TimelineItem
from core.queries.history import FieldChange
from core.queries.meetings import MeetingCard, MeetingItem, Slot
from core.queries.mornings import MorningData, MorningLine, Waiting, What
from core.queries.records import Hit, Page
from core.queries.unanswered import Prepared, UnansweredMail
from tests.golden import assert_golden, problems_of
from tests.unit.test_audit_views import kept

BERLIN = Viewer("en_US", "Europe/Berlin")
TODAY = date(2026, 3, 16)
NOW = datetime(2026, 3, 16, 8, tzinfo=UTC)
HOSTILE = "<!channel> *x* <https://evil|ok> " + "long " * 1000
DEAL = Hit(EntityType.DEAL, UUID(int=7), "D-7", "Rollout", "Acme GmbH")
LEAD = Hit(EntityType.LEAD, UUID(int=4), "L-4", "Zoe Lima")
BEGINS = datetime(2026, 3, 17, 14, tzinfo=UTC)
SLOT = Slot(
    BEGINS, BEGINS + timedelta(minutes=30), over=False, attendees="Zoe Lima", location="https://meet.example/x?a=1&b=2"
)
CARD = MeetingCard(
    id=UUID(int=1),
    subject="Demo",
    record=DEAL,
    slot=SLOT,
    owner="UANA",
    done=False,
    outcome=None,
    duration_minutes=30,
    notes="Bring the plan",
    next_step="",
    today=TODAY,
    version=3,
    can_edit=True,
)
LOGGED = replace(CARD, done=True, outcome=CallOutcome.INTERESTED, next_step="Send the quote")
CHANGE = UUID(int=99)
ITEM = MeetingItem(CARD.id, "Demo", DEAL, SLOT, "UANA", done=False)


def line(what: What, number: int, name: str, days: int = 0, **over: object) -> MorningLine:
    entity = {What.FOLLOW_UP: "lead", What.REPLY: "reply"}.get(what, "activity")
    waiting = Waiting(what, entity, UUID(int=number), TODAY + timedelta(days=days))
    record = Hit(EntityType.LEAD, UUID(int=number), f"L-{number}", name)
    return replace(MorningLine(waiting, name, "Acme GmbH", record, done=False), **over)  # type: ignore[arg-type]


def meeting(number: int, hour: int, days: int = 0, *, over: bool = False, **changes: object) -> MorningLine:
    begins = datetime(2026, 3, 16 + days, hour - 1, tzinfo=UTC)
    slot = Slot(begins, begins + timedelta(minutes=45), over, "Zoe Lima", "Room 4")
    told = line(
        What.MEETING, number, f"Demo {number}", days if days == 0 else days + 1, meeting=slot, detail="Zoe Lima"
    )
    return replace(told, **changes)  # type: ignore[arg-type]


def marked_up(shown: Message | Modal) -> str:
    """All in which Slack reads markup."""

    def texts(part: object) -> Iterator[str]:
        if isinstance(part, Mapping):
            if part.get("type") == "mrkdwn":
                yield str(part["text"])
            for value in part.values():
                yield from texts(value)
        elif isinstance(part, Sequence) and not isinstance(part, str):
            for value in part:
                yield from texts(value)

    return "\n".join([*texts(shown.blocks), shown.text if isinstance(shown, Message) else ""])


def test_the_windows() -> None:
    assert_golden("meetings/form_empty", views.plan_modal(MeetingDraft(), BERLIN))
    draft = MeetingDraft("Demo", LEAD, TODAY + timedelta(days=1), time(15), "Zoe Lima")
    assert_golden("meetings/form_from_words", views.plan_modal(draft, BERLIN))
    assert_golden("meetings/form_edit", views.edit_form(CARD, views.values_of(CARD, BERLIN), BERLIN))
    changed = Meanwhile("Ben", (FieldChange("starts_at", BEGINS, BEGINS + timedelta(hours=1)),), 4)
    assert_golden("meetings/form_meanwhile", views.edit_form(CARD, views.values_of(CARD, BERLIN), BERLIN, changed))
    assert_golden("meetings/form_log", views.log_modal(CARD, BERLIN))
    assert_golden("meetings/form_held", views.held_modal(replace(draft, day=None, at=None), BERLIN))


def test_one_meeting_and_what_was_done_about_it() -> None:
    assert_golden("meetings/card", views.card(CARD, BERLIN))
    assert_golden("meetings/card_logged", views.card(LOGGED, BERLIN))
    assert_golden("meetings/planned", views.planned(CARD, CHANGE, BERLIN))
    assert_golden("meetings/not_held", views.not_held(replace(CARD, done=True), CHANGE, BERLIN))
    assert_golden("meetings/cancelled", views.cancelled(CARD, CHANGE, BERLIN))
    assert_golden("meetings/list", views.listing(Page((ITEM,), 1, has_more=True), NOW, BERLIN))
    assert_golden("meetings/list_empty", views.listing(Page(), NOW, BERLIN))
    assert views.edited(CARD, CHANGE, BERLIN).text.startswith("Meeting saved: Demo · D-7 Rollout · tomorrow, ")


def test_what_is_no_link_is_only_words() -> None:
    for place in (
        "http://a.example",
        "https://a.example|x",
        "https://a b",
        "javascript:alert(1)",
        "<https://a.example>",
    ):
        (shown,) = views.where(replace(SLOT, attendees="", location=place), BERLIN)
        assert not shown.startswith("<"), place


def test_foreign_text_is_harmless_and_fits() -> None:
    strange = replace(
        CARD,
        subject=HOSTILE,
        record=replace(DEAL, name=HOSTILE),
        notes=HOSTILE,
        slot=replace(SLOT, attendees=HOSTILE, location=HOSTILE),
    )
    item = MeetingItem(CARD.id, HOSTILE, strange.record, strange.slot, "UANA", done=False)
    shown = (
        views.card(strange, BERLIN),
        views.planned(strange, CHANGE, BERLIN),
        views.cancelled(strange, CHANGE, BERLIN),
        views.log_modal(strange, BERLIN),
        views.edit_form(strange, views.values_of(strange, BERLIN), BERLIN),
        views.listing(Page((item,) * 8, 0, has_more=True), NOW, BERLIN),
    )
    for one in shown:
        assert problems_of(one) == []
        assert "<!channel>" not in marked_up(one)


def test_the_word_before_it_begins() -> None:
    assert_golden("meetings/ping", pings.message(meeting(1, 15), NOW, TODAY, BERLIN))
    late = pings.message(line(What.TASK, 5, "Send the deck", record=None), NOW - timedelta(days=1), TODAY, BERLIN)
    assert late.text == "yesterday, 9:00\u202fAM: Send the deck"
    assert "My settings" in str(late.blocks)
    assert pings.done(meeting(1, 15), CHANGE, BERLIN).text == "Did not take place: Demo 1."


def test_a_timeline_says_how_it_stands() -> None:
    item = TimelineItem(UUID(int=1), BEGINS, ActivityKind.MEETING, "Ana", subject="Demo", duration_minutes=30)
    assert timeline_line(item, BERLIN).splitlines()[0].endswith("planned")
    assert timeline_line(replace(item, done=True), BERLIN).splitlines()[0].endswith("did not take place")
    held = replace(item, done=True, outcome=CallOutcome.INTERESTED)
    assert timeline_line(held, BERLIN).startswith("*Meeting* · Interested · 30 minutes · Ana")


def test_a_whole_morning() -> None:
    mail = UnansweredMail(UUID(int=50), "Our offer", NOW, Prepared(UUID(int=51), "Second try"))
    lines = (
        line(What.REPLY, 9, "Ugo Rossi", -1, why="Sounds good, when can we talk?"),
        line(What.FOLLOW_UP, 2, "Late Lena", -5),
        line(What.FOLLOW_UP, 3, "Quiet Quinn", why="Our offer", unanswered=mail),
        line(What.TASK, 5, "Send the deck", record=None),
        meeting(12, 16),
        meeting(11, 8, over=True),
        meeting(13, 10, -3, over=True),
        line(What.FOLLOW_UP, 6, "Done Dora", done=True, change_id=CHANGE),
        line(What.FOLLOW_UP, 7, "Later Lou", done=True, change_id=CHANGE, put_off_to=TODAY + timedelta(days=1)),
        line(What.FOLLOW_UP, 8, "Bens Berta", -2, owner="UBEN"),
    )
    absent = Absent(UUID(int=80), "UBEN", "Ben Okafor", TODAY + timedelta(days=2))
    lie = (line(What.FOLLOW_UP, 30, "Let Lie", -9, owner="UANA"),)
    data = MorningData(TODAY, lines, 3, (absent,), lie, kept(1))
    assert_golden("mornings/whole", mornings.message(data, BERLIN))


def test_the_fullest_morning_fits_and_its_names_do_nothing() -> None:
    meetings_told = tuple(meeting(100 + n, 9 + n) for n in range(4))
    lines = tuple(line(What.FOLLOW_UP, n, HOSTILE, -n, why=HOSTILE, detail=HOSTILE) for n in range(1, 11))
    data = MorningData(TODAY, (*meetings_told, *lines), 40, (), lines[:5], kept(5, more=40))
    shown = mornings.message(data, BERLIN)
    assert problems_of(shown) == []
    assert "<!channel>" not in marked_up(shown)
    assert "40 more notices are not shown." in str(shown.blocks)
    assert mornings.message(MorningData(TODAY, ()), BERLIN).text == "Nothing waits for you today"
