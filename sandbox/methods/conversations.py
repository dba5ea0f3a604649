"""conversations.* and reactions.add."""

from sandbox import messages
from sandbox.jsons import JsonObject, is_true
from sandbox.methods.base import Call, Method, names
from sandbox.model import Channel, Message, Team
from sandbox.state import new_id
from sandbox.view_store import RefusedError

READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
PREFIX = {"public": "channels", "private": "groups", "im": "im"}
TYPE_NAMES = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}


def channel_wire(team: Team, channel: Channel) -> JsonObject:
    """Return a channel as the API shows it."""
    if channel.kind == "im":
        other = next(iter(channel.members - {team.app.bot_user_id}), "")
        return {"id": channel.id, "is_im": True, "user": other, "is_archived": channel.is_archived}
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_im": False,
        "is_private": channel.kind == "private",
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "is_ext_shared": channel.is_shared,
        "is_member": team.app.bot_user_id in channel.members,
        "num_members": len(channel.members),
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "context_team_id": team.id,
    }


def open_(call: Call) -> JsonObject:
    """conversations.open with one user: the direct message with the app."""
    people = names(call.args.get("users"))
    if call.text("channel"):
        channel = call.channel()
    elif len(people) != 1:
        # Group direct messages would need mpim:write, which the app does not ask for.
        raise RefusedError("not_enough_users" if not people else "missing_scope")
    elif people[0] not in call.team.users:
        raise RefusedError("user_not_found")
    else:
        user = call.team.users[people[0]]
        if user.is_deleted:
            raise RefusedError("user_disabled")
        channel = call.sandbox.open_im(call.team, call.team.app.bot_user_id, user.id)
    shown = channel_wire(call.team, channel) if is_true(call.args.get("return_im")) else {"id": channel.id}
    return {"channel": shown}


def info(call: Call) -> JsonObject:
    """conversations.info."""
    channel = call.channel()
    _scope_for(call, channel, "read")
    return {"channel": channel_wire(call.team, channel)}


def list_(call: Call) -> JsonObject:
    """conversations.list of the asked-for types."""
    kinds = {TYPE_NAMES.get(name, name) for name in names(call.args.get("types")) or ["public_channel"]}
    for kind in kinds:
        _need_scope(call, f"{PREFIX.get(kind, 'mpim')}:read")
    app_id = call.team.app.bot_user_id
    with call.sandbox.lock:
        found = [
            channel_wire(call.team, channel)
            for channel in call.team.channels.values()
            if channel.kind in kinds
            and (channel.kind == "public" or app_id in channel.members)
            and not (channel.is_archived and is_true(call.args.get("exclude_archived")))
        ]
    page, metadata = call.page(found)
    return {"channels": page, "response_metadata": metadata}


def members(call: Call) -> JsonObject:
    """conversations.members."""
    channel = call.channel()
    _scope_for(call, channel, "read")
    ids: list[JsonObject] = [{"id": member} for member in sorted(channel.members)]
    page, metadata = call.page(ids)
    return {"members": [item["id"] for item in page], "response_metadata": metadata}


def history(call: Call) -> JsonObject:
    """conversations.history, newest first; never ephemeral messages."""
    channel = call.channel()
    _readable(call, channel)
    with call.sandbox.lock:
        found = [
            messages.wire(call.team, message)
            for message in reversed(call.team.messages.get(channel.id, []))
            if not message.ephemeral_to and message.thread_ts in ("", message.ts) and _in_range(call, message)
        ]
    page, metadata = call.page(found)
    more = bool(metadata["next_cursor"])
    return {"messages": page, "has_more": more, "response_metadata": metadata}


def replies(call: Call) -> JsonObject:
    """conversations.replies: a thread, its first message included."""
    channel = call.channel()
    _readable(call, channel)
    ts = call.required("ts")
    with call.sandbox.lock:
        parent = messages.find(call.team, channel.id, ts)
        if parent is None or parent.ephemeral_to:
            raise RefusedError("thread_not_found")
        root = parent.thread_ts or parent.ts
        thread = [messages.find(call.team, channel.id, root), *messages.replies(call.team, channel.id, root)]
        found = [messages.wire(call.team, message) for message in thread if message is not None]
    page, metadata = call.page(found)
    return {"messages": page, "has_more": bool(metadata["next_cursor"]), "response_metadata": metadata}


def join(call: Call) -> JsonObject:
    """conversations.join: the app enters a public channel."""
    channel = call.channel()
    if channel.kind != "public":
        raise RefusedError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise RefusedError("is_archived")
    with call.sandbox.lock:
        already = call.team.app.bot_user_id in channel.members
        channel.members.add(call.team.app.bot_user_id)
        call.sandbox.touch(call.team)
    body: JsonObject = {"channel": channel_wire(call.team, channel)}
    return {**body, "warning": "already_in_channel"} if already else body


def invite(call: Call) -> JsonObject:
    """conversations.invite."""
    channel = call.channel()
    app_id = call.team.app.bot_user_id
    if app_id not in channel.members:
        raise RefusedError("not_in_channel")
    for user_id in names(call.args.get("users")):
        if user_id not in call.team.users:
            raise RefusedError("user_not_found")
        if user_id in channel.members:
            raise RefusedError("cant_invite_self" if user_id == app_id else "already_in_channel")
    with call.sandbox.lock:
        channel.members.update(names(call.args.get("users")))
        call.sandbox.touch(call.team)
    return {"channel": channel_wire(call.team, channel)}


def create(call: Call) -> JsonObject:
    """conversations.create."""
    name = call.required("name")
    private = is_true(call.args.get("is_private"))
    if name != name.lower() or " " in name or len(name) > 80:
        raise RefusedError("invalid_name_specials")
    with call.sandbox.lock:
        if any(channel.name == name for channel in call.team.channels.values()):
            raise RefusedError("name_taken")
        members_ = {call.team.app.bot_user_id}
        channel = Channel(new_id("C"), name, "private" if private else "public", members_)
        call.team.channels[channel.id] = channel
        call.sandbox.touch(call.team)
    return {"channel": channel_wire(call.team, channel)}


def reactions_add(call: Call) -> JsonObject:
    """reactions.add."""
    channel = call.channel()
    message = messages.find(call.team, channel.id, call.required("timestamp"))
    if message is None or message.ephemeral_to:
        raise RefusedError("message_not_found")
    with call.sandbox.lock:
        users = message.reactions.setdefault(call.required("name").strip(":"), [])
        if call.team.app.bot_user_id in users:
            raise RefusedError("already_reacted")
        users.append(call.team.app.bot_user_id)
        call.sandbox.touch(call.team)
    return {}


def _need_scope(call: Call, scope: str) -> None:
    if scope not in call.team.app.scopes:
        raise RefusedError("missing_scope", scope)


def _scope_for(call: Call, channel: Channel, verb: str) -> None:
    _need_scope(call, f"{PREFIX[channel.kind]}:{verb}")


def _readable(call: Call, channel: Channel) -> None:
    _scope_for(call, channel, "history")
    if call.team.app.bot_user_id not in channel.members:
        raise RefusedError("not_in_channel")


def _in_range(call: Call, message: Message) -> bool:
    oldest, latest = call.text("oldest"), call.text("latest")
    ts = float(message.ts)
    return (not oldest or ts > float(oldest)) and (not latest or ts < float(latest))


METHODS = (
    Method("conversations.open", open_, "tier3", ("im:write", "mpim:write", "channels:manage")),
    Method("conversations.info", info, "tier3", READ, json_body=False),
    Method("conversations.list", list_, "tier2", READ, json_body=False),
    Method("conversations.members", members, "tier4", READ, json_body=False),
    Method("conversations.history", history, "tier3", HISTORY, json_body=False),
    Method("conversations.replies", replies, "tier3", HISTORY, json_body=False),
    Method("conversations.join", join, "tier3", ("channels:join",)),
    Method("conversations.invite", invite, "tier3", ("channels:manage", "groups:write", "channels:write.invites")),
    Method("conversations.create", create, "tier2", ("channels:manage", "groups:write")),
    Method("reactions.add", reactions_add, "tier3", ("reactions:write",)),
)
