"""Meetings in Slack: their forms, cards and lists, and what was done about them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from bot.labels import OUTCOMES
from bot.replies import Block, Choice, Message, Modal
from bot.routes import (
    Action,
    CancelMeeting,
    ComposeEmail,
    EditMeeting,
    FindRecord,
    ListMeetings,
    LogMeeting,
    MeetingNotHeld,
    OpenRecord,
    PlanMeeting,
    SaveHeldMeeting,
    SaveMeeting,
    SaveMeetingEdit,
    SaveMeetingLog,
)
from bot.views import kit
from bot.views.activities import TALK_FIELDS, RecordField, Word
from bot.views.forms import Form, Number, Text
from bot.views.history import Meanwhile, edited_meanwhile, revision_of
from bot.views.records import confirmation, record_choice
from bot.views.when import WhenText
from core.activities import MINUTES_MAX, REACHED, TalkInput
from core.enums import CallOutcome, EntityType
from core.i18n import Viewer
from core.meetings import USUAL_MINUTES, MeetingInput
from core.normalise import NOTES_MAX, SHORT_TEXT_MAX
from core.queries.meetings import MeetingCard, MeetingItem, Slot
from core.queries.records import Hit, Page

TEXT_SHOWN = 150
NOTES_SHOWN = 500
_LINK = re.compile(r"https://(?P<host>[\w.-]+)(?:[:/?#][^\s<>|]*)?")
_HOUR = "at"


@dataclass(frozen=True)
class MeetingDraft:
    """What the form of a new meeting starts with. `record` is None where it is still to be chosen."""

    subject: str = ""
    record: Hit | None = None
    day: date | None = None
    at: time | None = None
    attendees: str = ""


@dataclass(frozen=True)
class TypedMeeting:
    """A new meeting as it was typed: on which record, and what."""

    entity: EntityType
    entity_id: UUID
    meeting: MeetingInput


@dataclass(frozen=True)
class TypedHeldMeeting:
    """A meeting that nobody had planned, as it was typed, and what came of it."""

    entity: EntityType
    entity_id: UUID
    meeting: MeetingInput
    talk: TalkInput


def _planned(record: tuple[EntityType, UUID], **meeting: Any) -> TypedMeeting:
    return TypedMeeting(*record, MeetingInput(**meeting))


def _held(
    record: tuple[EntityType, UUID], subject: str, day: date, at: time | None, attendees: str, **talk: Any
) -> TypedHeldMeeting:
    return TypedHeldMeeting(*record, MeetingInput(subject, day, at, attendees=attendees), TalkInput(**talk))


_RECORD = RecordField("record", "Record", required=True, lookup=FindRecord, placeholder="Search by name or reference")
_SUBJECT = Text("subject", "What is it about?", required=True, max_length=SHORT_TEXT_MAX)
_ATTENDEES = Text("attendees", "With", max_length=SHORT_TEXT_MAX, placeholder="Ana Silva, her IT lead")
_MEETING = (
    WhenText("day", "When", required=True, hour=_HOUR),
    Number("duration_minutes", "Minutes", low=1, high=MINUTES_MAX),
    _ATTENDEES,
    Text("location", "Place or link", max_length=SHORT_TEXT_MAX),
    Text("notes", "Notes", multiline=True, max_length=NOTES_MAX, more=True),
)
_OUTCOME = Word("outcome", "Outcome", required=True, vocabulary=CallOutcome)
PLAN_FORM: Form[TypedMeeting] = Form(_planned, (_SUBJECT, _RECORD, *_MEETING))
EDIT_FORM: Form[MeetingInput] = Form(MeetingInput, (_SUBJECT, *_MEETING))
LOG_FORM: Form[TalkInput] = Form(TalkInput, (_OUTCOME, *TALK_FIELDS))
HELD_FORM: Form[TypedHeldMeeting] = Form(
    _held,
    (
        _RECORD,
        _SUBJECT,
        WhenText("day", "When", required=True, hour=_HOUR, placeholder="today 10:00, yesterday 3pm"),
        _OUTCOME,
        _ATTENDEES,
        *TALK_FIELDS,
    ),
)


# -- windows ------------------------------------------------------------------------------------------------------


def plan_modal(draft: MeetingDraft, viewer: Viewer) -> Modal:
    """A new meeting, with what is known of it."""
    return plan_form({**_drafted(draft), "duration_minutes": USUAL_MINUTES}, viewer)


def plan_form(values: Mapping[str, Any], viewer: Viewer, *, expanded: bool = False) -> Modal:
    """The form of a new meeting, showing `values`."""
    blocks = PLAN_FORM.blocks(viewer, values, expanded=expanded)
    return Modal(viewer.t("Plan a meeting"), blocks, SaveMeeting(), viewer.t("Save"), viewer.t("Cancel"))


def held_modal(draft: MeetingDraft, viewer: Viewer) -> Modal:
    """A meeting that was not planned, and how it went."""
    return held_form(_drafted(draft), viewer)


def held_form(values: Mapping[str, Any], viewer: Viewer, *, expanded: bool = False) -> Modal:
    """The form of a meeting that was not planned, showing `values`."""
    blocks = HELD_FORM.with_choices(outcome=_outcomes(viewer)).blocks(viewer, values, expanded=expanded)
    return Modal(viewer.t("Log a meeting"), blocks, SaveHeldMeeting(), viewer.t("Save"), viewer.t("Cancel"))


def edit_form(
    meeting: MeetingCard,
    values: Mapping[str, Any],
    viewer: Viewer,
    meanwhile: Meanwhile | None = None,
    *,
    expanded: bool = False,
) -> Modal:
    """The form of a planned meeting, showing `values`; with what somebody else changed since it was opened."""
    changed = edited_meanwhile(meanwhile.who, meanwhile.changes, viewer) if meanwhile else []
    blocks = EDIT_FORM.blocks(
        viewer, values, expanded=expanded or meanwhile is not None, revision=revision_of(meanwhile)
    )
    route = SaveMeetingEdit(meeting.id, meanwhile.version if meanwhile else meeting.version)
    named = kit.context(_record(meeting.record))
    return Modal(viewer.t("Edit the meeting"), [*changed, named, *blocks], route, viewer.t("Save"), viewer.t("Cancel"))


def values_of(meeting: MeetingCard, viewer: Viewer) -> dict[str, Any]:
    """A planned meeting as its form shows it."""
    begins = meeting.slot.starts_at.astimezone(viewer.zone)
    return {
        "subject": meeting.subject,
        "day": begins.date(),
        _HOUR: begins.time(),
        "duration_minutes": meeting.duration_minutes,
        "attendees": meeting.slot.attendees,
        "location": meeting.slot.location,
        "notes": meeting.notes,
    }


def log_modal(meeting: MeetingCard, viewer: Viewer) -> Modal:
    """How a planned meeting went; its notes and its length are there to be gone on with."""
    values = {"notes": meeting.notes, "duration_minutes": meeting.duration_minutes}
    return log_form(meeting, values, viewer)


def log_form(meeting: MeetingCard, values: Mapping[str, Any], viewer: Viewer, *, expanded: bool = False) -> Modal:
    """The form that asks how a planned meeting went, showing `values`."""
    blocks = LOG_FORM.with_choices(outcome=_outcomes(viewer)).blocks(viewer, values, expanded=expanded)
    about = kit.section(f"*{_subject(meeting.subject)}*\n{_record(meeting.record)}")
    route = SaveMeetingLog(meeting.id)
    return Modal(viewer.t("How did it go?"), [about, *blocks], route, viewer.t("Save"), viewer.t("Cancel"))


def _outcomes(viewer: Viewer) -> list[Choice]:
    """How a meeting may end: somebody was met, so not in all the ways of a call."""
    return [Choice(viewer.t(text), value.value) for value, text in OUTCOMES.items() if value in REACHED]


def _drafted(draft: MeetingDraft) -> dict[str, Any]:
    values: dict[str, Any] = {
        "subject": draft.subject,
        "day": draft.day,
        _HOUR: draft.at,
        "attendees": draft.attendees,
    }
    return values | ({"record": record_choice(draft.record)} if draft.record is not None else {})


# -- one meeting --------------------------------------------------------------------------------------------------


def card(meeting: MeetingCard, viewer: Viewer) -> Message:
    """One meeting by itself: what, when, with whom and where, and what can be done about it."""
    lines = [f"*{_subject(meeting.subject)}*", _record(meeting.record), _facts(meeting, viewer)]
    blocks: list[Block] = [kit.section("\n".join(lines))]
    if meeting.notes:
        blocks.append(kit.section(kit.esc(kit.cut(meeting.notes, NOTES_SHOWN))))
    if meeting.next_step:
        blocks.append(kit.context(viewer.t("Next step: {step}", step=kit.esc(kit.cut(meeting.next_step, TEXT_SHOWN)))))
    text = viewer.t("Meeting: {subject}, {when}", subject=_subject(meeting.subject), when=_moment(meeting, viewer))
    return Message(text, [*blocks, kit.actions(*_buttons(meeting, viewer))])


def _facts(meeting: MeetingCard, viewer: Viewer) -> str:
    facts = [_moment(meeting, viewer), *where(meeting.slot, viewer)]
    if meeting.owner:
        facts.append(f"<@{meeting.owner}>")
    if meeting.outcome is not None:
        facts.append(viewer.t(OUTCOMES[meeting.outcome]))
    elif meeting.done:
        facts.append(viewer.t("did not take place"))
    return " · ".join(facts)


def _moment(meeting: MeetingCard, viewer: Viewer) -> str:
    begins = meeting.slot.starts_at.astimezone(viewer.zone)
    return f"{viewer.relative_date(begins.date(), meeting.today)}, {hours(meeting.slot, viewer)}"


def hours(slot: Slot, viewer: Viewer) -> str:
    """From when to when, in the reader's zone: `3:00 PM–3:30 PM`."""
    return f"{viewer.time(slot.starts_at)}–{viewer.time(slot.ends_at)}"


def where(slot: Slot, viewer: Viewer) -> list[str]:
    """With whom and where, as far as it is known, escaped; a link names the host it leads to."""
    facts = []
    if slot.attendees:
        facts.append(viewer.t("with {people}", people=kit.esc(kit.cut(slot.attendees, TEXT_SHOWN))))
    link = _LINK.fullmatch(slot.location)
    if link is not None:
        facts.append(f"<{kit.esc(slot.location)}|{link['host']}>")
    elif slot.location:
        facts.append(kit.esc(kit.cut(slot.location, TEXT_SHOWN)))
    return facts


def _buttons(meeting: MeetingCard, viewer: Viewer) -> list[Block]:
    about = meeting.record
    opener = kit.button(viewer.t("Open {ref}", ref=about.ref), OpenRecord(about.entity.value, about.id))
    if not meeting.can_edit or meeting.done:
        return [opener]
    return [
        log_button(meeting.id, meeting.subject, viewer, primary=meeting.slot.over),
        edit_button(meeting.id, meeting.subject, viewer),
        opener,
        kit.overflow(rarer(meeting.id, viewer)),
    ]


def log_button(meeting_id: UUID, subject: str, viewer: Viewer, *, primary: bool) -> Block:
    """Say how it went."""
    label = viewer.t("Log the meeting: {subject}", subject=subject)
    return kit.button(viewer.t("Log meeting"), LogMeeting(meeting_id), style="primary" if primary else "", label=label)


def edit_button(meeting_id: UUID, subject: str, viewer: Viewer) -> Block:
    """Another time or place."""
    label = viewer.t("Move or edit the meeting: {subject}", subject=subject)
    return kit.button(viewer.t("Reschedule"), EditMeeting(meeting_id), label=label)


def rarer(meeting_id: UUID, viewer: Viewer) -> list[tuple[str, Action]]:
    """What is under a planned meeting's three dots."""
    return [
        (viewer.t("Did not take place"), MeetingNotHeld(meeting_id)),
        (viewer.t("Cancel the meeting"), CancelMeeting(meeting_id)),
    ]


# -- what was done ------------------------------------------------------------------------------------------------


def planned(meeting: MeetingCard, change_id: UUID, viewer: Viewer) -> Message:
    """A new meeting."""
    return _said(viewer.t("Meeting planned: {meeting}.", meeting=_named(meeting, viewer)), meeting, change_id, viewer)


def edited(meeting: MeetingCard, change_id: UUID, viewer: Viewer) -> Message:
    """A meeting that was moved or changed."""
    return _said(viewer.t("Meeting saved: {meeting}.", meeting=_named(meeting, viewer)), meeting, change_id, viewer)


def not_held(meeting: MeetingCard, change_id: UUID, viewer: Viewer) -> Message:
    """A meeting that did not take place, and a new one at hand."""
    text = viewer.t("Did not take place: {meeting}.", meeting=_named(meeting, viewer))
    about = meeting.record
    again = kit.button(viewer.t("Plan meeting"), PlanMeeting(about.entity.value, about.id))
    return Message(text, [*confirmation(viewer, text, change_id), kit.actions(again, *_to_record(about, viewer))])


def cancelled(meeting: MeetingCard, change_id: UUID, viewer: Viewer) -> Message:
    """A meeting that was called off; nobody outside hears of that from here."""
    text = viewer.t("Cancelled: {meeting}. Tell the others.", meeting=_named(meeting, viewer))
    return Message(text, [*confirmation(viewer, text, change_id), kit.actions(*_to_record(meeting.record, viewer))])


def _to_record(about: Hit, viewer: Viewer) -> list[Block]:
    opener = kit.button(viewer.t("Open {ref}", ref=about.ref), OpenRecord(about.entity.value, about.id))
    if about.entity is EntityType.ACCOUNT:
        return [opener]
    return [kit.button(viewer.t("E-mail"), ComposeEmail(about.entity.value, about.id)), opener]


def _said(text: str, meeting: MeetingCard, change_id: UUID, viewer: Viewer) -> Message:
    return Message(text, [*confirmation(viewer, text, change_id), kit.actions(*_buttons(meeting, viewer))])


def _named(meeting: MeetingCard, viewer: Viewer) -> str:
    return f"{_subject(meeting.subject)} · {_record(meeting.record)} · {_moment(meeting, viewer)}"


# -- lists --------------------------------------------------------------------------------------------------------


def listing(page: Page[MeetingItem], now: datetime, viewer: Viewer) -> Message:
    """The meetings one has planned, and those that are to be logged. `now`: the reader's own moment."""
    new = kit.button(viewer.t("Plan meeting"), PlanMeeting())
    if not page.rows:
        text = viewer.t("You have no meetings planned.") if not page.page else viewer.t("There are no more meetings.")
        return Message(text, [kit.section(text), kit.actions(new)])
    blocks: list[Block] = [kit.header(viewer.t("Your meetings"))]
    for item in page.rows:
        text = f"*{_subject(item.subject)}*\n{line(item, now.date(), viewer)}"
        about = item.record
        more = [*rarer(item.id, viewer), (viewer.t("Open {ref}", ref=about.ref), OpenRecord(about.entity, about.id))]
        buttons = (
            log_button(item.id, item.subject, viewer, primary=item.slot.over),
            edit_button(item.id, item.subject, viewer),
            kit.overflow(more),
        )
        blocks += [kit.section(text), kit.actions(*buttons)]
    pager = [
        kit.button(text, ListMeetings(number))
        for text, number, wanted in (
            (viewer.t("Previous"), page.page - 1, page.page > 0),
            (viewer.t("Next"), page.page + 1, page.has_more),
        )
        if wanted
    ]
    spoken = "; ".join(_subject(item.subject) for item in page.rows)
    said = viewer.nt("{n} meeting: {names}", "{n} meetings: {names}", len(page.rows), names=spoken)
    return Message(said, [*blocks, kit.actions(*pager, new)])


def line(item: MeetingItem, today: date, viewer: Viewer) -> str:
    """When, with whom, where, and on which record."""
    begins = item.slot.starts_at.astimezone(viewer.zone)
    when = f"{viewer.relative_date(begins.date(), today)}, {hours(item.slot, viewer)}"
    return " · ".join([when, *where(item.slot, viewer), _record(item.record)])


def _subject(text: str) -> str:
    return kit.esc(kit.cut(text, TEXT_SHOWN))


def _record(record: Hit) -> str:
    return f"{record.ref} {kit.esc(kit.cut(record.name, TEXT_SHOWN))}"
