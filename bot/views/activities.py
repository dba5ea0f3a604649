"""Activities in Slack: the call form, timelines, follow-ups that are due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from bot.labels import OUTCOMES, word
from bot.payloads import Element
from bot.replies import Block, Choice, Message, Modal
from bot.routes import (
    Action,
    ComposeEmail,
    FindObjection,
    FindRecord,
    FollowUpDone,
    LogCall,
    OpenRecord,
    SaveCall,
    ShowEmail,
    ShowOriginal,
    SnoozeFollowUp,
)
from bot.views import kit, when
from bot.views.forms import Form, Number, Search, Select, Text
from bot.views.mail_standing import standing
from bot.views.records import confirmation
from core.activities import MINUTES_MAX, NEW_OBJECTION, OBJECTION_MAX, CallInput
from core.enums import ActivityKind, CallOutcome, Direction, EntityType, LeadStatus
from core.i18n import Viewer
from core.normalise import NOTES_MAX, SHORT_TEXT_MAX, name_text
from core.queries.activities import DueItem, ObjectionRow, Subject, TimelineItem
from core.queries.records import Hit

TIMELINE_NOTES = 160
"""Characters of an activity's notes on a card."""
NAME_SHOWN = 80
"""Characters of a colleague's name; Slack's own limit for display names."""
SNOOZES = (("Snooze until tomorrow", "Follow up tomorrow", 1), ("Snooze for a week", "Follow up next week", 7))
"""What a follow-up can be moved by: where it is due, where none is planned yet, and in days from today."""

KINDS: Mapping[ActivityKind, str] = {
    ActivityKind.CALL: "Call",
    ActivityKind.MEETING: "Meeting",
    ActivityKind.NOTE: "Note",
    ActivityKind.EMAIL: "E-mail",
    ActivityKind.TASK: "Task",
}
DIRECTIONS: Mapping[Direction, str] = {Direction.OUTBOUND: "Outbound", Direction.INBOUND: "Inbound"}
CALLS: Mapping[Direction, str] = {Direction.OUTBOUND: "Outbound call", Direction.INBOUND: "Inbound call"}


# -- the call form ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Word(Select):
    """A choice out of one of the domain's fixed vocabularies."""

    vocabulary: type[StrEnum] = Direction

    def read(self, element: Element, viewer: Viewer) -> StrEnum:  # noqa: ARG002
        try:
            return self.vocabulary(element.text())
        except ValueError as error:
            raise ValueError("choice_invalid") from error


@dataclass(frozen=True)
class RecordField(Search):
    """A record of any kind, found by typing. The value is its kind and id."""

    def read(self, element: Element, viewer: Viewer) -> tuple[str, UUID]:  # noqa: ARG002
        kind, _, record_id = element.text().partition(" ")
        try:
            return EntityType(kind), UUID(record_id)
        except ValueError as error:
            raise ValueError("record_unknown") from error


@dataclass(frozen=True)
class LoggedCall:
    """The call form as it was typed: on which record, and what."""

    entity: str
    entity_id: UUID
    call: CallInput


@dataclass(frozen=True)
class Saved:
    """A call or meeting that was saved, and where that leaves the record."""

    subject: Subject
    outcome: CallOutcome
    status: LeadStatus | None
    """The lead's status where the talk moved it."""
    next_follow_up: date | None
    today: date
    change_id: UUID
    next_follow_up_at: time | None = None
    closed: bool = False
    """Nobody is reminded of the record any more, whatever is planned on it."""


def _logged(record: tuple[str, UUID], **call: Any) -> LoggedCall:
    return LoggedCall(record[0], record[1], CallInput(**call))


TALK_FIELDS = (
    Search(
        "objections",
        "Objections",
        lookup=FindObjection,
        many=True,
        placeholder="Choose, or type a new one",
    ),
    Text("notes", "Notes", multiline=True, max_length=NOTES_MAX),
    when.follow_up(hint="Left empty, a later follow-up stays as it is.", more=False),
    Text("next_step", "Next step", max_length=SHORT_TEXT_MAX, more=True),
    Number("duration_minutes", "Duration (minutes)", low=0, high=MINUTES_MAX, more=True),
)
"""What came of a call or a meeting."""
CALL_FORM: Form[LoggedCall] = Form(
    _logged,
    (
        RecordField("record", "Record", required=True, lookup=FindRecord, placeholder="Search by name or reference"),
        Word("outcome", "Outcome", required=True, vocabulary=CallOutcome),
        Word("direction", "Direction", required=True, vocabulary=Direction),
        *TALK_FIELDS,
    ),
)


def call_modal(viewer: Viewer, subject: Subject | None, route: SaveCall | None = None) -> Modal:
    """The form of a call, about a record or one still to be chosen."""
    values: dict[str, Any] = {"direction": Direction.OUTBOUND}
    if subject is not None:
        values["record"] = Choice(f"{subject.ref} {subject.name}", f"{subject.entity} {subject.id}")
    return call_form(values, viewer, route or SaveCall())


def call_form(values: Mapping[str, Any], viewer: Viewer, route: SaveCall, *, expanded: bool = False) -> Modal:
    """The form of a call, showing `values`; its rarer fields too where it is `expanded`."""
    form = CALL_FORM.with_choices(
        direction=[Choice(viewer.t(text), value.value) for value, text in DIRECTIONS.items()],
        outcome=[Choice(viewer.t(text), value.value) for value, text in OUTCOMES.items()],
    )
    blocks = form.blocks(viewer, values, expanded=expanded)
    return Modal(viewer.t("Log a call"), blocks, route, viewer.t("Save"), viewer.t("Cancel"))


def objection_choices(found: Sequence[ObjectionRow], typed: str, viewer: Viewer) -> list[Choice]:
    """Objections of the list; what was typed is offered as a new one unless it is there already."""
    choices = [Choice(one.name, str(one.id)) for one in found]
    new = name_text(typed)[:OBJECTION_MAX].strip()
    if new and new.lower() not in {one.name.lower() for one in found}:
        choices.append(Choice(viewer.t("Add “{objection}”", objection=new), NEW_OBJECTION + new))
    return choices


def call_saved(saved: Saved, viewer: Viewer, card: Message | None = None) -> Message:
    """What was saved and what followed from it, with the next steps at hand; above the record's `card`, if any."""
    return _saved(viewer.t("Call logged on {record}: {outcome}.", **_of(saved, viewer)), saved, viewer, card)


def meeting_saved(saved: Saved, viewer: Viewer) -> Message:
    """The same for a meeting."""
    return _saved(viewer.t("Meeting logged on {record}: {outcome}.", **_of(saved, viewer)), saved, viewer)


def _of(saved: Saved, viewer: Viewer) -> dict[str, str]:
    about = saved.subject
    return {"record": f"{about.ref} {kit.esc(about.name)}", "outcome": viewer.t(OUTCOMES[saved.outcome])}


def _saved(logged: str, saved: Saved, viewer: Viewer, card: Message | None = None) -> Message:
    about, said = saved.subject, [logged]
    if saved.status is not None:
        said.append(viewer.t("Status is now {status}.", status=word(saved.status, viewer)))
    reminds = about.entity is not EntityType.ACCOUNT and not saved.closed
    if reminds and saved.next_follow_up is not None:
        day = viewer.relative_when(saved.next_follow_up, saved.next_follow_up_at, saved.today)
        said.append(viewer.t("Next follow-up: {day}.", day=day))
    elif reminds:
        said.append(viewer.t("No follow-up is planned."))
    text = " ".join(said)
    buttons = [] if card else _onward(about, viewer)
    if reminds and saved.next_follow_up is None:
        buttons += [
            kit.button(viewer.t(label), SnoozeFollowUp(about.entity, about.id, days)) for _, label, days in SNOOZES
        ]
    blocks = [*confirmation(viewer, text, saved.change_id), *([kit.actions(*buttons)] if buttons else [])]
    return Message(f"{text} {card.text}", [*blocks, *card.blocks]) if card else Message(text, blocks)


def _onward(about: Subject, viewer: Viewer) -> list[Block]:
    """To the record, and to a mail: what its card has anyway."""
    buttons: list[Block] = [kit.button(viewer.t("Open"), OpenRecord(about.entity, about.id))]
    if about.entity is not EntityType.ACCOUNT:
        buttons.append(kit.button(viewer.t("E-mail"), ComposeEmail(about.entity, about.id)))
    return buttons


def choose_subject(hits: Sequence[Hit], viewer: Viewer) -> Message:
    """Several records may be meant: each with a button that opens the form."""
    text = viewer.t("Which one did you call?")
    rows = [
        kit.section(
            " · ".join(filter(None, (f"*{kit.esc(hit.name)}*", hit.ref, kit.esc(hit.detail)))),
            kit.button(
                viewer.t("Log call"),
                LogCall(hit.entity, hit.id),
                label=viewer.t("Log a call on {ref}", ref=hit.ref),
            ),
        )
        for hit in hits
    ]
    return Message(text, [kit.section(text), *rows])


def unknown_subject(words: str, viewer: Viewer) -> Message:
    """Nothing is called that."""
    text = viewer.t(
        "I cannot find “{words}”. Try `/call log L-42`, a name, or `/call log` to search in the form.",
        words=kit.esc(kit.cut(words, 80)).replace("`", "'"),
    )
    return Message(text, [kit.section(text), kit.actions(kit.button(viewer.t("Log call"), LogCall()))])


# -- timelines ----------------------------------------------------------------------------------------------------


def timeline_blocks(items: Sequence[TimelineItem], viewer: Viewer) -> list[Block]:
    """A record's last activities, newest first; nothing where there are none. A mail has a button that opens it."""
    return [_timeline_block(item, viewer) for item in items]


def _timeline_block(item: TimelineItem, viewer: Viewer) -> Block:
    line = timeline_line(item, viewer)
    label = viewer.t("Show the e-mail “{subject}”", subject=item.subject)
    if item.mail is not None:
        return kit.section(line, kit.button(viewer.t("Show"), ShowEmail(item.mail.id), label=label))
    if item.reply_id is not None:
        return kit.section(line, kit.button(viewer.t("Show"), ShowOriginal(item.reply_id), label=label))
    if item.planned:
        label = viewer.t("Show the meeting “{subject}”", subject=item.subject)
        return kit.section(line, kit.button(viewer.t("Show"), OpenRecord(EntityType.ACTIVITY, item.id), label=label))
    return kit.context(line)


def timeline_line(item: TimelineItem, viewer: Viewer) -> str:
    """One activity: what, how it ended, who, when, and the gist of it."""
    facts = [f"*{viewer.t(what_happened(item))}*"]
    if item.mail is not None:
        facts.append(standing(item.mail, viewer))
    if item.outcome is not None:
        facts.append(viewer.t(OUTCOMES[item.outcome]))
    if item.duration_minutes:
        facts.append(viewer.nt("{n} minute", "{n} minutes", item.duration_minutes))
    if item.who:
        facts.append(kit.esc(kit.cut(item.who, NAME_SHOWN)))
    facts.append(viewer.slack_date(item.at))
    if item.link:
        facts.append(f"<{item.link}|{viewer.t('Message')}>")
    if item.kind is ActivityKind.TASK:
        facts.append(task_state(item, viewer))
    if item.kind is ActivityKind.MEETING and item.outcome is None:
        facts.append(viewer.t("planned") if item.planned else viewer.t("did not take place"))
    lines = [" · ".join(facts)]
    said = " ".join(f"{item.subject} {item.notes}".split())
    if said:
        lines.append(kit.esc(kit.cut(said, TIMELINE_NOTES)))
    if item.objections:
        lines.append(viewer.t("Objections: {names}", names=kit.esc(kit.cut(", ".join(item.objections), 200))))
    if item.next_step:
        lines.append(viewer.t("Next step: {step}", step=kit.esc(kit.cut(item.next_step, TIMELINE_NOTES))))
    return "\n".join(lines)


def what_happened(item: TimelineItem) -> str:
    """What kind of activity it is, as a source text."""
    match item.kind, item.direction:
        case ActivityKind.EMAIL, Direction.INBOUND:
            return "Automatic answer received" if item.automatic else "E-mail received"
        case ActivityKind.CALL, Direction():
            return CALLS[item.direction]
        case _:
            return KINDS[item.kind]


def task_state(item: TimelineItem, viewer: Viewer) -> str:
    """How far a task is."""
    if item.done:
        return viewer.t("done")
    return viewer.t("due {day}", day=viewer.date(item.due_on)) if item.due_on else viewer.t("open")


# -- follow-ups ---------------------------------------------------------------------------------------------------


def due_line(item: DueItem, viewer: Viewer) -> list[Block]:
    """A follow-up that is due: who, since when, and what can be done about it right here."""
    who = kit.record_line(item.ref, item.name, item.detail, NAME_SHOWN)
    waits = when.due(item.day, item.at, item.today, viewer)
    if item.owner:
        waits += f" · <@{item.owner}>"
    done = kit.button(
        viewer.t("Done"), FollowUpDone(item.entity, item.id), label=viewer.t("{ref} is done", ref=item.ref)
    )
    more: list[tuple[str, Action]] = [
        (viewer.t("Log call"), LogCall(item.entity, item.id)),
        (viewer.t("E-mail"), ComposeEmail(item.entity, item.id)),
        *((viewer.t(text), SnoozeFollowUp(item.entity, item.id, days)) for text, _, days in SNOOZES),
        (viewer.t("Open"), OpenRecord(item.entity, item.id)),
    ]
    return [kit.section(f"{who}\n{waits}"), kit.actions(done, kit.overflow(more))]


def follow_up_set(subject: Subject, day: date | None, today: date, change_id: UUID, viewer: Viewer) -> Message:
    """A follow-up was done or moved."""
    record = f"{subject.ref} {kit.esc(subject.name)}"
    if day is None:
        text = viewer.t("Follow-up on {record} is done.", record=record)
    else:
        text = viewer.t("Follow-up on {record}: {day}.", record=record, day=viewer.relative_date(day, today))
    button = kit.button(
        viewer.t("Open"), OpenRecord(subject.entity, subject.id), label=viewer.t("Open {ref}", ref=subject.ref)
    )
    return Message(text, [*confirmation(viewer, text, change_id), kit.actions(button)])
