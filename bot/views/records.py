"""What all kinds of record share on the screen: the confirmation of a change."""

from uuid import UUID

from bot.replies import Block
from bot.routes import Undo
from bot.views import kit
from core.i18n import Viewer


def confirmation(viewer: Viewer, text: str, change_id: UUID) -> list[Block]:
    """What was just done, and beside it the button that takes it back. `text` is translated and escaped already."""
    undo = kit.button(viewer.t("Undo"), Undo(change_id), label=viewer.t("Undo this change"))
    return [kit.section(text, undo)]
