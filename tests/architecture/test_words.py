"""What the domain says in codes and columns has words on the screen."""

import ast
import re
from collections.abc import Iterator

import pytest

from bot import errors
from bot.labels import FIELDS
from core.queries.history import BOOKKEEPING, MODELS
from tests.architecture.source import named, nodes, python_files

EMAIL = re.compile(r"(?<![-.\w])Emails?\b(?!-)")
RAISED = ("Conflict", "Forbidden", "NotFound", "Busy", "DomainError")


@pytest.mark.parametrize("entity", MODELS)
def test_each_column_in_a_history_has_a_name_for_people(entity: str) -> None:
    shown = set(MODELS[entity].__tracked__) - BOOKKEEPING  # type: ignore[index]  # keys are its own
    assert shown <= set(FIELDS)


def test_each_error_has_a_sentence() -> None:
    known = {*errors.SENTENCES, *errors._WITH_DATA}
    codes = dict(_codes(RAISED))
    assert {code: place for code, place in codes.items() if code not in known} == {}
    assert len(codes) > 10


def test_each_problem_with_a_field_has_a_sentence() -> None:
    found: dict[str, str] = {}
    for path in python_files("core", "bot"):
        for node in nodes(path, "Invalid"):
            if _calls(node, ("Invalid",)) and isinstance(node, ast.Call) and isinstance(node.args[0], ast.Dict):
                for value in node.args[0].values:
                    if isinstance(value, ast.Constant):
                        found[str(value.value)] = f"{named(path)}:{node.lineno}"
    found.update(_codes(("Unusable",)))
    assert {code: place for code, place in found.items() if code not in errors.FIELD_PROBLEMS} == {}
    assert len(found) > 5


@pytest.mark.parametrize("package", ["bot", "notifications", "cli", "web"])
def test_e_mail_is_spelt_in_one_way(package: str) -> None:
    found = {
        f"{named(path)}:{node.lineno}"
        for path in python_files(package)
        for node in nodes(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and EMAIL.search(node.value)
    }
    assert found == set(), "people read E-mail, on a button as in a sentence"


def _codes(names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for path in python_files("core", "bot"):
        for node in nodes(path, *names):
            if _calls(node, names) and isinstance(node, ast.Call) and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value, f"{named(path)}:{node.lineno}"


def _calls(node: ast.AST, names: tuple[str, ...]) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
