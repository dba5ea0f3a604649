"""What every Web API method is made of."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sandbox.blockkit import Problem, validate_blocks, validate_view
from sandbox.jsons import JsonObject, as_int, as_list, as_objects, as_text
from sandbox.model import Channel, Team, User
from sandbox.simulator import Sandbox
from sandbox.state import NotThereError
from sandbox.view_store import RefusedError

# Errors that mean the app is wrong, not that the world changed under it.
BUGS = {
    "blocks_too_long",
    "duplicate_external_id",
    "exchanged_trigger_id",
    "expired_trigger_id",
    "invalid_arguments",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_metadata_format",
    "invalid_trigger_id",
    "missing_scope",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
    "not_allowed_token_type",
    "not_authed",
    "push_limit_reached",
    "too_many_attachments",
    "unknown_method",
    "view_too_large",
}


@dataclass(frozen=True)
class Call:
    """One call: the workspace the token belongs to, and the arguments as given."""

    sandbox: Sandbox
    team: Team
    args: JsonObject

    def text(self, name: str) -> str:
        """Return a string argument, empty when absent."""
        return as_text(self.args.get(name))

    def required(self, name: str) -> str:
        """Return a string argument that must be there."""
        value = self.text(name)
        if not value:
            raise RefusedError("invalid_arguments", f"[ERROR] missing required field: {name}")
        return value

    def limit(self, most: int = 1000) -> int:
        """Return the page size asked for (Slack's default 100)."""
        return max(1, min(as_int(self.args.get("limit"), 100), most))

    def structure(self, name: str, error: str) -> object:
        """Return an argument that is JSON, given as such or as a string; refuses with `error` when broken."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            parsed: object = json.loads(value)
        except ValueError as problem:
            raise RefusedError(error) from problem
        return parsed

    def blocks(self) -> list[JsonObject] | None:
        """Return validated message blocks; None when the argument is absent."""
        if self.args.get("blocks") in (None, ""):
            return None
        blocks = self.structure("blocks", "invalid_blocks_format")
        refuse_problems(validate_blocks(blocks, "message"), "invalid_blocks")
        return as_objects(blocks)

    def view(self, kind: Literal["modal", "home"] | None = None) -> JsonObject:
        """Return the validated view argument."""
        view = self.structure("view", "invalid_arguments")
        if not isinstance(view, dict):
            raise RefusedError("invalid_arguments", "[ERROR] missing required field: view [json-pointer:/view]")
        refuse_problems(validate_view(view), "invalid_arguments")
        if kind is not None and view.get("type") != kind:
            raise RefusedError("invalid_arguments", f"[ERROR] must be a {kind} view [json-pointer:/view/type]")
        return view

    def channel(self, name: str = "channel") -> Channel:
        """Return the channel the app may know about; private ones only when the app is in them."""
        try:
            channel = self.sandbox.channel(self.team, self.required(name))
        except NotThereError as missing:
            raise RefusedError("channel_not_found") from missing
        if channel.kind != "public" and self.team.app.bot_user_id not in channel.members:
            raise RefusedError("channel_not_found")
        return channel

    def user(self, name: str = "user") -> User:
        """Return the user named by an argument."""
        try:
            return self.sandbox.person(self.team, self.required(name))
        except NotThereError as missing:
            raise RefusedError("user_not_found") from missing

    def page(self, items: list[JsonObject]) -> tuple[list[JsonObject], JsonObject]:
        """Cut a page out of a list by `cursor` and `limit`; returns it with `response_metadata`."""
        start = as_int(self.args.get("cursor"), 0)
        end = start + self.limit()
        cursor = str(end) if end < len(items) else ""
        return items[start:end], {"next_cursor": cursor}


Handler = Callable[[Call], JsonObject]


@dataclass(frozen=True)
class Method:
    """A method: its rate tier, the scopes of which one is needed, and whether it reads JSON bodies."""

    name: str
    handler: Handler
    tier: str
    scopes: tuple[str, ...] = ()
    json_body: bool = True
    caller: Literal["bot", "app", "none"] = "bot"


def refuse_problems(problems: list[Problem], code: str) -> None:
    """Refuse when a payload has faults, with Slack's error code and pointers."""
    if problems:
        special = next((problem.code for problem in problems if problem.code), "")
        only_special = special and all(problem.code for problem in problems)
        raise RefusedError(special if only_special else code, *(str(problem) for problem in problems))


def names(value: object) -> list[str]:
    """Return a comma-separated or JSON list of names."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [item for item in as_list(value) if isinstance(item, str)]
