"""Slack's rate limits: a tier for each method and workspace, and one message a second for each channel."""

import math
from collections.abc import Callable
from threading import Lock

from sandbox.rules import Rules

# Calls a minute for a method and workspace (https://docs.slack.dev/apis/web-api/rate-limits).
TIERS = {"tier1": 1, "tier2": 20, "tier3": 50, "tier4": 100, "special": 600}


class RateLimiter:
    """Token buckets. A full bucket holds a minute's worth of a tier, or the burst of a channel."""

    def __init__(self, rules: Rules, timer: Callable[[], float]) -> None:
        """Limit by `rules`, measuring with `timer` (seconds, monotonic)."""
        self._rules = rules
        self._timer = timer
        self._lock = Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def method(self, team_id: str, method: str, tier: str) -> int:
        """Take one call from a method's bucket; returns the seconds to wait, 0 when it may pass."""
        calls = TIERS[tier]
        return self._take(f"{team_id}:{method}", calls, calls / 60)

    def channel(self, team_id: str, channel_id: str) -> int:
        """Take one message from a channel's bucket; returns the seconds to wait, 0 when it may pass."""
        return self._take(f"{team_id}:#{channel_id}", self._rules.channel_burst, 1.0)

    def _take(self, key: str, capacity: float, per_second: float) -> int:
        if not self._rules.rate_limits:
            return 0
        with self._lock:
            now = self._timer()
            level, seen = self._buckets.get(key, (capacity, now))
            level = min(capacity, level + (now - seen) * per_second)
            if level < 1:
                self._buckets[key] = (level, now)
                return max(1, math.ceil((1 - level) / per_second))
            self._buckets[key] = (level - 1, now)
            return 0
