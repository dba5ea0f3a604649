"""What somebody is told who is away, or back."""

from datetime import date

from bot.replies import Message
from bot.routes import SetAway
from bot.views import kit
from core.i18n import Viewer


def saved(until: date | None, before: date | None, viewer: Viewer) -> Message:
    """What holds now, and the way back to what held before."""
    undo = kit.button(viewer.t("Undo"), SetAway(before), label=viewer.t("Undo: as it was before"))
    if until is None:
        text = viewer.t("You are back: Rapport reminds you again.")
    else:
        text = viewer.t(
            "You are away; your last day away is {day}. Reminders wait until then and come in one message on your "
            "first morning back.",
            day=viewer.when(until, None),
        )
    return Message(text, [kit.section(text, undo)])


def standing(until: date | None, viewer: Viewer) -> Message:
    """Whether one is away, and how that is changed."""
    if until is None:
        text = viewer.t("You are not away. To hold your reminders: `/crm away until friday`")
        return Message(text, [kit.section(text)])
    text = viewer.t("You are away; your last day away is {day}.", day=viewer.when(until, None))
    return Message(text, [kit.section(text, kit.button(viewer.t("I am back"), SetAway()))])
