"""Views as Slack keeps them: trigger ids, the stack of three, hashes, external ids, Home tabs."""

import secrets
from collections.abc import Iterator

from sandbox.blockkit.prepare import prepared
from sandbox.elements import carried_over, initial_values
from sandbox.jsons import JsonObject, as_objects, as_text, copy_json
from sandbox.model import Team, Trigger, View
from sandbox.state import SandboxState, new_id


class RefusedError(Exception):
    """A Web API error: its code, and the messages that go with it."""

    def __init__(self, code: str, *messages: str) -> None:
        """Refuse with Slack's error `code`."""
        super().__init__(code, *messages)
        self.code = code
        self.messages = messages


def new_trigger(sandbox: SandboxState, team: Team, user_id: str, channel: str = "", view_id: str = "") -> Trigger:
    """Hand out a trigger id for one interaction; `view_id` is the view it happened in."""
    with sandbox.lock:
        random = f"{secrets.randbelow(10**12):012d}.{secrets.randbelow(10**12):012d}"
        trigger = Trigger(f"{random}.{secrets.token_hex(16)}", user_id, channel, sandbox.timer(), view_id)
        team.triggers[trigger.id] = trigger
        return trigger


def use_trigger(sandbox: SandboxState, team: Team, trigger_id: str) -> Trigger:
    """Spend a trigger id: known, not yet used, not older than three seconds."""
    with sandbox.lock:
        trigger = team.triggers.get(trigger_id)
        if trigger is None:
            raise RefusedError("invalid_trigger_id")
        if trigger.used:
            raise RefusedError("exchanged_trigger_id")
        if sandbox.timer() - trigger.born > sandbox.rules.trigger_seconds:
            raise RefusedError("expired_trigger_id")
        trigger.used = True
        return trigger


def stack_of(team: Team, user_id: str) -> list[View]:
    """Return a person's open modals, the top one last."""
    return team.stacks.setdefault(user_id, [])


def all_views(team: Team) -> Iterator[View]:
    """Return every view of the workspace, open modals and Home tabs."""
    for stack in team.stacks.values():
        yield from stack
    yield from team.homes.values()


def find_view(team: Team, view_id: str = "", external_id: str = "") -> View | None:
    """Return an open view by its id or its external id."""
    for view in all_views(team):
        if (view_id and view.id == view_id) or (external_id and view.text("external_id") == external_id):
            return view
    return None


def open_view(sandbox: SandboxState, team: Team, trigger: Trigger, content: JsonObject) -> View:
    """Open a modal for the trigger's person. A stack already open is replaced, as Slack does."""
    with sandbox.lock:
        stack = stack_of(team, trigger.user)
        if stack:
            sandbox.lint(team, "views.open inside a modal", "the open stack was replaced; views.push adds to it")
            stack.clear()
        return _put(sandbox, team, trigger, content)


def push_view(sandbox: SandboxState, team: Team, trigger: Trigger, content: JsonObject) -> View:
    """Push a modal onto the stack the trigger came from."""
    with sandbox.lock:
        stack = stack_of(team, trigger.user)
        if not stack or not trigger.view_id:
            # Slack: a view can be pushed only with a trigger from inside a modal.
            raise RefusedError("invalid_trigger_id")
        if len(stack) >= sandbox.rules.stack:
            raise RefusedError("push_limit_reached")
        return _put(sandbox, team, trigger, content)


def _put(sandbox: SandboxState, team: Team, trigger: Trigger, content: JsonObject) -> View:
    _unique_external_id(team, content, None)
    stack = stack_of(team, trigger.user)
    view = _made(sandbox, "modal", trigger.user, content, trigger.channel)
    view.root_id = stack[0].id if stack else view.id
    view.previous_id = stack[-1].id if stack else ""
    stack.append(view)
    sandbox.touch(team)
    return view


def update_view(sandbox: SandboxState, team: Team, view: View, content: JsonObject, known_hash: str = "") -> View:
    """Replace a view's content; typed values stay where block_id and action_id are the same."""
    with sandbox.lock:
        if known_hash and known_hash != view.hash:
            raise RefusedError("hash_conflict")
        if content.get("type") != view.type:
            raise RefusedError("invalid_arguments", f"a {view.type} view cannot become another type")
        _unique_external_id(team, content, view)
        view.content = _stored(content)
        view.values = carried_over(view.values, view.blocks, view.opened_from_channel)
        view.hash = _new_hash(sandbox)
        view.errors = {}
        sandbox.touch(team)
        return view


def publish_home(sandbox: SandboxState, team: Team, user_id: str, content: JsonObject, known_hash: str = "") -> View:
    """Publish a person's Home tab."""
    with sandbox.lock:
        view = team.homes.get(user_id)
        if view is not None:
            return update_view(sandbox, team, view, content, known_hash)
        if known_hash:
            raise RefusedError("hash_conflict")
        _unique_external_id(team, content, None)
        view = _made(sandbox, "home", user_id, content, "")
        view.root_id = view.id
        team.homes[user_id] = view
        sandbox.touch(team)
        return view


def close_view(sandbox: SandboxState, team: Team, view: View) -> None:
    """Take one modal off its stack."""
    with sandbox.lock:
        stack = stack_of(team, view.user)
        if view in stack:
            stack.remove(view)
        sandbox.touch(team)


def clear_stack(sandbox: SandboxState, team: Team, user_id: str) -> None:
    """Close all of a person's modals."""
    with sandbox.lock:
        stack_of(team, user_id).clear()
        sandbox.touch(team)


def _made(sandbox: SandboxState, kind: str, user_id: str, content: JsonObject, channel: str) -> View:
    view = View(
        id=new_id("V"),
        user=user_id,
        type="home" if kind == "home" else "modal",
        content=_stored(content),
        hash=_new_hash(sandbox),
        opened_from_channel=channel,
    )
    view.values = initial_values(view.blocks, channel)
    return view


def _stored(content: JsonObject) -> JsonObject:
    copied = copy_json(content)
    copied["blocks"] = prepared(as_objects(content.get("blocks")))
    return copied


def _new_hash(sandbox: SandboxState) -> str:
    return f"{int(sandbox.clock.unix())}.{secrets.token_urlsafe(6)}"


def _unique_external_id(team: Team, content: JsonObject, own: View | None) -> None:
    external_id = as_text(content.get("external_id"))
    if external_id:
        other = find_view(team, external_id=external_id)
        if other is not None and other is not own:
            raise RefusedError("duplicate_external_id")
