"""The project's own files, for tests about how they are written."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("bot", "core", "notifications", "web", "cli", "sandbox", "migrations")
NOT_OURS = frozenset(
    (".git", ".venv", ".rapport", "__pycache__", ".mypy_cache", ".ruff_cache", ".hypothesis", "build", "node_modules")
)
TEXT = frozenset(
    (".py", ".md", ".toml", ".yaml", ".yml", ".js", ".mjs", ".css", ".html", ".sh", ".mako", ".txt", ".j2", "")
)


def python_files(*packages: str) -> list[Path]:
    """The Python files of the product (or of the named packages); migrations once run are history and left out."""
    found = (path for package in packages or PRODUCT for path in (ROOT / package).rglob("*.py"))
    return sorted(path for path in found if "versions" not in path.parts and not NOT_OURS & set(path.parts))


def text_files() -> Iterator[Path]:
    """Every text file of the project."""
    for path in sorted(ROOT.rglob("*")):
        ours = not NOT_OURS & set(path.relative_to(ROOT).parts) and not path.name.endswith(".egg-info")
        if ours and path.is_file() and path.suffix in TEXT:
            yield path


def tree(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(), str(path))


def nodes(path: Path, *words: str) -> Iterator[ast.AST]:
    """Every node of the file's syntax tree; none where words are given and the file has none of them.

    Most files need not be parsed to see that a name is not in them. Words of texts cannot be looked for like this: a
    text may be written in parts, which Python joins.
    """
    text = path.read_text()
    if not words or any(word in text for word in words):
        yield from ast.walk(ast.parse(text, str(path)))


def named(path: Path) -> str:
    """The path as people say it."""
    return str(path.relative_to(ROOT))


def module_names() -> list[str]:
    """Every importable module of the product; Alembic's scripts are run by Alembic, never imported."""
    paths = (path.relative_to(ROOT) for path in python_files())
    scripts = {"migrations.env"}
    names = {".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths}
    return sorted(name for name in names if name not in scripts and not name.endswith("__main__"))
