"""The worker's part of changes to many records: piece by piece, with the progress in one edited message."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event as Flag
from uuid import UUID, uuid5

import structlog
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from bot.envelopes import message_payload
from bot.replies import Message
from bot.views import bulk as views
from core import bulk, jobs
from core.context import Clock, Ctx
from core.db import Database
from core.enums import BulkState, NoticeMode
from core.errors import Busy
from core.jobs import OPEN
from core.members import find_member
from core.models import BulkJob
from core.notices import NoticeKind
from core.workspaces import member_ctx
from notifications import notices
from notifications.desk import SOURCE
from notifications.due import BULK
from notifications.failures import Failure, Permanent
from notifications.slack import Answer, Sender

log = structlog.get_logger()
_DUE = select(BulkJob.workspace_id).where(BULK).distinct()
STATEMENT_TIMEOUT_MS = 30_000
EDIT_EVERY = timedelta(seconds=1)
"""Slack takes about one message a second in a conversation (docs.slack.dev/apis/web-api/rate-limits)."""
IDLE_SECONDS = 1.0
TROUBLE_SECONDS = 5.0
GIFTS = (jobs.ASSIGN, jobs.HAND_OVER)
"""Changes after which many records have another owner, who hears of it once."""
TOLD = "told"
"""Where a job keeps which message (channel and ts) told the new owner."""


@dataclass(frozen=True)
class Word:
    """What a new owner (a Slack user id) is told; `place` is the message it replaces, empty for a new one."""

    owner: str
    message: Message
    place: tuple[str, str] = ("", "")


class BulkRunner:
    """Works on bulk changes. Any number may run: the row of a change is locked while a piece of it is done."""

    def __init__(self, database: Database, clock: Clock, sender: Sender) -> None:
        self._database, self._clock, self._sender = database, clock, sender
        self._edited: dict[UUID, datetime] = {}

    def run_until(self, stop: Flag) -> None:
        """Work until `stop` is set; a piece under way is ended."""
        while not stop.is_set():
            try:
                done = self.round()
            except Exception:
                log.exception("bulk_failed")
                stop.wait(TROUBLE_SECONDS)
                continue
            if not done:
                stop.wait(IDLE_SECONDS)

    def round(self, only: Collection[UUID] | None = None) -> int:
        """One piece in each workspace where something waits; how many pieces were done."""
        with self._database.dispatcher() as session:
            found = set(session.scalars(_DUE))
        return sum(self._work(one) for one in sorted(found) if only is None or one in only)

    def _work(self, workspace_id: UUID) -> int:
        try:
            with self._database.begin(workspace_id, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as session:
                job_id = bulk.advance(session, self._clock, workspace_id)
            for ended in self._ended(workspace_id):
                self._show(workspace_id, ended)
        except (Busy, NoResultFound) as error:
            log.info("bulk_left_for_later", workspace_id=str(workspace_id), error=type(error).__name__)
            return 0
        except Exception:
            # One workspace's trouble is not the others': their turn comes in the same round.
            log.exception("bulk_failed", workspace_id=str(workspace_id))
            return 0
        if job_id is None:
            return 0
        last = self._edited.get(job_id)
        if last is None or self._clock.now() - last >= EDIT_EVERY:
            self._show(workspace_id, job_id)
        return 1

    def _ended(self, workspace_id: UUID) -> list[UUID]:
        """Changes whose end nobody has been shown yet."""
        with self._database.begin(workspace_id) as session:
            query = select(BulkJob.id).where(
                BulkJob.workspace_id == workspace_id, BulkJob.state.not_in(OPEN), BulkJob.lease_until.is_not(None)
            )
            return list(session.scalars(query.order_by(BulkJob.id)))

    def _show(self, workspace_id: UUID, job_id: UUID) -> None:
        """Post or edit the message; what Slack does not take now is shown with the next piece, or the next round."""
        with self._database.begin(workspace_id) as session:
            job = session.get_one(BulkJob, (workspace_id, job_id))
            ended, lease = job.state not in OPEN, job.lease_until
            if ended and lease is None:
                return
            ctx = member_ctx(session, self._clock, workspace_id, job.member_id, SOURCE)
            seen = bulk.progress(ctx, job_id)
            message, team_id = views.progress(seen, ctx.viewer), ctx.workspace.team_id
            place, reader = (job.channel, job.ts), ctx.actor.slack_user_id
            word = self._word(ctx, job, seen) if seen.state is BulkState.DONE else None
        self._edited[job_id] = self._clock.now()
        try:
            answer = self._send(team_id, message, place, reader, job_id)
            told = self._send(team_id, word.message, word.place, word.owner, uuid5(job_id, word.owner)) if word else {}
        except Permanent as error:
            log.error("bulk_not_shown", job_id=str(job_id), code=error.code)
            answer = told = {}
        except Failure as error:
            log.warning("bulk_shown_later", job_id=str(job_id), code=error.code)
            return
        self._shown(workspace_id, job_id, answer, told, lease if ended else None)

    def _send(self, team_id: str, message: Message, place: tuple[str, str], reader: str, post_id: UUID) -> Answer:
        channel, ts = place
        payload = message_payload(message)
        if ts:
            return self._sender.call(team_id, "chat.update", {"channel": channel, "ts": ts, **payload})
        return self._sender.call(
            team_id, "chat.postMessage", {"channel": reader, "client_msg_id": str(post_id), **payload}
        )

    def _word(self, ctx: Ctx, job: BulkJob, seen: bulk.Progress) -> Word | None:
        """What the new owner of many records is told of a change that is done; None where there is nothing to tell."""
        if job.kind != jobs.UNDO:
            return self._gift(ctx, job, seen)
        given = ctx.session.scalars(
            select(BulkJob).where(
                BulkJob.workspace_id == job.workspace_id, BulkJob.change_id == job.undoes, BulkJob.kind.in_(GIFTS)
            )
        ).one_or_none()
        if given is None or TOLD not in given.params:
            return None
        channel, ts = given.params[TOLD]
        giver = member_ctx(ctx.session, self._clock, job.workspace_id, given.member_id, SOURCE)
        reader = self._new_owner(ctx, given)
        if reader is None:
            return None
        message = views.taken_back(bulk.progress(giver, given.id), ctx.actor.name, reader.viewer)
        return Word(reader.actor.slack_user_id, message, (channel, ts))

    def _gift(self, ctx: Ctx, job: BulkJob, seen: bulk.Progress) -> Word | None:
        """The word to the new owner, in their language; kept for their morning where they want it then."""
        reader = self._new_owner(ctx, job) if job.kind in GIFTS and seen.changed else None
        if reader is None:
            return None
        owner = reader.actor.slack_user_id
        match notices.mode_of(ctx, owner, NoticeKind.ASSIGNED):
            case NoticeMode.INSTANT:
                return Word(owner, views.received(seen, ctx.actor.name, reader.viewer))
            case NoticeMode.MORNING:
                notices.keep(ctx, owner, NoticeKind.ASSIGNED, notices.changed_by(ctx, job.change_id))
        return None

    def _new_owner(self, ctx: Ctx, job: BulkJob) -> Ctx | None:
        """Who was given the records, as a reader; None for nobody, the giver, and who has no access any more."""
        owner = str(job.params["target" if job.kind == jobs.HAND_OVER else "value"])
        member = find_member(ctx, owner) if owner else None
        if member is None or member.id == job.member_id or member.guest or not member.active:
            return None
        return member_ctx(ctx.session, self._clock, job.workspace_id, member.id, SOURCE)

    def _shown(self, workspace_id: UUID, job_id: UUID, answer: Answer, told: Answer, ended: datetime | None) -> None:
        """Keep where the message is, and the word to the new owner where one was `told`.

        `ended` marks the end that was shown, which may have changed meanwhile.
        """
        with self._database.begin(workspace_id) as session:
            query = select(BulkJob).where(BulkJob.workspace_id == workspace_id, BulkJob.id == job_id)
            job = session.scalars(query.with_for_update()).one()
            if not job.ts:
                job.channel, job.ts = str(answer.get("channel", "")), str(answer.get("ts", ""))
            if told and job.kind in GIFTS:
                job.params = {**job.params, TOLD: [str(told.get("channel", "")), str(told.get("ts", ""))]}
            if ended is not None and job.lease_until == ended:
                job.lease_until = None
                self._edited.pop(job_id, None)
