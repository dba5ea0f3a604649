"""The command reference of the user guide (docs/guide.md), made from the registry the commands themselves live in."""

from collections.abc import Iterable

from bot.commands import Subcommand
from bot.views.help import TOPICS

BEGIN = "<!-- commands: made by bot/guide.py; `GOLDEN=1 make test` writes it anew -->"
END = "<!-- end of commands -->"


def command_reference(commands: Iterable[Subcommand]) -> str:
    """A table for each slash command, in Markdown, in the order a sale takes."""
    by_command: dict[str, list[Subcommand]] = {}
    for one in commands:
        by_command.setdefault(one.command, []).append(one)
    order = {name: position for position, name in enumerate(TOPICS)}
    tables = [
        _table(TOPICS.get(name, f"/{name}"), by_command[name])
        for name in sorted(by_command, key=lambda name: order.get(name, len(order)))
    ]
    return "\n\n".join(tables)


def with_reference(guide: str, reference: str) -> str:
    """The guide with its reference between the two marks. Raises ValueError where a mark is missing."""
    before, begin, rest = guide.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the guide has lost the marks around its command reference")
    return f"{before}{BEGIN}\n\n{reference}\n\n{END}{after}"


def _table(title: str, found: Iterable[Subcommand]) -> str:
    rows = [f"| `{_cell(one.usage)}` | {_cell(one.summary)} |" for one in sorted(found, key=lambda one: one.word)]
    return "\n".join([f"### {title}", "", "| type | what it does |", "|---|---|", *rows])


def _cell(text: str) -> str:
    return text.replace("|", r"\|")
