"""Routes of what somebody says of their own days."""

from dataclasses import dataclass
from datetime import date

from bot.routes.base import Action


@dataclass(frozen=True)
class SetAway(Action, id="own.away"):
    """Be away until a day, or (None) here: the way back from what was just said."""

    until: date | None = None
