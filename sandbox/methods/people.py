"""users.*, team.info, auth.test."""

from sandbox.jsons import JsonObject, is_true
from sandbox.methods.base import Call, Method
from sandbox.model import User
from sandbox.user_wire import user_wire
from sandbox.view_store import RefusedError


def auth_test(call: Call) -> JsonObject:
    """auth.test."""
    app, team = call.team.app, call.team
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": call.team.users[app.bot_user_id].name,
        "team_id": team.id,
        "user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


def users_info(call: Call) -> JsonObject:
    """users.info; the locale only when asked for."""
    return {"user": _shown(call, call.user())}


def users_list(call: Call) -> JsonObject:
    """users.list, by pages."""
    with call.sandbox.lock:
        members = [_shown(call, user) for user in call.team.users.values() if user.team_id == call.team.id]
    page, metadata = call.page(members)
    return {"members": page, "cache_ts": int(call.sandbox.clock.unix()), "response_metadata": metadata}


def users_lookup_by_email(call: Call) -> JsonObject:
    """users.lookupByEmail."""
    email = call.required("email").lower()
    with call.sandbox.lock:
        for user in call.team.users.values():
            if user.email.lower() == email and not user.is_deleted and user.team_id == call.team.id:
                return {"user": _shown(call, user)}
    raise RefusedError("users_not_found")


def team_info(call: Call) -> JsonObject:
    """team.info."""
    team = call.team
    url = f"https://{team.domain}.slack.com/"
    return {"team": {"id": team.id, "name": team.name, "domain": team.domain, "url": url, "icon": {}}}


def _shown(call: Call, user: User) -> JsonObject:
    return user_wire(
        user,
        with_email="users:read.email" in call.team.app.scopes,
        with_locale=is_true(call.args.get("include_locale")),
        home_team=call.team.id,
        at=call.sandbox.clock.now(),
    )


METHODS = (
    Method("auth.test", auth_test, "special"),
    Method("users.info", users_info, "tier4", ("users:read",), json_body=False),
    Method("users.list", users_list, "tier2", ("users:read",), json_body=False),
    Method("users.lookupByEmail", users_lookup_by_email, "tier3", ("users:read.email",), json_body=False),
    Method("team.info", team_info, "tier3", ("team:read",), json_body=False),
)
