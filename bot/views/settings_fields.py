"""Inputs that only the settings need."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.payloads import Element
from bot.replies import Choice
from bot.views import kit
from bot.views.activities import Word
from bot.views.forms import Field
from core.i18n import Viewer
from core.schedules import in_words_order

WEEK = range(7)


@dataclass(frozen=True)
class Channel(Field):
    """A channel, public or private; none that is shared with another company. The value is its Slack id."""

    def element(self, viewer: Viewer, value: Any, choices: Sequence[Choice]) -> dict[str, Any]:  # noqa: ARG002
        made: dict[str, Any] = {
            "type": "conversations_select",
            "filter": {
                "include": ["public", "private"],
                "exclude_external_shared_channels": True,
                "exclude_bot_users": True,
            },
        }
        if value:
            made["initial_conversation"] = str(value)
        return made

    def read(self, element: Element, viewer: Viewer) -> str:  # noqa: ARG002
        return element.text()

    def empty(self) -> str:
        return ""


@dataclass(frozen=True)
class Radio(Word):
    """One of a few choices of a fixed vocabulary, all of them in sight with what they mean."""

    def element(self, viewer: Viewer, value: Any, choices: Sequence[Choice]) -> dict[str, Any]:
        return {**super().element(viewer, value, choices), "type": "radio_buttons"}


@dataclass(frozen=True)
class Checks(Field):
    """Any of a few choices. The value is a tuple of theirs."""

    def element(self, viewer: Viewer, value: Any, choices: Sequence[Choice]) -> dict[str, Any]:  # noqa: ARG002
        made: dict[str, Any] = {"type": "checkboxes", "options": kit.options(choices)}
        chosen = [choice for choice in choices if choice.value in (value or ())]
        if chosen:
            made["initial_options"] = kit.options(chosen)
        return made

    def read(self, element: Element, viewer: Viewer) -> tuple[str, ...]:  # noqa: ARG002
        return tuple(element.texts())

    def raw(self, element: Element) -> Any:
        return element.texts()

    def empty(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True)
class Weekdays(Checks):
    """Days of the week; the value is bits, Monday the first."""

    def read(self, element: Element, viewer: Viewer) -> Any:
        try:
            days = {int(one) for one in super().read(element, viewer)}
        except ValueError as error:
            raise ValueError("choice_invalid") from error
        return sum(1 << day for day in days if day in WEEK)


def weekday_choices(viewer: Viewer) -> list[Choice]:
    """What a field of Weekdays offers."""
    return [Choice(viewer.weekday(day), str(day)) for day in WEEK]


def ticked(days: int) -> tuple[str, ...]:
    """Days of the week (bits, Monday the first) as the boxes that are ticked."""
    return tuple(str(day) for day in in_words_order(days))


@dataclass(frozen=True)
class Switch(Field):
    """Yes or no: one box to tick, beside which `text` stands."""

    text: str = ""

    def element(self, viewer: Viewer, value: Any, choices: Sequence[Choice]) -> dict[str, Any]:  # noqa: ARG002
        only = kit.option(Choice(viewer.t(self.text), "yes"))
        return {"type": "checkboxes", "options": [only], **({"initial_options": [only]} if value else {})}

    def read(self, element: Element, viewer: Viewer) -> bool:  # noqa: ARG002
        return bool(element.texts())

    def raw(self, element: Element) -> Any:
        return bool(element.texts())

    def empty(self) -> bool:
        return False
