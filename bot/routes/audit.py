"""Routes of the audit."""

from dataclasses import dataclass

from bot.routes.base import Action


@dataclass(frozen=True)
class ShowAudit(Action, id="audit.show"):
    """A page of what was changed, as far as it fits the words."""

    words: str = ""
    page: int = 0


@dataclass(frozen=True)
class ExportAudit(Action, id="audit.file"):
    """Send all of it as a file."""

    words: str = ""
