"""Submitting and closing modals, with what the app answers to a submission."""

from sandbox import payloads
from sandbox.acts.base import CONNECTING, Actor
from sandbox.blockkit import input_blocks, validate_view
from sandbox.delivery import Answer
from sandbox.elements import CannotDoError
from sandbox.jsons import JsonObject, as_object, as_text
from sandbox.model import Trigger, View
from sandbox.response_urls import new_response_url
from sandbox.submission_checks import client_errors
from sandbox.view_store import (
    RefusedError,
    clear_stack,
    close_view,
    new_trigger,
    push_view,
    stack_of,
    update_view,
)


def submit(actor: Actor, view_id: str) -> dict[str, str]:
    """Press a modal's submit button; returns the errors now shown, by block id."""
    view = _top(actor, view_id)
    if "submit" not in view.content:
        message = "this view has no submit button"
        raise CannotDoError(message)
    with actor.sandbox.lock:
        view.errors = client_errors(view)
        view.busy = not view.errors
        actor.sandbox.touch(actor.team)
    if view.errors:
        return dict(view.errors)
    trigger = new_trigger(actor.sandbox, actor.team, actor.user.id, view.opened_from_channel, view.id)
    body = payloads.submission(actor.team, actor.user, view, trigger, _response_urls(actor, view))
    try:
        answer = actor.ask(body)
    finally:
        with actor.sandbox.lock:
            view.busy = False
            actor.sandbox.touch(actor.team)
    _answered(actor, view, trigger, answer)
    return dict(view.errors)


def close(actor: Actor, view_id: str) -> None:
    """Press Cancel on the top modal."""
    view = _top(actor, view_id)
    if view.flag("clear_on_close"):
        clear_stack(actor.sandbox, actor.team, actor.user.id)
    else:
        close_view(actor.sandbox, actor.team, view)
    _tell_closed(actor, view, is_cleared=False)


def dismiss(actor: Actor, view_id: str) -> None:
    """Press the × of a modal: the whole stack goes, and the app hears of its root."""
    _top(actor, view_id)
    root = stack_of(actor.team, actor.user.id)[0]
    clear_stack(actor.sandbox, actor.team, actor.user.id)
    _tell_closed(actor, root, is_cleared=True)


def _tell_closed(actor: Actor, view: View, *, is_cleared: bool) -> None:
    if not view.flag("notify_on_close"):
        return
    answer = actor.ask(payloads.closed(actor.team, actor.user, view, is_cleared=is_cleared))
    if answer.failure:
        detail = f"view_closed {view.text('callback_id')}: {answer.failure}"
        actor.sandbox.violation(actor.team, "not acknowledged", detail)


def _top(actor: Actor, view_id: str) -> View:
    view = actor.view(view_id)
    stack = stack_of(actor.team, actor.user.id)
    if not stack or stack[-1] is not view:
        message = "this view is not the one on top"
        raise CannotDoError(message)
    return view


def _response_urls(actor: Actor, view: View) -> list[JsonObject]:
    found: list[JsonObject] = []
    for block in input_blocks(view.content):
        element = as_object(block.get("element"))
        if element.get("response_url_enabled") is not True:
            continue
        block_id, action_id = as_text(block.get("block_id")), as_text(element.get("action_id"))
        state = view.values[block_id][action_id]
        channel = as_text(state.get("selected_channel")) or as_text(state.get("selected_conversation"))
        url = new_response_url(actor.sandbox, actor.team, actor.user.id, channel)
        found.append({"block_id": block_id, "action_id": action_id, "channel_id": channel, "response_url": url})
    return found


def _answered(actor: Actor, view: View, trigger: Trigger, answer: Answer) -> None:
    what = f"submission of {view.text('callback_id') or view.id}"
    if answer.failure:
        actor.failed(what, answer, CONNECTING)
        return
    if not answer.body.strip():
        close_view(actor.sandbox, actor.team, view)
        return
    body = answer.json()
    action = as_text(body.get("response_action")) if body is not None else ""
    if body is None or (body and action not in ("errors", "update", "push", "clear")):
        actor.wrong("refused acknowledgement", f"{what}: {answer.body[:200]!r} is not a response_action")
        actor.sandbox.notice(actor.team, actor.user.id, CONNECTING)
    elif not body:
        close_view(actor.sandbox, actor.team, view)
    elif action == "errors":
        _show_errors(actor, view, body, what)
    elif action == "clear":
        clear_stack(actor.sandbox, actor.team, actor.user.id)
    else:
        _show_view(actor, view, trigger, body, what)


def _show_errors(actor: Actor, view: View, body: JsonObject, what: str) -> None:
    errors = as_object(body.get("errors"))
    known = {as_text(block.get("block_id")) for block in input_blocks(view.content)}
    shown = {key: value for key, value in errors.items() if isinstance(value, str) and key in known and value}
    if not errors or len(shown) != len(errors):
        wrong = sorted(errors.keys() - shown.keys())
        detail = f"{what}: errors must name input blocks and hold text; not so: {wrong or 'no errors at all'}"
        actor.wrong("refused acknowledgement", f"{detail}; input blocks: {sorted(known)}")
        actor.sandbox.notice(actor.team, actor.user.id, CONNECTING)
    with actor.sandbox.lock:
        view.errors = shown
        actor.sandbox.touch(actor.team)


def _show_view(actor: Actor, view: View, trigger: Trigger, body: JsonObject, what: str) -> None:
    action = as_text(body.get("response_action"))
    content = as_object(body.get("view"))
    problems = validate_view(content)
    if problems or content.get("type") != "modal":
        faults = "; ".join(str(problem) for problem in problems) or "not a modal"
        actor.wrong("refused acknowledgement", f"{what}: {action}: {faults}")
        actor.sandbox.notice(actor.team, actor.user.id, CONNECTING)
        return
    try:
        if action == "update":
            update_view(actor.sandbox, actor.team, view, content)
        else:
            # The acknowledgement is its own permission: it does not spend the trigger id.
            push_view(actor.sandbox, actor.team, trigger, content)
    except RefusedError as refusal:
        actor.wrong("refused acknowledgement", f"{what}: {action}: {refusal.code}")
        actor.sandbox.notice(actor.team, actor.user.id, CONNECTING)
