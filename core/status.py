"""What somebody's Slack status says: whether they are away, and until which day."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
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
PHRASE = "ooo"
"""What a phrase that means away is read as."""
WORDS = frozenset(
    (
        PHRASE,
        *("vacation", "vacationing", "holiday", "holidays", "pto", "sick", "away"),
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
DENIED_AFTER = frozenset(
    (
        *("no", "not", "before", "until", "till", "after", "planning", "almost"),
        *("nicht", "kein", "vor", "bis", "nach", "antes", "hasta", "despues"),
    )
)
"""Shortly before what means away, they make it something else: "not on vacation", "3 days until vacation"."""
DENIED_BEFORE = frozenset(("soon", "bald", "pronto", "countdown", "keyboard", "desk"))
"""Shortly after it, they do: "vacation soon", "away from keyboard"."""
BACK = frozenset(("back", "zuruck", "vuelta", "regreso"))
FROM = frozenset(("from", "aus", "vom", "von", "de", "del"))
"""Being back *from* it denies it; "vacation, back on Monday" does not."""
NEAR = 3
"""So many words before or after it count as its own, as far as no mark of punctuation stands between."""


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
    """Whether a status means vacation, sickness or leave: by its words or, where these say nothing of it, its sign."""
    clauses = [clause.split() for clause in re.split(r"[^\w\s]+", _folded(text))]
    said = [not _denied(words, place) for words in clauses for place, word in enumerate(words) if word in WORDS]
    if said:
        return any(said)
    here = any(words and (words[-1] in BACK or DENIED_BEFORE & set(words)) for words in clauses)
    return _name(emoji) in EMOJI and not here


def _denied(words: list[str], place: int) -> bool:
    """Whether the words around one that means away make it mean something else."""
    before, after = words[max(place - NEAR, 0) : place], words[place + 1 : place + 1 + NEAR]
    back_from = any(one in BACK and other in FROM for one, other in pairwise(before))
    starts_later = bool(after) and after[0] in ("after", "nach", "despues")
    return back_from or starts_later or bool(DENIED_AFTER & set(before)) or bool(DENIED_BEFORE & set(after))


def _name(emoji: str) -> str:
    return emoji.strip(":").partition("::")[0]


def _folded(text: str) -> str:
    """Small letters without marks, and one word for each phrase that means away."""
    apart = unicodedata.normalize("NFKD", text[:200].casefold())
    plain = " ".join("".join(one for one in apart if not unicodedata.combining(one)).split())
    plain = re.sub(r"\b(right away|happy holidays?)\b", "", plain)
    for phrase in PHRASES:
        plain = re.sub(rf"\b{phrase}\b", PHRASE, plain)
    return plain
