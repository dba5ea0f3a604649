"""Anything with blocks on it that a person can read, click and choose from."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Protocol

from sandbox.acts import elements as acts
from sandbox.acts.base import Actor
from sandbox.blockkit.prepare import all_blocks, elements_of
from sandbox.blockkit.rules import options_of
from sandbox.driver.errors import ConfirmNeededError, NotOnScreenError
from sandbox.driver.reading import chosen_words, screen, words
from sandbox.elements import STATE_KEYS
from sandbox.jsons import JsonObject, as_int, as_object, as_objects, as_strings, as_text
from sandbox.model import StateValues

Found = tuple[JsonObject, JsonObject]  # a block and an element in it


class Hand(Protocol):
    """Who acts: does a thing and raises when the app broke the rules meanwhile."""

    @property
    def actor(self) -> Actor:
        """The person."""

    def do(self, work: Callable[[], object]) -> None:
        """Do it, watching the app."""


class Surface:
    """A message, a modal or the Home tab, in one person's hands."""

    def __init__(self, hand: Hand) -> None:
        """Look at it as `hand`'s person."""
        self._hand = hand

    @property
    def blocks(self) -> list[JsonObject]:
        """The blocks as they are now."""
        raise NotImplementedError

    @property
    def state(self) -> StateValues:
        """What the person has filled in and chosen so far."""
        raise NotImplementedError

    @property
    def container(self) -> JsonObject:
        """How acts name this place."""
        raise NotImplementedError

    def visible_text(self) -> str:
        """Return every line a person reads here; buttons in brackets."""
        return screen(self.blocks, self.state)

    def buttons(self) -> list[str]:
        """Return the texts that can be clicked."""
        return [text for text, _, _ in self._clickable()]

    def has_button(self, text: str) -> bool:
        """Tell whether there is such a button."""
        return text in self.buttons()

    def click(self, text: str, nth: int = 0, *, confirm: bool | None = None) -> None:
        """Click the `nth` button (or overflow entry) with this text.

        A button that asks for confirmation needs `confirm=True` (yes) or `confirm=False` (no, nothing happens).
        """
        matches = [(element, value) for label, element, value in self._clickable() if label == text]
        if len(matches) <= nth:
            raise NotOnScreenError(f"the button {text!r}", self.visible_text())
        element, value = matches[nth]
        dialog = as_object(element.get("confirm"))
        if dialog and confirm is None:
            message = f"{text!r} asks: {words(dialog.get('title'))} — {words(dialog.get('text'))}"
            raise ConfirmNeededError(message)
        if not dialog and confirm is not None:
            raise NotOnScreenError(f"a confirmation of {text!r}", self.visible_text())
        if confirm is False:
            return
        self._act(element, value)

    def link(self, text: str) -> str:
        """Return where a link button leads."""
        for label, element, _ in self._clickable():
            if label == text and element.get("url"):
                return as_text(element.get("url"))
        raise NotOnScreenError(f"the link {text!r}", self.visible_text())

    def options(self, label: str, query: str = "") -> list[str]:
        """Return the texts a field offers; an external select is asked with `query`."""
        _, element = self._field(label)
        return [words(option.get("text")) for option in self._offered(element, query)]

    def choose(self, label: str, *texts: str, query: str | None = None) -> None:
        """Choose in a select, radio, checkbox, people or channel field by what is read there; none clears.

        An external select is searched with `query`, by default with the wanted text itself.
        """
        _, element = self._field(label)
        picked = [self._value_for(label, element, text, query) for text in texts]
        several = as_text(element.get("type")).startswith("multi_") or element.get("type") == "checkboxes"
        self._put(element, picked if several else (picked[0] if picked else None))

    def pick(self, label: str, day: date | str) -> None:
        """Pick a date where it acts at once."""
        _, element = self._field(label)
        self._put(element, day.isoformat() if isinstance(day, date) else day)

    def value(self, label: str) -> str:
        """Return what a field holds, as it reads."""
        block, element = self._field(label)
        values = self.state.get(as_text(block.get("block_id")), {})
        return chosen_words(values.get(as_text(element.get("action_id")), {}))

    def _clickable(self) -> Iterator[tuple[str, JsonObject, object]]:
        for _, element in self._elements():
            kind = element.get("type")
            only = as_strings(element.get("visible_to_user_ids"))
            if only and self._hand.actor.user.id not in only:
                continue
            if kind in ("button", "icon_button", "workflow_button"):
                yield words(element.get("text")), element, None
            elif kind == "overflow":
                for option in options_of(element):
                    yield words(option.get("text")), element, option.get("value")
            elif kind == "feedback_buttons":
                for key in ("positive_button", "negative_button"):
                    side = as_object(element.get(key))
                    yield words(side.get("text")), element, side.get("value")

    def _elements(self) -> Iterator[Found]:
        for block in all_blocks(self.blocks):
            for element in elements_of(block):
                if element.get("action_id"):
                    yield block, element

    def _field(self, label: str) -> Found:
        fields = [(block, element) for block, element in self._elements() if element.get("type") in STATE_KEYS]
        readers: tuple[Callable[[JsonObject, JsonObject], bool], ...] = (
            lambda block, _: words(block.get("label")) == label,
            lambda _, element: words(element.get("placeholder")) == label,
            lambda block, _: bool(words(block.get("text"))) and label in words(block.get("text")),
            lambda _, element: element.get("action_id") == label,
        )
        for reads in readers:
            matches = [found for found in fields if reads(*found)]
            if len(matches) == 1:
                return matches[0]
            if matches:
                raise NotOnScreenError(f"exactly one field {label!r}", self.visible_text())
        raise NotOnScreenError(f"the field {label!r}", self.visible_text())

    def _value_for(self, label: str, element: JsonObject, text: str, query: str | None) -> str:
        kind = as_text(element.get("type"))
        if kind.endswith("users_select"):
            return self._person_id(text)
        if kind.endswith(("channels_select", "conversations_select")):
            return self._hand.actor.sandbox.channel(self._hand.actor.team, text).id
        options = self._offered(element, text if query is None else query)
        exact = [option for option in options if words(option.get("text")) == text]
        close = exact or [option for option in options if text in words(option.get("text"))]
        if len(close) != 1 and not exact:
            offered = "\n".join(words(option.get("text")) for option in options)
            raise NotOnScreenError(f"exactly one option {text!r} of {label!r}", offered)
        return as_text(close[0].get("value"))

    def _person_id(self, text: str) -> str:
        for user in self._hand.actor.team.users.values():
            if text in (user.id, user.name, user.real_name):
                return user.id
        people = "\n".join(user.real_name for user in self._hand.actor.team.users.values())
        raise NotOnScreenError(f"the person {text!r}", people)

    def _offered(self, element: JsonObject, query: str) -> list[JsonObject]:
        if element.get("type") not in ("external_select", "multi_external_select"):
            return options_of(element)
        if len(query) < as_int(element.get("min_query_length"), 3):
            raise NotOnScreenError("any option (the search text is too short to search)", self.visible_text())
        answers: list[JsonObject] = []
        block_id, action_id = self._ids(element)
        actor = self._hand.actor
        self._hand.do(lambda: answers.append(acts.suggest(actor, self.container, block_id, action_id, query)))
        options = [option for answer in answers for option in as_objects(answer.get("options"))]
        for answer in answers:
            for group in as_objects(answer.get("option_groups")):
                options.extend(as_objects(group.get("options")))
        return options

    def _ids(self, element: JsonObject) -> tuple[str, str]:
        for block, other in self._elements():
            if other is element:
                return as_text(block.get("block_id")), as_text(element.get("action_id"))
        raise NotOnScreenError(f"the element {element.get('action_id')}", self.visible_text())

    def _act(self, element: JsonObject, value: object) -> None:
        block_id, action_id = self._ids(element)
        self._hand.do(lambda: acts.act_on(self._hand.actor, self.container, block_id, action_id, value))

    def _put(self, element: JsonObject, value: object) -> None:
        """Put a value where it dispatches; modals override it for input blocks."""
        self._act(element, value)
