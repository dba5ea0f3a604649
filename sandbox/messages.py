"""Messages: posting, changing, finding, and how they look to the API and to a person."""

from sandbox.blockkit.prepare import prepared
from sandbox.elements import initial_values
from sandbox.jsons import JsonObject
from sandbox.model import Channel, Message, StateValues, Team, User
from sandbox.state import NotThereError, SandboxState


def post(
    sandbox: SandboxState,
    team: Team,
    channel: Channel,
    user_id: str,
    text: str,
    *,
    blocks: list[JsonObject] | None = None,
    thread_ts: str = "",
    ephemeral_to: str = "",
    response_to_command: str = "",
    client_msg_id: str = "",
    metadata: JsonObject | None = None,
    attachments: list[JsonObject] | None = None,
) -> Message:
    """Put a message into a channel and return it. Blocks must have been validated."""
    with sandbox.lock:
        message = Message(
            ts=sandbox.clock.timestamp(),
            channel=channel.id,
            user=user_id,
            text=text,
            blocks=prepared(blocks or []),
            thread_ts=thread_ts,
            ephemeral_to=ephemeral_to,
            by_app=user_id == team.app.bot_user_id,
            response_to_command=response_to_command,
            client_msg_id=client_msg_id,
            metadata=metadata or {},
            attachments=attachments or [],
        )
        team.messages.setdefault(channel.id, []).append(message)
        sandbox.touch(team)
        return message


def change(
    sandbox: SandboxState, team: Team, message: Message, text: str | None, blocks: list[JsonObject] | None
) -> None:
    """Replace a message's text and, where given, its blocks."""
    with sandbox.lock:
        if text is not None:
            message.text = text
        if blocks is not None:
            message.blocks = prepared(blocks)
            message.states.clear()
            message.suggested.clear()
        if not message.blocks:
            message.edited_ts = sandbox.clock.timestamp()
        sandbox.touch(team)


def remove(sandbox: SandboxState, team: Team, message: Message) -> None:
    """Delete a message."""
    with sandbox.lock:
        team.messages[message.channel].remove(message)
        sandbox.touch(team)


def find(team: Team, channel_id: str, ts: str) -> Message | None:
    """Return the message with this `ts`, if the channel has it."""
    return next((m for m in team.messages.get(channel_id, []) if m.ts == ts), None)


def need(sandbox: SandboxState, team: Team, user: User, channel_id: str, ts: str) -> Message:
    """Return a message the person can see; raises NotThereError otherwise."""
    with sandbox.lock:
        channel = sandbox.channel(team, channel_id)
        message = find(team, channel.id, ts)
        if message is None or not visible(team, user, message):
            text = f"there is no message {ts} in {channel_id} that {user.real_name} can see"
            raise NotThereError(text)
        return message


def can_see(channel: Channel, user: User) -> bool:
    """Tell whether a person may look into a channel. Guests see only what they are in."""
    if user.id in channel.members:
        return True
    return channel.kind == "public" and not user.is_guest


def visible(team: Team, user: User, message: Message) -> bool:
    """Tell whether a person sees a message."""
    if message.ephemeral_to:
        return message.ephemeral_to == user.id
    return can_see(team.channels[message.channel], user)


def replies(team: Team, channel_id: str, thread_ts: str) -> list[Message]:
    """Return the public answers in a thread."""
    found = team.messages.get(channel_id, [])
    return [m for m in found if m.thread_ts == thread_ts and m.ts != thread_ts and not m.ephemeral_to]


def viewer_state(message: Message, user_id: str) -> StateValues:
    """Return what this viewer has chosen in the message's elements."""
    return message.states.setdefault(user_id, initial_values(message.blocks))


def wire(team: Team, message: Message) -> JsonObject:
    """Return a message as Slack's API and payloads show it."""
    body: JsonObject = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts}
    if message.by_app:
        app = team.app
        body.update(bot_id=app.bot_id, app_id=app.id, team=team.id)
        profile: JsonObject = {"id": app.bot_id, "app_id": app.id, "name": app.name, "team_id": team.id}
        body["bot_profile"] = {**profile, "deleted": False}
    else:
        body["team"] = team.users[message.user].team_id if message.user in team.users else team.id
        if message.client_msg_id:
            body["client_msg_id"] = message.client_msg_id
    if message.blocks:
        body["blocks"] = message.blocks
    for key, value in (("attachments", message.attachments), ("files", message.files)):
        if value:
            body[key] = value
    if message.metadata:
        body["metadata"] = message.metadata
    if message.edited_ts:
        body["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.reactions:
        body["reactions"] = [
            {"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()
        ]
    return {**body, **_thread_fields(team, message)}


def _thread_fields(team: Team, message: Message) -> JsonObject:
    if message.thread_ts and message.thread_ts != message.ts:
        return {"thread_ts": message.thread_ts, "parent_user_id": _author(team, message.channel, message.thread_ts)}
    answers = replies(team, message.channel, message.ts)
    if not answers:
        return {}
    return {
        "thread_ts": message.ts,
        "reply_count": len(answers),
        "reply_users": sorted({answer.user for answer in answers}),
        "latest_reply": answers[-1].ts,
    }


def _author(team: Team, channel_id: str, ts: str) -> str:
    parent = find(team, channel_id, ts)
    return parent.user if parent else ""
