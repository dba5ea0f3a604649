"""What a relay is told to show: records, App Homes, welcomes."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from bot.replies import Home, Message
from bot.views import kit
from bot.views.reasons import NAME_SHOWN
from core.context import Ctx
from core.enums import EntityType
from core.i18n import Viewer
from core.queries.records import AnyCard


@dataclass(frozen=True)
class Shown:
    """A record as somebody sees it: what is known of it, and the message that shows it."""

    card: AnyCard
    message: Message


class Content(Protocol):
    """Renders for the acting member of the context, from the state of the moment."""

    def card(self, ctx: Ctx, entity: EntityType, record_id: UUID, *, public: bool) -> Shown:
        """A record's card for the actor, or `public` for everybody in a channel. Raises NotFound."""
        ...

    def home(self, ctx: Ctx) -> Home:
        """The actor's App Home."""
        ...

    def welcome(self, ctx: Ctx, *, installer: bool) -> Message:
        """The first message to the actor; `installer`: they brought Rapport into the workspace."""
        ...


def not_shared(viewer: Viewer, shown: Shown, channel: str, reason: str) -> Message:
    """What somebody is told whose card could not be put into a channel. `reason` is a source text of failures.py."""
    text = viewer.t(
        "I could not share {ref} {name} in {channel}. {reason}",
        ref=shown.card.ref,
        name=kit.esc(kit.cut(shown.card.name, NAME_SHOWN)),
        channel=f"<#{channel}>",
        reason=viewer.t(reason),
    )
    return Message(text, [kit.section(text)])
