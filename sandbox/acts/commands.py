"""Slash commands and shortcuts."""

import re

from sandbox import messages, payloads
from sandbox.acts.base import Actor
from sandbox.elements import CannotDoError
from sandbox.jsons import JsonObject
from sandbox.model import Channel, Command, Shortcut, Team
from sandbox.response_urls import content_fault, new_response_url, publish
from sandbox.view_store import new_trigger

INVITE = "/invite"
"""Slack's own command, which lets people and apps into a channel."""


def run_command(actor: Actor, channel_id: str, command: str, text: str = "", thread_ts: str = "") -> None:
    """Run a slash command in a channel. Slack has none in threads."""
    if thread_ts:
        message = f"{command} is not supported in threads. Sorry!"
        raise CannotDoError(message)
    channel = actor.sandbox.channel(actor.team, channel_id)
    if not messages.can_see(channel, actor.user):
        message = f"{actor.user.real_name} is not in {channel_id}"
        raise CannotDoError(message)
    actor.members_only(command)
    if command == INVITE:
        _invite(actor, channel, text)
        return
    known = next((item for item in actor.team.app.commands if item.command == command), None)
    if known is None:
        message = f"{command} is not a valid command"
        raise CannotDoError(message)
    body = payloads.command_body(
        actor.team,
        actor.user,
        channel=channel,
        command=known,
        text=typed(actor.team, known, text),
        trigger=new_trigger(actor.sandbox, actor.team, actor.user.id, channel.id),
        response_url=new_response_url(actor.sandbox, actor.team, actor.user.id, channel.id),
    )
    answer = actor.sandbox.courier.send(actor.team.app, "command", body)
    if answer.failure:
        code = "operation_timeout" if answer.failure == "http_timeout" else "dispatch_failed"
        actor.failed(f"{command} {text}", answer, f"{command} failed with the error “{code}”")
        return
    if not answer.body.strip():
        return
    content = answer.json()
    reply: JsonObject = content if content is not None else {"text": answer.body}
    if not reply:
        return
    fault = content_fault(reply)
    if fault:
        actor.wrong("refused acknowledgement", f"{command} {text}: {fault}")
        return
    publish(actor.sandbox, actor.team, channel, actor.user.id, reply, command=f"{command} {text}".strip())


def _invite(actor: Actor, channel: Channel, text: str) -> None:
    """Let those named into the channel, by handle or as the app is called, and say so there."""
    if actor.user.id not in channel.members or channel.kind == "im":
        message = f"{actor.user.real_name} cannot invite anybody to {channel.name or channel.id}"
        raise CannotDoError(message)
    app = actor.team.app
    handles = {app.name.lower(): app.bot_user_id, **{user.name: user.id for user in actor.team.users.values()}}
    for name in text.split():
        invited = handles.get(name.removeprefix("@").lower())
        if invited is None:
            message = f"Nobody here is called {name}"
            raise CannotDoError(message)
        if invited not in channel.members:
            channel.members.add(invited)
            messages.post(actor.sandbox, actor.team, channel, actor.user.id, f"added <@{invited}> to this channel.")


def typed(team: Team, command: Command, text: str) -> str:
    """Return a command's text as Slack sends it: with `should_escape`, @names and #channels become ids."""
    if not command.should_escape:
        return text
    people = {user.name: user.id for user in team.users.values()}
    channels = {item.name: item for item in team.channels.values() if item.kind != "im"}

    def person(match: re.Match[str]) -> str:
        name = match.group(1)
        return f"<@{people[name]}|{name}>" if name in people else match.group(0)

    def channel(match: re.Match[str]) -> str:
        found = channels.get(match.group(1))
        if found is None:
            return match.group(0)
        return f"<#{found.id}|{found.name if found.kind == 'public' else ''}>"

    text = re.sub(r"(?<![\w<])@([\w.-]+)", person, text)
    text = re.sub(r"(?<![\w<])#([\w.-]+)", channel, text)
    return re.sub(r"(?<!<)\bhttps?://\S+", lambda match: f"<{match.group(0)}>", text)


def _declared(actor: Actor, callback_id: str, kind: str) -> Shortcut:
    actor.members_only("this shortcut")
    for shortcut in actor.team.app.shortcuts:
        if shortcut.callback_id == callback_id and shortcut.type == kind:
            return shortcut
    message = f"the app has no {kind} shortcut {callback_id}"
    raise CannotDoError(message)


def run_shortcut(actor: Actor, callback_id: str) -> None:
    """Run a global shortcut."""
    shortcut = _declared(actor, callback_id, "global")
    trigger = new_trigger(actor.sandbox, actor.team, actor.user.id)
    action_ts = actor.sandbox.clock.timestamp()
    answer = actor.ask(payloads.global_shortcut(actor.team, actor.user, shortcut, trigger, action_ts))
    if answer.failure:
        actor.failed(f"shortcut {callback_id}", answer, f"{shortcut.name}: {actor.team.app.name} did not respond.")


def run_message_shortcut(actor: Actor, callback_id: str, channel_id: str, ts: str) -> None:
    """Run a shortcut on a message. Ephemeral messages have none."""
    shortcut = _declared(actor, callback_id, "message_action")
    message = actor.message(channel_id, ts)
    if message.ephemeral_to:
        text = "shortcuts are not available on messages only you can see"
        raise CannotDoError(text)
    body = payloads.message_shortcut(
        actor.team,
        actor.user,
        shortcut=shortcut,
        message=message,
        trigger=new_trigger(actor.sandbox, actor.team, actor.user.id, message.channel),
        response_url=new_response_url(actor.sandbox, actor.team, actor.user.id, message.channel, message),
        action_ts=actor.sandbox.clock.timestamp(),
    )
    answer = actor.ask(body)
    if answer.failure:
        actor.failed(f"shortcut {callback_id}", answer, f"{shortcut.name}: {actor.team.app.name} did not respond.")
