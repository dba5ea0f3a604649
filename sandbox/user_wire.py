"""People as the Web API and the `user_change` event show them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sandbox.jsons import JsonObject
from sandbox.model import User


def user_wire(user: User, *, with_email: bool, with_locale: bool, home_team: str, at: datetime) -> JsonObject:
    """Return a user object. E-mail needs its own scope, the locale must be asked for.

    A person of another workspace (Slack Connect) comes as a stranger without e-mail.
    """
    is_stranger = user.team_id != home_team
    profile: JsonObject = {
        "title": user.title,
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "team": user.team_id,
        "status_emoji": "",
        "status_text": "",
        "status_expiration": 0,
    }
    if user.has_status(at.timestamp()):
        profile |= {
            "status_emoji": user.status_emoji,
            "status_text": user.status_text,
            "status_expiration": user.status_expiration,
        }
    if with_email and not is_stranger and user.email:
        profile["email"] = user.email
    body: JsonObject = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.is_deleted,
        "color": user.color,
        "real_name": user.real_name,
        "profile": profile,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": int(at.timestamp()),
    }
    if is_stranger:
        body["is_stranger"] = True
    if user.is_deleted:
        return body
    zone = ZoneInfo(user.tz)
    offset = at.astimezone(zone).utcoffset()
    body.update(
        tz=user.tz,
        tz_label=at.astimezone(zone).tzname() or user.tz,
        tz_offset=int(offset.total_seconds()) if offset is not None else 0,
        is_admin=user.is_admin,
        is_owner=False,
        is_primary_owner=False,
        is_restricted=user.is_guest,
        is_ultra_restricted=False,
    )
    if with_locale:
        body["locale"] = user.locale
    return body


def from_unix(seconds: float) -> datetime:
    """Return unix seconds as an aware UTC datetime."""
    return datetime.fromtimestamp(seconds, UTC)
