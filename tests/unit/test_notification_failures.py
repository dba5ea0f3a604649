"""What a failed call means."""

from collections.abc import Mapping
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError

from bot.client import SlackConnection
from bot.tokens import Installation
from notifications.failures import (
    DEFAULT_RETRY_AFTER,
    LONGEST_WAIT,
    MAX_ATTEMPTS,
    Backoff,
    Failure,
    Permanent,
    RateLimited,
    Transient,
    classify,
)
from notifications.slack import SlackSender


class Response(dict[str, object]):
    """As much of the SDK's response as is read."""

    def __init__(self, status: int, headers: Mapping[str, str], **data: object) -> None:
        super().__init__(data)
        self.status_code, self.headers = status, headers


def refused(code: str, status: int = 200, **headers: str) -> Failure:
    return classify(
        SlackApiError("", Response(status, {k.replace("_", "-"): v for k, v in headers.items()}, error=code))
    )


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (refused("internal_error"), Transient),
        (refused("<html>", 502), Transient),
        (refused("invalid_auth"), Transient),
        (classify(ConnectionError()), Transient),
        (classify(TimeoutError()), Transient),
        (refused("<html>", 403), Transient),
        (refused("channel_not_found"), Permanent),
        (refused("not_in_channel"), Permanent),
        (refused("is_archived"), Permanent),
        (refused("invalid_blocks"), Permanent),
        (refused("never_heard_of"), Permanent),
        (refused("ratelimited", 429), RateLimited),
        (refused("ratelimited"), RateLimited),
    ],
)
def test_kinds_of_failure(failure: Failure, kind: type[Failure]) -> None:
    assert type(failure) is kind
    assert failure.reason.endswith(".")


@pytest.mark.parametrize(
    ("failure", "seconds"),
    [
        (refused("ratelimited", 429, Retry_After="30"), 30),
        (refused("ratelimited", 429, retry_after="7"), 7),
        (refused("ratelimited", 429, Retry_After="0"), 1),
        (refused("ratelimited", 429, Retry_After="soon"), DEFAULT_RETRY_AFTER.total_seconds()),
        (refused("ratelimited", 429), DEFAULT_RETRY_AFTER.total_seconds()),
    ],
)
def test_how_long_slack_asks_to_wait(failure: Failure, seconds: float) -> None:
    assert isinstance(failure, RateLimited)
    assert failure.wait == timedelta(seconds=seconds)


@given(attempt=st.integers(1, 10_000), seed=st.integers())
def test_waits_double_up_to_a_quarter_of_an_hour(attempt: int, seed: int) -> None:
    wait = Backoff(Random(seed)).after(attempt)
    whole = min(timedelta(seconds=2 ** min(attempt - 1, 30)), LONGEST_WAIT)
    assert whole / 2 <= wait <= whole


def test_all_attempts_together_last_less_than_an_hour() -> None:
    waits = [Backoff(Random(1)).after(attempt) for attempt in range(1, MAX_ATTEMPTS)]
    assert timedelta(minutes=15) < sum(waits, timedelta()) < timedelta(hours=1)


def test_a_workspace_is_never_written_to_with_anothers_token() -> None:
    class Elsewhere:
        def find(self, team_id: str) -> Installation | None:
            return Installation("TOTHER", "xoxb-1", "UBOT")

    with pytest.raises(Transient, match="not_authed"):
        SlackSender(SlackConnection("http://127.0.0.1:9/api/"), Elsewhere()).call("TMINE", "chat.postMessage", {})
