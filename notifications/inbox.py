"""Works on what the webhooks stored: claimed under a lease, handed to its processor, then done, put off or given up.

A processor reads outside any transaction and then applies everything in one, by unique keys: what was begun and not
ended (the process died, the lease ran out) is done again and changes nothing more.
"""

import random
import traceback
from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Event as Flag

import structlog

from core import inbox
from core.context import Clock
from core.db import Database
from core.enums import InboxKind
from core.errors import Busy
from core.inbox import LEASE, Stored
from core.models.inbox import HOUSE
from notifications.failures import Backoff

__all__ = ["InboxRunner", "Processor", "Stored", "Unplaced", "Unreadable"]

log = structlog.get_logger()
Processor = Callable[[Stored], str | None]
"""Does all that a request asks for; what it gives back is a note for an operator. Raises Unreadable, Unplaced, or
anything else for what may go right the next time."""
MAX_ATTEMPTS = 16
"""With the backoff of notifications.failures the last one comes about an hour and a half after the first."""
STATEMENT_TIMEOUT_MS = 15_000
IDLE_SECONDS = 0.5
TROUBLE_SECONDS = 5.0


class Unreadable(Exception):
    """The request is no such thing as its webhook sends: trying again would not help. Kept for an operator."""


class Unplaced(Exception):
    """Nobody can tell which workspace it is for. Kept for an operator, and counted."""


class InboxRunner:
    """One worker's hands for the inbox. Any number may run."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        processors: Mapping[InboxKind, Processor],
        *,
        backoff: Backoff | None = None,
        lease: timedelta = LEASE,
    ) -> None:
        self._database, self._clock, self._processors, self._lease = database, clock, processors, lease
        self._backoff = backoff or Backoff(random.Random())  # noqa: S311 - jitter, no secret

    def run_until(self, stop: Flag) -> None:
        """Work until `stop` is set; a request under way is ended."""
        while not stop.is_set():
            try:
                done = self.round()
            except Exception:
                log.exception("inbox_failed")
                stop.wait(TROUBLE_SECONDS)
                continue
            if not done:
                stop.wait(IDLE_SECONDS)

    def round(self) -> int:
        """Work on the requests that have been due for longest; how many those were.

        What was worked on is written down together. A process that dies before that has them done again, which changes
        nothing.
        """
        with self._database.begin(HOUSE, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as session:
            items = inbox.claim(session, list(self._processors), self._clock.now(), self._lease)
        notes = {item.id: note for item in items if (note := self._work(item)) is not None}
        if notes:
            with self._database.begin(HOUSE) as session:
                inbox.finish(session, notes, self._clock.now())
        return len(items)

    def _work(self, item: Stored) -> str | None:
        """A note for an operator where it was worked on; else it was put off or given up."""
        if item.attempt > MAX_ATTEMPTS:  # the process died each time before it could say so
            self._give_up(item, "It was begun too often without coming to an end.")
            return None
        try:
            return self._processors[item.kind](item) or ""
        except Unreadable as error:
            self._give_up(item, f"It cannot be read: {error}")
        except Unplaced:
            self._give_up(item, "It belongs to no workspace here.")
        except Exception as error:  # noqa: BLE001 - whatever it is, the others' turn comes, and this one's again
            self._failed(item, error)
        return None

    def _failed(self, item: Stored, error: Exception) -> None:
        reason = type(error).__name__
        if item.attempt >= MAX_ATTEMPTS:
            self._give_up(item, f"It failed {item.attempt} times, the last time with {reason}.")
            return
        if isinstance(error, Busy):
            log.info("inbox_item_left_for_later", item_id=str(item.id), kind=item.kind.value, error=reason)
        else:
            about = {"item_id": str(item.id), "kind": item.kind.value, "attempt": item.attempt}
            log.error("inbox_item_put_off", **about, error=reason, where=_where(error))
        until = self._clock.now() + self._backoff.after(item.attempt)
        with self._database.begin(HOUSE) as session:
            inbox.put_off(session, item, until, reason)

    def _give_up(self, item: Stored, reason: str) -> None:
        log.error("inbox_item_given_up", item_id=str(item.id), kind=item.kind.value, reason=reason)
        with self._database.begin(HOUSE) as session:
            inbox.give_up(session, item, reason)


def _where(error: Exception) -> str:
    """Where it was raised, the innermost place last. Without what it says, which may quote a mail."""
    return " > ".join(f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__))
