"""Routes of e-mail's health."""

from dataclasses import dataclass

from bot.routes.base import Action


@dataclass(frozen=True)
class ShowHealth(Action, id="health.show"):
    """How e-mail does: what went out, what came in, what waits."""
