"""E-mail's health as it is painted."""

from datetime import UTC, datetime

import pytest

from bot.views import health as views
from core.i18n import Viewer
from core.queries.email_health import Came, Doubt, Fate, Health, Sent, Waiting
from tests.golden import assert_golden

VIEWER = Viewer("en_US", "Europe/Berlin")
AT = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
WELL = Health(
    since=AT,
    written=120,
    sent=Sent(sent=118, waiting=2),
    fate=Fate(delivered=110, undelivered=3, on_the_way=5, bounced=2, opened=64, spam=1),
    came=Came(replies=31, automatic=4, triage=1),
    triage=Waiting(1, AT),
    unanswered=Waiting(3, AT),
    inbox=Waiting(),
    doubts={},
)
NOTHING = Health(AT, 0, Sent(), Fate(), Came(), Waiting(), Waiting(), Waiting(), {})
BAD = Health(
    since=AT,
    written=9,
    sent=Sent(sent=3, waiting=1, unknown=1, held=1, failed=2, stopped=1),
    fate=Fate(on_the_way=3),
    came=Came(),
    triage=Waiting(),
    unanswered=Waiting(),
    inbox=Waiting(7, AT),
    doubts={doubt: number for number, doubt in enumerate(Doubt, start=1)},
)


@pytest.mark.parametrize(("name", "shown"), [("well", WELL), ("nothing", NOTHING), ("bad", BAD)])
def test_the_page(name: str, shown: Health) -> None:
    assert_golden(f"health/{name}", views.page(shown, VIEWER))


@pytest.mark.parametrize(("name", "shown"), [("week_well", WELL), ("week_bad", BAD)])
def test_the_weekly_line(name: str, shown: Health) -> None:
    assert_golden(f"health/{name}", views.weekly(shown, VIEWER))


def test_every_doubt_has_words() -> None:
    assert set(views.DOUBTS) == set(Doubt)
