"""What somebody's Slack status says: whether they are away, and until which day."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.away import OPEN

END_OF_WORK = time(17)
"""A status that ends before it leaves its last day to them: who is back on Monday at nine is away until Sunday."""
EMOJI = frozenset(
    (
        *("palm_tree", "desert_island", "beach_with_umbrella", "umbrella_on_ground", "face_with_thermometer"),
        *("ooo", "out_of_office", "out-of-office", "vacation"),
    )
)
"""What says it without a word; the first is Slack's own "Vacationing", the fifth its "Out sick"."""
WORDS = frozenset(
    (
        *("vacation", "vacationing", "holiday", "holidays", "pto", "ooo", "sick", "away"),
        *("urlaub", "ferien", "krank", "abwesend", "elternzeit", "mutterschutz"),
        *("vacaciones", "enfermo", "enferma", "ausente"),
        *("vacances", "conges", "malade", "absent", "absente"),
        *("ferias", "doente", "ferie", "malattia"),
    )
)
PHRASES = (
    *("out of office", "out of the office", "day off", "on leave", "parental leave", "annual leave"),
    *("nicht im buro", "ausser haus", "fuera de la oficina", "de baja", "hors du bureau"),
)
NOT_YET = frozenset(
    (
        *(
            "back",
            "before",
            "after",
            "planning",
            "countdown",
            "soon",
            "almost",
            "not",
            "no",
            "happy",
            "right",
            "keyboard",
            "desk",
        ),
        *("vor", "nach", "zuruck", "bald", "nicht", "antes", "despues", "vuelta", "pronto"),
    )
)
"""Beside these, the words say something else: "back from vacation", "vacation soon"."""


@dataclass(frozen=True)
class SlackStatus:
    """A status as users.info has it. `expires` in Unix seconds, 0 for never; `emoji` with its colons."""

    emoji: str = ""
    text: str = ""
    expires: int = 0

    @property
    def fingerprint(self) -> str:
        """Tells it from another one."""
        return f"{self.emoji} {self.text} {self.expires}" if self.emoji or self.text else ""


def away_until(status: SlackStatus, zone: ZoneInfo, now: datetime) -> date | None:
    """The last day away in a zone (OPEN where the status does not end), None where it says nothing of the kind.

    A status of some hours is no absence: what is due the same day can wait for that long.
    """
    if not says_away(status.emoji, status.text):
        return None
    if not status.expires:
        return OPEN
    try:
        ends = datetime.fromtimestamp(status.expires, UTC).astimezone(zone)
    except (ValueError, OverflowError, OSError):
        return None
    last = ends.date() if ends.time() >= END_OF_WORK else ends.date() - timedelta(days=1)
    return last if last >= now.astimezone(zone).date() else None


def says_away(emoji: str, text: str) -> bool:
    """Whether a status means vacation, sickness or leave, by its words or, where they do not matter, its sign."""
    folded = _folded(text)
    words = set(re.findall(r"\w+", folded))
    phrase = next((one for one in PHRASES if one in folded), "")
    if words & (NOT_YET - set(phrase.split())):
        return False
    return bool(phrase) or bool(words & WORDS) or _name(emoji) in EMOJI


def _name(emoji: str) -> str:
    return emoji.strip(":").partition("::")[0]


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text[:200].casefold())
    return " ".join("".join(one for one in apart if not unicodedata.combining(one)).split())
