"""The input for a day and an hour in words; below it stands what was understood, while one types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from bot.payloads import Element
from bot.replies import Block
from bot.routes import Action, CheckWhen
from bot.views import kit
from bot.views.forms import Text
from core.i18n import NEAR_DAYS, Viewer
from core.when import TEXT_MAX, understand

EXAMPLE = "tomorrow 3pm, next tue, in 2 weeks, 30.11."


@dataclass(frozen=True)
class WhenText(Text):
    """A day and, where it is typed, an hour: two values, the second called `hour`."""

    max_length: int = TEXT_MAX
    placeholder: str = EXAMPLE
    reports: type[Action] | None = CheckWhen
    hour: str = ""

    def shown(self, values: Mapping[str, Any], viewer: Viewer) -> Any:
        value = values.get(self.name)
        return viewer.when(value, values.get(self.hour)) if isinstance(value, date) else value

    def read_at(self, element: Element, viewer: Viewer, now: datetime | None) -> Mapping[str, Any]:
        if now is None:
            raise TypeError(f"{self.name} is read at a moment")
        when = understand(element.text(), viewer.locale, now)
        return {self.name: when.day, self.hour: when.at}

    def empty(self) -> Any:
        return None

    def either(self, typed: Mapping[str, Any], now: Mapping[str, Any]) -> Mapping[str, Any]:
        held = typed if typed[self.name] else now
        return {self.name: held[self.name], self.hour: held[self.hour]}


def follow_up(*, hint: str = "", more: bool = True) -> WhenText:
    """When to come back to a record."""
    return WhenText("next_follow_up", "Next follow-up", hour="next_follow_up_at", hint=hint, more=more)


def due(day: date, at: time | None, today: date, viewer: Viewer) -> str:
    """Since or until when something waits, in one phrase: `Due today, 15:00`, `5 days overdue`.

    `at` is the hour on the day, if any; of what is late it says nothing any more.
    """
    late = (today - day).days
    if late <= 0:
        return viewer.t("Due {when}", when=viewer.relative_when(day, at, today))
    if late > NEAR_DAYS:
        return viewer.t("Overdue since {day}", day=viewer.date(day))
    return viewer.nt("{n} day overdue", "{n} days overdue", late)


def with_hint(blocks: Sequence[Block], block_id: str, text: str) -> list[Block]:
    """A form's blocks with another hint below one input."""
    hint = kit.plain(text, kit.LABEL_MAX)
    return [{**one, "hint": hint} if one.get("block_id") == block_id else one for one in blocks]


def understood(text: str, viewer: Viewer, now: datetime) -> str:
    """What will be saved, or how to say it; empty for nothing typed. `now` is the reader's own moment."""
    if not text.strip():
        return ""
    try:
        when = understand(text, viewer.locale, now)
    except ValueError:
        return viewer.t("Not understood yet. For example: {example}", example=EXAMPLE)
    said = viewer.when(when.day, when.at)
    if when.day < now.date():
        return viewer.t("That is over: {when}", when=said)
    return viewer.t("Understood: {when}", when=said)
