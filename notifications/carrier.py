"""One delivery from the claim to its end: composed in a transaction, called outside any, ended in another."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError

from bot.envelopes import without_newest_blocks
from core.context import Clock, Ctx, Workspace
from core.db import Database
from core.errors import Busy
from core.workspaces import as_system, system_ctx
from notifications import claims, effects, exports
from notifications.claims import PACE, Claimed
from notifications.composing import compose
from notifications.content import Content
from notifications.desk import SOURCE, Call, Desk, Skip, Unreadable
from notifications.email import ConsoleMailSender
from notifications.failures import MAX_ATTEMPTS, Backoff, Failure, Permanent, Transient
from notifications.mailing import MailSettings
from notifications.plans import Kind
from notifications.postman import Done, Handover, Later, Postman
from notifications.routing import UNREADABLE
from notifications.slack import Answer, Sender

log = structlog.get_logger()
T = TypeVar("T")
ENDINGS = 3
"""How often the end of a call is tried to be written down before the lease has to bring the delivery back."""


class Carrier:
    """Carries claimed deliveries out."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sender: Sender,
        content: Content,
        backoff: Backoff,
        *,
        postman: Postman | None = None,
    ) -> None:
        self._database, self._clock, self._sender = database, clock, sender
        self._content, self._backoff = content, backoff
        self._postman = postman or Postman(ConsoleMailSender(), MailSettings())

    def deliver(self, workspace: Workspace, delivery: Claimed) -> None:
        """Send a claimed delivery, or find that there is nothing to send, and write down what came of it.

        Raises sqlalchemy.exc.DBAPIError where the database is gone; the lease then brings the delivery back.
        """
        if delivery.kind == Kind.EMAIL:
            self._mail(workspace, delivery)
        else:
            self._message(workspace, delivery)

    def hand_back(self, workspace: Workspace, delivery: Claimed) -> None:
        """Give up a claim unused: the process is ending."""
        self._end(workspace, lambda ctx: claims.put_off(ctx, delivery, ctx.now, "", counts=False))

    def _message(self, workspace: Workspace, delivery: Claimed) -> None:
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

    def _compose(self, workspace: Workspace, delivery: Claimed) -> Call | Skip:
        if delivery.attempt > MAX_ATTEMPTS:
            raise Permanent("no_answer", "Sending it ended without an answer too often.")
        return self._in_transaction(
            workspace,
            delivery,
            lambda ctx: compose(Desk(ctx.session, self._clock, workspace.id, self._content), delivery),
        )

    def _in_transaction(self, workspace: Workspace, delivery: Claimed, step: Callable[[Ctx], T]) -> T:
        """A step before the call, committed. Raises Failure."""
        try:
            with self._database.begin(workspace.id) as session:
                return step(system_ctx(session, self._clock, workspace.id, SOURCE))
        except Failure:
            raise
        except Unreadable as error:
            raise Permanent("unreadable", UNREADABLE) from error
        except Busy as error:
            raise Transient("busy", "The database was busy.") from error
        except DBAPIError:
            raise
        except Exception as error:
            log.exception("delivery_not_composed", delivery_id=str(delivery.id), kind=delivery.kind)
            raise Transient("not_composed", "Rapport could not write this message; its log says why.") from error

    def _mail(self, workspace: Workspace, delivery: Claimed) -> None:
        try:
            step = self._in_transaction(workspace, delivery, lambda ctx: self._postman.prepare(ctx, delivery))
        except Failure as failure:
            why = failure
            self._end(workspace, lambda ctx: self._postman.unprepared(ctx, delivery, why, self._backoff))
            return
        match step:
            case Handover():
                self._hand_over(workspace, delivery, step)
            case Done():
                self._end(workspace, lambda ctx: claims.mark_skipped(ctx, delivery, step.reason))
            case Later():
                self._end(
                    workspace, lambda ctx: claims.put_off(ctx, delivery, ctx.now + step.wait, step.reason, counts=False)
                )

    def _hand_over(self, workspace: Workspace, delivery: Claimed, call: Handover) -> None:
        try:
            provider_id = self._postman.hand_over(call)
        except Failure as failure:
            why = failure
            log.info("mail_not_taken", delivery_id=str(delivery.id), code=failure.code)
            self._end(workspace, lambda ctx: self._postman.failed(ctx, delivery, call, why, self._backoff))
        else:
            self._end(workspace, lambda ctx: self._postman.succeeded(ctx, delivery, provider_id))

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
            try:
                return self._sender.call(team_id, call.method, call.arguments)
            except Permanent as refused:
                older = without_newest_blocks(call.arguments) if refused.code == "invalid_blocks" else call.arguments
                if older is call.arguments:
                    raise
                return self._sender.call(team_id, call.method, older)
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
                    ctx = as_system(session, self._clock, workspace, SOURCE)
                    if called is not None and started is not None:
                        claims.hold(ctx, called.lane, started + PACE)
                    write(ctx)
            except Busy:
                if attempt == ENDINGS:
                    raise
            else:
                return
