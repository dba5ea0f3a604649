"""The relay: reads events, claims deliveries, calls Slack outside any transaction, and keeps what came of it.

Any number of relays may run, in threads, processes or machines: what they share is in the database.
"""

import random
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event as Flag
from uuid import UUID

import structlog
from sqlalchemy import CompoundSelect, null, select, union
from sqlalchemy.exc import DBAPIError, NoResultFound

from core.context import Clock
from core.db import Database
from core.errors import Busy
from core.models import Delivery, Outbox
from core.workspaces import system_ctx
from notifications import claims, routing
from notifications.carrier import Carrier
from notifications.claims import LEASE
from notifications.content import Content
from notifications.desk import SOURCE
from notifications.due import DELIVERIES, EVENTS
from notifications.failures import Backoff
from notifications.plans import Kind
from notifications.postman import Postman
from notifications.slack import Sender

log = structlog.get_logger()
BATCH = 5
"""Calls leased together: even if each takes the client's whole timeout, they end well before the lease."""

_DUE: CompoundSelect[UUID, bool | None] = union(
    select(Outbox.workspace_id, null()).where(EVENTS),
    select(Delivery.workspace_id, Delivery.kind == Kind.EMAIL.value).where(DELIVERIES),
)
"""The workspaces with events that wait (NULL), with mails that are due (true) and with other deliveries (false)."""


@dataclass(frozen=True)
class Round:
    """What one round over the workspaces came to."""

    done: int = 0
    """Events read and deliveries ended or put off."""
    free_at: datetime | None = None
    """When the next delivery that only waits for its lane may leave."""

    def __add__(self, other: "Round") -> "Round":
        waits = [at for at in (self.free_at, other.free_at) if at is not None]
        return Round(self.done + other.done, min(waits, default=None))


class Relay:
    """One worker's hands. Not shared between threads; make one for each."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sender: Sender,
        content: Content,
        *,
        backoff: Backoff | None = None,
        lease: timedelta = LEASE,
        stop: Flag | None = None,
        postman: Postman | None = None,
        carries: Sequence[bool] = (False, True),
    ) -> None:
        """`carries`: what is claimed, in this order; True stands for mails, False for all else."""
        self._database, self._clock, self._lease = database, clock, lease
        self._random = random.Random()  # noqa: S311 - jitter and order, no secret
        self._carrier = Carrier(database, clock, sender, content, backoff or Backoff(self._random), postman=postman)
        self._carries = carries
        self._stop = stop or Flag()

    def round(self, only: Collection[UUID] | None = None) -> Round:
        """Do what is due now, a little of it for each workspace. `only` looks at no other workspaces."""
        found = Round()
        for workspace_id, what in self._due(only):
            if self._stop.is_set():
                break
            try:
                found += self._step(workspace_id, what)
            except (Busy, NoResultFound) as error:
                log.info("workspace_left_for_later", workspace_id=str(workspace_id), error=type(error).__name__)
            except Exception:
                log.exception("workspace_failed", workspace_id=str(workspace_id))
        return found

    def _step(self, workspace_id: UUID, what: Collection[bool | None]) -> Round:
        """Read one batch of a workspace's events, where some wait, and send one batch of deliveries of each kind that
        is due, or may be after that.
        """
        events = None in what
        found = Round(self._route(workspace_id) if events else 0)
        for mails in self._carries:
            if mails in what or events:
                found += self._carry(workspace_id, mails=mails)
        return found

    def _carry(self, workspace_id: UUID, *, mails: bool) -> Round:
        with self._database.begin(workspace_id) as session:
            ctx = system_ctx(session, self._clock, workspace_id, SOURCE)
            harvest = claims.claim(ctx, BATCH, self._lease, mails=mails)
        for delivery in harvest.claimed:
            if self._stop.is_set():
                self._carrier.hand_back(ctx.workspace, delivery)
            else:
                self._carrier.deliver(ctx.workspace, delivery)
        return Round(len(harvest.claimed), harvest.free_at)

    def _due(self, only: Collection[UUID] | None) -> Sequence[tuple[UUID, Collection[bool | None]]]:
        """The workspaces with something due for this relay, and what; in any order: several relays then seldom meet."""
        with self._database.dispatcher() as session:
            rows = session.connection().execute(_DUE, {"now": self._clock.now()}).all()
        due: defaultdict[UUID, set[bool | None]] = defaultdict(set)
        for workspace_id, what in rows:
            if (what is None or what in self._carries) and (only is None or workspace_id in only):
                due[workspace_id].add(what)
        found = list(due.items())
        self._random.shuffle(found)
        return found

    # -- events -----------------------------------------------------------------------------------------------------

    def _route(self, workspace_id: UUID) -> int:
        try:
            return self._route_batch(workspace_id, routing.BATCH)
        except (Busy, DBAPIError, NoResultFound):
            raise
        except Exception:
            log.exception("routing_failed", workspace_id=str(workspace_id))
        return self._route_carefully(workspace_id)

    def _route_batch(self, workspace_id: UUID, limit: int) -> int:
        with self._database.begin(workspace_id) as session:
            return routing.route(system_ctx(session, self._clock, workspace_id, SOURCE), limit)

    def _route_carefully(self, workspace_id: UUID) -> int:
        """One of the events breaks the rules themselves: go on one by one, and set that one aside."""
        try:
            return self._route_batch(workspace_id, 1)
        except (Busy, DBAPIError):
            raise
        except Exception:
            log.exception("event_set_aside", workspace_id=str(workspace_id))
        with self._database.begin(workspace_id) as session:
            return routing.set_aside(system_ctx(session, self._clock, workspace_id, SOURCE))
