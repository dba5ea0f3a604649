"""A person's own profile: the status beside their name (users.profile.set, as Slack's own client calls it)."""

import re

from sandbox.acts.base import Actor
from sandbox.elements import CannotDoError

TEXT_MAX = 100
"""Characters of a status (docs.slack.dev/reference/methods/users.profile.set)."""
EMOJI = re.compile(r":[a-z0-9_+'-]+(::skin-tone-[2-6])?:")
DEFAULT_EMOJI = ":speech_balloon:"


def set_status(actor: Actor, emoji: str, text: str, expiration: int = 0) -> None:
    """Set the status, or clear it with empty words; `expiration` in Unix seconds, 0 for never. The app hears of it."""
    if len(text) > TEXT_MAX:
        message = f"a status has at most {TEXT_MAX} characters"
        raise CannotDoError(message)
    if emoji and not EMOJI.fullmatch(emoji):
        message = f"{emoji!r} is no emoji"
        raise CannotDoError(message)
    if expiration < 0 or (expiration and expiration <= actor.sandbox.clock.unix()):
        message = "a status cannot end in the past"
        raise CannotDoError(message)
    with actor.sandbox.lock:
        user = actor.user
        user.status_text = text
        user.status_emoji = emoji or (DEFAULT_EMOJI if text else "")
        user.status_expiration = expiration if text or emoji else 0
    actor.sandbox.touch(actor.team)
    actor.sandbox.user_changed(actor.team, actor.user)
