"""Files and functions stay small enough to be read at once."""

import ast
from pathlib import Path

from tests.architecture.source import named, nodes, python_files, tree

FILE_LINES = 400
FUNCTION_LINES = 60


def test_files_are_short() -> None:
    # What only collects names (bot/routes/__init__.py) is looked things up in, not read.
    lengths = {named(path): len(path.read_text().splitlines()) for path in python_files() if _says_something(path)}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}
    assert len(lengths) > 40


def _says_something(path: Path) -> bool:
    return any(not isinstance(node, ast.ImportFrom | ast.Expr | ast.Assign) for node in tree(path).body)


def test_functions_are_short() -> None:
    lengths = {
        f"{named(path)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in python_files()
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES} == {}
    assert len(lengths) > 200
