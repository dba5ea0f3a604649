"""Slack's payloads, parsed once at the edge into typed values. Nothing further in ever sees a raw dict.

Field names and shapes: docs.slack.dev/reference/interaction-payloads and /interactivity/implementing-slash-commands.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Raw(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Team(_Raw):
    """The workspace a payload comes from; null for organisation-wide installs."""

    id: str = ""
    domain: str = ""


class Enterprise(_Raw):
    """The organisation, where there is one."""

    id: str = ""


class User(_Raw):
    """Who acted."""

    id: str
    name: str = ""
    username: str = ""
    team_id: str = ""


class Option(_Raw):
    """A chosen option."""

    value: str = ""


class Element(_Raw):
    """The state of one input, whatever its kind: exactly the part that its kind fills is set."""

    type: str = ""
    value: str | None = None
    selected_option: Option | None = None
    selected_options: list[Option] | None = None
    selected_date: str | None = None
    selected_time: str | None = None
    selected_user: str | None = None
    selected_conversation: str | None = None
    selected_channel: str | None = None

    @property
    def typed(self) -> bool:
        """Whether it is written into, so that it may report every keystroke."""
        return self.type.endswith("_input")

    def text(self) -> str:
        """What was typed or chosen, as text; empty for nothing."""
        if self.selected_option is not None:
            return self.selected_option.value
        return (
            self.value
            or self.selected_date
            or self.selected_time
            or self.selected_user
            or self.selected_conversation
            or self.selected_channel
            or ""
        )

    def texts(self) -> list[str]:
        """The values chosen in a select of many."""
        return [option.value for option in self.selected_options or []]


class State(_Raw):
    """What is in a view's inputs: block id, action id, element."""

    values: dict[str, dict[str, Element]] = Field(default_factory=dict)

    def element(self, block_id: str) -> Element | None:
        """The input of a block, whatever its action id."""
        return next(iter(self.values.get(block_id, {}).values()), None)


class ViewBlock(_Raw):
    """A block of a view: just enough to know which ones are inputs."""

    type: str = ""
    block_id: str = ""


class View(_Raw):
    """A modal or a home tab, as Slack sends it back."""

    id: str = ""
    type: str = ""
    hash: str = ""
    callback_id: str = ""
    private_metadata: str = ""
    root_view_id: str | None = None
    previous_view_id: str | None = None
    blocks: list[ViewBlock] = Field(default_factory=list)
    state: State = Field(default_factory=State)

    @property
    def input_ids(self) -> list[str]:
        """The input blocks from top to bottom: the only ones an error can stand under (view_submission, errors)."""
        return [block.block_id for block in self.blocks if block.type == "input"]

    @property
    def depth(self) -> int:
        """Where the view stands in the stack, from 1 to 3 (docs.slack.dev/surfaces/modals)."""
        if not self.previous_view_id:
            return 1
        return 2 if self.previous_view_id == self.root_view_id else 3


class Container(_Raw):
    """What a block action was in."""

    type: str = ""
    channel_id: str = ""
    message_ts: str = ""
    is_ephemeral: bool = False


class Channel(_Raw):
    """A channel."""

    id: str = ""


class SlackMessage(_Raw):
    """The message a shortcut was used on."""

    ts: str = ""
    thread_ts: str = ""
    text: str = ""
    user: str = ""
    username: str = ""


class BlockAction(Element):
    """One thing clicked, chosen or typed."""

    action_id: str
    block_id: str = ""
    action_ts: str = ""


class Interactive(_Raw):
    """block_actions, view_submission, view_closed, block_suggestion, shortcut and message_action."""

    type: str
    team: Team | None = None
    enterprise: Enterprise | None = None
    user: User
    channel: Channel | None = None
    container: Container | None = None
    view: View | None = None
    message: SlackMessage | None = None
    actions: list[BlockAction] = Field(default_factory=list)
    trigger_id: str = ""
    response_url: str = ""
    callback_id: str = ""
    action_id: str = ""
    action_ts: str = ""
    block_id: str = ""
    value: str = ""


class SlashCommand(_Raw):
    """A slash command's form body."""

    team_id: str = ""
    enterprise_id: str = ""
    channel_id: str = ""
    user_id: str
    user_name: str = ""
    command: str
    text: str = ""
    response_url: str = ""
    trigger_id: str = ""


class SharedLink(_Raw):
    """A link to one of the app's own addresses."""

    url: str


class EventBody(_Raw):
    """The inner event; only what some handler reads."""

    type: str
    user: str | dict[str, Any] = ""
    channel: str = ""
    channel_type: str = ""
    tab: str = ""
    text: str = ""
    ts: str = ""
    thread_ts: str = ""
    bot_id: str = ""
    subtype: str = ""
    team: str = ""
    user_team: str = ""
    """The workspace of who wrote, where it is another one (shared channels)."""

    @property
    def profile_of(self) -> str:
        """Whose profile changed; empty for other events."""
        return str(self.user.get("id") or "") if isinstance(self.user, dict) else ""

    edited: dict[str, Any] | None = None
    """Set where somebody changed what they had written."""
    links: list[SharedLink] = Field(default_factory=list)
    message_ts: str = ""
    unfurl_id: str = ""
    source: str = ""
    is_ext_shared_channel: bool = False
    """Taken over from the envelope: people of other companies are there."""


class EventEnvelope(_Raw):
    """An Events API delivery."""

    event_id: str
    team_id: str = ""
    enterprise_id: str | None = None
    is_ext_shared_channel: bool = False
    event: EventBody


def parse_interactive(body: Mapping[str, Any]) -> Interactive:
    """An interactive payload. Raises pydantic.ValidationError."""
    return Interactive.model_validate(body)


def parse_command(body: Mapping[str, Any]) -> SlashCommand:
    """A slash command. Raises pydantic.ValidationError."""
    return SlashCommand.model_validate(body)


def parse_event(body: Mapping[str, Any]) -> EventEnvelope:
    """An event. Raises pydantic.ValidationError."""
    return EventEnvelope.model_validate(body)
