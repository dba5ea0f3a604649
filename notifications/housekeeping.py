"""What keeps the tables small and the profiles fresh, and what happens because a day is over.

Each task may run anywhere, any number of times.
"""

from collections.abc import Callable, Collection
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, or_, select
from sqlalchemy.exc import NoResultFound

from core import idempotency, inbox, notices, quotes, reports, schedules
from core.context import Clock, Ctx
from core.db import Database
from core.emails import unanswered
from core.enums import DeliveryState
from core.errors import Busy
from core.models import Delivery, Lane, Member, Outbox, WorkspaceRow
from core.models.inbox import HOUSE
from core.workspaces import system_ctx
from notifications import health, routing
from notifications.claims import LONGEST_HOLD
from notifications.desk import SOURCE
from notifications.plans import profile_sync

log = structlog.get_logger()
KEEP = timedelta(days=14)
"""How long what was sent stays for somebody to look at."""
RESYNC = timedelta(days=1)
"""How old a profile may get: people move and change their language."""
STATEMENT_TIMEOUT_MS = 30_000
PEOPLE = 200
"""Profiles asked for by one run in one workspace; the others' turn comes with the next."""


class Housekeeper:
    """Goes through all workspaces."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def clean(self, only: Collection[UUID] | None = None) -> None:
        """Forget what nobody needs any more: old request keys, ended deliveries, events that were read,
        webhook requests that were worked on.
        """
        self._everywhere(_clean, only)
        if only is None:
            self.clean_inbox()

    def clean_inbox(self) -> None:
        """Forget webhook requests that were worked on, and give those that were given up another try."""
        with self._database.begin(HOUSE, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as session:
            inbox.forget(session, self._clock.now())
            inbox.again(session, self._clock.now())

    def expire_quotes(self, only: Collection[UUID] | None = None) -> None:
        """Let quotes expire whose last day is over; their cards follow by the relay."""
        self._everywhere(_expire_quotes, only)

    def refresh_profiles(self, only: Collection[UUID] | None = None) -> None:
        """Ask Slack anew for profiles that are a day old."""
        self._everywhere(_refresh_profiles, only)

    def tell_health(self, only: Collection[UUID] | None = None) -> None:
        """Say on Mondays how e-mail did, once, where there was any."""
        self._everywhere(health.plan_weekly, only)

    def keep_schedules(self, only: Collection[UUID] | None = None) -> None:
        """Give every member their morning, and the channel its report: changes keep them right; this is for who was
        here before there was one, and for channels whose admin lives elsewhere now.
        """
        self._everywhere(schedules.follow_members, only)
        self._everywhere(reports.begin, only)
        self._everywhere(notices.follow_zone, only)

    def follow_up_mails(self, only: Collection[UUID] | None = None) -> None:
        """Bring up the mails that nobody answered in time."""
        self._everywhere(_follow_up_mails, only)

    def _everywhere(self, task: Callable[[Ctx], None], only: Collection[UUID] | None) -> None:
        with self._database.dispatcher() as session:
            found = list(session.scalars(select(WorkspaceRow.workspace_id)))
        for workspace_id in found:
            if only is not None and workspace_id not in only:
                continue
            try:
                with self._database.begin(workspace_id, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as session:
                    task(system_ctx(session, self._clock, workspace_id, SOURCE))
            except (Busy, NoResultFound) as error:
                log.info("housekeeping_left_for_later", workspace_id=str(workspace_id), error=type(error).__name__)


def _clean(ctx: Ctx) -> None:
    idempotency.forget_old(ctx)
    old = ctx.now - KEEP
    ended = (DeliveryState.SENT, DeliveryState.SKIPPED)
    here = ctx.workspace.id
    ctx.session.execute(
        delete(Delivery).where(
            Delivery.workspace_id == here, Delivery.state.in_(ended), Delivery.sent_at < old, Delivery.created_at < old
        )
    )
    ctx.session.execute(delete(Outbox).where(Outbox.workspace_id == here, Outbox.routed_at < old))
    ctx.session.execute(
        delete(Lane).where(Lane.workspace_id == here, Lane.lane != routing.TURN, Lane.free_at < ctx.now - LONGEST_HOLD)
    )


def _expire_quotes(ctx: Ctx) -> None:
    expired = quotes.expire_due(ctx)
    if expired:
        log.info("quotes_expired", workspace_id=str(ctx.workspace.id), count=expired)


def _follow_up_mails(ctx: Ctx) -> None:
    brought_up = unanswered.bring_up(ctx)
    if brought_up:
        log.info("mails_not_answered", workspace_id=str(ctx.workspace.id), count=brought_up)


def _refresh_profiles(ctx: Ctx) -> None:
    stale = or_(Member.synced_at.is_(None), Member.synced_at < ctx.now - RESYNC)
    query = (
        select(Member.id, Member.slack_user_id)
        .where(Member.workspace_id == ctx.workspace.id, Member.active, stale)
        .order_by(Member.synced_at.nulls_first(), Member.id)
        .limit(PEOPLE)
    )
    day = ctx.now.date().isoformat()
    people = ctx.session.execute(query).all()
    routing.put(ctx, [profile_sync(member_id, slack_user_id, day) for member_id, slack_user_id in people])
