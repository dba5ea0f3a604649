"""Typed ids: what a button, a select, a modal or a search field means, packed and unpacked in one place.

A route is a frozen dataclass with an id. What it packs travels through Slack (a button's value, an option's value, a
modal's private metadata) and comes back as the same dataclass. No file outside this package contains an id.
"""

import json
from dataclasses import dataclass
from typing import ClassVar, Self

from pydantic import ValidationError

from core.adapters import adapter_of

OPTION_VALUE_MAX = 150
BUTTON_VALUE_MAX = 2000
METADATA_MAX = 3000


class UnknownRoute(Exception):
    """What came back from Slack is no route of this version: an old message, or not ours."""


@dataclass(frozen=True)
class Route:
    """Base of all routes. Subclasses name their id; two with one id fail at import."""

    id: ClassVar[str] = ""
    _routes: ClassVar[dict[str, type["Route"]]] = {}

    def __init_subclass__(cls, *, id: str = "") -> None:  # noqa: A002 - reads as `class MoveDeal(Action, id="deal.move")`
        super().__init_subclass__()
        if not id:
            return
        if id in Route._routes:
            raise TypeError(f"two routes are called {id!r}")
        cls.id = id
        Route._routes[id] = cls

    def pack(self) -> str:
        """`id {json}`: the id and the fields that differ from their defaults."""
        fields = adapter_of(type(self)).dump_python(self, mode="json", exclude_defaults=True)
        return f"{self.id} {json.dumps(fields, separators=(',', ':'))}" if fields else self.id

    @classmethod
    def of(cls, route_id: str) -> type["Route"]:
        """The route class with this id. Raises UnknownRoute."""
        try:
            return Route._routes[route_id]
        except KeyError:
            raise UnknownRoute(route_id) from None

    @classmethod
    def all(cls) -> dict[str, type["Route"]]:
        """Every route of the product by id."""
        return dict(Route._routes)

    @classmethod
    def expect(cls, packed: str) -> Self:
        """Unpack and check the kind. Raises UnknownRoute."""
        route = unpack(packed)
        if not isinstance(route, cls):
            raise UnknownRoute(packed)
        return route


class Lookup(Route):
    """A select that searches as people type."""


class Action(Route):
    """A button, a select or an input that reports while it is typed in."""

    lookup: ClassVar[type[Lookup] | None] = None
    """Where its options come from, for a searching select that reports each choice."""


class Submission(Route):
    """A modal: which one it is and what it is about. Comes back with what was typed."""


def unpack(packed: str) -> Route:
    """The route a packed text stands for. Raises UnknownRoute."""
    route_id, _, fields = packed.partition(" ")
    kind = Route.of(route_id)
    try:
        route: Route = adapter_of(kind).validate_json(fields or "{}")
    except ValidationError as error:
        raise UnknownRoute(route_id) from error
    return route


def action_id_of(route_id: str, nth: int = 0) -> str:
    """An action id for the nth use of a route inside one block (Slack wants them unique there)."""
    return f"{route_id}~{nth}" if nth else route_id


def route_id_of(action_id: str) -> str:
    """The route's id inside an action id."""
    return action_id.partition("~")[0]
