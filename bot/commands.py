"""The slash commands' subcommands: declared beside their handlers, listed by `/crm help` and the user guide."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.replies import Reply
from core.context import Ctx

LONG = 8
"""From so many letters on, two may be wrong; below it one (a letter too many, too few, another, or two swapped)."""


@dataclass(frozen=True)
class CommandCall:
    """What a person typed after the command, and where."""

    text: str
    channel_id: str
    word: str = ""
    """The subcommand's own word as it was typed, where the text began with one."""

    @property
    def whole(self) -> str:
        """All that was typed."""
        return f"{self.word} {self.text}".strip()


CommandHandler = Callable[[Ctx, CommandCall], Reply]


@dataclass(frozen=True)
class Subcommand:
    """`/lead new [free text]`: what it is called, what it takes, what it does."""

    command: str
    word: str
    arguments: str
    summary: str
    handler: CommandHandler
    hidden: bool = False
    """Understood and told nowhere: another word does the same."""

    @property
    def usage(self) -> str:
        """How it is typed."""
        return " ".join(part for part in (f"/{self.command}", self.word, self.arguments) if part)


class Commands:
    """All subcommands of the product."""

    def __init__(self) -> None:
        self._table: dict[tuple[str, str], Subcommand] = {}

    def add(self, subcommand: Subcommand) -> None:
        """Register one. Raises TypeError where the word is taken."""
        key = (subcommand.command, subcommand.word)
        if key in self._table:
            raise TypeError(f"two handlers for {subcommand.usage}")
        self._table[key] = subcommand

    def __iter__(self) -> Iterator[Subcommand]:
        """Those that people are told of."""
        return (one for one in self._table.values() if not one.hidden)

    def of(self, command: str) -> list[Subcommand]:
        """The subcommands of one command, in the order of their declaration."""
        return [one for one in self if one.command == command]

    def find(self, command: str, text: str) -> tuple[Subcommand | None, str]:
        """The subcommand a text begins with and the rest of the text; None where the word is unknown."""
        word, _, rest = text.strip().partition(" ")
        found = self._table.get((command, word.lower()))
        return (found, rest.strip()) if found else (None, text.strip())

    def elsewhere(self, command: str, text: str) -> list[Subcommand]:
        """Subcommands of other commands that the text begins with: `/crm assign L-42` means `/lead assign`."""
        word = text.strip().partition(" ")[0].lower()
        found = [one for one in self._table.values() if one.word == word and one.command != command]
        return found if word and word != "help" and (command, word) not in self._table else []

    def nearest(self, command: str, text: str) -> Subcommand | None:
        """The subcommand an unknown word was probably meant to be."""
        word = text.strip().partition(" ")[0].lower()
        words = {one.word: one for one in self.of(command) if one.word}
        near = nearly(word, words)
        return words[near] if near else None


def nearly(typed: str, words: Iterable[str]) -> str:
    """The word that was probably meant by a misspelt one, both in lower case; empty for none."""
    allowed = 1 if len(typed) < LONG else 2
    # A word of one letter is one letter away from every other.
    known = [word for word in words if len(typed) > 1]
    near = process.extract(typed, known, scorer=OSA.distance, score_cutoff=allowed, limit=None)
    # Of words equally far away, the one that has more in common: `vew` is `view`, not `new`.
    return min(near, key=lambda one: (one[1], -fuzz.ratio(typed, one[0])))[0] if near else ""
