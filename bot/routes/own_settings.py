"""Routes of what somebody says of their own days, and of standing in for a colleague."""

from dataclasses import dataclass
from uuid import UUID

from bot.routes.base import Action, Submission


@dataclass(frozen=True)
class ShowOwnSettings(Action, id="own.show"):
    """Open one's own settings: the morning message, the working days, being away."""


@dataclass(frozen=True)
class SaveOwnSettings(Submission, id="own.save"):
    """Keep them. `seen` is the last change the form knew."""

    seen: UUID | None = None


@dataclass(frozen=True)
class ComeBack(Action, id="own.back"):
    """One is here, whatever was said before."""


@dataclass(frozen=True)
class RefuseStandIn(Action, id="own.refuse"):
    """One cannot stand in for a colleague."""

    member_id: UUID
