"""What somebody says of their own days: until when they are away."""

from datetime import date

from sqlalchemy import select

from core import schedules
from core.context import Ctx
from core.errors import Forbidden, Invalid
from core.models import Member
from core.operations import operation


def away_until(ctx: Ctx) -> date | None:
    """The last day the actor is away; None where they are here."""
    until = ctx.session.scalar(
        select(Member.away_until).where(Member.workspace_id == ctx.workspace.id, Member.id == ctx.actor.member_id)
    )
    return until if until is not None and until >= ctx.today.date() else None


@operation("member.own_settings")
def change(ctx: Ctx, away: date | None) -> None:
    """Set the last day the actor is away, in their zone; None: they are here. Nobody sets another person's.

    Raises Invalid for a day that is over, Forbidden for who is no member.
    """
    query = select(Member).where(Member.workspace_id == ctx.workspace.id, Member.id == ctx.actor.member_id)
    member = ctx.session.scalars(query.with_for_update()).one_or_none()
    if member is None:
        raise Forbidden("not_yours")
    if away is not None and away < ctx.today.date():
        raise Invalid({"away_until": "date_past"})
    member.away_until = away
    ctx.session.flush()
    schedules.follow_member(ctx, member)
