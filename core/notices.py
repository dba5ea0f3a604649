"""What people and channels are told: at once, in one message in the morning, or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core import schedules
from core.access import Power, has_power, require_power
from core.context import Ctx
from core.enums import NoticeMode, Role
from core.errors import Forbidden, Invalid
from core.i18n import Viewer
from core.models import Member, NoticeSetting, Schedule, WorkspaceRow
from core.models.schedules import WEEKDAYS
from core.operations import operation

MORNING = time(9, 0)
"""When a channel's morning message comes, in its first admin's zone; people choose their own hour."""
CHANNELS = ("C", "G")
"""How the ids of channels begin; those of people begin with U or W."""


class NoticeKind(StrEnum):
    """Kinds of post that Rapport makes on its own."""

    ASSIGNED = "assigned"
    TASK = "task"
    EXPIRED = "expired"
    BOUNCED = "bounced"
    SPAM = "spam"
    WON = "won"
    SHARED = "shared"
    REPLY = "reply"


PERSONAL = (
    NoticeKind.ASSIGNED,
    NoticeKind.TASK,
    NoticeKind.EXPIRED,
    NoticeKind.BOUNCED,
    NoticeKind.SPAM,
    NoticeKind.REPLY,
)
"""What people are told in their direct messages."""
PUBLIC = (NoticeKind.WON, NoticeKind.SHARED, NoticeKind.REPLY)
"""What is posted to channels."""


def is_channel(audience: str) -> bool:
    """Whether an audience is a channel, and not a person."""
    return audience.startswith(CHANNELS)


def kinds_for(audience: str) -> tuple[NoticeKind, ...]:
    """What a person (or a channel) may be told."""
    return PUBLIC if is_channel(audience) else PERSONAL


def modes_of(ctx: Ctx, audience: str) -> dict[NoticeKind, NoticeMode]:
    """How an audience (a Slack user or channel id) is told of each kind; at once where nothing was chosen."""
    query = select(NoticeSetting.kind, NoticeSetting.mode).where(
        NoticeSetting.workspace_id == ctx.workspace.id, NoticeSetting.audience == audience
    )
    chosen = {row.kind: row.mode for row in ctx.session.execute(query)}
    return {kind: chosen.get(kind.value, NoticeMode.INSTANT) for kind in kinds_for(audience)}


def may_choose(ctx: Ctx, audience: str) -> bool:
    """Whether the actor may choose for an audience: for themselves, and for channels where they may configure."""
    if is_channel(audience):
        return has_power(ctx, Power.CONFIGURE)
    return bool(audience) and audience == ctx.actor.slack_user_id


@operation("notices.choose")
def choose(ctx: Ctx, audience: str, modes: Mapping[NoticeKind, NoticeMode]) -> None:
    """Say how an audience is told of some kinds; what waits for the morning already stays there.

    Raises Invalid for a kind the audience is never told of; Forbidden.
    """
    if is_channel(audience):
        require_power(ctx, Power.CONFIGURE)
    elif not may_choose(ctx, audience):
        raise Forbidden("not_yours")
    wrong = {kind.value: "choice_invalid" for kind in modes if kind not in kinds_for(audience)}
    if wrong:
        raise Invalid(wrong)
    rows = [
        {"workspace_id": ctx.workspace.id, "audience": audience, "kind": kind.value, "mode": mode}
        for kind, mode in modes.items()
    ]
    if rows:
        statement = insert(NoticeSetting).values(rows)
        ctx.session.execute(
            statement.on_conflict_do_update(
                index_elements=["workspace_id", "audience", "kind"], set_={"mode": statement.excluded.mode}
            )
        )


def digest_channel(ctx: Ctx) -> str:
    """The channel the daily digest and the weekly report come to; empty for none."""
    query = select(WorkspaceRow.digest_channel).where(WorkspaceRow.workspace_id == ctx.workspace.id)
    return ctx.session.scalars(query).one()


@dataclass(frozen=True)
class Mornings:
    """When an audience's morning message comes: the hour in their zone, and the days of the week as bits."""

    zone: ZoneInfo
    at: time
    days: int
    on: bool = True


def zone_of(ctx: Ctx, audience: str) -> ZoneInfo:
    """The zone an audience lives in: a person's own, for a channel that of the workspace's first admin."""
    return mornings_of(ctx, audience).zone


def follow_zone(ctx: Ctx) -> None:
    """Let what comes to channels come at its hours of the zone the workspace's first admin lives in now."""
    channels = select(Schedule).where(
        Schedule.workspace_id == ctx.workspace.id, Schedule.member_id.is_(None), Schedule.next_due_at.is_not(None)
    )
    for row in ctx.session.scalars(channels):
        tz = str(zone_of(ctx, row.audience))
        schedules.put(ctx, row.kind, row.audience, at=row.local_time, tz=tz, days=row.days)


def due_next(ctx: Ctx, audience: str) -> datetime:
    """When the audience's next morning message is due (UTC)."""
    comes = mornings_of(ctx, audience)
    return next_morning(ctx.now, comes.zone, comes.at, comes.days)


def next_morning(now: datetime, zone: ZoneInfo, at: time = MORNING, days: int = WEEKDAYS) -> datetime:
    """When a morning comes next (UTC), on the days of the week that are set (core.schedules)."""
    return schedules.next_due(now, at, zone, days).at


def mornings_of(ctx: Ctx, audience: str) -> Mornings:
    """When an audience's mornings are.

    A channel's are those of the workspace's first admin's zone, at nine on working days.
    """
    chosen = select(Member.tz, Member.morning_at, Member.working_days, Member.morning_on)
    query = chosen.where(Member.workspace_id == ctx.workspace.id)
    if is_channel(audience):
        query = query.where(Member.role == Role.ADMIN, Member.active, Member.guest.is_(False)).order_by(Member.id)
    else:
        query = query.where(Member.slack_user_id == audience)
    row = ctx.session.execute(query.limit(1)).one_or_none()
    # Viewer knows what to do about names of zones nobody knows.
    zone = Viewer("", row.tz if row else "UTC").zone
    if row is None or is_channel(audience):
        return Mornings(zone, MORNING, WEEKDAYS)
    return Mornings(zone, row.morning_at, row.working_days, row.morning_on)
