"""What a failed call to Slack means: wait, try again, give up, or the message is gone. In words for an admin."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from slack_sdk.errors import SlackApiError

MAX_ATTEMPTS = 12
"""With the backoff below the last one comes about three quarters of an hour after the first."""
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=15)
DEFAULT_RETRY_AFTER = timedelta(seconds=30)
"""Where a 429 does not say."""

TRANSIENT: Mapping[str, str] = MappingProxyType(
    {
        "internal_error": "Slack had an internal error.",
        "fatal_error": "Slack had an internal error.",
        "service_unavailable": "Slack was unavailable.",
        "request_timeout": "Slack took too long.",
        "team_added_to_org": "The workspace is being moved into an organisation.",
        # Somebody may be mending the installation this very moment.
        "invalid_auth": "Slack does not accept Rapport's token. Install the app again.",
        "not_authed": "Rapport has no token for this workspace. Install the app again.",
        "account_inactive": "Rapport is not installed in this workspace any more.",
        "token_revoked": "Rapport's token was revoked. Install the app again.",
        "token_expired": "Rapport's token has expired. Install the app again.",
    }
)
"""Codes of the Web API that may pass by themselves (docs.slack.dev/reference/methods/chat.postMessage, Errors)."""
PERMANENT: Mapping[str, str] = MappingProxyType(
    {
        "channel_not_found": "The channel does not exist, or Rapport cannot see it.",
        "not_in_channel": "Rapport is not in the channel. Invite it there with /invite @Rapport.",
        "is_archived": "The channel is archived.",
        "restricted_action": "The workspace's rules do not let Rapport post there.",
        "restricted_action_read_only_channel": "The workspace's rules do not let Rapport post there.",
        "messages_tab_disabled": "Direct messages to Rapport are switched off in the app's settings.",
        "cannot_dm_bot": "Bots cannot be written to.",
        "user_not_found": "The person does not exist in this workspace any more.",
        "user_disabled": "The person's account is deactivated.",
        "missing_scope": "Rapport lacks a permission. Install the app again with the current manifest.",
        "invalid_blocks": "Slack refused how the message is built.",
        "invalid_arguments": "Slack refused how the message is built.",
        "msg_too_long": "The message is too long for Slack.",
        "msg_blocks_too_long": "The message is too long for Slack.",
        "no_permission": "Rapport lacks a permission. Install the app again with the current manifest.",
    }
)
"""Codes that stay as they are until a person does something."""
VANISHED = frozenset(
    {
        "message_not_found",
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "cant_update_message",
        "edit_window_closed",
        "is_inactive",
        "thread_not_found",
    }
)
"""Codes of chat.update after which a message will never be edited again."""


class Failure(Exception):
    """The call did not succeed. `code` is Slack's or ours, `reason` a sentence for an admin."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code)
        self.code, self.reason = code, reason


class RateLimited(Failure):
    """The other side asks to wait: no call of this method in this workspace before `wait` is over."""

    def __init__(self, wait: timedelta, reason: str = "Slack asked to wait.") -> None:
        super().__init__("ratelimited", reason)
        self.wait = wait


class Transient(Failure):
    """May pass by itself. Whether Slack did what was asked is not always known."""


class Permanent(Failure):
    """Stays until somebody does something."""


class OutcomeUnknown(Failure):
    """It was handed over, and whether it was taken is not known: not to be repeated by itself."""


@dataclass(frozen=True)
class Backoff:
    """When to try again: doubling, with jitter so that what failed together does not return together."""

    random: random.Random

    def after(self, attempt: int) -> timedelta:
        """How long to wait after this attempt (from 1): between half of and all of 1 s · 2^(n-1), at most 15 min."""
        longest: timedelta = min(FIRST_WAIT * (1 << min(attempt - 1, 20)), LONGEST_WAIT)
        return longest * self.random.uniform(0.5, 1.0)


def classify(error: Exception) -> Failure:
    """The kind of failure an exception of the SDK stands for.

    Codes nobody has heard of are permanent: asking again gives the same answer.
    """
    if isinstance(error, Failure):
        return error
    if not isinstance(error, SlackApiError):
        return Transient("unreachable", "Slack could not be reached.")
    status = int(getattr(error.response, "status_code", 200))
    code = str(error.response.get("error") or "")
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return RateLimited(_retry_after(error))
    if status >= 500:
        return Transient(f"http_{status}", "Slack was unavailable.")
    if code in TRANSIENT:
        return Transient(code, TRANSIENT[code])
    if code in PERMANENT:
        return Permanent(code, PERMANENT[code])
    if status != 200:
        return Transient(f"http_{status}", f"Slack answered with HTTP {status}.")
    return Permanent(code, f"Slack refused it: {code[:80]}.")


def _retry_after(error: SlackApiError) -> timedelta:
    headers = {str(name).lower(): value for name, value in dict(error.response.headers).items()}
    try:
        return timedelta(seconds=max(1, int(headers.get("retry-after", ""))))
    except ValueError:
        return DEFAULT_RETRY_AFTER
