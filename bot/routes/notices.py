"""Routes of what people and channels are told."""

from dataclasses import dataclass

from bot.routes.base import Action, Submission


@dataclass(frozen=True)
class ShowNotices(Action, id="notices.show"):
    """Open the settings of what one is told, or of what is posted to a channel."""

    channel: str = ""


@dataclass(frozen=True)
class SaveNotices(Submission, id="notices.save"):
    """How one is told, or how it is posted to a channel."""

    channel: str = ""
