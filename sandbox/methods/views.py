"""views.*: opening, pushing and updating modals, publishing Home."""

from sandbox.jsons import JsonObject
from sandbox.methods.base import Call, Method
from sandbox.model import View
from sandbox.payloads import view_wire
from sandbox.view_store import (
    RefusedError,
    find_view,
    open_view,
    publish_home,
    push_view,
    update_view,
    use_trigger,
)


def open_(call: Call) -> JsonObject:
    """views.open."""
    trigger_id = call.required("trigger_id")
    view = call.view("modal")
    trigger = use_trigger(call.sandbox, call.team, trigger_id)
    return _shown(call, open_view(call.sandbox, call.team, trigger, view))


def push(call: Call) -> JsonObject:
    """views.push."""
    trigger_id = call.required("trigger_id")
    view = call.view("modal")
    trigger = use_trigger(call.sandbox, call.team, trigger_id)
    return _shown(call, push_view(call.sandbox, call.team, trigger, view))


def update(call: Call) -> JsonObject:
    """views.update, by view_id or external_id, guarded by hash where one is given."""
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if bool(view_id) == bool(external_id):
        raise RefusedError("invalid_arguments", "[ERROR] exactly one of view_id and external_id must be given")
    content = call.view()
    with call.sandbox.lock:
        view = find_view(call.team, view_id, external_id)
        if view is None:
            raise RefusedError("not_found")
        return _shown(call, update_view(call.sandbox, call.team, view, content, call.text("hash")))


def publish(call: Call) -> JsonObject:
    """views.publish: one person's Home tab."""
    user_id = call.required("user_id")
    if user_id not in call.team.users:
        raise RefusedError("user_not_found")
    if not call.team.app.home_tab:
        raise RefusedError("not_enabled")
    content = call.view("home")
    return _shown(call, publish_home(call.sandbox, call.team, user_id, content, call.text("hash")))


def _shown(call: Call, view: View) -> JsonObject:
    with call.sandbox.lock:
        return {"view": view_wire(call.team, view)}


METHODS = (
    Method("views.open", open_, "tier4"),
    Method("views.push", push, "tier4"),
    Method("views.update", update, "tier4"),
    Method("views.publish", publish, "tier4"),
)
