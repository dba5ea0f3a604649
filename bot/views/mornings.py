"""The morning message: everything that waits for a person, in one message that is worked off in place."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from bot.replies import Block, Message
from bot.routes import (
    Action,
    AnswerReply,
    CancelMeeting,
    ComposeEmail,
    EditMeeting,
    LogCall,
    MorningDate,
    MorningDone,
    MorningLater,
    MorningUndo,
    OpenRecord,
    ReadFollowUp,
    SendFollowUp,
)
from bot.views import kit, meetings, notices, own_settings
from bot.views.when import due
from core.away import OPEN, Absent
from core.enums import EntityType
from core.i18n import Viewer
from core.queries.meetings import Slot
from core.queries.mornings import MorningData, MorningLine, What
from core.queries.records import Hit
from core.queries.unanswered import Prepared, UnansweredMail

NAME_SHOWN = 150
SPOKEN = 5
"""So many names are read out in the notification."""
LATER = (("Tomorrow", 1), ("Next week", 7))


def message(data: MorningData, viewer: Viewer) -> Message:
    """What waits, each with what can be done about it; what is done stays, struck through. Then what was kept for the
    morning, and where its reader says how they want to hear of all that.
    """
    waiting = [line for line in data.lines if not line.done]
    alone = bool(data.kept.count) and not data.lines
    title = notices.kept_title(data.kept, viewer) if alone else _title(len(waiting) + data.more, data, viewer)
    blocks: list[Block] = [kit.header(title)]
    away = {one.slack_user_id for one in data.absent}
    mine = [line for line in data.lines if line.owner not in away]
    todays = sorted((line for line in mine if _is_today(line, data)), key=_begins)
    others = [line for line in mine if not _is_today(line, data)]
    if todays:
        blocks += [kit.section(f"*{viewer.t('Meetings')}*"), *_lines(todays, data, viewer)]
    if todays and others:
        blocks.append(kit.divider())
    blocks += _lines(others, data, viewer)
    for one in data.absent:
        theirs = [replace(line, owner="") for line in data.lines if line.owner == one.slack_user_id]
        if theirs:
            blocks += [kit.divider(), kit.section(absent(one, viewer)), *_lines(theirs, data, viewer)]
    if data.more:
        text = viewer.nt(
            "{n} more is due: see App Home, under the Home tab above.",
            "{n} more are due: see App Home, under the Home tab above.",
            data.more,
        )
        blocks.append(kit.context(text))
    for part in (_let_lie(data, viewer), notices.kept_blocks(data.kept, viewer)):
        if part and len(blocks) > 1:
            blocks.append(kit.divider())
        blocks += part
    buttons = kit.actions(own_settings.button(viewer), notices.settings_button("", viewer))
    return Message(_spoken(title, waiting, data, viewer), [*blocks[: kit.MESSAGE_BLOCKS_MAX - 1], buttons])


def _is_today(line: MorningLine, data: MorningData) -> bool:
    """A meeting of this very day, told of by its hour; of those before it is only asked how they went."""
    return line.waiting.what is What.MEETING and line.waiting.due_on == data.day


def _begins(line: MorningLine) -> datetime:
    return line.meeting.starts_at if line.meeting is not None else datetime.max.replace(tzinfo=UTC)


def _lines(lines: Sequence[MorningLine], data: MorningData, viewer: Viewer) -> list[Block]:
    return [
        block for line in lines for block in (_done(line, data, viewer) if line.done else _open(line, data, viewer))
    ]


def absent(one: Absent, viewer: Viewer) -> str:
    """Whom somebody stands in for, above what is theirs."""
    person = f"<@{one.slack_user_id}>"
    if one.until == OPEN:
        return viewer.t("*For {who}*, who is away", who=person)
    return viewer.t("*For {who}*, away until {day}", who=person, day=viewer.when(one.until))


def _title(waiting: int, data: MorningData, viewer: Viewer) -> str:
    if waiting:
        return viewer.nt("{n} thing waits for you today", "{n} things wait for you today", waiting)
    return viewer.t("All done for today") if data.lines else viewer.t("Nothing waits for you today")


def _spoken(title: str, waiting: Sequence[MorningLine], data: MorningData, viewer: Viewer) -> str:
    names = ", ".join(line.title for line in waiting[:SPOKEN])
    more = viewer.t(" and more") if len(waiting) + data.more > SPOKEN else ""
    text = kit.cut(kit.esc(f"{title}: {names}{more}"), 300) if names else title
    return kit.cut(f"{text}. {notices.kept_spoken(data.kept, viewer)}", kit.TEXT_MAX) if data.kept.count else text


def _open(line: MorningLine, data: MorningData, viewer: Viewer) -> list[Block]:
    """Two lines, the rarer steps under the three dots beside them, and a row of the likely ones that fits a phone."""
    text = "\n".join((who(line), when(line, data.day, viewer)))
    more = _more(line, data, viewer)
    return [kit.section(text, kit.overflow(more) if more else None), _acts(line, data, viewer)]


def who(line: MorningLine) -> str:
    """What it is: as every list names a record; a task by what is to be done, and on which record."""
    if line.record is None:
        parts = [f"*{kit.esc(kit.cut(line.title, NAME_SHOWN))}*"]
    elif line.waiting.what in (What.TASK, What.MEETING):
        about = f"{line.record.ref} {kit.esc(kit.cut(line.detail, NAME_SHOWN))}"
        parts = [f"*{kit.esc(kit.cut(line.title, NAME_SHOWN))}*", about]
    else:
        parts = [kit.record_line(line.record.ref, line.title, line.detail, NAME_SHOWN)]
    if line.owner:
        parts.append(f"<@{line.owner}>")
    return " · ".join(parts)


def when(line: MorningLine, today: date, viewer: Viewer) -> str:
    """Since when it waits, and why. `today` is the reader's."""
    waiting = line.waiting
    if waiting.what is What.REPLY:
        day = viewer.relative_date(waiting.due_on, today)
        return viewer.t("Replied {when}: {words}", when=day, words=kit.esc(kit.cut(line.why, NAME_SHOWN)))
    if line.meeting is not None:
        return _met(line.meeting, today, viewer)
    facts = [due(waiting.due_on, waiting.at, today, viewer)]
    if line.why:
        facts.append(viewer.t("no answer to “{subject}”", subject=kit.esc(kit.cut(line.why, NAME_SHOWN))))
    return " · ".join(facts)


def _met(slot: Slot, today: date, viewer: Viewer) -> str:
    """When a meeting is, with whom and where; once it is over, the question how it went."""
    day = slot.starts_at.astimezone(viewer.zone).date()
    at = meetings.hours(slot, viewer)
    when = at if day == today else f"{viewer.relative_date(day, today)}, {at}"
    if slot.over:
        return viewer.t("How did it go? ({when})", when=when)
    return " · ".join([when, *meetings.where(slot, viewer)])


def _more(line: MorningLine, data: MorningData, viewer: Viewer) -> list[tuple[str, Action]]:
    """What is under the three dots."""
    waiting, about = line.waiting, line.record
    if line.meeting is not None:
        return _more_of_meeting(line, data, viewer)
    if about is None:
        return _later(line, data, viewer)
    opened = (viewer.t("Open {ref}", ref=about.ref), OpenRecord(about.entity, about.id))
    if waiting.what is What.REPLY:
        return [(viewer.t("Log call"), LogCall(about.entity, about.id)), opened]
    more: list[tuple[str, Action]] = []
    if line.unanswered is not None and line.unanswered.prepared is not None:
        more.append((viewer.t("Read it first"), ReadFollowUp(about.entity, about.id, line.unanswered.id)))
    more.append((viewer.t("E-mail"), ComposeEmail(about.entity, about.id)))
    return [*more, *_later(line, data, viewer), opened]


def _more_of_meeting(line: MorningLine, data: MorningData, viewer: Viewer) -> list[tuple[str, Action]]:
    """What its buttons leave out: that it never was, before its end; another time, after it."""
    one, about = line.waiting, line.record
    if line.meeting is not None and line.meeting.over:
        more: list[tuple[str, Action]] = [(viewer.t("Reschedule"), EditMeeting(one.id))]
    else:
        more = [(viewer.t("Did not take place"), MorningDone(one.what, one.entity, one.id, data.day))]
    if about is not None and about.entity is not EntityType.ACCOUNT:
        more.append((viewer.t("E-mail"), ComposeEmail(about.entity, about.id)))
    more.append((viewer.t("Cancel the meeting"), CancelMeeting(one.id)))
    if about is not None:
        more.append((viewer.t("Open {ref}", ref=about.ref), OpenRecord(about.entity, about.id)))
    return more


def _later(line: MorningLine, data: MorningData, viewer: Viewer) -> list[tuple[str, Action]]:
    one = line.waiting
    return [(viewer.t(text), MorningLater(one.what, one.entity, one.id, data.day, days)) for text, days in LATER]


def _acts(line: MorningLine, data: MorningData, viewer: Viewer) -> Block:
    """The likely steps as buttons, and another day."""
    waiting, about = line.waiting, line.record
    what = (waiting.what, waiting.entity, waiting.id, data.day)
    done = kit.button(viewer.t("Done"), MorningDone(*what), label=viewer.t("Done: {name}", name=line.title))
    if waiting.what is What.REPLY:
        label = viewer.t("Reply to {name}", name=line.title)
        return kit.actions(kit.button(viewer.t("Reply"), AnswerReply(waiting.id), style="primary", label=label), done)
    if line.meeting is not None:
        log = meetings.log_button(waiting.id, line.title, viewer, primary=line.meeting.over)
        if not line.meeting.over:
            return kit.actions(log, meetings.edit_button(waiting.id, line.title, viewer))
        label = viewer.t("Did not take place: {name}", name=line.title)
        return kit.actions(log, kit.button(viewer.t("Did not take place"), MorningDone(*what), label=label))
    buttons = [done]
    mail = line.unanswered
    if about is not None and mail is not None and mail.prepared is not None:
        buttons.insert(0, _send_follow_up(about, mail, mail.prepared, data, viewer))
    if about is not None:
        label = viewer.t("Log a call on {ref}", ref=about.ref)
        buttons.append(kit.button(viewer.t("Log call"), LogCall(about.entity, about.id), label=label))
    picker, row = kit.date_picker(viewer.t("Another day"), MorningDate(*what))
    return kit.actions(*buttons, picker, block_id=row)


def _send_follow_up(about: Hit, mail: UnansweredMail, ready: Prepared, data: MorningData, viewer: Viewer) -> Block:
    """One click and one question, for a mail cannot be called back for long."""
    text = viewer.t(
        "“{template}” goes to {name}, in the same conversation.",
        template=kit.cut(ready.name, 80),
        name=kit.cut(about.name, 80),
    )
    return kit.button(
        viewer.t("Send follow-up"),
        SendFollowUp(about.entity, about.id, mail.id, data.day),
        style="primary",
        label=viewer.t("Send the follow-up mail to {name}", name=kit.cut(about.name, 40)),
        confirm=kit.confirm(viewer.t("Send the follow-up?"), text, viewer.t("Send"), viewer.t("Not yet")),
    )


def _done(line: MorningLine, data: MorningData, viewer: Viewer) -> list[Block]:
    text = f"~{who(line).replace('*', '')}~"
    if line.put_off_to is not None:
        text += f"\n{viewer.t('Next: {when}', when=viewer.relative_when(line.put_off_to, line.waiting.at, data.day))}"
    if line.change_id is None:
        return [kit.context(text)]
    undo = kit.button(
        viewer.t("Undo"), MorningUndo(line.change_id, data.day), label=viewer.t("Undo: {name}", name=line.title)
    )
    return [kit.section(text, undo)]


def _let_lie(data: MorningData, viewer: Viewer) -> list[Block]:
    """For managers: what their people were reminded of twice. They are not reminded again."""
    if not data.let_lie:
        return []
    title = viewer.t("Your people were reminded of these twice:")
    blocks: list[Block] = [kit.section(f"*{title}*")]
    for line in data.let_lie:
        about = line.record
        button = None
        if about is not None:
            label = viewer.t("Open {ref}", ref=about.ref)
            button = kit.button(viewer.t("Open"), OpenRecord(about.entity, about.id), label=label)
        blocks.append(kit.section(f"{who(line)}\n{when(line, data.day, viewer)}", button))
    return blocks
