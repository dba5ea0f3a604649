"""Interaction payloads, field by field as Slack sends them."""

from sandbox.elements import initial_values
from sandbox.jsons import JsonObject, copy_json
from sandbox.messages import viewer_state, wire
from sandbox.model import Channel, Command, Message, Shortcut, Team, Trigger, User, View

TOKEN = "deprecated-verification-token"  # noqa: S105 - Slack's old field; signatures replaced it


def view_wire(team: Team, view: View) -> JsonObject:
    """Return a view as the API and payloads show it."""
    app = team.app
    content = view.content
    body: JsonObject = {
        "id": view.id,
        "team_id": team.users[view.user].team_id,
        "type": view.type,
        "blocks": content.get("blocks", []),
        "private_metadata": view.text("private_metadata"),
        "callback_id": view.text("callback_id"),
        "state": {"values": view.values},
        "hash": view.hash,
        "title": content.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
        "clear_on_close": view.flag("clear_on_close"),
        "notify_on_close": view.flag("notify_on_close"),
        "close": content.get("close"),
        "submit": content.get("submit"),
        "previous_view_id": view.previous_id or None,
        "root_view_id": view.root_id,
        "app_id": app.id,
        "external_id": view.text("external_id"),
        "app_installed_team_id": team.id,
        "bot_id": app.bot_id,
    }
    return copy_json(body)


def user_part(user: User) -> JsonObject:
    """Return the acting person as interactions name them."""
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id}


def _common(team: Team, user: User, kind: str, *, in_view: bool = False) -> JsonObject:
    # In a view, someone from a connected workspace comes with their own team; `app_installed_team_id` says ours.
    at_home = user.team_id == team.id or not in_view
    return {
        "type": kind,
        "team": {"id": team.id, "domain": team.domain} if at_home else {"id": user.team_id, "domain": "elsewhere"},
        "user": user_part(user),
        "api_app_id": team.app.id,
        "token": TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_part(channel: Channel) -> JsonObject:
    """Return a channel as interactions name it: private ones and direct messages without their name."""
    names = {"im": "directmessage", "private": "privategroup"}
    return {"id": channel.id, "name": names.get(channel.kind, channel.name)}


def view_action(team: Team, user: User, view: View, trigger: Trigger, action: JsonObject) -> JsonObject:
    """block_actions from a modal or Home tab."""
    return {
        **_common(team, user, "block_actions", in_view=True),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": trigger.id,
        "view": view_wire(team, view),
        "actions": [action],
    }


def message_container(message: Message) -> JsonObject:
    """Return the container of an interaction with a message."""
    container: JsonObject = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": bool(message.ephemeral_to),
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    return container


def preview_container(message: Message) -> JsonObject:
    """Return the container of an interaction with what an app put below a link."""
    return {**message_container(message), "type": "message_attachment", "attachment_id": 1, "is_app_unfurl": True}


def message_action(
    team: Team, user: User, *, message: Message, trigger: Trigger, action: JsonObject, response_url: str
) -> JsonObject:
    """block_actions from a message, or from below a link in it. Ephemeral messages come without their content."""
    below = any(block.get("block_id") == action.get("block_id") for block in message.preview_blocks)
    body: JsonObject = {
        **_common(team, user, "block_actions"),
        "container": preview_container(message) if below else message_container(message),
        "trigger_id": trigger.id,
        "channel": channel_part(team.channels[message.channel]),
        "state": {"values": viewer_state(message, user.id)},
        "response_url": response_url,
        "actions": [action],
    }
    if not message.ephemeral_to:
        body["message"] = wire(team, message)
    return copy_json(body)


def suggestion(
    team: Team, user: User, place: View | Message, *, block_id: str, action_id: str, query: str
) -> JsonObject:
    """block_suggestion: what a person typed into an external select."""
    body = {
        **_common(team, user, "block_suggestion", in_view=isinstance(place, View)),
        "action_id": action_id,
        "block_id": block_id,
        "value": query,
    }
    if isinstance(place, View):
        return {**body, "container": {"type": "view", "view_id": place.id}, "view": view_wire(team, place)}
    body["container"] = message_container(place)
    body["channel"] = channel_part(team.channels[place.channel])
    return body if place.ephemeral_to else {**body, "message": wire(team, place)}


def submission(team: Team, user: User, view: View, trigger: Trigger, response_urls: list[JsonObject]) -> JsonObject:
    """view_submission."""
    return {
        **_common(team, user, "view_submission", in_view=True),
        "trigger_id": trigger.id,
        "view": view_wire(team, view),
        "response_urls": response_urls,
    }


def closed(team: Team, user: User, view: View, *, is_cleared: bool) -> JsonObject:
    """view_closed. It carries no input values."""
    emptied = view_wire(team, view)
    emptied["state"] = {"values": initial_values(view.blocks) if view.type == "home" else {}}
    return {**_common(team, user, "view_closed", in_view=True), "view": emptied, "is_cleared": is_cleared}


def global_shortcut(team: Team, user: User, shortcut: Shortcut, trigger: Trigger, action_ts: str) -> JsonObject:
    """Shortcut: a global one, without any channel."""
    return {
        **_common(team, user, "shortcut"),
        "callback_id": shortcut.callback_id,
        "trigger_id": trigger.id,
        "action_ts": action_ts,
    }


def message_shortcut(
    team: Team,
    user: User,
    *,
    shortcut: Shortcut,
    message: Message,
    trigger: Trigger,
    response_url: str,
    action_ts: str,
) -> JsonObject:
    """message_action: a shortcut on a message."""
    return {
        **_common(team, user, "message_action"),
        "callback_id": shortcut.callback_id,
        "trigger_id": trigger.id,
        "action_ts": action_ts,
        "channel": channel_part(team.channels[message.channel]),
        "message_ts": message.ts,
        "message": wire(team, message),
        "response_url": response_url,
    }


def command_body(
    team: Team, user: User, *, channel: Channel, command: Command, text: str, trigger: Trigger, response_url: str
) -> dict[str, str]:
    """Return the form body of a slash command."""
    return {
        "token": TOKEN,
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": str(channel_part(channel)["name"]),
        "user_id": user.id,
        "user_name": user.name,
        "command": command.command,
        "text": text,
        "api_app_id": team.app.id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger.id,
    }
