"""The weekly line about e-mail: on Mondays, where there was any, to the replies channel or to the admins."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.views import health as views
from core.access import Power, has_power
from core.context import Ctx
from core.enums import Role
from core.i18n import Viewer
from core.models import Member, WorkspaceRow
from core.queries import email_health
from notifications import routing
from notifications.claims import Claimed
from notifications.desk import Call, Composed, Desk, Skip, post, read
from notifications.plans import Kind, Plan, WeekOfMail

AT = time(9, 0)
UNTIL = timedelta(hours=36)
"""How long after Monday morning it is still said, where no worker ran: on Tuesday evening it is no news."""


def plan_weekly(ctx: Ctx) -> None:
    """Plan this week's line if its time has come; a second plan for the same week and reader does nothing."""
    readers = [(reader, zone) for reader, zone in _readers(ctx) if _is_time(ctx.now, zone)]
    if not readers or email_health.health(ctx).quiet:
        return
    plans = []
    for reader, zone in readers:
        year, week, _ = ctx.now.astimezone(zone).isocalendar()
        # A lane of its own: it may not hold up a reply's alert.
        key = f"health:{year}-{week:02}:{reader}"
        plans.append(Plan(key, f"health:{reader}", Kind.HEALTH, WeekOfMail(reader)))
    routing.put(ctx, plans)


def _readers(ctx: Ctx) -> list[tuple[str, ZoneInfo]]:
    """Who is told (a Slack channel or user id), and the zone they live in: a channel in that of the first admin."""
    row = ctx.session.scalars(select(WorkspaceRow).where(WorkspaceRow.workspace_id == ctx.workspace.id)).one()
    channel = row.replies_channel or row.digest_channel
    admins = select(Member.slack_user_id, Member.tz).where(
        Member.workspace_id == ctx.workspace.id, Member.role == Role.ADMIN, Member.active, Member.guest.is_(False)
    )
    found = [(one.slack_user_id, Viewer("", one.tz).zone) for one in ctx.session.execute(admins.order_by(Member.id))]
    return [(channel, zone) for _, zone in found[:1]] if channel else found


def _is_time(now: datetime, zone: ZoneInfo) -> bool:
    local = now.astimezone(zone)
    monday = (local - timedelta(days=local.weekday())).date()
    return timedelta(0) <= now - datetime.combine(monday, AT, tzinfo=zone) < UNTIL


def weekly(desk: Desk, delivery: Claimed) -> Composed:
    """The line as the numbers are now."""
    about = read(WeekOfMail, delivery)
    ctx = desk.audience(about.audience)
    if ctx is None or not has_power(ctx, Power.TRIAGE):
        return Skip("The person does not look after e-mail any more.")
    message = views.weekly(email_health.health(ctx), ctx.viewer)
    return Call(Kind.HEALTH, post(about.audience, message, delivery.id))
