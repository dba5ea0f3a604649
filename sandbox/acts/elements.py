"""Clicking, choosing, typing, and searching in an external select."""

from sandbox import payloads
from sandbox.acts.base import Actor
from sandbox.blockkit.spec import FieldSpec
from sandbox.blockkit.walk import Walk
from sandbox.elements import (
    STATE_KEYS,
    TEXT_INPUTS,
    CannotDoError,
    action_entry,
    button_state,
    chosen_state,
    find_element,
)
from sandbox.jsons import JsonObject, as_int, as_objects, as_strings, as_text
from sandbox.messages import viewer_state
from sandbox.model import Message, View
from sandbox.response_urls import new_response_url
from sandbox.view_store import new_trigger

OPTIONS = FieldSpec(kind="list", min=0, max=100, of=FieldSpec(kind="object", types=("option",)))
GROUPS = FieldSpec(kind="list", min=0, max=100, of=FieldSpec(kind="object", types=("option_group",)))


def act_on(actor: Actor, container: JsonObject, block_id: str, action_id: str, value: object = None) -> None:
    """Use an element that dispatches: a button, a select outside an input block, Enter in a dispatching input."""
    place = actor.place(container)
    block, element = find_element(place.shown_blocks, block_id, action_id)
    _allowed(actor, element)
    if element.get("type") in STATE_KEYS:
        state = _remember(actor, place, element, (block_id, action_id), value)
        if block.get("type") == "input" and block.get("dispatch_action") is not True:
            return
    else:
        state = button_state(element, value)
    _dispatch(actor, place, block, element, state)


def put_in(actor: Actor, view_id: str, block_id: str, action_id: str, value: object) -> None:
    """Fill a field. It dispatches by itself where its input block says so."""
    view = actor.view(view_id)
    block, element = find_element(view.blocks, block_id, action_id)
    state = _remember(actor, view, element, (block_id, action_id), value)
    with actor.sandbox.lock:
        view.errors.pop(block_id, None)
    if block.get("type") == "input" and block.get("dispatch_action") is True and _fires(element):
        _dispatch(actor, view, block, element, state)


def suggest(actor: Actor, container: JsonObject, block_id: str, action_id: str, query: str) -> JsonObject:
    """Ask the app for an external select's options; returns `options` or `option_groups`."""
    place = actor.place(container)
    _, element = find_element(place.shown_blocks, block_id, action_id)
    if element.get("type") not in ("external_select", "multi_external_select"):
        message = f"{action_id} does not search"
        raise CannotDoError(message)
    if len(query) < as_int(element.get("min_query_length"), 3):
        return {"options": []}
    body = payloads.suggestion(actor.team, actor.user, place, block_id=block_id, action_id=action_id, query=query)
    answer = actor.ask(body)
    if answer.failure:
        actor.failed(f"options of {action_id} for {query!r}", answer, "Couldn’t load the options.")
        return {"options": []}
    found = answer.json()
    fault = _option_fault(found)
    if found is None or fault:
        actor.wrong("refused options", f"{action_id} for {query!r}: {fault}")
        return {"options": []}
    offered = as_objects(found.get("options"))
    for group in as_objects(found.get("option_groups")):
        offered.extend(as_objects(group.get("options")))
    with actor.sandbox.lock:
        place.suggested.setdefault((block_id, action_id), []).extend(offered)
    return {key: found[key] for key in ("options", "option_groups") if key in found}


def _option_fault(found: JsonObject | None) -> str:
    if found is None:
        return "the answer is not a JSON object"
    if ("options" in found) == ("option_groups" in found):
        return "exactly one of options and option_groups must be given"
    walk = Walk("modal")
    key, spec = ("options", OPTIONS) if "options" in found else ("option_groups", GROUPS)
    walk.value(spec, found[key], f"/{key}")
    return "; ".join(str(problem) for problem in walk.problems)


def _fires(element: JsonObject) -> bool:
    if element.get("type") not in TEXT_INPUTS:
        return True
    config = element.get("dispatch_action_config")
    fires_on = as_strings(config.get("trigger_actions_on")) if isinstance(config, dict) else []
    return "on_character_entered" in fires_on


def _allowed(actor: Actor, element: JsonObject) -> None:
    only = as_strings(element.get("visible_to_user_ids"))
    if only and actor.user.id not in only:
        message = f"{actor.user.real_name} does not see this button"
        raise CannotDoError(message)


def _remember(
    actor: Actor, place: View | Message, element: JsonObject, where: tuple[str, str], value: object
) -> JsonObject:
    block_id, action_id = where
    with actor.sandbox.lock:
        values = place.values if isinstance(place, View) else viewer_state(place, actor.user.id)
        offered = [*place.suggested.get(where, []), *_current(values.get(block_id, {}).get(action_id))]
        state = chosen_state(element, value, offered)
        _people_exist(actor, state)
        values.setdefault(block_id, {})[action_id] = state
        actor.sandbox.touch(actor.team)
        return state


def _current(state: JsonObject | None) -> list[JsonObject]:
    if state is None:
        return []
    return as_objects([state.get("selected_option")]) + as_objects(state.get("selected_options"))


def _people_exist(actor: Actor, state: JsonObject) -> None:
    chosen = as_strings(state.get("selected_users")) + as_strings([state.get("selected_user")])
    for user_id in chosen:
        actor.sandbox.person(actor.team, user_id)
    for channel_id in as_strings([state.get("selected_channel"), state.get("selected_conversation")]):
        actor.sandbox.channel(actor.team, channel_id)


def _dispatch(actor: Actor, place: View | Message, block: JsonObject, element: JsonObject, state: JsonObject) -> None:
    sandbox, team, user = actor.sandbox, actor.team, actor.user
    entry = action_entry(block, element, state, sandbox.clock.timestamp())
    if isinstance(place, View):
        inside = place.id if place.type == "modal" else ""
        trigger = new_trigger(sandbox, team, user.id, place.opened_from_channel, inside)
        body = payloads.view_action(team, user, place, trigger, entry)
    else:
        trigger = new_trigger(sandbox, team, user.id, place.channel)
        url = new_response_url(sandbox, team, user.id, place.channel, place)
        body = payloads.message_action(team, user, message=place, trigger=trigger, action=entry, response_url=url)
    answer = actor.ask(body)
    what = f"{element.get('type')} {as_text(element.get('action_id'))}"
    if answer.failure:
        actor.failed(what, answer, f"{team.app.name} did not respond.")
    elif answer.body.strip() not in ("", "{}"):
        sandbox.lint(team, "ignored acknowledgement", f"{what}: Slack ignores the body {answer.body[:100]!r}")
