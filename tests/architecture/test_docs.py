"""The documents keep up: every setting and command is in the README, and every decision names tests that exist."""

import re
from pathlib import Path

import pytest
import typer

from bot.dispatch import COMMANDS
from cli.main import app
from core.settings import Settings
from web.manifest import COMMANDS as SLASH_COMMANDS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "docs" / "operations.md", *DECISIONS]
TEST_PATH = re.compile(r"`(tests/[\w/.*]+)`")
LINK = re.compile(r"\]\(([^)#]+)(?:#[\w-]+)?\)")
ADR_LINES_MAX = 70


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_each_setting_is_in_the_readme(name: str) -> None:
    assert f"`{name.upper()}`" in README


def test_each_command_is_in_the_readme_and_says_what_it_does() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    for name, command in group.commands.items():
        assert f"`rapport {name}" in README, name
        assert command.help, name


def test_no_command_in_the_readme_is_missing() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    assert set(re.findall(r"`rapport ([\w-]+)", README)) <= set(group.commands)


def test_slash_commands_in_the_readme_exist() -> None:
    known = {name for name, _, _ in SLASH_COMMANDS}
    named = set(re.findall(r"`(/[a-z]+) [a-z]", README))
    assert named
    assert named <= known
    assert {one.command for one in COMMANDS} <= {name.removeprefix("/") for name in known}


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_each_decision_is_short_and_names_its_tests(page: Path) -> None:
    text = page.read_text()
    named = TEST_PATH.findall(text)
    assert named, "name the test that proves it"
    for path in named:
        assert list(ROOT.glob(path)), path
    assert len(text.splitlines()) <= ADR_LINES_MAX


def test_decisions_are_numbered_in_a_row() -> None:
    numbers = [int(page.stem.partition("-")[0]) for page in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target
