"""What is possible: the list of commands, and where to start."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.commands import Subcommand
from bot.replies import Block, Message
from bot.routes import ListDeals, ListLeads, ListQuotes, LogCall, NewDeal, NewLead, NewQuote, ShowHelp
from bot.views import kit
from core.i18n import Viewer

TOPICS = {
    "lead": "Leads: people who may buy",
    "email": "E-mail",
    "call": "Calls",
    "deal": "Deals: what may be sold",
    "quote": "Quotes",
    "task": "Tasks",
    "meeting": "Meetings",
    "pipeline": "The pipeline: deals by stage",
    "report": "Reports: a week in numbers",
    "crm": "Everything else",
}
"""The slash commands in the order a sale takes, with a heading each."""
_COMMAND = rf"/(?=(?:{'|'.join(TOPICS)})\b)"
_TYPED = re.compile(f"`{_COMMAND}")
_SPOKEN = re.compile(rf"(?<!\S){_COMMAND}")
BARE = "Show this help"
"""What a command alone does unless it has something better to do."""
BARE_SEARCH = "Find any record by name, company, e-mail, phone or reference; alone, show this help"
ORDER = ("", "new", "log", "view", "find", "list", "move", "assign", "task", "tasks")
"""The words people need first; others follow in the order they were declared, `help` comes last."""
MENTION = "@Rapport "
"""What stands before a command's words in place of its slash, where slash commands do not work: in threads."""
ARGUMENTS_SHOWN = 24
"""Characters; of longer arguments the list of all commands says only that there are some."""


@dataclass(frozen=True)
class Help:
    """What a help answer is made of. `unknown` is what was typed and not understood, `nearest` what may be meant."""

    subcommands: Sequence[Subcommand]
    unknown: str = ""
    nearest: Subcommand | None = None


def help_message(shown: Help, viewer: Viewer) -> Message:
    """The commands by topic, and buttons for those who would rather click; one line where a word was misspelt."""
    lead = _opening(shown, viewer)
    blocks: list[Block] = [kit.section(lead)]
    if shown.nearest is not None:
        # Who mistyped one word wants that word, not the whole list.
        blocks.append(
            kit.actions(*_at_once(shown.nearest, viewer), kit.button(viewer.t("See all commands"), ShowHelp()))
        )
        return Message(text=_plain(lead), blocks=blocks)
    topics = _by_topic(shown.subcommands)
    for topic, found in topics:
        lines = [_line(one, viewer, short=len(topics) > 1) for one in found]
        blocks.append(kit.section("\n".join([f"*{viewer.t(TOPICS.get(topic, f'/{topic}'))}*", *lines])))
    blocks += [
        quick_actions(viewer),
        kit.context(
            viewer.t("REF is what a record is called, such as L-42 or D-7; words of its name do as well."),
            viewer.t("In a thread, write to me instead: `@Rapport deal move D-7 won`."),
        ),
    ]
    return Message(text=_plain(lead), blocks=blocks)


def nothing_called(words: str, viewer: Viewer) -> Message:
    """Words that are no command and name no record: who typed them looked for one."""
    text = viewer.t("I find nothing called “{words}”, and no command of that name.", words=kit.esc(kit.cut(words, 80)))
    return Message(
        text,
        [
            kit.section(text),
            kit.actions(
                kit.button(viewer.t("See all commands"), ShowHelp()), kit.button(viewer.t("New lead"), NewLead())
            ),
        ],
    )


def which_command(words: str, meant: Sequence[Subcommand], viewer: Viewer) -> Message:
    """A word that several other commands have; `words` are the command and it."""
    lines = [_line(one, viewer, short=False) for one in meant]
    lead = viewer.t("I do not know “{typed}”. Did you mean one of these?", typed=kit.esc(words))
    see = kit.actions(kit.button(viewer.t("See all commands"), ShowHelp()))
    text = _plain(" ".join([lead, *(kit.esc(one.usage) for one in meant)]))
    return Message(text, [kit.section("\n".join([lead, *lines])), see])


def short_help(viewer: Viewer) -> Message:
    """The answer to somebody who writes to Rapport: how to get things done."""
    text = viewer.t("Write me what you would type after a slash, such as `deal view D-7`; `help` shows all of it.")
    return Message(text=_plain(text), blocks=[kit.section(text), quick_actions(viewer)])


def welcome(viewer: Viewer, *, installer: bool) -> Message:
    """The first message to somebody; `installer` brought Rapport into the workspace and is its admin."""
    if installer:
        text = viewer.t("Rapport is ready. You are its admin, and a first pipeline is set up.")
    else:
        text = viewer.t("Welcome to Rapport, your team's CRM in Slack.")
    blocks: list[Block] = [kit.section(text)]
    if installer:
        blocks += first_steps(viewer)
    buttons = kit.actions(
        kit.button(viewer.t("New lead"), NewLead(), style="primary"),
        kit.button(viewer.t("New deal"), NewDeal()),
        kit.button(viewer.t("See all commands"), ShowHelp()),
    )
    return Message(text, [*blocks, buttons])


def first_steps(viewer: Viewer) -> list[Block]:
    """Three next steps for those who start from nothing."""
    steps = (
        viewer.t("*1. Create a lead.* Type `/lead new` in any channel, or click below."),
        viewer.t("*2. Log a call on it.* Ten seconds, with the next follow-up; it waits for you in App Home."),
        viewer.t("*3. Convert it to a deal* and move it through the stages until you draft its quote."),
    )
    return [kit.section("\n".join(steps))]


def quick_actions(viewer: Viewer) -> Block:
    """What people do most, as buttons."""
    return kit.actions(
        kit.button(viewer.t("New lead"), NewLead(), style="primary"),
        kit.button(viewer.t("Log call"), LogCall()),
        kit.button(viewer.t("New deal"), NewDeal()),
        kit.button(viewer.t("New quote"), NewQuote()),
        kit.button(viewer.t("Leads"), ListLeads(), label=viewer.t("List leads")),
        kit.button(viewer.t("Deals"), ListDeals(), label=viewer.t("List deals")),
        kit.button(viewer.t("Quotes"), ListQuotes(), label=viewer.t("List quotes")),
    )


def for_mentions(said: Message) -> Message:
    """An answer to a mention: the commands it names can be typed in a thread, `@Rapport deal move` for `/deal move`."""
    return Message(_SPOKEN.sub(MENTION, said.text), [_for_mentions(block) for block in said.blocks])


def _for_mentions(part: Block) -> Block:
    """A part of a message; only what Rapport itself says is mrkdwn with commands in it."""
    if part.get("type") == "mrkdwn":
        return {**part, "text": _TYPED.sub(f"`{MENTION}", str(part["text"]))}
    return {name: _each(value) for name, value in part.items()}


def _each(value: object) -> object:
    if isinstance(value, Mapping):
        return _for_mentions(value)
    return [_each(one) for one in value] if isinstance(value, list | tuple) else value


def _by_topic(subcommands: Sequence[Subcommand]) -> list[tuple[str, list[Subcommand]]]:
    """What is worth a line, by topic; that each command has a help of its own is said once where there are many."""
    present = {one.command for one in subcommands}
    topics = [*(topic for topic in TOPICS if topic in present), *sorted(present - set(TOPICS))]
    told = {topic: [one for one in subcommands if one.command == topic and one.summary != BARE] for topic in topics}
    for topic, found in told.items():
        found.sort(key=_rank)
        if len(topics) > 1 and topic != "crm":
            told[topic] = [one for one in found if one.word != "help"]
    return [(topic, found) for topic, found in told.items() if found]


def _at_once(meant: Subcommand, viewer: Viewer) -> list[Block]:
    """The button that does what was meant, where it needs nothing that was typed."""
    match meant.command, meant.word:
        case "lead", "new":
            return [kit.button(viewer.t("New lead"), NewLead(), style="primary")]
        case "deal", "new":
            return [kit.button(viewer.t("New deal"), NewDeal(), style="primary")]
        case "quote", "new":
            return [kit.button(viewer.t("New quote"), NewQuote(), style="primary")]
        case "call", "log":
            return [kit.button(viewer.t("Log call"), LogCall(), style="primary")]
        case "lead", "list":
            return [kit.button(viewer.t("List leads"), ListLeads(), style="primary")]
        case "deal", "list":
            return [kit.button(viewer.t("List deals"), ListDeals(), style="primary")]
        case _:
            return []


def _rank(one: Subcommand) -> int:
    if one.word in ORDER:
        return ORDER.index(one.word)
    return len(ORDER) + (one.word == "help")


def _opening(shown: Help, viewer: Viewer) -> str:
    if not shown.unknown:
        return viewer.t("This is what you can do with Rapport.")
    typed = kit.esc(kit.cut(shown.unknown, 80)).replace("`", "'")
    if shown.nearest is None:
        return viewer.t("I do not know “{typed}”. This is what you can do.", typed=typed)
    usage = kit.esc(shown.nearest.usage)
    return viewer.t("I do not know “{typed}”. Did you mean `{usage}`?", typed=typed, usage=usage)


def _line(one: Subcommand, viewer: Viewer, *, short: bool) -> str:
    usage = one.usage
    if short and len(one.arguments) > ARGUMENTS_SHOWN:
        usage = f"/{one.command} {one.word} [{kit.ELLIPSIS}]"
    return f"`{kit.esc(usage)}` – {kit.esc(viewer.t(one.summary))}"


def _plain(text: str) -> str:
    return text.replace("`", "")
