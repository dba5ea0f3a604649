"""A form is declared once; that declaration renders it, parses it, and renders it again with what was typed.

A field's name is its block id, so that a problem with the field shows under the field. Where values must be shown anew
(Slack keeps what a person typed as long as the ids stay), a revision is appended to the block id: `price~2`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from bot.payloads import Element, State
from bot.replies import Block, Choice
from bot.routes import Action, Lookup, MoreFields
from bot.views import kit
from core.errors import Invalid
from core.i18n import Viewer
from core.money import parse_amount, parse_percent

T = TypeVar("T")
TYPED = "typed"
"""The action id of inputs that report nothing while they are typed in."""
INPUT_MAX = 3000
_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
"""What Slack's e-mail input takes as an address: looks alone, as somebody types."""


@dataclass(frozen=True)
class Field:
    """One input. `label` and the other texts are English sources, translated when shown."""

    name: str
    label: str
    required: bool = False
    hint: str = ""
    placeholder: str = ""
    more: bool = False
    """Shown once "More fields" is asked for, or where it holds something already."""
    reports: type[Action] | None = None
    """The route that hears of each change while the form is open."""

    def block(self, viewer: Viewer, value: Any, choices: Sequence[Choice], revision: str = "") -> Block:
        """The input block, showing `value`."""
        element: dict[str, Any] = {"action_id": TYPED, **self.element(viewer, value, choices)}
        if self.placeholder:
            element["placeholder"] = kit.plain(viewer.t(self.placeholder), kit.PLACEHOLDER_MAX)
        block: dict[str, Any] = {
            "type": "input",
            "block_id": f"{self.name}~{revision}" if revision else self.name,
            "label": kit.plain(viewer.t(self.label), kit.LABEL_MAX),
            "element": element,
            "optional": not self.required,
        }
        if self.hint:
            block["hint"] = kit.plain(viewer.t(self.hint), kit.LABEL_MAX)
        if self.reports is not None:
            block["dispatch_action"] = True
            element["action_id"] = self.reports.id
        return block

    def element(self, viewer: Viewer, value: Any, choices: Sequence[Choice]) -> dict[str, Any]:
        """The input element. Every kind of field has its own."""
        raise NotImplementedError

    def read(self, element: Element, viewer: Viewer) -> Any:
        """The typed value. Raises ValueError with a message code."""
        raise NotImplementedError

    def empty(self) -> Any:
        """What stands for nothing typed."""
        return None

    def raw(self, element: Element) -> Any:
        """What is in the input, unparsed, for rendering it again."""
        return element.text()

    def shown(self, values: Mapping[str, Any], viewer: Viewer) -> Any:  # noqa: ARG002
        """What of a form's values the input shows."""
        return values.get(self.name)

    def read_at(self, element: Element, viewer: Viewer, now: datetime | None) -> Mapping[str, Any]:  # noqa: ARG002
        """The values it stands for, by name; `now` is the reader's own moment. Raises ValueError like `read`."""
        return {self.name: self.read(element, viewer)}

    def either(self, typed: Mapping[str, Any], now: Mapping[str, Any]) -> Mapping[str, Any]:
        """What was typed or, where that is nothing, what is there now."""
        return {self.name: typed[self.name] or now[self.name]}


@dataclass(frozen=True)
class Text(Field):
    """Words. `multiline` for notes; `max_length` at most 3,000 (Slack's own limit)."""

    max_length: int = INPUT_MAX
    multiline: bool = False

    def element(self, viewer: Viewer, value: Any, choices: Sequence[Choice]) -> dict[str, Any]:  # noqa: ARG002
        made: dict[str, Any] = {"type": "plain_text_input", "max_length": self.max_length}
        if self.multiline:
            made["multiline"] = True
        if value:
            made["initial_value"] = str(value)[: self.max_length]
        if self.reports is not None:
            made["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
        return made

    def read(self, element: Element, viewer: Viewer) -> str:  # noqa: ARG002
        return element.text().strip()

    def empty(self) -> str:
        return ""


@dataclass(frozen=True)
class Money(Text):
    """An amount as people of the viewer's language write it: `1.200,50`, `12k`. Parsed to a Decimal."""

    max_length: int = 30

    def element(self, viewer: Viewer, value: Any, choices: Sequence[Choice]) -> dict[str, Any]:
        shown = viewer.number(value) if isinstance(value, Decimal) else value
        return super().element(viewer, shown, choices)

    def read(self, element: Element, viewer: Viewer) -> Any:
        return parse_amount(element.text(), viewer.locale)

    def empty(self) -> Any:
        return None


@dataclass(frozen=True)
class Percent(Money):
    """A percentage from 0 to 100, as a Decimal."""

    def read(self, element: Element, viewer: Viewer) -> Any:
        return parse_percent(element.text(), viewer.locale)


@dataclass(frozen=True)
class Email(Field):
    """An e-mail address. Slack checks its look, the domain its sense."""

    def element(self, viewer: Viewer, value: Any, choices: Sequence[Choice]) -> dict[str, Any]:  # noqa: ARG002
        made: dict[str, Any] = {"type": "email_text_input"}
        if value and _ADDRESS.fullmatch(str(value)):
            # Slack refuses a whole window for one half-typed address; what stands in the input it keeps by itself.
            made["initial_value"] = str(value)
        if self.reports is not None:
            made["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
        return made

    def read(self, element: Element, viewer: Viewer) -> str:  # noqa: ARG002
        return element.text().strip()

    def empty(self) -> str:
        return ""


@dataclass(frozen=True)
class Number(Field):
    """A whole number between `low` and `high`."""

    low: int = 0
    high: int = 1_000_000

    def element(self, viewer: Viewer, value: Any, choices: Sequence[Choice]) -> dict[str, Any]:  # noqa: ARG002
        made: dict[str, Any] = {
            "type": "number_input",
            "is_decimal_allowed": False,
            "min_value": str(self.low),
            "max_value": str(self.high),
        }
        with suppress(ValueError):
            # Like an address: a number out of range would be refused together with its window.
            made["initial_value"] = str(self._within(str(value)))
        return made

    def read(self, element: Element, viewer: Viewer) -> int:  # noqa: ARG002
        return self._within(element.text())

    def _within(self, text: str) -> int:
        try:
            number = int(text)
        except ValueError as error:
            raise ValueError("number_invalid") from error
        if not self.low <= number <= self.high:
            raise ValueError("number_out_of_range")
        return number


@dataclass(frozen=True)
class Date(Field):
    """A day."""

    def element(self, viewer: Viewer, value: Any, choices: Sequence[Choice]) -> dict[str, Any]:  # noqa: ARG002
        made: dict[str, Any] = {"type": "datepicker"}
        if value:
            made["initial_date"] = value.isoformat() if isinstance(value, date) else str(value)
        return made

    def read(self, element: Element, viewer: Viewer) -> date:  # noqa: ARG002
        try:
            return date.fromisoformat(element.text())
        except ValueError as error:
            raise ValueError("date_invalid") from error


@dataclass(frozen=True)
class Select(Field):
    """One of at most a hundred choices. `ids` reads the value as a record's id."""

    ids: bool = False

    def element(self, viewer: Viewer, value: Any, choices: Sequence[Choice]) -> dict[str, Any]:  # noqa: ARG002
        made: dict[str, Any] = {"type": "static_select", **kit.options_of(choices)}
        chosen = next((choice for choice in choices if choice.value == str(value or "")), None)
        if chosen is not None:
            made["initial_option"] = kit.option(chosen)
        return made

    def read(self, element: Element, viewer: Viewer) -> Any:  # noqa: ARG002
        return as_id(element.text()) if self.ids else element.text()


@dataclass(frozen=True)
class Search(Field):
    """A choice found by typing; a Choice as value is shown as chosen. `many` for several."""

    lookup: type[Lookup] | None = None
    many: bool = False
    ids: bool = False

    def element(self, viewer: Viewer, value: Any, choices: Sequence[Choice]) -> dict[str, Any]:  # noqa: ARG002
        if self.lookup is None:
            raise TypeError(f"{self.name} has no lookup")
        kind = "multi_external_select" if self.many else "external_select"
        made: dict[str, Any] = {"type": kind, "action_id": self.lookup.id, "min_query_length": 0}
        if self.many and value:
            made["initial_options"] = kit.options(list(value))
        elif value:
            made["initial_option"] = kit.option(value)
        return made

    def read(self, element: Element, viewer: Viewer) -> Any:  # noqa: ARG002
        if self.many:
            return tuple(element.texts())
        return as_id(element.text()) if self.ids else element.text()

    def raw(self, element: Element) -> Any:
        return element.texts() if self.many else element.text()

    def empty(self) -> Any:
        return () if self.many else None


@dataclass(frozen=True)
class Person(Field):
    """A colleague: Slack's own picker. The value is a Slack user id."""

    def element(self, viewer: Viewer, value: Any, choices: Sequence[Choice]) -> dict[str, Any]:  # noqa: ARG002
        made: dict[str, Any] = {"type": "users_select"}
        if value:
            made["initial_user"] = str(value)
        return made

    def read(self, element: Element, viewer: Viewer) -> str:  # noqa: ARG002
        return element.text()

    def empty(self) -> str:
        return ""


def as_id(text: str) -> UUID:
    """A record's id out of an option's value. Raises ValueError("choice_invalid")."""
    try:
        return UUID(text)
    except ValueError as error:
        raise ValueError("choice_invalid") from error


@dataclass(frozen=True)
class Form(Generic[T]):
    """Fields that together make a value of the domain: `Form(LeadInput, (Text("name", ...), ...))`."""

    into: Callable[..., T]
    fields: tuple[Field, ...]
    choices: Mapping[str, Sequence[Choice]] = field(default_factory=dict)

    def with_choices(self, **choices: Sequence[Choice]) -> "Form[T]":
        """The same form with the options of its selects."""
        return replace(self, choices={**self.choices, **choices})

    def blocks(
        self,
        viewer: Viewer,
        values: Mapping[str, Any],
        *,
        revision: str = "",
        only: Sequence[str] = (),
        expanded: bool = True,
    ) -> list[Block]:
        """The input blocks, showing `values` (by field name; what is missing stays empty).

        Unless `expanded`, fields that are `more` and hold nothing are left out, and a button offers them.
        """
        # A select without options is refused by Slack; there is nothing to choose then.
        usable = [one for one in self.fields if not isinstance(one, Select) or self.choices.get(one.name)]
        wanted = [one for one in usable if not only or one.name in only]
        at_hand = {one.name: one.shown(values, viewer) for one in wanted}
        shown = [one for one in wanted if expanded or not one.more or at_hand[one.name]]
        blocks = [one.block(viewer, at_hand[one.name], self.choices.get(one.name, ()), revision) for one in shown]
        if len(shown) < len(wanted):
            blocks.append(kit.actions(kit.button(viewer.t("More fields"), MoreFields())))
        return blocks

    def hides(self, names: Iterable[str]) -> bool:
        """Whether any of these fields may be out of sight until "More fields" is asked for."""
        return any(one.more for one in self.fields if one.name in set(names))

    def parse(self, state: State, viewer: Viewer, now: datetime | None = None) -> T:
        """The typed value of what was submitted at the reader's own moment `now` (aware).

        Raises Invalid with a code for each field that cannot be read.
        """
        values: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for one in self.fields:
            element = find(state, one.name)
            if element is None or not (element.text() or element.texts()):
                values[one.name] = one.empty()
                if one.required:
                    problems[one.name] = "required"
                continue
            try:
                values |= one.read_at(element, viewer, now)
            except ValueError as error:
                problems[one.name] = str(error)
        if problems:
            raise Invalid(problems)
        return self.into(**values)

    def typed(self, state: State) -> dict[str, Any]:
        """What is in the inputs right now, unparsed: for rendering the form again without losing anything."""
        found = {one.name: (one, find(state, one.name)) for one in self.fields}
        return {name: one.raw(element) for name, (one, element) in found.items() if element is not None}

    def kept(self, state: State) -> dict[str, Any]:
        """The same without what was found by searching, whose name is not known here; where a form is shown again in
        the same window, Slack keeps that by itself.
        """
        searched = {one.name for one in self.fields if isinstance(one, Search)}
        return {name: value for name, value in self.typed(state).items() if name not in searched}


def find(state: State, name: str) -> Element | None:
    """A field's input, whatever revision of it is shown."""
    for block_id in state.values:
        if block_id.partition("~")[0] == name:
            return state.element(block_id)
    return None


def block_id_of(state: State, name: str) -> str:
    """The block id under which a field's problem is to be shown."""
    return next((block_id for block_id in state.values if block_id.partition("~")[0] == name), name)
