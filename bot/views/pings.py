"""The word at the hour something is due: what it is, and what can be done about it."""

from datetime import date, datetime
from uuid import UUID

from bot.replies import Block, Message
from bot.routes import Action, LogCall, OpenRecord, PingDone, PingLater, ShowOwnSettings
from bot.views import kit, meetings
from bot.views.records import confirmation
from core.i18n import Viewer
from core.queries.meetings import Slot
from core.queries.mornings import MorningLine

NAME_SHOWN = 150


def message(line: MorningLine, due_at: datetime, today: date, viewer: Viewer) -> Message:
    """Something is due now, or was. `due_at`: the moment (UTC) it was planned for; `today` is the reader's."""
    if line.meeting is not None:
        return _meeting(line, line.meeting, viewer)
    waiting, about = line.waiting, line.record
    what = (waiting.what, waiting.entity, waiting.id)
    then = due_at.astimezone(viewer.zone)
    hour = viewer.time(due_at) if then.date() == today else viewer.relative_when(then.date(), then.time(), today)
    text = viewer.t("{hour}: {name}", hour=hour, name=kit.esc(kit.cut(line.title, NAME_SHOWN)))
    shown = f"*{text}*"
    if line.detail and line.detail != line.title:
        shown += f"\n{kit.esc(kit.cut(line.detail, NAME_SHOWN))}"
    shown += _for(line, viewer)
    buttons: list[Block] = [
        kit.button(viewer.t("Done"), PingDone(*what), label=viewer.t("Done: {name}", name=line.title))
    ]
    if about is not None:
        label = viewer.t("Log a call on {ref}", ref=about.ref)
        buttons.append(kit.button(viewer.t("Log call"), LogCall(about.entity, about.id), label=label))
    buttons.append(kit.button(viewer.t("Snooze 1 hour"), PingLater(*what, hours=1)))
    buttons.append(kit.button(viewer.t("Tomorrow"), PingLater(*what, hours=24)))
    return Message(text, [kit.section(shown, kit.overflow(_more(line, viewer))), kit.actions(*buttons)])


def _meeting(line: MorningLine, slot: Slot, viewer: Viewer) -> Message:
    """A meeting that begins soon: with whom, where, and a way to move it."""
    waiting, about = line.waiting, line.record
    text = viewer.t("{hour}: {name}", hour=viewer.time(slot.starts_at), name=kit.esc(kit.cut(line.title, NAME_SHOWN)))
    facts = [meetings.hours(slot, viewer), *meetings.where(slot, viewer)]
    if about is not None:
        facts.append(f"{about.ref} {kit.esc(kit.cut(about.name, NAME_SHOWN))}")
    shown = f"*{kit.esc(kit.cut(line.title, NAME_SHOWN))}*\n{' · '.join(facts)}{_for(line, viewer)}"
    buttons = (
        meetings.log_button(waiting.id, line.title, viewer, primary=False),
        meetings.edit_button(waiting.id, line.title, viewer),
    )
    missed = (viewer.t("Did not take place"), PingDone(waiting.what, waiting.entity, waiting.id))
    more = kit.overflow([missed, *_more(line, viewer)])
    return Message(text, [kit.section(shown, more), kit.actions(*buttons)])


def _more(line: MorningLine, viewer: Viewer) -> list[tuple[str, Action]]:
    """Under the three dots: its record, and where its reader says whether they want to hear of hours at all."""
    more: list[tuple[str, Action]] = []
    if line.record is not None:
        more.append((viewer.t("Open {ref}", ref=line.record.ref), OpenRecord(line.record.entity, line.record.id)))
    return [*more, (viewer.t("My settings"), ShowOwnSettings())]


def _for(line: MorningLine, viewer: Viewer) -> str:
    return f"\n{viewer.t('For {who}, who is away', who=f'<@{line.owner}>')}" if line.owner else ""


def done(line: MorningLine, change_id: UUID, viewer: Viewer) -> Message:
    """It is done; stands in the place of the ping."""
    subject = kit.esc(kit.cut(line.title, NAME_SHOWN))
    if line.meeting is not None:
        text = viewer.t("Did not take place: {meeting}.", meeting=subject)
    else:
        text = viewer.t("Done: {subject}.", subject=subject)
    return Message(text, confirmation(viewer, text, change_id))


def later(line: MorningLine, when: str, change_id: UUID, viewer: Viewer) -> Message:
    """It was put off; stands in the place of the ping. `when` is a day and an hour in words."""
    text = viewer.t("{subject}: again {when}.", subject=kit.esc(kit.cut(line.title, NAME_SHOWN)), when=when)
    return Message(text, confirmation(viewer, text, change_id))
