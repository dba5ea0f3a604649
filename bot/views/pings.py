"""The word at the hour something is due: what it is, and what can be done about it."""

from datetime import datetime
from uuid import UUID

from bot.replies import Block, Message
from bot.routes import LogCall, OpenRecord, PingDone, PingLater
from bot.views import kit
from bot.views.records import confirmation
from core.i18n import Viewer
from core.queries.mornings import MorningLine

NAME_SHOWN = 150


def message(line: MorningLine, due_at: datetime, viewer: Viewer) -> Message:
    """Something is due now. `due_at`: the moment (UTC) it was planned for."""
    waiting, about = line.waiting, line.record
    what = (waiting.what, waiting.entity, waiting.id)
    text = viewer.t("{hour}: {name}", hour=viewer.time(due_at), name=kit.esc(kit.cut(line.title, NAME_SHOWN)))
    shown = f"*{text}*"
    if line.detail and line.detail != line.title:
        shown += f"\n{kit.esc(kit.cut(line.detail, NAME_SHOWN))}"
    if line.owner:
        shown += f"\n{viewer.t('For {who}, who is away', who=f'<@{line.owner}>')}"
    buttons: list[Block] = [
        kit.button(viewer.t("Done"), PingDone(*what), label=viewer.t("Done: {name}", name=line.title))
    ]
    if about is not None:
        label = viewer.t("Log a call on {ref}", ref=about.ref)
        buttons.append(kit.button(viewer.t("Log call"), LogCall(about.entity, about.id), label=label))
    buttons.append(kit.button(viewer.t("Snooze 1 hour"), PingLater(*what, hours=1)))
    buttons.append(kit.button(viewer.t("Tomorrow"), PingLater(*what, hours=24)))
    if about is not None:
        label = viewer.t("Open {ref}", ref=about.ref)
        buttons.append(kit.button(label, OpenRecord(about.entity, about.id), label=label))
    return Message(text, [kit.section(shown), kit.actions(*buttons)])


def done(line: MorningLine, change_id: UUID, viewer: Viewer) -> Message:
    """It is done; stands in the place of the ping."""
    text = viewer.t("Done: {subject}.", subject=kit.esc(kit.cut(line.title, NAME_SHOWN)))
    return Message(text, confirmation(viewer, text, change_id))


def later(line: MorningLine, when: str, change_id: UUID, viewer: Viewer) -> Message:
    """It was put off; stands in the place of the ping. `when` is a day and an hour in words."""
    text = viewer.t("{subject}: again {when}.", subject=kit.esc(kit.cut(line.title, NAME_SHOWN)), when=when)
    return Message(text, confirmation(viewer, text, change_id))
