"""The tick: which schedules are due, in which workspaces, and what is sent because of them."""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from core import schedules
from core.context import Clock
from core.db import Database
from core.emails import unanswered
from core.enums import ScheduleKind
from core.errors import Busy
from core.models import Schedule
from core.schedules import Run
from core.workspaces import system_ctx
from notifications import routing
from notifications.desk import SOURCE
from notifications.digests import lane_of
from notifications.due import SCHEDULES
from notifications.plans import DigestRun, ForMember, Kind, Plan

log = structlog.get_logger()
_DUE = select(Schedule.workspace_id).where(SCHEDULES).distinct()


class Ticker:
    """Goes through the workspaces where something is due. Any number may tick at once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def tick(self, only: Collection[UUID] | None = None) -> int:
        """Plan what is due by now; how many runs there were. `only` looks at no other workspaces.

        A run and what it sends are committed together: a process that dies leaves both undone or both done.
        """
        return sum(self._workspace(workspace_id) for workspace_id in self._due(only))

    def _due(self, only: Collection[UUID] | None) -> list[UUID]:
        with self._database.dispatcher() as session:
            found = list(session.scalars(_DUE, {"now": self._clock.now()}))
        return [workspace_id for workspace_id in found if only is None or workspace_id in only]

    def _workspace(self, workspace_id: UUID) -> int:
        made = 0
        while True:
            try:
                with self._database.begin(workspace_id) as session:
                    ctx = system_ctx(session, self._clock, workspace_id, SOURCE)
                    claimed = schedules.claim(ctx)
                    if any(run.kind is ScheduleKind.MORNING for run in claimed.runs):
                        # What nobody answered by today belongs into this very message.
                        unanswered.bring_up(ctx)
                    routing.put(ctx, [plan for run in claimed.runs for plan in PLANS[run.kind](run)])
            except (Busy, NoResultFound) as error:
                log.info("schedules_left_for_later", workspace_id=str(workspace_id), error=type(error).__name__)
                return made
            except Exception:
                # One workspace's trouble is not the others': their turn comes in the same tick.
                log.exception("schedules_failed", workspace_id=str(workspace_id))
                return made
            made += len(claimed.runs)
            if not claimed.more:
                return made


def _morning(run: Run) -> list[Plan]:
    """A lane of its own: what was said to the person before must not hold it up."""
    if run.member_id is None:
        return []
    key = f"day:{run.schedule_id}:{run.day.isoformat()}"
    return [Plan(key, f"day:{run.audience}", Kind.DAY, ForMember(run.member_id))]


def _digest(run: Run) -> list[Plan]:
    about = DigestRun(run.schedule_id, run.day, run.audience)
    key = f"digest:{run.schedule_id}:{run.day.isoformat()}"
    return [Plan(key, lane_of(run.audience), Kind.DIGEST, about)]


def _weekly(run: Run) -> list[Plan]:
    about = DigestRun(run.schedule_id, run.day, run.audience)
    key = f"report:{run.schedule_id}:{run.day.isoformat()}"
    return [Plan(key, lane_of(run.audience), Kind.WEEKLY, about)]


PLANS: Mapping[ScheduleKind, Callable[[Run], list[Plan]]] = MappingProxyType(
    {ScheduleKind.MORNING: _morning, ScheduleKind.DIGEST: _digest, ScheduleKind.WEEKLY: _weekly}
)
