"""Deliveries of files."""

from core.access import Power, has_power
from core.i18n import Viewer
from core.queries import reports
from notifications.claims import Claimed
from notifications.desk import Call, Composed, Desk, Skip, read
from notifications.exports import audit_file, report_file
from notifications.plans import AuditFile, Kind, ReportFile


def audit(desk: Desk, delivery: Claimed) -> Composed:
    """An export of the audit: nothing for who is no admin."""
    wanted = read(AuditFile, delivery)
    ctx = desk.as_member(wanted.member_id)
    if ctx is None or not has_power(ctx, Power.CONFIGURE):
        return Skip("Only admins may have it.")
    file = audit_file(ctx, wanted.words)
    return Call(Kind.AUDIT, {"user": ctx.actor.slack_user_id}, file=file)


def report(desk: Desk, delivery: Claimed) -> Composed:
    """A week's report, with the rights its reader has by now."""
    wanted = read(ReportFile, delivery)
    ctx = desk.as_member(wanted.member_id)
    if ctx is None:
        return Skip("The person is not here any more.")
    week = reports.week_asked(ctx, wanted.day, wanted.whose, Viewer("", wanted.zone).zone)
    return Call(Kind.WEEKLY_FILE, {"user": ctx.actor.slack_user_id}, file=report_file(ctx, week))
