"""A modal in a person's hands."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from sandbox.acts import elements as acts
from sandbox.acts import modals
from sandbox.blockkit import input_blocks
from sandbox.driver.errors import NotOnScreenError
from sandbox.driver.reading import screen, words
from sandbox.driver.surface import Hand, Surface
from sandbox.elements import TEXT_INPUTS, find_element
from sandbox.jsons import JsonObject, as_object, as_text
from sandbox.model import StateValues, View
from sandbox.view_store import stack_of

Fill = str | int | bool | date | time | datetime | Sequence[str] | None


class Modal(Surface):
    """One modal; it follows the view through updates."""

    def __init__(self, hand: Hand, view: View) -> None:
        """Hold `view`."""
        super().__init__(hand)
        self._view = view

    def __repr__(self) -> str:
        """Show what is on it."""
        return f"<Modal {self.title!r}\n{self.text()}>"

    @property
    def view(self) -> View:
        """The view itself, for what a person does not see (callback id, private metadata)."""
        return self._view

    @property
    def title(self) -> str:
        """The words in the title bar."""
        return words(self._view.content.get("title"))

    @property
    def submit_text(self) -> str:
        """The words on the submit button, empty when there is none."""
        return words(self._view.content.get("submit"))

    @property
    def close_text(self) -> str:
        """The words on the close button."""
        return words(self._view.content.get("close")) or "Cancel"

    @property
    def blocks(self) -> list[JsonObject]:
        """The blocks as they are now."""
        return self._view.blocks

    @property
    def state(self) -> StateValues:
        """What is filled in so far."""
        return self._view.values

    @property
    def container(self) -> JsonObject:
        """How acts name this view."""
        return {"kind": "view", "view_id": self._view.id}

    @property
    def is_open(self) -> bool:
        """Whether it is still on the stack."""
        return self._view in stack_of(self._hand.actor.team, self._hand.actor.user.id)

    @property
    def errors(self) -> dict[str, str]:
        """The sentences shown under fields, by label."""
        labels = {as_text(b.get("block_id")): words(b.get("label")) for b in input_blocks(self._view.content)}
        return {labels[block_id]: text for block_id, text in self._view.errors.items()}

    def text(self) -> str:
        """Return every line a person reads, title and buttons included."""
        footer = f"[{self.close_text}]" + (f" [{self.submit_text}]" if self.submit_text else "")
        shown = [f"{label}: {error}" for label, error in self.errors.items()]
        return "\n".join([f"# {self.title}", screen(self.blocks, self.state), *shown, footer])

    def visible_text(self) -> str:
        """Return the same as `text()`."""
        return self.text()

    def labels(self) -> list[str]:
        """Return the labels of the input fields, from top to bottom."""
        return [words(block.get("label")) for block in input_blocks(self._view.content)]

    def is_optional(self, label: str) -> bool:
        """Tell whether a field may stay empty."""
        block, _ = self._field(label)
        return block.get("optional") is True

    def fill(self, values: Mapping[str, Fill] | None = None, **by_label: Fill) -> None:
        """Fill fields by label, in the order given.

        As keywords, a label's spaces are underscores and its case does not matter: `next_step="Call"`.
        """
        for label, value in (values or {}).items():
            self._fill_one(label, value)
        for key, value in by_label.items():
            self._fill_one(self._label_for(key), value)

    def type(self, label: str, text: str, *, enter: bool = False) -> None:
        """Type into a text field; with `enter`, press Enter at the end."""
        _, element = self._field(label)
        self._put(element, text)
        if enter:
            _, element = self._field(label)
            self._act(element, text)

    def set_date(self, label: str, day: date | str) -> None:
        """Pick a date."""
        self._fill_one(label, day)

    def submit(self, text: str | None = None) -> None:
        """Press the submit button; `text`, where given, must be what is written on it."""
        if not self.is_open or not self.submit_text or (text is not None and text != self.submit_text):
            raise NotOnScreenError(f"the submit button {text or ''!r}", self.text())
        self._hand.do(lambda: modals.submit(self._hand.actor, self._view.id))

    def close(self) -> None:
        """Press Cancel."""
        self._hand.do(lambda: modals.close(self._hand.actor, self._view.id))

    def dismiss(self) -> None:
        """Press the ×: the whole stack goes."""
        self._hand.do(lambda: modals.dismiss(self._hand.actor, self._view.id))

    def _label_for(self, key: str) -> str:
        def plain(text: str) -> str:
            return "".join(c if c.isalnum() else " " for c in text.lower()).strip()

        matches = [label for label in self.labels() if plain(label) == plain(key)]
        if len(matches) != 1:
            raise NotOnScreenError(f"exactly one field {key!r}", self.text())
        return matches[0]

    def _fill_one(self, label: str, value: Fill) -> None:
        _, element = self._field(label)
        kind = as_text(element.get("type"))
        if kind in TEXT_INPUTS:
            self._put(element, None if value is None else str(value))
        elif kind in ("datepicker", "timepicker", "datetimepicker"):
            self._put(element, _moment(kind, value))
        elif isinstance(value, str) or value is None:
            self.choose(label, *([value] if value else []))
        elif isinstance(value, Sequence):
            self.choose(label, *value)
        else:
            self.choose(label, str(value))

    def _put(self, element: JsonObject, value: object) -> None:
        block_id, action_id = self._ids(element)
        block, _ = find_element(self.blocks, block_id, action_id)
        if as_object(block).get("type") != "input":
            self._act(element, value)
            return
        self._hand.do(lambda: acts.put_in(self._hand.actor, self._view.id, block_id, action_id, value))


def _moment(kind: str, value: Fill) -> object:
    if isinstance(value, datetime):
        return int(value.timestamp()) if kind == "datetimepicker" else value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return value.isoformat() if isinstance(value, date) else value
