"""Buttons, selects, windows and commands: each leads somewhere, and to one place only."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot import handlers
from bot.dispatch import ACTIONS, COMMANDS
from bot.handlers import register_all
from bot.routes import Action, Lookup, Route, Submission
from bot.views.help import TOPICS
from tests.architecture.source import named, nodes, python_files, tree
from web.manifest import manifest


def _called(path: Path) -> set[str]:
    return {
        node.func.id
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not _registers(node)
    }


def _registers(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in ("on", "on_submit", "isinstance")


def _mentioned(path: Path) -> set[str]:
    """Names that are used: as a value, not in an import, a class statement or an annotation."""
    return {node.id for node in _values(tree(path)) if isinstance(node, ast.Name)}


def _values(node: ast.AST) -> Iterator[ast.AST]:
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns"):
            continue
        children = value if isinstance(value, list) else [value]
        for child in children:
            if isinstance(child, ast.AST):
                yield child
                yield from _values(child)


register_all()
ROUTES = sorted(Route.all().items())
RETIRED = {"list.change"}
"""Shown by earlier versions only, whose messages still stand in people's channels (docs/adr/0004-routes.md)."""


@cache
def _called_in(package: str) -> set[str]:
    return set[str]().union(*(_called(path) for path in python_files(package)))


@cache
def _mentioned_in(package: str) -> set[str]:
    return set[str]().union(*(_mentioned(path) for path in python_files(package)))


@pytest.mark.parametrize(("route_id", "route"), ROUTES)
def test_each_route_has_a_handler(route_id: str, route: type[Route]) -> None:
    # That there is not a second one is made sure of when handlers register.
    assert route in ACTIONS, f"nothing answers {route_id}"


def test_no_handler_answers_what_is_no_route() -> None:
    assert set(ACTIONS) <= {route for _, route in ROUTES}
    assert len(ROUTES) > 40


@pytest.mark.parametrize(("route_id", "route"), ROUTES)
def test_each_route_is_reached_from_the_screen(route_id: str, route: type[Route]) -> None:
    if issubclass(route, Submission):
        assert route.__name__ in _called_in("bot/views") | _called_in("bot/handlers"), (
            f"no window is opened with {route_id}"
        )
    elif issubclass(route, Lookup):
        assert route.__name__ in _mentioned_in("bot/views") | _mentioned_in("bot/routes"), (
            f"no field searches with {route_id}"
        )
    else:
        assert issubclass(route, Action)
        shortcuts = {shortcut["callback_id"] for shortcut in _features("shortcuts")}
        shown = route.__name__ in _mentioned_in("bot/views")
        assert shown or route_id in shortcuts | RETIRED, f"nothing shows {route_id}"


def test_ids_are_written_in_routes_alone() -> None:
    ids = {route_id for route_id, _ in ROUTES}
    found = [
        f"{named(path)}:{node.lineno} {node.value}"
        for path in python_files("bot", "web", "notifications")
        if "routes" not in path.parts
        for node in nodes(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in ids
    ]
    assert found == []


def test_routes_are_plain_enough_to_travel() -> None:
    for route_id, route in ROUTES:
        assert len(route_id) <= 50, route_id
        assert " " not in route_id
        assert "~" not in route_id
        assert route.__doc__, f"{route_id} does not say what it means"


def test_slack_knows_each_command_and_only_those() -> None:
    declared = [command["command"].lstrip("/") for command in _features("slash_commands")]
    assert sorted(declared) == sorted({one.command for one in COMMANDS})


def test_each_shortcut_is_a_route_that_needs_nothing() -> None:
    shortcuts = _features("shortcuts")
    assert shortcuts
    for shortcut in shortcuts:
        route = Route.of(shortcut["callback_id"])
        assert issubclass(route, Action)
        assert route() in (route(),), "it can be made without knowing a record"


def test_each_command_has_a_topic_in_the_help() -> None:
    assert {one.command for one in COMMANDS} <= set(TOPICS)


def test_each_subcommand_says_what_it_does() -> None:
    for one in COMMANDS:
        assert one.summary, one.usage
        assert one.summary[0].isupper(), one.usage
        assert not one.summary.endswith("."), one.usage
        assert one.word == one.word.lower()


def _features(name: str) -> list[dict[str, str]]:
    features = manifest("https://rapport.example")["features"]
    assert isinstance(features, dict)
    return list(features[name])


def test_each_file_of_handlers_is_an_area_that_is_registered() -> None:
    package = Path(handlers.__file__).parent
    assert sorted(path.stem for path in package.glob("*.py") if path.stem != "__init__") == sorted(handlers.AREAS)
    assert list(handlers.AREAS) == sorted(set(handlers.AREAS))
