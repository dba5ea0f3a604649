"""Ordinary Slack life: messages, mentions, links, reactions, App Home."""

import re
import uuid
from urllib.parse import urlsplit

from sandbox import messages
from sandbox.acts.base import Actor
from sandbox.elements import CannotDoError
from sandbox.events import home_opened, mention_event
from sandbox.jsons import JsonObject
from sandbox.model import Channel, Message
from sandbox.payloads import view_wire

LINK = re.compile(r"https?://[^\s<>|]+")


def say(actor: Actor, channel_id: str, text: str, thread_ts: str = "") -> Message:
    """Write a message. `<@ID>` mentions; links of the app's domains are offered for unfurling."""
    channel = actor.sandbox.channel(actor.team, channel_id)
    if actor.user.id not in channel.members:
        message = f"{actor.user.real_name} is not in {channel_id}"
        raise CannotDoError(message)
    if not text.strip():
        message = "there is nothing to send"
        raise CannotDoError(message)
    root = messages.find(actor.team, channel.id, thread_ts) if thread_ts else None
    said = messages.post(
        actor.sandbox,
        actor.team,
        channel,
        actor.user.id,
        text,
        thread_ts=(root.thread_ts or root.ts) if root else "",
        client_msg_id=str(uuid.uuid4()),
    )
    read(actor, channel.id)
    actor.sandbox.announce(actor.team, channel, said, wait=True)
    mentioned = f"<@{actor.team.app.bot_user_id}" in text
    if mentioned and channel.kind != "im" and actor.team.app.bot_user_id in channel.members:
        actor.sandbox.events.emit(actor.team, mention_event(actor.team, channel, said), channel, wait=True)
    _share_links(actor, channel, said)
    return said


def _share_links(actor: Actor, channel: Channel, said: Message) -> None:
    links: list[object] = []
    for url in dict.fromkeys(LINK.findall(said.text)):
        host = urlsplit(url).hostname or ""
        for domain in actor.team.app.unfurl_domains:
            if host == domain or host.endswith(f".{domain}"):
                links.append({"domain": domain, "url": url})
                break
    if not links:
        return
    event: JsonObject = {
        "type": "link_shared",
        "channel": channel.id,
        "is_bot_user_member": actor.team.app.bot_user_id in channel.members,
        "user": actor.user.id,
        "user_locale": actor.user.locale,
        "message_ts": said.ts,
        "unfurl_id": f"C.{said.ts}",
        "source": "conversations_history",
        "links": links,
        "event_ts": actor.sandbox.clock.timestamp(),
    }
    actor.sandbox.events.emit(actor.team, event, wait=True)


def react(actor: Actor, channel_id: str, ts: str, name: str) -> None:
    """Put a reaction on a message, or take one's own away."""
    message = actor.message(channel_id, ts)
    with actor.sandbox.lock:
        users = message.reactions.setdefault(name, [])
        taken = actor.user.id in users
        if taken:
            users.remove(actor.user.id)
        else:
            users.append(actor.user.id)
        if not users:
            del message.reactions[name]
        actor.sandbox.touch(actor.team)
    event: JsonObject = {
        "type": "reaction_removed" if taken else "reaction_added",
        "user": actor.user.id,
        "reaction": name,
        "item_user": message.user,
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
        "event_ts": actor.sandbox.clock.timestamp(),
    }
    actor.sandbox.events.emit(actor.team, event, wait=True)


def open_home(actor: Actor, tab: str = "home") -> None:
    """Open the app's Home or Messages tab: the app hears of it each time."""
    actor.members_only("this app's Home")
    bot = actor.team.app.bot_user_id
    channel = actor.sandbox.open_im(actor.team, bot, actor.user.id)
    with actor.sandbox.lock:
        home = actor.team.homes.get(actor.user.id)
        shown = view_wire(actor.team, home) if home is not None and tab == "home" else None
    event_ts = actor.sandbox.clock.timestamp()
    event = home_opened(actor.user, channel.id, tab, shown, event_ts)
    actor.sandbox.events.emit(actor.team, event, wait=True)


def open_im(actor: Actor, user_id: str) -> Channel:
    """Open a direct message with someone."""
    other = actor.sandbox.person(actor.team, user_id)
    return actor.sandbox.open_im(actor.team, actor.user.id, other.id)


def read(actor: Actor, channel_id: str) -> None:
    """Mark a channel as read."""
    with actor.sandbox.lock:
        said = actor.team.messages.get(channel_id, [])
        actor.team.reads[(actor.user.id, channel_id)] = said[-1].ts if said else "0"
        actor.sandbox.touch(actor.team)
