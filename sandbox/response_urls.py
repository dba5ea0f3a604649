"""response_url: a few late answers to one interaction, and the same shape in a command's acknowledgement."""

import secrets

from sandbox import messages
from sandbox.blockkit import validate_blocks
from sandbox.jsons import JsonObject, as_objects, as_text, is_true
from sandbox.model import Channel, Message, ResponseUrl, Team
from sandbox.simulator import Sandbox


def new_response_url(
    sandbox: Sandbox, team: Team, user_id: str, channel_id: str, message: Message | None = None
) -> str:
    """Hand out an address for answers to an interaction in a channel, or with a message."""
    with sandbox.lock:
        url = ResponseUrl(
            id=secrets.token_urlsafe(18),
            user=user_id,
            channel=channel_id,
            born=sandbox.timer(),
            message_ts=message.ts if message else "",
            thread_ts=message.thread_ts if message else "",
        )
        team.response_urls[url.id] = url
        return f"{sandbox.base_url}/response/{team.id}/{url.id}"


def respond(sandbox: Sandbox, team: Team, url_id: str, body: JsonObject | None) -> tuple[int, str]:
    """Take one answer; returns the HTTP status and the text Slack answers with."""
    with sandbox.lock:
        url = team.response_urls.get(url_id)
        if url is None:
            return 404, "no_such_url"
        if sandbox.timer() - url.born > sandbox.rules.response_url_seconds:
            return _refused(sandbox, team, "expired_url")
        if url.uses >= sandbox.rules.response_url_uses:
            return _refused(sandbox, team, "used_url")
        url.uses += 1
    if body is None:
        return 400, "invalid_payload"
    if is_true(body.get("delete_original")):
        return _delete(sandbox, team, url)
    fault = content_fault(body)
    if fault:
        sandbox.violation(team, "refused answer to response_url", fault)
        return 400, fault.split(" ", 1)[0]
    return _put(sandbox, team, url, body)


def content_fault(body: JsonObject) -> str:
    """Return what is wrong with a message body, empty when nothing is."""
    blocks = body.get("blocks")
    if not as_text(body.get("text")).strip() and not blocks and not body.get("attachments"):
        return "no_text"
    problems = validate_blocks(blocks) if blocks is not None else []
    return "invalid_blocks " + "; ".join(str(problem) for problem in problems) if problems else ""


def publish(
    sandbox: Sandbox,
    team: Team,
    channel: Channel,
    user_id: str,
    body: JsonObject,
    *,
    thread_ts: str = "",
    command: str = "",
) -> Message:
    """Post an answer: to everyone with `response_type: in_channel`, else to the person alone."""
    everyone = body.get("response_type") == "in_channel"
    if body.get("blocks") and not as_text(body.get("text")).strip():
        sandbox.lint(team, "missing text", "an answer with blocks but without text is silent to screen readers")
    message = messages.post(
        sandbox,
        team,
        channel,
        team.app.bot_user_id,
        as_text(body.get("text")),
        blocks=as_objects(body.get("blocks")),
        thread_ts=as_text(body.get("thread_ts")) or thread_ts,
        ephemeral_to="" if everyone else user_id,
        response_to_command=command,
        attachments=as_objects(body.get("attachments")),
    )
    sandbox.announce(team, channel, message)
    return message


def _put(sandbox: Sandbox, team: Team, url: ResponseUrl, body: JsonObject) -> tuple[int, str]:
    original = messages.find(team, url.channel, url.message_ts) if url.message_ts else None
    if is_true(body.get("replace_original")) and original is not None:
        blocks = as_objects(body.get("blocks"))
        messages.change(sandbox, team, original, as_text(body.get("text")), blocks)
        return 200, "ok"
    if original is not None and "replace_original" not in body:
        detail = "an answer to a message's response_url should say replace_original true or false"
        sandbox.lint(team, "unclear answer", detail)
    # Without its own thread_ts an ephemeral answer appears where the person is looking.
    thread_ts = url.thread_ts if body.get("response_type") != "in_channel" else ""
    channel = team.channels[url.channel]
    message = publish(sandbox, team, channel, url.user, body, thread_ts=thread_ts)
    if original is None and not url.message_ts:
        url.message_ts = message.ts
    return 200, "ok"


def _delete(sandbox: Sandbox, team: Team, url: ResponseUrl) -> tuple[int, str]:
    original = messages.find(team, url.channel, url.message_ts) if url.message_ts else None
    if original is None:
        return 404, "message_not_found"
    messages.remove(sandbox, team, original)
    return 200, "ok"


def _refused(sandbox: Sandbox, team: Team, error: str) -> tuple[int, str]:
    sandbox.violation(team, "refused answer to response_url", error)
    return 404, error
