"""The Web API: which methods there are, and how a call is answered."""

from dataclasses import dataclass, field

from sandbox.jsons import JsonObject
from sandbox.methods import chat, conversations, files, people, views
from sandbox.methods.base import BUGS, Call, Method
from sandbox.model import Team
from sandbox.simulator import Sandbox
from sandbox.view_store import RefusedError

METHODS: dict[str, Method] = {
    method.name: method for area in (chat, conversations, files, people, views) for method in area.METHODS
}


@dataclass(frozen=True)
class ApiAnswer:
    """The HTTP side of an answer."""

    body: JsonObject
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def answer(sandbox: Sandbox, name: str, token: str, args: JsonObject, json_args: JsonObject) -> ApiAnswer:
    """Answer one Web API call. `args` come from form and query, `json_args` from a JSON body."""
    method = METHODS.get(name)
    if method is None:
        return ApiAnswer({"ok": False, "error": "unknown_method", "req_method": name})
    try:
        team = _authorized(sandbox, method, token)
    except RefusedError as refusal:
        return ApiAnswer({"ok": False, "error": refusal.code})
    headers = {"x-oauth-scopes": ",".join(team.app.scopes), "x-accepted-oauth-scopes": ",".join(method.scopes)}
    wait = sandbox.limiter.method(team.id, name, method.tier)
    if wait:
        return _limited(wait, headers)
    # Some methods read only forms and queries: to them a JSON body is as good as none.
    given = {**args, **json_args} if method.json_body else args
    try:
        _in_scope(method, team)
        body = method.handler(Call(sandbox, team, given))
    except RefusedError as refusal:
        return _refused(sandbox, team, method, refusal, headers)
    return ApiAnswer({"ok": True, **body}, headers=headers)


def _authorized(sandbox: Sandbox, method: Method, token: str) -> Team:
    if method.caller == "none":
        return sandbox.team()
    if not token:
        raise RefusedError("not_authed")
    with sandbox.lock:
        for team in sandbox.teams.values():
            app = team.app
            if token not in (app.bot_token, app.app_token):
                continue
            if app.uninstalled:
                raise RefusedError("account_inactive")
            if app.token_revoked:
                raise RefusedError("token_revoked")
            if (token == app.app_token) != (method.caller == "app"):
                raise RefusedError("not_allowed_token_type")
            return team
    raise RefusedError("invalid_auth")


def _in_scope(method: Method, team: Team) -> None:
    # An app-level token has its own scope, connections:write, from birth.
    if method.caller == "bot" and method.scopes and not set(method.scopes) & set(team.app.scopes):
        raise RefusedError("missing_scope", method.scopes[0])


def _limited(wait: int, headers: dict[str, str]) -> ApiAnswer:
    return ApiAnswer({"ok": False, "error": "ratelimited"}, 429, {**headers, "Retry-After": str(wait)})


def _refused(sandbox: Sandbox, team: Team, method: Method, refusal: RefusedError, headers: dict[str, str]) -> ApiAnswer:
    if refusal.code == "ratelimited":
        return _limited(int(refusal.messages[0]), headers)
    body: JsonObject = {"ok": False, "error": refusal.code}
    if refusal.code == "missing_scope":
        body.update(needed="".join(refusal.messages), provided=",".join(team.app.scopes))
    elif refusal.messages:
        body["response_metadata"] = {"messages": list(refusal.messages)}
        body["errors"] = list(refusal.messages)
    if refusal.code in BUGS:
        detail = f"{method.name}: {refusal.code} {'; '.join(refusal.messages)}".strip()
        sandbox.violation(team, "refused call", detail)
    return ApiAnswer(body, headers=headers)
