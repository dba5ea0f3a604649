"""What the page reads and does: JSON for one person of one workspace."""

from collections.abc import Callable

from sandbox import messages, payloads
from sandbox.acts import commands, elements, modals, profile, talk
from sandbox.acts.base import Actor
from sandbox.elements import CannotDoError
from sandbox.jsons import JsonObject, as_object, as_text
from sandbox.model import Channel, Message, Team, User
from sandbox.simulator import Sandbox
from sandbox.state import NotThereError
from sandbox.view_store import stack_of

LONG_POLL_SECONDS = 20.0


def actor_for(sandbox: Sandbox, team_id: str, user_id: str) -> Actor:
    """Return the person the page speaks for."""
    team = sandbox.team(team_id or None)
    return Actor(sandbox, team, sandbox.person(team, user_id))


def wait_for_change(sandbox: Sandbox, team: Team, since: int, timeout: float = LONG_POLL_SECONDS) -> None:
    """Return at once when something changed after revision `since`, else after `timeout` seconds."""
    with sandbox.changed:
        sandbox.changed.wait_for(lambda: team.rev != since, timeout)


def state_of(actor: Actor) -> JsonObject:
    """Return everything one person's page shows around the messages."""
    sandbox, team, user = actor.sandbox, actor.team, actor.user
    with sandbox.lock:
        home = team.homes.get(user.id)
        app = team.app
        # People of connected workspaces see messages of the app, but have none of its commands and shortcuts.
        commands_here = app.commands if user.team_id == team.id else ()
        shortcuts_here = app.shortcuts if user.team_id == team.id else ()
        return {
            "rev": team.rev,
            "now": sandbox.clock.unix(),
            "team": {"id": team.id, "name": team.name, "domain": team.domain},
            "me": _person(user, team, sandbox.clock.unix()),
            "people": [
                _person(person, team, sandbox.clock.unix()) for person in team.users.values() if not person.is_deleted
            ],
            "app": {"id": app.id, "name": app.name, "bot_user_id": app.bot_user_id, "color": app.color},
            "channels": [_channel(actor, item) for item in team.channels.values() if _listed(user, item)],
            "commands": [
                {"command": c.command, "description": c.description, "usage_hint": c.usage_hint} for c in commands_here
            ],
            "shortcuts": [
                {"callback_id": s.callback_id, "name": s.name, "type": s.type, "description": s.description}
                for s in shortcuts_here
            ],
            "home": {"view": payloads.view_wire(team, home) if home else None},
            "modals": [
                {"view": payloads.view_wire(team, view), "errors": view.errors, "busy": view.busy}
                for view in stack_of(team, user.id)
            ],
            "notices": [{"id": n.id, "text": n.text, "level": n.level} for n in team.notices if n.user == user.id],
            "violations": [str(violation) for violation in team.violations[-50:]],
            "lints": [str(lint) for lint in team.lints[-50:]],
        }


def messages_of(actor: Actor, channel_id: str, thread_ts: str = "") -> JsonObject:
    """Return what the person sees of a channel, or of one thread with its first message."""
    with actor.sandbox.lock:
        channel = actor.sandbox.channel(actor.team, channel_id)
        said = actor.team.messages.get(channel.id, [])
        shown = [m for m in said if messages.visible(actor.team, actor.user, m)]
        if thread_ts:
            shown = [m for m in shown if thread_ts in (m.ts, m.thread_ts)]
        else:
            shown = [m for m in shown if m.thread_ts in ("", m.ts)]
        return {"messages": [_message(actor, message) for message in shown]}


def _person(user: User, team: Team, now: float) -> JsonObject:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "title": user.title,
        "role_hint": user.role_hint,
        "color": user.color,
        "status": {"emoji": user.status_emoji, "text": user.status_text} if user.has_status(now) else None,
        "tz": user.tz,
        "locale": user.locale,
        "is_bot": user.is_bot,
        "is_guest": user.is_guest,
        "is_outside": user.team_id != team.id,
    }


def _listed(user: User, channel: Channel) -> bool:
    return messages.can_see(channel, user) and not channel.is_archived


def _channel(actor: Actor, channel: Channel) -> JsonObject:
    other = next(iter(channel.members - {actor.user.id}), "") if channel.kind == "im" else ""
    seen = actor.team.reads.get((actor.user.id, channel.id), "0")
    unread = [
        m
        for m in actor.team.messages.get(channel.id, [])
        if float(m.ts) > float(seen) and m.user != actor.user.id and messages.visible(actor.team, actor.user, m)
    ]
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "is_ext_shared": channel.is_shared,
        "im_user": other or None,
        "is_member": actor.user.id in channel.members,
        "unread": len(unread),
        "topic": channel.topic,
    }


def _message(actor: Actor, message: Message) -> JsonObject:
    answers = messages.replies(actor.team, message.channel, message.ts)
    return {
        "ts": message.ts,
        "user": message.user,
        "bot_name": actor.team.app.name if message.by_app else None,
        "text": message.text,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "files": [{**file, "address": f"/sandbox/files/{actor.team.id}/{file['id']}"} for file in message.files],
        "unfurls": message.unfurls,
        "thread_ts": message.thread_ts or None,
        "reply_count": len(answers),
        "ephemeral": bool(message.ephemeral_to),
        "edited": bool(message.edited_ts),
        "reactions": [{"name": name, "users": users} for name, users in message.reactions.items()],
        "response_to_command": message.response_to_command or None,
        "state": messages.viewer_state(message, actor.user.id),
    }


def act(actor: Actor, body: JsonObject) -> JsonObject:
    """Do one thing as the person. Returns `ok` and, when it cannot be done, why in a plain sentence."""
    kind = as_text(body.get("kind"))
    if kind not in KINDS:
        return {"ok": False, "error": f"nobody can {kind!r} here; one of: {', '.join(sorted(KINDS))}"}
    try:
        return {"ok": True, **KINDS[kind](actor, body)}
    except (CannotDoError, NotThereError) as refusal:
        return {"ok": False, "error": str(refusal)}


def _text(body: JsonObject, key: str) -> str:
    return as_text(body.get(key))


def _command(actor: Actor, body: JsonObject) -> JsonObject:
    thread_ts = _text(body, "thread_ts")
    channel, command = _text(body, "channel"), _text(body, "command")
    commands.run_command(actor, channel, command, _text(body, "text"), thread_ts)
    return {}


def _say(actor: Actor, body: JsonObject) -> JsonObject:
    said = talk.say(actor, _text(body, "channel"), _text(body, "text"), _text(body, "thread_ts"))
    return {"ts": said.ts}


def _action(actor: Actor, body: JsonObject) -> JsonObject:
    container = as_object(body.get("container"))
    elements.act_on(actor, container, _text(body, "block_id"), _text(body, "action_id"), body.get("value"))
    return {}


def _input(actor: Actor, body: JsonObject) -> JsonObject:
    view_id, block_id, action_id = (_text(body, key) for key in ("view_id", "block_id", "action_id"))
    elements.put_in(actor, view_id, block_id, action_id, body.get("value"))
    return {}


def _suggest(actor: Actor, body: JsonObject) -> JsonObject:
    container = as_object(body.get("container"))
    block_id, action_id, query = (_text(body, key) for key in ("block_id", "action_id", "query"))
    return elements.suggest(actor, container, block_id, action_id, query)


def _submit(actor: Actor, body: JsonObject) -> JsonObject:
    errors: dict[str, object] = dict(modals.submit(actor, _text(body, "view_id")))
    return {"errors": errors}


def _close(actor: Actor, body: JsonObject) -> JsonObject:
    modals.close(actor, _text(body, "view_id"))
    return {}


def _dismiss(actor: Actor, body: JsonObject) -> JsonObject:
    modals.dismiss(actor, _text(body, "view_id"))
    return {}


def _home(actor: Actor, body: JsonObject) -> JsonObject:
    talk.open_home(actor, _text(body, "tab") or "home")
    return {}


def _shortcut(actor: Actor, body: JsonObject) -> JsonObject:
    commands.run_shortcut(actor, _text(body, "callback_id"))
    return {}


def _message_shortcut(actor: Actor, body: JsonObject) -> JsonObject:
    commands.run_message_shortcut(actor, _text(body, "callback_id"), _text(body, "channel"), _text(body, "ts"))
    return {}


def _react(actor: Actor, body: JsonObject) -> JsonObject:
    talk.react(actor, _text(body, "channel"), _text(body, "ts"), _text(body, "name"))
    return {}


def _open_im(actor: Actor, body: JsonObject) -> JsonObject:
    return {"channel": talk.open_im(actor, _text(body, "user")).id}


def _read(actor: Actor, body: JsonObject) -> JsonObject:
    talk.read(actor, _text(body, "channel"))
    return {}


def _status(actor: Actor, body: JsonObject) -> JsonObject:
    expiration = body.get("expiration") or 0
    if not isinstance(expiration, int | float):
        raise CannotDoError("when a status ends is a moment in seconds")
    profile.set_status(actor, _text(body, "emoji"), _text(body, "text"), int(expiration))
    return {}


KINDS: dict[str, Callable[[Actor, JsonObject], JsonObject]] = {
    "command": _command,
    "message": _say,
    "action": _action,
    "input": _input,
    "suggest": _suggest,
    "submit": _submit,
    "close": _close,
    "dismiss": _dismiss,
    "home": _home,
    "shortcut": _shortcut,
    "message_shortcut": _message_shortcut,
    "react": _react,
    "open_im": _open_im,
    "read": _read,
    "status": _status,
}
