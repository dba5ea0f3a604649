"""Meetings: planning, moving, calling off, and saying how they went."""

import html
from dataclasses import replace
from typing import Any
from uuid import UUID

from bot.commands import CommandCall
from bot.dispatch import Request, command, on, on_submit
from bot.handlers.activities import saved_on
from bot.handlers.home import help_reply, show_home
from bot.handlers.more import expands
from bot.meanwhile import meanwhile, with_theirs
from bot.replies import CloseModal, Message, Modal, OpenModal, Replace, Reply, Say, UpdateModal
from bot.resolving import record_here, record_named_in
from bot.routes import (
    CancelMeeting,
    EditMeeting,
    ListMeetings,
    LogMeeting,
    MeetingNotHeld,
    PlanMeeting,
    SaveHeldMeeting,
    SaveMeeting,
    SaveMeetingEdit,
    SaveMeetingLog,
)
from bot.views import activities as activity_views
from bot.views import meetings as views
from bot.views.meetings import MeetingDraft, TypedHeldMeeting, TypedMeeting
from core import meetings
from core.activities import TalkInput
from core.context import Ctx
from core.enums import EntityType
from core.errors import Conflict, Forbidden
from core.meetings import MeetingInput
from core.normalise import SHORT_TEXT_MAX
from core.queries import activities as activity_queries
from core.queries import meetings as queries
from core.queries.history import anything_changed
from core.queries.meetings import MeetingCard
from core.queries.records import Hit, hit_of
from core.when import split_off


@command("meeting", "plan", arguments="[WORDS] [WHEN]", summary="Plan a meeting: what, on which record, when")
def plan_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/meeting plan`, `/meeting plan Demo for D-7 tomorrow 3pm`: the form, with what the words say."""
    return OpenModal(views.plan_modal(_drafted(ctx, call), ctx.viewer))


@command("meeting", "log", arguments="[WORDS] [WHEN]", summary="Log a meeting that was not planned")
def log_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/meeting log`, `/meeting log Lunch with D-7 today 12:30`."""
    return OpenModal(views.held_modal(_drafted(ctx, call), ctx.viewer))


@command("meeting", "list", summary="Your meetings: those to come, and those to be logged")
def list_command(ctx: Ctx, _call: CommandCall) -> Reply:
    """The first page."""
    return Say(views.listing(queries.planned_meetings(ctx), ctx.today, ctx.viewer))


@command("meeting", "help", summary="Show what is possible")
def meeting_in_words(ctx: Ctx, call: CommandCall) -> Reply:
    """`/meeting Demo tomorrow 3pm`: words that are no command are what is to be planned."""
    return plan_command(ctx, call) if call.text else help_reply(ctx, "meeting")


@on(ListMeetings)
def list_meetings(ctx: Ctx, route: ListMeetings, _request: Request) -> Reply:
    """Another page, in place."""
    return Replace(views.listing(queries.planned_meetings(ctx, route.page), ctx.today, ctx.viewer))


@on(PlanMeeting)
def plan_meeting(ctx: Ctx, route: PlanMeeting, request: Request) -> Reply:
    """The button, on a record or elsewhere."""
    if route.entity_id is not None:
        record: Hit | None = hit_of(ctx, EntityType(route.entity), route.entity_id)
    else:
        record = record_here(ctx, request.channel_id)
    return OpenModal(views.plan_modal(MeetingDraft(record=record, attendees=_person(record)), ctx.viewer))


@expands(SaveMeeting)
def all_fields(ctx: Ctx, _route: SaveMeeting, request: Request) -> Modal:
    """The form as it is filled in."""
    return views.plan_form(views.PLAN_FORM.kept(request.state), ctx.viewer, expanded=True)


@on_submit(SaveMeeting, views.PLAN_FORM)
def save_meeting(ctx: Ctx, _route: SaveMeeting, typed: TypedMeeting) -> Reply:
    """Plan it."""
    meeting = meetings.plan(ctx, typed.entity, typed.entity_id, typed.meeting)
    return CloseModal(views.planned(queries.meeting_card(ctx, meeting.id), ctx.change_id, ctx.viewer))


@on(EditMeeting)
def edit_meeting(ctx: Ctx, route: EditMeeting, _request: Request) -> Reply:
    """The form, as the meeting is now."""
    meeting = _to_come(ctx, route.meeting_id)
    return OpenModal(views.edit_form(meeting, views.values_of(meeting, ctx.viewer), ctx.viewer))


@expands(SaveMeetingEdit)
def all_fields_of_edit(ctx: Ctx, route: SaveMeetingEdit, request: Request) -> Modal:
    """The form with its notes too, as it is filled in; it stays on the version it was opened on."""
    meeting = replace(queries.meeting_card(ctx, route.meeting_id), version=route.version)
    return views.edit_form(meeting, views.EDIT_FORM.kept(request.state), ctx.viewer, expanded=True)


@on_submit(SaveMeetingEdit, views.EDIT_FORM)
def save_meeting_edit(ctx: Ctx, route: SaveMeetingEdit, values: MeetingInput) -> Reply:
    """Save; who saves on top of somebody else's change sees it first and keeps what was typed."""
    try:
        meetings.edit(ctx, route.meeting_id, values, route.version)
    except Conflict as conflict:
        if conflict.code != "edited_meanwhile":
            raise
        return _edited_meanwhile(ctx, route, values, conflict)
    if not anything_changed(ctx):
        return CloseModal(Message(ctx.viewer.t("Nothing was changed.")))
    return CloseModal(views.edited(queries.meeting_card(ctx, route.meeting_id), ctx.change_id, ctx.viewer))


@on(CancelMeeting)
def cancel_meeting(ctx: Ctx, route: CancelMeeting, request: Request) -> Reply:
    """Call it off."""
    meeting = queries.meeting_card(ctx, route.meeting_id)
    meetings.cancel(ctx, route.meeting_id)
    return _told(ctx, request, views.cancelled(meeting, ctx.change_id, ctx.viewer))


@on(MeetingNotHeld)
def meeting_not_held(ctx: Ctx, route: MeetingNotHeld, request: Request) -> Reply:
    """It did not take place; a second click changes nothing."""
    meetings.not_held(ctx, route.meeting_id)
    meeting = queries.meeting_card(ctx, route.meeting_id)
    return _told(ctx, request, views.not_held(meeting, ctx.change_id, ctx.viewer))


@on(LogMeeting)
def log_meeting(ctx: Ctx, route: LogMeeting, _request: Request) -> Reply:
    """Ask how it went."""
    return OpenModal(views.log_modal(_to_come(ctx, route.meeting_id), ctx.viewer))


@expands(SaveMeetingLog)
def all_fields_of_log(ctx: Ctx, route: SaveMeetingLog, request: Request) -> Modal:
    """The form with its rarer fields too, as it is filled in."""
    meeting = queries.meeting_card(ctx, route.meeting_id)
    return views.log_form(meeting, views.LOG_FORM.kept(request.state), ctx.viewer, expanded=True)


@on_submit(SaveMeetingLog, views.LOG_FORM)
def save_meeting_log(ctx: Ctx, route: SaveMeetingLog, talk: TalkInput) -> Reply:
    """Save how it went, and say what follows."""
    about = queries.meeting_card(ctx, route.meeting_id).record
    record = activity_queries.where_it_goes_on(ctx, about.entity, about.id)
    before = activity_queries.standing(ctx, *record)
    meetings.log(ctx, route.meeting_id, talk)
    saved = saved_on(ctx, *record, before, talk.outcome)
    return CloseModal(activity_views.meeting_saved(saved, ctx.viewer))


@expands(SaveHeldMeeting)
def all_fields_of_held(ctx: Ctx, _route: SaveHeldMeeting, request: Request) -> Modal:
    """The form with its rarer fields too, as it is filled in."""
    return views.held_form(views.HELD_FORM.kept(request.state), ctx.viewer, expanded=True)


@on_submit(SaveHeldMeeting, views.HELD_FORM)
def save_held_meeting(ctx: Ctx, _route: SaveHeldMeeting, typed: TypedHeldMeeting) -> Reply:
    """Save a meeting nobody had planned, and say what follows."""
    record = activity_queries.where_it_goes_on(ctx, typed.entity, typed.entity_id)
    before = activity_queries.standing(ctx, *record)
    meetings.log_unplanned(ctx, typed.entity, typed.entity_id, typed.meeting, typed.talk)
    saved = saved_on(ctx, *record, before, typed.talk.outcome)
    return CloseModal(activity_views.meeting_saved(saved, ctx.viewer))


def _drafted(ctx: Ctx, call: CommandCall) -> MeetingDraft:
    """What was typed after the command; the record it names, else the one the channel belongs to."""
    words = html.unescape(call.text).strip()[:SHORT_TEXT_MAX]
    subject, when = split_off(words, ctx.actor.locale, ctx.today)
    record = record_named_in(ctx, subject) or record_here(ctx, call.channel_id)
    return MeetingDraft(
        subject, record, when.day if when else None, when.at if when else None, attendees=_person(record)
    )


def _person(record: Hit | None) -> str:
    """Whom one meets, where the record is a person."""
    return record.name if record is not None and record.entity in (EntityType.LEAD, EntityType.CONTACT) else ""


def _to_come(ctx: Ctx, meeting_id: UUID) -> MeetingCard:
    """The meeting; refused before anything is typed where it is told of already, or not the person's to change."""
    meeting = queries.meeting_card(ctx, meeting_id)
    if not meeting.can_edit:
        raise Forbidden("not_yours")
    if meeting.done:
        raise Conflict("meeting_over")
    return meeting


def _edited_meanwhile(ctx: Ctx, route: SaveMeetingEdit, values: MeetingInput, conflict: Conflict) -> Reply:
    meeting = queries.meeting_card(ctx, route.meeting_id)
    typed: dict[str, Any] = {name: getattr(values, name) for name in views.values_of(meeting, ctx.viewer)}
    # The notes that were not in sight show what is there now.
    typed["notes"] = typed["notes"] or meeting.notes
    typed = with_theirs(ctx, conflict, typed, views.values_of(meeting, ctx.viewer))
    return UpdateModal(views.edit_form(meeting, typed, ctx.viewer, meanwhile(ctx, EntityType.ACTIVITY, conflict)))


def _told(ctx: Ctx, request: Request, said: Message) -> Reply:
    """What was done, where it was done; App Home is painted anew."""
    return Say(said) if request.channel_id else show_home(ctx)
