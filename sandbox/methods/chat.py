"""chat.*: posting, changing and deleting messages, permalinks, unfurls."""

from sandbox import messages
from sandbox.blockkit import validate_blocks
from sandbox.blockkit.prepare import prepared
from sandbox.jsons import JsonObject, as_object, as_objects, is_true
from sandbox.methods.base import Call, Method, refuse_problems
from sandbox.model import Channel, Message
from sandbox.state import NotThereError
from sandbox.view_store import RefusedError

LONGEST_TEXT = 40_000  # chat.postMessage cuts there, chat.update refuses
BROADCASTS = ("<!channel>", "<!here>", "<!everyone>")


def post_message(call: Call) -> JsonObject:
    """chat.postMessage. A user id as channel opens the direct message."""
    team, sandbox = call.team, call.sandbox
    channel = _target(call)
    _may_post(call, channel)
    client_msg_id = call.text("client_msg_id") if sandbox.rules.deduplicate_client_msg_id else ""
    content = _content(call)
    with sandbox.lock:
        earlier = team.sent_ids.get(client_msg_id)
        if earlier is not None:
            return {"channel": channel.id, "ts": earlier.ts, "message": sandbox.wire(team, earlier)}
        _paced(call, channel)
        message = messages.post(
            sandbox,
            team,
            channel,
            team.app.bot_user_id,
            call.text("text")[:LONGEST_TEXT],
            blocks=content,
            thread_ts=_thread(call, channel),
            client_msg_id=client_msg_id,
            metadata=_metadata(call),
            attachments=_attachments(call),
        )
        if client_msg_id:
            team.sent_ids[client_msg_id] = message
    sandbox.announce(team, channel, message)
    body: JsonObject = {"channel": channel.id, "ts": message.ts, "message": sandbox.wire(team, message)}
    if len(call.text("text")) > LONGEST_TEXT:
        body["warning"] = "message_truncated"
    return body


def post_ephemeral(call: Call) -> JsonObject:
    """chat.postEphemeral: seen by one person, who must be in the channel."""
    channel = call.channel()
    _may_post(call, channel)
    user = call.required("user")
    if user not in channel.members:
        raise RefusedError("user_not_in_channel")
    content = _content(call)
    _paced(call, channel)
    message = messages.post(
        call.sandbox,
        call.team,
        channel,
        call.team.app.bot_user_id,
        call.text("text")[:LONGEST_TEXT],
        blocks=content,
        thread_ts=call.text("thread_ts"),
        ephemeral_to=user,
        attachments=_attachments(call),
    )
    return {"message_ts": message.ts}


def update(call: Call) -> JsonObject:
    """chat.update. Without `blocks` the old ones stay; an empty list removes them."""
    channel, message = _own_message(call, "cant_update_message")
    text = call.text("text")
    if len(text) > LONGEST_TEXT:
        raise RefusedError("msg_too_long")
    blocks = _update_blocks(call)
    if not text and blocks is None and "attachments" not in call.args:
        raise RefusedError("no_text")
    _lint_text(call, blocks or [], text)
    messages.change(call.sandbox, call.team, message, text if "text" in call.args else None, blocks)
    if "metadata" in call.args:
        message.metadata = _metadata(call)
    shown = call.sandbox.wire(call.team, message)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def delete(call: Call) -> JsonObject:
    """chat.delete, of the app's own messages."""
    channel, message = _own_message(call, "cant_delete_message")
    messages.remove(call.sandbox, call.team, message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> JsonObject:
    """chat.getPermalink."""
    channel = call.channel()
    message = messages.find(call.team, channel.id, call.required("message_ts"))
    if message is None or message.ephemeral_to:
        raise RefusedError("message_not_found")
    link = f"https://{call.team.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def unfurl(call: Call) -> JsonObject:
    """chat.unfurl: blocks for links in a person's message."""
    channel = call.channel()
    message = messages.find(call.team, channel.id, call.required("ts"))
    if message is None:
        raise RefusedError("cannot_find_message")
    unfurls = as_object(call.structure("unfurls", "invalid_arguments"))
    if not unfurls and not (call.args.get("metadata") or is_true(call.args.get("user_auth_required"))):
        raise RefusedError("missing_unfurls")
    cards: JsonObject = {}
    for url, content in unfurls.items():
        if url not in message.text:
            raise RefusedError("cannot_unfurl_url", f"{url} is not in the message")
        card = as_object(content)
        refuse_problems(validate_blocks(card.get("blocks", []), "message"), "invalid_blocks")
        cards[url] = {**card, "blocks": prepared(as_objects(card.get("blocks")))}
    with call.sandbox.lock:
        message.unfurls.update(cards)
        call.sandbox.touch(call.team)
    return {}


def _target(call: Call) -> Channel:
    wanted = call.text("channel")
    if not wanted:
        raise RefusedError("channel_not_found")
    with call.sandbox.lock:
        is_user = wanted in call.team.users
    if is_user:
        return call.sandbox.open_im(call.team, call.team.app.bot_user_id, wanted)
    return call.channel()


def _may_post(call: Call, channel: Channel) -> None:
    app = call.team.app
    if channel.is_archived:
        raise RefusedError("is_archived")
    if app.bot_user_id not in channel.members and "chat:write.public" not in app.scopes:
        raise RefusedError("not_in_channel")
    if channel.kind == "im":
        if not app.messages_tab:
            raise RefusedError("messages_tab_disabled")
        other = next(iter(channel.members - {app.bot_user_id}), "")
        person = call.team.users.get(other)
        if person is None or person.is_deleted:
            raise RefusedError("channel_not_found")


def _paced(call: Call, channel: Channel) -> None:
    wait = call.sandbox.limiter.channel(call.team.id, channel.id)
    if wait:
        raise RefusedError("ratelimited", str(wait))


def _content(call: Call) -> list[JsonObject]:
    blocks = call.blocks() or []
    text = call.text("text")
    if not text.strip() and not blocks and not call.args.get("attachments"):
        raise RefusedError("no_text")
    _lint_text(call, blocks, text)
    return blocks


def _lint_text(call: Call, blocks: list[JsonObject], text: str) -> None:
    if blocks and not text.strip():
        detail = "a message with blocks but without text reads as nothing in notifications and to screen readers"
        call.sandbox.lint(call.team, "missing text", detail)
    if any(word in text for word in BROADCASTS):
        call.sandbox.lint(call.team, "broadcast", f"the message notifies everyone: {text[:80]}")


def _update_blocks(call: Call) -> list[JsonObject] | None:
    given = call.args.get("blocks")
    if given in ([], "[]"):
        return []
    return call.blocks()


def _attachments(call: Call) -> list[JsonObject]:
    attachments = as_objects(call.structure("attachments", "invalid_attachments"))
    if len(attachments) > 100:
        raise RefusedError("too_many_attachments")
    for index, attachment in enumerate(attachments):
        if "blocks" in attachment:
            at = f"/attachments/{index}/blocks"
            refuse_problems(validate_blocks(attachment["blocks"], "message", at), "invalid_blocks")
    return attachments


def _metadata(call: Call) -> JsonObject:
    if call.args.get("metadata") in (None, ""):
        return {}
    metadata = as_object(call.structure("metadata", "invalid_metadata_format"))
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise RefusedError("invalid_metadata_format")
    return metadata


def _thread(call: Call, channel: Channel) -> str:
    thread_ts = call.text("thread_ts")
    if not thread_ts:
        return ""
    parent = messages.find(call.team, channel.id, thread_ts)
    if parent is None or parent.ephemeral_to:
        raise RefusedError("thread_not_found")
    return parent.thread_ts or parent.ts


def _own_message(call: Call, refusal: str) -> tuple[Channel, Message]:
    try:
        channel = call.channel()
    except NotThereError as missing:
        raise RefusedError("channel_not_found") from missing
    message = messages.find(call.team, channel.id, call.required("ts"))
    if message is None or message.ephemeral_to:
        raise RefusedError("message_not_found")
    if not message.by_app:
        raise RefusedError(refusal)
    if channel.is_archived:
        raise RefusedError("is_archived")
    return channel, message


METHODS = (
    Method("chat.postMessage", post_message, "special", ("chat:write",)),
    Method("chat.postEphemeral", post_ephemeral, "tier4", ("chat:write",)),
    Method("chat.update", update, "tier3", ("chat:write",)),
    Method("chat.delete", delete, "tier3", ("chat:write",)),
    Method("chat.getPermalink", get_permalink, "special", json_body=False),
    Method("chat.unfurl", unfurl, "tier3", ("links:write",)),
)
