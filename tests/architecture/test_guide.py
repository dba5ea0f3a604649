"""The user guide tells of every command there is, and of no other."""

import os
from pathlib import Path

import bot.handlers
from bot.dispatch import COMMANDS
from bot.guide import command_reference, with_reference

GUIDE = Path(__file__).parents[2] / "docs" / "guide.md"


def test_the_command_reference_is_the_registry() -> None:
    bot.handlers.register_all()
    written = GUIDE.read_text()
    wanted = with_reference(written, command_reference(COMMANDS))
    if os.environ.get("GOLDEN"):
        GUIDE.write_text(wanted)
    assert GUIDE.read_text() == wanted, "the guide's commands changed: write them anew with GOLDEN=1 and read them"


def test_every_picture_of_the_guide_is_there() -> None:
    pictures = [
        part.partition(")")[0] for part in GUIDE.read_text().split("](")[1:] if ".png" in part.partition(")")[0]
    ]
    assert pictures
    assert [name for name in pictures if not (GUIDE.parent / name).exists()] == []
