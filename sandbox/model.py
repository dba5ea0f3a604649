"""What a workspace consists of.

Things that change are compared by identity (`eq=False`): two messages with one text are still two messages.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sandbox.jsons import JsonObject

ChannelKind = Literal["public", "private", "im"]
StateValues = dict[str, dict[str, JsonObject]]


@dataclass(eq=False)
class User:
    """A person or bot. `role_hint` is for the page's person switch only."""

    id: str
    team_id: str
    name: str
    real_name: str
    email: str = ""
    title: str = ""
    tz: str = "Europe/London"
    locale: str = "en-GB"
    color: str = "4a154b"
    role_hint: str = ""
    is_bot: bool = False
    is_admin: bool = False
    is_guest: bool = False
    is_deleted: bool = False
    status_emoji: str = ""
    status_text: str = ""
    status_expiration: int = 0
    """Unix seconds; 0 for a status that stays."""

    def has_status(self, now: float) -> bool:
        """Whether a status stands at a moment (Unix seconds): Slack clears one whose time is over."""
        set_ = bool(self.status_emoji or self.status_text)
        return set_ and (not self.status_expiration or now < self.status_expiration)


@dataclass(eq=False)
class Channel:
    """A channel or a direct message; `members` are user ids."""

    id: str
    name: str
    kind: ChannelKind
    members: set[str] = field(default_factory=set)
    topic: str = ""
    is_archived: bool = False
    is_shared: bool = False


@dataclass(eq=False)
class Message:
    """One message. `ephemeral_to` names the only user who sees it; `states` holds each viewer's own selections."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[JsonObject] = field(default_factory=list)
    thread_ts: str = ""
    ephemeral_to: str = ""
    edited_ts: str = ""
    by_app: bool = False
    response_to_command: str = ""
    client_msg_id: str = ""
    metadata: JsonObject = field(default_factory=dict)
    attachments: list[JsonObject] = field(default_factory=list)
    files: list[JsonObject] = field(default_factory=list)
    unfurls: JsonObject = field(default_factory=dict)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    states: dict[str, StateValues] = field(default_factory=dict)
    suggested: dict[tuple[str, str], list[JsonObject]] = field(default_factory=dict)

    @property
    def preview_blocks(self) -> list[JsonObject]:
        """The blocks below its links, those of all unfurls together."""
        cards = (card.get("blocks") for card in self.unfurls.values() if isinstance(card, dict))
        return [block for blocks in cards if isinstance(blocks, list) for block in blocks]

    @property
    def shown_blocks(self) -> list[JsonObject]:
        """All that a person can act on in it: its own blocks, and those below its links."""
        return [*self.blocks, *self.preview_blocks]


@dataclass(eq=False)
class View:
    """A modal or Home view as Slack keeps it."""

    id: str
    user: str
    type: Literal["modal", "home"]
    content: JsonObject
    hash: str
    root_id: str = ""
    previous_id: str = ""
    values: StateValues = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    busy: bool = False
    suggested: dict[tuple[str, str], list[JsonObject]] = field(default_factory=dict)
    opened_from_channel: str = ""

    @property
    def blocks(self) -> list[JsonObject]:
        """The view's blocks, with every id filled in."""
        blocks = self.content.get("blocks")
        return blocks if isinstance(blocks, list) else []

    @property
    def shown_blocks(self) -> list[JsonObject]:
        """All that a person can act on in it."""
        return self.blocks

    def text(self, key: str) -> str:
        """Return a string field of the view, empty when absent."""
        value = self.content.get(key)
        return value if isinstance(value, str) else ""

    def flag(self, key: str) -> bool:
        """Return a boolean field of the view."""
        return self.content.get(key) is True


@dataclass(eq=False)
class Trigger:
    """A trigger id: a short permission to open a view, for one use."""

    id: str
    user: str
    channel: str
    born: float
    view_id: str = ""
    used: bool = False


@dataclass(eq=False)
class ResponseUrl:
    """An address that takes a few answers to one interaction."""

    id: str
    user: str
    channel: str
    born: float
    message_ts: str = ""
    thread_ts: str = ""
    uses: int = 0


@dataclass(frozen=True)
class Command:
    """A slash command as the manifest declares it."""

    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True)
class Shortcut:
    """A global or message shortcut as the manifest declares it."""

    callback_id: str
    name: str
    type: Literal["global", "message_action"]
    description: str = ""


@dataclass(eq=False)
class InstalledApp:
    """The app under test as this workspace has it: tokens, scopes, what it declared, where it listens."""

    id: str
    name: str
    bot_user_id: str
    bot_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    request_url: str = ""
    scopes: tuple[str, ...] = ()
    bot_events: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    unfurl_domains: tuple[str, ...] = ()
    home_tab: bool = True
    messages_tab: bool = True
    color: str = "2c6e63"
    token_revoked: bool = False
    uninstalled: bool = False


@dataclass(frozen=True)
class Notice:
    """A banner the person sees, such as an app that did not answer."""

    id: str
    user: str
    text: str
    level: Literal["info", "warning", "error"] = "error"


@dataclass(frozen=True)
class Violation:
    """A rule of Slack's that the app broke: what a test must not overlook."""

    kind: str
    detail: str

    def __str__(self) -> str:
        """One line for a failing test."""
        return f"{self.kind}: {self.detail}"


@dataclass(eq=False)
class Team:
    """A workspace with everything in it."""

    id: str
    name: str
    domain: str
    app: InstalledApp
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    messages: dict[str, list[Message]] = field(default_factory=dict)
    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    sent_ids: dict[str, Message] = field(default_factory=dict)
    uploads: dict[str, JsonObject] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    """Of the uploaded files, by id."""
    reads: dict[tuple[str, str], str] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    lints: list[Violation] = field(default_factory=list)
    rev: int = 1

    def person(self, user_id: str) -> User:
        """Return a user of this workspace (guests from connected ones included)."""
        return self.users[user_id]


def shortcuts_from(items: list[JsonObject]) -> tuple[Shortcut, ...]:
    """Read a manifest's `features.shortcuts`."""
    return tuple(
        Shortcut(
            callback_id=str(item.get("callback_id", "")),
            name=str(item.get("name", "")),
            type="message_action" if item.get("type") in ("message", "message_action") else "global",
            description=str(item.get("description", "")),
        )
        for item in items
    )


def commands_from(items: list[JsonObject]) -> tuple[Command, ...]:
    """Read a manifest's `features.slash_commands`."""
    return tuple(
        Command(
            command=str(item.get("command", "")),
            description=str(item.get("description", "")),
            usage_hint=str(item.get("usage_hint", "")),
            should_escape=item.get("should_escape") is True,
        )
        for item in items
    )


def section(manifest: Mapping[str, object], *path: str) -> JsonObject:
    """Return an inner mapping of a manifest, empty when absent."""
    found: object = manifest
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return dict(found) if isinstance(found, Mapping) else {}
