"""One delivery from the claim to its end: composed in a transaction, called outside any, ended in another."""

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError

from core.context import Clock, Ctx, Workspace
from core.db import Database
from core.errors import Busy
from core.workspaces import system_ctx
from notifications import claims, effects, exports
from notifications.claims import PACE, Claimed
from notifications.composing import SOURCE, Call, Composer, Skip, Unreadable
from notifications.content import Content
from notifications.failures import MAX_ATTEMPTS, Backoff, Failure, Permanent, Transient
from notifications.routing import UNREADABLE
from notifications.slack import Answer, Sender

log = structlog.get_logger()
ENDINGS = 3
"""How often the end of a call is tried to be written down before the lease has to bring the delivery back."""


class Carrier:
    """Carries claimed deliveries out."""

    def __init__(self, database: Database, clock: Clock, sender: Sender, content: Content, backoff: Backoff) -> None:
        self._database, self._clock, self._sender = database, clock, sender
        self._content, self._backoff = content, backoff

    def deliver(self, workspace: Workspace, delivery: Claimed) -> None:
        """Send a claimed delivery, or find that there is nothing to send, and write down what came of it.

        Raises sqlalchemy.exc.DBAPIError where the database is gone; the lease then brings the delivery back.
        """
        try:
            call = self._compose(workspace, delivery)
        except Failure as failure:
            why = failure
            self._end(workspace, lambda ctx: effects.failed(ctx, delivery, None, why, self._backoff))
            return
        if isinstance(call, Skip):
            self._end(workspace, lambda ctx: claims.mark_skipped(ctx, delivery, call.reason))
        else:
            self._call(workspace, delivery, call)

    def hand_back(self, workspace: Workspace, delivery: Claimed) -> None:
        """Give up a claim unused: the process is ending."""
        self._end(workspace, lambda ctx: claims.put_off(ctx, delivery, ctx.now, "", counts=False))

    def _compose(self, workspace: Workspace, delivery: Claimed) -> Call | Skip:
        if delivery.attempt > MAX_ATTEMPTS:
            raise Permanent("no_answer", "Sending it ended without an answer too often.")
        try:
            with self._database.begin(workspace.id) as session:
                return Composer(session, self._clock, workspace.id, self._content).compose(delivery)
        except Unreadable as error:
            raise Permanent("unreadable", UNREADABLE) from error
        except Busy as error:
            raise Transient("busy", "The database was busy.") from error
        except DBAPIError:
            raise
        except Exception as error:
            log.exception("delivery_not_composed", delivery_id=str(delivery.id), kind=delivery.kind)
            raise Transient("not_composed", "Rapport could not write this message; its log says why.") from error

    def _call(self, workspace: Workspace, delivery: Claimed, call: Call) -> None:
        started = self._clock.now()
        try:
            answer = self._send(workspace.team_id, call)
        except Failure as failure:
            why = failure
            log.info("call_failed", delivery_id=str(delivery.id), kind=delivery.kind, code=failure.code)
            self._end(workspace, lambda ctx: effects.failed(ctx, delivery, call, why, self._backoff), delivery, started)
        else:
            self._end(workspace, lambda ctx: effects.succeeded(ctx, delivery, call, answer), delivery, started)

    def _send(self, team_id: str, call: Call) -> Answer:
        if call.file is None:
            return self._sender.call(team_id, call.method, call.arguments)
        return exports.send(self._sender, team_id, str(call.arguments["user"]), call.file)

    def _end(
        self,
        workspace: Workspace,
        write: Callable[[Ctx], object],
        called: Claimed | None = None,
        started: datetime | None = None,
    ) -> None:
        """Write an end down, and where a call was made, when its lane may make the next one."""
        for attempt in range(1, ENDINGS + 1):
            try:
                with self._database.begin(workspace.id) as session:
                    ctx = system_ctx(session, self._clock, workspace.id, SOURCE)
                    if called is not None and started is not None:
                        claims.hold(ctx, called.lane, started + PACE)
                    write(ctx)
            except Busy:
                if attempt == ENDINGS:
                    raise
            else:
                return
