"""Routes of e-mail: writing to somebody, and what becomes of it."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from bot.routes.base import Action, Lookup, Submission
from bot.routes.records import FindContact


@dataclass(frozen=True)
class ComposeEmail(Action, id="mail.compose"):
    """Open the window in which a mail about a record is written."""

    entity: str
    entity_id: UUID
    template_id: UUID | None = None
    follows_id: UUID | None = None
    """The mail of ours whose thread it goes on with."""


@dataclass(frozen=True)
class FindTemplate(Lookup, id="pick.template"):
    """Search templates."""


@dataclass(frozen=True)
class ChooseTemplate(Action, id="mail.template"):
    """A template was chosen: the text is filled in for this person."""

    lookup: ClassVar[type[Lookup] | None] = FindTemplate


@dataclass(frozen=True)
class ChooseReader(Action, id="mail.reader"):
    """Who of a deal's people gets it was chosen: the text is filled in for them."""

    lookup: ClassVar[type[Lookup] | None] = FindContact


@dataclass(frozen=True)
class UseTemplate(Action, id="mail.use_template"):
    """Take the template's text though what was typed goes."""

    template_id: UUID


@dataclass(frozen=True)
class KeepText(Action, id="mail.keep_text"):
    """Leave what was typed as it is."""


@dataclass(frozen=True)
class PreviewEmail(Action, id="mail.preview"):
    """Show the mail as it will arrive."""


@dataclass(frozen=True)
class SendEmail(Submission, id="mail.send"):
    """The mail: `filled` is a digest of the text as it was filled in last, so that one that was changed is not lost.

    `revision` tells the inputs from those they replaced; `seen` are the warnings that were shown.
    """

    entity: str
    entity_id: UUID
    quote_id: UUID | None = None
    """The quote that is sent with it."""
    follows_id: UUID | None = None
    filled: str = ""
    revision: int = 0
    seen: tuple[str, ...] = ()


@dataclass(frozen=True)
class AllowAddress(Action, id="mail.allow"):
    """Write again to an address that mail came back from, or that a colleague took off the list."""

    entity: str
    entity_id: UUID


@dataclass(frozen=True)
class SendQuote(Action, id="quote.mail"):
    """Open the window in which a quote is mailed."""

    quote_id: UUID


@dataclass(frozen=True)
class ShowEmail(Action, id="mail.show"):
    """A mail of ours, and what became of it."""

    email_id: UUID


@dataclass(frozen=True)
class StopEmail(Action, id="mail.stop"):
    """Stop a mail that has not left yet."""

    email_id: UUID


@dataclass(frozen=True)
class SendEmailAgain(Action, id="mail.again"):
    """Send a mail once more of which it is not known whether it left, or that was refused."""

    email_id: UUID


@dataclass(frozen=True)
class EmailArrived(Action, id="mail.arrived"):
    """Say that a mail left of which it was not known."""

    email_id: UUID
