"""What a handler may answer. How it reaches Slack is the interaction wrapper's business alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.routes import Submission

Block = Mapping[str, object]


@dataclass(frozen=True)
class Message:
    """Something to read. `text` reads well alone: it is the notification and what a screen reader says."""

    text: str
    blocks: Sequence[Block] = ()


@dataclass(frozen=True)
class Modal:
    """A window. Without a `route` it has nothing to submit. Title and labels are at most 24 characters."""

    title: str
    blocks: Sequence[Block]
    route: Submission | None = None
    submit: str = ""
    close: str = ""


@dataclass(frozen=True)
class Home:
    """A person's App Home."""

    blocks: Sequence[Block]


@dataclass(frozen=True)
class Choice:
    """One option of a select: what is shown (75 characters), what it stands for (150), and a second line (75)."""

    text: str
    value: str
    description: str = ""
    group: str = ""
    """The heading it stands under in a select, where there are several."""


@dataclass(frozen=True)
class ChoiceGroup:
    """Options under a heading."""

    label: str
    choices: Sequence[Choice]


class Reply:
    """Base of all answers."""


@dataclass(frozen=True)
class Nothing(Reply):
    """All is said already."""


@dataclass(frozen=True)
class Say(Reply):
    """Tell the person, and only them, where they are: a command's answer, below a message, or in a window."""

    message: Message


@dataclass(frozen=True)
class Replace(Reply):
    """Show the message in place of the one acted on, or from which the window was opened, if that is the person's own;
    else say it to them.
    """

    message: Message


@dataclass(frozen=True)
class ReplaceCard(Reply):
    """Close all windows, and show the message in place of the record's card that the form was opened from, if that was
    an answer which only the person sees and nobody keeps current; else say `elsewhere` to them, or the message itself.
    """

    message: Message
    elsewhere: Message | None = None


@dataclass(frozen=True)
class OpenModal(Reply):
    """Open a window, on top of the one the person is in."""

    modal: Modal


@dataclass(frozen=True)
class UpdateModal(Reply):
    """Show the window the person is in anew; what was typed under the same names stays."""

    modal: Modal


@dataclass(frozen=True)
class CloseModal(Reply):
    """Close all windows, and say something where the person came from."""

    say: Message | None = None


@dataclass(frozen=True)
class FieldErrors(Reply):
    """Keep the window with what was typed, and show a sentence under each field at fault."""

    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ShowHome(Reply):
    """Paint the person's App Home."""

    home: Home


@dataclass(frozen=True)
class Unfurl(Reply):
    """Show cards below the links of a message, for everybody who reads it."""

    cards: Mapping[str, Message] = field(default_factory=dict)


@dataclass(frozen=True)
class Choices(Reply):
    """The options a searching select shows."""

    choices: Sequence[Choice] = ()
    groups: Sequence[ChoiceGroup] = ()
