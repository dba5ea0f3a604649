"""What a Slack status says: away or not, and until which day."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.away import OPEN
from core.status import SlackStatus, away_until, says_away

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2030, 6, 3, 10, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("emoji", "text"),
    [
        (":palm_tree:", ""),
        (":palm_tree:", "Vacationing"),
        (":face_with_thermometer::skin-tone-2:", ""),
        (":no_entry:", "Out of office"),
        (":speech_balloon:", "OOO until Monday"),
        ("", "Im Urlaub"),
        ("", "krank"),
        ("", "De vacaciones"),
        ("", "En congés"),
        ("", "On parental leave"),
        (":airplane:", "day off"),
        (":palm_tree:", "OOO, back Monday"),
        ("", "OOO back after Easter"),
        ("", "Vacation, back after Easter"),
        ("", "Out sick, back tomorrow"),
        ("", "On vacation, no Slack"),
        ("", "Urlaub, zurück am Montag"),
        (":palm_tree:", "Back on Monday"),
        (":palm_tree:", "Lisbon!"),
        ("", "Not sick, on vacation"),
        ("", "De vacaciones, vuelta el lunes"),
        ("", "Right now on vacation"),
    ],
)
def test_away(emoji: str, text: str) -> None:
    assert says_away(emoji, text)


@pytest.mark.parametrize(
    ("emoji", "text"),
    [
        ("", ""),
        (":calendar:", "In a meeting"),
        (":bus:", "Commuting"),
        (":house_with_garden:", "Working remotely"),
        (":airplane:", "Traveling"),
        (":palm_tree:", "Back from vacation"),
        ("", "Vacation soon!"),
        ("", "Nicht mehr krank"),
        (":christmas_tree:", "Happy holidays"),
        ("", "Please leave a message"),
        ("", "Away from keyboard"),
        ("", "Not on vacation"),
        ("", "No vacation this year"),
        ("", "3 days until vacation"),
        ("", "Noch 3 Tage bis zum Urlaub"),
        ("", "Zurück aus dem Urlaub"),
        ("", "De vuelta de vacaciones"),
        (":palm_tree:", "I'm back"),
        (":palm_tree:", "Soon!"),
        ("", "Vacation countdown"),
        ("", "OOO after 3pm"),
        ("", "Right away"),
        ("", "Not out of office"),
    ],
)
def test_here(emoji: str, text: str) -> None:
    assert not says_away(emoji, text)


@pytest.mark.parametrize(
    ("ends", "last"),
    [
        (None, OPEN),
        (datetime(2030, 6, 7, 23, 59, tzinfo=BERLIN), date(2030, 6, 7)),
        (datetime(2030, 6, 10, 9, tzinfo=BERLIN), date(2030, 6, 9)),
        (datetime(2030, 6, 3, 23, 59, tzinfo=BERLIN), date(2030, 6, 3)),
        (datetime(2030, 6, 3, 14, tzinfo=BERLIN), None),
    ],
)
def test_the_last_day(ends: datetime | None, last: date | None) -> None:
    status = SlackStatus(":palm_tree:", "", int(ends.timestamp()) if ends else 0)
    assert away_until(status, BERLIN, NOW.astimezone(UTC)) == last


def test_a_moment_no_calendar_has_says_nothing() -> None:
    assert away_until(SlackStatus(":palm_tree:", "", 10**15), BERLIN, NOW) is None
