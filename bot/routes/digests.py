"""Routes of the daily digest."""

from dataclasses import dataclass

from bot.routes.base import Action, Submission


@dataclass(frozen=True)
class ShowDigestSettings(Action, id="digest.settings"):
    """Whether and when a digest comes: one's own, or the channel's."""

    channel: str = ""


@dataclass(frozen=True)
class SaveDigestSettings(Submission, id="digest.save"):
    """When the digest comes to its channel, if at all."""

    channel: str


@dataclass(frozen=True)
class SaveOwnDigest(Submission, id="digest.save_own"):
    """When one's own digest comes, if at all."""
