"""Members: finding colleagues, and keeping what Slack knows of them."""

from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from sqlalchemy import select

from core import away
from core.access import Verb, may
from core.context import Ctx
from core.errors import Forbidden, Invalid, Stranger
from core.events import ProfileChanged, RecordChanged
from core.i18n import Viewer
from core.locks import take_turns
from core.models import Member
from core.operations import operation
from core.queries.timed import Timed, timed_of
from core.status import SlackStatus, away_until
from core.workspaces import Profile, add_member, joining


def find_member(ctx: Ctx, slack_user_id: str) -> Member | None:
    """The member behind a Slack user, if they were ever seen here."""
    return ctx.session.scalars(
        select(Member).where(Member.workspace_id == ctx.workspace.id, Member.slack_user_id == slack_user_id)
    ).one_or_none()


def owner_from_slack(ctx: Ctx, slack_user_id: str, field: str) -> UUID | None:
    """The member id of a chosen owner; a colleague who never used Rapport becomes a member by being chosen.

    Empty text means no owner. Raises Invalid for `field` where the person is a guest or was deactivated, Stranger where
    Slack has to be asked first.
    """
    if not slack_user_id:
        return None
    member = find_member(ctx, slack_user_id)
    if ctx.can_ask_slack and (member is None or member.synced_at is None):
        raise Stranger(slack_user_id, field)
    member = member or _joined(ctx, slack_user_id)
    if member.guest or not member.active:
        raise Invalid({field: "member_unknown"})
    return member.id


def introduce(ctx: Ctx, slack_user_id: str, said: Profile) -> Member:
    """Take in a colleague as Slack describes them, who may never have used Rapport."""
    member = find_member(ctx, slack_user_id) or _joined(ctx, slack_user_id)
    return sync_profile(
        ctx, member.id, name=said.name, email=said.email, tz=said.tz, locale=said.locale, guest=said.guest
    )


def _joined(ctx: Ctx, slack_user_id: str) -> Member:
    # In turn with others who choose the same person, and with that person's own first request.
    take_turns(ctx, joining(slack_user_id))
    return find_member(ctx, slack_user_id) or add_member(ctx, slack_user_id, "")


def require_assign(ctx: Ctx, owner_id: UUID | None) -> None:
    """Check that the actor may give a record of this owner to somebody else. Raises Forbidden."""
    if not may(ctx, Verb.ASSIGN, owner_id):
        raise Forbidden("not_yours")


@operation("member.sync")
def sync_profile(
    ctx: Ctx,
    member_id: UUID,
    *,
    name: str,
    email: str,
    tz: str,
    locale: str,
    guest: bool,
    status: SlackStatus | None = None,
) -> Member:
    """Take over what Slack says of a member. `tz` is an IANA name, `locale` an IETF tag such as `de-DE`.

    `status` says whether they are away, where they want that; None where nobody asked for it.
    """
    member = ctx.session.scalars(
        select(Member).where(Member.workspace_id == ctx.workspace.id, Member.id == member_id)
    ).one()
    member.name = name or member.name
    member.email = email or member.email
    absence = away.watch(member, ctx.now)
    zone = _known_zone(tz) or member.tz
    waiting = _waiting(ctx, member) if zone != member.tz else []
    member.tz = zone
    member.locale = _babel_locale(locale) or member.locale
    member.guest = guest
    if status is not None:
        _follow_status(ctx, member, status)
    member.synced_at = ctx.now
    ctx.session.flush()
    away.settle(ctx, member, absence)
    if guest:
        away.release(ctx, member)
    for due in waiting:
        # An hour is another moment now: what is told of at its hour is planned anew.
        ctx.emit(RecordChanged(due.entity, due.entity_id))
    return member


def _waiting(ctx: Ctx, member: Member) -> list[Timed]:
    """What is still to be told of at its hour; what was told is not told again where that hour is yet to come."""
    return [due for due in timed_of(ctx, member.id, away.today_of(member, ctx.now)) if due.due_at > ctx.now]


@operation("member.profile_changed")
def profile_changed(ctx: Ctx, slack_user_id: str) -> None:
    """Slack says that somebody's profile is another now; it is read again where they are a member."""
    member = find_member(ctx, slack_user_id)
    if member is not None:
        ctx.emit(ProfileChanged(member.id))


def _follow_status(ctx: Ctx, member: Member, status: SlackStatus) -> None:
    """Only another status is news: who said that they are here although it says otherwise stays here."""
    if status.fingerprint == member.slack_status:
        return
    member.slack_status = status.fingerprint
    if member.follows_status:
        member.status_away_until = away_until(status, Viewer("", member.tz).zone, ctx.now)


def _known_zone(name: str) -> str:
    """The zone if this machine knows it: one it does not know would stop every time that is shown to the member."""
    try:
        return ZoneInfo(name).key if name else ""
    except (ZoneInfoNotFoundError, ValueError):
        return ""


def _babel_locale(tag: str) -> str:
    if not tag:
        return ""
    try:
        return str(Locale.parse(tag, sep="-"))
    except (UnknownLocaleError, ValueError):
        return ""
