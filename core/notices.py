"""What people and channels are told: at once, in one message in the morning, or not at all."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.access import Power, has_power, require_power
from core.context import Ctx
from core.enums import NoticeMode, Role
from core.errors import Forbidden, Invalid
from core.i18n import Viewer
from core.models import Member, NoticeSetting
from core.operations import operation

MORNING = time(9, 0)
"""When the morning message comes, in its reader's zone."""
SATURDAY = 5
CHANNELS = ("C", "G")
"""How the ids of channels begin; those of people begin with U or W."""


class NoticeKind(StrEnum):
    """Kinds of post that Rapport makes on its own."""

    ASSIGNED = "assigned"
    TASK = "task"
    EXPIRED = "expired"
    WON = "won"
    SHARED = "shared"
    REPLY = "reply"


PERSONAL = (NoticeKind.ASSIGNED, NoticeKind.TASK, NoticeKind.EXPIRED, NoticeKind.REPLY)
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


def zone_of(ctx: Ctx, audience: str) -> ZoneInfo:
    """The zone an audience lives in: a person's own, for a channel that of the workspace's first admin."""
    query = select(Member.tz).where(Member.workspace_id == ctx.workspace.id)
    if is_channel(audience):
        query = query.where(Member.role == Role.ADMIN, Member.active, Member.guest.is_(False)).order_by(Member.id)
    else:
        query = query.where(Member.slack_user_id == audience)
    # Viewer knows what to do about names of zones nobody knows.
    return Viewer("", ctx.session.scalar(query.limit(1)) or "UTC").zone


def next_morning(now: datetime, zone: ZoneInfo) -> datetime:
    """When the next morning message is due (UTC): nine o'clock there, on the next working day if that is over.

    Saturdays and Sundays are no working days. Nine o'clock exists once on every day, also where clocks change.
    """
    day = now.astimezone(zone).date()
    while True:
        due = datetime.combine(day, MORNING, tzinfo=zone).astimezone(UTC)
        if due > now and day.weekday() < SATURDAY:
            return due
        day += timedelta(days=1)
