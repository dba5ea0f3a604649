"""Deliveries of files."""

from core.access import Power, has_power
from notifications.claims import Claimed
from notifications.desk import Call, Composed, Desk, Skip, read
from notifications.exports import audit_file
from notifications.plans import AuditFile, Kind


def audit(desk: Desk, delivery: Claimed) -> Composed:
    """An export of the audit: nothing for who is no admin."""
    wanted = read(AuditFile, delivery)
    ctx = desk.as_member(wanted.member_id)
    if ctx is None or not has_power(ctx, Power.CONFIGURE):
        return Skip("Only admins may have it.")
    file = audit_file(ctx, wanted.words)
    return Call(Kind.AUDIT, {"user": ctx.actor.slack_user_id}, file=file)
