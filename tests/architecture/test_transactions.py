"""One place opens and ends transactions, and nothing is asynchronous."""

import ast
from pathlib import Path

from tests.architecture.source import named, nodes, python_files

ENDS_TRANSACTIONS = {"core/db.py"}
MAKERS = ("create_engine", "Session", "sessionmaker", "scoped_session", "RecordedSession")


def calls(path: Path, *methods: str) -> list[str]:
    """Where a file calls a method of one of these names."""
    return [
        f"{named(path)}:{node.lineno} {node.func.attr}"
        for node in nodes(path, *methods)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in methods
    ]


def makes_some(path: Path) -> bool:
    """Whether a file makes an engine or a session."""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS
        for node in nodes(path, *MAKERS)
    )


def test_only_the_database_module_commits_or_rolls_back() -> None:
    # The sandbox is a product of its own and keeps everything in memory; Alembic commits for the migrations.
    files = python_files("bot", "core", "notifications", "web", "cli")
    found = [
        call for path in files if named(path) not in ENDS_TRANSACTIONS for call in calls(path, "commit", "rollback")
    ]
    assert found == []
    assert any(calls(path, "commit") for path in files)


def test_only_the_database_module_makes_engines_and_sessions() -> None:
    files = python_files("bot", "core", "notifications", "web", "cli")
    assert {named(path) for path in files if makes_some(path)} == ENDS_TRANSACTIONS


def test_nothing_is_asynchronous() -> None:
    found = [
        f"{named(path)}:{node.lineno}"
        for path in python_files()
        for node in nodes(path, "async", "await")
        if isinstance(node, ast.AsyncFunctionDef | ast.Await)
    ]
    assert found == []
