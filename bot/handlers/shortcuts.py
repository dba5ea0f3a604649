"""Shortcuts: finding a record from anywhere, and making something of a message."""

from uuid import UUID

from bot.dispatch import Request, Said, on, on_submit
from bot.handlers.leads import prefilled_form
from bot.replies import CloseModal, OpenModal, Reply, UpdateModal
from bot.resolving import record_here
from bot.routes import (
    LeadFromMessage,
    NoteFromMessage,
    OpenFound,
    SaveNote,
    SearchRecords,
    TaskFromMessage,
    UnknownRoute,
)
from bot.views import records as record_views
from bot.views import tasks as views
from bot.views.tasks import Draft, TypedNote
from core import freetext, tasks
from core.context import Ctx
from core.enums import EntityType
from core.normalise import NOTES_MAX, SHORT_TEXT_MAX, name_text
from core.queries import tasks as queries
from core.queries.records import Hit, card_of, hit_of


@on(SearchRecords)
def search_records(ctx: Ctx, _route: SearchRecords, _request: Request) -> Reply:
    """Find a record."""
    return OpenModal(views.find_modal(ctx.viewer))


@on_submit(OpenFound, views.FIND_FORM)
def open_found(ctx: Ctx, _route: OpenFound, chosen: tuple[EntityType, UUID]) -> Reply:
    """Its card, in the same window."""
    kind, record_id = chosen
    return UpdateModal(record_views.card_modal(card_of(ctx, kind, record_id), ctx.viewer))


@on(LeadFromMessage)
def lead_from_message(ctx: Ctx, route: LeadFromMessage, request: Request) -> Reply:
    """The form of a lead, with what the message says of it; who wrote it is not assumed to be the lead."""
    said = _said(route.id, request)
    found = freetext.parse_message(said.text, ctx.workspace.country)
    ending = f"\n{said.link}" if said.link else ""
    notes = queries.in_words(ctx, said.text)[: NOTES_MAX - len(ending)] + ending
    return OpenModal(prefilled_form(ctx, found, notes))


@on(NoteFromMessage)
def note_from_message(ctx: Ctx, route: NoteFromMessage, request: Request) -> Reply:
    """The message, to be kept on a record."""
    said = _said(route.id, request)
    author = queries.name_of(ctx, said.author)
    words = queries.in_words(ctx, said.text)
    text = f"{author}: {words}" if author and words else words
    return OpenModal(views.note_modal(Draft(text[:NOTES_MAX], said.link, _here(ctx, request)), ctx.viewer))


@on_submit(SaveNote, views.NOTE_FORM)
def save_note(ctx: Ctx, route: SaveNote, typed: TypedNote) -> Reply:
    """Keep it."""
    tasks.save_note(ctx, typed.entity, typed.entity_id, typed.with_link(route.link))
    return CloseModal(views.note_saved(hit_of(ctx, typed.entity, typed.entity_id), ctx.change_id, ctx.viewer))


@on(TaskFromMessage)
def task_from_message(ctx: Ctx, route: TaskFromMessage, request: Request) -> Reply:
    """The message, as something to do."""
    said = _said(route.id, request)
    subject = name_text(queries.in_words(ctx, said.text))[:SHORT_TEXT_MAX]
    draft = Draft(subject, said.link, _here(ctx, request), ctx.actor.slack_user_id)
    return OpenModal(views.task_modal(draft, ctx.viewer))


def _said(route_id: str, request: Request) -> Said:
    if request.message is None:
        raise UnknownRoute(route_id)
    return request.message


def _here(ctx: Ctx, request: Request) -> Hit | None:
    """The record of the channel the message is in."""
    return record_here(ctx, request.channel_id)
