"""The three steps of an upload, blocks.validate and apps.connections.open."""

from sandbox import messages
from sandbox.blockkit import validate_blocks, validate_view
from sandbox.jsons import JsonObject, as_int, as_object, as_objects, as_text
from sandbox.methods.base import Call, Method, refuse_problems
from sandbox.state import new_id
from sandbox.view_store import RefusedError


def get_upload_url(call: Call) -> JsonObject:
    """files.getUploadURLExternal."""
    length = as_int(call.args.get("length"), 0)
    if length <= 0:
        raise RefusedError("invalid_arguments", "[ERROR] missing required field: length")
    file_id = new_id("F")
    upload: JsonObject = {"name": call.required("filename"), "length": length, "received": -1}
    with call.sandbox.lock:
        call.team.uploads[file_id] = upload
    return {"file_id": file_id, "upload_url": f"{call.sandbox.base_url}/upload/{call.team.id}/{file_id}"}


def complete_upload(call: Call) -> JsonObject:
    """files.completeUploadExternal: makes uploaded files visible, in a channel where one is named."""
    files: list[JsonObject] = []
    for item in as_objects(call.structure("files", "invalid_arguments")):
        upload = call.team.uploads.get(as_text(item.get("id")))
        if upload is None or upload["received"] == -1:
            raise RefusedError("file_not_found")
        title = as_text(item.get("title")) or upload["name"]
        files.append({"id": item["id"], "title": title, "name": upload["name"], "size": upload["received"]})
    if not files:
        raise RefusedError("invalid_arguments", "[ERROR] missing required field: files")
    if call.text("channel_id"):
        channel = call.channel("channel_id")
        if call.team.app.bot_user_id not in channel.members:
            raise RefusedError("not_in_channel")
        message = messages.post(
            call.sandbox,
            call.team,
            channel,
            call.team.app.bot_user_id,
            call.text("initial_comment"),
            thread_ts=call.text("thread_ts"),
        )
        message.files = files
        call.sandbox.announce(call.team, channel, message)
    return {"files": files}


def blocks_validate(call: Call) -> JsonObject:
    """blocks.validate: exactly one of blocks, message, view."""
    given = [name for name in ("blocks", "message", "view") if call.args.get(name) is not None]
    if len(given) != 1:
        raise RefusedError("invalid_arguments", "[ERROR] exactly one of blocks, message, view must be given")
    value = call.structure(given[0], "invalid_arguments")
    if given[0] == "view":
        refuse_problems(validate_view(value), "invalid_blocks")
    else:
        blocks = value if given[0] == "blocks" else as_object(value).get("blocks", [])
        refuse_problems(validate_blocks(blocks), "invalid_blocks")
    return {}


def connections_open(call: Call) -> JsonObject:
    """apps.connections.open: the address of a Socket Mode connection, for one use."""
    ticket = call.sandbox.sockets.ticket(call.team.app.app_token)
    base = call.sandbox.base_url.replace("http", "ws", 1)
    return {"url": f"{base}/link/?ticket={ticket}&app_id={call.team.app.id}"}


METHODS = (
    Method("files.getUploadURLExternal", get_upload_url, "tier4", ("files:write",), json_body=False),
    Method("files.completeUploadExternal", complete_upload, "tier4", ("files:write",)),
    Method("blocks.validate", blocks_validate, "tier4", caller="none"),
    Method("apps.connections.open", connections_open, "tier3", ("connections:write",), caller="app"),
)
