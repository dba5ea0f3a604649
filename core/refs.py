"""What people call a record: L-42, A-7, C-19, D-7, Q-2026-0007."""

import re
import unicodedata
from dataclasses import dataclass

from core.enums import EntityType

LETTERS = {
    EntityType.LEAD: "L",
    EntityType.ACCOUNT: "A",
    EntityType.CONTACT: "C",
    EntityType.DEAL: "D",
    EntityType.QUOTE: "Q",
}
_KINDS = {letter: kind for kind, letter in LETTERS.items()}
_NUMBERED = re.compile(r"#?\s*([lacd])\s*[-–—:#]?\s*(\d{1,10})", re.IGNORECASE)
_QUOTE = re.compile(r"#?\s*q\s*[-–—:#]?\s*(\d{4})\s*[-–—/]\s*(\d{1,10})", re.IGNORECASE)
LARGEST = 2**31 - 1
"""What an integer column holds."""


@dataclass(frozen=True)
class Ref:
    """A record's name: its kind and number, for a quote the year too."""

    kind: EntityType
    number: int
    year: int | None = None

    def __str__(self) -> str:
        if self.kind == EntityType.QUOTE:
            return f"Q-{self.year:04d}-{self.number:04d}"
        return f"{LETTERS[self.kind]}-{self.number}"


def parse_ref(text: str) -> Ref | None:
    """The record somebody means: `L-42`, `l42`, `#L-42`, `L 42`, `q-2026-7`. None for anything else."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if match := _NUMBERED.fullmatch(plain):
        return _valid(Ref(_KINDS[match[1].upper()], int(match[2])))
    if match := _QUOTE.fullmatch(plain):
        return _valid(Ref(EntityType.QUOTE, int(match[2]), int(match[1])))
    return None


def _valid(ref: Ref) -> Ref | None:
    return ref if 1 <= ref.number <= LARGEST else None


def lead_ref(number: int) -> str:
    """`L-42`."""
    return str(Ref(EntityType.LEAD, number))


def account_ref(number: int) -> str:
    """`A-7`."""
    return str(Ref(EntityType.ACCOUNT, number))


def contact_ref(number: int) -> str:
    """`C-19`."""
    return str(Ref(EntityType.CONTACT, number))


def deal_ref(number: int) -> str:
    """`D-7`."""
    return str(Ref(EntityType.DEAL, number))


def quote_ref(year: int, sequence: int) -> str:
    """`Q-2026-0007`."""
    return str(Ref(EntityType.QUOTE, sequence, year))
